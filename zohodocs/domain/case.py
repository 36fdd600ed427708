"""One document on its way through the flow: frozen facts, and the look-ups a stage may ask."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from .invoice import Extraction, Invoice
from .reading import Reading
from .verdicts import (
    AccountChoice,
    CompanyVerdict,
    Decision,
    Finding,
    VendorMatch,
)


@dataclass(frozen=True, slots=True)
class OrganizationFacts:
    """One of our companies. `vat_numbers` and `names` as the admin typed them."""

    code: str
    names: tuple[str, ...]
    vat_numbers: tuple[str, ...]
    country: str = ""
    currency: str = "EUR"
    lock_date: date | None = None
    excluded_contacts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PolicyFacts:
    """The numbers a decision was taken by; `id` is stored with the decision."""

    id: int
    auto_approve_up_to: Decimal | None = None
    min_confidence: float = 0.97
    four_eyes_above: Decimal | None = None
    four_eyes_new_vendor: bool = False
    max_age_days: int = 730
    max_future_days: int = 7
    closed_period: str = "ask"  # ask | first_open_day


@dataclass(frozen=True, slots=True)
class VendorFacts:
    """A vendor we know. Ids are strings; `accounts` counts how often each account was used."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    tax_id: str = ""
    email: str = ""
    country: str = ""
    currency: str = ""
    active: bool = True
    is_customer: bool = False
    ibans: tuple[str, ...] = ()
    has_history: bool = False  # a document of it was posted before
    last_iban: str = ""


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """An account of the chart: Zoho's type code, e.g. `expense`, `cost_of_goods_sold`."""

    id: str
    name: str
    code: str = ""
    type: str = "expense"
    active: bool = True


@dataclass(frozen=True, slots=True)
class TaxFacts:
    """A tax of the organisation: percentage and UNCL 5305 category it is mapped to."""

    id: str
    name: str
    rate: Decimal
    category: str = "S"


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """An ordered rule; every stated condition must hold, words match as words.

    `keywords`: any one of them. Amount limits compare with the gross total.
    """

    id: str
    name: str
    vendor: str = ""
    keywords: tuple[str, ...] = ()
    delivery_address: str = ""
    line_text: str = ""
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None
    account_id: str | None = None
    category: str = ""
    tax_id: str | None = None
    lines_required: bool = False
    always_review: bool = False
    auto_approve_up_to: Decimal | None = None


@dataclass(frozen=True, slots=True)
class SeenDocument:
    """An earlier document, or a bill already in Zoho (`document_id` empty)."""

    document_id: str
    vendor_id: str
    invoice_number: str
    issue_date: date | None
    gross_total: Decimal | None
    document_type: str
    state: str
    organization: str = ""
    bill_id: str = ""
    supplier_name: str = ""  # as printed


class Vendors(Protocol):
    """Vendors of one organisation."""

    def by_tax_id(self, keys: Collection[str]) -> Sequence[VendorFacts]:
        """Vendors whose compared tax id (see `identity.tax_id_keys`) equals one of `keys`."""

    def by_iban(self, iban: str) -> Sequence[VendorFacts]:
        """Vendors with this bank account."""

    def similar(self, name: str) -> Sequence[VendorFacts]:
        """Vendors that may bear this name or a similar one; a wide net, scored by the stage."""

    def unverified(self) -> bool:
        """Whether Zoho could not be asked within its budget (finding `vendor_unverified`)."""


class Accounts(Protocol):
    """Chart, taxes, rules and vendor history of one organisation."""

    def chart(self) -> Sequence[AccountFacts]:
        """Every account, inactive ones too."""

    def rules(self) -> Sequence[RuleFacts]:
        """Active rules in their order."""

    def history(self, vendor_id: str) -> Mapping[str, int]:
        """How often each account id was used in confirmed documents of this vendor."""

    def taxes(self) -> Sequence[TaxFacts]:
        """The organisation's tax table."""


class Seen(Protocol):
    """Documents that came before, or were booked before."""

    def of_vendor(
        self, vendor_id: str, *, issued: date | None, gross: Decimal | None
    ) -> Sequence[SeenDocument]:
        """Documents of this vendor of that day or that amount, refused and split ones and this
        one excepted; without day and amount none.
        """

    def of_number(self, compared_number: str) -> Sequence[SeenDocument]:
        """Documents of any vendor with this compared number, this one excepted."""

    def other_companies(self) -> Sequence[OrganizationFacts]:
        """Our other companies that share this installation (names and VAT numbers only)."""


class Layouts(Protocol):
    """Layouts that corrections taught."""

    def like(self, keys: Collection[str]) -> Sequence[Mapping[str, Any]]:
        """Stored templates that bear one of these marks, newest first."""


class NoLayouts:
    """Nothing was learnt yet."""

    def like(self, keys: Collection[str]) -> Sequence[Mapping[str, Any]]:
        """See `Layouts`."""
        return ()


@dataclass(frozen=True, slots=True)
class Ports:
    """The read-only look-ups handed to the stages."""

    vendors: Vendors
    accounts: Accounts
    seen: Seen
    layouts: Layouts = field(default_factory=NoLayouts)


@dataclass(frozen=True, slots=True)
class Case:
    """One document and what is known of it so far."""

    document_id: str
    organization: OrganizationFacts
    policy: PolicyFacts
    today: date
    content: bytes = b""
    filename: str = ""
    flags: Mapping[str, str] = field(default_factory=dict)  # flag -> arm: control | candidate
    variants: Mapping[str, str] = field(default_factory=dict)  # flag -> the candidate's variant
    reading: Reading | None = None
    extraction: Extraction | None = None
    invoice: Invoice = field(default_factory=Invoice)
    findings: tuple[Finding, ...] = ()
    overruled: frozenset[str] = frozenset()  # codes a person accepted, with a stored reason
    company: CompanyVerdict | None = None
    vendor: VendorMatch | None = None
    account: AccountChoice | None = None
    decision: Decision | None = None
