"""Bytes in, an Arrival out."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection, connections
from pytest_django import Settings

from tests.factories import OrganizationFactory
from zohodocs.arrivals.receive import receive, refuse_too_large, safe_name
from zohodocs.models import Arrival, AuditEvent, Document, Organization, State
from zohodocs.operations import ledger

PAPER = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def another_paper() -> bytes:
    """Bytes that no other test has left in the storage."""
    return PAPER + f"% {uuid4()}\n".encode()


def hand_in(organization: Organization, content: bytes = PAPER, name: str = "a.pdf") -> Arrival:
    return receive(organization=organization, content=content, filename=name, channel="web")


@pytest.mark.embedded
@pytest.mark.django_db
def test_an_accepted_file_becomes_one_received_document_with_its_bytes_unchanged() -> None:
    organization = OrganizationFactory()

    arrival = hand_in(organization)

    document = arrival.document
    assert arrival.result == "accepted"
    assert document is not None
    assert document.state == State.RECEIVED
    with document.original.open("rb") as kept:
        assert hashlib.sha256(kept.read()).hexdigest() == document.sha256
    assert document.queue == "sequential"
    assert AuditEvent.objects.filter(document=document, verb="document.arrived").count() == 1


@pytest.mark.django_db
def test_the_same_bytes_again_point_to_the_first_document() -> None:
    organization = OrganizationFactory()
    first = hand_in(organization, name="a.pdf")

    again = hand_in(organization, name="another name.PDF")

    assert again.result == "repeated"
    assert again.document == first.document
    assert Document.objects.count() == 1


@pytest.mark.django_db
def test_the_same_bytes_in_another_company_are_another_document() -> None:
    hand_in(OrganizationFactory())

    second = hand_in(OrganizationFactory())

    assert second.result == "accepted"
    assert Document.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "name", "code", "kept"),
    [
        (b"", "empty.pdf", "empty_file", False),
        (b"hello", "letter.pdf", "not_a_pdf", True),
        (b"MZ\x90\x00", "setup.exe", "type_not_allowed", True),
        (b"PK\x03\x04zip", "papers.zip", "type_not_allowed", True),
    ],
)
def test_a_refusal_has_a_code_a_sentence_and_keeps_the_bytes(
    content: bytes, name: str, code: str, kept: bool
) -> None:
    arrival = hand_in(OrganizationFactory(), content, name)

    assert arrival.result == "refused"
    assert arrival.refusal_code == code
    assert arrival.refusal_message.endswith(".")
    assert arrival.document is None
    assert bool(arrival.quarantined) is kept
    if kept:
        with arrival.quarantined.open("rb") as file:
            assert file.read() == content


@pytest.mark.django_db
def test_a_file_over_the_limit_is_refused_with_the_limit_in_the_sentence(
    settings: Settings,
) -> None:
    settings.MAX_FILE_BYTES = 1024 * 1024
    organization = OrganizationFactory()

    read = hand_in(organization, PAPER + b" " * 1024 * 1024)
    unread = refuse_too_large(
        organization=organization, size=10**10, filename="scan.pdf", channel="web"
    )

    for arrival in (read, unread):
        assert arrival.refusal_code == "too_large"
        assert "1 MB" in arrival.refusal_message
    assert ledger.difference() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\papers\\a.pdf", "a.pdf"),
        ("a\nb\x00.pdf", "ab.pdf"),
        ("", "unnamed"),
        ("x" * 400 + ".pdf", "x" * 251 + ".pdf"),
    ],
)
def test_a_file_name_is_made_safe_to_show(sent: str, shown: str) -> None:
    assert safe_name(sent) == shown


@pytest.mark.django_db
def test_a_stored_file_has_a_name_of_our_own() -> None:
    arrival = hand_in(OrganizationFactory(), name="../../evil.pdf")

    assert arrival.document is not None
    path = Path(arrival.document.original.path).resolve()
    assert path.is_relative_to((settings.DATA_DIR / "files").resolve())
    assert "evil" not in str(path)


@pytest.mark.django_db
@pytest.mark.parametrize("damage", [slice(0, 20), slice(1, None)], ids=["cut short", "other"])
def test_a_file_that_a_crash_left_damaged_is_not_taken_for_the_paper(damage: slice) -> None:
    organization, content = OrganizationFactory(), another_paper()
    left_before_a_row(organization, content, (content + b"?")[damage])

    document = hand_in(organization, content).document

    assert document is not None
    with document.original.open("rb") as kept:
        assert kept.read() == content


@pytest.mark.django_db
def test_a_whole_file_that_a_crash_left_without_a_row_is_taken_over() -> None:
    organization, content = OrganizationFactory(), another_paper()
    path = left_before_a_row(organization, content, content)

    document = hand_in(organization, content).document

    assert document is not None
    assert document.original.name == path


def left_before_a_row(organization: Organization, content: bytes, written: bytes) -> str:
    """What a crash between the file and its row leaves; the name under which it lies."""
    coming = Document(organization=organization, sha256=hashlib.sha256(content).hexdigest())
    path = coming.original.field.generate_filename(coming, "a.pdf")
    return str(coming.original.storage.save(path, ContentFile(written)))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_twenty_people_sending_one_file_at_once_make_one_document() -> None:
    organization, content = OrganizationFactory(), another_paper()
    barrier = threading.Barrier(20)
    results: list[str] = []

    def send() -> None:
        barrier.wait()
        try:
            results.append(hand_in(organization, content).result)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == ["accepted"] + ["repeated"] * 19
    assert Document.objects.count() == 1
    assert ledger.difference() == 0
    stored = Path(Document.objects.get().original.path)
    assert list(stored.parent.glob(f"{stored.name[:64]}*")) == [stored]
    connection.close()
