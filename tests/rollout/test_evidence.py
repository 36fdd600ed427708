"""What the figures say, what is done about it, and what is repaired."""

from __future__ import annotations

import random
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from prometheus_client import REGISTRY

from tests.cast import client_of
from tests.factories import DocumentFactory, OrganizationFactory, UserFactory, VendorFactory
from tests.page import plain_static
from zohodocs.models import (
    AuditEvent,
    Correction,
    Document,
    EvidenceSnapshot,
    Experiment,
    ExperimentState,
    Flag,
    FlagMode,
    Organization,
    Ramp,
    RampState,
    ReviewItem,
    Rollback,
    ShadowRun,
)
from zohodocs.operations import rollouts
from zohodocs.rollout import changes, evidence, experiments, ramps, shadow
from zohodocs.rollout.flags import set_flag

__all__ = ["plain_static"]
pytestmark = pytest.mark.django_db
FLAG = "ml_predictions"


@pytest.fixture
def organization() -> Organization:
    made: Organization = OrganizationFactory()
    return made


def papers(
    organization: Organization, arm: str, number: int, bad: int, *, state: str = "approved"
) -> list[Document]:
    """So many judged documents of this arm, the first `bad` of them corrected."""
    answer = {"arm": arm, "mode": "percent", "bucket": 1, "version": 1, "shadow": False}
    made = DocumentFactory.create_batch(
        number, organization=organization, flags={FLAG: answer}, approved=True
    )
    person = UserFactory()
    Correction.objects.bulk_create(
        Correction(document=document, field="gross_total", by=person) for document in made[:bad]
    )
    if state != "approved":
        Document.objects.filter(pk__in=[d.pk for d in made]).update(state=state)
    return made


def mixed(organization: Organization, *, control_bad: int, candidate_bad: int) -> None:
    """A day at fifty percent, in an order of chance."""
    papers(organization, "control", 100, control_bad)
    papers(organization, "candidate", 100, candidate_bad)
    rng, now = random.Random(5), timezone.now()
    order = list(Document.objects.values_list("pk", flat=True))
    rng.shuffle(order)
    for index, pk in enumerate(order):
        at = now - timedelta(minutes=len(order) - index)
        Document.objects.filter(pk=pk).update(received_at=at)


def let_in(percent: str = "50") -> Flag:
    flag = set_flag(
        name=FLAG, mode=FlagMode.PERCENT, percent=Decimal(percent), why="Try it.", by="ana"
    )
    Flag.objects.update(changed_at=timezone.now() - timedelta(days=1))
    return flag


def figure(name: str) -> evidence.Figure:
    flag = Flag.objects.get(name=FLAG)
    found = evidence.of(FLAG, since=rollouts.since_of(flag), now=timezone.now())
    return next(each for each in found.figures if each.name == name)


def test_harm_is_seen_and_the_flag_goes_back_by_itself(organization: Organization) -> None:
    let_in()
    mixed(organization, control_bad=5, candidate_bad=60)
    before = REGISTRY.get_sample_value("zohodocs_rollbacks_total", {"flag": FLAG}) or 0

    done = rollouts.evaluate()

    assert done == [f"{FLAG}: went back"]
    assert Flag.objects.get(name=FLAG).mode == FlagMode.OFF
    made = Rollback.objects.get()
    assert (made.by, made.items.count()) == ("guardrail", 100)
    assert any(each["says"] == "worse" for each in made.evidence["figures"])
    assert REGISTRY.get_sample_value("zohodocs_rollbacks_total", {"flag": FLAG}) == before + 1
    assert AuditEvent.objects.filter(verb="flag.rolled_back").exists()
    assert rollouts.evaluate() == []  # it is off: there is nothing more to do


def test_no_harm_no_rollback(organization: Organization) -> None:
    let_in()
    mixed(organization, control_bad=15, candidate_bad=15)

    assert rollouts.evaluate() == []
    assert Flag.objects.get(name=FLAG).mode == FlagMode.PERCENT
    assert figure("corrected").says == "not yet"


