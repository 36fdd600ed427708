"""The flags there are: a flag is one entry here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_noop

CONTROL = "control"
CANDIDATE = "candidate"
HALF_LIMIT = "half_limit"


@dataclass(frozen=True, slots=True)
class Variant:
    """The new way in another strength, for an experiment that tries several at once."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class FlagDefinition:
    """What a flag switches: the old way (control) and the new one (candidate), in words.

    `variants` are given to documents that get the candidate, by a draw of their own.

    `owner`: who answers for it. `prerequisites`: flags whose candidate a document must have, too.
    `decide_by`: when it should be on for good or gone; a hint, nothing happens then.
    """

    name: str
    control: str
    candidate: str
    owner: str
    decide_by: date
    prerequisites: tuple[str, ...] = ()
    # Beside the candidate itself.
    variants: tuple[Variant, ...] = ()


DEFINITIONS: Mapping[str, FlagDefinition] = {
    definition.name: definition
    for definition in (
        FlagDefinition(
            "parallel_processing",
            gettext_noop("One worker takes one document after another."),
            gettext_noop("Several workers take documents at the same time."),
            owner="operations",
            decide_by=date(2027, 3, 31),
        ),
        FlagDefinition(
            "ml_predictions",
            gettext_noop("Pages are read by rules alone."),
            gettext_noop("Pages are read by rules and trained models together."),
            owner="accounting",
            decide_by=date(2027, 6, 30),
        ),
        FlagDefinition(
            "auto_approve",
            gettext_noop("A person approves every document."),
            gettext_noop("A document that passes every check is approved by itself."),
            owner="accounting",
            decide_by=date(2027, 12, 31),
            variants=(
                Variant(
                    HALF_LIMIT,
                    gettext_noop("The same, up to half of what policy and rule allow."),
                ),
            ),
        ),
        FlagDefinition(
            "llm_fallback",
            gettext_noop("Values that nobody could read surely are left to a person."),
            gettext_noop("A language model is asked; what it says must stand on the page."),
            owner="accounting",
            decide_by=date(2027, 12, 31),
        ),
        FlagDefinition(
            "layout_memory",
            gettext_noop("Every document is read as if it were the first of its vendor."),
            gettext_noop("Corrections of one document help to read the next of the same layout."),
            owner="accounting",
            decide_by=date(2027, 6, 30),
        ),
        FlagDefinition(
            "new_cache",
            gettext_noop("Zoho is asked for the vendor of every document."),
            gettext_noop("An index of Zoho's contacts is looked at first; Zoho is asked in doubt."),
            owner="operations",
            decide_by=date(2027, 3, 31),
        ),
    )
}
# What the mission calls the four stages, each with the flag that turns it back alone.
STAGES: Mapping[str, str] = {
    "workers": "parallel_processing",
    "cache": "new_cache",
    "models": "ml_predictions",
    "approval": "auto_approve",
}
