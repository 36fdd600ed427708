"""The numbered answers to a question, and the fields as they are shown beside the paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zohodocs.domain.invoice import DATE_FIELDS, DOCUMENT_TYPES, FIELD_NAMES, iso_date
from zohodocs.models import Account, Document, FieldValue, Page, Vendor
from zohodocs.web.formats import number, shown
from zohodocs.web.labels import field_label, source_label

from . import queries

_HUMAN = "human"
_MOST = 7  # 1..7 are candidates, 8 and 9 stay for "create new" and typing
_QUOTED = 60


@dataclass(frozen=True, slots=True)
class Answer:
    """One numbered choice. `quote` is the paper's own words, `note` why it may be right."""

    key: int
    raw: str
    label: str
    note: str = ""
    quote: str = ""
    page: int | None = None
    box: Sequence[float] | None = None

    @property
    def place(self) -> str:
        """Its box as text for the page's script; empty where it has none."""
        return place(self.page, self.box)


@dataclass(frozen=True, slots=True)
class Field:
    """One field as a row: its value, and how sure that is, in shape, word and figure."""

    name: str
    label: str
    raw: str
    shown: str
    shape: str  # sure | check | missing
    sign: str
    sureness: str
    page: int | None = None
    box: Sequence[float] | None = None

    @property
    def place(self) -> str:
        """Its box as text for the page's script; empty where it has none."""
        return place(self.page, self.box)


def place(page: int | None, box: Sequence[float] | None) -> str:
    """`page x0 y0 x1 y1`."""
    return f"{page or 1} {' '.join(f'{side:.4f}' for side in box)}" if box else ""


def fields(document: Document, values: Mapping[str, FieldValue], sure_from: float) -> list[Field]:
    """Every field in reading order, the missing ones too."""
    return [_field(name, values.get(name), document.currency, sure_from) for name in FIELD_NAMES]


def _field(name: str, row: FieldValue | None, currency: str, sure_from: float) -> Field:
    label = field_label(name)
    if row is None or not row.value:
        return Field(name, label, "", "", "missing", "○", _("missing"))
    if row.source == _HUMAN:
        shape, sign = "sure", "●"
        sureness = _("by %(person)s") % {"person": row.changed_by or source_label(_HUMAN)}
    else:
        sure = float(row.confidence) >= sure_from
        shape, sign = ("sure", "●") if sure else ("check", "◐")
        sureness = number(round(Decimal(row.confidence) * 100, 1))
    return Field(
        name,
        label,
        row.value,
        shown(name, row.value, currency),
        shape,
        sign,
        sureness,
        row.page,
        row.box,
    )


def for_field(
    name: str,
    values: Mapping[str, FieldValue],
    pages: Mapping[int, Page],
    currency: str,
    *,
    confirmable: bool,
) -> list[Answer]:
    """What was read for this field, best first, each with its place.

    `confirmable`: the present value is an answer, too; where it is what blocks, it is not.
    """
    row = values.get(name)
    read: list[dict[str, Any]] = []
    if row is not None and row.value and confirmable:
        read.append({"value": row.value, "page": row.page, "box": row.box})
    read += row.others if row is not None else []
    issued = iso_date(values["issue_date"].value) if "issue_date" in values else None
    answers: list[Answer] = []
    for candidate in read:
        raw = str(candidate["value"])
        if len(answers) == _MOST or any(answer.raw == raw for answer in answers):
            continue
        page, box = candidate.get("page"), candidate.get("box")
        answers.append(
            Answer(
                key=len(answers) + 1,
                raw=raw,
                label=shown(name, raw, currency),
                note=_about(name, raw, issued),
                quote=quoted(pages.get(page or 1), box),
                page=page,
                box=box,
            )
        )
    return answers


def type_choices() -> list[tuple[str, str]]:
    """The kinds of paper to choose from."""
    return [(kind, shown("document_type", kind)) for kind in DOCUMENT_TYPES]


def for_vendor(document: Document) -> list[Answer]:
    """The vendors it may be, the proposed one first; the last answer creates a new one."""
    match = document.vendor_match
    proposed = (
        [(match["vendor_id"], match.get("name", ""), match.get("score", 0))]
        if match.get("vendor_id")
        else []
    )
    offered: dict[str, float] = {}
    for code, _name, score in [*proposed, *match.get("candidates", [])]:
        offered.setdefault(str(code), float(score))
    known = queries.vendors_by_code(document, list(offered))
    answers: list[Answer] = []
    for code, score in list(offered.items())[: _MOST - 1]:
        if code in known:
            answers.append(vendor_answer(known[code], len(answers) + 1, score))
    if document.vendor_name:
        answers.append(
            Answer(
                key=len(answers) + 1,
                raw="new",
                label=_("Create “%(name)s”") % {"name": document.vendor_name},
                note=_("a new vendor, made when you approve"),
            )
        )
    return answers


def vendor_answer(vendor: Vendor, key: int, score: float = 0) -> Answer:
    """A vendor as a numbered choice."""
    return Answer(
        key=key,
        raw=str(vendor.code),
        label=vendor.name,
        note=" · ".join(part for part in (vendor.tax_id, vendor.country) if part),
        quote=_("%(percent)d %% alike") % {"percent": round(score * 100)} if score else "",
    )


def for_account(document: Document, chart: Sequence[Account]) -> list[Answer]:
    """The account as proposed, then what this vendor's papers were booked on before."""
    choice = document.account_choice
    usual = queries.usual_accounts(document)
    by_code = {str(account.code): account for account in chart}
    by_pk = {account.pk: account for account in chart}
    proposed = by_code.get(str(choice.get("account_id")))
    order = ([proposed] if proposed else []) + [by_pk[pk] for pk in usual if pk in by_pk]
    answers: list[Answer] = []
    for account in order:
        if len(answers) == _MOST or any(answer.raw == str(account.code) for answer in answers):
            continue
        times = usual.get(account.pk, 0)
        note = (
            ngettext("%(n)d document before", "%(n)d documents before", times) % {"n": times}
            if times
            else ""
        )
        reason = str(choice.get("reason", "")) if account is proposed else _("vendor history")
        answers.append(Answer(len(answers) + 1, str(account.code), str(account), note, reason))
    return answers


def quoted(page: Page | None, box: Sequence[float] | None) -> str:
    """The paper's own words inside a box."""
    if page is None or not box:
        return ""
    x0, y0, x1, y1 = box
    inside = [
        str(word[0])
        for word in page.words
        if x0 <= (word[1] + word[3]) / 2 <= x1 and y0 <= (word[2] + word[4]) / 2 <= y1
    ]
    said = " ".join(inside)
    return said if len(said) <= _QUOTED else f"{said[:_QUOTED]}…"


def _about(name: str, raw: str, issued: date | None) -> str:
    """What an accountant would notice about a date: how long after the invoice it is."""
    known = iso_date(raw) if name in DATE_FIELDS and name != "issue_date" else None
    if known is None or issued is None:
        return ""
    days = (known - issued).days
    if days < 0:
        return _("before the invoice date")
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days} if days else _("same day")
