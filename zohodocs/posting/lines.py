"""The lines of an entry: as printed where they add up, else one per tax rate, else one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from zohodocs.domain.invoice import LineItem, TaxLine
from zohodocs.domain.money import ZERO, rounded

from .booking import Booking
from .refusals import CannotPlan
from .taxes import tax_id_for

_DESCRIPTION_LIMIT = 2000
# More decimals than these are a setting of the Zoho organisation: a price that needs them is
# written into the description instead.
_SAFE_DECIMALS = 2


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """One line; its amount in Zoho is rate x quantity."""

    description: str
    quantity: Decimal
    rate: Decimal
    tax_rate: Decimal
    category: str = ""
    tax_id: str = ""

    def amount(self, currency: str) -> Decimal:
        """What Zoho makes of rate x quantity."""
        return rounded(self.rate * self.quantity, currency)


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines, whether their prices contain the tax, and what is missing to the printed total."""

    rows: tuple[PlannedLine, ...]
    inclusive: bool
    adjustment: Decimal = ZERO


def plan_lines(booking: Booking) -> Lines:
    """The lines of this booking.

    Raises CannotPlan where the paper's amounts do not add up to its total within one minor unit a
    line, where a rate is unknown, or where a rule wants every line and they do not fit.
    """
    printed = _printed(booking)
    if printed is not None:
        try:
            return _with_taxes(booking, printed)
        except CannotPlan:
            # The tax summary may name the category that the lines leave open.
            if booking.lines_required:
                raise
    elif booking.lines_required:
        raise CannotPlan(
            "lines_do_not_add_up",
            "A rule wants every line kept, but the printed lines do not add up to the totals."
            " Correct the lines, then approve again.",
            field="line_items",
        )
    return _with_taxes(booking, _one_per_rate(booking) or printed or _single(booking))


def _with_taxes(booking: Booking, lines: Lines) -> Lines:
    """The same lines with Zoho's taxes. Raises CannotPlan where one is not certain."""

    def tax_id(row: PlannedLine) -> str:
        return tax_id_for(
            row.tax_rate,
            row.category,
            invoice=booking.invoice,
            taxes=booking.taxes,
            our_country=booking.our_country,
            chosen=booking.chosen_taxes,
        )

    return replace(lines, rows=tuple(replace(row, tax_id=tax_id(row)) for row in lines.rows))


def gross_of(booking: Booking) -> Decimal:
    """The printed total, which every entry must come to."""
    gross = booking.invoice.gross_total
    if gross is None:
        raise CannotPlan("total_missing", "The total is missing. Type it in.", field="gross_total")
    return gross


def _printed(booking: Booking) -> Lines | None:
    """The lines as printed, exclusive or inclusive of tax as the arithmetic says."""
    items = booking.invoice.line_items
    if not items:
        return None
    only_rate = _only_rate(booking)
    rates = [item.tax_rate if item.tax_rate is not None else only_rate for item in items]
    if any(rate is None for rate in rates):
        return None
    if any(item.line_total is None or item.line_total < 0 for item in items):
        return None  # discounts as lines of their own: Zoho does not promise to take them
    categories = _category_by_rate(booking)
    rows = tuple(
        _as_printed(booking, item, rate, categories.get(rate, ""))
        for item, rate in zip(items, rates, strict=True)
        if rate is not None
    )
    return _fitted(booking, rows)


def _as_printed(booking: Booking, item: LineItem, rate: Decimal, category: str) -> PlannedLine:
    total = item.line_total or ZERO
    quantity, price = item.quantity, item.unit_price
    text = item.description or booking.invoice.supplier_name
    if (
        quantity is not None
        and price is not None
        and quantity > 0
        and abs(quantity * price - total) <= booking.minor_unit
    ):
        if _is_plain(quantity) and _is_plain(price):
            return PlannedLine(_short(text), quantity, price, rate, category)
        text = f"{text} ({quantity.normalize():f} × {price.normalize():f})"
    return PlannedLine(_short(text), Decimal(1), total, rate, category)


def _one_per_rate(booking: Booking) -> Lines | None:
    """One line per tax rate, out of the paper's tax summary."""
    parts = [line for line in booking.invoice.tax_lines if line.base or line.tax]
    if not parts or any(line.rate is None or line.base is None for line in parts):
        return None
    if any(line.base is not None and line.base < 0 for line in parts):
        return None
    rows = tuple(_of_rate(booking, line) for line in parts)
    return _fitted(booking, rows, exclusive_only=True)


def _of_rate(booking: Booking, part: TaxLine) -> PlannedLine:
    rate, base = part.rate or ZERO, part.base or ZERO
    return PlannedLine(_summary(booking, rate), Decimal(1), base, rate, part.category)


