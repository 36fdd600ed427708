"""What waits for a person, and what people changed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .document import Document
from .organization import new_code
from .scope import ScopedModel


class ReviewKind(models.TextChoices):
    """What is asked of the person."""

    DECIDE = "decide", _("decide")
    DIFFERENCE = "difference", _("two ways differ")
    DUPLICATE = "duplicate", _("duplicate?")
    DRIFT = "drift", _("changed in Zoho")
    AUDIT = "audit", _("entry to be looked at")
    SPOT_CHECK = "spot_check", _("spot check")
    VENDOR = "vendor", _("vendor data")


class ReviewState(models.TextChoices):
    """Where an item stands."""

    OPEN = "open", _("open")
    DONE = "done", _("done")
    CANCELLED = "cancelled", _("no longer needed")


class Verdict(models.TextChoices):
    """What the person decided."""

    APPROVE = "approve", _("approved")
    REJECT = "reject", _("rejected")
    FILE = "file", _("not a posting document")
    DUPLICATE = "duplicate", _("a copy")
    ACCEPT = "accept", _("what stands in Zoho accepted")
    SPLIT = "split", _("pages arranged anew")
    PROPOSE = "propose", _("correction proposed")
    WRONG = "wrong", _("found wrong")


class ReviewItem(ScopedModel):
    """One question to a person about one document."""

    code = models.UUIDField(default=new_code, unique=True, editable=False)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="review_items")
    kind = models.CharField(max_length=12, choices=ReviewKind, default=ReviewKind.DECIDE)
    state = models.CharField(max_length=10, choices=ReviewState, default=ReviewState.OPEN)
    reason = models.CharField(max_length=60)  # code of the worst finding
    message = models.TextField()
    opened_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    verdict = models.CharField(max_length=10, choices=Verdict, blank=True)
    note = models.TextField(blank=True)
    # Four eyes: who gave the first approval; the second must be someone else.
    first_approval_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    first_approval_at = models.DateTimeField(null=True, blank=True)

    # Who has it open: nobody else decides meanwhile, until the claim ends or is taken over.
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    claimed_at = models.DateTimeField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)

    # What a look is worth (domain/attention.py): the order of the queue.
    attention = models.DecimalField(max_digits=16, decimal_places=4, default=0, db_default=0)
    # What the queue is sorted by, as the open item's document says it; no total counts as nothing.
    amount = models.DecimalField(max_digits=16, decimal_places=3, default=0, db_default=0)
    vendor_name = models.CharField(max_length=300, blank=True, default="", db_default="")
    # Who should do it; nobody = whoever comes.
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # Not in the queue until then.
    postponed_until = models.DateTimeField(null=True, blank=True)
    # Since when somebody waits for a lead.
    escalated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("review item")
        verbose_name_plural = _("review items")
        constraints = (
            models.UniqueConstraint(
                fields=["document", "kind"],
                condition=Q(state="open") & ~Q(kind="drift"),
                name="one_open_item_per_document_and_kind",
            ),
            models.UniqueConstraint(
                # An entry may be wrong in several ways at once; each is a question of its own.
                fields=["document", "reason"],
                condition=Q(state="open", kind="drift"),
                name="one_open_drift_item_per_document_and_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(decided_at__isnull=False, verdict__gt=""),
                name="a_done_item_says_what_was_decided",
            ),
        )
        indexes = (
            models.Index(fields=["organization", "state", "opened_at"], name="review_org_open"),
            models.Index(
                fields=["organization", "opened_at"],
                include=["state", "verdict"],
                name="review_spot_checks",
                condition=Q(kind="spot_check"),
            ),
            # With what is counted: the first thousand are counted without a look at the rows.
            models.Index(
                fields=["organization", "-attention", "id"],
                include=["reason", "postponed_until"],
                name="review_org_value",
                condition=Q(state="open"),
            ),
            models.Index(
                fields=["organization", "amount", "id"],
                name="review_org_amount",
                condition=Q(state="open"),
            ),
            models.Index(
                fields=["organization", "vendor_name", "id"],
                name="review_org_vendor",
                condition=Q(state="open"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.document_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A new one takes its place in the queue from its document."""
        if self._state.adding:
            for name, value in place_of(self.document).items():
                setattr(self, name, value)
        super().save(*args, **kwargs)


def keep_place(document: Document) -> None:
    """Bring the open items of this document to where what it says now belongs in the queue."""
    place = place_of(document)
    rows = ReviewItem.objects.filter(document=document, state=ReviewState.OPEN)
    rows.exclude(**place).update(**place)


def keep_all_places() -> int:
    """The same for every open item: what an older release wrote knows nothing of it. How many."""
    total = Coalesce("document__gross_total", Decimal(0), output_field=models.DecimalField())
    wrong = ReviewItem.objects.filter(state=ReviewState.OPEN).exclude(
        amount=total, vendor_name=F("document__vendor_name")
    )
    documents = Document.objects.filter(pk=OuterRef("document_id"))
    return wrong.update(
        amount=Coalesce(Subquery(documents.values("gross_total")), Decimal(0)),
        vendor_name=Subquery(documents.values("vendor_name")),
    )


def place_of(document: Document) -> dict[str, Any]:
    """Columns of an item by which its document stands in the queue."""
    return {"amount": document.gross_total or Decimal(0), "vendor_name": document.vendor_name}


class Correction(models.Model):
    """One value a person changed: what teaches."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="corrections")
    item = models.ForeignKey(
        ReviewItem, on_delete=models.CASCADE, null=True, blank=True, related_name="corrections"
    )
    field = models.CharField(max_length=30)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    before_source = models.CharField(max_length=20, blank=True)
    before_confidence = models.DecimalField(max_digits=5, decimal_places=4, null=True, blank=True)
    page = models.PositiveIntegerField(null=True, blank=True)
    box = models.JSONField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        indexes = (models.Index(fields=["at"], name="correction_at"),)

    def __str__(self) -> str:
        return f"{self.field}: {self.before} → {self.after}"
