"""The archive's list as a table for a spreadsheet: CSV or XLSX, with no cell that calculates."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any

import xlsxwriter
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zohodocs.models import Document
from zohodocs.web.archive import ArchiveFilter, matching
from zohodocs.web.htmx import Request

# More is a report, not a list; the filters make it smaller.
MOST_ROWS = 20_000
_BATCH = 500
# What spreadsheet programs take for the beginning of a formula (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@login_required
@require_safe
def export(request: Request, kind: str) -> HttpResponseBase:
    """What the archive shows with these filters, newest first, at most `MOST_ROWS`."""
    rows = matching(request.user, ArchiveFilter(request.GET).values())
    newest = rows.select_related("organization", "posting").order_by("-received_at", "-pk")
    table = _table(newest[:MOST_ROWS])
    name = f"documents-{timezone.localdate().isoformat()}.{kind}"
    response: HttpResponseBase
    if kind == "csv":
        response = StreamingHttpResponse(_as_csv(table), content_type="text/csv; charset=utf-8")
    elif kind == "xlsx":
        response = HttpResponse(_as_xlsx(table), content_type=_XLSX)
    else:
        raise Http404
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def harmless(text: str) -> str:
    """The text so that no spreadsheet program takes it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _table(documents: Any) -> Iterator[list[Any]]:
    yield [
        _("Company"),
        _("Vendor"),
        _("Number"),
        _("Kind of paper"),
        _("Date"),
        _("Due"),
        _("Amount"),
        _("Currency"),
        _("State"),
        _("Arrived"),
        _("File"),
        _("Zoho Books"),
        "id",
    ]
    each: Document
    for each in documents.iterator(chunk_size=_BATCH):
        posting = getattr(each, "posting", None)
        yield [
            each.organization.name,
            each.vendor_name,
            each.invoice_number,
            each.document_type,
            each.issue_date.isoformat() if each.issue_date else "",
            each.due_date.isoformat() if each.due_date else "",
            each.gross_total,
            each.currency,
            each.get_state_display(),
            timezone.localtime(each.received_at).strftime("%Y-%m-%d %H:%M"),
            each.filename,
            posting.bill_url if posting else "",
            str(each.code),
        ]


class _Line:
    """Hands each written line back, so that the answer can be sent piece by piece."""

    def write(self, line: str) -> str:
        return line


def _as_csv(table: Iterable[list[Any]]) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield "\ufeff"  # else spreadsheet programs take the letters for another encoding's
    for row in table:
        yield writer.writerow([_cell(value) for value in row])


def _cell(value: object) -> str:
    # An amount below zero begins with a minus and is a number all the same.
    return harmless(value) if isinstance(value, str) else "" if value is None else f"{value:f}"


def _as_xlsx(table: Iterable[list[Any]]) -> bytes:
    file = BytesIO()
    book = xlsxwriter.Workbook(
        file,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    sheet = book.add_worksheet()
    money = book.add_format({"num_format": "#,##0.00"})
    head = book.add_format({"bold": True})
    for number, row in enumerate(table):
        for column, value in enumerate(row):
            if value is None:
                continue
            if isinstance(value, str):
                sheet.write_string(number, column, value, head if number == 0 else None)
            else:
                sheet.write_number(number, column, value, money)
    sheet.freeze_panes(1, 0)
    sheet.autofit()
    book.close()
    return file.getvalue()
