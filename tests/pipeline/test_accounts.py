"""Choosing account and tax."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.pipeline.papers import (
    FUEL,
    INCOME,
    OFFICE,
    REVERSE,
    VAT_0,
    VAT_23,
    FakeAccounts,
    case,
    codes,
    invoice,
    ports,
)
from zohodocs.domain.case import AccountFacts, Case, RuleFacts, TaxFacts
from zohodocs.domain.invoice import LineItem, TaxLine
from zohodocs.domain.reading import PageText, Reading, Word
from zohodocs.domain.verdicts import AccountChoice, VendorMatch, VendorOutcome
from zohodocs.pipeline import accounts

known = VendorMatch(VendorOutcome.USE, "", "v-papersmith", "Papersmith S.A.", 1.0, "tax_id")
KEYWORD = RuleFacts("r-fuel", "Fuel", keywords=("diesel", "petrol"), account_id="a-fuel")


def chosen(
    *rules: RuleFacts,
    used: dict[str, int] | None = None,
    chart: tuple[AccountFacts, ...] = (INCOME, OFFICE, FUEL),
    taxes: tuple[TaxFacts, ...] = (VAT_23, VAT_0, REVERSE),
    facts: dict[str, Any] | None = None,
    **changes: Any,
) -> Case:
    books = FakeAccounts(
        accounts=chart, ordered=rules, used={"v-papersmith": used or {}}, table=taxes
    )
    paper = case(invoice(**changes), **{"vendor": known, **(facts or {})})
    return accounts.choose(paper, ports(accounts=books))


def choice_of(found: Case) -> AccountChoice:
    assert found.account is not None
    return found.account


def saying(*lines: str) -> dict[str, Any]:
    return {"line_items": tuple(LineItem(line) for line in lines)}


@pytest.mark.parametrize(
    ("rule", "matches"),
    [
        (RuleFacts("r", "n", vendor="PAPERSMITH SA"), True),
        (RuleFacts("r", "n", vendor="v-papersmith"), True),
        (RuleFacts("r", "n", vendor="PL7740001454"), True),
        (RuleFacts("r", "n", vendor="Zebra"), False),
        (RuleFacts("r", "n", keywords=("toner", "copy paper")), True),
        (RuleFacts("r", "n", keywords=("cop",)), False),
        (RuleFacts("r", "n", line_text="pens"), True),
        (RuleFacts("r", "n", line_text="pen"), False),
        (RuleFacts("r", "n", delivery_address="Dock Street 5"), True),
        (RuleFacts("r", "n", delivery_address="Dock Street 55"), False),
        (RuleFacts("r", "n", amount_from=Decimal(123)), True),
        (RuleFacts("r", "n", amount_from=Decimal("123.01")), False),
        (RuleFacts("r", "n", amount_to=Decimal(123)), True),
        (RuleFacts("r", "n", amount_to=Decimal(122)), False),
        (RuleFacts("r", "n", vendor="Papersmith", keywords=("toner",)), False),
        (RuleFacts("r", "n"), False),
    ],
)
def test_a_rule_applies_where_every_stated_condition_holds(rule: RuleFacts, matches: bool) -> None:
    paper = case(invoice(buyer_address="Nordwind, Dock Street 5, 80-001 Gdańsk"), vendor=known)

    assert accounts.matches(rule, paper) is matches


def test_a_word_matches_as_a_word() -> None:
    car = RuleFacts("r-car", "Cars", keywords=("car",), account_id="a-fuel")

    assert choice_of(chosen(car, **saying("A red scarf"))).account_id is None
    assert choice_of(chosen(car, **saying("Car, red"))).account_id == "a-fuel"


def test_the_first_rule_that_applies_chooses_and_says_why() -> None:
    first = RuleFacts("r-1", "Paper is office", line_text="copy paper", account_id="a-office")
    second = RuleFacts("r-2", "All is fuel", vendor="Papersmith", account_id="a-fuel")

    choice = choice_of(chosen(first, second))

    assert (choice.account_id, choice.how) == ("a-office", "rule")
    assert "Paper is office" in choice.reason


def test_the_vendor_s_history_comes_before_keywords_and_after_other_rules() -> None:
    by_vendor = RuleFacts("r-v", "Papersmith", vendor="Papersmith", account_id="a-fuel")
    diesel = saying("Diesel 40 l")

    assert choice_of(chosen(KEYWORD, used={"a-office": 5}, **diesel)).account_id == "a-office"
    assert choice_of(chosen(KEYWORD, **diesel)).account_id == "a-fuel"
    assert choice_of(chosen(KEYWORD, **diesel)).how == "keyword"
    assert choice_of(chosen(by_vendor, used={"a-office": 5})).account_id == "a-fuel"


@pytest.mark.parametrize(
    ("used", "account", "told"),
    [
        ({"a-office": 9}, "a-office", []),
        ({"a-office": 8, "a-fuel": 2}, "a-office", []),
        ({"a-office": 1}, "a-office", [("account_unsure", False)]),
        ({"a-office": 5, "a-fuel": 4}, None, [("account_unsure", True)]),
        ({"a-gone": 9}, None, [("account_unsure", True)]),
        ({}, None, [("account_unsure", True)]),
    ],
)
def test_history_speaks_only_with_a_clear_majority(
    used: dict[str, int], account: str | None, told: list[tuple[str, bool]]
) -> None:
    found = chosen(used=used)

    assert choice_of(found).account_id == account
    assert [(f.code, f.blocks) for f in found.findings] == told


@pytest.mark.parametrize(
    "account",
    [replace(FUEL, active=False), replace(FUEL, type="income"), replace(FUEL, type="bank")],
)
def test_an_account_that_can_carry_no_cost_is_never_chosen(account: AccountFacts) -> None:
    found = chosen(KEYWORD, **saying("diesel"), chart=(OFFICE, account))

    assert choice_of(found).account_id is None
    assert "Fuel" in found.findings[0].message


def test_a_category_without_an_account_takes_the_account_of_its_name() -> None:
    imported = RuleFacts("k", "Keyword of fuel", keywords=("diesel",), category="FUEL")
    unknown = replace(imported, category="Travel")

    assert choice_of(chosen(imported, **saying("diesel"))).account_id == "a-fuel"
    assert choice_of(chosen(unknown, **saying("diesel"))).account_id is None
    assert codes(chosen(unknown, **saying("diesel"))) == ["account_unsure"]


def test_keywords_are_sought_on_the_page_where_no_line_was_read() -> None:
    page = PageText(1, 595, 842, (Word("Diesel", (0, 0, 1, 1)),))

    found = chosen(KEYWORD, line_items=(), facts={"reading": Reading("pdf", (page,))})

    assert choice_of(found).account_id == "a-fuel"


def test_the_strictest_demand_of_every_rule_that_applies_stands() -> None:
    found = chosen(
        RuleFacts("1", "one", vendor="Papersmith", auto_approve_up_to=Decimal(500)),
        RuleFacts("2", "two", line_text="pens", lines_required=True, account_id="a-office"),
        RuleFacts(
            "3", "three", line_text="copy", always_review=True, auto_approve_up_to=Decimal(90)
        ),
    )

    choice = choice_of(found)

    assert (choice.lines_required, choice.always_review) == (True, True)
    assert choice.auto_approve_up_to == "90"


def test_a_person_s_account_is_never_overwritten_but_must_be_usable() -> None:
    by_hand = AccountChoice("a-fuel", "Chosen by Ana.", name="Fuel", how="human")
    wrong = replace(by_hand, account_id="a-sales", name="Sales")

    good = chosen(used={"a-office": 9}, facts={"account": by_hand})
    bad = chosen(facts={"account": wrong})

    assert choice_of(good).account_id == "a-fuel"
    assert codes(good) == []
    assert [(f.code, f.blocks) for f in bad.findings] == [("account_unsure", True)]


def test_each_printed_rate_gets_its_tax() -> None:
    both = (
        TaxLine(Decimal(23), Decimal(50), Decimal("11.50"), "S"),
        TaxLine(Decimal(0), Decimal(50), Decimal(0), "Z"),
    )

    choice = choice_of(chosen(used={"a-office": 9}, tax_lines=both))

    assert choice.tax_ids == {"23": "t-23", "0": "t-0"}
    assert choice.tax_id is None


def test_one_rate_gives_one_tax() -> None:
    assert choice_of(chosen(used={"a-office": 9})).tax_id == "t-23"


def test_several_taxes_of_one_rate_are_asked_about_unless_a_rule_tells() -> None:
    twin = TaxFacts("t-23b", "VAT 23 services", Decimal(23))
    rule = RuleFacts("r", "Services", vendor="Papersmith", tax_id="t-23b")

    torn = chosen(used={"a-office": 9}, taxes=(VAT_23, twin))
    told = chosen(rule, used={"a-office": 9}, taxes=(VAT_23, twin))

    assert codes(torn) == ["tax_ambiguous"]
    assert choice_of(torn).tax_ids == {}
    assert codes(told) == []
    assert choice_of(told).tax_ids == {"23": "t-23b"}


def test_a_rule_s_tax_never_changes_the_printed_rate() -> None:
    rule = RuleFacts("r", "Always 23", vendor="Papersmith", tax_id="t-23")
    zero = (TaxLine(Decimal(0), Decimal(100), Decimal(0), "Z"),)

    found = chosen(rule, used={"a-office": 9}, tax_lines=zero)

    assert choice_of(found).tax_ids == {"0": "t-0"}
    assert codes(found) == ["tax_rule_differs"]


def test_reverse_charge_takes_its_own_category() -> None:
    found = chosen(
        used={"a-office": 9},
        supplier_tax_id="DE136695976",
        tax_total=Decimal(0),
        tax_lines=(TaxLine(Decimal(0), Decimal(100), Decimal(0)),),
    )
    missing = chosen(
        used={"a-office": 9},
        taxes=(VAT_23, VAT_0),
        supplier_tax_id="DE136695976",
        tax_total=Decimal(0),
        tax_lines=(TaxLine(Decimal(0), Decimal(100), Decimal(0)),),
    )

    assert choice_of(found).tax_ids == {"0": "t-rc"}
    assert codes(missing) == ["tax_category_unknown"]


def test_foreign_tax_gets_no_tax_of_ours() -> None:
    assert choice_of(chosen(used={"a-office": 9}, supplier_tax_id="DE136695976")).tax_ids == {}


def test_a_proforma_needs_no_account() -> None:
    assert chosen(document_type="proforma").account is None


def test_the_only_account_that_can_carry_a_cost_is_proposed_and_asked_about() -> None:
    found = chosen(chart=(INCOME, OFFICE))

    assert choice_of(found).account_id == "a-office"
    assert [(f.code, f.blocks) for f in found.findings] == [("account_unsure", False)]
