"""The cast of the rules' tests: our two companies, one sound invoice, and look-ups in memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from zohodocs.domain.case import (
    AccountFacts,
    Case,
    OrganizationFacts,
    PolicyFacts,
    Ports,
    RuleFacts,
    SeenDocument,
    TaxFacts,
    VendorFacts,
)
from zohodocs.domain.identity import compared_number, tax_id_keys
from zohodocs.domain.invoice import FIELD_NAMES, Invoice, LineItem, TaxLine

TODAY = date(2026, 5, 20)
OUR_VAT, SISTER_VAT, THEIR_VAT = "PL5260001246", "DE136695976", "PL7740001454"
THEIR_IBAN, OTHER_IBAN = "PL61109010140000071219812874", "DE89370400440532013000"

ours = OrganizationFacts(
    code="north",
    names=("Nordwind Sp. z o.o.",),
    vat_numbers=(OUR_VAT,),
    country="PL",
    currency="PLN",
)
sister = OrganizationFacts(
    code="south", names=("Südwind GmbH",), vat_numbers=(SISTER_VAT,), country="DE"
)
papersmith = VendorFacts(
    id="v-papersmith",
    name="Papersmith S.A.",
    tax_id=THEIR_VAT,
    country="PL",
    currency="PLN",
    ibans=(THEIR_IBAN,),
    has_history=True,
)
OFFICE = AccountFacts(id="a-office", name="Office Supplies")
FUEL = AccountFacts(id="a-fuel", name="Fuel")
INCOME = AccountFacts(id="a-sales", name="Sales", type="income")
VAT_23 = TaxFacts("t-23", "VAT 23", Decimal(23))
VAT_0 = TaxFacts("t-0", "VAT 0", Decimal(0), "Z")
REVERSE = TaxFacts("t-rc", "Reverse charge", Decimal(0), "AE")


@dataclass
class FakeVendors:
    """Vendors of one organisation, held in a list."""

    known: Sequence[VendorFacts] = (papersmith,)
    silent: bool = False

    def by_tax_id(self, keys: Collection[str]) -> Sequence[VendorFacts]:
        return [v for v in self.known if {*keys} & {*tax_id_keys(v.tax_id, v.country)}]

    def by_iban(self, iban: str) -> Sequence[VendorFacts]:
        return [v for v in self.known if iban in v.ibans]

    def similar(self, name: str) -> Sequence[VendorFacts]:
        return self.known

    def unverified(self) -> bool:
        return self.silent


@dataclass
class FakeAccounts:
    """A small chart, its taxes, rules, and what was booked before."""

    accounts: Sequence[AccountFacts] = (INCOME, OFFICE, FUEL)
    ordered: Sequence[RuleFacts] = ()
    used: Mapping[str, Mapping[str, int]] = field(
        default_factory=lambda: {"v-papersmith": {"a-office": 9}}
    )
    table: Sequence[TaxFacts] = (VAT_23, VAT_0, REVERSE)

    def chart(self) -> Sequence[AccountFacts]:
        return self.accounts

    def rules(self) -> Sequence[RuleFacts]:
        return self.ordered

    def history(self, vendor_id: str) -> Mapping[str, int]:
        return self.used.get(vendor_id, {})

    def taxes(self) -> Sequence[TaxFacts]:
        return self.table


@dataclass
class FakeSeen:
    """Earlier papers, held in a list."""

    papers: Sequence[SeenDocument] = ()
    companies: Sequence[OrganizationFacts] = (sister,)

    def of_vendor(
        self, vendor_id: str, *, issued: date | None, gross: Decimal | None
    ) -> Sequence[SeenDocument]:
        return [paper for paper in self.papers if paper.vendor_id == vendor_id]

    def of_number(self, number: str) -> Sequence[SeenDocument]:
        return [p for p in self.papers if compared_number(p.invoice_number) == number]

    def other_companies(self) -> Sequence[OrganizationFacts]:
        return self.companies


def ports(
    *,
    vendors: FakeVendors | None = None,
    accounts: FakeAccounts | None = None,
    seen: FakeSeen | None = None,
) -> Ports:
    return Ports(vendors or FakeVendors(), accounts or FakeAccounts(), seen or FakeSeen())


def invoice(**changes: Any) -> Invoice:
    """A sound invoice of Papersmith to us over 100 + 23 PLN, surely read; with changes."""
    sound = Invoice(
        document_type="invoice",
        supplier_name="Papersmith SA",
        supplier_tax_id=THEIR_VAT,
        supplier_country="PL",
        buyer_name="Nordwind",
        buyer_tax_id=OUR_VAT,
        buyer_country="PL",
        invoice_number="FV/2026/17",
        issue_date=date(2026, 5, 4),
        due_date=date(2026, 5, 18),
        currency="PLN",
        net_total=Decimal("100.00"),
        tax_total=Decimal("23.00"),
        gross_total=Decimal("123.00"),
        amount_due=Decimal("123.00"),
        iban=THEIR_IBAN,
        line_items=(
            LineItem("Copy paper", Decimal(4), Decimal("20.00"), Decimal("80.00"), Decimal(23)),
            LineItem("Pens", Decimal(2), Decimal("10.00"), Decimal("20.00"), Decimal(23)),
        ),
        tax_lines=(TaxLine(Decimal(23), Decimal("100.00"), Decimal("23.00"), "S"),),
        confidence=dict.fromkeys(FIELD_NAMES, 0.99),
    )
    return replace(sound, **changes)


def case(
    paper: Invoice | None = None,
    *,
    organization: OrganizationFacts = ours,
    policy: PolicyFacts | None = None,
    **facts: Any,
) -> Case:
    """The case of a paper (the sound invoice if none is given)."""
    return Case(
        document_id="d-this",
        organization=organization,
        policy=policy or PolicyFacts(id=1),
        today=TODAY,
        invoice=paper or invoice(),
        **facts,
    )


def earlier(**changes: Any) -> SeenDocument:
    """The sound invoice, handed in before; with changes."""
    return replace(
        SeenDocument(
            document_id="d-earlier",
            vendor_id="v-papersmith",
            invoice_number="FV/2026/17",
            issue_date=date(2026, 5, 4),
            gross_total=Decimal("123.00"),
            document_type="invoice",
            state="posted",
        ),
        **changes,
    )


def codes(of: Case) -> list[str]:
    return [finding.code for finding in of.findings]
