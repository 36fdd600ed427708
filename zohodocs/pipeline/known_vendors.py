"""The look-ups of vendors: our copies of Zoho's contacts, asked anew where that is possible."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from zohodocs.domain.case import VendorFacts
from zohodocs.domain.identity import fold_name, normal_iban
from zohodocs.models import (
    Document,
    Organization,
    State,
    Vendor,
    VendorAlias,
    VendorBankAccount,
    VendorTaxKey,
    prepared,
)

# A wide net: names that share a word with the printed one are scored by the stage.
_SIMILAR_LIMIT = 50
_WORDS = 3
_SHORT_WORD = 3

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
    # Not `contains`: of a plan that stands for all words, its pattern would be made for each row.
    has = [Q(GreaterThan(StrIndex("folded_name", word), 0)) for word in words]
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
        named = _named(model, key, organization, folded, map(Value, words))
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
