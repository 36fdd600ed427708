"""What a run leaves behind, written inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from zohodocs.domain import attention
from zohodocs.domain.case import Case
from zohodocs.domain.identity import compared_number
from zohodocs.domain.invoice import Extraction, FieldReading, Invoice, LineItem, TaxLine
from zohodocs.domain.reading import PageText, Reading
from zohodocs.domain.verdicts import Finding as FindingFact
from zohodocs.models import (
    Account,
    Document,
    FieldValue,
    Finding,
    Page,
    ReviewItem,
    ReviewKind,
    ReviewState,
    Vendor,
    place_of,
    prepared,
    text_of,
)
from zohodocs.models import (
    Extraction as ExtractionRow,
)
from zohodocs.models.prepared import Rows

from . import lately

HUMAN = "human"
_AMOUNT_DECIMALS = 3


def save_first(
    document: Document,
    case: Case,
    findings: Sequence[FindingFact],
    columns: Mapping[str, Any],
    *,
    reasons: Sequence[FindingFact],
    now: datetime,
) -> None:
    """All that the first run of a document leaves besides its own `columns`, in one statement.

    `reasons`: what a person is asked about, worst first; without any nobody is.
    """
    left = []
    if case.reading is not None:
        left.append(_pages(document, case.reading.pages))
    if case.extraction is not None:
        left += _extraction(document, case.extraction, typed=(), now=now, reading=1)
    left.append(_findings(document, findings))
    if reasons:
        item = _item(document, reasons, case.invoice.gross_total, now=now) | place_of(document)
        left.append(Rows(ReviewItem, [item]))
    prepared.insert(*left, text_of(document, _searched(document, case, columns)))


def save_pages(document: Document, pages: Iterable[PageText]) -> None:
    """Keep the words of every page; a page that is there already is overwritten."""
    prepared.insert(_pages(document, pages))


def _pages(document: Document, pages: Iterable[PageText]) -> Rows:
    rows = [
        {
            "document_id": document.pk,
            "number": page.number,
            "width": page.width,
            "height": page.height,
            "words": page.to_json()["words"],
        }
        for page in pages
    ]
    return Rows(
        Page, rows, unique=("document_id", "number"), overwrite=("width", "height", "words")
    )


def save_extraction(
    document: Document, extraction: Extraction, *, typed: Collection[str], now: datetime
) -> None:
    """Keep the engine's reading for ever, and take its values but for those a person `typed`."""
    earlier = ExtractionRow.objects.filter(document=document, engine=extraction.engine).count()
    # Another engine's values, too: there is one present value of a field.
    FieldValue.objects.filter(document=document).exclude(source=HUMAN).delete()
    prepared.insert(*_extraction(document, extraction, typed=typed, now=now, reading=earlier + 1))


def _extraction(
    document: Document,
    extraction: Extraction,
    *,
    typed: Collection[str],
    now: datetime,
    reading: int,
) -> tuple[Rows, Rows]:
    row = {"engine": extraction.engine, "reading": reading, "data": extraction.to_json()}
    values = [
        {"document_id": document.pk, "name": name, **_field_columns(value, now)}
        for name, value in extraction.fields.items()
        if name not in typed
    ]
    kept = {"document_id": document.pk, "created_at": now, **row}
    return Rows(ExtractionRow, [kept]), Rows(FieldValue, values)


def _field_columns(value: FieldReading, now: datetime) -> dict[str, Any]:
    return {
        "value": value.value,
        "confidence": Decimal(str(round(value.confidence, 4))),
        "source": value.source,
        "page": value.page,
        "box": list(value.box) if value.box else None,
        "others": [other.to_json() for other in value.others],
        "changed_at": now,
        "changed_by": "",
    }


def present_reading(document: Document) -> Reading:
    """The words as they were read, without the XML."""
    rows = Page.objects.filter(document=document).order_by("number")
    pages = rows.values("number", "width", "height", "words")
    return Reading(kind=document.kind, pages=tuple(PageText.from_json(page) for page in pages))


def present_invoice(document: Document) -> Invoice:
    """The typed invoice of the present values; a person's value counts as certain."""
    rows = list(FieldValue.objects.filter(document=document))
    return Invoice.from_values(
        {row.name: row.value for row in rows},
        line_items=tuple(LineItem.from_json(line) for line in document.line_items),
        tax_lines=tuple(TaxLine.from_json(line) for line in document.tax_lines),
        confidence={
            row.name: 1.0 if row.source == HUMAN else float(row.confidence) for row in rows
        },
    )


def human_fields(document: Document) -> frozenset[str]:
    """Names of the fields whose present value a person gave."""
    rows = FieldValue.objects.filter(document=document, source=HUMAN)
    return frozenset(rows.values_list("name", flat=True))


def save_findings(document: Document, findings: Iterable[FindingFact]) -> None:
    """The findings as they stand now, in their order."""
    Finding.objects.filter(document=document).delete()
    prepared.insert(_findings(document, findings))


def _findings(document: Document, findings: Iterable[FindingFact]) -> Rows:
    rows = [
        {
            "document_id": document.pk,
            "code": finding.code,
            "message": finding.message,
            "field": finding.field or "",
            "blocks": finding.blocks,
            "review": finding.review or finding.blocks,
            "overrulable": finding.overrulable,
            "data": finding.to_json()["data"],
            "position": position,
        }
        for position, finding in enumerate(findings)
    ]
    return Rows(Finding, rows)


