"""kill -9 on both sides of whatever is committed or sent: one bill, one file, one vendor."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from django.conf import settings

from tests.crash_points import ROOT, WAY, points
from tests.factories import UserFactory, VendorFactory
from tests.posting.conftest import Desk
from tests.sync.processes import environment
from tests.sync.pushing import unlimited
from zohodocs.models import Amendment, Posting, ReviewItem

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

# Steps of the usual way, each with how often it is passed.
TO_THE_BILL = {
    "push.claim": 1,
    "push.planned": 1,
    "push.move": 5,
    "push.hold": 3,
    "push.sending": 1,
    "push.answer": 1,
    "push.confirmed": 1,
    "push.file": 1,
    "push.finish": 1,
    "push.finished": 1,
    "push.release": 1,
}
TO_A_NEW_VENDOR = {"push.vendor": 1, "push.vendor_linked": 1}
WITHOUT_AN_ANSWER = {"push.unknown": 1}
TO_A_PERSON = {"push.rejected": 1}
TO_A_CHANGE = {
    "amend.claim": 1,
    "amend.sending": 1,
    "amend.hold": 1,
    "amend.answer": 1,
    "amend.done": 1,
    "amend.move": 2,
    "amend.release": 1,
}
# Gone through alive by tests of these names' own ways (tests/posting), where one commit stands
# alone: whoever dies beside it has done what its neighbours above leave, or nothing.
ALIVE = {
    "push.note",
    "push.not_connected",
    "push.put_off",
    "push.stranger",
    "push.vendor_checked",
    "push.gone",
    "push.rounding",
    "push.vendor_of_same_name",
    "amend.note",
    "amend.failed",
    "amend.unknown",
    "amend.refused",
}


def test_every_point_of_posting_is_in_one_of_these_lists() -> None:
    named = {
        point
        for path in WAY
        if path.startswith("posting/")
        for point in points((ROOT / "zohodocs" / path).read_text())
    }
    killed = TO_THE_BILL | TO_A_NEW_VENDOR | WITHOUT_AN_ANSWER | TO_A_PERSON | TO_A_CHANGE

    assert named == killed.keys() | ALIVE


def test_a_worker_killed_anywhere_leaves_one_bill_with_one_file(desk: Desk, tmp_path: Path) -> None:
    doomed = {place: desk.approved(number=f"D-{place}").pk for place in _places(TO_THE_BILL)}

    _all_done(desk, doomed, environment(tmp_path))


def test_a_worker_killed_at_a_new_vendor_makes_it_once(desk: Desk, tmp_path: Path) -> None:
    doomed = {}
    for place in _places(TO_A_NEW_VENDOR):
        vendor = VendorFactory(organization=desk.organization, name=f"New {place}", country="DE")
        doomed[place] = desk.approved(number=f"D-{place}", vendor=vendor).pk

    _all_done(desk, doomed, environment(tmp_path))

    names = [row["contact_name"] for row in desk.zoho.snapshot()["contacts"]]
    assert sorted(name for name in names if name.startswith("New ")) == sorted(
        f"New {place}" for place in doomed
    )


def test_a_worker_killed_when_the_answer_was_lost_finds_its_bill(
    desk: Desk, tmp_path: Path
) -> None:
    doomed = {place: desk.approved(number=f"D-{place}").pk for place in _places(WITHOUT_AN_ANSWER)}
    desk.break_next("PUT /bills", "commit_then_reset", times=len(doomed))

    _all_done(desk, doomed, environment(tmp_path))


def test_a_worker_killed_when_a_person_is_needed_asks_once(desk: Desk, tmp_path: Path) -> None:
    doomed = {place: desk.approved(number=f"D-{place}").pk for place in _places(TO_A_PERSON)}
    there = environment(tmp_path)
    desk.break_next("P* /bills", "refused", times=0, message="The account is locked.")

    assert _killed("push", doomed, there) == list(doomed)
    _sweep("pushing", doomed.values(), there)

    assert desk.bills() == []
    assert [row.state for row in Posting.objects.all()] == ["rejected"] * len(doomed)
    asked = ReviewItem.objects.filter(state="open").values_list("document_id", flat=True)
    assert sorted(asked) == sorted(doomed.values())


def test_a_worker_killed_in_a_change_makes_it_once(desk: Desk, tmp_path: Path) -> None:
    ana, bob = UserFactory(), UserFactory()
    doomed = {}
    for place in _places(TO_A_CHANGE):
        document = desk.approved(number=f"D-{place}")
        with unlimited(document.pk) as books:
            assert desk.push(document, books=books).done == "confirmed"
        posting = desk.posting(document)
        doomed[place] = Amendment.objects.create(
            organization=desk.organization,
            posting=posting,
            kind="void",
            state="approved",
            reason="Twice.",
            seen=posting.stands,
            proposed_by=ana,
            confirmed_by=bob,
        ).pk
    there = environment(tmp_path)

    assert _killed("amend", doomed, there) == list(doomed)
    _sweep("amending", doomed.values(), there)

    assert {bill["status"] for bill in desk.bills()} == {"void"}
    # Killed before the call it is sent later; killed after it, it is found done.
    assert desk.calls("POST /bills/{id}/status/void") == len(doomed)


def _places(steps: Mapping[str, int]) -> list[str]:
    """`CRASH_AT` for both sides of every passing of every step."""
    return [
        f"{step.replace('.', f'.{side}_', 1)}:{turn}"
        for step, times in steps.items()
        for turn in range(1, times + 1)
        for side in ("before", "after")
    ]


def _all_done(desk: Desk, doomed: Mapping[str, int], there: dict[str, str]) -> None:
    """Each worker is killed at its place; the next ones bring every document to one bill."""
    assert _killed("push", doomed, there) == list(doomed)
    _sweep("pushing", doomed.values(), there)

    bills = desk.bills()
    assert sorted(bill["bill_number"] for bill in bills) == sorted(f"D-{p}" for p in doomed)
    assert [len(bill["files"]) for bill in bills] == [1] * len(doomed)


def _killed(work: str, doomed: Mapping[str, int], there: dict[str, str]) -> list[str]:
    """The places at which a worker was killed."""
    pairs = [f"{place}={key}" for place, key in doomed.items()]
    said = subprocess.run(
        [sys.executable, "-m", "tests.sync.dying", work, *pairs],
        env=there,
        cwd=settings.BASE_DIR,
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    ).stdout
    ended = dict(line.rsplit(" ", 1) for line in said.splitlines() if line.count(" ") == 1)
    lived = {place for place in doomed if ended.get(place) != str(int(signal.SIGKILL))}
    assert lived == set()
    return [place for place in doomed if place not in lived]


def _sweep(module: str, keys: Iterable[int], there: dict[str, str]) -> None:
    """What is open is brought to its end, as the sweep would after the leases are over."""
    command = [sys.executable, "-m", f"tests.sync.{module}", "--until-done", *map(str, keys)]
    subprocess.run(command, env=there, cwd=settings.BASE_DIR, check=True, timeout=300)
