"""Why a document is here: who read what, what was in force; and what today's pipeline would say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zohodocs.domain.invoice import FIELD_NAMES
from zohodocs.domain.invoice import Extraction as ExtractionFact
from zohodocs.models import Document, Extraction, FieldValue, Finding
from zohodocs.pipeline import preview
from zohodocs.rollout import flags
from zohodocs.web.formats import shown
from zohodocs.web.labels import field_label


@dataclass(frozen=True, slots=True)
class Said:
    """What the readings say of one field, in their order; `now` is what stands."""

    label: str
    readings: Sequence[str]
    now: str
    differs: bool


@dataclass(frozen=True, slots=True)
class Why:
    """The readings by engine and version, their fields, the reasons, the flags at arrival."""

    readings: Sequence[Extraction]
    fields: Sequence[Said]
    reasons: Sequence[Finding]
    flags: Sequence[tuple[str, str]]
    policy: int | None


@dataclass(frozen=True, slots=True)
class Changed:
    """One thing that would come out otherwise."""

    label: str
    now: str
    then: str


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What reading it again today would change; `route` is where it would go."""

    changes: Sequence[Changed]
    new_reasons: Sequence[str]
    gone_reasons: Sequence[str]
    route: str


def of(document: Document) -> Why:
    """What was said and in force."""
    rows = list(Extraction.objects.filter(document=document).order_by("pk"))
    facts = [ExtractionFact.from_json(row.data) for row in rows]
    present = _present(document)
    fields = []
    for name in FIELD_NAMES:
        said = [fact.fields[name].value if name in fact.fields else "" for fact in facts]
        now = present.get(name, "")
        if now or any(said):
            fields.append(
                Said(
                    field_label(name),
                    [shown(name, value) for value in said],
                    shown(name, now),
                    len({*said, now}) > 1,
                )
            )
    return Why(
        rows,
        fields,
        list(Finding.objects.filter(document=document).order_by("position", "pk")),
        [(name, str(answer.get("arm", ""))) for name, answer in sorted(document.flags.items())],
        document.policy_id,
    )


def what_if(document: Document) -> WhatIf:
    """Read the original again with what runs today, and compare. Nothing is stored or posted."""
    arms = flags.arms_now(document.organization, str(document.code))
    again = preview.read_again(document, arms)
    present = _present(document)
    found = {} if again.extraction is None else again.extraction.fields
    changes = [
        Changed(field_label(name), shown(name, present.get(name, "")), shown(name, then))
        for name in FIELD_NAMES
        if (then := found[name].value if name in found else "") != present.get(name, "")
    ]
    before = dict(Finding.objects.filter(document=document).values_list("code", "message"))
    after = {reason.code: reason.message for reason in again.reasons}
    return WhatIf(
        changes,
        [message for code, message in after.items() if code not in before],
        [message for code, message in before.items() if code not in after],
        again.route,
    )


def _present(document: Document) -> dict[str, str]:
    rows = FieldValue.objects.filter(document=document)
    return {row.name: row.value for row in rows}