def columns_of(case: Case) -> dict[str, Any]:
    """The document's own columns, as this case knows them."""
    invoice = case.invoice
    columns: dict[str, Any] = {
        "document_type": invoice.document_type,
        "vendor_name": (invoice.supplier_name or (case.vendor.name if case.vendor else ""))[:300],
        "invoice_number": invoice.invoice_number[:120],
        "compared_number": compared_number(invoice.invoice_number)[:120],
        "issue_date": invoice.issue_date,
        "due_date": invoice.due_date,
        "currency": invoice.currency[:3],
        "gross_total": _fitting(invoice.gross_total),
        "policy_id": case.policy.id,
    }
    if case.vendor is not None:
        columns["vendor_match"] = _vendor_json(case)
        columns["vendor_id"] = _pk(Vendor, case, case.vendor.vendor_id)
    if case.account is not None:
        columns["account_choice"] = _account_json(case)
        columns["account_id"] = _pk(Account, case, case.account.account_id)
    return columns


def columns_of_run(case: Case, *, now: datetime) -> dict[str, Any]:
    """What a run that is over leaves there besides: it holds nothing, and read so much."""
    columns: dict[str, Any] = {"lease_until": None, "lease_owner": "", "decided_at": now}
    if case.extraction is not None:
        columns["line_items"] = [line.to_json() for line in case.extraction.line_items]
        columns["tax_lines"] = [line.to_json() for line in case.extraction.tax_lines]
    if case.reading is not None:
        columns["page_count"] = len(case.reading.pages)
    return columns


def _searched(document: Document, case: Case, columns: Mapping[str, Any]) -> list[str]:
    """What `keep_text` would find of a document that this case read first."""
    fields = case.extraction.fields.values() if case.extraction else ()
    pages = case.reading.pages if case.reading else ()
    return [
        *(columns["vendor_name"], columns["invoice_number"], document.filename),
        *(field.value for field in fields),
        *(word.text for page in pages for word in page.words),
    ]


def _fitting(amount: Decimal | None) -> Decimal | None:
    """The amount, if the column can hold it; an absurd one is shown as a field, not summed up."""
    if amount is None or abs(amount) >= Decimal(10) ** 12:
        return None
    return round(amount, _AMOUNT_DECIMALS)


def _pk(model: type[Vendor] | type[Account], case: Case, code: str | None) -> int | None:
    if not code:
        return None
    whose = case.organization.code
    return lately.asked(
        (model.__name__, whose, code),
        lambda: (
            model.objects.filter(code=code, organization__code=whose)
            .values_list("pk", flat=True)
            .first()
        ),
    )


def _vendor_json(case: Case) -> Mapping[str, Any]:
    match = case.vendor
    if match is None:
        return {}
    return {
        "outcome": match.outcome.value,
        "reason": match.reason,
        "vendor_id": match.vendor_id,
        "name": match.name,
        "score": match.score,
        "how": match.how,
        "proposal": {name: list(pair) for name, pair in match.proposal.items()},
        "candidates": [list(candidate) for candidate in match.candidates],
    }


def _account_json(case: Case) -> Mapping[str, Any]:
    choice = case.account
    if choice is None:
        return {}
    return {
        "account_id": choice.account_id,
        "name": choice.name,
        "reason": choice.reason,
        "confidence": choice.confidence,
        "how": choice.how,
        "category": choice.category,
        "tax_id": choice.tax_id,
        "tax_ids": dict(choice.tax_ids),
        "lines_required": choice.lines_required,
    }


def open_review(
    document: Document,
    reasons: Sequence[FindingFact],
    amount: Decimal | None,
    *,
    now: datetime,
) -> None:
    """Ask the open question about this document; asked once, its reason and worth kept up to date.

    `reasons`: worst first, at least one.
    """
    new = _item(document, reasons, amount, now=now)
    about = {name: new.pop(name) for name in ("document_id", "kind", "state")}
    item, created = ReviewItem.objects.get_or_create(**about, defaults=new)
    if not created and (item.reason, item.message) != (new["reason"], new["message"]):
        said = {"reason": new["reason"], "message": new["message"]}
        ReviewItem.objects.filter(pk=item.pk).update(**said)
    if not created and item.attention not in (new["attention"], *_waits_on(item)):
        ReviewItem.objects.filter(pk=item.pk).update(attention=new["attention"])


def _item(
    document: Document, reasons: Sequence[FindingFact], amount: Decimal | None, *, now: datetime
) -> dict[str, Any]:
    return {
        "document_id": document.pk,
        "kind": ReviewKind.DECIDE,
        "state": ReviewState.OPEN,
        "organization_id": document.organization_id,
        "reason": reasons[0].code,
        "message": reasons[0].message,
        "opened_at": now,
        "attention": attention.worth(amount, reasons),
    }


def _waits_on(item: ReviewItem) -> tuple[Decimal, ...]:
    """The places that its age or a call for a lead gave it: a correction takes neither away."""
    return attention.aged(item.opened_at), attention.called_for(item.opened_at)
