"""Where a document goes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.pipeline.papers import (
    OTHER_IBAN,
    FakeAccounts,
    FakeSeen,
    FakeVendors,
    case,
    earlier,
    invoice,
    papersmith,
    ports,
)
from zohodocs.domain.case import Case, PolicyFacts, Ports, RuleFacts, VendorFacts
from zohodocs.domain.invoice import FIELD_NAMES
from zohodocs.domain.verdicts import Decision, Finding, Route, Stop
from zohodocs.pipeline import flow
from zohodocs.pipeline.decision import human_overrules, worst_first

ON = {"auto_approve": "candidate"}


def judged(paper: Case, look_ups: Ports | None = None) -> Case:
    result = flow.run(paper, look_ups or ports(), stages=flow.RECHECK)
    assert not isinstance(result, Stop)
    return result


def decided(paper: Case, look_ups: Ports | None = None) -> Decision:
    decision = judged(paper, look_ups).decision
    assert decision is not None
    return decision


def reasons(decision: Decision) -> list[str]:
    return [reason.code for reason in decision.reasons]


def test_a_sound_invoice_is_approved_by_itself_where_the_flag_says_so() -> None:
    assert decided(case(flags=ON)) == Decision(Route.APPROVED)


@pytest.mark.parametrize("flags", [{}, {"auto_approve": "control"}, {"auto_approve": "on"}])
def test_without_the_flag_a_person_approves_what_checks_out(flags: dict[str, str]) -> None:
    decision = decided(case(flags=flags))

    assert decision.route is Route.IN_REVIEW
    assert [r.message for r in decision.reasons] == ["Everything checks out; approve it."]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"buyer_tax_id": "PL7010019507"}, "not_ours"),
        ({"invoice_number": ""}, "missing_invoice_number"),
        ({"iban": OTHER_IBAN}, "bank_details_changed"),
        ({"confidence": {}}, "unsure_invoice_number"),
        ({"supplier_tax_id": "", "supplier_name": "Papersmitth"}, "vendor_by_likeness"),
        ({"document_type": "credit_note"}, "credit_note_by_hand"),
        ({"document_type": "receipt"}, "receipt_by_hand"),
        ({"gross_total": Decimal("999.00")}, "totals_differ"),
    ],
)
def test_any_finding_sends_it_to_a_person(changes: dict[str, Any], reason: str) -> None:
    decision = decided(case(invoice(**changes), flags=ON))

    assert decision.route is Route.IN_REVIEW
    assert reasons(decision)[0] == reason


def test_a_duplicate_is_never_closed_by_the_machine() -> None:
    decision = decided(case(flags=ON), ports(seen=FakeSeen(papers=(earlier(),))))

    assert decision.route is Route.IN_REVIEW
    assert reasons(decision)[0] == "duplicate_invoice"


@pytest.mark.parametrize(
    ("limit", "rule_limit", "route"),
    [
        (None, None, Route.APPROVED),
        ("123.00", None, Route.APPROVED),
        ("122.99", None, Route.IN_REVIEW),
        ("500", "100", Route.IN_REVIEW),
        ("100", "500", Route.IN_REVIEW),
    ],
)
def test_the_lower_limit_of_policy_and_rule_holds(
    limit: str | None, rule_limit: str | None, route: Route
) -> None:
    policy = PolicyFacts(id=1, auto_approve_up_to=Decimal(limit) if limit else None)
    rule = RuleFacts(
        "r",
        "Papersmith",
        vendor="Papersmith",
        account_id="a-office",
        auto_approve_up_to=Decimal(rule_limit) if rule_limit else None,
    )
    look_ups = ports(accounts=FakeAccounts(ordered=(rule,)))

    decision = decided(case(flags=ON, policy=policy), look_ups)

    assert decision.route is route
    assert reasons(decision) == ([] if route is Route.APPROVED else ["above_limit"])


def test_a_limit_is_not_compared_across_currencies() -> None:
    policy = PolicyFacts(id=1, auto_approve_up_to=Decimal(1000))

    decision = decided(case(invoice(currency="EUR"), flags=ON, policy=policy))

    assert reasons(decision) == ["limit_other_currency"]


def test_a_rule_can_ask_for_a_person_always() -> None:
    rule = RuleFacts("r", "x", vendor="Papersmith", account_id="a-office", always_review=True)

    assert reasons(decided(case(flags=ON), ports(accounts=FakeAccounts(ordered=(rule,))))) == [
        "rule_always_review"
    ]


@pytest.mark.parametrize(
    ("facts", "look_ups"),
    [
        ({"policy": PolicyFacts(id=1, four_eyes_above=Decimal(100))}, ports()),
        ({"paper": invoice(iban=OTHER_IBAN)}, ports()),
        ({"paper": invoice(iban=OTHER_IBAN), "overruled": {"bank_details_changed"}}, ports()),
        ({}, ports(vendors=FakeVendors(known=(replace(papersmith, ibans=()),)))),
        (
            {"policy": PolicyFacts(id=1, four_eyes_new_vendor=True)},
            ports(vendors=FakeVendors(known=())),
        ),
    ],
)
def test_two_people_look_at_large_amounts_strange_accounts_and_new_vendors(
    facts: dict[str, Any], look_ups: Ports
) -> None:
    checked = judged(case(flags=ON, **facts), look_ups)

    [note] = [f for f in checked.findings if f.code == "four_eyes"]

    assert not note.review
    assert checked.decision is not None
    assert checked.decision.route is Route.IN_REVIEW


@pytest.mark.parametrize(
    "known", [(), (replace(papersmith, ibans=(), has_history=False),)], ids=["new", "unpaid"]
)
def test_a_vendor_without_a_history_needs_one_person(known: tuple[VendorFacts, ...]) -> None:
    checked = judged(case(flags=ON), ports(vendors=FakeVendors(known=known)))

    assert "four_eyes" not in [f.code for f in checked.findings]
    assert checked.decision is not None
    assert checked.decision.route is Route.IN_REVIEW


def test_a_name_read_with_doubt_is_settled_by_the_vendor_with_that_number_and_name() -> None:
    sure = dict.fromkeys(FIELD_NAMES, 1.0)
    paper = replace(invoice(), confidence=sure | {"supplier_name": 0.4})

    same = judged(case(paper))
    another = judged(case(replace(paper, supplier_name="Quill & Ink Bt.")))

    assert "unsure_supplier_name" not in [f.code for f in same.findings]
    assert "unsure_supplier_name" in [f.code for f in another.findings]


def test_a_small_amount_of_a_known_vendor_needs_one_person() -> None:
    checked = judged(case(policy=PolicyFacts(id=1, four_eyes_above=Decimal(123))))

    assert [f.code for f in checked.findings] == []


def test_a_sure_proforma_is_filed_and_an_unsure_one_is_asked_about() -> None:
    sure = decided(case(invoice(document_type="proforma"), flags=ON))
    unsure = decided(case(invoice(document_type="proforma", confidence={}), flags=ON))
    strange = decided(case(invoice(document_type="other", buyer_tax_id="PL7010019507")))

    assert (sure.route, reasons(sure)) == (Route.FILED, ["not_a_posting_document"])
    assert (unsure.route, reasons(unsure)) == (Route.IN_REVIEW, ["not_a_posting_document"])
    assert (strange.route, reasons(strange)) == (Route.IN_REVIEW, ["not_ours"])


def test_a_person_s_word_turns_a_blocking_finding_into_a_note() -> None:
    paper = invoice(buyer_tax_id="PL7010019507")

    checked = judged(case(paper, flags=ON, overruled=frozenset({"not_ours"})))

    [accepted] = [f for f in checked.findings if f.code == "not_ours"]
    assert (accepted.blocks, accepted.review) == (False, False)
    assert accepted.message.startswith("Accepted by a person: ")
    assert checked.decision is not None
    # The machine does not approve what a person had to wave through.
    assert reasons(checked.decision) == ["approval_needed"]


def test_what_is_missing_cannot_be_waved_through() -> None:
    checked = judged(
        case(invoice(invoice_number=""), overruled=frozenset({"missing_invoice_number"}))
    )

    assert checked.decision is not None
    assert checked.decision.reasons[0].blocks


def test_overruling_touches_only_the_named_codes() -> None:
    kept = Finding("a", "A.", blocks=True, overrulable=True)
    named = Finding("b", "B.", blocks=True, overrulable=True)

    after = human_overrules([kept, named], {"b"})

    assert after[0] == kept
    assert not after[1].blocks


def test_the_worst_reason_comes_first() -> None:
    found = [
        Finding("note", "", review=False),
        Finding("question", ""),
        Finding("missing_currency", "", blocks=True),
        Finding("duplicate_invoice", "", blocks=True),
        Finding("not_ours", "", blocks=True),
    ]

    assert [f.code for f in worst_first(found)] == [
        "not_ours",
        "duplicate_invoice",
        "missing_currency",
        "question",
        "note",
    ]


flags = st.dictionaries(
    st.sampled_from(
        ["auto_approve", "company_gate", "duplicates", "bank_details", "engine", "account_choice"]
    ),
    st.sampled_from(["control", "candidate", "off", ""]),
)


@given(flags)
def test_no_flag_switches_off_gate_bank_details_or_duplicates(chosen: dict[str, str]) -> None:
    paper = invoice(buyer_tax_id="PL7010019507", iban=OTHER_IBAN)

    decision = decided(case(paper, flags=chosen), ports(seen=FakeSeen(papers=(earlier(),))))

    assert decision.route is Route.IN_REVIEW
    assert reasons(decision)[:3] == ["not_ours", "bank_details_changed", "duplicate_invoice"]
