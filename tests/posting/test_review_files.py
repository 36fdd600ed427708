"""A file that Zoho takes without showing its name hangs there once, and the posting ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from integrations.errors import NotFound, Refused
from integrations.zoho_books import Attachment, Bill, ZohoBooks
from tests.posting.conftest import Desk
from tests.posting.waiting import until_done
from zohodocs import clients
from zohodocs.models import ReviewItem

pytestmark = pytest.mark.django_db


def namelessly(monkeypatch: pytest.MonkeyPatch, **shown: Any) -> None:
    """This Zoho's bills do not list their files."""
    read = ZohoBooks.bill

    def bill(books: ZohoBooks, bill_id: str) -> Bill:
        content = read(books, bill_id).model_dump()
        return Bill.model_validate(content | {"documents": (), "attachment_name": ""} | shown)

    monkeypatch.setattr(ZohoBooks, "bill", bill)


def test_a_file_under_another_name_is_known_by_its_bytes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    namelessly(monkeypatch, attachment_name="renamed_by_zoho.pdf")
    document = desk.approved()

    desk.push(document)

    assert document.state == "posted"
    assert desk.posting(document).state == "confirmed"
    assert desk.calls("POST /bills/{id}/attachment") == 1


def test_a_file_that_is_never_shown_is_uploaded_once_and_asked_about(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    namelessly(monkeypatch, has_attachment=False)
    document = desk.approved()
    moment = timezone.now()

    outcome = desk.push(document, now=lambda: moment)
    assert outcome.not_before is not None
    assert desk.push(document, now=lambda: moment).done == "waiting"
    later = outcome.not_before + timedelta(seconds=1)
    desk.push(document, now=lambda: later)

    assert document.state == "posted"
    assert desk.calls("POST /bills/{id}/attachment") == 1
    assert ReviewItem.objects.get(document=document, kind="audit").reason == "file_refused"


def test_a_file_zoho_took_is_not_uploaded_again_when_it_cannot_be_seen(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The upload was acknowledged; then Zoho was away, and came back without showing the file.
    namelessly(monkeypatch, has_attachment=False)
    desk.break_next("GET /bills/{id}", "503", times=3)
    document = desk.approved()

    until_done(desk, document, turns=6)

    assert document.state == "posted"
    assert desk.calls("POST /bills/{id}/attachment") == 1


def test_a_file_that_cannot_be_compared_just_now_is_not_uploaded_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    namelessly(monkeypatch, attachment_name="renamed_by_zoho.pdf")
    desk.break_next("POST /bills/{id}/attachment", "commit_then_reset")
    desk.break_next("GET /bills/{id}/attachment", "503", times=6)
    document = desk.approved()

    until_done(desk, document, turns=6)

    assert desk.posting(document).state == "confirmed"
    assert desk.calls("POST /bills/{id}/attachment") == 1


def test_where_the_bill_says_nothing_of_files_its_bytes_are_asked_for(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = ZohoBooks.bill

    def bill(books: ZohoBooks, bill_id: str) -> Bill:
        silent = {"documents", "attachment_name", "has_attachment"}
        return Bill.model_validate(read(books, bill_id).model_dump(exclude=silent))

    monkeypatch.setattr(ZohoBooks, "bill", bill)
    document = desk.approved()

    desk.push(document)

    assert desk.posting(document).state == "confirmed"
    assert desk.calls("POST /bills/{id}/attachment") == 1


def test_a_worker_that_dies_in_an_upload_leaves_the_grace_behind(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.UNKNOWN_GRACE_SECONDS = 300
    late: list[Any] = []

    def dies(books: ZohoBooks, bill_id: str, **file: Any) -> None:
        late.append((bill_id, file))
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(ZohoBooks, "attach", dies)
        document = desk.approved()
        with pytest.raises(SystemExit):
            desk.push(document)

    # The lease is over, the upload still under way: nobody starts a second one.
    after_lease = timezone.now() + timedelta(seconds=130)
    assert desk.push(document, now=lambda: after_lease).done == "waiting"
    ((bill_id, file),) = late
    with clients.books(desk.organization) as books:
        books.attach(bill_id, **file)
    desk.push(document, now=lambda: timezone.now() + timedelta(seconds=301))

    assert desk.posting(document).state == "confirmed"
    assert desk.calls("POST /bills/{id}/attachment") == 1


@pytest.mark.parametrize(
    "answer", [NotFound("no", http_status=404), Refused("no", http_status=405)]
)
def test_a_zoho_without_upsert_gets_a_plain_bill(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, answer: Refused
) -> None:
    def absent(*_: object, **__: object) -> Bill:
        raise answer

    monkeypatch.setattr(ZohoBooks, "upsert_bill", absent)
    document = desk.approved()

    desk.push(document)

    assert document.state == "posted"
    (bill,) = desk.bills()
    assert bill["custom"]["cf_document_id"] == str(document.code)


def test_the_bytes_of_a_bills_file_can_be_read_back(desk: Desk) -> None:
    document = desk.approved()
    desk.push(document)

    with clients.books_reader(desk.organization) as reader:
        found = reader.bill_attachment(desk.posting(document).bill_id)

    assert isinstance(found, Attachment)
    assert found.content.startswith(b"%PDF")
