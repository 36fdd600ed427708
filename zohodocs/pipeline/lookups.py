"""The look-ups a stage may ask, answered from the database and, for vendors, from Zoho."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q

from zohodocs.domain.case import (
    AccountFacts,
    OrganizationFacts,
    Ports,
    RuleFacts,
    SeenDocument,
    TaxFacts,
)
from zohodocs.models import (
    Account,
    Correction,
    Document,
    KnownBill,
    LayoutMemory,
    Organization,
    Posting,
    PostingKind,
    ReviewKind,
    Rule,
    State,
    Tax,
    prepared,
)

from . import lately
from .known_vendors import AskZoho, KnownVendors, LookUp

# A vendor's habit is in its last papers; counting all of them would cost more every year.
_RECENT = 100
_ALIKE = 200
# A vendor has few layouts; the newest of each is what counts.
_LAYOUTS = 20
# A later copy does not speak against the paper that came first, unless it was booked already.
_BOOKED = (State.APPROVED, State.POSTING, State.POSTED)
_VOID = "void"
# Not whole documents: a vendor's papers of one day, with all that was read in them, are many.
_SEEN_COLUMNS = (
    *("code", "vendor__code", "invoice_number", "issue_date", "gross_total"),
    *("document_type", "state", "vendor_name"),
)
_BILL_COLUMNS = ("vendor__code", "number", "date", "total", "status", "zoho_bill_id")
_NOT_SEEN = (State.REJECTED, State.SPLIT, State.DUPLICATE)


class BooksOfAccount:
    """Chart, taxes, rules and vendor history of one organisation."""

    def __init__(self, organization: Organization) -> None:
        self._organization = organization
        self._taxes: Sequence[TaxFacts] | None = None

    def chart(self) -> Sequence[AccountFacts]:
        """See `domain.case.Accounts`."""
        whose = self._organization
        return lately.asked(
            ("chart", whose.pk),
            lambda: tuple(row.facts() for row in Account.objects.for_organization(whose)),
        )

    def rules(self) -> Sequence[RuleFacts]:
        """See `domain.case.Accounts`."""
        return lately.asked(("rules", self._organization.pk), self._rules)

    def _rules(self) -> Sequence[RuleFacts]:
        rows = Rule.objects.for_organization(self._organization).filter(active=True)
        rows = rows.select_related("account").order_by("position", "pk")
        return tuple(row.facts() for row in rows)

    def history(self, vendor_id: str) -> Mapping[str, int]:
        """See `domain.case.Accounts`."""
        recent = (
            Document.objects.for_organization(self._organization)
            .filter(vendor__code=vendor_id, state=State.POSTED, account__isnull=False)
            # What a spot check found on the wrong account is no habit.
            .exclude(Exists(_found_on_another_account()))
            .order_by("-issue_date")
            .values_list("account__code", flat=True)[:_RECENT]
        )
        # What was booked in Zoho before there was a paper of it here.
        earlier = (
            _not_ours(KnownBill.objects.for_organization(self._organization), self._organization)
            .filter(vendor__code=vendor_id, account__isnull=False)
            .order_by("-date")
            .values_list("account__code", flat=True)[:_RECENT]
        )
        return Counter(str(code) for code in (*recent, *earlier))

    def taxes(self) -> Sequence[TaxFacts]:
        """See `domain.case.Accounts`."""
        if self._taxes is None:
            whose = self._organization
            self._taxes = lately.asked(
                ("taxes", whose.pk),
                lambda: tuple(
                    row.facts() for row in Tax.objects.for_organization(whose).filter(active=True)
                ),
            )
        return self._taxes


def _found_on_another_account() -> Any:
    return Correction.objects.filter(
        document=OuterRef("pk"), field="account", item__kind=ReviewKind.SPOT_CHECK
    )


class SeenBefore:
    """Documents of one organisation and bills in its Zoho that came before this document."""

    def __init__(self, organization: Organization, document_id: int) -> None:
        self._organization = organization
        self._document_id = document_id

    def of_vendor(
        self, vendor_id: str, *, issued: date | None, gross: Decimal | None
    ) -> Sequence[SeenDocument]:
        """See `domain.case.Seen`."""
        alike, bills_alike = Q(pk__in=[]), Q(pk__in=[])
        if issued is not None:
            alike |= Q(issue_date=issued)
            bills_alike |= Q(date=issued)
        if gross is not None:
            alike |= Q(gross_total=gross)
            bills_alike |= Q(total=gross)
        documents = self._documents().filter(alike, vendor__code=vendor_id)
        bills = self._bills().filter(bills_alike, vendor__code=vendor_id)
        return [*map(_seen, documents[:_ALIKE]), *map(_seen_bill, bills[:_ALIKE])]

    def of_number(self, compared_number: str) -> Sequence[SeenDocument]:
        """See `domain.case.Seen`."""
        # Of most papers nobody has it, and nothing else need be asked.
        if not compared_number or not _is_known(
            organization=self._organization.pk, document=self._document_id, number=compared_number
        ):
            return []
        return [
            *map(_seen, self._documents().filter(compared_number=compared_number)),
            *map(_seen_bill, self._bills().filter(compared_number=compared_number)),
        ]

    def other_companies(self) -> Sequence[OrganizationFacts]:
        """See `domain.case.Seen`."""
        own = self._organization.pk
        return lately.asked(
            ("others", own),
            lambda: tuple(other.facts() for other in Organization.objects.exclude(pk=own)),
        )

    def _documents(self) -> Any:
        return (
            Document.objects.for_organization(self._organization)
            .filter(Q(pk__lt=self._document_id) | Q(state__in=_BOOKED))
            .exclude(pk=self._document_id)
            .exclude(state__in=_NOT_SEEN)
            .values_list(*_SEEN_COLUMNS)
        )

    def _bills(self) -> Any:
        own = KnownBill.objects.for_organization(self._organization)
        return _not_ours(own, self._organization).values_list(*_BILL_COLUMNS)


@prepared.prepared
def _is_known(organization: Any, document: Any, number: Any) -> Any:
    """A row if any other paper, or any bill, has this number."""
    papers, bills = (
        rows.objects.filter(organization_id=organization, compared_number=number)
        for rows in (Document, KnownBill)
    )
    others = papers.exclude(pk=document).values_list("pk")
    return others.union(bills.values_list("pk"), all=True)[:1]


def _not_ours(bills: Any, organization: Organization) -> Any:
    """Bills that stand in the books: no void ones, and none that a posting of ours made.

    Such a bill is that document, not a second one.
    """
    # As the index `one_posting_per_bill` has it: one look per bill, however many are ours.
    ours = Posting.objects.for_organization(organization).filter(
        kind=PostingKind.BILL, bill_id=OuterRef("zoho_bill_id")
    )
    return bills.exclude(status=_VOID).filter(~Exists(ours.exclude(bill_id="")))


def _seen(row: tuple[Any, ...]) -> SeenDocument:
    code, vendor_code, number, issued, gross, kind, state, supplier_name = row
    return SeenDocument(
        document_id=str(code),
        vendor_id=str(vendor_code) if vendor_code else "",
        invoice_number=number,
        issue_date=issued,
        gross_total=gross,
        document_type=kind,
        state=state,
        supplier_name=supplier_name,
    )


def _seen_bill(row: tuple[Any, ...]) -> SeenDocument:
    vendor_code, number, issued, gross, status, bill_id = row
    return SeenDocument(
        document_id="",
        vendor_id=str(vendor_code),
        invoice_number=number,
        issue_date=issued,
        gross_total=gross,
        document_type="invoice",
        state=status,
        bill_id=bill_id,
    )


class LearntLayouts:
    """Layouts of one organisation's vendors, learnt from corrected documents."""

    def __init__(self, organization: Organization) -> None:
        self._organization = organization

    def like(self, keys: Collection[str]) -> Sequence[Mapping[str, Any]]:
        """See `domain.case.Layouts`."""
        rows = LayoutMemory.objects.for_organization(self._organization).filter(key__in=keys)
        return list(rows.order_by("-learnt_at").values_list("data", flat=True)[:_LAYOUTS])


def ports_for(document: Document, ask_zoho: AskZoho | None, look_up: LookUp | None = None) -> Ports:
    """The look-ups for one document; without any of them only what we know ourselves."""
    return Ports(
        vendors=KnownVendors(document.organization, ask_zoho, look_up),
        accounts=BooksOfAccount(document.organization),
        seen=SeenBefore(document.organization, document.pk),
        layouts=LearntLayouts(document.organization),
    )
