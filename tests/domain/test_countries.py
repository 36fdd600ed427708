"""Where a supplier sits, and which tax that makes it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.pipeline.papers import REVERSE, VAT_0, VAT_23, invoice
from zohodocs.domain.case import TaxFacts
from zohodocs.domain.countries import country_in_address, supplier_country
from zohodocs.domain.invoice import TaxLine
from zohodocs.domain.tax import TaxTreatment, choose_tax, treatment


@pytest.mark.parametrize(
    ("address", "country"),
    [
        ("Erfurter Straße 13, 74465 Demoort, Deutschland", "DE"),
        ("ul. Prosta 1, 00-950 Warszawa, Polska", "PL"),
        ("1 Main Street, London, United Kingdom", "GB"),
        ("Kauppakatu 1, FI-00100 Helsinki", "FI"),
        ("D-10115 Berlin", "DE"),
        ("12 High Street", ""),
        ("", ""),
    ],
)
def test_an_address_names_its_country(address: str, country: str) -> None:
    assert country_in_address(address) == country


def test_witnesses_of_the_country_are_weighed_and_shown() -> None:
    paper = invoice(
        supplier_country="",
        supplier_tax_id="DE136695976",
        supplier_address="Berlin, Germany",
        iban="PL61109010140000071219812874",
        currency="EUR",
    )

    guess = supplier_country(paper)

    assert guess.country == "DE"
    assert guess.evidence == {"tax_id": "DE", "iban": "PL", "address": "DE"}


def test_a_lone_weak_witness_decides_nothing() -> None:
    paper = invoice(supplier_country="", supplier_tax_id="", supplier_address="", iban="")

    assert supplier_country(paper).country == ""


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, TaxTreatment.DOMESTIC),
        ({"supplier_tax_id": "DE136695976"}, TaxTreatment.FOREIGN_TAX),
        (
            {"supplier_tax_id": "DE136695976", "tax_total": Decimal(0), "tax_lines": ()},
            TaxTreatment.INTRA_EU,
        ),
        (
            {
                "supplier_tax_id": "DE136695976",
                "buyer_tax_id": "",
                "tax_total": Decimal(0),
                "tax_lines": (),
            },
            TaxTreatment.UNKNOWN,
        ),
        (
            {"tax_lines": (TaxLine(Decimal(0), Decimal(100), Decimal(0), "AE"),)},
            TaxTreatment.REVERSE_CHARGE,
        ),
        (
            {
                "supplier_tax_id": "",
                "supplier_country": "US",
                "iban": "",
                "currency": "USD",
                "tax_total": Decimal(0),
                "tax_lines": (),
            },
            TaxTreatment.IMPORT,
        ),
    ],
)
def test_the_treatment_follows_numbers_countries_and_tax(
    changes: dict[str, Any], kind: TaxTreatment
) -> None:
    assert treatment(invoice(**changes), "PL").kind is kind


def test_a_tax_is_chosen_by_rate_and_category() -> None:
    acquisition = TaxFacts("t-k", "EU acquisition 23", Decimal(23), "K")
    table = (VAT_23, VAT_0, REVERSE, acquisition)

    def chosen(rate: str, category: str, kind: TaxTreatment) -> list[str]:
        found = choose_tax(table, rate=Decimal(rate), category=category, kind=kind)
        return [tax.id for tax in found]

    assert chosen("23", "", TaxTreatment.DOMESTIC) == ["t-23"]
    assert chosen("23", "S", TaxTreatment.DOMESTIC) == ["t-23"]
    assert chosen("0", "Z", TaxTreatment.DOMESTIC) == ["t-0"]
    assert chosen("0", "", TaxTreatment.DOMESTIC) == ["t-0"]
    assert chosen("0", "E", TaxTreatment.DOMESTIC) == ["t-0"]
    assert chosen("23", "E", TaxTreatment.DOMESTIC) == []
    assert chosen("0", "K", TaxTreatment.INTRA_EU) == ["t-k"]
    assert chosen("0", "", TaxTreatment.INTRA_EU) == ["t-rc", "t-k"]
    assert chosen("7", "", TaxTreatment.DOMESTIC) == []
