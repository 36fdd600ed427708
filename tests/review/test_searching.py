"""The queue's search: what it finds, and that no more of a long queue is read for it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from review import queries, searching
from tests.cast import Cast
from tests.factories import DocumentFactory, MembershipFactory, ReviewItemFactory
from zohodocs.models import Organization, ReviewItem, keep_text


def waiting(organization: Organization, vendor: str, number: str, filename: str) -> ReviewItem:
    document = DocumentFactory(
        organization=organization,
        in_review=True,
        vendor_name=vendor,
        invoice_number=number,
        filename=filename,
    )
    keep_text(document)
    made: ReviewItem = ReviewItemFactory(document=document)
    return made


def found(cast: Cast, typed: str, **filters: str) -> Sequence[int]:
    """The whole queue of this search, part by part, and that its length is said rightly."""
    after, seen = "", list[int]()
    while True:
        part = queries.queue(cast.ana, {"q": typed, **filters}, after=after)
        seen += [row.pk for row in part.items.rows]
        after = part.items.following
        if not after:
            assert part.count == str(len(seen))
            return seen


@pytest.fixture(params=["few", "many", "short"])
def often(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the indexes, as what is rare, by reading on, as what stands on many; or a short queue."""
    monkeypatch.setattr(searching, "_OFTEN", 1 if request.param == "many" else 1000)
    if request.param != "short":
        in_a_long_queue(monkeypatch)


def in_a_long_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "_is_whole", lambda near: False)


def test_number_vendor_file_and_code_are_found_by_a_part(cast: Cast, often: None) -> None:
    becker = waiting(cast.nordlicht, "Becker Bürotechnik", "RG-2024/0334", "scan_0815.pdf")
    ozon = waiting(cast.nordlicht, "Ozon Cargo", "77", "letter.pdf")
    strange = waiting(MembershipFactory().organization, "Becker", "RG-2024/0334", "scan_0815.pdf")

    for typed in ("becker", "ECKER B", "RG-2024", "24/03", "scan", "0815", str(becker.code)):
        assert found(cast, typed) == [becker.pk], typed
    assert found(cast, str(ozon.document.code)) == [ozon.pk]
    assert found(cast, "77") == [ozon.pk]
    ReviewItem.objects.filter(pk=ozon.pk).update(message="The bank account is new.")
    assert found(cast, "account is n") == [ozon.pk]
    for typed in ("zz", "Beckers", str(strange.code), "' & | ! :*", "%", "_"):
        assert found(cast, typed) == [], typed


@pytest.mark.parametrize("sort", list(queries.ORDERS))
def test_what_is_found_keeps_the_queues_order_part_by_part(
    cast: Cast, often: None, sort: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "QUEUE_SIZE", 2)
    other = MembershipFactory(user=cast.ana).organization
    for number in range(7):
        company = (cast.nordlicht, other)[number % 2]
        waiting(company, f"Vendor {number % 3}", f"A-{number}", f"{number}.pdf")
    waiting(cast.nordlicht, "Ozon", "B-1", "b.pdf")
    order = queries.ORDERS[sort]
    rows = ReviewItem.objects.for_user(cast.ana).filter(document__vendor_name__startswith="V")

    expected = list(rows.order_by(*order.by()).values_list("pk", flat=True))

    assert found(cast, "endor", sort=sort) == expected
    first = ReviewItem.objects.get(pk=expected[0])
    after = queries.neighbour(cast.ana, {"q": "endor", "sort": sort}, first)
    assert after is not None
    assert after.pk == expected[1]


def test_what_is_rare_comes_out_of_the_indexes_and_the_rest_ends_where_enough_is_found(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("The indexes that count are PostgreSQL's.")
    in_a_long_queue(monkeypatch)
    for number in range(30):
        waiting(cast.nordlicht, f"Vendor {number}", f"A-{number}", f"{number}.pdf")

    with CaptureQueriesContext(connection) as asked:
        queries.queue(cast.ana, {"q": "endor 7"})

    looked, *others = [q["sql"] for q in asked if 'FROM "zohodocs_reviewitem"' in q["sql"]]
    assert f"LIMIT {searching._AMONG}" in looked
    assert f"LIMIT {searching._OFTEN}" in looked
    assert others
    with connection.cursor() as cursor:
        for way in ("seqscan", "indexscan"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        for sql in others:
            cursor.execute(f"EXPLAIN {sql}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            for index in ("document_text_words", "document_vendor_parts", "document_number_parts"):
                assert index in plan
            assert "LIMIT" in sql


def test_a_short_queue_is_read_and_no_archive_is(cast: Cast) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("Elsewhere everything is read.")
    waiting(cast.nordlicht, "Becker", "A-1", "1.pdf")

    with CaptureQueriesContext(connection) as asked:
        queries.queue(cast.ana, {"q": "becker"})

    assert not [q["sql"] for q in asked if "to_tsvector" in q["sql"]]
