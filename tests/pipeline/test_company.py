"""The company gate."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.pipeline.papers import (
    OUR_VAT,
    SISTER_VAT,
    THEIR_VAT,
    FakeSeen,
    case,
    codes,
    invoice,
    ours,
    ports,
    sister,
)
from zohodocs.domain.case import OrganizationFacts
from zohodocs.domain.verdicts import CompanyVerdict, Direction
from zohodocs.pipeline import company


def judged(**changes: Any) -> tuple[Direction, list[str]]:
    checked = company.gate(case(invoice(**changes)), ports())
    assert checked.company is not None
    return checked.company.direction, codes(checked)


def test_a_purchase_of_ours_passes_without_a_finding() -> None:
    assert judged() == (Direction.INCOMING, [])


@pytest.mark.parametrize(
    ("changes", "direction", "code"),
    [
        (
            {"supplier_tax_id": OUR_VAT, "buyer_tax_id": THEIR_VAT},
            Direction.OUTGOING,
            "outgoing",
        ),
        ({"supplier_tax_id": OUR_VAT, "buyer_tax_id": "", "buyer_name": ""}, "outgoing", None),
        ({"supplier_tax_id": SISTER_VAT}, Direction.INTERNAL, "internal"),
        ({"supplier_tax_id": OUR_VAT}, Direction.INTERNAL, "internal"),
        ({"buyer_tax_id": "PL7010019507"}, Direction.NOT_OURS, "not_ours"),
        ({"buyer_tax_id": SISTER_VAT}, Direction.NOT_OURS, "other_company"),
        (
            {"buyer_tax_id": "", "buyer_name": "Zebra Foods Ltd"},
            Direction.NOT_OURS,
            "not_ours",
        ),
        ({"buyer_tax_id": "", "buyer_name": ""}, Direction.UNSURE, "company_unsure"),
        ({"buyer_tax_id": "", "buyer_name": "Nordwlmd"}, Direction.UNSURE, "company_unsure"),
        ({"buyer_tax_id": "", "buyer_name": "Nordwind Branch Two"}, "unsure", "company_unsure"),
    ],
)
def test_everything_but_a_clear_purchase_of_ours_blocks(
    changes: dict[str, Any], direction: str, code: str | None
) -> None:
    found, told = judged(**changes)

    assert found == direction
    assert told == [code or direction]


def test_every_finding_of_the_gate_blocks_and_only_a_person_may_overrule_it() -> None:
    checked = company.gate(case(invoice(buyer_tax_id="PL7010019507")), ports())

    [finding] = checked.findings

    assert finding.blocks
    assert finding.overrulable


@pytest.mark.parametrize("printed", ["5260001246", "PL 526-000-12-46", "526-000-12-46"])
def test_our_number_counts_with_and_without_prefix(printed: str) -> None:
    assert judged(buyer_tax_id=printed, buyer_country="")[0] is Direction.INCOMING


def test_our_digits_under_another_country_are_not_ours() -> None:
    assert judged(buyer_tax_id="SK5260001246")[0] is Direction.NOT_OURS
    assert judged(buyer_tax_id="5260001246", buyer_country="SK")[0] is Direction.NOT_OURS


def test_our_bare_digits_on_a_foreign_paper_need_our_name_as_well() -> None:
    abroad = {
        "supplier_tax_id": "DE811128135",
        "supplier_country": "DE",
        "buyer_tax_id": "5260001246",
        "buyer_country": "",
    }

    assert judged(**abroad)[0] is Direction.INCOMING
    assert judged(**abroad, buyer_name="Somebody Else AG")[0] is Direction.UNSURE


def test_our_bare_digits_on_a_paper_of_unknown_country_need_our_name_as_well() -> None:
    nowhere = {
        "supplier_tax_id": "",
        "supplier_country": "",
        "iban": "",
        "currency": "EUR",
        "buyer_tax_id": "5260001246",
        "buyer_country": "",
    }

    assert judged(**nowhere)[0] is Direction.INCOMING
    assert judged(**nowhere, buyer_name="Somebody Else AG")[0] is Direction.UNSURE
    assert judged(**nowhere, buyer_name="")[0] is Direction.UNSURE


def test_a_strange_number_outweighs_our_name() -> None:
    assert judged(buyer_tax_id="PL7010019507", buyer_name="Nordwind Sp. z o.o.")[1] == ["not_ours"]


@pytest.mark.parametrize("name", ["NORDWIND SP. Z O.O.", "Nordwind spzoo", "nordwind"])
def test_without_a_number_the_name_decides_without_case_and_legal_form(name: str) -> None:
    assert judged(buyer_tax_id="", buyer_name=name)[0] is Direction.INCOMING


def test_a_seller_of_our_name_without_a_number_is_us() -> None:
    assert judged(supplier_tax_id="", supplier_name="Nordwind", buyer_tax_id=THEIR_VAT)[1] == [
        "outgoing"
    ]


def test_a_seller_of_our_name_but_another_number_is_asked_about() -> None:
    assert judged(supplier_name="Nordwind")[1] == ["company_unsure"]


def test_namesakes_among_our_companies_are_told_apart_by_the_legal_form() -> None:
    namesake = replace(sister, names=("Nordwind GmbH",))
    seen = FakeSeen(companies=(namesake,))

    def gated(name: str) -> CompanyVerdict | None:
        paper = invoice(buyer_tax_id="", buyer_name=name)
        return company.gate(case(paper), ports(seen=seen)).company

    mine, theirs, nobody = gated("Nordwind Sp. z o.o."), gated("Nordwind GmbH"), gated("Nordwind")

    assert mine is not None
    assert mine.direction is Direction.INCOMING
    assert theirs is not None
    assert theirs.direction is Direction.NOT_OURS
    assert nobody is not None
    assert nobody.direction is Direction.UNSURE


ids = st.sampled_from(
    ["", OUR_VAT, SISTER_VAT, THEIR_VAT, "5260001246", "136695976", "SK5260001246", "PL7010019507"]
)
names = st.sampled_from(["", "Nordwind", "Südwind GmbH", "Papersmith SA", "Zebra", "Nordwint"])
countries = st.sampled_from(["", "PL", "DE", "SK"])


@given(ids, names, countries, ids, names, countries)
def test_a_paper_that_we_sell_is_never_incoming(
    supplier_tax_id: str,
    supplier_name: str,
    supplier_country: str,
    buyer_tax_id: str,
    buyer_name: str,
    buyer_country: str,
) -> None:
    direction, told = judged(
        supplier_tax_id=supplier_tax_id,
        supplier_name=supplier_name,
        supplier_country=supplier_country,
        buyer_tax_id=buyer_tax_id,
        buyer_name=buyer_name,
        buyer_country=buyer_country,
    )

    if supplier_tax_id in {OUR_VAT, SISTER_VAT} or supplier_name in {"Nordwind", "Südwind GmbH"}:
        assert direction is not Direction.INCOMING
    assert (direction is Direction.INCOMING) == (told == [])


def test_one_company_does_not_answer_to_the_numbers_of_another() -> None:
    here = OrganizationFacts("lonely", ("Lonely OÜ",), ("EE100931558",), "EE")

    checked = company.gate(
        case(invoice(buyer_tax_id=OUR_VAT), organization=here),
        ports(seen=FakeSeen(companies=(ours,))),
    )

    assert codes(checked) == ["other_company"]
    assert "Nordwind" in checked.findings[0].message
