"""The checks on the paper itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.pipeline.papers import TODAY, FakeAccounts, case, codes, invoice, ours, ports
from zohodocs.domain.case import Case, PolicyFacts
from zohodocs.domain.invoice import FIELD_NAMES, LineItem, TaxLine
from zohodocs.domain.verdicts import CompanyVerdict, Direction, Finding
from zohodocs.pipeline import validation


def checked(**changes: Any) -> Case:
    return validation.check(case(invoice(**changes)), ports())


def finding(code: str, **changes: Any) -> Finding:
    [found] = [f for f in checked(**changes).findings if f.code == code]
    return found


def test_a_sound_invoice_has_no_findings() -> None:
    assert codes(checked()) == []


@pytest.mark.parametrize(
    ("changes", "code", "blocks"),
    [
        ({"invoice_number": ""}, "missing_invoice_number", True),
        ({"supplier_name": ""}, "missing_supplier_name", True),
        ({"issue_date": None}, "missing_issue_date", True),
        ({"currency": ""}, "missing_currency", True),
        ({"gross_total": None, "amount_due": None}, "missing_gross_total", True),
        ({"currency": "XQX"}, "currency_unknown", True),
        ({"gross_total": Decimal("124.00")}, "totals_differ", True),
        ({"gross_total": Decimal("-123.00")}, "negative_total", True),
        ({"gross_total": Decimal(0)}, "zero_total", False),
        ({"net_total": Decimal("-100.00")}, "signs_differ", False),
        (
            {"tax_lines": (TaxLine(Decimal(23), Decimal("100.00"), Decimal("8.00")),)},
            "tax_differs",
            False,
        ),
        (
            {"tax_lines": (TaxLine(Decimal(23), Decimal("50.00"), Decimal("11.50")),)},
            "tax_table_differs",
            False,
        ),
        ({"line_items": (LineItem("x", line_total=Decimal(77)),)}, "lines_differ", False),
        ({"tax_lines": (), "line_items": ()}, "tax_rate_missing", False),
        ({"issue_date": TODAY + timedelta(days=8), "due_date": None}, "date_in_future", False),
        ({"issue_date": TODAY - timedelta(days=731)}, "date_too_old", False),
        ({"due_date": date(2026, 5, 3)}, "due_before_issue", False),
        ({"amount_due": Decimal("23.00")}, "partly_paid", False),
        ({"amount_due": Decimal("0.00")}, "already_paid", False),
        ({"amount_due": Decimal("200.00")}, "due_differs", False),
        ({"supplier_tax_id": "PL7740001455"}, "supplier_tax_id_invalid", False),
        ({"buyer_tax_id": "PL5260001247"}, "buyer_tax_id_invalid", False),
        ({"iban": "PL62109010140000071219812874"}, "iban_invalid", False),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, Any], code: str, blocks: bool) -> None:
    found = finding(code, **changes) if code != "tax_table_differs" else checked(**changes)

    if isinstance(found, Finding):
        assert found.blocks is blocks
        assert found.review
        assert found.message[-1] == "."
    else:
        assert codes(found).count(code) == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"gross_total": Decimal("123.01"), "amount_due": Decimal("123.01")},  # within a cent a line
        {"issue_date": TODAY + timedelta(days=7), "due_date": None},
        {"issue_date": TODAY - timedelta(days=730)},
        {"due_date": None},
        {"amount_due": None},
        {"line_items": ()},
        {"iban": ""},
        {"supplier_tax_id": ""},
        {"document_type": "receipt", "invoice_number": "", "amount_due": Decimal(0)},
        {
            "document_type": "credit_note",
            "net_total": Decimal("-100.00"),
            "tax_total": Decimal("-23.00"),
            "gross_total": Decimal("-123.00"),
            "line_items": (),
            "tax_lines": (TaxLine(Decimal(23), Decimal("-100.00"), Decimal("-23.00")),),
        },
    ],
)
def test_what_is_right_is_let_pass(changes: dict[str, Any]) -> None:
    assert codes(checked(**changes)) == []


def test_a_doubtful_value_is_asked_about_field_by_field() -> None:
    doubts = dict.fromkeys(FIELD_NAMES, 0.99) | {"gross_total": 0.6, "issue_date": 0.96}

    found = checked(confidence=doubts).findings

    assert [(f.code, f.field, f.blocks) for f in found] == [
        ("unsure_issue_date", "issue_date", False),
        ("unsure_gross_total", "gross_total", False),
    ]


def test_a_value_nobody_vouches_for_is_doubtful() -> None:
    assert "unsure_invoice_number" in codes(checked(confidence={}))


def test_the_bar_is_the_policy_s() -> None:
    low = dict.fromkeys(FIELD_NAMES, 0.5)
    lenient = case(invoice(confidence=low), policy=PolicyFacts(id=1, min_confidence=0.5))

    assert codes(validation.check(lenient, ports())) == []


def test_a_rate_outside_the_tax_table_is_asked_about() -> None:
    no_zero = ports(accounts=FakeAccounts(table=()))

    found = validation.check(case(), no_zero).findings

    assert [f.code for f in found] == ["tax_unknown"]
    assert found[0].data["rate"] == "23"


def test_a_foreign_currency_is_only_a_note() -> None:
    found = finding("foreign_currency", currency="EUR")

    assert not found.review


def test_an_intra_eu_purchase_without_tax_is_named_reverse_charge() -> None:
    paper = {
        "supplier_tax_id": "DE136695976",
        "supplier_country": "DE",
        "tax_total": Decimal("0.00"),
        "gross_total": Decimal("100.00"),
        "amount_due": Decimal("100.00"),
        "tax_lines": (TaxLine(Decimal(0), Decimal("100.00"), Decimal("0.00")),),
    }

    found = finding("reverse_charge", **paper)

    assert not found.review
    assert "DE" in found.message


def test_foreign_tax_is_not_taken_for_ours() -> None:
    assert finding("foreign_tax", supplier_tax_id="DE136695976").review


def test_our_own_number_is_not_checked_once_the_gate_knew_it() -> None:
    made_up = case(
        invoice(buyer_tax_id="PL1111111112"),
        company=CompanyVerdict(Direction.INCOMING, "ours"),
    )

    assert codes(validation.check(made_up, ports())) == []


@pytest.mark.parametrize(("lock", "told"), [(3, False), (4, True), (30, True)])
def test_a_closed_period_blocks_or_moves_the_posting_as_the_policy_says(
    lock: int, told: bool
) -> None:
    locked = replace(ours, lock_date=date(2026, 5, lock))
    moving = PolicyFacts(id=1, closed_period="first_open_day")

    asked = validation.check(case(organization=locked), ports()).findings
    moved = validation.check(case(organization=locked, policy=moving), ports()).findings

    assert [(f.code, f.blocks, f.overrulable) for f in asked] == (
        [("closed_period", True, True)] if told else []
    )
    assert [(f.code, f.review) for f in moved] == ([("closed_period", False)] if told else [])


@pytest.mark.parametrize("kind", ["proforma", "other"])
def test_a_paper_that_is_no_posting_document_is_told_by_its_type_alone(kind: str) -> None:
    sure = checked(document_type=kind, invoice_number="", gross_total=None)
    unsure = checked(document_type=kind, confidence={})

    assert [(f.code, f.blocks, f.review) for f in sure.findings] == [
        ("not_a_posting_document", False, False)
    ]
    assert [(f.code, f.blocks, f.overrulable) for f in unsure.findings] == [
        ("not_a_posting_document", True, False)
    ]


def test_a_line_that_does_not_multiply_is_a_note() -> None:
    line = LineItem("Paper", Decimal(4), Decimal("30.00"), Decimal("100.00"), Decimal(23))

    assert not finding("line_price_differs", line_items=(line,)).review


def test_what_an_e_invoice_adds_as_a_whole_explains_its_lines() -> None:
    stated = Finding(
        "xml_document_adjustments",
        "Besides its lines the invoice states: charges 30.00, allowances 7.00.",
        review=False,
        data={"charges": "30.00", "allowances": "7.00"},
    )
    paper = invoice(line_items=(LineItem(line_total=Decimal("77.00")),))

    assert codes(validation.check(case(paper), ports())) == ["lines_differ"]
    assert codes(validation.check(case(paper, findings=(stated,)), ports())) == [stated.code]


@given(
    st.lists(
        st.decimals(min_value=Decimal("0.01"), max_value=Decimal(9999), places=2),
        min_size=1,
        max_size=6,
    ),
    st.integers(min_value=-20, max_value=20),
)
def test_totals_are_told_exactly_when_they_differ_by_more_than_a_cent_a_line(
    lines: list[Decimal], off_by: int
) -> None:
    net = sum(lines, Decimal(0))
    gross = net + Decimal("23.00") + Decimal(off_by) / 100
    paper = checked(
        net_total=net,
        gross_total=gross,
        amount_due=None,
        line_items=tuple(LineItem(line_total=line) for line in lines),
    )

    assert ("totals_differ" in codes(paper)) is (abs(off_by) > len(lines))
