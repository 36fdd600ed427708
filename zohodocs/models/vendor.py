"""Vendors, the chart of accounts, taxes, and the rules that choose among them."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zohodocs.domain.case import AccountFacts, RuleFacts, TaxFacts
from zohodocs.domain.identity import fold_name, tax_id_keys

from .organization import Organization, new_code
from .scope import ScopedModel


class Vendor(ScopedModel):
    """A supplier of one organisation, and which Zoho contact it is."""

    code = models.UUIDField(default=new_code, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=300)
    folded_name = models.CharField(max_length=300, editable=False)
    tax_id = models.CharField(_("VAT number"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    address = models.TextField(_("address"), blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    active = models.BooleanField(_("active"), default=True)
    is_customer = models.BooleanField(_("is a customer in Zoho"), default=False)
    zoho_contact_id = models.CharField(_("Zoho contact id"), max_length=64, blank=True)
    restarts_numbers = models.BooleanField(
        _("starts its numbers again every year"),
        default=False,
        help_text=_("A number used in another year is posted with the year behind it: 17 (2026)."),
    )
    created_at = models.DateTimeField(default=timezone.now)
    checked_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("vendor")
        verbose_name_plural = _("vendors")
        constraints = (
            models.UniqueConstraint(
                fields=["organization", "zoho_contact_id"],
                condition=~Q(zoho_contact_id=""),
                name="one_vendor_per_zoho_contact",
            ),
        )
        indexes = (models.Index(fields=["organization", "folded_name"], name="vendor_org_name"),)

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the vendor with what it is searched by: folded name and compared tax ids."""
        self.folded_name = fold_name(self.name)
        with transaction.atomic():
            super().save(*args, **kwargs)
            keys = tax_id_keys(self.tax_id, self.country)
            VendorTaxKey.objects.filter(vendor=self).exclude(key__in=keys).delete()
            for key in keys:
                VendorTaxKey.objects.get_or_create(
                    organization_id=self.organization_id, vendor=self, key=key
                )


def mirror_contact(
    organization: Organization,
    *,
    zoho_contact_id: str,
    name: str,
    tax_id: str = "",
    email: str = "",
    country: str = "",
    currency: str = "",
    active: bool = True,
    is_customer: bool = False,
) -> Vendor:
    """Our copy of a Zoho contact, as Zoho has it now.

    A vendor of ours without a contact that bears the same tax id, or the same name where neither
    has one, becomes this contact's copy. Two at once make one copy.
    """
    facts: dict[str, Any] = {
        "name": name,
        "tax_id": tax_id,
        "email": email,
        "country": country,
        "currency": currency,
        "active": active,
        "is_customer": is_customer,
    }
    try:
        return _mirrored(organization, zoho_contact_id, facts)
    except IntegrityError:  # somebody else was faster: theirs is the copy
        return _mirrored(organization, zoho_contact_id, facts)


def _mirrored(organization: Organization, zoho_contact_id: str, facts: dict[str, Any]) -> Vendor:
    own = Vendor.objects.for_organization(organization)
    with transaction.atomic():
        vendor = own.filter(zoho_contact_id=zoho_contact_id).first()
        if vendor is None:
            vendor = _unlinked(organization, facts)
        if vendor is None:
            vendor = Vendor(organization=organization)
        before = {field: getattr(vendor, field) for field in facts}
        # Zoho lists may leave a value out: what we know is kept then.
        for field, value in facts.items():
            if value != "":
                setattr(vendor, field, value)
        changed = any(getattr(vendor, field) != was for field, was in before.items())
        if changed or vendor.zoho_contact_id != zoho_contact_id:
            vendor.zoho_contact_id = zoho_contact_id
            vendor.checked_at = timezone.now()
            vendor.save()
        else:
            own.filter(pk=vendor.pk).update(checked_at=timezone.now())
    return vendor


def _unlinked(organization: Organization, facts: dict[str, Any]) -> Vendor | None:
    """The vendor of ours, not linked to a contact yet, that these facts are of."""
    own = Vendor.objects.for_organization(organization).filter(zoho_contact_id="")
    if facts["tax_id"]:
        keys = tax_id_keys(facts["tax_id"], facts["country"])
        return own.filter(tax_keys__key__in=keys).first()
    if facts["is_customer"]:
        return None
    return own.filter(folded_name=fold_name(facts["name"]), tax_id="").first()


class VendorTaxKey(ScopedModel):
    """A compared form of a vendor's tax id (see `domain.identity.tax_id_keys`)."""

    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="tax_keys")
    key = models.CharField(max_length=40)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["vendor", "key"], name="one_tax_key_per_vendor"),
        )
        indexes = (models.Index(fields=["organization", "key"], name="tax_key_org"),)

    def __str__(self) -> str:
        return self.key


