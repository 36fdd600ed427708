"""Finding the vendor."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.pipeline.papers import (
    OTHER_IBAN,
    THEIR_IBAN,
    THEIR_VAT,
    FakeVendors,
    case,
    codes,
    invoice,
    ours,
    papersmith,
    ports,
)
from zohodocs.domain.case import Case, VendorFacts
from zohodocs.domain.reading import PageText, Reading, Word
from zohodocs.domain.verdicts import VendorMatch, VendorOutcome
from zohodocs.pipeline import vendors

namesake = replace(papersmith, id="v-namesake", tax_id="PL7010019507", ibans=())
nameless_number = replace(papersmith, id="v-plain", tax_id="")


def matched(*known: VendorFacts, silent: bool = False, **changes: Any) -> Case:
    fakes = FakeVendors(known=known, silent=silent)
    return vendors.match(case(invoice(**changes)), ports(vendors=fakes))


def match_of(found: Case) -> VendorMatch:
    assert found.vendor is not None
    return found.vendor


def test_the_vat_number_finds_the_vendor() -> None:
    found = matched(namesake, papersmith)

    assert match_of(found).vendor_id == "v-papersmith"
    assert (match_of(found).outcome, match_of(found).score) == (VendorOutcome.USE, 1.0)
    assert codes(found) == []


@pytest.mark.parametrize(
    ("printed", "stored"), [("7740001454", THEIR_VAT), (THEIR_VAT, "7740001454")]
)
def test_the_prefix_of_the_number_does_not_matter(printed: str, stored: str) -> None:
    known = replace(papersmith, tax_id=stored, country="")

    assert match_of(matched(known, supplier_tax_id=printed)).how == "tax_id"


def test_the_same_digits_of_another_country_are_another_supplier() -> None:
    stranger = replace(papersmith, name="Papier AG", tax_id="SK7740001454", country="SK", ibans=())

    assert match_of(matched(stranger)).outcome is VendorOutcome.CREATE


def test_the_exact_name_finds_the_vendor_where_no_number_is_printed() -> None:
    found = matched(papersmith, supplier_tax_id="", supplier_name="PAPERSMITH")

    assert (match_of(found).how, match_of(found).score) == ("name", 0.95)
    assert match_of(found).outcome is VendorOutcome.USE


def test_an_alias_is_a_name() -> None:
    known = replace(papersmith, name="PS Group", aliases=("Papersmith",))

    assert match_of(matched(known, supplier_tax_id="")).how == "name"


def test_a_similar_name_needs_a_lead_and_a_person_s_look() -> None:
    alone = matched(papersmith, supplier_tax_id="", supplier_name="Papersmitth")
    rival = replace(papersmith, id="v-rival", name="Papersmitths", ibans=())
    torn = matched(papersmith, rival, supplier_tax_id="", supplier_name="Papersmitth")

    assert match_of(alone).vendor_id == "v-papersmith"
    assert 0.7 <= match_of(alone).score <= 0.9
    assert codes(alone) == ["vendor_by_likeness"]
    assert match_of(torn).outcome is VendorOutcome.ASK
    assert codes(torn) == ["vendor_ambiguous"]


def test_an_email_on_the_page_finds_the_vendor() -> None:
    known = replace(papersmith, name="PS Holding", tax_id="", email="billing@papersmith.example")
    page = PageText(1, 595, 842, (Word("Billing@Papersmith.example,", (0, 0, 1, 1)),))
    paper = case(
        invoice(supplier_tax_id="", supplier_name="Bureau"), reading=Reading("pdf", (page,))
    )
    banned = replace(paper, organization=replace(ours, excluded_contacts=(known.email,)))
    look_ups = ports(vendors=FakeVendors(known=(known,)))

    assert match_of(vendors.match(paper, look_ups)).how == "email"
    assert match_of(vendors.match(banned, look_ups)).outcome is VendorOutcome.CREATE


def test_two_vendors_of_one_name_are_asked_about_unless_the_number_tells() -> None:
    assert codes(matched(papersmith, namesake, supplier_tax_id="", iban="")) == ["vendor_ambiguous"]
    assert match_of(matched(papersmith, namesake, supplier_tax_id="PL7010019507")).vendor_id == (
        "v-namesake"
    )


def test_another_number_under_the_same_name_is_a_conflict_for_a_person() -> None:
    found = matched(namesake, iban="")

    assert match_of(found).outcome is VendorOutcome.CONFLICT
    assert match_of(found).proposal == {"tax_id": ("PL7010019507", THEIR_VAT)}
    assert [(f.code, f.blocks) for f in found.findings] == [("vendor_conflict", True)]


def test_a_similar_name_with_another_number_is_a_new_vendor() -> None:
    known = replace(namesake, name="Papersmitth")

    assert match_of(matched(known)).outcome is VendorOutcome.CREATE


def test_a_missing_number_is_proposed_and_never_written() -> None:
    found = matched(nameless_number)

    assert match_of(found).outcome is VendorOutcome.ADD_TAX_ID
    assert match_of(found).proposal == {"tax_id": ("", THEIR_VAT)}
    assert codes(found) == ["vendor_tax_id_missing"]


def test_a_missing_bank_account_is_proposed_and_looked_at_by_two() -> None:
    found = matched(replace(papersmith, ibans=()))

    assert match_of(found).outcome is VendorOutcome.ADD_DETAILS
    assert codes(found) == ["bank_details_new"]


def test_a_changed_bank_account_blocks_and_is_shown_masked() -> None:
    found = matched(papersmith, iban=OTHER_IBAN)

    [finding] = found.findings

    assert (finding.code, finding.blocks, finding.overrulable) == (
        "bank_details_changed",
        True,
        True,
    )
    assert finding.data["old"] == "PL61…2874"
    assert finding.data["new"] == "DE89…3000"
    assert OTHER_IBAN not in finding.message
    assert THEIR_IBAN not in str(finding.to_json())


def test_a_known_vendor_s_account_under_a_new_name_blocks() -> None:
    found = matched(papersmith, supplier_name="Quick Cash", supplier_tax_id="PL7010019507")

    assert match_of(found).outcome is VendorOutcome.CREATE
    assert codes(found) == ["vendor_new", "bank_details_changed"]


def test_an_unknown_supplier_is_proposed_with_the_evidence_of_its_country() -> None:
    found = matched(iban="")

    assert match_of(found).outcome is VendorOutcome.CREATE
    assert match_of(found).proposal["country"] == ("", "PL")
    assert found.findings[0].data["evidence"] == "printed PL, tax_id PL, currency PL"


def test_nobody_on_the_exclusion_list_becomes_a_vendor() -> None:
    us = replace(ours, excluded_contacts=("Papersmith",))

    found = vendors.match(case(organization=us), ports(vendors=FakeVendors(known=())))

    assert match_of(found).outcome is VendorOutcome.ASK
    assert codes(found)[0] == "supplier_excluded"


@pytest.mark.parametrize(
    ("known", "code"),
    [
        (replace(papersmith, active=False), "vendor_inactive"),
        (replace(papersmith, is_customer=True), "vendor_is_customer"),
    ],
)
def test_a_contact_that_can_bear_no_bill_is_told(known: VendorFacts, code: str) -> None:
    found = matched(known)

    assert match_of(found).outcome is VendorOutcome.ASK
    assert [(f.code, f.blocks) for f in found.findings] == [(code, True)]


def test_of_two_contacts_with_one_number_the_usable_one_is_taken() -> None:
    retired = replace(papersmith, id="v-a-retired", active=False)

    assert match_of(matched(retired, papersmith)).vendor_id == "v-papersmith"


def test_zoho_s_silence_is_a_note_for_a_sure_match_and_a_question_for_a_new_vendor() -> None:
    sure, new = matched(papersmith, silent=True), matched(silent=True, iban="")

    assert [(f.code, f.review) for f in sure.findings] == [("vendor_unverified", False)]
    assert [(f.code, f.review) for f in new.findings] == [
        ("vendor_new", True),
        ("vendor_unverified", True),
    ]


def test_a_person_s_choice_is_never_overwritten() -> None:
    by_hand = VendorMatch(
        VendorOutcome.USE, "Chosen by Ana.", "v-namesake", "Papersmith S.A.", 1.0, "human"
    )
    fakes = FakeVendors(known=(papersmith, namesake))

    found = vendors.match(case(vendor=by_hand), ports(vendors=fakes))

    assert found.vendor == by_hand
    assert codes(found) == ["bank_details_changed"]


def test_nothing_printed_is_never_the_first_vendor() -> None:
    found = matched(papersmith, supplier_name="", supplier_tax_id="", iban="")

    assert match_of(found).outcome is VendorOutcome.ASK
    assert match_of(found).vendor_id is None
    assert codes(found) == ["vendor_unknown"]
