"""How one document's vendor is looked for in Zoho: each time, or in the index first.

The flag `new_cache` decides. The index may only ever save a call: what it does not know for sure,
or not at all, Zoho is asked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from zohodocs import clients, metrics
from zohodocs.clients import ContactFacts, Contacts
from zohodocs.domain.identity import fold_name, normal_id
from zohodocs.models import Document, Organization, Vendor, mirror_contact
from zohodocs.rollout import limits, shadow
from zohodocs.rollout.flags import CANDIDATE
from zohodocs.rollout.shadow import Difference
from zohodocs.telemetry import get_logger

from . import zoho_vendors
from .known_vendors import AskZoho, LookUp

logger = get_logger(__name__)
FLAG = "new_cache"
# For the comparison: the document does not wait for it, but those behind it in the queue do.
_SECONDS = limits.LEAST_SECONDS


class VendorSearch:
    """The look-ups of one document, and what is to be done after them.

    `ask_zoho` and `by_tax_id` are for the runner. `index_is_due`: somebody should renew it.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._organization: Organization = document.organization
        self._told: list[tuple[str, list[ContactFacts]]] = []
        self._mirrored: set[ContactFacts] = set()
        self.index_is_due = False
        connection = zoho_vendors.connection_of(self._organization)
        self._ask = zoho_vendors.asker(self._organization, connection, tell=self._hear)
        cached = document.arm(FLAG) == CANDIDATE
        wanted = self._ask is not None and (cached or document.in_shadow(FLAG))
        self._contacts: Contacts | None = (
            clients.contacts_of(self._organization, connection) if wanted else None
        )
        self._cached = cached and self._contacts is not None
        self.ask_zoho: AskZoho | None = self._index_first if self._cached else self._ask
        self.by_tax_id: LookUp | None = self._bearing if self._cached else None

    def compare(self) -> int:
        """In shadow: what the index says to what Zoho was asked; nothing is changed by it.

        What Zoho said is known in the worker alone, so it is compared there, within short limits.
        """
        return shadow.compare(self._document, FLAG, self._differences, seconds=_SECONDS)

    # --- The candidate ----------------------------------------------------------------------------

    def _index_first(self, name: str) -> bool:
        found = self._find(name=name)
        if found:
            self._mirror(found)
            return True
        return self._ask is not None and self._ask(name)

    def _bearing(self, tax_keys: Collection[str]) -> bool:
        """Mirror who bears the number; who is not found is found by name, or asked for there."""
        if self._contacts is None:
            return False
        answer = self._contacts.bearing(tax_keys)
        self._note(answer)
        return self._mirror(answer.contacts)

    def _mirror(self, contacts: Iterable[ContactFacts]) -> bool:
        """Whether that changed a copy."""
        news = [facts for facts in contacts if facts not in self._mirrored]
        self._mirrored.update(news)
        changed = [_mirror(self._organization, facts) for facts in news]
        return any(changed)

    def _find(self, **keys: str) -> tuple[ContactFacts, ...] | None:
        """Who bears the keys; None where the index cannot say."""
        if self._contacts is None:
            return None
        answer = self._contacts.find(**keys)
        self._note(answer)
        return answer.contacts if answer.sure else None

    def _note(self, answer: clients.Answer) -> None:
        metrics.CONTACT_LOOKUPS.labels(answer.outcome).inc()
        self.index_is_due |= answer.ageing

    # --- The shadow -------------------------------------------------------------------------------

    def _hear(self, name: str, contacts: list[ContactFacts]) -> None:
        self._told.append((name, contacts))

    def _differences(self) -> Iterator[Difference]:
        for name, contacts in self._told:
            folded = fold_name(name)
            same = {c.contact_id: c for c in contacts if fold_name(c.name) == folded}
            found = self._find(name=name)
            if found is None:
                return  # no answer is no other answer: Zoho would have been asked
            known = {c.contact_id: c for c in found if fold_name(c.name) == folded}
            if known.keys() != same.keys():
                yield Difference("contact", _ids(same), _ids(known))
            for contact_id in same.keys() & known.keys():
                yield from _unlike(same[contact_id], known[contact_id])
            for contact in same.values():
                yield from self._not_found(contact)

    def _not_found(self, contact: ContactFacts) -> Iterator[Difference]:
        """The ways by which the index should lead to a contact, and does not."""
        ways = {
            "by_tax_id": {"tax_id": contact.tax_id, "country": contact.country},
            "by_email": {"email": contact.email},
        }
        for field, keys in ways.items():
            found = self._find(**keys) if any(keys.values()) else None
            if found and contact.contact_id not in {other.contact_id for other in found}:
                ids = " ".join(sorted(other.contact_id for other in found))
                yield Difference(field, contact.contact_id, ids)


def _mirror(organization: Organization, facts: ContactFacts) -> bool:
    """Make our copy of a contact what the index has; say whether it was something else.

    It was not Zoho that said so just now: a new or changed copy is read in full before it is used.
    """
    values = {
        "name": facts.name,
        "tax_id": facts.tax_id,
        "email": facts.email,
        "country": facts.country,
        "currency": facts.currency,
        "active": facts.active,
        "is_customer": not facts.is_vendor,
    }
    said = {name: value for name, value in values.items() if value != ""}
    own = Vendor.objects.for_organization(organization)
    if own.filter(zoho_contact_id=facts.contact_id, **said).exists():
        return False
    vendor = mirror_contact(
        organization,
        zoho_contact_id=facts.contact_id,
        name=facts.name,
        tax_id=facts.tax_id,
        email=facts.email,
        country=facts.country,
        currency=facts.currency,
        active=facts.active,
        is_customer=not facts.is_vendor,
    )
    own.filter(pk=vendor.pk).update(checked_at=None)
    return True


def _unlike(one: ContactFacts, other: ContactFacts) -> Iterator[Difference]:
    # A list may leave the VAT number out: that is no other number.
    if one.tax_id and normal_id(one.tax_id) != normal_id(other.tax_id):
        yield Difference("tax_id", one.tax_id, other.tax_id)
    for field, ours, theirs in (
        ("active", one.active, other.active),
        ("is_vendor", one.is_vendor, other.is_vendor),
        ("name", one.name, other.name),
    ):
        if ours != theirs:
            yield Difference(field, str(ours), str(theirs))


def _ids(contacts: dict[str, ContactFacts]) -> str:
    return " ".join(sorted(contacts))
