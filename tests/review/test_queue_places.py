"""The queue in every order: where an item stands, that it stays so, and that no order sorts all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from review import actions, queries
from tests.cast import Cast, fresh
from tests.factories import DocumentFactory, MembershipFactory, ReviewItemFactory
from zohodocs.models import Document, Organization, ReviewItem
from zohodocs.operations import schedule

INDEXES = {
    "value": "review_org_value",
    "oldest": "review_org_open",
    "newest": "review_org_open",
    "amount": "review_org_amount",
    "vendor": "review_org_vendor",
}


def waiting(organization: Organization, number: int) -> ReviewItem:
    """Many that tie, and some without a total."""
    total = Decimal(number % 7 * 100) if number % 5 else None
    paper = DocumentFactory(
        organization=organization,
        in_review=True,
        gross_total=total,
        vendor_name=f"Vendor {number % 4}",
    )
    opened = timezone.now() - timedelta(minutes=number % 6)
    item = ReviewItemFactory(document=paper, opened_at=opened)
    ReviewItem.objects.filter(pk=item.pk).update(attention=number % 3)
    return item


def plans(captured: CaptureQueriesContext) -> list[str]:
    """How PostgreSQL comes by the items, where it prefers an index to reading and sorting."""
    found = []
    with connection.cursor() as cursor:
        for way in ("seqscan", "bitmapscan", "sort"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        for query in captured.captured_queries:
            if 'FROM "zohodocs_reviewitem"' in query["sql"]:
                cursor.execute(f"EXPLAIN {query['sql']}")
                found.append("\n".join(line for (line,) in cursor.fetchall()))
    return found


@pytest.mark.parametrize("sort", list(queries.ORDERS))
def test_no_order_reads_or_sorts_all_that_is_open(cast: Cast, sort: str) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("The indexes that count are PostgreSQL's.")
    items = [waiting(cast.nordlicht, number) for number in range(60)]
    item = ReviewItem.objects.get(pk=items[30].pk)

    with CaptureQueriesContext(connection) as whole:
        queries.queue(cast.ana, {"sort": sort}, holding=item)
    with CaptureQueriesContext(connection) as beside:
        queries.neighbour(cast.ana, {"sort": sort}, item)
        queries.neighbour(cast.ana, {"sort": sort}, item, backwards=True)

    (*_counts, cards), column = plans(whole), queries.ORDERS[sort].column
    assert INDEXES[sort] in cards
    for plan in plans(beside):
        begins = next(line for line in plan.splitlines() if "Index Cond" in line)
        assert INDEXES[sort] in plan
        assert f"{column} " in begins or f"({column})" in begins
    # By the hour alone the index does not go on to the key: of what ties a part is sorted.
    assert not [plan for plan in plans(whole) if re.search(r"(?<!Incremental )Sort +\(", plan)]


@pytest.mark.parametrize("sort", list(queries.ORDERS))
def test_who_works_for_several_companies_sees_them_in_one_order(
    cast: Cast, sort: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "QUEUE_SIZE", 4)
    other, third = (MembershipFactory(user=cast.ana).organization for _ in range(2))
    waiting(MembershipFactory().organization, 1)  # somebody else's
    for number in range(21):
        waiting((cast.nordlicht, other, third)[number % 3], number)
    order = queries.ORDERS[sort]
    expected = list(
        ReviewItem.objects.for_user(cast.ana).order_by(*order.by()).values_list("pk", flat=True)
    )

    seen: list[int] = []
    after = ""
    while len(seen) < 30:
        part = queries.queue(cast.ana, {"sort": sort}, after=after)
        seen += [row.pk for row in part.items.rows]
        after = part.items.following
        if not after:
            break

    assert part.count == "21"
    assert seen == expected
    assert _walked(cast, sort, expected[0]) == expected
    assert _walked(cast, sort, expected[-1], backwards=True) == expected[::-1]
    assert sum(number for _reason, number in queries.reasons(cast.ana)) == 21
    narrowed = queries.queue(cast.ana, {"organization": other.code})
    assert narrowed.count == "7"
    assert {row.organization_id for row in narrowed.items.rows} == {other.pk}


def _walked(cast: Cast, sort: str, first: int, *, backwards: bool = False) -> Sequence[int]:
    item: ReviewItem | None = ReviewItem.objects.get(pk=first)
    seen: list[int] = []
    while item is not None and len(seen) < 30:
        seen.append(item.pk)
        item = queries.neighbour(cast.ana, {"sort": sort}, item, backwards=backwards)
    return seen


def test_of_several_companies_each_gives_its_first_out_of_its_index(cast: Cast) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite cannot put slices together.")
    other = MembershipFactory(user=cast.ana).organization
    for number in range(60):
        waiting((cast.nordlicht, other)[number % 2], number)

    with CaptureQueriesContext(connection) as whole:
        queries.queue(cast.ana, {"sort": "amount"})

    assert plans(whole)[-1].count("review_org_amount") == 2


def test_a_correction_moves_the_item_to_where_it_belongs(cast: Cast, item: ReviewItem) -> None:
    document = fresh(item.document)
    assert item.amount == document.gross_total != 0
    assert item.vendor_name == document.vendor_name != ""

    document = actions.correct(
        item=item,
        by=cast.ana,
        version=document.version,
        field="gross_total",
        reading=actions.Reading("77.50"),
    )
    actions.correct(
        item=item,
        by=cast.ana,
        version=document.version,
        field="supplier_name",
        reading=actions.Reading("Aalto Oy"),
    )

    item.refresh_from_db()
    assert (item.amount, item.vendor_name) == (Decimal("77.5"), "Aalto Oy")

    actions.correct(
        item=item,
        by=cast.ana,
        version=fresh(document).version,
        field="gross_total",
        reading=actions.Reading(""),
    )

    item.refresh_from_db()
    assert fresh(document).gross_total is None
    assert item.amount == 0


def test_what_an_older_release_wrote_takes_its_place_in_the_night(
    cast: Cast, item: ReviewItem
) -> None:
    right = ReviewItem.objects.get(pk=item.pk)
    names = [
        str(field.column)
        for field in ReviewItem._meta.concrete_fields
        if field.name not in ("id", "code", "document", "amount", "vendor_name")
    ]
    paper = DocumentFactory(
        organization=cast.nordlicht,
        in_review=True,
        gross_total=Decimal("9.5"),
        vendor_name="Zander",
    )
    columns = ", ".join(names)
    with connection.cursor() as cursor:  # as a release writes that knows nothing of the places
        cursor.execute(
            f"INSERT INTO zohodocs_reviewitem (code, document_id, {columns})"  # noqa: S608 - our own names
            f" SELECT %s, %s, {columns} FROM zohodocs_reviewitem WHERE id = %s",
            [paper.code.hex, paper.pk, item.pk],
        )
    Document.objects.filter(pk=item.document_id).update(gross_total=Decimal(1))
    older = ReviewItem.objects.get(document=paper)
    assert (older.amount, older.vendor_name) == (Decimal(0), "")

    schedule.run_due()

    older.refresh_from_db()
    item.refresh_from_db()
    assert (older.amount, older.vendor_name) == (Decimal("9.5"), "Zander")
    assert (item.amount, item.vendor_name) == (Decimal(1), right.vendor_name)
