"""Amounts, days and ages as an accountant writes them, in the person's language."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal, format_percent
from django.utils import timezone
from django.utils.translation import get_language, ngettext, to_locale
from django.utils.translation import gettext as _

from zohodocs.domain.invoice import AMOUNT_FIELDS, DATE_FIELDS, iso_date
from zohodocs.domain.money import minor_units, to_decimal
from zohodocs.web.labels import DOCUMENT_TYPE_LABELS
from zohodocs.web.sentences import told

_ISO_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def _locale() -> Locale:
    try:
        return Locale.parse(to_locale(get_language() or "en"))
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def money(amount: Decimal | str | None, currency: str = "") -> str:
    """`€1,121.69`; without a currency the bare number; missing is an empty text, never zero."""
    number = to_decimal(amount)
    if number is None:
        return ""
    if not currency:
        return bare(number, currency)
    text = str(format_currency(number, currency.upper(), locale=_locale()))
    # A code instead of a sign ("PLN") must not stick to the figure.
    return re.sub(r"([A-Z])(?=\d)", "\\1\u00a0", text)


def bare(amount: Decimal | str | None, currency: str = "") -> str:
    """`1,121.69`: grouped, with the currency's decimals, without its sign."""
    known = to_decimal(amount)
    if known is None:
        return ""
    places = minor_units(currency)
    pattern = "#,##0" + (f".{'0' * places}" if places else "")
    return str(format_decimal(known, format=pattern, locale=_locale()))


def number(value: Decimal | str | None) -> str:
    """A quantity or rate: grouped, without zeros that say nothing."""
    amount = to_decimal(value)
    return "" if amount is None else str(format_decimal(amount.normalize(), locale=_locale()))


def percent(share: float) -> str:
    """`4.2 %`, of a share 0..1."""
    return str(format_percent(round(share, 3), format="#,##0.# %", locale=_locale()))


def day(value: date | str | None) -> str:
    """`2 May 2024`."""
    known = iso_date(value) if isinstance(value, str) else value
    return str(format_date(known, "d MMM y", locale=_locale())) if known else ""


def moment(at: datetime, *, seconds: bool = False) -> str:
    """`2 May 2024 14:05`, on the clock that `at` is told by."""
    pattern = "d MMM y HH:mm:ss" if seconds else "d MMM y HH:mm"
    return str(format_datetime(at.replace(tzinfo=None), pattern, locale=_locale()))


def age(moment: datetime | None, now: datetime | None = None) -> str:
    """How long ago, in one unit: `12 min`, `3 h`, `2 days`."""
    if moment is None:
        return ""
    seconds = max(0, int(((now or timezone.now()) - moment).total_seconds()))
    return _("just now") if seconds < _MINUTE else _span(seconds)


def ago(moment: datetime | None, now: datetime | None = None) -> str:
    """The same inside of a sentence: `just now`, `12 min ago`."""
    if moment is None:
        return ""
    seconds = int(((now or timezone.now()) - moment).total_seconds())
    if seconds < _MINUTE:
        return _("just now")
    return _("%(span)s ago") % {"span": _span(seconds)}


def until(moment: datetime | None, now: datetime | None = None) -> str:
    """How soon, in one unit: `in less than a minute`, `in 12 min`."""
    if moment is None:
        return ""
    seconds = int((moment - (now or timezone.now())).total_seconds())
    if seconds < _MINUTE:
        return _("in less than a minute")
    return _("in %(span)s") % {"span": _span(seconds)}


def _span(seconds: int) -> str:
    if seconds < _HOUR:
        return _("%(count)d min") % {"count": seconds // _MINUTE}
    if seconds < 2 * _DAY:
        return _("%(count)d h") % {"count": seconds // _HOUR}
    days = seconds // _DAY
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}


def size(octets: int) -> str:
    """A file's size: `68 KB`, `1.2 MB`."""
    if octets < 1_000_000:
        return f"{max(1, round(octets / 1000))} KB"
    return f"{format_decimal(Decimal(octets) / 1_000_000, format='0.#', locale=_locale())} MB"


def said(sentence: str) -> str:
    """A stored sentence in the reader's language, with its ISO dates as people write them."""
    return _ISO_DATE.sub(lambda found: day(found[0]) or found[0], told(sentence))


def shown(name: str, value: str, currency: str = "") -> str:
    """A field's stored value as it is shown; what does not parse is shown as it is."""
    if not value:
        return ""
    if name in DATE_FIELDS:
        return day(value) or value
    if name in AMOUNT_FIELDS:
        return money(value, currency) or value
    if name == "iban":
        return " ".join(value[start : start + 4] for start in range(0, len(value), 4))
    if name == "document_type":
        return str(DOCUMENT_TYPE_LABELS.get(value, value))
    if name.endswith("_country"):
        return str(_locale().territories.get(value.upper(), value))
    return value
