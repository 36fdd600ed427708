"""Micro-review: a document of which one thing is left to say, as a question with coded answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from zohodocs.models import FieldValue

from .answers import Answer
from .questions import Question


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer. `code` stands for its value: short, and the same as long as it is offered."""

    code: str
    label: str
    note: str = ""
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Micro:
    """The one question about one field, at this version of the document."""

    field: str
    label: str
    messages: Sequence[str]
    version: int
    choices: Sequence[Choice]
    # Whether it is somewhere on a page, so that a picture of that can be shown.
    has_place: bool = False


def fit(waiting: Sequence[Question], *, pairs: int = 0) -> Question | None:
    """The question, if exactly one decision is left and a field's value answers it.

    `pairs`: differences of two ways of reading that wait for the same person.
    """
    if len(waiting) != 1 or pairs or not waiting[0].is_field:
        return None
    return waiting[0]


def of(question: Question, answers: Sequence[Answer], *, version: int) -> Micro | None:
    """The question as data; None where nothing was read that could be chosen."""
    if not answers:
        return None
    choices = [
        Choice(code_of(question.subject, answer.raw), answer.label, answer.note, answer.quote)
        for answer in answers
    ]
    return Micro(
        question.subject,
        question.label,
        question.messages,
        version,
        choices,
        has_place=any(answer.box for answer in answers),
    )


def code_of(field: str, value: str) -> str:
    """What stands for this value of this field, in twelve characters."""
    return sha256(f"{field}:{value}".encode()).hexdigest()[:12]


def chosen(row: FieldValue, code: str) -> dict[str, Any] | None:
    """The reading of this field that the code stands for: `value`, `page`, `box`."""
    read = [{"value": row.value, "page": row.page, "box": row.box}, *row.others]
    return next((each for each in read if code_of(row.name, str(each["value"])) == code), None)
