"""The new way beside the old one: read and decide anew with one flag's candidate, and compare.

The pipeline's look-ups only read; Zoho is not asked at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

from zohodocs.domain.invoice import FIELD_NAMES
from zohodocs.domain.states import UNDECIDED_STATES
from zohodocs.models import WORKER, Document, Extraction, ShadowRun, State
from zohodocs.rollout import limits, shadow
from zohodocs.rollout.comparing import differing
from zohodocs.rollout.flags import CANDIDATE
from zohodocs.rollout.mattering import ROUTE
from zohodocs.rollout.shadow import Difference
from zohodocs.timing import scaled

from . import preview, runner

# Flags whose candidate is another way of reading or deciding; `new_cache` is compared where Zoho
# was asked anyway (`cached_vendors`), and how many workers there are leaves no trace in a paper.
FLAGS = ("ml_predictions", "layout_memory", "llm_fallback", "auto_approve")
_READING = frozenset({"ml_predictions", "layout_memory", "llm_fallback"})


def wanted(document: Document) -> list[str]:
    """The flags of these that the document is in shadow for and was not run for yet."""
    asked = [flag for flag in FLAGS if document.in_shadow(flag)]
    if not asked:
        return []
    done = ShadowRun.objects.filter(document=document, flag__in=asked)
    return [flag for flag in asked if flag not in set(done.values_list("flag", flat=True))]


def run(document: Document) -> None:
    """Try each candidate once, within limits; what it raises is kept as the run's error.

    Not before the document is decided. Raises CalledAway where this process must end: what is left
    then is as if it had not been begun.
    """
    if document.state in UNDECIDED_STATES:
        return
    seconds = max(scaled(limits.SECONDS), limits.LEAST_SECONDS)
    for flag in wanted(document):
        shadow.compare(document, flag, partial(_differences, document, flag), seconds=seconds)
    release(document)


def release(document: Document) -> bool:
    """Let a document whose comparisons are there wait no longer than its hold.

    One that differs is in review by now, and one that went on is left alone.
    """
    if document.approved_at is None or document.approved_by != WORKER:
        return False
    if shadow.missing(document):
        return False
    until = runner.hold_until(document, now=document.approved_at)
    held = Document.objects.filter(
        pk=document.pk, state=State.APPROVED, version=document.version, hold_until__gt=until
    )
    return held.update(hold_until=until) == 1


def _differences(document: Document, flag: str) -> Iterable[Difference]:
    arms = {name: str(answer.get("arm", "")) for name, answer in document.flags.items()}
    again = preview.read_again(document, {**arms, flag: CANDIDATE})
    if flag in _READING:
        found = again.extraction.fields if again.extraction else {}
        candidate = {name: value.value for name, value in found.items() if name in FIELD_NAMES}
        for field, (ours, theirs) in differing(_control(document), candidate).items():
            yield Difference(field, ours, theirs)
    control = "approved" if document.approved_by == WORKER else "in_review"
    if flag == "auto_approve" and again.route != control:
        yield Difference(ROUTE, control, again.route)


def _control(document: Document) -> Mapping[str, str]:
    """What the machine read by the way in force, whatever people made of it since."""
    row = Extraction.objects.filter(document=document).order_by("pk").first()
    fields = row.data.get("fields", {}) if row else {}
    return {name: str(value.get("value", "")) for name, value in fields.items()}
