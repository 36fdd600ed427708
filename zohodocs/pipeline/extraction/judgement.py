"""Is a read value the true one? Compared as a bookkeeper would, not letter by letter.

The judgement is the corpus' own (`corpus/score.py`); a test holds the two together.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from difflib import SequenceMatcher

AMOUNTS = ("net_total", "tax_total", "gross_total", "amount_due")
DATES = ("issue_date", "due_date")
IDS = ("supplier_tax_id", "buyer_tax_id", "invoice_number", "iban")
NAMES = ("supplier_name", "buyer_name")
ADDRESSES = ("supplier_address", "buyer_address")
CODES = ("currency", "document_type", "supplier_country", "buyer_country")
JUDGED = (
    "supplier_name",
    "supplier_tax_id",
    "supplier_country",
    "buyer_name",
    "buyer_tax_id",
    "buyer_country",
    "invoice_number",
    "issue_date",
    "due_date",
    "currency",
    "net_total",
    "tax_total",
    "gross_total",
    "amount_due",
    "iban",
    "document_type",
    "supplier_address",
    "buyer_address",
)

_ALIKE = 0.9
_WHOLE_NAME = 5
_VAT_WITH_COUNTRY = 9
_FOLDED = str.maketrans({"ß": "ss", "ł": "l", "Ł": "l", "ø": "o", "æ": "ae", "đ": "d"})
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_LEGAL_FORMS = re.compile(
    r"\b("
    r"gmbh co kg|gmbh|ag|kg|ohg|mbh|ug|ev|sarl|sas|sa|sasu|eurl|srl|spa|snc|sl|slu|bv|nv|ltd|"
    r"limited|llc|llp|inc|incorporated|corp|corporation|co|plc|sdn bhd|bhd|sdn|enterprise|"
    r"sp z oo|spolka z ograniczona odpowiedzialnoscia|spolka akcyjna|oy|ab|as|aps"
    r")\b"
)


def is_right(field: str, value: str, accepted: Iterable[str]) -> bool:
    """Whether `value` says the same as any of the accepted true values."""
    said = comparable(field, value)
    if said is None:
        return False
    return any(
        true is not None and (said == true or _same_tax_id(field, str(said), str(true)))
        for true in (comparable(field, raw) for raw in accepted)
    )


def resembles(value: str, accepted: Iterable[str]) -> bool:
    """Whether two names are one company's: legal form aside, nearly equal, or one cut short."""
    said = _without_legal_form(value)
    return any(_alike(said, _without_legal_form(raw)) for raw in accepted)


def comparable(field: str, value: str | None) -> Decimal | str | None:
    """The form in which two spellings of one value are equal; None for no value."""
    if value is None or not value.strip():
        return None
    return _FORMS.get(field, _code)(value)


def amount(value: object) -> Decimal | None:
    """An amount in any usual notation, to the cent."""
    text = re.sub(r"[^\d.,\-()]", "", str(value).replace("\N{MINUS SIGN}", "-"))
    bracketed = text.startswith("(") and text.endswith(")")
    negative = text.startswith("-") or text.endswith("-") or bracketed
    text = re.sub(r"[()\-]", "", text)
    if "," in text and "." in text:
        point = max(text.rfind(","), text.rfind("."))
        text = re.sub(r"[.,]", "", text[:point]) + "." + text[point + 1 :]
    elif "," in text:
        is_point = text.count(",") == 1 and re.search(r",\d{1,2}$", text)
        text = text.replace(",", "." if is_point else "")
    elif text.count(".") > 1:
        text = text.replace(".", "")
    try:
        number = Decimal(text).quantize(Decimal("0.01"))
    except InvalidOperation:
        return None
    return -number if negative else number


def _date(value: str) -> str | None:
    text = value.strip().lower()
    if found := re.match(r"(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})(?:$|[t ])", text):
        return "-".join(found.groups())
    found = re.match(r"(\d{1,2})[-/. ]([a-z]{3})[a-z]*[-/. ,]*(\d{4})$", text)
    if found and found[2] in _MONTHS:
        return f"{found[3]}-{_MONTHS[found[2]]:02d}-{int(found[1]):02d}"
    found = re.match(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})$", text)
    if found and int(found[2]) <= 12:
        return f"{found[3]}-{int(found[2]):02d}-{int(found[1]):02d}"
    return text or None


def _name(value: str) -> str | None:
    return _squeezed(_fold(value.replace("&", " and "))) or None


def _id(value: str) -> str | None:
    return _squeezed(_fold(value)).upper() or None


def _code(value: str) -> str | None:
    return _fold(value).strip().replace(" ", "_") or None


_FORMS: dict[str, Callable[[str], Decimal | str | None]] = {
    **dict.fromkeys(AMOUNTS, amount),
    **dict.fromkeys(DATES, _date),
    **dict.fromkeys(IDS, _id),
    **dict.fromkeys((*NAMES, *ADDRESSES), _name),
}


def _same_tax_id(field: str, one: str, other: str) -> bool:
    """A VAT number is the same with and without its country, where enough of it is left."""
    if not field.endswith("tax_id"):
        return False
    return _bare(one) == other or _bare(other) == one


def _bare(number: str) -> str | None:
    has_country = len(number) >= _VAT_WITH_COUNTRY and re.match(r"[A-Z]{2}", number)
    return number[2:] if has_country else None


def _alike(one: str, other: str) -> bool:
    if not one or not other:
        return False
    if one == other or SequenceMatcher(None, one, other).ratio() >= _ALIKE:
        return True
    return min(len(one), len(other)) >= _WHOLE_NAME and (
        one.startswith(other) or other.startswith(one)
    )


def _without_legal_form(value: str) -> str:
    words = re.sub(r"\s+", " ", re.sub(r"[^\w\s]", "", _fold(value)))
    return re.sub(r"\s+", "", _LEGAL_FORMS.sub(" ", words))


def _fold(value: str) -> str:
    text = unicodedata.normalize("NFKD", value.casefold().translate(_FOLDED))
    return "".join(letter for letter in text if not unicodedata.combining(letter))


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)
