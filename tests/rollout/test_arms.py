"""Experiments of several arms: who gets which, what an arm changes, what the figures say."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from math import isclose

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.cast import client_of
from tests.factories import DocumentFactory, OrganizationFactory, UserFactory, VendorFactory
from tests.page import plain_static
from tests.pipeline.papers import case
from tests.pipeline.test_decision import decided, reasons
from zohodocs.domain.case import PolicyFacts
from zohodocs.domain.sequential import ShareWatch
from zohodocs.domain.verdicts import Route
from zohodocs.models import (
    AuditEvent,
    Correction,
    Document,
    Experiment,
    Flag,
    FlagMode,
    Organization,
    State,
    Vendor,
)
from zohodocs.pipeline import runner
from zohodocs.rollout import changes, experiments, ramps
from zohodocs.rollout.bucketing import arm_of
from zohodocs.rollout.definitions import DEFINITIONS, HALF_LIMIT
from zohodocs.rollout.evidence import Evidence
from zohodocs.rollout.flags import answers_for, set_flag

__all__ = ["plain_static"]
FLAG = "auto_approve"
NOW = timezone.now()
ARMS = {"candidate": 1, HALF_LIMIT: 1}


def start(percent: int = 10) -> Experiment:
    return experiments.start(
        flag=FLAG,
        by="ann",
        why="How far?",
        percent=Decimal(percent),
        smallest_effect=Decimal(5),
        base_rate=0.15,
        arms=ARMS,
    )


def test_arms_get_their_weights_and_the_draw_is_apart_from_who_is_let_in() -> None:
    drawn = Counter(arm_of(FLAG, str(unit), {"a": 1, "b": 3}) for unit in range(20_000))

    assert isclose(drawn["b"] / 20_000, 0.75, abs_tol=0.01)
    assert arm_of(FLAG, "unit", {"a": 1, "b": 3}) == arm_of(FLAG, "unit", {"b": 3, "a": 1})
    with pytest.raises(ValueError, match="weight"):
        arm_of(FLAG, "unit", {})


@pytest.mark.parametrize(
    ("variant", "gross_allowed", "route"),
    [("", "120", Route.APPROVED), (HALF_LIMIT, "120", Route.IN_REVIEW)],
)
def test_the_arm_changes_who_approves(variant: str, gross_allowed: str, route: Route) -> None:
    paper = case(flags={FLAG: "candidate"})
    gross = paper.invoice.gross_total
    assert gross is not None
    # Between half of the limit and the limit.
    policy = PolicyFacts(id=1, auto_approve_up_to=abs(gross) * Decimal(gross_allowed) / 100)
    decision = decided(replace(paper, policy=policy, variants={FLAG: variant}))

    assert decision.route is route
    assert reasons(decision) == ([] if route is Route.APPROVED else ["above_limit"])


@pytest.mark.django_db
def test_a_document_keeps_its_arm_and_the_pipeline_is_told() -> None:
    company = OrganizationFactory()
    start()
    given = [answers_for(company, str(unit)) for unit in range(600)]
    arms = Counter((each[FLAG]["arm"], each[FLAG]["variant"]) for each in given)

    assert set(arms) == {("control", ""), ("candidate", ""), ("candidate", HALF_LIMIT)}
    let_in = next(each for each in given if each[FLAG]["variant"])
    document = DocumentFactory(organization=company, flags=let_in)
    assert document.variant(FLAG) == HALF_LIMIT
    assert runner.case_of(document).variants[FLAG] == HALF_LIMIT
    # Another setting ends the draw; the experiment ends before it.
    set_flag(name=FLAG, mode=FlagMode.OFF, why="x", by="x")
    set_flag(name=FLAG, mode=FlagMode.ON, why="x", by="x")
    assert answers_for(company, "1")[FLAG]["variant"] == ""


@pytest.mark.django_db
def test_each_arm_stands_against_the_old_way_at_its_part_of_the_level() -> None:
    company = OrganizationFactory()
    running = start()
    alone = experiments.planned_sample(0.15, 0.05, share=0.10)
    assert running.planned > alone
    by = UserFactory()
    for number in range(30):
        vendor = VendorFactory(organization=company)
        for arm, variant in (("control", ""), ("candidate", ""), ("candidate", HALF_LIMIT)):
            papers = [_judged(company, vendor, arm, variant) for _ in range(2)]
            for paper in papers if variant and number else papers[:1]:
                Correction.objects.create(document=paper, field="invoice_number", by=by)
    found = experiments.standing(running, now=timezone.now() + timedelta(days=1))

    plain, half = found.arms
    assert (found.control, plain.number, half.number) == (60, 60, 60)
    assert (plain.name, plain.vendors, half.name) == ("candidate", 30, HALF_LIMIT)
    assert half.difference.low > plain.difference.low
    assert half.says == "worse"
    # Three equal arms where nine in ten should have the old way.
    assert found.share_p < 0.001


@pytest.mark.django_db
def test_the_winner_is_promoted_by_one_button_and_confirmed_by_another(plain_static: None) -> None:
    start()
    ann, bob = _admin("ann"), _admin("bob")
    page = ann.get(reverse("rollout_flag", args=[FLAG])).content.decode()
    assert f'name="winner" value="{HALF_LIMIT}"' in page

    ann.post(
        reverse("rollout_experiment", args=[FLAG, "decide"]),
        {"winner": HALF_LIMIT, "why": "Fewer corrections."},
    )
    decided_ = Experiment.objects.get()
    assert (decided_.winner, decided_.decided_by) == (HALF_LIMIT, "ann")
    assert Flag.objects.get().mode == FlagMode.PERCENT
    [waits] = changes.waiting(FLAG)
    assert (
        f"proposes: on ({HALF_LIMIT} 1) instead of 10 %"
        in bob.get(reverse("rollout_flag", args=[FLAG])).content.decode()
    )
    bob.post(reverse("rollout_proposal", args=[FLAG, "confirm"]), {"event": waits.event})

    row = Flag.objects.get()
    assert (row.mode, row.arms) == (FlagMode.ON, {HALF_LIMIT: 1})
    company = OrganizationFactory()
    assert answers_for(company, "any")[FLAG]["variant"] == HALF_LIMIT


@pytest.mark.django_db
def test_an_experiment_of_three_arms_from_the_page(plain_static: None) -> None:
    sent = {"percent": "10", "smallest_effect": "5", "base_rate": "15", "why": "How far?"}
    weights = {"weight-candidate": "1", f"weight-{HALF_LIMIT}": "2"}
    page = _admin("ann").post(
        reverse("rollout_experiment", args=[FLAG, "start"]), sent | weights, follow=True
    )

    assert Experiment.objects.get().arms == {"candidate": 1, HALF_LIMIT: 2}
    assert f"(candidate 1 : {HALF_LIMIT} 2)" in page.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("arms", [{"other": 1}, {"candidate": 0}, {HALF_LIMIT: -1}])
def test_an_arm_that_is_none_is_refused(arms: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="An arm is"):
        changes.change(FLAG, FlagMode.PERCENT, Decimal(5), by="ann", why="x", arms=arms)

    assert not Flag.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("organization", [False, True])
def test_the_strength_in_force_stays_and_another_takes_two(organization: bool) -> None:
    half, whom = {HALF_LIMIT: 1}, OrganizationFactory() if organization else None
    set_flag(name=FLAG, mode=FlagMode.ON, arms=half, why="Two agreed.", by="ann + bob")

    kept = changes.change(FLAG, FlagMode.ON, None, by="eve", why="Again.", organization=whom)
    assert isinstance(kept, Flag)
    assert kept.arms == half
    for arms in ({}, {"candidate": 1}, {HALF_LIMIT: 1, "candidate": 9}):
        full = changes.change(
            FLAG, FlagMode.ON, None, by="eve", why="All.", organization=whom, arms=arms
        )
        assert isinstance(full, changes.Proposal)
    few = changes.change(
        FLAG, FlagMode.PERCENT, Decimal(10), by="eve", why="Few.", organization=whom, arms={}
    )
    assert isinstance(few, Flag)
    assert few.arms == {}


@pytest.mark.django_db
def test_neither_page_nor_admin_nor_command_lets_one_person_drop_the_half_limit(
    plain_static: None,
) -> None:
    boss = client_of(UserFactory(username="eve", is_superuser=True, is_staff=True))
    set_flag(name=FLAG, mode=FlagMode.ON, why="x", by="ann + bob")
    full = AuditEvent.objects.get(verb="flag.changed").pk
    row = set_flag(name=FLAG, mode=FlagMode.ON, arms={HALF_LIMIT: 1}, why="x", by="ann + bob")

    sent = {"name": FLAG, "mode": "on", "percent": "0", "why": "By eve."}
    boss.post(reverse("rollout_set", args=[FLAG]), sent)
    boss.post(reverse("admin:zohodocs_flag_change", args=[row.pk]), sent)
    boss.post(reverse("rollout_revert", args=[FLAG, full]), {"why": "Back."})
    call_command("flag", "set", FLAG, "--mode", "on", "--why", "By hand.", stdout=StringIO())

    row.refresh_from_db()
    assert (row.version, row.arms) == (5, {HALF_LIMIT: 1})


@pytest.mark.django_db
def test_every_step_of_a_ramp_keeps_the_arms_in_force() -> None:
    row = set_flag(name=FLAG, mode=FlagMode.SHADOW, arms={HALF_LIMIT: 1}, why="x", by="ann + bob")
    proof = Evidence(FLAG, NOW, NOW, 1000, 1000, [], {}, "not yet", 1.0, 1000, 0, 0)

    ramp = ramps.start(flag=FLAG, by="ann", why="Further.", steps=["0", "5", "10"])
    for share in (5, 10):
        ramp.refresh_from_db()
        assert ramps.advance(ramp, proof, now=ramp.step_at + timedelta(hours=25))
        row.refresh_from_db()
        assert (row.percent, row.arms) == (Decimal(share), {HALF_LIMIT: 1})


@pytest.mark.django_db
def test_an_experiment_brings_no_arms_that_two_did_not_agree_on_above_the_limit() -> None:
    set_flag(name=FLAG, mode=FlagMode.PERCENT, percent=Decimal(50), why="x", by="ann + bob")

    with pytest.raises(experiments.ExperimentRefused, match="Arms other than"):
        start(percent=50)

    assert Flag.objects.get().arms == {}


@pytest.mark.django_db
def test_what_is_confirmed_is_the_proposal_that_was_seen() -> None:
    half = changes.change(FLAG, FlagMode.ON, None, by="ann", why="x", arms={HALF_LIMIT: 1})
    full = changes.change(FLAG, FlagMode.ON, None, by="ann", why="x")
    assert isinstance(half, changes.Proposal)
    assert isinstance(full, changes.Proposal)
    words = ("flag", "confirm", FLAG, "--proposal")

    with pytest.raises(changes.ChangeRefused, match="Another change"):
        changes.confirm(FLAG, event=half.event, by="bob")
    with pytest.raises(CommandError, match="Another change"):
        call_command(*words, str(half.event), stdout=StringIO())
    assert not Flag.objects.exists()
    shown = StringIO()
    call_command("flag", "show", FLAG, stdout=shown)
    [waits] = json.loads(shown.getvalue())["proposals"]
    assert (waits["proposal"], waits["arms"]) == (full.event, {})

    call_command(*words, str(full.event), stdout=StringIO())
    assert Flag.objects.get().mode == FlagMode.ON


def test_a_fair_draw_of_three_arms_is_seldom_called_unfair_and_an_unfair_one_is() -> None:
    rng, shares = random.Random(3), {"a": 0.5, "b": 0.3, "c": 0.2}
    alarms = 0
    for _ in range(400):
        watch = ShareWatch(shares)
        for arm in rng.choices(list(shares), list(shares.values()), k=300):
            watch.see(arm)
        alarms += watch.p < 0.001
    assert alarms <= 2

    watch = ShareWatch(shares)
    for arm in rng.choices(list(shares), [0.5, 0.15, 0.35], k=600):
        watch.see(arm)
    assert watch.p < 0.001


def test_every_variant_has_words_and_fits_where_it_is_kept() -> None:
    for definition in DEFINITIONS.values():
        for variant in definition.variants:
            assert variant.words
            kept = Experiment(flag=definition.name, planned=1, winner=variant.name)
            kept.clean_fields(exclude=["started_by", "why"])


def _judged(company: Organization, vendor: Vendor, arm: str, variant: str) -> Document:
    document: Document = DocumentFactory(
        organization=company,
        vendor=vendor,
        state=State.FILED,
        flags={FLAG: {"arm": arm, "variant": variant}},
    )
    return document


def _admin(name: str) -> Client:
    user: User = UserFactory(username=name, is_superuser=True)
    return client_of(user)
