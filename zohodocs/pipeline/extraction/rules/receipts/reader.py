"""A receipt's own reading, laid over what the general rules found."""

from __future__ import annotations

import re
from collections.abc import Mapping

from zohodocs.domain.invoice import FieldReading
from zohodocs.domain.money import text as money_text
from zohodocs.pipeline.extraction.rules.amounts import Amount
from zohodocs.pipeline.extraction.rules.candidates import Candidate
from zohodocs.pipeline.extraction.rules.confidence import confidence
from zohodocs.pipeline.extraction.rules.countries import US_PHONE, US_PLACE
from zohodocs.pipeline.extraction.rules.dates import DateFound
from zohodocs.pipeline.extraction.rules.layout import Layout

from .day import day_of
from .head import head_of
from .shape import is_receipt
from .total import paid

_ENGINE = "rules"
_MALAYSIAN = re.compile(
    r"\brm\s?\d|\(rm\)|\brm\b|\bmyr\b|sdn\.?\s*bhd|\bbhd\b|\bmalaysia|kuala lumpur|selangor|johor|"
    r"\bjalan\b"
)
_TAX_ID = re.compile(
    r"(?:gst|sst)\W*(?:reg(?:istration)?|id|no)?\W*(?:no|id|number)?\W{0,4}(\d{12})(?!\d)"
)
_ADDRESSED = re.compile(r"\b(?:bill(?:ed)? to|sold to|invoice to|customer name|attention|kunde)\b")
_BUYER = ("buyer_name", "buyer_address", "buyer_tax_id", "buyer_country")
# A type less sure than this is nobody's title.
_NAMED = 0.5


def read(
    layout: Layout,
    amounts: list[list[Amount]],
    dates: list[list[DateFound]],
    fields: Mapping[str, FieldReading],
    *,
    pictured: bool,
) -> dict[str, FieldReading] | None:
    """All fields of a till receipt; None for any other paper. `pictured`: it was photographed."""
    must_speak = not pictured or _named_otherwise(fields)
    if not is_receipt(layout, must_speak=must_speak):
        return None
    text = "\n".join(line.folded for line in layout.lines)
    malaysian = bool(_MALAYSIAN.search(text))
    kept = dict(fields)
    if not _ADDRESSED.search(text):
        for name in _BUYER:
            kept.pop(name, None)
    found: dict[str, list[Candidate]] = {"document_type": [Candidate("receipt", 0.95)]}
    head = head_of(layout.lines)
    for name, candidate in (("supplier_name", head.name), ("supplier_address", head.address)):
        found[name] = [candidate] if candidate else []
    printed = "\n".join(line.text for line in layout.lines)
    american = not malaysian and bool(US_PLACE.search(printed) or US_PHONE.search(printed))
    found["issue_date"] = day_of(layout, dates, day_first=not american)
    if malaysian:
        found["currency"] = [Candidate("MYR", 0.95)]
        found["supplier_country"] = [Candidate("MY", 0.9)]
    elif "currency" in kept and kept["currency"].value == "BHD":
        kept.pop("currency")
    if registered := _tax_id(layout):
        found["supplier_tax_id"] = [registered]
    _sums(layout, amounts, found, kept, "MYR" if malaysian else None)
    for name, ranked in found.items():
        if ranked:
            kept[name] = _reading(name, ranked)
    return kept


def _named_otherwise(fields: Mapping[str, FieldReading]) -> bool:
    kind = fields.get("document_type")
    unsaid = kind is None or (kind.value == "other" and kind.confidence < _NAMED)
    return not (unsaid or (kind is not None and kind.value == "receipt"))


def _tax_id(layout: Layout) -> Candidate | None:
    for line in layout.lines:
        if match := _TAX_ID.search(line.folded):
            return Candidate(match[1], 0.9, line, match.start(1), match.end(1))
    return None


def _sums(
    layout: Layout,
    amounts: list[list[Amount]],
    found: dict[str, list[Candidate]],
    kept: dict[str, FieldReading],
    currency: str | None,
) -> None:
    total = paid(layout, amounts)
    if total is None:
        return
    code = currency or (kept["currency"].value if "currency" in kept else None)
    gross = total.amount
    found["gross_total"] = [
        Candidate(money_text(abs(amount.value), code), score, amount.line, amount.start, amount.end)
        for amount, score in (
            (gross, 0.25 + 0.75 * total.score),
            *((rival, 0.3) for rival in total.rivals),
        )
    ]
    # A part cannot be more than the whole, and before tax only a discount makes it so.
    for name, most in (("tax_total", 1 / 3), ("net_total", 2)):
        if name in kept and _decimal(kept[name].value) > most * float(abs(gross.value)):
            kept.pop(name)


def _decimal(value: str) -> float:
    try:
        return abs(float(value))
    except ValueError:
        return 0.0


def _reading(name: str, ranked: list[Candidate]) -> FieldReading:
    best, rivals = ranked[0], ranked[1:3]
    others = tuple(
        FieldReading(rival.value, confidence(name, rival, []) * 0.5, _ENGINE, rival.page, rival.box)
        for rival in rivals
    )
    return FieldReading(
        best.value, confidence(name, best, rivals[:1]), _ENGINE, best.page, best.box, others
    )
