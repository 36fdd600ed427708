"""Two readings of one paper become one: the rules', and the models'.

Where the rules are unsure and the models are not, the models' value stands; where the rules are
silent, too. Values on which both agree count more, others less. Thresholds were chosen on generated
papers and on openly licensed ones (README § Decisions), none of which the models had learnt from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from zohodocs.domain.invoice import POSTING_TYPES, Extraction, FieldReading
from zohodocs.domain.money import text as money_text
from zohodocs.ml.features import Candidate
from zohodocs.ml.field_model import Choice
from zohodocs.pipeline.extraction import judgement

from . import amounts
from .reader import TYPE, Read

SOURCE = "ml"
# The rules' value gives way below the first, to one of the models above the second.
UNSURE, SURE = 0.9, 0.9
# So sure the models must be of a value for which the rules found none.
FOUND = 0.7


@dataclass(frozen=True, slots=True)
class Settled:
    """A value with its raw score, before calibration."""

    reading: FieldReading
    score: float


def of_models(said: Extraction, read: Read) -> dict[str, Settled]:
    """What the models say; the rules where there is no model for a field."""
    settled = {
        name: Settled(reading, reading.confidence)
        for name, reading in said.fields.items()
        if name not in _MODELLED
    }
    currency = read.chosen["currency"].candidate.value if "currency" in read.chosen else None
    for name, choice in read.chosen.items():
        settled[name] = _settled(name, choice, currency)
    if read.types:
        settled[TYPE] = _type(read, said)
    return settled


def of_both(said: Extraction, read: Read) -> dict[str, Settled]:
    """The better of the two for every field."""
    theirs = of_models(said, read)
    settled: dict[str, Settled] = {}
    for name, reading in said.fields.items():
        other = theirs.get(name)
        if name not in _MODELLED or other is None:
            alone = name in _MODELLED
            settled[name] = Settled(reading, reading.confidence * (0.85 if alone else 1.0))
        elif judgement.is_right(name, reading.value, (other.reading.value,)):
            settled[name] = Settled(reading, _agreed(reading.confidence, other.score))
        elif _gives_way(name, reading, other):
            kept = _beside(other.reading, reading)
            settled[name] = Settled(kept, 0.8 * other.score)
        else:
            kept = _beside(reading, other.reading)
            settled[name] = Settled(kept, reading.confidence * (1.0 - 0.4 * other.score))
    for name, other in theirs.items():
        if name not in settled and other.score >= FOUND:
            settled[name] = Settled(other.reading, 0.9 * other.score)
    return settled


def _gives_way(name: str, reading: FieldReading, other: Settled) -> bool:
    if name == TYPE:
        posts, other_posts = (v in POSTING_TYPES for v in (reading.value, other.reading.value))
        if posts and not other_posts:
            # Asking about a paper costs a minute, posting one that is none to post much more.
            return True
    return reading.confidence < UNSURE and other.score >= SURE


def _agreed(one: float, other: float) -> float:
    """Two that agree are surer than either."""
    return 1.0 - (1.0 - one) * (1.0 - 0.6 * other)


def _beside(taken: FieldReading, passed: FieldReading) -> FieldReading:
    """The value taken, with the one passed over as its first runner-up."""
    others = (passed, *(o for o in taken.others if o.value != passed.value))[:3]
    return FieldReading(
        taken.value, taken.confidence, taken.source, taken.page, taken.box, _flat(others)
    )


def _flat(others: tuple[FieldReading, ...]) -> tuple[FieldReading, ...]:
    return tuple(FieldReading(o.value, o.confidence, o.source, o.page, o.box) for o in others)


def _settled(name: str, choice: Choice, currency: str | None) -> Settled:
    def reading(candidate: Candidate, score: float) -> FieldReading:
        value = candidate.value
        if name in amounts.FIELDS:
            value = money_text(candidate.spot.value, currency)
        return FieldReading(value, score, SOURCE, candidate.page, candidate.box)

    best = reading(choice.candidate, choice.score)
    others = tuple(reading(c, 0.5 * s) for c, s in choice.others if s >= _SHOWN)
    return Settled(
        FieldReading(best.value, best.confidence, SOURCE, best.page, best.box, others), choice.score
    )


def _type(read: Read, said: Extraction) -> Settled:
    theirs = said.fields.get(TYPE)
    same = theirs is not None and theirs.value == read.document_type
    page, box = (theirs.page, theirs.box) if theirs is not None and same else (None, None)
    reading = FieldReading(read.document_type, read.type_score, SOURCE, page, box)
    return Settled(reading, read.type_score)


_SHOWN = 0.03
_MODELLED = frozenset(
    (
        *amounts.FIELDS,
        "issue_date",
        "due_date",
        "delivery_date",
        "invoice_number",
        "supplier_name",
        "buyer_name",
        "supplier_address",
        "buyer_address",
        "currency",
        TYPE,
    )
)


def scores(settled: Mapping[str, Settled]) -> dict[str, tuple[str, float]]:
    """Field -> value and raw score, as the judge of answers wants them."""
    return {name: (s.reading.value, s.score) for name, s in settled.items()}
