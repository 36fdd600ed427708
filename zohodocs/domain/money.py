"""Amounts: Decimal, with the currency's own number of decimals (ISO 4217)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation

# ISO 4217 minor units that are not 2.
_WITHOUT_COINS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THOUSANDTHS = "BHD IQD JOD KWD LYD OMR TND"
_MINOR_UNITS = dict.fromkeys(_WITHOUT_COINS.split(), 0) | dict.fromkeys(_THOUSANDTHS.split(), 3)
ZERO = Decimal(0)
# A number with more places than this, before or behind the point, is no amount of money.
_MOST_PLACES = 27
# Wide enough to round what sums and products of such numbers come to.
_WIDE = Context(prec=4 * _MOST_PLACES)


def minor_units(currency: str | None) -> int:
    """Decimals of the currency's smallest coin; 2 where the currency is unknown."""
    return _MINOR_UNITS.get((currency or "").upper(), 2)


def one_minor_unit(currency: str | None) -> Decimal:
    """The smallest coin: 0.01 for EUR, 1 for JPY, 0.001 for BHD."""
    return Decimal(1).scaleb(-minor_units(currency))


def rounded(amount: Decimal, currency: str | None) -> Decimal:
    """The amount in whole coins, half away from zero, as invoices are rounded."""
    return amount.quantize(one_minor_unit(currency), rounding=ROUND_HALF_UP, context=_WIDE)


def to_decimal(value: object) -> Decimal | None:
    """A plain decimal string, int or Decimal as Decimal; None if missing or no amount of money.

    None, too, for what is unreadable, not finite or absurdly long. Floats are refused (TypeError):
    a binary float has already lost the cent.
    """
    if value is None or value == "":
        return None
    if isinstance(value, float):
        raise TypeError("Money is never a float.")
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    if not number.is_finite() or number.adjusted() >= _MOST_PLACES:
        return None
    return number if int(number.as_tuple().exponent) >= -_MOST_PLACES else None


def text(amount: Decimal, currency: str | None) -> str:
    """The amount as it is stored and sent: a plain string with the currency's decimals."""
    return f"{rounded(amount, currency):f}"


def total(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum, or None when any part is missing: a missing part is not zero."""
    parts = list(amounts)
    if any(part is None for part in parts):
        return None
    return sum((part for part in parts if part is not None), ZERO)
