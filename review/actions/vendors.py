"""What an approval means for the vendor: made, completed where empty, its bank account known."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from zohodocs.domain.identity import fold_name, normal_iban, tax_id_keys
from zohodocs.domain.verdicts import VendorOutcome
from zohodocs.models import (
    AuditEvent,
    Document,
    Organization,
    Vendor,
    VendorBankAccount,
    VendorTaxKey,
)
from zohodocs.models.event import digest

from .guard import Blocked, values_of

_ADDITIONS = {VendorOutcome.ADD_TAX_ID, VendorOutcome.ADD_DETAILS}
# What a proposal may fill, and how long it may be.
_COLUMNS = {"tax_id": 40, "address": 2000, "country": 2, "currency": 3, "email": 254}


def settle(document: Document, *, approvers: Sequence[str]) -> Vendor:
    """The document's vendor after approval: made if new, never overwritten, its IBAN remembered.

    Call inside the approval's transaction. Raises Blocked where no vendor is settled.
    """
    values = values_of(document)
    outcome = document.vendor_match.get("outcome", "")
    vendor = document.vendor
    if vendor is None and outcome == VendorOutcome.CREATE:
        vendor = _created(document, values, approvers)
    if vendor is None:
        raise Blocked(_("Choose the vendor first."))
    if outcome in _ADDITIONS:
        _complete(vendor, document, approvers)
    iban = normal_iban(values.get("iban", ""))
    if iban:
        _row, new = VendorBankAccount.objects.get_or_create(
            organization_id=document.organization_id,
            vendor=vendor,
            iban=iban[:40],
            defaults={"approved_by": " + ".join(approvers)[:310]},
        )
        if new:
            _record("vendor.bank_account_approved", document, approvers, vendor, iban=digest(iban))
    return vendor


def _created(document: Document, values: dict[str, str], approvers: Sequence[str]) -> Vendor:
    # One at a time per organisation: two first bills of one vendor must not make it twice.
    Organization.objects.select_for_update().get(pk=document.organization_id)
    name = values.get("supplier_name", "").strip() or document.vendor_name
    if not name:
        raise Blocked(_("A new vendor needs a name. Fill in the vendor on paper."))
    country = values.get("supplier_country", "")
    keys = tax_id_keys(values.get("supplier_tax_id", ""), country)
    scoped = Vendor.objects.for_organization(document.organization_id)
    known = scoped.filter(tax_keys__key__in=keys).first() if keys else None
    if known is None and not keys:
        known = scoped.filter(folded_name=fold_name(name)[:300], tax_id="").first()
    if isinstance(known, Vendor):
        return known
    vendor = Vendor.objects.create(
        organization_id=document.organization_id,
        name=name[:300],
        folded_name=fold_name(name)[:300],
        tax_id=values.get("supplier_tax_id", "")[:40],
        address=values.get("supplier_address", ""),
        country=country[:2],
        currency=document.currency,
    )
    _know_tax_id(vendor)
    _record("vendor.created", document, approvers, vendor)
    return vendor


def _complete(vendor: Vendor, document: Document, approvers: Sequence[str]) -> None:
    """Fill what the proposal names and the vendor lacks; what is there stays as it is."""
    filled = []
    for name, pair in document.vendor_match.get("proposal", {}).items():
        column = name.removeprefix("supplier_")
        if column in _COLUMNS and pair[1] and not getattr(vendor, column):
            setattr(vendor, column, pair[1][: _COLUMNS[column]])
            filled.append(column)
    if filled:
        vendor.save(update_fields=filled)
        _know_tax_id(vendor)
        _record("vendor.completed", document, approvers, vendor, fields=filled)


def _know_tax_id(vendor: Vendor) -> None:
    for key in tax_id_keys(vendor.tax_id, vendor.country):
        VendorTaxKey.objects.get_or_create(
            organization_id=vendor.organization_id, vendor=vendor, key=key
        )


def _record(
    verb: str, document: Document, approvers: Sequence[str], vendor: Vendor, **data: object
) -> None:
    AuditEvent.record(
        verb,
        actor=approvers[-1],
        document=document,
        data={"vendor": str(vendor.code), "approvers": list(approvers), **data},
    )
