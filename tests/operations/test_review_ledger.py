"""The ledger looks at one moment, whatever arrives meanwhile."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import DocumentFactory, OrganizationFactory
from zohodocs.arrivals import receive
from zohodocs.models import AuditEvent
from zohodocs.operations import audit_trail, ledger

pytestmark = pytest.mark.django_db


def test_files_and_documents_are_counted_in_one_statement() -> None:
    # Under READ COMMITTED a second statement sees what was committed since the first: a file that
    # arrives between the two would look like one that was lost.
    organization = OrganizationFactory(code="acme")
    for name in ("a.pdf", "a again.pdf", "empty.pdf"):
        content = b"" if name == "empty.pdf" else b"%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF\n"
        receive.receive(
            organization=organization, content=content, filename=name, channel="command"
        )

    with CaptureQueriesContext(
        connection,
    ) as asked:
        [line] = ledger.lines()

    counting = [query["sql"] for query in asked if "COUNT" in query["sql"]]
    assert len(counting) == 1
    assert (line.arrivals, line.documents, line.repeats, line.refusals) == (3, 1, 1, 1)
    assert line.states == {"received": 1}
    assert line.difference == 0


def test_a_sender_longer_than_a_user_name_is_kept_in_the_trail() -> None:
    document = DocumentFactory()

    event = AuditEvent.record("document.arrived", actor="x" * 200, document=document)

    assert event.actor == "x" * 150
    assert audit_trail.verify().first_bad == ""
