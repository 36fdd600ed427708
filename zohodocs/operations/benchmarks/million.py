"""A million documents made in the database, copies of one that really went through."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection

from zohodocs.models import Arrival, Document, DocumentText, Organization, ReviewItem, Vendor

_VENDORS = 5_000
_OPEN_OF = 20  # one in so many waits for a person: a whole page of them already in 1,000
_NOW = "now() - make_interval(secs => 60 * (n % 500000))"


def make_vendors(organization: Organization) -> int:
    """So many vendors; the id of the first."""
    rows = [
        Vendor(organization=organization, name=f"Vendor {n} GmbH", folded_name=f"vendor {n}")
        for n in range(_VENDORS)
    ]
    return min(row.pk for row in Vendor.objects.bulk_create(rows, batch_size=1_000))


def copies(document: Document, item: ReviewItem, *, first: int, last: int, vendor: int) -> None:
    """The documents `first` to `last` (counted from 0), with arrivals, words and open questions."""
    _run("SET statement_timeout = 0")  # no request makes so many
    state = f"CASE WHEN n % {_OPEN_OF} = 0 THEN 'in_review' ELSE 'posted' END"
    _copy(
        document,
        first,
        last,
        {
            "code": "gen_random_uuid()",
            "sha256": "md5(n::text) || md5((-n)::text)",
            "state": state,
            "filename": "n || '.pdf'",
            "vendor_id": f"{vendor} + n % {_VENDORS}",
            "vendor_name": f"'Vendor ' || n % {_VENDORS} || ' GmbH'",
            "invoice_number": "'M-' || lpad(n::text, 7, '0')",
            "compared_number": "'M' || lpad(n::text, 7, '0')",
            "gross_total": "100 + n % 99991",
            "issue_date": "current_date - n % 700",
            "received_at": _NOW,
            "moved_at": _NOW,
            "approved_at": _NOW,
            "decided_at": _NOW,
        },
    )
    made = f"d.filename ~ '^[0-9]+[.]pdf$' AND d.invoice_number LIKE 'M-%' AND d.id > {document.pk}"
    words = "lower(d.vendor_name || ' m ' || d.id || ' lieferung laut vertrag')"
    _run(
        f"INSERT INTO {DocumentText._meta.db_table} (document_id, text) SELECT d.id, {words}"  # noqa: S608 - names and numbers of our own
        f" FROM {Document._meta.db_table} d WHERE {made} ON CONFLICT DO NOTHING"
    )
    _copy_for_each(
        Arrival.objects.filter(document=document).get(),
        made,
        {"code": "gen_random_uuid()", "document_id": "d.id", "sha256": "d.sha256"},
    )
    _copy_for_each(
        item,
        f"{made} AND d.state = 'in_review'",
        {
            "code": "gen_random_uuid()",
            "document_id": "d.id",
            "opened_at": "d.received_at",
            "amount": "d.gross_total",
            "vendor_name": "d.vendor_name",
            "attention": "(d.id * 7919) % 100003",
        },
    )
    _run("VACUUM ANALYZE")  # as the server does by itself soon after, amid what is measured then
    _run("RESET statement_timeout")


def _copy(row: Document, first: int, last: int, changed: Mapping[str, str]) -> None:
    table = row._meta.db_table
    columns = [str(f.column) for f in row._meta.concrete_fields if f.column != "id"]
    values = ", ".join(changed.get(column, f"t.{column}") for column in columns)
    _run(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values}"  # noqa: S608 - names and numbers of our own
        f" FROM {table} t, generate_series({first}, {last - 1}) n WHERE t.id = {row.pk}"
    )


def _copy_for_each(row: Arrival | ReviewItem, where: str, changed: Mapping[str, str]) -> None:
    """The row once for each document that has none yet."""
    table, documents = row._meta.db_table, Document._meta.db_table
    columns = [str(f.column) for f in row._meta.concrete_fields if f.column != "id"]
    values = ", ".join(changed.get(column, f"t.{column}") for column in columns)
    _run(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} t,"  # noqa: S608 - names and numbers of our own
        f" {documents} d WHERE t.id = {row.pk} AND {where} AND NOT EXISTS"
        f" (SELECT 1 FROM {table} x WHERE x.document_id = d.id)"
    )


def _run(statement: str) -> None:
    """Tables, columns and numbers of our own alone stand in it."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
