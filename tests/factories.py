"""One factory a model, valid and minimal; traits name states: `DocumentFactory(in_review=True)`."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

import factory
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.db.models import Model
from django.utils import timezone
from factory.django import DjangoModelFactory

from zohodocs import models

Row = TypeVar("Row", bound=Model)


class Made(DjangoModelFactory[Row]):
    """A factory whose call gives a stored row."""

    class Meta:
        abstract = True

    if TYPE_CHECKING:

        def __new__(cls, **values: Any) -> Row:  # type: ignore[misc]  # a factory makes rows
            """One stored row with these values; SubFactory values go by `name__field`."""


class UserFactory(Made[User]):
    """A person; the password is `secret`."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"person{n}")
    email = factory.LazyAttribute(lambda o: f"{o.username}@example.org")
    password = factory.django.Password("secret")


class OrganizationFactory(Made[models.Organization]):
    """One of our companies."""

    class Meta:
        model = models.Organization

    code = factory.Sequence(lambda n: f"company{n}")
    name = factory.Sequence(lambda n: f"Company {n} GmbH")
    vat_numbers = factory.LazyFunction(lambda: ["DE136695976"])
    country = "DE"
    currency = "EUR"


class MembershipFactory(Made[models.Membership]):
    """A person's place in a company."""

    class Meta:
        model = models.Membership

    organization = factory.SubFactory(OrganizationFactory)
    user = factory.SubFactory(UserFactory)
    role = models.Role.REVIEWER


class ConnectionFactory(Made[models.Connection]):
    """A way into Zoho Books; point its addresses at a sandbox."""

    class Meta:
        model = models.Connection

    organization = factory.SubFactory(OrganizationFactory)
    zoho_organization_id = factory.Sequence(lambda n: f"{10000001 + n}")
    client_id = "client"
    vat_field = "cf_vat_id"
    document_field = "cf_document_id"
    state = models.ConnectionState.WORKING


class AccountFactory(Made[models.Account]):
    """An expense account."""

    class Meta:
        model = models.Account

    organization = factory.SubFactory(OrganizationFactory)
    zoho_account_id = factory.Sequence(lambda n: f"4600000000000{n:04d}")
    name = factory.Sequence(lambda n: f"Office supplies {n}")
    number = factory.Sequence(lambda n: f"{4900 + n}")
    type = "expense"


class TaxFactory(Made[models.Tax]):
    """The usual 19 %."""

    class Meta:
        model = models.Tax

    organization = factory.SubFactory(OrganizationFactory)
    zoho_tax_id = factory.Sequence(lambda n: f"4700000000000{n:04d}")
    name = "Standard 19"
    rate = Decimal(19)
    category = "S"


class VendorFactory(Made[models.Vendor]):
    """A supplier."""

    class Meta:
        model = models.Vendor

    organization = factory.SubFactory(OrganizationFactory)
    name = factory.Sequence(lambda n: f"Vendor {n} Ltd")


class PolicyFactory(Made[models.Policy]):
    """A policy version without a hold."""

    class Meta:
        model = models.Policy

    organization = factory.SubFactory(OrganizationFactory)
    hold_seconds = 0


class DocumentFactory(Made[models.Document]):
    """A received PDF; `content` are its bytes."""

    class Meta:
        model = models.Document
        exclude = ("content",)

    class Params:
        in_review = factory.Trait(state=models.State.IN_REVIEW)
        approved = factory.Trait(
            state=models.State.APPROVED,
            approved_at=factory.LazyFunction(timezone.now),
            approved_by="ana",
            decided_at=factory.LazyFunction(timezone.now),
        )
        posted = factory.Trait(
            state=models.State.POSTED,
            approved_at=factory.LazyFunction(timezone.now),
            approved_by="ana",
        )
        processing = factory.Trait(
            state=models.State.PROCESSING,
            lease_until=factory.LazyFunction(lambda: timezone.now() + timedelta(minutes=2)),
            lease_owner="worker",
            lease_token=1,
            attempts=1,
        )
        read = factory.Trait(
            document_type="invoice",
            vendor_name="Becker Bürotechnik",
            invoice_number=factory.Sequence(lambda n: f"RG-2024-{n:04d}"),
            compared_number=factory.Sequence(lambda n: f"RG2024{n:04d}"),
            issue_date=date(2024, 4, 18),
            currency="EUR",
            gross_total=Decimal("1121.69"),
        )

    organization = factory.SubFactory(OrganizationFactory)
    channel = "web"
    filename = factory.Sequence(lambda n: f"invoice-{n}.pdf")
    content = factory.Sequence(lambda n: b"%%PDF-1.4\n%% paper %d\n" % n)
    sha256 = factory.LazyAttribute(lambda o: hashlib.sha256(o.content).hexdigest())
    size = factory.LazyAttribute(lambda o: len(o.content))
    original = factory.LazyAttribute(lambda o: ContentFile(o.content, name="original"))
    kind = "pdf"
    mime = "application/pdf"


class FieldValueFactory(Made[models.FieldValue]):
    """A value as an engine read it."""

    class Meta:
        model = models.FieldValue

    document = factory.SubFactory(DocumentFactory)
    name = "invoice_number"
    value = "RG-2024-0334"
    confidence = Decimal("0.98")
    source = "rules"
    page = 1
    box = factory.LazyFunction(lambda: [0.6, 0.2, 0.7, 0.22])


class ReviewItemFactory(Made[models.ReviewItem]):
    """An open question about a document in review."""

    class Meta:
        model = models.ReviewItem

    document = factory.SubFactory(DocumentFactory, in_review=True)
    organization = factory.LazyAttribute(lambda o: o.document.organization)
    reason = "approval_needed"
    message = "Everything checks out; approve it."


class PostingFactory(Made[models.Posting]):
    """A planned bill."""

    class Meta:
        model = models.Posting

    document = factory.SubFactory(DocumentFactory, approved=True)
    organization = factory.LazyAttribute(lambda o: o.document.organization)
    kind = models.PostingKind.BILL
