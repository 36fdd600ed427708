"""What is known of a document's vendor, and what a rule made of it would have done before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from zohodocs.access import may_give_second_approval
from zohodocs.models import (
    Account,
    AuditEvent,
    Correction,
    Document,
    ReviewKind,
    Rule,
    VendorBankAccount,
)

from . import queries
from .actions import NotAllowed, Refused

_LAST, _REPLAYED = 6, 40
_BEFORE_OTHERS = 50


@dataclass(frozen=True, slots=True)
class Replay:
    """What a rule would have done to documents that people approved."""

    looked_at: int
    right: int
    wrong: int

    @property
    def changed(self) -> int:
        """How many would have come out otherwise than the machine proposed."""
        return self.right + self.wrong


@dataclass(frozen=True, slots=True)
class Panel:
    """All of it; empty where the vendor is not known."""

    documents: Sequence[Document]
    accounts: Sequence[tuple[Account, int]]
    bank_accounts: Sequence[VendorBankAccount]
    terms_days: int | None
    rule: Rule | None
    replay: Replay | None


def of(document: Document) -> Panel:
    """Known data of this document's vendor, and the proposal to remember its account."""
    vendor = document.vendor
    if vendor is None:
        return Panel([], [], [], None, None, None)
    approved = list(_approved(document)[:_REPLAYED])
    used = queries.usual_accounts(document)
    accounts = Account.objects.for_organization(document.organization_id).in_bulk(list(used))
    known = Rule.objects.for_organization(document.organization_id).filter(
        vendor_name=str(vendor.code), active=True
    )
    return Panel(
        documents=approved[:_LAST],
        accounts=[(accounts[pk], number) for pk, number in used.items() if pk in accounts],
        bank_accounts=list(vendor.bank_accounts.order_by("-first_seen_at")[:_LAST]),
        terms_days=_terms(approved),
        rule=known.select_related("account").first(),
        replay=replay(document, document.account) if document.account else None,
    )


def replay(document: Document, account: Account) -> Replay:
    """What “this vendor: this account” would have done to the last forty approved documents.

    Changed: the machine had proposed another account. Right: people ended with this one.
    """
    approved = list(_approved(document)[:_REPLAYED])
    proposed, checked = _proposed_to(approved), _found_in_spot_checks(approved)
    right = wrong = 0
    for each in approved:
        final = checked.get(each.pk) or (each.account.name if each.account else "")
        if proposed.get(each.pk, final) == account.name:
            continue
        if final == account.name:
            right += 1
        else:
            wrong += 1
    return Replay(len(approved), right, wrong)


def remember(*, document: Document, by: User) -> Rule:
    """Make a rule: papers of this vendor go to this account. One such rule a vendor.

    Raises NotAllowed for who gives no second approvals, Refused without vendor or account.
    """
    if not may_give_second_approval(by, document.organization_id):
        raise NotAllowed(_("A rule is made by somebody with the approver role."))
    if document.vendor is None or document.account is None:
        raise Refused(_("Choose vendor and account first."))
    with transaction.atomic():
        rule, new = Rule.objects.update_or_create(
            organization_id=document.organization_id,
            vendor_name=str(document.vendor.code),
            defaults={
                "name": _("%(vendor)s: %(account)s")
                % {"vendor": document.vendor.name[:90], "account": document.account.name[:90]},
                "account": document.account,
                "active": True,
                "position": _BEFORE_OTHERS,
            },
        )
        AuditEvent.record(
            "rule.remembered",
            actor=by.get_username(),
            document=document,
            data={"rule": str(rule.code), "account": document.account.name, "new": new},
        )
    return rule


def _approved(document: Document) -> QuerySet[Document]:
    rows = Document.objects.for_organization(document.organization_id)
    found = rows.filter(vendor=document.vendor, approved_at__isnull=False)
    return found.exclude(pk=document.pk).select_related("account").order_by("-approved_at")


def _proposed_to(documents: Sequence[Document]) -> dict[int, str]:
    """The account's name the machine had proposed, where a person chose another one."""
    pks = [document.pk for document in documents]
    rows = Correction.objects.filter(document__in=pks, field="account").order_by("-pk")
    return dict(rows.values_list("document_id", "before"))  # the first correction of each is last


def _found_in_spot_checks(documents: Sequence[Document]) -> dict[int, str]:
    """The account's name a person found right afterwards; the document keeps the one it has."""
    rows = Correction.objects.filter(
        document__in=[document.pk for document in documents],
        field="account",
        item__kind=ReviewKind.SPOT_CHECK,
    )
    return dict(rows.values_list("document_id", "after"))


def _terms(documents: Sequence[Document]) -> int | None:
    """The days to pay that most of them had."""
    days = [
        (each.due_date - each.issue_date).days
        for each in documents
        if each.due_date and each.issue_date
    ]
    return max(set(days), key=days.count) if days else None
