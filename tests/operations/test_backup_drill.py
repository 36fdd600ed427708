"""The drill: a backup, a disaster, the way back, and Zoho that knows more than the backup."""

from __future__ import annotations

import shutil
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.utils import timezone

from tests.factories import UserFactory
from tests.figures import figure
from tests.posting.conftest import Desk, desk, organization, zoho
from zohodocs.models import AuditEvent, Connection, Document, Heartbeat, Page, Posting, Vendor
from zohodocs.operations import audit_trail, backup, claims, schedule
from zohodocs.operations.backup import tables

__all__ = ["desk", "organization", "zoho"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.embedded]
# Of a small archive: five minutes.
ASKED = 300
KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


@pytest.fixture
def place(settings: Any, tmp_path: Path, transactional_db: None) -> Path:
    """Where backups go; nobody else is connected, as a restore demands."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # Threads of earlier tests may have left theirs open.
            cursor.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND backend_type = 'client backend'"
                " AND pid <> pg_backend_pid()"
            )
    settings.BACKUP_URL = str(tmp_path / "backups")
    settings.BACKUP_KEYS = [KEY]
    return tmp_path / "backups"


def again(document: Document) -> Document:
    """The row of this document in the database that came back."""
    return Document.objects.get(code=document.code)


def test_after_a_disaster_all_is_back_and_nothing_is_posted_twice(
    desk: Desk, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    posted = desk.approved(number="BEFORE-1")
    desk.push(posted)
    planned, waiting, sending = (desk.approved(number=f"WAITS-{n}") for n in (1, 2, 3))
    desk.break_next("PUT /bills", "reset_before")
    desk.push(sending)
    Posting.objects.filter(document=sending).update(state="sending")
    made = backup.create(reason="nightly")
    trail = list(AuditEvent.objects.order_by("pk").values_list("hash", flat=True))
    # What the backup does not know: a bill that was posted since, and a paper that came since.
    desk.push(planned)
    late = desk.approved(number="LATE-1")
    desk.push(late)
    User.objects.create(username="came-later")
    there = {bill["bill_number"]: bill["bill_id"] for bill in desk.bills()}
    shutil.rmtree(default_storage.path(""))

    began = time.monotonic()
    restored = backup.restore(made.name, replace=True)
    for document in (planned, waiting, sending):
        desk.push(again(document))
    # The one that was being sent: that it is not there counts when the grace is over.
    desk.push(again(sending), now=lambda: timezone.now() + timedelta(minutes=5))
    seconds = time.monotonic() - began

    with capsys.disabled():
        figure(
            "restore after the loss of database and files",
            seconds,
            asked=ASKED,
            how=f"{connection.vendor}, {restored.rows} rows, {restored.files} files",
        )
    assert seconds < ASKED
    assert not User.objects.filter(username="came-later").exists()
    assert not Document.objects.filter(code=late.code).exists()
    stood = AuditEvent.objects.order_by("pk").values_list("hash", flat=True)[: len(trail)]
    assert list(stood) == trail
    assert audit_trail.verify().first_bad == ""
    with again(posted).original.open("rb") as file:
        assert len(file.read()) == posted.size
    # Nothing doubled: the one posted since was found and adopted, the others were sent once.
    bills = {bill["bill_number"]: bill["bill_id"] for bill in desk.bills()}
    assert bills["WAITS-1"] == there["WAITS-1"]
    assert bills["BEFORE-1"] == there["BEFORE-1"]
    assert sorted(bills) == ["BEFORE-1", "LATE-1", "WAITS-1", "WAITS-2", "WAITS-3"]
    for document in (planned, waiting, sending):
        assert again(document).state == "posted", document.invoice_number
    assert desk.posting(again(planned)).bill_id == there["WAITS-1"]


def test_a_process_that_has_asked_nothing_yet_makes_one(monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("Only there the connection's mode is changed.")
    fresh: Any = connections.create_connection("default")
    monkeypatch.setattr(tables, "connection", fresh)

    with tables.one_moment():
        assert fresh.transaction_mode == "DEFERRED"

    assert fresh.transaction_mode == "IMMEDIATE"
    fresh.close()


def test_new_rows_get_numbers_after_those_that_came_back(desk: Desk, place: Path) -> None:
    newest = max(UserFactory().pk for _ in range(3))
    made = backup.create(reason="nightly")

    backup.restore(made.name, replace=True)

    assert User.objects.create(username="next").pk > newest


def test_a_masked_copy_tells_nothing_and_reaches_no_zoho(desk: Desk, place: Path) -> None:
    document = desk.approved(number="SECRET-77", filename="becker-secret.pdf")
    desk.push(document)
    UserFactory(username="giovanna", email="giovanna@example.org")
    secrets = ["giovanna", "becker-secret", "SECRET-77", "Lindner", "DE129273398"]
    secrets += [desk.organization.name, desk.organization.code]
    gross = document.gross_total
    made = backup.create(reason="nightly")

    backup.restore(made.name, replace=True, masked=True)

    copy = Document.objects.get()
    assert (copy.gross_total, copy.state, copy.code) == (gross, "posted", document.code)
    assert Vendor.objects.filter(documents=copy).exists()
    connected = Connection.objects.get()
    assert (connected.zoho_organization_id, connected.refresh_token_encrypted) == ("", "")
    assert not any(user.has_usable_password() for user in User.objects.all())
    assert not AuditEvent.objects.exclude(verb__startswith="backup.").exists()
    assert everything_told(secrets) == []


def test_a_masked_copy_tells_no_number_that_names_somebody(desk: Desk, place: Path) -> None:
    # Polish tax numbers and many invoice numbers are digits alone, as amounts are; and an account
    # at a bank is printed in groups of them.
    document = desk.approved(number="90447711", values={"supplier_tax_id": "5261040828"})
    Document.objects.filter(pk=document.pk).update(
        vendor_match={"proposal": {"supplier_tax_id": ["", "5261040828"]}}
    )
    words = [["DE89", 0.1, 0.1, 0.2, 0.2], ["37049", 0.2, 0.1, 0.3, 0.2]]
    Page.objects.create(document=document, number=1, width=600, height=800, words=words)
    desk.push(document)
    made = backup.create(reason="nightly")

    backup.restore(made.name, replace=True, masked=True)

    assert everything_told(["90447711", "5261040828", "'37049'", '"37049"']) == []
    lines = Posting.objects.get().payload["line_items"]
    assert [(line["rate"], line["quantity"]) for line in lines] == [("100.00", "1")]


def test_a_masked_copy_touches_no_backup_of_production(desk: Desk, place: Path) -> None:
    desk.approved()
    long_ago = timezone.now() - timedelta(days=400)
    made = backup.create(reason="nightly", now=long_ago)
    (place / backup.create(reason="cut", now=long_ago + timedelta(days=1)).object).unlink()
    backup.restore(made.name, replace=True, masked=True)
    before = _place().names()

    with pytest.raises(backup.BackupError, match="masked copy"):
        backup.create(reason="nightly")
    assert backup.remove_old(now=timezone.now()) == []
    assert Heartbeat.BACKUP in schedule.run_due()

    beat = Heartbeat.objects.get(pk=Heartbeat.BACKUP)
    assert (beat.well, beat.facts) == (True, {"spared": "masked copy"})
    assert _place().names() == before


def test_rows_that_came_back_without_their_files_are_known_to_be_old(
    desk: Desk, place: Path
) -> None:
    document = desk.approved()
    desk.break_next("PUT /bills", "reset_before")
    desk.push(document)
    Posting.objects.filter(document=document).update(looks=1)
    made = backup.create(reason="nightly")
    files = Path(default_storage.path(""))
    shutil.rmtree(files)
    files.mkdir()
    (files / "originals").write_text("in the way")

    with pytest.raises(OSError, match="originals"):
        backup.restore(made.name, replace=True)

    assert AuditEvent.objects.get(verb="backup.restored").data["name"] == made.name
    assert Posting.objects.get().looks == 0
    assert audit_trail.verify().first_bad == ""
    (files / "originals").unlink()
    assert backup.restore(made.name, replace=True).files == 1


def everything_told(secrets: list[str]) -> list[str]:
    """Which of these stand anywhere in the database."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - names of our own tables
            text = repr(cursor.fetchall()).casefold()
            found += [f"{table}: {each}" for each in secrets if each.casefold() in text]
    return found


