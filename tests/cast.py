"""The people and papers of the browser tests, by name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cache

from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.utils import timezone

from tests.factories import (
    AccountFactory,
    DocumentFactory,
    MembershipFactory,
    OrganizationFactory,
    TaxFactory,
    UserFactory,
    VendorFactory,
)
from tests.papers import invoice_pdf
from zohodocs.domain.identity import fold_name
from zohodocs.domain.invoice import Extraction
from zohodocs.domain.reading import Reading
from zohodocs.models import (
    Account,
    Document,
    FieldValue,
    Organization,
    ReviewItem,
    Role,
    Rule,
    Vendor,
)
from zohodocs.pipeline import extraction, reading, records, runner

PASSWORD = "secret"
RUNNER_UP = "HRB 12345"


@dataclass(frozen=True, slots=True)
class Cast:
    """Nordlicht and who works there; Stine works somewhere else."""

    nordlicht: Organization
    becker: Vendor
    furniture: Account
    telephone: Account
    ana: User  # reviews
    bob: User  # reviews and gives the second approval
    omar: User  # may only look
    stine: User  # a stranger


def make() -> Cast:
    """The whole cast, with a chart, a tax table and one known vendor."""
    nordlicht = OrganizationFactory(
        code="nordlicht", name="Nordlicht GmbH", vat_numbers=["DE136695976"]
    )
    ana, bob, omar, stine = (UserFactory(username=name) for name in ("ana", "bob", "omar", "stine"))
    for user, role in ((ana, Role.REVIEWER), (bob, Role.APPROVER), (omar, Role.VIEWER)):
        MembershipFactory(organization=nordlicht, user=user, role=role)
    MembershipFactory(user=stine, role=Role.ADMIN)
    furniture = AccountFactory(organization=nordlicht, name="Office furniture", number="4900")
    telephone = AccountFactory(organization=nordlicht, name="Telephone", number="4920")
    TaxFactory(organization=nordlicht, rate=Decimal(19))
    becker = VendorFactory(
        organization=nordlicht,
        name="Becker Bürotechnik GmbH",
        folded_name=fold_name("Becker Bürotechnik GmbH"),
        tax_id="DE811907980",
        country="DE",
    )
    Rule.objects.create(
        organization=nordlicht, name="furniture", keywords=["Bürostuhl"], account=furniture
    )
    return Cast(nordlicht, becker, furniture, telephone, ana, bob, omar, stine)


def printed(days_ago: int) -> str:
    """A day as German papers print it."""
    return f"{timezone.now().date() - timedelta(days=days_ago):%d.%m.%Y}"


def paper(**replaced: str) -> bytes:
    """Becker's invoice of last week; `replaced` changes printed texts, spaces as `_`."""
    texts = {"18.04.2024": printed(7), "02.05.2024": printed(-7)}
    texts |= {key.replace("_", " "): value for key, value in replaced.items()}
    return invoice_pdf(**{key.replace(" ", "_"): value for key, value in texts.items()})


@cache
def _read(content: bytes) -> tuple[Reading, Extraction]:
    """What the real reader makes of it; a paper is read once a session."""
    found = reading.read(content, filename="invoice.pdf")
    return found, extraction.extract(found, engine="auto")


def in_review(organization: Organization, content: bytes, *, doubt: str = "") -> ReviewItem:
    """The open question about this paper, after the real pipeline has read it.

    How sure the reader is of what is settled here and not by the reader: of everything but `doubt`,
    which has a runner-up, too.
    """
    pages, extracted = _read(content)
    document = DocumentFactory(
        organization=organization,
        content=content,
        in_review=True,
        page_count=len(pages.pages),
        line_items=[line.to_json() for line in extracted.line_items],
    )
    records.save_pages(document, pages.pages)
    records.save_extraction(document, extracted, typed=(), now=timezone.now())
    sure_of_all_but(document, doubt)
    return ReviewItem.objects.select_related("document__organization").get(document=document)


def sure_of_all_but(document: Document, doubt: str) -> None:
    """Settle how sure every value is, and run the checks again."""
    Document.objects.filter(pk=document.pk).update(
        tax_lines=[{"rate": "19", "base": "942.60", "tax": "179.09", "category": None}]
    )
    values = FieldValue.objects.filter(document=document)
    values.update(confidence=Decimal("0.99"))
    for value in values.filter(name=doubt):
        other = {"value": RUNNER_UP, "confidence": 0.3, "source": "rules", "page": 1}
        value.confidence = Decimal("0.6")
        value.others = [{**other, "box": [0.1, 0.9, 0.2, 0.92]}]
        value.save()
    with transaction.atomic():
        runner.recheck(fresh(document))


def client_of(user: User) -> Client:
    """A browser without JavaScript in which this person is logged in."""
    client = Client()
    client.force_login(user)
    return client


def fresh(document: Document) -> Document:
    """The row as it stands now."""
    return Document.objects.select_related("organization").get(pk=document.pk)