def test_a_better_way_is_called_better(organization: Organization) -> None:
    let_in()
    mixed(organization, control_bad=60, candidate_bad=5)

    found = figure("corrected")

    assert found.says == "better"
    assert found.high is not None
    assert found.high < 0


def test_a_dry_run_only_says_what_it_would_do(organization: Organization) -> None:
    ramps.start(flag=FLAG, by="ana", why="Try.", steps=["10", "20"], dry_run=True)
    Flag.objects.update(changed_at=timezone.now() - timedelta(days=1))
    Ramp.objects.update(started_at=timezone.now() - timedelta(days=1))
    mixed(organization, control_bad=5, candidate_bad=60)

    assert rollouts.evaluate() == [f"{FLAG}: would go back"]
    assert Flag.objects.get(name=FLAG).mode == FlagMode.PERCENT


def test_a_signal_pauses_the_ramp_and_nothing_else(organization: Organization) -> None:
    ramp = ramps.start(flag=FLAG, by="ana", why="Try.", steps=["10", "20"])
    document = DocumentFactory(organization=organization, in_review=True)
    ReviewItem.objects.create(
        document=document,
        organization=organization,
        reason="x",
        message="x",
        opened_at=timezone.now() - timedelta(days=4),
    )

    assert rollouts.evaluate() == [f"{FLAG}: paused"]
    ramp.refresh_from_db()
    assert ramp.state == RampState.PAUSED
    assert Flag.objects.get(name=FLAG).mode == FlagMode.PERCENT


def test_a_company_with_a_setting_of_its_own_is_no_evidence_for_the_others(
    organization: Organization,
) -> None:
    let_in()
    other = OrganizationFactory()
    set_flag(name=FLAG, mode=FlagMode.ON, organization=other, why="Theirs.", by="ana")
    papers(organization, "control", 4, 0)
    papers(other, "candidate", 7, 7)

    found = evidence.of(FLAG, since=timezone.now() - timedelta(hours=1), now=timezone.now())

    assert (found.judged_control, found.judged_candidate) == (4, 0)


def test_all_guardrails_together_err_no_more_often_than_promised() -> None:
    assert sum(evidence.ALPHAS.values()) <= evidence.ALPHA


def test_points_of_the_chart_are_kept_every_ten_minutes(organization: Organization) -> None:
    let_in()
    now = timezone.now()
    for minutes in (0, 1, 5, 11):
        rollouts.evaluate(now=now + timedelta(minutes=minutes))

    assert EvidenceSnapshot.objects.count() == 2


def test_shares_that_are_not_as_set_are_seen(organization: Organization) -> None:
    let_in("50")
    papers(organization, "candidate", 90, 0)
    papers(organization, "control", 10, 0)

    found = evidence.of(FLAG, since=timezone.now() - timedelta(hours=1), now=timezone.now())

    assert found.share_p is not None
    assert found.share_p < 0.001


def test_an_experiment_is_planned_counted_by_vendor_and_decided(
    organization: Organization,
) -> None:
    let_in("50")
    running = experiments.start(
        flag=FLAG,
        by="ana",
        why="Which is it?",
        percent=Decimal(50),
        smallest_effect=Decimal(10),
        base_rate=0.15,
    )
    assert 400 < running.planned < 2000
    for _ in range(30):
        vendor = VendorFactory(organization=organization)
        made = [
            *papers(organization, "control", 3, 3),
            *papers(organization, "candidate", 3, 0),
        ]
        Document.objects.filter(pk__in=[d.pk for d in made]).update(vendor=vendor)

    standing = experiments.standing(running, now=timezone.now() + timedelta(days=1))

    assert (standing.control, standing.candidate, standing.vendors) == (90, 90, 30)
    assert standing.says == "better"
    assert standing.days_left is not None
    experiments.decide(running, winner="candidate", by="bob", why="Fewer corrections.")
    assert Flag.objects.get(name=FLAG).mode == FlagMode.PERCENT
    changes.confirm(FLAG, event=changes.waiting(FLAG)[0].event, by="carl")
    assert Flag.objects.get(name=FLAG).mode == FlagMode.ON
    with pytest.raises(experiments.ExperimentRefused):
        experiments.decide(running, winner="control", by="bob", why="No.")