def test_a_full_database_is_only_lost_when_one_says_so(desk: Desk, place: Path) -> None:
    made = backup.create(reason="nightly")
    before = User.objects.create(username="stays").pk

    with pytest.raises(backup.BackupError, match="--replace"):
        backup.restore(made.name)

    assert User.objects.filter(pk=before).exists()


def test_nothing_is_touched_while_the_service_runs_here(
    desk: Desk, place: Path, settings: Any, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path / "data"
    desk.approved()
    backup.create(reason="nightly")

    with claims.data_directory(settings.DATA_DIR), pytest.raises(CommandError, match="Stop it"):
        call_command("backup", "restore", "--replace")

    assert Document.objects.count() == 1
    call_command("backup", "restore", "--replace")


def test_nothing_is_touched_while_somebody_else_is_connected(desk: Desk, place: Path) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("Only PostgreSQL says who is connected.")
    desk.approved()
    made = backup.create(reason="nightly")
    worker: Any = connections.create_connection("default")
    worker.ensure_connection()
    try:
        with pytest.raises(backup.BackupError, match="1 other connections"):
            backup.restore(made.name, replace=True)
    finally:
        worker.close()

    assert Document.objects.count() == 1
    assert backup.restore(made.name, replace=True).rows


@pytest.mark.parametrize("harm", ["cut", "changed", "gone"])
def test_a_damaged_backup_is_refused_before_anything_is_touched(
    desk: Desk, place: Path, harm: str
) -> None:
    desk.approved()
    made = backup.create(reason="nightly")
    target = next(place.glob(f"{made.name}/rows/zohodocs.document.gz"))
    content = target.read_bytes()
    if harm == "gone":
        target.unlink()
    else:
        target.write_bytes(content[:-20] if harm == "cut" else content[:-1] + b"\0")

    faults = backup.verify(made.name).faults
    with pytest.raises(backup.BackupError, match="is not whole"):
        backup.restore(made.name, replace=True)

    assert faults
    assert Document.objects.count() == 1


def test_without_the_key_nothing_can_be_read(desk: Desk, place: Path, settings: Any) -> None:
    desk.approved(number="SECRET-77")
    made = backup.create(reason="nightly")
    raw = b"".join(path.read_bytes() for path in place.rglob("*") if path.is_file())
    settings.BACKUP_KEYS = []

    with pytest.raises(backup.BackupError, match="BACKUP_KEYS"):
        backup.verify(made.name)

    assert b"SECRET-77" not in raw
    assert b"%PDF" not in raw


def test_a_file_lies_there_once_and_goes_with_the_last_backup_that_has_it(
    desk: Desk, place: Path
) -> None:
    desk.approved()
    now = timezone.now()
    old = backup.create(reason="nightly", now=now - timedelta(days=40))
    files = list(place.glob("files/*/*"))
    kept = backup.names(_place())
    new = backup.create(reason="nightly", now=now)

    assert kept == [old.name]  # the only one stays, however old
    assert backup.names(_place()) == [new.name]
    assert list(place.glob("files/*/*")) == files
    assert backup.verify(new.name).faults == []


def test_a_backup_is_made_beside_those_whose_key_is_gone(
    desk: Desk, place: Path, settings: Any
) -> None:
    desk.approved()
    now = timezone.now()
    old = backup.create(reason="nightly", now=now - timedelta(days=50))
    settings.BACKUP_KEYS = ["QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY="]
    middle = backup.create(reason="nightly", now=now - timedelta(days=40))

    new = backup.create(reason="nightly", now=now)

    assert backup.names(_place()) == [old.name, new.name]
    assert not list(place.glob(f"{middle.name}/rows/*"))
    settings.BACKUP_KEYS = [KEY]
    assert backup.verify(old.name).faults == []


def test_what_a_backup_left_that_was_cut_off_goes_after_a_day(desk: Desk, place: Path) -> None:
    now = timezone.now()
    cut_off = [backup.create(reason="cut", now=now - timedelta(hours=hours)) for hours in (25, 23)]
    for each in cut_off:
        (place / each.object).unlink()

    made = backup.create(reason="nightly", now=now)

    left = {path.parts[-3] for path in place.glob("*/rows/*")}
    assert left == {cut_off[1].name, made.name}


def test_what_others_keep_in_the_same_place_is_never_touched(desk: Desk, place: Path) -> None:
    desk.approved()
    now = timezone.now()
    old = backup.create(reason="nightly", now=now - timedelta(days=40))
    cut_off = backup.create(reason="cut", now=now - timedelta(days=35))
    (place / cut_off.object).unlink()
    others = [
        place / "2019-photos" / "summer.jpg",
        place / "20190101-dump.sql",
        place / "20190101T000000Z-nightly" / "notes.txt",
        place / "20190101T000000Z-nightly.old" / "files.gz",
        place / cut_off.name / "notes.txt",
        place / "files" / "ab" / "letter.pdf",
    ]
    for path in others:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("not ours")

    made = backup.create(reason="nightly", now=now)

    assert [path for path in others if not path.exists()] == []
    assert {path.parts[-3] for path in place.glob("*/rows/*")} == {made.name}
    assert backup.names(_place()) == [made.name]
    assert old.name not in {path.name for path in place.iterdir()}


def _place() -> Any:
    from zohodocs.operations.backup.creating import usual_place

    return usual_place()


def test_a_missing_original_makes_it_no_good_backup(desk: Desk, place: Path) -> None:
    document = desk.approved()
    default_storage.delete(document.original.name or "")

    made = backup.create(reason="nightly")

    assert made.missing == [document.original.name]
    assert backup.verify(made.name).faults
