"""Our companies, who may work for them, and their way into Zoho Books."""

from __future__ import annotations

import uuid
from typing import Any, Self
from zoneinfo import available_timezones

from babel import Locale
from babel.numbers import is_currency
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from zohodocs.domain.case import OrganizationFacts
from zohodocs.domain.identity import tax_id_country


class OrganizationQuerySet(models.QuerySet["Organization"]):
    """Our companies."""

    def for_user(self, user: Any) -> Self:
        """Only those this person belongs to."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(memberships__user=user).distinct()


class Organization(models.Model):
    """One of our companies. `names` and `vat_numbers` are all it is known by on paper."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(
        _("code"),
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9][a-z0-9_-]*$", _("Use a-z, 0-9, - and _."))],
        help_text=_("Short name used in commands, e.g. “nordlicht”."),
    )
    name = models.CharField(_("name"), max_length=200)
    other_names = models.JSONField(
        _("other names"), default=list, blank=True, help_text=_("A list of further names on paper.")
    )
    vat_numbers = models.JSONField(_("VAT numbers"), default=list, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    lock_date = models.DateField(
        _("books closed until"),
        null=True,
        blank=True,
        help_text=_("Bills dated on or before this day are not posted as they are."),
    )
    excluded_contacts = models.JSONField(
        _("never a vendor"),
        default=list,
        blank=True,
        help_text=_("Names that are never saved as a vendor, e.g. our own people."),
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse what papers cannot be judged by. Raises ValidationError, a sentence a field."""
        wrong: dict[str, Any] = {}
        if self.country and self.country not in Locale("en").territories:
            wrong["country"] = _("Write the country as two letters, e.g. DE.")
        if not is_currency(self.currency):
            wrong["currency"] = _("Write the currency as three letters, e.g. EUR.")
        if self.time_zone not in available_timezones():
            wrong["time_zone"] = _("Write the time zone like Europe/Berlin, or UTC.")
        if bare := [n for n in self.vat_numbers if not tax_id_country(n, self.country)]:
            wrong["vat_numbers"] = _(
                "%(numbers)s: write a VAT number with its country's prefix, or say the country."
            ) % {"numbers": ", ".join(bare)}
        if wrong:
            raise ValidationError(wrong)

    def facts(self) -> OrganizationFacts:
        """The frozen form the rules work with."""
        return OrganizationFacts(
            code=self.code,
            names=(self.name, *self.other_names),
            vat_numbers=tuple(self.vat_numbers),
            country=self.country,
            currency=self.currency,
            lock_date=self.lock_date,
            excluded_contacts=tuple(self.excluded_contacts),
        )


class Role(models.TextChoices):
    """What a person may do in an organisation."""

    VIEWER = "viewer", _("may look")
    REVIEWER = "reviewer", _("reviews")
    APPROVER = "approver", _("reviews and gives the second approval")
    ADMIN = "admin", _("administers")


class Membership(models.Model):
    """A person's place in an organisation; without one it does not exist for them."""

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="memberships"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.REVIEWER)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = (
            models.UniqueConstraint(
                fields=["organization", "user"], name="one_membership_per_organization"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} · {self.organization}"


class ConnectionState(models.TextChoices):
    """How the way into Zoho Books stands."""

    OFF = "off", _("not set up")
    WORKING = "working", _("working")
    THROTTLED = "throttled", _("Zoho asks us to wait")
    RECONNECT = "reconnect", _("must be connected again")
    WRONG = "wrong", _("settings are wrong")


class Connection(models.Model):
    """An organisation's Zoho Books. Secrets are kept encrypted (see `zohodocs.clients`)."""

    organization = models.OneToOneField(
        Organization, on_delete=models.CASCADE, related_name="connection"
    )
    accounts_url = models.URLField(_("accounts address"), default="https://accounts.zoho.eu")
    books_url = models.URLField(_("Zoho Books address"), default="https://www.zohoapis.eu/books/v3")
    zoho_organization_id = models.CharField(_("Zoho organization id"), max_length=64, blank=True)
    client_id = models.CharField(max_length=200, blank=True)
    client_secret_encrypted = models.TextField(blank=True, editable=False)
    refresh_token_encrypted = models.TextField(blank=True, editable=False)
    access_token_encrypted = models.TextField(blank=True, editable=False)
    access_token_expires_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Single flight: whoever sets the lease with one conditional UPDATE fetches the token.
    token_lease = models.UUIDField(null=True, blank=True, editable=False)
    token_lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    vat_field = models.CharField(
        _("VAT field of contacts"),
        max_length=60,
        blank=True,
        help_text=_("E.g. cf_vat_id or vat_reg_no; where Zoho keeps a vendor's VAT number."),
    )
    document_field = models.CharField(
        _("our unique field on bills"),
        max_length=60,
        blank=True,
        help_text=_("A custom field with “no duplicate values”, e.g. cf_document_id."),
    )
    daily_limit = models.PositiveIntegerField(_("calls a day"), default=5000)
    state = models.CharField(
        max_length=12, choices=ConnectionState, default=ConnectionState.OFF, editable=False
    )
    last_error = models.TextField(blank=True, editable=False)
    last_error_at = models.DateTimeField(null=True, blank=True, editable=False)
    reference_refreshed_at = models.DateTimeField(null=True, blank=True, editable=False)
    # What the token may do, as Zoho said when it gave it; empty where it did not say.
    scopes = models.JSONField(default=list, blank=True, editable=False)
    # Zoho's own words about the organisation: name, plan, currency, time zone.
    books_facts = models.JSONField(default=dict, blank=True, editable=False)
    # What the last look found (see `zohodocs.clients.looking`), and when it looked.
    seen = models.JSONField(default=dict, blank=True, editable=False)
    seen_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("Zoho connection")
        verbose_name_plural = _("Zoho connections")
        constraints = (
            # Duplicates are looked for within one of our companies: two must not share one set
            # of books.
            models.UniqueConstraint(
                fields=["books_url", "zoho_organization_id"],
                condition=~models.Q(zoho_organization_id=""),
                name="one_company_per_zoho_organization",
                violation_error_message=_("Another company posts into this Zoho organization."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.organization} → Zoho Books"


def new_code() -> uuid.UUID:
    """The id a thing has outside the database."""
    return uuid.uuid4()
