"""Bad files among good ones, two hundred in one upload: each gets its sentence, none is lost."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django_rq.workers import get_worker
from rq.registry import FailedJobRegistry

from tests.factories import MembershipFactory, OrganizationFactory
from tests.page import part
from tests.papers import BECKER, invoice_pdf, pdf
from zohodocs.domain.file_types import ACCEPTED
from zohodocs.models import Arrival, Document, FieldValue, ReviewItem, State
from zohodocs.operations import ledger

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.usefixtures("plain_static"),
]

MADE = Path(__file__).resolve().parents[2] / "../shared/hostile/made"
UPLOADED = 200


def numbered(number: str) -> bytes:
    """Becker's invoice with this number."""
    return invoice_pdf(**{"RG-2024-0334": number})


def locked(content: bytes, *, user: str) -> bytes:
    """The same PDF, encrypted; `user`: the password it takes to open it."""
    buffer = BytesIO()
    with pikepdf.open(BytesIO(content)) as opened:
        opened.save(buffer, encryption=pikepdf.Encryption(user=user, owner="sesame"))
    return buffer.getvalue()


def hostile(name: str) -> bytes:
    """A file of the collection, read where it lies."""
    return (MADE / name).read_bytes()


@dataclass(frozen=True)
class Bad:
    """A file nothing can be read from, and what is said of it."""

    name: str
    content: bytes
    code: str
    sentence: str


def refused_at_the_door() -> list[Bad]:
    """What never becomes a document."""
    limit = settings.MAX_FILE_BYTES
    return [
        Bad("empty.pdf", b"", "empty_file", "The file is empty. Please send it again."),
        Bad(
            "large.pdf",
            numbered("RG-LARGE").ljust(limit + 1, b"\n"),
            "too_large",
            f"The file is larger than {limit // 2**20} MB. Please send it smaller, or in parts.",
        ),
        Bad(
            "letter.pdf",
            b"Dear all, the invoice follows by post.",
            "not_a_pdf",
            f"The file is called PDF but is none. Please send {ACCEPTED}.",
        ),
        Bad(
            "double_ext.pdf.exe",
            hostile("double_ext.pdf.exe"),
            "type_not_allowed",
            f"This type of file cannot be read. Please send {ACCEPTED}.",
        ),
    ]


def for_a_person() -> list[Bad]:
    """What is kept and shown to a person, with the reason."""
    damaged = "This PDF is damaged. Please save it again and send it once more."
    return [
        Bad("half.pdf", hostile("pdf_truncated_half.pdf"), "pdf_damaged", damaged),
        Bad("broken.pdf", b"%PDF-1.7\n" + os.urandom(4096), "pdf_damaged", damaged),
        Bad(
            "password.pdf",
            locked(numbered("RG-LOCKED"), user="open"),
            "pdf_password",
            "This PDF is locked. Please send it without a password.",
        ),
        Bad(
            "book.pdf",
            pdf(*[BECKER] * 500),
            "too_many_pages",
            "This document has 500 pages; up to 200 are read. Please send the invoice alone.",
        ),
        Bad(
            "no-pages.pdf",
            hostile("pdf_zero_pages.pdf"),
            "pdf_no_pages",
            "This PDF has no pages. Please check the file and send it again.",
        ),
        Bad(
            "bomb.pdf",
            hostile("pdf_flate_nested_1GB.pdf"),
            "too_large_unpacked",
            "This file becomes far too large when it is opened. Please save it anew and send that.",
        ),
        Bad(
            "loop.pdf",
            hostile("pdf_self_form_loop.pdf"),
            "reader_crashed",
            "This file makes the reader fail. Please print it to a new PDF and send it.",
        ),
        Bad(
            "doctype.xml",
            hostile("ubl_xxe_file.xml"),
            "xml_dtd_forbidden",
            "The XML carries a document type definition, which invoices never need and attacks"
            " use. Ask the sender for the invoice without it.",
        ),
    ]


def odd_but_good() -> dict[str, bytes]:
    """What only looks bad: a wrong name, and encryption that anybody may open."""
    return {
        "scan.jpg": numbered("RG-JPG"),
        "no name at all": numbered("RG-NAMELESS"),
        "protected.pdf": locked(numbered("RG-PROTECTED"), user=""),
    }


def test_two_hundred_files_at_once_get_their_answers_and_the_good_ones_go_through() -> None:
    client = _person()
    refused, shown, odd = refused_at_the_door(), for_a_person(), odd_but_good()
    good = {f"paper-{n}.pdf": numbered(f"RG-{n}") for n in range(UPLOADED)}
    bad = [(each.name, each.content) for each in (*refused, *shown)]
    plain = [*odd.items(), *good.items()][: UPLOADED - len(bad)]
    # The bad ones first, so that whatever they break is felt by the good ones.
    files = [SimpleUploadedFile(name, content) for name, content in (*bad, *plain)]

    response = client.post(reverse("upload"), {"organization": "acme", "file": files})
    answers = [row.text for row in part(client.get(response["Location"])).all(".result")]
    worker = get_worker("sequential")
    worker.work(burst=True, logging_level="WARNING")

    # At the door: every file has its row, what cannot be read has its code and sentence.
    assert response.status_code == 303
    assert len(answers) == UPLOADED
    arrivals = Arrival.objects.filter(result="refused")
    assert {a.filename: (a.refusal_code, a.refusal_message) for a in arrivals} == {
        each.name: (each.code, each.sentence) for each in refused
    }
    assert all(any(each.sentence in answer for answer in answers) for each in refused)

    # Behind it: one worker took them all, and says of each bad one what is wrong with it.
    assert Document.objects.filter(attempts=1).count() == UPLOADED - len(refused)
    assert FailedJobRegistry(queue=worker.queues[0]).count == 0
    items = ReviewItem.objects.select_related("document").filter(state="open", kind="decide")
    said = {item.document.filename: (item.reason, item.message) for item in items}
    assert {each.name: said[each.name] for each in shown} == {
        each.name: (each.code, each.sentence) for each in shown
    }

    # The good ones were read, whatever came before them.
    bad_names = {each.name for each in shown}
    numbers = FieldValue.objects.filter(name="invoice_number").exclude(
        document__filename__in=bad_names
    )
    assert Counter(numbers.values_list("value", flat=True)) == Counter(
        ["RG-JPG", "RG-NAMELESS", "RG-PROTECTED"] + [f"RG-{n}" for n in range(len(plain) - 3)]
    )
    assert set(Document.objects.values_list("state", flat=True)) == {State.IN_REVIEW}
    assert ledger.difference() == 0
    (line,) = ledger.lines()
    assert (line.arrivals, line.refusals, line.repeats) == (UPLOADED, len(refused), 0)


def _person() -> Client:
    """Somebody who may hand papers in for Acme."""
    membership = MembershipFactory(organization=OrganizationFactory(code="acme"))
    client = Client()
    client.force_login(membership.user)
    return client
