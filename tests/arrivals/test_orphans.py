"""Files without a document go after a day; nothing else ever does."""

from __future__ import annotations

import hashlib
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from pytest_django import Settings

from tests.factories import OrganizationFactory
from tests.papers import invoice_pdf
from zohodocs.arrivals import orphans
from zohodocs.arrivals.receive import receive
from zohodocs.models import AuditEvent, Document, Heartbeat, Organization
from zohodocs.operations import audit_trail, backup, schedule

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


@pytest.fixture(autouse=True)
def _folder(settings: Settings, tmp_path: Path) -> None:
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "zohodocs.durable.DurableStorage",
            "OPTIONS": {"location": tmp_path / "files"},
        }
    }


def orphan(organization: Organization, content: bytes, *, hours: float) -> str:
    """A file of an upload that broke off so long ago."""
    sha256 = hashlib.sha256(content).hexdigest()
    path = f"originals/{organization.pk}/{sha256[:2]}/{sha256}"
    name = default_storage.save(path, ContentFile(content))
    age(name, hours=hours)
    return name


def age(name: str, *, hours: float) -> None:
    then = timezone.now().timestamp() - hours * 3600
    os.utime(default_storage.path(name), (then, then))


def arrived(organization: Organization, content: bytes) -> Document:
    arrival = receive(organization=organization, content=content, filename="a.pdf", channel="web")
    assert arrival.document is not None
    return arrival.document


def test_old_files_without_a_document_go_and_the_trail_names_them() -> None:
    organization = OrganizationFactory()
    kept = arrived(organization, invoice_pdf())
    age(kept.original.name or "", hours=1000)
    refused = default_storage.save("quarantine/1/x", ContentFile(b"refused"))
    age(refused, hours=1000)
    old = orphan(organization, b"old", hours=25)
    young = orphan(organization, b"young", hours=23)

    found = orphans.remove(now=timezone.now())

    assert (found.looked_at, found.removed) == (3, [old])
    assert not default_storage.exists(old)
    assert all(map(default_storage.exists, (young, refused, kept.original.name or "")))
    assert AuditEvent.objects.get(verb="file.orphans.removed").data == {"files": [old]}
    assert audit_trail.verify().first_bad == ""


def test_a_second_file_of_the_same_bytes_goes_and_the_one_in_use_stays() -> None:
    organization = OrganizationFactory()
    content = invoice_pdf()
    torn = orphan(organization, content, hours=30)

    document = arrived(organization, content)
    age(document.original.name or "", hours=30)
    found = orphans.remove(now=timezone.now())

    # What is about to be removed is not taken over.
    assert document.original.name != torn
    assert found.removed == [torn]
    with document.original.open("rb") as file:
        assert file.read() == content


def test_a_young_file_of_the_same_bytes_is_taken_over() -> None:
    organization = OrganizationFactory()
    content = invoice_pdf()
    left = orphan(organization, content, hours=11)

    assert arrived(organization, content).original.name == left


def test_what_gets_a_document_or_is_written_anew_meanwhile_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    organization = OrganizationFactory()
    content = invoice_pdf()
    paths = [orphan(organization, each, hours=30) for each in (content, b"anew", b"old")]
    recorded = AuditEvent.record

    def meanwhile(*args: Any, **options: Any) -> AuditEvent:
        monkeypatch.setattr(AuditEvent, "record", recorded)
        age(paths[0], hours=1)
        assert arrived(organization, content).original.name == paths[0]
        age(paths[0], hours=30)
        age(paths[1], hours=0)
        return recorded(*args, **options)

    # The last thing before the first one goes.
    monkeypatch.setattr(AuditEvent, "record", meanwhile)
    found = orphans.remove(now=timezone.now())

    assert found.removed == [paths[2]]
    assert [default_storage.exists(path) for path in paths] == [True, True, False]


def test_a_folder_that_is_no_companys_is_passed_by() -> None:
    stranger = default_storage.save("originals/lost+found/ab/abcd", ContentFile(b"stranger"))
    age(stranger, hours=1000)
    old = orphan(OrganizationFactory(), b"old", hours=25)

    assert orphans.remove(now=timezone.now()).removed == [old]
    assert default_storage.exists(stranger)


def test_a_database_that_was_settled_was_brought_back_as_well() -> None:
    orphan(OrganizationFactory(), b"came later", hours=24 * 500)
    now = timezone.now()
    backup.settle(now=now)

    assert orphans.remove(now=now).removed == []


@pytest.mark.parametrize(
    ("days", "masked", "removed"), [(89, False, 0), (91, False, 1), (400, True, 0)]
)
def test_what_came_after_a_backup_is_kept_after_its_restore(
    days: int, masked: bool, removed: int
) -> None:
    orphan(OrganizationFactory(), b"came later", hours=24 * 500)
    restored = AuditEvent.record("backup.restored", actor="operator", data={"masked": masked})

    found = orphans.remove(now=restored.at + timedelta(days=days))

    assert len(found.removed) == removed


def test_too_many_are_no_leftovers_and_nobody_touches_them() -> None:
    organization = OrganizationFactory()
    names = [orphan(organization, b"%d" % number, hours=48) for number in range(21)]

    with pytest.raises(orphans.TooMany, match="21 of 21"):
        orphans.remove(now=timezone.now())

    assert all(map(default_storage.exists, names))


def test_it_is_done_once_a_night(settings: Settings) -> None:
    settings.BACKUP_URL = ""
    orphan(OrganizationFactory(), b"old", hours=25)

    assert Heartbeat.ORPHANS in schedule.run_due()
    assert Heartbeat.ORPHANS not in schedule.run_due()

    assert Heartbeat.objects.get(pk=Heartbeat.ORPHANS).facts == {"looked_at": 1, "removed": 1}
