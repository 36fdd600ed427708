"""The look-ups a stage may ask, answered from the database and, for vendors, from Zoho."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Case, Exists, OuterRef, Q, Value, When

from zohodocs.domain.case import (
    AccountFacts,
    OrganizationFacts,
    Ports,
    RuleFacts,
    SeenDocument,
    TaxFacts,
    VendorFacts,
)
from zohodocs.domain.identity import fold_name, normal_iban
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
    Vendor,
    VendorAlias,
    VendorBankAccount,
    VendorTaxKey,
    prepared,
)

from . import lately

# A wide net: names that share a word with the printed one are scored by the stage.
_SIMILAR_LIMIT = 50
_WORDS = 3
# A vendor's habit is in its last papers; counting all of them would cost more every year.
_RECENT = 100
_SHORT_WORD = 3
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

# Asks Zoho for contacts of this name and mirrors them; False when Zoho did not answer in time.
AskZoho = Callable[[str], bool]
# Mirrors the contacts that bear one of these keys of a VAT number, as far as they are known
# unasked; says whether that changed a copy.
LookUp = Callable[[Collection[str]], bool]


class KnownVendors:
    """Vendors of one organisation: our copies of its Zoho contacts, asked anew where possible."""

    def __init__(
        self,
        organization: Organization,
        ask_zoho: AskZoho | None,
        look_up: LookUp | None = None,
    ) -> None:
        self._organization = organization
        self._ask_zoho = ask_zoho
        self._look_up = look_up
        self._asked: set[str] = set()
        self._unverified = False
        # The same vendor is found by number, account and name; it is read once.
        self._known: dict[int, VendorFacts] = {}
        self._banked: dict[str, list[int]] = {}

    def by_tax_id(self, keys: Collection[str]) -> Sequence[VendorFacts]:
        """See `domain.case.Vendors`."""
        if not keys:
            return ()
        if self._look_up is not None and self._look_up(keys):
            self._forget()
        found = _bearing(organization=self._organization.pk, keys=tuple(keys))
        return self._facts(vendor for (vendor,) in found)

    def by_iban(self, iban: str) -> Sequence[VendorFacts]:
        """See `domain.case.Vendors`."""
        number = normal_iban(iban)
        if number not in self._banked:
            found = _paid_to(organization=self._organization.pk, iban=number)
            self._banked[number] = [vendor for (vendor,) in found]
        return self._facts(self._banked[number])

    def similar(self, name: str) -> Sequence[VendorFacts]:
        """See `domain.case.Vendors`."""
        folded = fold_name(name)
        if not folded:
            return ()
        self._verify(name)
        words = sorted((w for w in folded.split() if len(w) >= _SHORT_WORD), key=len, reverse=True)
        words = words[:_WORDS] or [folded]
        rows = (Vendor, "pk"), (VendorAlias, "vendor_id")
        return self._facts(
            pk
            for model, key in rows
            for pk in _likest(model, key, self._organization.pk, folded, words)
        )

    def unverified(self) -> bool:
        """See `domain.case.Vendors`."""
        return self._unverified

    def _verify(self, name: str) -> None:
        if self._ask_zoho is None or name in self._asked:
            return
        self._asked.add(name)
        if not self._ask_zoho(name):
            self._unverified = True
        self._forget()

    def _forget(self) -> None:
        """Zoho may have told something new of them."""
        self._known.clear()
        self._banked.clear()

    def _facts(self, ids: Iterable[int]) -> list[VendorFacts]:
        wanted = sorted(set(ids))
        missing = [pk for pk in wanted if pk not in self._known]
        if missing:
            self._known |= self._read(missing)
        return [self._known[pk] for pk in wanted if pk in self._known]

    def _read(self, ids: Iterable[int]) -> dict[int, VendorFacts]:
        history = Document.objects.for_organization(self._organization).filter(
            vendor_id=OuterRef("pk"), state=State.POSTED
        )
        rows = (
            Vendor.objects.for_organization(self._organization)
            .filter(pk__in=ids)
            .prefetch_related("aliases", "bank_accounts")
            .annotate(has_history=Exists(history))
        )
        return {row.pk: _vendor_facts(row) for row in rows}


@prepared.prepared
def _bearing(organization: Any, keys: Any) -> Any:
    rows = VendorTaxKey.objects.filter(organization_id=organization, key__in=keys)
    return rows.values_list("vendor_id")


@prepared.prepared
def _paid_to(organization: Any, iban: Any) -> Any:
    rows = VendorBankAccount.objects.filter(organization_id=organization, iban=iban)
    return rows.values_list("vendor_id")


@prepared.prepared
def _vendors_named(organization: Any, folded: Any, words: Any) -> Any:
    return _named(Vendor, "pk", organization, folded, words)[: _SIMILAR_LIMIT + 1]


@prepared.prepared
def _aliases_named(organization: Any, folded: Any, words: Any) -> Any:
    return _named(VendorAlias, "vendor_id", organization, folded, words)[: _SIMILAR_LIMIT + 1]


def _named(model: Any, key: str, organization: Any, folded: Any, words: Iterable[Any]) -> Any:
    has = [Q(folded_name__contains=word) for word in words]
    own = model.objects.filter(organization_id=organization)
    return own.filter(reduce(or_, has, Q(folded_name=folded))).values_list(key)


def _likest(
    model: Any, key: str, organization: int, folded: str, words: Sequence[str]
) -> list[int]:
    """`key` of rows whose name shares a word.

    Half a town may be called "Hotel": where the net is full, the very name is in it, then those
    that share the most. Else their order says nothing, and is not paid for.
    """
    ask = _vendors_named if model is Vendor else _aliases_named
    net = ask(organization=organization, folded=folded, words=tuple(words))
    if len(net) > _SIMILAR_LIMIT:
        shared: Any = Value(0)
        for word in words:
            its = When(folded_name__contains=word, then=Value(len(word)))
            shared = shared + Case(its, default=Value(0))
        exact = Case(When(folded_name=folded, then=Value(1)), default=Value(0))
        named = _named(model, key, organization, folded, words)
        net = named.order_by(exact.desc(), shared.desc(), "pk")[:_SIMILAR_LIMIT]
    return [pk for (pk,) in net]


def _vendor_facts(row: Any) -> VendorFacts:
    banks = sorted(row.bank_accounts.all(), key=lambda bank: bank.first_seen_at)
    return VendorFacts(
        id=str(row.code),
        name=row.name,
        aliases=tuple(alias.name for alias in row.aliases.all()),
        tax_id=row.tax_id,
        email=row.email,
        country=row.country,
        currency=row.currency,
        active=row.active,
        is_customer=row.is_customer,
        ibans=tuple(bank.iban for bank in banks),
        has_history=row.has_history,
        last_iban=banks[-1].iban if banks else "",
    )


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
