"""A change to an entry in Zoho: proposed, confirmed by another, done once, seen, then said."""

from __future__ import annotations

import time
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from integrations.errors import Refused
from integrations.zoho_books import ZohoBooks
from review import actions
from tests.factories import MembershipFactory, UserFactory
from tests.posting.conftest import Desk
from tests.posting.standing import in_zoho, later, posted, run, search
from zohodocs import clients
from zohodocs.models import (
    Amendment,
    AmendmentKind,
    AuditEvent,
    Connection,
    Document,
    Posting,
    ReviewItem,
    ReviewKind,
)
from zohodocs.posting import drift, record
from zohodocs.posting.amending import amend, due

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(desk: Desk) -> User:
    return MembershipFactory(
        organization=desk.organization, user=UserFactory(), role="reviewer"
    ).user


@pytest.fixture
def bob(desk: Desk) -> User:
    return MembershipFactory(
        organization=desk.organization, user=UserFactory(), role="approver"
    ).user


def proposed(document: Document, by: User, kind: AmendmentKind = AmendmentKind.VOID) -> Amendment:
    document.refresh_from_db()
    return actions.propose(
        document=document, by=by, version=document.version, kind=kind, reason="Sent in error."
    )


def confirmed(
    desk: Desk, ana: User, bob: User, kind: AmendmentKind, document: Document
) -> Amendment:
    amendment = proposed(document, ana, kind)
    actions.confirm(amendment=amendment, by=bob)
    return amendment


def test_void_needs_a_second_person_and_happens_once(desk: Desk, ana: User, bob: User) -> None:
    document = posted(desk)
    amendment = proposed(document, ana)
    assert run(amendment) == "proposed"
    with pytest.raises(actions.NotAllowed):
        actions.confirm(amendment=amendment, by=ana)
    assert desk.calls("POST /bills/{id}/status/void") == 0

    actions.confirm(amendment=amendment, by=bob)
    actions.confirm(amendment=amendment, by=bob)  # a double click
    assert due(timezone.now()) == [amendment.pk]
    assert run(amendment) == "done"
    assert amend(amendment.pk, owner="another") == "done"

    assert desk.bills()[0]["status"] == "void"
    assert desk.calls("POST /bills/{id}/status/void") == 1
    assert search(desk).drifted == 0  # what we did ourselves is no drift
    verbs = list(AuditEvent.objects.filter(document=document).values_list("verb", flat=True))
    for verb in ("review.amendment_proposed", "review.amendment_confirmed", "bill.amendment.done"):
        assert verbs.count(verb) == 1


def test_a_reviewer_does_not_confirm(desk: Desk, ana: User, bob: User) -> None:
    carl = MembershipFactory(organization=desk.organization, role="reviewer").user
    amendment = proposed(posted(desk), ana)

    with pytest.raises(actions.NotAllowed):
        actions.confirm(amendment=amendment, by=carl)
    with pytest.raises(actions.NotAllowed):
        actions.confirm(amendment=amendment, by=UserFactory())


def test_the_database_refuses_one_pair_of_eyes(desk: Desk, ana: User) -> None:
    amendment = proposed(posted(desk), ana)

    with pytest.raises(IntegrityError), transaction.atomic():
        Amendment.objects.filter(pk=amendment.pk).update(state="approved", confirmed_by=ana)


def test_a_proposal_that_is_taken_back_leaves_the_question(
    desk: Desk, ana: User, bob: User
) -> None:
    document = posted(desk)
    posting = desk.posting(document)
    later(posting)
    in_zoho(desk, "PUT", f"/bills/{posting.bill_id}", {"date": "2024-05-20"})
    search(desk)
    item = ReviewItem.objects.get(kind=ReviewKind.DRIFT)

    amendment = proposed(document, ana)
    document.refresh_from_db()
    with pytest.raises(actions.Refused):
        actions.accept_standing(item=item, by=bob, version=document.version)
    actions.withdraw(amendment=amendment, by=ana)

    item.refresh_from_db()
    assert item.state == "open"
    assert desk.posting(document).agreed["date"] == "2024-04-18"


