"""The old system's mistakes that the rules can make again; each one has its test here."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.pipeline.papers import (
    OUR_VAT,
    SISTER_VAT,
    THEIR_VAT,
    VAT_23,
    FakeAccounts,
    FakeSeen,
    FakeVendors,
    case,
    earlier,
    invoice,
    papersmith,
    ports,
    sister,
)
from zohodocs.domain import sums
from zohodocs.domain.case import Case, Ports
from zohodocs.domain.invoice import Invoice, LineItem, TaxLine
from zohodocs.domain.money import to_decimal
from zohodocs.domain.verdicts import Decision, Route, Stop
from zohodocs.pipeline import decision, duplicates, flow

ON = {"auto_approve": "candidate"}


def judged(paper: Invoice, look_ups: Ports | None = None, **facts: Any) -> Case:
    given = case(paper, flags=ON, **facts)
    result = flow.run(given, look_ups or ports(), stages=flow.RECHECK)
    assert not isinstance(result, Stop)
    return result


def decision_of(result: Case) -> Decision:
    assert result.decision is not None
    return result.decision


def reasons(result: Case) -> list[str]:
    return [reason.code for reason in decision_of(result).reasons]


def test_zero_percent_does_not_turn_into_23_percent() -> None:
    zero = invoice(
        tax_total=Decimal("0.00"),
        gross_total=Decimal("100.00"),
        amount_due=Decimal("100.00"),
        tax_lines=(TaxLine(Decimal(0), Decimal("100.00"), Decimal("0.00"), "Z"),),
    )

    result = judged(zero)
    no_zero_in_table = judged(zero, ports(accounts=FakeAccounts(table=(VAT_23,))))

    assert result.account is not None
    assert result.account.tax_ids == {"0": "t-0"}
    assert no_zero_in_table.account is not None
    assert no_zero_in_table.account.tax_ids == {}
    assert "tax_unknown" in reasons(no_zero_in_table)


def test_a_line_total_is_not_multiplied_by_the_quantity_again() -> None:
    line = LineItem("Paper", Decimal(4), Decimal("25.00"), Decimal("100.00"), Decimal(23))
    wrong = replace(line, unit_price=Decimal("100.00"))

    assert sums.multiplies(line, "PLN") is True
    assert sums.multiplies(wrong, "PLN") is False
    assert sums.lines_total(invoice(line_items=(wrong,))) == Decimal("100.00")


def test_an_unparsable_date_is_missing_and_never_today() -> None:
    paper = Invoice.from_values({"issue_date": "32.13.2026", "document_type": "invoice"})

    result = judged(paper)

    assert result.invoice.issue_date is None
    assert "missing_issue_date" in reasons(result)


def test_a_foreign_amount_is_never_converted_at_a_constant_rate() -> None:
    result = judged(invoice(currency="EUR"))

    assert result.invoice.gross_total == Decimal("123.00")
    assert "foreign_currency" in [finding.code for finding in result.findings]


def test_money_is_never_a_float() -> None:
    with pytest.raises(TypeError):
        to_decimal(0.1)

    dimes = (LineItem("a", line_total=Decimal("0.10")), LineItem("b", line_total=Decimal("0.20")))
    assert sums.lines_total(invoice(line_items=dimes)) == Decimal("0.30")


def test_lines_are_reconciled_with_the_totals() -> None:
    short = invoice(line_items=(LineItem("Paper", line_total=Decimal("80.00")),))

    assert reasons(judged(short)) == ["lines_differ"]


@pytest.mark.parametrize("confidence", [0.2, 1.0])
@pytest.mark.parametrize("kind", ["proforma", "other"])
def test_a_proforma_never_becomes_a_bill(kind: str, confidence: float) -> None:
    paper = invoice(document_type=kind)
    paper = replace(paper, confidence={**paper.confidence, "document_type": confidence})

    route = decision_of(judged(paper, overruled=frozenset({"not_a_posting_document"}))).route

    assert route in {Route.FILED, Route.IN_REVIEW}


def test_a_paper_that_is_not_ours_is_kept_back_whatever_else_is_right() -> None:
    result = judged(invoice(buyer_tax_id="PL7010019507"))

    assert decision_of(result).route is Route.IN_REVIEW
    assert decision_of(result).reasons[0].blocks


def test_our_number_counts_only_in_the_buyer_s_block() -> None:
    assert reasons(judged(invoice(supplier_tax_id=OUR_VAT, buyer_tax_id=THEIR_VAT)))[0] == (
        "outgoing"
    )


def test_an_account_is_never_the_first_one_when_nobody_knows() -> None:
    result = judged(invoice(), ports(accounts=FakeAccounts(used={})))

    assert result.account is not None
    assert result.account.account_id is None
    assert reasons(result) == ["account_unsure"]


def test_contact_data_is_proposed_and_never_overwritten() -> None:
    known = replace(papersmith, tax_id="", ibans=())

    result = judged(invoice(), ports(vendors=FakeVendors(known=(known,))))

    assert result.vendor is not None
    assert {name: old for name, (old, _) in result.vendor.proposal.items()} == {
        "tax_id": "",
        "iban": "",
    }
    assert decision_of(result).route is Route.IN_REVIEW


@pytest.mark.parametrize("document_type", ["invoice", "receipt", "credit_note"])
def test_the_duplicate_check_runs_for_every_posting_document(document_type: str) -> None:
    seen = FakeSeen(papers=(earlier(document_type=document_type),))

    result = judged(invoice(document_type=document_type), ports(seen=seen))

    assert reasons(result)[0] == "duplicate_invoice"
    assert flow.RECHECK.index(duplicates.find) < flow.RECHECK.index(decision.decide)


def test_a_receipt_handed_in_again_is_told() -> None:
    paper = invoice(document_type="receipt", invoice_number="")
    seen = FakeSeen(papers=(earlier(document_type="receipt", invoice_number=""),))

    assert "look_alike" in reasons(judged(paper, ports(seen=seen)))


def test_the_vat_numbers_of_two_companies_are_two_lists() -> None:
    assert reasons(judged(invoice(buyer_tax_id=SISTER_VAT)))[0] == "other_company"
    here = case(invoice(buyer_tax_id=SISTER_VAT), organization=sister)
    gated = flow.run(here, ports(seen=FakeSeen(companies=())), stages=flow.RECHECK[:1])
    assert isinstance(gated, Case)
    assert gated.findings == ()
