"""/documents/upload/: many files, each with its own answer."""

from __future__ import annotations

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django.fixtures import Settings

from tests import cast as people
from tests.cast import Cast, client_of
from tests.page import HTMX, part
from zohodocs.models import Arrival, Document, State

ADDRESS = reverse("upload")


def pdf(name: str = "becker.pdf", **replaced: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, people.paper(**replaced), "application/pdf")


def test_a_plain_form_takes_many_files_and_answers_each(cast: Cast) -> None:
    client = client_of(cast.ana)
    files = [pdf(), pdf("again.pdf"), SimpleUploadedFile("empty.pdf", b"")]

    response = client.post(ADDRESS, {"organization": "nordlicht", "file": files})

    rows = [row.text for row in part(client.get(response["Location"])).all(".result")]
    assert response.status_code == 303
    assert len(rows) == 3
    assert "waiting" in rows[0]
    assert "already here" in rows[1]
    assert "refused" in rows[2]
    assert Document.objects.get().channel == "web"
    assert {arrival.sender for arrival in Arrival.objects.all()} == {"ana"}


def test_one_request_of_the_script_gets_one_row(cast: Cast) -> None:
    response = client_of(cast.ana).post(
        ADDRESS, {"organization": "nordlicht", "file": pdf()}, headers=HTMX
    )

    arrival = Arrival.objects.get()
    page = part(response)
    assert page.ids == [f"arrival-{arrival.code}"]
    assert page.one(".result").get("hx-trigger") == "load delay:2s"


def test_the_row_stops_asking_when_the_paper_is_read(cast: Cast) -> None:
    client = client_of(cast.ana)
    client.post(ADDRESS, {"organization": "nordlicht", "file": pdf()}, headers=HTMX)
    arrival = Arrival.objects.get()
    address = reverse("arrival", args=[arrival.code])

    waiting = part(client.get(address, {"wait": "2"}, headers=HTMX))
    Document.objects.update(state=State.IN_REVIEW)
    done = part(client.get(address, headers=HTMX))

    assert waiting.one(".result").get("hx-trigger") == "load delay:4s"
    assert not done.one(".result").has("hx-get")
    assert "to review" in done.one(".result").text
    assert client_of(cast.stine).get(address).status_code == 404


def test_a_file_that_is_too_large_is_refused_by_its_size(cast: Cast, settings: Settings) -> None:
    settings.MAX_FILE_BYTES = 100

    page = part(
        client_of(cast.ana).post(
            ADDRESS, {"organization": "nordlicht", "file": pdf()}, headers=HTMX
        )
    )

    assert Arrival.objects.get().refusal_code
    assert page.one(".result-why").text == Arrival.objects.get().refusal_message


@pytest.mark.parametrize("organization", ["", "nowhere", "company0"])
def test_without_a_company_of_ones_own_nothing_is_taken(cast: Cast, organization: str) -> None:
    response = client_of(cast.ana).post(ADDRESS, {"organization": organization, "file": pdf()})

    assert response.status_code == 422
    assert part(response).one("[role=alert]").text == "Choose a company."
    assert not Arrival.objects.exists()


def test_who_may_only_look_uploads_nothing(cast: Cast) -> None:
    client = client_of(cast.omar)

    assert not part(client.get(ADDRESS)).has("form[data-upload]")
    assert client.post(ADDRESS, {"organization": "nordlicht", "file": pdf()}).status_code == 422
    assert not Arrival.objects.exists()


def test_without_a_file_it_says_so(cast: Cast) -> None:
    response = client_of(cast.ana).post(ADDRESS, {"organization": "nordlicht"}, headers=HTMX)

    assert response.status_code == 422
    assert "at least one file" in part(response).one("[role=alert]").text


def test_a_csrf_token_is_asked_for(cast: Cast) -> None:
    client = client_of(cast.ana)
    client.handler.enforce_csrf_checks = True

    response = client.post(ADDRESS, {"organization": "nordlicht", "file": pdf()})

    assert response.status_code == 403
    assert "send it again" in part(response).one("h1").text


def test_an_unknown_arrival_is_404(cast: Cast) -> None:
    assert client_of(cast.ana).get(reverse("arrival", args=[uuid.uuid4()])).status_code == 404