@pytest.mark.parametrize(
    ("kind", "reason"), [("audit", "file_refused"), ("drift", "twice_in_zoho")]
)
def test_closing_another_question_agrees_to_no_change(
    desk: Desk, ana: User, kind: str, reason: str
) -> None:
    document = posted(desk)
    posting = desk.posting(document)
    later(posting)
    in_zoho(desk, "PUT", f"/bills/{posting.bill_id}", {"date": "2024-05-20"})
    search(desk)
    record.ask(document, ReviewKind(kind), code=reason, message="Look at it.")
    item = ReviewItem.objects.get(reason=reason)
    document.refresh_from_db()

    actions.accept_standing(item=item, by=ana, version=document.version)

    assert desk.posting(document).agreed["date"] == "2024-04-18"
    assert ReviewItem.objects.get(state="open").reason == "changed_in_zoho"


def test_one_change_at_a_time(desk: Desk, ana: User, bob: User) -> None:
    document = posted(desk)
    first = proposed(document, ana)
    with pytest.raises(actions.Refused):
        proposed(document, bob)
    actions.withdraw(amendment=first, by=ana)
    with pytest.raises(actions.StaleVersion):
        actions.confirm(amendment=first, by=bob)

    assert proposed(document, bob).state == "proposed"


@pytest.mark.parametrize(
    "fault", ["commit_then_reset", "500_after_commit", "html_200", "500_before", "reset_before"]
)
def test_a_lost_answer_is_looked_for_before_anything_is_sent_again(
    desk: Desk, ana: User, bob: User, fault: str
) -> None:
    amendment = confirmed(desk, ana, bob, AmendmentKind.VOID, posted(desk))
    desk.break_next("POST /bills/{id}/status/void", fault)

    assert run(amendment) == "done"

    assert desk.bills()[0]["status"] == "void"
    sent = desk.calls("POST /bills/{id}/status/void")
    assert sent == (2 if fault.endswith("before") else 1)


def test_a_refused_look_leaves_open_whether_it_was_done(desk: Desk, ana: User, bob: User) -> None:
    amendment = confirmed(desk, ana, bob, AmendmentKind.VOID, posted(desk))
    desk.break_next("POST /bills/{id}/status/void", "commit_then_reset")
    assert amend(amendment.pk, owner="w") == "unknown"
    desk.break_next("GET /bills/{id}", "refused", message="Not now.")
    Amendment.objects.update(not_before=None)

    assert amend(amendment.pk, owner="w") == "unknown"
    assert "Not now." in ReviewItem.objects.get(state="open").message

    amendment.refresh_from_db()
    assert run(amendment) == "done"
    assert not ReviewItem.objects.filter(state="open").exists()


