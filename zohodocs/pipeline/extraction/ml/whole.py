"""Candidates that belong to the paper as a whole: its type and its currency."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from zohodocs.domain.invoice import POSTING_TYPES
from zohodocs.ml.features import Candidate, Evidence
from zohodocs.ml.synthetic import other_titles
from zohodocs.pipeline.extraction.rules.amounts import SIGNS, currency_codes
from zohodocs.pipeline.extraction.rules.text import pieces

from .sight import Sight, till_word

_CLOCK = re.compile(r"\b\d{1,2}:\d{2}(?::\d{2})?\b")
_CODE = re.compile(r"(?<![A-Z])([A-Z]{3})(?![A-Z])")
_RINGGIT = re.compile(r"(?<![A-Za-z])RM(?![A-Z])", re.IGNORECASE)
_LABELS = (
    "due_date", "iban", "amount_due", "buyer", "supplier", "delivery_date", "invoice_number",
    "order_number", "net_total", "tax_total", "gross_total", "payment_terms", "tax_id",
)  # fmt: skip  # a list of names to be skimmed
_NUMBER = re.compile(r"[#/.\-–]*\d[\w/.\-–]*")
_PROFORMA = re.compile(r"proforma|проформа")
_TITLE_REGION = 0.65
_LONGEST_TITLE = 4
_DOLLARS = ("USD", "AUD", "CAD", "SGD", "NZD")


def type_evidence(sight: Sight) -> Candidate:
    """One row: all that tells what the paper is."""
    evidence: Evidence = {
        "aspect": sight.aspect,
        "lines": float(min(sight.last + 1, 200)),
        "pages": float(sight.layout.pages),
    }
    first: dict[str, float] = {}
    for row in sight.seen.hits.titles:
        for hit in row:
            for name in hit.fields:
                strength = _title_strength(sight, hit.line.index, hit.start)
                strength += 0.5 * hit.alone + 0.3 * hit.leads
                evidence[f"title_{name}"] = max(evidence.get(f"title_{name}", 0.0), strength)
                evidence[f"titles_{name}"] = min(evidence.get(f"titles_{name}", 0.0) + 1, 6)
                first.setdefault(name, hit.line.top)
    for name, top in first.items():
        evidence[f"first_title_{name}"] = 1.0 - top
    _name_others(sight, evidence)
    for name in _LABELS:
        hits = sight.seen.hits.fielded(name)
        evidence[f"has_label_{name}"] = float(min(len(hits), 4))
    said = sight.said.fields.get("document_type")
    if said is not None:
        evidence[f"rules_{said.value}"] = said.confidence
    folded = [line.folded for line in sight.layout.lines]
    amounts = [a for row in sight.seen.amounts for a in row if a.money]
    evidence.update(
        till_lines=float(sum(till_word(text) for text in folded)),
        clocks=float(min(sum(bool(_CLOCK.search(text)) for text in folded), 4)),
        amounts=float(min(len(amounts), 80)),
        negative=float(sum(a.value < 0 for a in amounts)),
        table_lines=float(min(len(sight.seen.tables), 60)),
        items=float(min(len(sight.said.line_items), 40)),
        dates=float(min(sum(map(len, sight.seen.dates)), 40)),
        gross=float("gross_total" in sight.said.fields),
        gross_negative=float(
            "gross_total" in sight.said.fields
            and sight.said.fields["gross_total"].value.startswith("-")
        ),
        number=sight.said.fields["invoice_number"].confidence
        if "invoice_number" in sight.said.fields
        else 0.0,
        prose=sum(len(text.split()) > 9 for text in folded) / max(len(folded), 1),
    )
    return Candidate("", evidence, said.page if said else None, said.box if said else None)


def _name_others(sight: Sight, evidence: Evidence) -> None:
    """How much a line looks like the title of a paper that is not posted."""
    known = _others()
    for line in sight.layout.lines:
        if line.page > 1 or line.top > _TITLE_REGION:
            break
        for segment in line.segments:
            # The number often stands in the title, and scans glue it on.
            words = pieces(_NUMBER.sub(" ", segment.text))
            # Scans lose blanks: a word that is a whole title counts as that title.
            for length in range(min(_LONGEST_TITLE, len(words)), 0, -1):
                joined = "".join(words[:length])
                proforma = length == len(words) and bool(_PROFORMA.search(joined))
                subject = "proforma" if proforma else known.get(joined)
                if subject is None:
                    continue
                strength = _title_strength(sight, line.index, segment.start)
                strength += 0.5 * (length == len(words)) - 0.3 * (":" in segment.text)
                for key in (f"named_{subject}", "named_other"):
                    evidence[key] = max(evidence.get(key, 0.0), strength)
                break
    posted = max(evidence.get(f"title_{name}", 0.0) for name in POSTING_TYPES)
    evidence["named_over_posted"] = evidence.get("named_other", 0.0) - posted


@lru_cache(maxsize=1)
def _others() -> dict[str, str]:
    return {
        "".join(pieces(phrase)): subject
        for subject, phrases in other_titles().items()
        for phrase in phrases
    }


def _title_strength(sight: Sight, index: int, start: int) -> float:
    line = sight.layout.lines[index]
    token = line.tokens[line.token_at(start)]
    early = max(0.0, 0.6 - line.top) if line.page == 1 else 0.0
    return early + 0.4 * min(max(token.height / sight.usual_height - 1.0, 0.0), 1.5)


def currencies(sight: Sight) -> list[Candidate]:
    """Every currency the paper mentions by sign or code, or that its country suggests."""
    counts: Counter[str] = Counter()
    beside: Counter[str] = Counter()
    for row in sight.seen.amounts:
        for amount in row:
            if amount.currency:
                beside[amount.currency] += 1
    known = currency_codes()
    for line in sight.layout.lines:
        for code in _CODE.findall(line.text):
            if code in known:
                counts[code] += 1
        counts["MYR"] += len(_RINGGIT.findall(line.text))
        for sign in ("€", "£", "$", "zł", "₽"):
            counts[SIGNS[sign]] += line.text.count(sign)
    counts.update(beside)
    dollars = counts.pop("$", 0)
    said = sight.said.fields.get("currency")
    codes = {code for code, count in counts.items() if count and len(code) == 3 and code.isupper()}
    if dollars:
        codes.update(_DOLLARS[:2])
    if said is not None:
        codes.add(said.value)
    total = sum(counts.values()) + dollars
    countries = _countries(sight)
    found = []
    for code in sorted(codes):
        evidence = {
            "count": float(min(counts[code], 20)),
            "share": counts[code] / total if total else 0.0,
            "beside": float(min(beside[code], 20)),
            "dollars": float(min(dollars, 20)) if code in _DOLLARS else 0.0,
            "is_usd": float(code == "USD"),
            "common": float(code in ("EUR", "USD", "GBP", "PLN", "CHF", "MYR")),
            "different": float(len(codes)),
            "rules_currency": sight.says("currency", code),
            "rules_other": float(said is not None and said.value != code),
            "of_country": float(code[:2] in countries),
            "amounts": float(min(sum(map(len, sight.seen.amounts)), 100)),
        }
        found.append(Candidate(code, evidence))
    return found


def _countries(sight: Sight) -> set[str]:
    names = ("supplier_country", "buyer_country")
    return {sight.said.fields[name].value for name in names if name in sight.said.fields}
