"""What a person must answer about a document: its findings, gathered into questions.

A question about a field is answered when a person confirmed or corrected the value and nothing
about it blocks any more; one about the vendor or the account, when a person chose; any other, when
it is gone or accepted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.utils.translation import gettext as _

from zohodocs.domain.invoice import FIELD_NAMES
from zohodocs.models import Document, FieldValue, Finding
from zohodocs.web.formats import said
from zohodocs.web.labels import field_label

FOUR_EYES = "four_eyes"
FILEABLE = frozenset(
    {"not_ours", "outgoing", "internal", "other_company", "not_a_posting_document", "zero_total"}
)
# They only say that a person approves; the approval itself is the answer.
SETTLED_BY_APPROVAL = frozenset(
    {
        "approval_needed",
        "credit_note_by_hand",
        "receipt_by_hand",
        "rule_always_review",
        "above_limit",
        "limit_other_currency",
    }
)
# Two papers are to be compared; no single field answers that.
DUPLICATE = "duplicate"
DUPLICATES = frozenset({"duplicate_invoice", "look_alike", "number_used_in_other_year"})
VENDOR, ACCOUNT = "vendor", "account"
_HUMAN = "human"


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to decide. `subject` is a field, `vendor`, `account` or "" for the whole paper."""

    key: str
    subject: str
    label: str
    messages: tuple[str, ...]
    codes: tuple[str, ...]
    blocks: bool
    answered: bool
    # Codes that a person may accept with a reason.
    overrulable: tuple[str, ...] = ()
    four_eyes: bool = False
    # Whether “file it” is a fair answer: the paper may not be one that is posted here.
    fileable: bool = False
    # Public ids of the documents it may be a copy of.
    twins: tuple[str, ...] = ()

    @property
    def is_field(self) -> bool:
        """Whether a field's value answers it."""
        return self.subject in FIELD_NAMES

    @property
    def waits(self) -> bool:
        """Whether it still needs somebody, apart from a second pair of eyes."""
        return not self.answered and not self.four_eyes


def of(document: Document) -> list[Question]:
    """Every question of this document, what blocks first, then in the order of the paper."""
    values = {row.name: row for row in FieldValue.objects.filter(document=document)}
    return from_findings(
        Finding.objects.filter(document=document).order_by("position", "pk"), document, values
    )


def from_findings(
    findings: Iterable[Finding], document: Document, values: dict[str, FieldValue]
) -> list[Question]:
    """The questions, from rows that were loaded already."""
    asked = [finding for finding in findings if _asks(finding, document)]
    keyed = sorted(((_key(finding), finding) for finding in asked), key=lambda pair: pair[0])
    questions = [
        _question(key, [finding for _key_again, finding in group], document, values)
        for key, group in groupby(keyed, key=lambda pair: pair[0])
    ]
    return sorted(questions, key=lambda question: (question.four_eyes, _place(question)))


def obstacle(questions: Sequence[Question], *, accept_doubts: bool = False) -> str | None:
    """The smallest thing that would clear the way to approval; None if it is clear."""
    waiting = [question for question in questions if question.waits]
    blocking = [question for question in waiting if question.blocks]
    if blocking:
        return _("%(label)s: %(message)s") % {
            "label": blocking[0].label,
            "message": said(blocking[0].messages[0]),
        }
    if waiting and not accept_doubts:
        return _("Answer first: %(label)s") % {"label": waiting[0].label}
    return None


def _asks(finding: Finding, document: Document) -> bool:
    if finding.code == FOUR_EYES:
        return True
    wanted = finding.blocks or (finding.review and finding.code not in SETTLED_BY_APPROVAL)
    return wanted and finding.code not in document.overruled


def _subject(finding: Finding) -> str:
    if finding.code in DUPLICATES:
        return ""
    # A finding of the vendor stage may name the field it came from; choosing the vendor answers it.
    for subject in (VENDOR, ACCOUNT):
        if finding.code.startswith(f"{subject}_") or finding.field == subject:
            return subject
    return finding.field if finding.field in FIELD_NAMES else ""


def _key(finding: Finding) -> str:
    if finding.code == FOUR_EYES:
        return FOUR_EYES
    if finding.code in DUPLICATES:
        return DUPLICATE
    return _subject(finding) or finding.code


def _question(
    key: str, findings: Sequence[Finding], document: Document, values: dict[str, FieldValue]
) -> Question:
    subject = "" if key == FOUR_EYES else _subject(findings[0])
    blocks = any(finding.blocks for finding in findings) and key != FOUR_EYES
    if subject == VENDOR:
        chosen = document.vendor_match.get("how") == _HUMAN
    elif subject == ACCOUNT:
        chosen = document.account_choice.get("how") == _HUMAN
    elif subject:
        value = values.get(subject)
        chosen = value is not None and value.source == _HUMAN
    else:
        chosen = False
    return Question(
        key=key,
        subject=subject,
        label=_label(key, subject, blocks),
        messages=tuple(dict.fromkeys(finding.message for finding in findings)),
        codes=tuple(dict.fromkeys(finding.code for finding in findings)),
        blocks=blocks,
        answered=chosen and not blocks,
        overrulable=tuple(dict.fromkeys(f.code for f in findings if f.overrulable or not f.blocks)),
        four_eyes=key == FOUR_EYES,
        twins=tuple(
            str(finding.data["document_id"])
            for finding in findings
            if finding.code in DUPLICATES and finding.data.get("document_id")
        ),
        fileable=any(finding.code in FILEABLE for finding in findings),
    )


def _label(key: str, subject: str, blocks: bool) -> str:
    if subject:
        return field_label(subject)
    if key == FOUR_EYES:
        return _("Two people")
    known = {
        DUPLICATE: _("Already here?"),
        "not_ours": _("Is it ours?"),
        "outgoing": _("Is it ours?"),
        "internal": _("Is it ours?"),
        "company": _("Is it ours?"),
        "needs_ocr": _("Nothing could be read"),
        "bank": _("Bank details"),
    }
    for start, label in known.items():
        if start in key:
            return label
    return _("This stops it") if blocks else _("Please look")


def _place(question: Question) -> tuple[bool, int]:
    order = [VENDOR, *FIELD_NAMES, ACCOUNT]
    at = order.index(question.subject) if question.subject in order else -1
    return (not question.blocks, at)