class VendorAlias(ScopedModel):
    """Another name this vendor goes by on paper."""

    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(_("name"), max_length=300)
    folded_name = models.CharField(max_length=300, editable=False)

    class Meta:
        verbose_name = _("other name")
        verbose_name_plural = _("other names")
        constraints = (
            models.UniqueConstraint(fields=["vendor", "folded_name"], name="one_alias_per_name"),
        )
        indexes = (models.Index(fields=["organization", "folded_name"], name="alias_org_name"),)

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the name with the form it is searched by."""
        self.folded_name = fold_name(self.name)
        super().save(*args, **kwargs)


class VendorBankAccount(ScopedModel):
    """A bank account this vendor was paid to; `approved_by` two people when it changed."""

    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="bank_accounts")
    iban = models.CharField("IBAN", max_length=40)
    first_seen_at = models.DateTimeField(default=timezone.now)
    approved_by = models.CharField(max_length=310, blank=True)

    class Meta:
        verbose_name = _("bank account")
        verbose_name_plural = _("bank accounts")
        constraints = (
            models.UniqueConstraint(fields=["vendor", "iban"], name="one_row_per_bank_account"),
        )
        indexes = (models.Index(fields=["organization", "iban"], name="bank_org_iban"),)

    def __str__(self) -> str:
        return self.iban


class Account(ScopedModel):
    """An account of the chart of accounts, as Zoho has it."""

    code = models.UUIDField(default=new_code, unique=True, editable=False)
    zoho_account_id = models.CharField(max_length=64)
    name = models.CharField(_("name"), max_length=200)
    number = models.CharField(_("number"), max_length=40, blank=True)
    type = models.CharField(_("type"), max_length=40)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = (
            models.UniqueConstraint(
                fields=["organization", "zoho_account_id"], name="one_account_per_zoho_id"
            ),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.name}".strip()

    def facts(self) -> AccountFacts:
        """The frozen form the rules work with."""
        return AccountFacts(str(self.code), self.name, self.number, self.type, self.active)


class Tax(ScopedModel):
    """A tax of the organisation; several may share a rate, the category tells them apart."""

    zoho_tax_id = models.CharField(max_length=64)
    name = models.CharField(_("name"), max_length=100)
    rate = models.DecimalField(_("rate in percent"), max_digits=6, decimal_places=3)
    category = models.CharField(
        _("category"),
        max_length=4,
        default="S",
        help_text=_("S standard, Z zero, E exempt, AE reverse charge, K purchase within the EU."),
    )
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("tax")
        verbose_name_plural = _("taxes")
        constraints = (
            models.UniqueConstraint(
                fields=["organization", "zoho_tax_id"], name="one_tax_per_zoho_id"
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.rate.normalize():f} %)"

    def facts(self) -> TaxFacts:
        """The frozen form the rules work with; its id is Zoho's."""
        return TaxFacts(self.zoho_tax_id, self.name, self.rate, self.category)


class Location(ScopedModel):
    """A place of business of the organisation, as Zoho has it."""

    zoho_location_id = models.CharField(max_length=64)
    name = models.CharField(_("name"), max_length=200)
    primary = models.BooleanField(_("main one"), default=False)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("location")
        verbose_name_plural = _("locations")
        constraints = (
            models.UniqueConstraint(
                fields=["organization", "zoho_location_id"], name="one_location_per_zoho_id"
            ),
        )

    def __str__(self) -> str:
        return self.name


class Rule(ScopedModel):
    """An ordered rule: where every stated condition holds, this account is chosen."""

    code = models.UUIDField(default=new_code, unique=True, editable=False)
    position = models.PositiveIntegerField(_("order"), default=100)
    name = models.CharField(_("reason in words"), max_length=200)
    active = models.BooleanField(_("active"), default=True)
    vendor_name = models.CharField(_("vendor name"), max_length=300, blank=True)
    keywords = models.JSONField(_("any of these words"), default=list, blank=True)
    delivery_address = models.CharField(_("delivery address has"), max_length=200, blank=True)
    line_text = models.CharField(_("a line says"), max_length=200, blank=True)
    amount_from = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    amount_to = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    category = models.CharField(_("category"), max_length=100, blank=True)
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="rules"
    )
    zoho_tax_id = models.CharField(max_length=64, blank=True)
    lines_required = models.BooleanField(_("keep every line"), default=False)
    always_review = models.BooleanField(_("always review"), default=False)
    auto_approve_up_to = models.DecimalField(
        _("may approve by itself up to"), max_digits=14, decimal_places=2, null=True, blank=True
    )

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        indexes = (models.Index(fields=["organization", "position"], name="rule_org_order"),)

    def __str__(self) -> str:
        return self.name

    def facts(self) -> RuleFacts:
        """The frozen form the rules engine works with."""
        return RuleFacts(
            id=str(self.code),
            name=self.name,
            vendor=self.vendor_name,
            keywords=tuple(self.keywords),
            delivery_address=self.delivery_address,
            line_text=self.line_text,
            amount_from=self.amount_from,
            amount_to=self.amount_to,
            account_id=str(self.account.code) if self.account else None,
            category=self.category,
            tax_id=self.zoho_tax_id or None,
            lines_required=self.lines_required,
            always_review=self.always_review,
            auto_approve_up_to=self.auto_approve_up_to,
        )