def begun() -> Experiment:
    return experiments.start(
        flag=FLAG,
        by="ana",
        why="Which is it?",
        percent=Decimal(10),
        smallest_effect=Decimal(10),
        base_rate=0.15,
    )


def test_an_experiment_and_a_ramp_keep_out_of_each_others_way() -> None:
    ramp = ramps.start(flag=FLAG, by="ana", why="Try.", steps=["5", "10"])
    with pytest.raises(experiments.ExperimentRefused, match="A ramp"):
        begun()
    ramps.abort(ramp, by="ana", why="Count instead.")
    begun()

    with pytest.raises(ValueError, match="An experiment runs"):
        ramps.start(flag=FLAG, by="ana", why="Try.", steps=["5", "10"])

    assert Flag.objects.get(organization=None).percent == 10
    assert ramps.open_ramp(FLAG) is None


def test_a_setting_waits_for_the_experiment_save_one_companys_own(
    organization: Organization, plain_static: None
) -> None:
    begun()
    for mode, percent in ((FlagMode.ON, None), (FlagMode.PERCENT, Decimal(5))):
        with pytest.raises(ValueError, match="An experiment runs"):
            changes.change(FLAG, mode, percent, by="ana", why="Now.")
    assert not changes.waiting(FLAG)
    boss = client_of(UserFactory(is_superuser=True, is_staff=True))
    row = Flag.objects.get()
    page = boss.post(
        reverse("admin:zohodocs_flag_change", args=[row.pk]),
        {"name": FLAG, "mode": "percent", "percent": "5", "why": "x"},
    )
    assert "An experiment runs with this flag" in page.content.decode()

    changes.change(FLAG, FlagMode.OFF, None, by="ana", why="Theirs.", organization=organization)

    assert Experiment.objects.get().state == ExperimentState.RUNNING


@pytest.mark.usefixtures("plain_static")
def test_few_vendors_say_nothing_and_the_page_says_why(organization: Organization) -> None:
    running = begun()
    for _ in range(experiments.ENOUGH_VENDORS - 1):
        vendor = VendorFactory(organization=organization)
        made = [*papers(organization, "control", 1, 1), *papers(organization, "candidate", 1, 0)]
        Document.objects.filter(pk__in=[d.pk for d in made]).update(vendor=vendor)

    standing = experiments.standing(running, now=timezone.now() + timedelta(days=1))

    assert standing.difference.high < 0
    assert (standing.vendors, standing.says) == (29, "not yet")
    boss = client_of(UserFactory(is_superuser=True))
    page = boss.get(reverse("rollout_flag", args=[FLAG])).content.decode()
    assert "once 30 vendors had both ways" in page


def test_a_plan_of_more_documents_than_are_counted_is_refused() -> None:
    with pytest.raises(experiments.ExperimentRefused, match="more than 100000"):
        experiments.start(
            flag=FLAG,
            by="ana",
            why="A hair.",
            percent=Decimal(10),
            smallest_effect=Decimal("0.5"),
            base_rate=0.15,
        )

    assert not Flag.objects.exists()


def test_what_broke_or_never_ended_was_not_compared(organization: Organization) -> None:
    for error in ("", "ValueError", shadow.UNFINISHED):
        document = DocumentFactory(organization=organization)
        ShadowRun.objects.create(
            organization=organization, document=document, flag=FLAG, error=error
        )

    found = evidence.of(FLAG, since=timezone.now() - timedelta(hours=1), now=timezone.now())

    assert (found.compared, found.shadow_errors) == (1, 2)


@pytest.mark.parametrize("by_hand", [True, False])
def test_off_for_everybody_stops_the_experiment(by_hand: bool) -> None:
    begun()
    if by_hand:
        changes.change(FLAG, FlagMode.OFF, None, by="bob", why="Strange totals.")
    else:
        rollouts.turn_back(FLAG, by="bob", why="Strange totals.")

    ended = Experiment.objects.get()
    assert (ended.state, ended.decided_by, ended.decision) == ("stopped", "bob", "Strange totals.")
    assert AuditEvent.objects.filter(verb="experiment.stopped").count() == 1
    begun()
