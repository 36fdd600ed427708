"""The duplicate check."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.pipeline.papers import FakeSeen, case, codes, earlier, invoice, ports
from zohodocs.domain.case import Case, SeenDocument
from zohodocs.domain.verdicts import VendorMatch, VendorOutcome
from zohodocs.pipeline import duplicates

known = VendorMatch(VendorOutcome.USE, "", "v-papersmith", "Papersmith S.A.", 1.0, "tax_id")
unknown = VendorMatch(VendorOutcome.CREATE, "")


def compared(
    *papers: SeenDocument, vendor: VendorMatch | None = known, **changes: Any
) -> list[str]:
    return codes(_compared(*papers, vendor=vendor, **changes))


def _compared(*papers: SeenDocument, vendor: VendorMatch | None = known, **changes: Any) -> Case:
    paper = case(invoice(**changes), vendor=vendor)
    return duplicates.find(paper, ports(seen=FakeSeen(papers=papers)))


def test_the_first_paper_has_no_double() -> None:
    assert compared() == []


@pytest.mark.parametrize("number", ["FV/2026/17", "fv 2026-17", "FV/2O26/I7", "00FV202617"])
def test_the_same_number_blocks_however_it_was_written_or_misread(number: str) -> None:
    found = _compared(earlier(invoice_number=number))

    [finding] = found.findings

    assert (finding.code, finding.blocks, finding.overrulable) == ("duplicate_invoice", True, True)
    assert finding.data["document_id"] == "d-earlier"
    assert "2026-05-04" in finding.message


def test_a_bill_in_zoho_counts_like_a_document() -> None:
    found = _compared(earlier(document_id="", bill_id="b-1", state="open"))

    assert codes(found) == ["duplicate_invoice"]
    assert found.findings[0].data["bill_id"] == "b-1"
    assert "Zoho Books" in found.findings[0].message


def test_a_number_used_again_in_another_year_asks_for_the_year_behind_it() -> None:
    last_year = earlier(issue_date=date(2025, 5, 4), gross_total=Decimal(9))

    assert compared(last_year) == ["number_used_in_other_year"]
    assert compared(replace(last_year, state="in_review")) == []


def test_an_unknown_date_excuses_nothing() -> None:
    assert compared(earlier(issue_date=None)) == ["duplicate_invoice"]
    assert compared(earlier(), issue_date=None) == ["duplicate_invoice"]


def test_a_credit_note_may_bear_the_number_and_amount_of_its_invoice() -> None:
    assert compared(earlier(document_type="credit_note")) == []


def test_a_receipt_for_an_invoice_looks_alike() -> None:
    assert compared(earlier(document_type="receipt")) == ["look_alike"]


@pytest.mark.parametrize(("day", "told"), [(11, ["look_alike"]), (12, [])])
def test_the_same_amount_within_seven_days_looks_alike(day: int, told: list[str]) -> None:
    other = earlier(invoice_number="A-999", issue_date=date(2026, 5, day))

    assert compared(other) == told


def test_the_next_invoice_of_a_series_is_no_look_alike() -> None:
    assert (
        compared(
            earlier(
                invoice_number="FV/2026/16",
                issue_date=date(2026, 4, 4),
                gross_total=Decimal("80.00"),
            )
        )
        == []
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"issue_date": date(2026, 3, 4)},  # the same amount
        {"gross_total": Decimal("80.00")},  # the same day
    ],
)
def test_a_number_one_edit_apart_looks_alike_where_day_or_amount_agree(
    changes: dict[str, Any],
) -> None:
    assert compared(earlier(invoice_number="FV/2026/77", **changes)) == ["look_alike"]


def test_a_paper_of_another_vendor_is_compared_by_number_and_amount() -> None:
    assert compared(earlier(vendor_id="v-other")) == ["look_alike"]
    assert compared(earlier(vendor_id="v-other", gross_total=Decimal(1))) == []


def test_two_papers_of_a_vendor_nobody_knows_yet_are_compared_by_day_and_amount() -> None:
    assert compared(earlier(vendor_id="", state="in_review"), vendor=unknown) == [
        "duplicate_invoice"
    ]
    assert compared(earlier(vendor_id="", gross_total=Decimal(1)), vendor=unknown) == []


def test_two_papers_of_a_vendor_nobody_knows_yet_are_one_by_name_and_number() -> None:
    misread = {"vendor_id": "", "state": "in_review", "gross_total": Decimal("128.00")}

    assert compared(earlier(supplier_name="PAPERSMITH S.A.", **misread), vendor=unknown) == [
        "duplicate_invoice"
    ]
    assert compared(earlier(supplier_name="Somebody Else", **misread), vendor=unknown) == []


def test_a_receipt_without_a_number_is_compared_too() -> None:
    other = earlier(document_type="receipt", invoice_number="")

    assert compared(other, document_type="receipt", invoice_number="") == ["look_alike"]


def test_the_same_number_in_another_branch_is_a_note() -> None:
    found = _compared(earlier(organization="north-branch-2"))

    assert [(f.code, f.blocks, f.review) for f in found.findings] == [
        ("same_number_in_other_branch", False, False)
    ]


@pytest.mark.parametrize("state", ["duplicate", "rejected", "split"])
def test_a_closed_copy_keeps_nobody_back(state: str) -> None:
    assert compared(earlier(state=state)) == []


def test_a_document_is_not_its_own_double() -> None:
    assert compared(earlier(document_id="d-this")) == []


def test_many_doubles_are_told_once_a_kind() -> None:
    assert compared(
        earlier(), earlier(document_id="d-2"), earlier(document_id="d-3", invoice_number="A-1")
    ) == ["duplicate_invoice", "look_alike"]


def test_a_proforma_is_compared_with_nothing() -> None:
    assert compared(earlier(), document_type="proforma") == []