def test_a_lease_lost_while_zohos_refusal_is_kept_changes_nothing(
    desk: Desk, ana: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    amendment = confirmed(desk, ana, bob, AmendmentKind.VOID, posted(desk))

    def refused(*_args: object, **_named: object) -> None:
        Amendment.objects.update(lease_token=99)  # another worker took it meanwhile
        raise Refused("No.", text="No.")

    monkeypatch.setattr(ZohoBooks, "bill", refused)

    assert amend(amendment.pk, owner="w") == "busy"
    amendment.refresh_from_db()
    assert amendment.state == "approved"


def test_who_lost_the_lease_while_sending_was_kept_writes_nothing(
    desk: Desk, ana: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    amendment = confirmed(desk, ana, bob, AmendmentKind.VOID, posted(desk))
    step = record.step

    def slow(document: Document, verb: str, **data: object) -> None:
        step(document, verb, **data)
        if verb == "bill.amendment.sending":  # the machine slept, and another worker has it
            Amendment.objects.update(lease_token=F("lease_token") + 1)

    monkeypatch.setattr(record, "step", slow)

    assert amend(amendment.pk, owner="zombie") == "busy"

    (bill,) = desk.bills()
    assert bill["status"] == "open"
    assert Amendment.objects.get().state == "sending"


def test_a_change_without_a_connection_is_given_back(desk: Desk, ana: User, bob: User) -> None:
    amendment = confirmed(desk, ana, bob, AmendmentKind.VOID, posted(desk))
    Connection.objects.all().delete()

    assert amend(amendment.pk, owner="w") == "approved"

    amendment.refresh_from_db()
    assert (amendment.lease_until, amendment.error_code) == (None, "unforeseen")


def test_too_many_calls_prove_that_nothing_was_done(desk: Desk, ana: User, bob: User) -> None:
    amendment = confirmed(desk, ana, bob, AmendmentKind.VOID, posted(desk))
    desk.break_next("POST /bills/{id}/status/void", "429", retry_after=60)

    state = amend(amendment.pk, owner="w")

    amendment.refresh_from_db()
    assert (state, amendment.attempts) == ("approved", 0)
    assert amendment.not_before is not None
    assert due(timezone.now()) == []


def test_what_somebody_changed_meanwhile_is_not_touched(desk: Desk, ana: User, bob: User) -> None:
    document = posted(desk)
    amendment = confirmed(desk, ana, bob, AmendmentKind.VOID, document)
    in_zoho(desk, "PUT", f"/bills/{desk.posting(document).bill_id}", {"date": "2024-06-01"})

    assert run(amendment) == "refused"

    assert desk.calls("POST /bills/{id}/status/void") == 0
    assert "Somebody changed the entry" in ReviewItem.objects.get(kind="drift").message


def test_what_zoho_refuses_is_said_in_its_words(desk: Desk, ana: User, bob: User) -> None:
    amendment = confirmed(desk, ana, bob, AmendmentKind.VOID, posted(desk))
    desk.break_next("POST /bills/{id}/status/void", "refused", message="Payments are applied.")

    assert run(amendment) == "refused"
    assert "Payments are applied." in ReviewItem.objects.get(kind="drift").message


def test_a_correction_brings_back_what_was_posted_and_its_file(
    desk: Desk, ana: User, bob: User
) -> None:
    document = posted(desk)
    posting = desk.posting(document)
    later(posting)
    path = f"/bills/{posting.bill_id}"
    in_zoho(desk, "PUT", path, {"date": "2024-05-20", "adjustment": 5, "notes": "edited"})
    in_zoho(desk, "DELETE", f"{path}/attachment")
    search(desk)

    amendment = confirmed(desk, ana, bob, AmendmentKind.CORRECT, document)
    assert ReviewItem.objects.get(kind=ReviewKind.DRIFT).verdict == "propose"
    assert run(amendment) == "done"

    (bill,) = desk.bills()
    assert (bill["date"], float(bill["total"])) == ("2024-04-18", 119.0)
    assert len(bill["line_items"]) == 1
    assert [file["name"] for file in bill["files"]] == [f"{document.code}.pdf"]
    assert search(desk).drifted == 0


def test_a_void_bill_is_opened_again_by_a_correction(desk: Desk, ana: User, bob: User) -> None:
    document = posted(desk)
    posting = desk.posting(document)
    later(posting)
    in_zoho(desk, "POST", f"/bills/{posting.bill_id}/status/void")
    search(desk)

    assert run(confirmed(desk, ana, bob, AmendmentKind.CORRECT, document)) == "done"
    assert desk.bills()[0]["status"] == "open"


def test_accepting_makes_what_stands_the_measure(desk: Desk, ana: User) -> None:
    document = posted(desk)
    posting = desk.posting(document)
    later(posting)
    in_zoho(desk, "PUT", f"/bills/{posting.bill_id}", {"date": "2024-05-20"})
    search(desk)
    item = ReviewItem.objects.get(kind=ReviewKind.DRIFT)
    document.refresh_from_db()

    with pytest.raises(actions.StaleVersion):
        actions.accept_standing(item=item, by=ana, version=document.version - 1)
    actions.accept_standing(item=item, by=ana, version=document.version)
    actions.accept_standing(item=item, by=ana, version=document.version)

    item.refresh_from_db()
    assert (item.state, item.verdict, item.decided_by) == ("done", "accept", ana)
    assert search(desk, now=timezone.now() + timedelta(days=8)).drifted == 0
    assert not ReviewItem.objects.filter(state="open").exists()


@pytest.mark.parametrize("kind", [AmendmentKind.VOID, AmendmentKind.CORRECT])
def test_that_it_stands_twice_is_still_asked_after_the_change(
    desk: Desk, ana: User, bob: User, kind: AmendmentKind
) -> None:
    document = posted(desk)
    amendment = confirmed(desk, ana, bob, kind, document)
    for reason in ("twice_in_zoho", "differs_in_zoho", "changed_in_zoho"):
        record.ask(document, ReviewKind.DRIFT, code=reason, message="Look at it.")

    assert run(amendment) == "done"

    assert [item.reason for item in ReviewItem.objects.filter(state="open")] == ["twice_in_zoho"]


def test_the_client_of_a_change_is_built_like_any_other(desk: Desk, ana: User, bob: User) -> None:
    amendment = confirmed(desk, ana, bob, AmendmentKind.VOID, posted(desk))
    with clients.books(desk.organization) as books:
        assert run(amendment, books=books) == "done"
    calls = Posting.objects.get().calls.filter(endpoint="POST /bills/{id}/status/void")
    assert [(call.outcome, call.writes) for call in calls] == [("ok", True)]


def test_a_correction_interrupted_between_its_writes_is_finished(
    desk: Desk, ana: User, bob: User
) -> None:
    document = posted(desk)
    posting = desk.posting(document)
    later(posting)
    in_zoho(desk, "PUT", f"/bills/{posting.bill_id}", {"date": "2024-05-20"})
    in_zoho(desk, "DELETE", f"/bills/{posting.bill_id}/attachment")
    search(desk)
    amendment = confirmed(desk, ana, bob, AmendmentKind.CORRECT, document)
    # The date is brought back, then there are no calls left for the file.
    desk.break_next("POST /bills/{id}/attachment", "429", retry_after=1)

    assert amend(amendment.pk, owner="w") == "approved"
    assert desk.bills()[0]["date"] == "2024-04-18"
    time.sleep(1.1)  # what Zoho itself asks for is not scaled

    assert run(amendment) == "done"
    assert len(desk.bills()[0]["files"]) == 1


def test_a_search_never_writes_over_what_was_accepted_meanwhile(desk: Desk, ana: User) -> None:
    document = posted(desk)
    posting = desk.posting(document)
    stale = Posting.objects.select_related("document__organization").get(pk=posting.pk)
    Posting.objects.update(agreed={**posting.agreed, "date": "2024-05-20"})

    assert not drift.judge(stale, {**posting.stands, "date": "2024-05-20"})

    assert desk.posting(document).agreed["date"] == "2024-05-20"
    assert not ReviewItem.objects.exists()


def test_nobody_accepts_what_changed_after_they_looked(desk: Desk, ana: User) -> None:
    document = posted(desk)
    posting = desk.posting(document)
    drift.judge(posting, {**posting.stands, "date": "2024-05-20"})
    item = ReviewItem.objects.get()
    document.refresh_from_db()
    drift.judge(posting, {**posting.stands, "total": "9000.00"})

    with pytest.raises(actions.StaleVersion):
        actions.accept_standing(item=item, by=ana, version=document.version)

    assert Decimal(desk.posting(document).agreed["total"]) == Decimal("119.00")


def test_what_was_never_like_the_paper_and_now_is_asks_for_nothing(desk: Desk) -> None:
    desk.break_next("GET /bills/{id}", "wrong_total", times=2)
    document = desk.approved()
    desk.push(document)
    assert ReviewItem.objects.get().reason == "differs_in_zoho"
    posting = desk.posting(document)

    assert not drift.judge(posting, {**posting.stands, "total": "119.00"})

    assert ReviewItem.objects.get().state == "cancelled"
    assert desk.posting(document).agreed["total"] == "119.00"
