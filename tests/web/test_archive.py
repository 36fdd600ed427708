"""/documents/ and /documents/<uuid>/: found again, with the whole history."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from review import actions
from tests import cast as people
from tests.cast import Cast, client_of, fresh
from tests.factories import DocumentFactory, PostingFactory
from tests.page import HTMX, Page, part
from zohodocs.models import Document, DocumentText, FieldValue, State, keep_text
from zohodocs.operations import schedule
from zohodocs.web import archive

ADDRESS = reverse("documents")


@pytest.fixture
def shelf(cast: Cast) -> list[Document]:
    """Three documents of ours and one of strangers."""
    ours = {"organization": cast.nordlicht, "currency": "EUR"}
    ozon = DocumentFactory(
        vendor_name="Ozon Cargo OÜ",
        invoice_number="INV-2231",
        compared_number="1NV2231",
        issue_date=date(2024, 11, 4),
        gross_total=Decimal(412),
        in_review=True,
        **ours,
    )
    FieldValue.objects.create(
        document=ozon, name="payment_terms", value="net thirty", confidence=1, source="rules"
    )
    taxi = DocumentFactory(
        vendor_name="Taxi", issue_date=date(2024, 12, 1), gross_total=Decimal(64), **ours
    )
    posted = DocumentFactory(vendor_name="Nimbus Cloud", posted=True, **ours)
    foreign = DocumentFactory(vendor_name="Foreign Secret")
    for each in (ozon, taxi, posted, foreign):
        keep_text(each)
    return [ozon, taxi, posted]


def names(page: Page) -> set[str]:
    return {link.text for link in page.all("#documents-rows tbody a")}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, {"Ozon Cargo OÜ", "Taxi", "Nimbus Cloud"}),
        ({"number": "inv 2231"}, {"Ozon Cargo OÜ"}),
        ({"vendor": "taxi"}, {"Taxi"}),
        ({"state": "posted"}, {"Nimbus Cloud"}),
        ({"amount_from": "100"}, {"Ozon Cargo OÜ"}),
        ({"amount_to": "100"}, {"Taxi"}),
        ({"date_from": "2024-11-15"}, {"Taxi"}),
        ({"date_to": "2024-11-15"}, {"Ozon Cargo OÜ"}),
        ({"q": "thirty"}, {"Ozon Cargo OÜ"}),
        ({"q": "Foreign"}, set()),
        ({"q": "ozon CARG"}, {"Ozon Cargo OÜ"}),
        ({"q": "cargo taxi"}, set()),
        ({"q": "inv-2231"}, {"Ozon Cargo OÜ"}),
        ({"q": "argo"}, set()),
        ({"q": "' & | ! :*"}, set()),
        ({"state": "nonsense", "date_from": "x"}, {"Ozon Cargo OÜ", "Taxi", "Nimbus Cloud"}),
    ],
)
def test_every_filter_finds_what_it_says(
    cast: Cast, shelf: list[Document], query: dict[str, str], expected: set[str]
) -> None:
    client = client_of(cast.ana)

    assert names(part(client.get(ADDRESS, query))) == expected
    assert part(client.get(ADDRESS, query, headers=HTMX)).ids == ["documents-rows"]


def test_paging_shows_every_document_once(
    cast: Cast, shelf: list[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "_PAGE", 1)
    client, found, address = client_of(cast.ana), [], ADDRESS

    for _page in shelf:
        page = part(client.get(address))
        found += list(names(page))
        more = page.all("#documents-rows > p a.button")
        address = ADDRESS + (more[0].get("href") or "") if more else ""

    assert sorted(found) == ["Nimbus Cloud", "Ozon Cargo OÜ", "Taxi"]
    assert address == ""


def test_a_document_shows_fields_findings_posting_and_history(cast: Cast) -> None:
    item = people.in_review(cast.nordlicht, people.paper(), doubt="invoice_number")
    actions.correct(
        item=item,
        by=cast.ana,
        version=fresh(item.document).version,
        field="invoice_number",
        reading=actions.Reading("RG-1"),
    )
    actions.reject(
        item=item, by=cast.ana, version=fresh(item.document).version, reason="Not ordered"
    )

    page = part(client_of(cast.omar).get(reverse("document", args=[item.document.code])))

    history = page.one(".history").text
    assert "ana changed Invoice number from RG-2024-0334 to RG-1" in history
    assert "ana rejected it" in history
    assert "Not ordered" in page.one(".notice").text
    assert "€1,121.69" in page.one("h1").text
    assert not page.has("form[action*=reopen]")


def test_the_bill_is_linked(cast: Cast) -> None:
    document = DocumentFactory(organization=cast.nordlicht, posted=True)
    PostingFactory(
        document=document, state="confirmed", bill_id="460001", bill_url="https://books.zoho.eu/x"
    )

    page = part(client_of(cast.ana).get(reverse("document", args=[document.code])))

    assert {link.get("href") for link in page.all("a[rel~=noopener]")} == {
        "https://books.zoho.eu/x"
    }


def test_while_it_is_worked_on_the_status_asks_again(cast: Cast) -> None:
    document = DocumentFactory(organization=cast.nordlicht)
    address = reverse("document", args=[document.code])
    client = client_of(cast.ana)

    running = part(client.get(address, headers=HTMX))
    Document.objects.update(state=State.FILED)
    done = part(client.get(address, headers=HTMX))

    assert running.ids == ["document-status"]
    assert running.one("#document-status").has("hx-trigger")
    assert not done.one("#document-status").has("hx-trigger")
    assert done.has("form[action*=reopen]")


def test_strangers_and_nobody_see_nothing(cast: Cast, shelf: list[Document]) -> None:
    address = reverse("document", args=[shelf[0].code])
    anonymous = client_of(cast.ana)
    anonymous.logout()

    assert client_of(cast.stine).get(address).status_code == 404
    assert names(part(client_of(cast.stine).get(ADDRESS))) == set()
    assert anonymous.get(address).status_code == 302
    assert anonymous.get(ADDRESS).status_code == 302
    assert client_of(cast.ana).post(address).status_code == 405


def test_a_paper_is_found_by_any_of_its_words_and_by_what_was_corrected(cast: Cast) -> None:
    item = people.in_review(cast.nordlicht, people.paper())
    client = client_of(cast.ana)
    names_found = [names(part(client.get(ADDRESS, {"q": q}))) for q in ("bürostuhl", "zzz9")]

    assert len(names_found[0]) == 1
    assert names_found[1] == set()
    version, reading = fresh(item.document).version, actions.Reading("ZZZ9")
    actions.correct(
        item=item, by=cast.ana, version=version, field="invoice_number", reading=reading
    )
    assert len(names(part(client.get(ADDRESS, {"q": "zzz9"})))) == 1


def test_what_an_older_release_took_in_is_found_after_the_night(cast: Cast) -> None:
    paper = DocumentFactory(organization=cast.nordlicht, vendor_name="Quarzwerk")
    DocumentText.objects.filter(document=paper).delete()
    assert archive.listed(cast.ana, {"q": "quarz"}).rows == []

    schedule.run_due()

    assert archive.listed(cast.ana, {"q": "quarz"}).rows == [paper]


def test_words_on_most_papers_are_found_among_the_newest_and_rare_ones_by_the_index(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zohodocs.web.archive._NEAR", 6)
    monkeypatch.setattr("zohodocs.web.archive._PAGE", 2)
    made = [DocumentFactory(organization=cast.nordlicht) for _ in range(12)]
    texts = ["paper rare" if number in (1, 11) else "paper" for number in range(12)]
    DocumentText.objects.bulk_create(
        [DocumentText(document=each, text=text) for each, text in zip(made, texts, strict=True)],
        update_conflicts=True,
        unique_fields=["document"],
        update_fields=["text"],
    )
    newest = [each.pk for each in sorted(made, key=lambda d: (d.received_at, d.pk), reverse=True)]

    seen: list[int] = []
    after = ""
    while True:
        found = archive.listed(cast.ana, {"q": "paper"}, after=after)
        seen += [row.pk for row in found.rows]
        after = found.following
        if not after:
            break
    rare = archive.listed(cast.ana, {"q": "rare"})

    assert seen == newest
    assert [row.pk for row in rare.rows] == [made[11].pk, made[1].pk]
