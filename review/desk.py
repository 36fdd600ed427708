"""Everything the page of one item shows, as plain values for the templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zohodocs.access import may_decide
from zohodocs.domain.invoice import FIELD_NAMES, LineItem
from zohodocs.models import (
    WORKER,
    Document,
    FieldValue,
    Finding,
    Page,
    Policy,
    ReviewItem,
    ReviewState,
    State,
)

from . import (
    actions,
    answers,
    grid,
    look_alikes,
    micro,
    queries,
    questions,
    spot_check_forms,
    summary,
)
from .answers import Answer, Field
from .questions import ACCOUNT, VENDOR, Question


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its numbered answers; `typed` is what was tried, `problem` why it failed."""

    question: Question
    answers: Sequence[Answer]
    field: Field | None = None
    # Documents this one may be a copy of.
    twins: Sequence[Document] = ()
    typed: str = ""
    problem: str = ""
    # What came of accepting it as it is: the reason tried, and why that was not enough.
    reason: str = ""
    refusal: str = ""
    current: bool = False

    # The numbers of what stands under the candidates: each answer of a question has its own.
    @property
    def open_key(self) -> int:
        """The number of the free answer: type it, find it, choose from the whole list."""
        return len(self.answers) + 1

    @property
    def file_key(self) -> int:
        """The number of “file it”."""
        return self.open_key + (1 if self.question.subject else len(self.twins))

    @property
    def accept_key(self) -> int:
        """The number of “it is right”, the last one."""
        return self.file_key + (1 if self.question.fileable else 0)

    @property
    def acceptable(self) -> Sequence[str]:
        """What one word accepts; a doubt about one value is answered by the value itself."""
        asks_for_a_value = bool(self.question.subject) and not self.question.blocks
        return () if asks_for_a_value else self.question.overrulable


