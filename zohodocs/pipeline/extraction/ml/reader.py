"""One document read by models: candidates, their likelihood, and the values that go together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from zohodocs.domain.invoice import POSTING_TYPES
from zohodocs.ml.features import Candidate
from zohodocs.ml.field_model import Choice, FieldModel, choose, choose_totals, ranked

from . import amounts, days, numbers, parties, whole
from .sight import Sight

TYPE = "document_type"
# Below this a value is not worth showing: missing is better than guessed.
LEAST = 0.25
# A paper is posted only where the models are sure enough that it may be.
_SURE_OF_POSTING = 0.8

Models = Mapping[str, FieldModel]
Options = list[tuple[Candidate, float]]


@dataclass(slots=True)
class Read:
    """What the models take for each field, with their raw scores."""

    chosen: dict[str, Choice] = field(default_factory=dict)
    document_type: str = "other"
    type_score: float = 0.0
    types: dict[str, float] = field(default_factory=dict)


def read(sight: Sight, models: Models) -> Read:
    """Every field there is a model for."""
    found = Read()
    totals = _weighed(models, amounts.FIELDS, amounts.candidates(sight))
    found.chosen.update(choose_totals(totals, least=LEAST))
    groups = [
        (days.FIELDS, days.candidates(sight)),
        ((numbers.FIELD,), numbers.candidates(sight)),
        (parties.NAMES, parties.names(sight)),
        (("currency",), whole.currencies(sight)),
    ]
    for fields, candidates in groups:
        for name, options in _weighed(models, fields, candidates).items():
            _take(found, name, options)
    addresses = _weighed(models, parties.ADDRESSES, parties.addresses(sight, names_in(found)))
    for name, options in addresses.items():
        _take(found, name, options)
    if TYPE in models:
        found.types = models[TYPE].of_classes(whole.type_evidence(sight))
        found.document_type, found.type_score = settled_type(found.types)
    return found


def names_in(found: Read) -> dict[str, Candidate]:
    """The names taken, which addresses stand under."""
    return {n: found.chosen[n].candidate for n in parties.NAMES if n in found.chosen}


def settled_type(types: Mapping[str, float]) -> tuple[str, float]:
    """The likeliest type; one that is posted only where all those together are likely enough."""
    best = max(types, key=lambda name: types[name])
    posting = sum(types.get(name, 0.0) for name in POSTING_TYPES)
    if best in POSTING_TYPES and posting < _SURE_OF_POSTING:
        best = max((n for n in types if n not in POSTING_TYPES), key=lambda name: types[name])
    return best, types[best]


def _weighed(
    models: Models, fields: tuple[str, ...], candidates: list[Candidate]
) -> dict[str, Options]:
    return {
        name: ranked(candidates, models[name].probabilities(candidates))
        for name in fields
        if name in models
    }


def _take(found: Read, name: str, options: Options) -> None:
    choice = choose(options, least=LEAST)
    if choice is not None:
        found.chosen[name] = choice
