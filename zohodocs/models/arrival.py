"""Arrivals: every file that was handed in, whatever became of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .organization import new_code
from .scope import ScopedModel


class ArrivalResult(models.TextChoices):
    """What became of a file at the door."""

    ACCEPTED = "accepted", _("accepted")
    REPEATED = "repeated", _("already here")
    REFUSED = "refused", _("refused")


def quarantine_path(arrival: Arrival, _filename: str) -> str:
    """Refused bytes, under a name of our own."""
    return f"quarantine/{arrival.organization_id}/{arrival.code}"


class Arrival(ScopedModel):
    """One file handed in over one channel. Ledger: arrivals = documents + repeats + refusals."""

    code = models.UUIDField(default=new_code, unique=True, editable=False)
    channel = models.CharField(max_length=20)
    filename = models.CharField(max_length=255)
    sender = models.CharField(max_length=200, blank=True)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    result = models.CharField(max_length=10, choices=ArrivalResult)
    document = models.ForeignKey(
        "zohodocs.Document",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="arrivals",
    )
    refusal_code = models.CharField(max_length=40, blank=True)
    refusal_message = models.TextField(blank=True)
    quarantined = models.FileField(upload_to=quarantine_path, max_length=200, blank=True)
    arrived_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("arrival")
        verbose_name_plural = _("arrivals")
        constraints = (
            models.CheckConstraint(
                condition=Q(result="refused", document__isnull=True, refusal_code__gt="")
                | Q(result__in=["accepted", "repeated"], document__isnull=False, refusal_code=""),
                name="arrival_has_a_document_or_a_refusal",
            ),
            models.UniqueConstraint(
                fields=["document"],
                condition=Q(result="accepted"),
                name="one_accepted_arrival_per_document",
            ),
        )
        indexes = (
            models.Index(fields=["organization", "-arrived_at"], name="arrival_org_time"),
            models.Index(
                fields=["arrived_at"],
                name="arrival_quarantined",
                condition=~Q(quarantined=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.filename} ({self.result})"