@dataclass(frozen=True, slots=True)
class Mark:
    """A field's place on the page that is shown."""

    name: str
    x: float
    y: float
    width: float
    height: float
    kind: str  # sure | doubt


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a refused write leaves on the page: at a field, or for the whole panel."""

    message: str
    field: str = ""
    typed: str = ""


def context(
    item: ReviewItem,
    user: User,
    *,
    page: int | None = None,
    vendor_q: str = "",
    trouble: Trouble | None = None,
) -> dict[str, Any]:
    """The context of panel and paper for this item as it stands now."""
    document = item.document
    values = {row.name: row for row in FieldValue.objects.filter(document=document)}
    findings = list(Finding.objects.filter(document=document).order_by("position", "pk"))
    pages = {row.number: row for row in Page.objects.filter(document=document, number__lte=3)}
    chart = queries.accounts(document)
    offered = {
        VENDOR: answers.for_vendor(document),
        ACCOUNT: answers.for_account(document, chart),
    }
    decides = may_decide(user, document.organization_id)
    sure_from = float(Policy.current(document.organization).min_confidence)
    shown = answers.fields(document, values, sure_from)
    by_name = {field.name: field for field in shown}
    asking = questions.from_findings(findings, document, values)
    waiting = [question for question in asking if question.waits]
    asked = _asked(waiting, document, values, pages, offered, by_name, trouble)
    pairs = actions.pairs_of(item)
    number = _page_number(page, asked, document)
    if number not in pages:
        pages |= {row.number: row for row in Page.objects.filter(document=document, number=number)}
    twin = queries.with_a_page([twin for each in asked for twin in each.twins])
    comparing = any(each.current and each.twins for each in asked)
    doubtful = {question.subject for question in waiting if question.is_field}
    rest = [field for field in shown if field.name not in doubtful]
    certain = [field for field in rest if field.shape == "sure"]
    chosen = {VENDOR: document.vendor or document.vendor_name, ACCOUNT: document.account}
    asked_about = {question.subject for question in waiting}
    settled = [name for name, value in chosen.items() if value and name not in asked_about]
    lines = [LineItem.from_json(line) for line in document.line_items]
    return {
        "item": item,
        "document": document,
        "organization": document.organization,
        "decidable": decides and awaits_decision(item),
        "failed": document.state == State.FAILED,
        "may_decide": decides,
        "asked": asked,
        "pairs": pairs,
        "quick": _quick(asked, len(pairs), document),
        "left": len(waiting),
        "obstacle": questions.obstacle(asking),
        "four_eyes": [question for question in asking if question.four_eyes],
        "first_approval_by": item.first_approval_by,
        "certain": certain,
        "certain_count": len(certain) + len(settled),
        "unsure": [field for field in rest if field.shape == "check"],
        # Of a posted document: what a spot check compares.
        "checked_fields": [by_name[name] for name in spot_check_forms.FIELDS if by_name[name].raw],
        "missing": [field for field in rest if field.shape == "missing"],
        "notes": [finding for finding in findings if _is_note(finding)],
        "overruled": document.overruled,
        "vendor_asked": any(question.subject == VENDOR for question in waiting),
        "account_asked": any(question.subject == ACCOUNT for question in waiting),
        "vendor_answers": offered[VENDOR],
        "vendor_q": vendor_q,
        "vendor_found": [
            answers.vendor_answer(vendor, 0) for vendor in queries.vendors(document, vendor_q)
        ],
        "account_answers": offered[ACCOUNT],
        "chart": chart,
        "type_choices": answers.type_choices(),
        "lines": lines,
        "grid": grid.of(
            lines,
            net=values["net_total"].value if "net_total" in values else "",
            currency=document.currency,
        ),
        "tax_lines": document.tax_lines,
        "summary": summary.of(document, values),
        "earlier": queries.documents_of_vendor(document),
        "originals": queries.possible_originals(document),
        "page_number": number,
        "page": pages.get(number),
        "twin": look_alikes.beside(document, pages.get(number), twin) if twin else None,
        "twins_before": actions.earlier_twins(document) if twin else [],
        "comparing": comparing,
        "marks": _marks(shown, doubtful, number),
        "trouble": _general(trouble, asked),
        "troubled": trouble if trouble and trouble.field else None,
    }


def awaits_decision(item: ReviewItem) -> bool:
    """Whether it is still to be decided what becomes of the document."""
    return item.state == ReviewState.OPEN and item.document.state == State.IN_REVIEW


def _asked(
    waiting: Sequence[Question],
    document: Document,
    values: Mapping[str, FieldValue],
    pages: Mapping[int, Page],
    offered: Mapping[str, Sequence[Answer]],
    by_name: Mapping[str, Field],
    trouble: Trouble | None,
) -> list[Asked]:
    found = []
    for question in waiting:
        if question.subject in offered:
            asked = Asked(question, offered[question.subject])
        elif question.is_field:
            candidates = answers.for_field(
                question.subject,
                values,
                pages,
                document.currency,
                confirmable=not question.blocks,
            )
            asked = Asked(question, candidates, by_name[question.subject])
        else:
            asked = Asked(question, [], twins=queries.documents_by_code(document, question.twins))
        if trouble and trouble.field in question.codes:
            asked = replace(asked, reason=trouble.typed, refusal=trouble.message)
        elif trouble and trouble.field and trouble.field == question.subject:
            asked = replace(asked, typed=trouble.typed, problem=trouble.message)
        found.append(asked)
    at = next((index for index, asked in enumerate(found) if asked.problem or asked.refusal), 0)
    return [replace(asked, current=index == at) for index, asked in enumerate(found)]


def _quick(asked: Sequence[Asked], pairs: int, document: Document) -> micro.Micro | None:
    """The one question that is left, if that is all and its answers were read."""
    question = micro.fit([each.question for each in asked], pairs=pairs)
    if question is None:
        return None
    return micro.of(question, asked[0].answers, version=document.version)


def _page_number(wanted: int | None, asked: Sequence[Asked], document: Document) -> int:
    """The page asked for, else that of the first question, else the first."""
    if wanted is None:
        current = next((each for each in asked if each.current), None)
        wanted = current.field.page if current and current.field else None
    return max(1, min(wanted or 1, document.page_count or 1))


def _marks(shown: Sequence[Field], doubtful: set[str], number: int) -> list[Mark]:
    return [
        Mark(
            name=field.name,
            x=field.box[0],
            y=field.box[1],
            width=field.box[2] - field.box[0],
            height=field.box[3] - field.box[1],
            kind="doubt" if field.name in doubtful or field.shape == "check" else "sure",
        )
        for field in shown
        if field.box and (field.page or 1) == number
    ]


def _general(trouble: Trouble | None, asked: Sequence[Asked]) -> str:
    """What is said at the head of the panel: all that no field of it can show."""
    if (
        trouble is None
        or trouble.field in FIELD_NAMES
        or any(each.problem or each.refusal for each in asked)
    ):
        return ""
    return trouble.message


def _is_note(finding: Finding) -> bool:
    """Worth knowing, but no question; two people are told of in a place of their own."""
    if finding.code == questions.FOUR_EYES:
        return False
    asks = finding.blocks or finding.review
    return not asks or finding.code in questions.SETTLED_BY_APPROVAL


# The same three where the machine was sure enough to ask nobody.
_APPROVED_ALONE = {
    State.APPROVED: gettext_lazy(
        "Approved without a person; it goes to Zoho Books when the hold is over."
    ),
    State.POSTING: gettext_lazy("Approved without a person; it is on its way to Zoho Books."),
    State.POSTED: gettext_lazy("Approved without a person; it stands in Zoho Books."),
}


def decided_sentence(document: Document) -> str:
    """What became of a document that is no longer in review, in one sentence."""
    if document.approved_by == WORKER and document.state in _APPROVED_ALONE:
        return str(_APPROVED_ALONE[State(document.state)])
    person = document.approved_by
    sentences = {
        State.APPROVED: _("Approved by %(person)s; it goes to Zoho Books when the hold is over."),
        State.POSTING: _("Approved by %(person)s; it is on its way to Zoho Books."),
        State.POSTED: _("Approved by %(person)s; it stands in Zoho Books."),
        State.FILED: _("Filed: not a posting document."),
        State.REJECTED: _("Rejected."),
        State.DUPLICATE: _("Closed as a copy."),
        State.FAILED: _("The machine could not process it. Look at it, then choose."),
        State.RECEIVED: _("It is being read again."),
        State.PROCESSING: _("It is being read again."),
    }
    return str(sentences.get(State(document.state), "")) % {"person": person}