def _single(booking: Booking) -> Lines:
    """One line over everything; only where a single rate is proven."""
    invoice, gross = booking.invoice, gross_of(booking)
    rate = _only_rate(booking)
    if rate is None:
        raise CannotPlan(
            "tax_unclear",
            "It is not clear which part of the total carries which tax rate. Fill in the tax lines"
            " (rate, base, tax), then approve again.",
            field="tax_total",
        )
    category = _category_by_rate(booking).get(rate, "")
    text = _summary(booking, rate)
    if invoice.net_total is not None:
        row = PlannedLine(text, Decimal(1), invoice.net_total, rate, category)
        fitted = _fitted(booking, (row,), exclusive_only=True)
    else:
        fitted = _fitted(booking, (PlannedLine(text, Decimal(1), gross, rate, category),))
    if fitted is None:
        raise CannotPlan(
            "totals_do_not_add_up",
            "Net and tax do not add up to the total. Correct the amounts, then approve again.",
            field="gross_total",
        )
    return fitted


def _fitted(
    booking: Booking, rows: tuple[PlannedLine, ...], *, exclusive_only: bool = False
) -> Lines | None:
    """These rows with the adjustment to the printed total, or None where it is beyond tolerance.

    Without tax both readings fit, and the prices count as net.
    """
    gross, currency = gross_of(booking), booking.invoice.currency
    tolerance = booking.minor_unit * len(rows)
    amounts = sum((row.amount(currency) for row in rows), ZERO)
    exclusive = amounts + taxes_on(rows, currency)
    if abs(gross - exclusive) <= tolerance and _tax_fits(booking, rows, inclusive=False):
        return Lines(rows, inclusive=False, adjustment=gross - exclusive)
    if (
        not exclusive_only
        and abs(gross - amounts) <= tolerance
        and _tax_fits(booking, rows, inclusive=True)
    ):
        return Lines(rows, inclusive=True, adjustment=gross - amounts)
    return None


def _tax_fits(booking: Booking, rows: tuple[PlannedLine, ...], *, inclusive: bool) -> bool:
    """Whether the tax of these rows is the printed one; an unprinted tax fits anything."""
    printed = booking.invoice.tax_total
    if printed is None:
        return True
    currency = booking.invoice.currency
    computed = taxes_in(rows, currency) if inclusive else taxes_on(rows, currency)
    return abs(printed - computed) <= booking.minor_unit * len(rows)


def taxes_on(rows: Iterable[PlannedLine], currency: str) -> Decimal:
    """Tax on top of net prices: one sum per tax, as papers and Zoho (told so) compute it."""
    bases: dict[Decimal, Decimal] = {}
    for row in rows:
        bases[row.tax_rate] = bases.get(row.tax_rate, ZERO) + row.amount(currency)
    return sum((rounded(base * rate / 100, currency) for rate, base in bases.items()), ZERO)


def taxes_in(rows: Iterable[PlannedLine], currency: str) -> Decimal:
    """Tax contained in gross prices."""
    return sum(
        (
            row.amount(currency)
            - rounded(row.amount(currency) * 100 / (100 + row.tax_rate), currency)
            for row in rows
        ),
        ZERO,
    )


def _only_rate(booking: Booking) -> Decimal | None:
    """The one tax rate of the whole paper, if it states or proves one."""
    invoice = booking.invoice
    stated = {line.rate for line in invoice.tax_lines if line.rate is not None}
    stated = stated or {line.tax_rate for line in invoice.line_items if line.tax_rate is not None}
    if stated:
        return stated.pop() if len(stated) == 1 else None
    net, tax, gross = invoice.net_total, invoice.tax_total, invoice.gross_total
    if tax is None and net is not None and gross is not None:
        tax = gross - net
    if tax == 0:
        return ZERO
    if net is None and tax is not None and gross is not None:
        net = gross - tax
    if not net or not tax:
        return None
    # The amounts prove a rate only if exactly one of the organisation's rates gives this tax.
    proven = {
        known.rate
        for known in booking.taxes
        if abs(rounded(net * known.rate / 100, invoice.currency) - tax) <= booking.minor_unit
    }
    return proven.pop() if len(proven) == 1 else None


def _category_by_rate(booking: Booking) -> dict[Decimal, str]:
    """The category the tax summary states for each rate; none where two stand for one rate."""
    found: dict[Decimal, set[str]] = {}
    for line in booking.invoice.tax_lines:
        if line.rate is not None:
            found.setdefault(line.rate, set()).add(line.category)
    return {rate: kinds.pop() for rate, kinds in found.items() if len(kinds) == 1}


def _summary(booking: Booking, rate: Decimal) -> str:
    invoice = booking.invoice
    paper = f"{invoice.supplier_name} {invoice.invoice_number}".strip()
    return _short(f"{paper}, {rate.normalize():f} %")


def _short(text: str) -> str:
    return text[:_DESCRIPTION_LIMIT]


def _is_plain(number: Decimal) -> bool:
    return number == round(number, _SAFE_DECIMALS)
