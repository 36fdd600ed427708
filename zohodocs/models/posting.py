"""One document, one posting, for ever: what was sent to Zoho and what was seen there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zohodocs.domain.states import PostingState, check_posting_move

from .document import Document
from .scope import ScopedModel


class PostingKind(models.TextChoices):
    """What the document becomes in Zoho Books."""

    BILL = "bill", _("bill")
    EXPENSE = "expense", _("expense")
    VENDOR_CREDIT = "vendor_credit", _("vendor credit")


class PostingStateLabel(models.TextChoices):
    """The shown names of the states in `domain/states.py`."""

    PLANNED = "planned", _("planned")
    SENDING = "sending", _("being sent")
    UNKNOWN = "unknown", _("not sure it arrived")
    CONFIRMED_WITHOUT_FILE = "confirmed_without_file", _("in Zoho, file missing")
    CONFIRMED = "confirmed", _("in Zoho with its file")
    REJECTED = "rejected", _("refused by Zoho")


class Posting(ScopedModel):
    """The one posting of a document.

    `sending` is committed before the call; see `posting/push.py`.
    """

    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="posting")
    kind = models.CharField(max_length=14, choices=PostingKind)
    state = models.CharField(
        max_length=24, choices=PostingStateLabel, default=PostingStateLabel.PLANNED
    )
    payload = models.JSONField(default=dict)
    zoho_vendor_id = models.CharField(max_length=64, blank=True)
    bill_id = models.CharField(max_length=64, blank=True)  # of the bill, expense or vendor credit
    bill_url = models.URLField(max_length=300, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    lease_token = models.PositiveIntegerField(default=0)
    lease_owner = models.CharField(max_length=120, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    # Nothing is tried before this moment: Retry-After, breaker, grace after an unknown outcome.
    not_before = models.DateTimeField(null=True, blank=True)
    unknown_since = models.DateTimeField(null=True, blank=True)
    looks = models.PositiveIntegerField(default=0)  # how often Zoho was searched since then
    error_code = models.CharField(max_length=40, blank=True)
    error_message = models.TextField(blank=True)
    differences = models.JSONField(default=list)  # [{field, ours, theirs}] of the read-back
    file_name = models.CharField(max_length=200, blank=True)
    # What the entry said when it was posted, or what a person accepted since; and what it says as
    # last seen (of a rejected posting: the entry that is in its way). See `posting/standing.py`.
    agreed = models.JSONField(default=dict)
    stands = models.JSONField(default=dict)
    # The search for later edits that saw the entry last began then.
    searched_at = models.DateTimeField(null=True, blank=True)
    # A person says that this entry of Zoho's is the document's.
    adopt_id = models.CharField(max_length=64, blank=True)
    # A person stopped it; nothing is tried until somebody releases it.
    held_at = models.DateTimeField(null=True, blank=True)
    held_by = models.CharField(max_length=150, blank=True)
    held_why = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in PostingState]),
                name="posting_state_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "confirmed_without_file"]) | ~Q(bill_id=""),
                name="confirmed_has_a_bill_id",
            ),
            models.CheckConstraint(
                condition=~Q(state="unknown") | Q(unknown_since__isnull=False),
                name="unknown_says_since_when",
            ),
            models.UniqueConstraint(
                fields=["organization", "kind", "bill_id"],
                condition=~Q(bill_id=""),
                name="one_posting_per_bill",
            ),
        )
        indexes = (
            models.Index(
                fields=["state", "not_before"],
                name="posting_unfinished",
                condition=~Q(state__in=["confirmed", "rejected"]),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} of {self.document_id}: {self.state}"

    def claim(self, *, owner: str, until: datetime, now: datetime) -> int | None:
        """Hold the posting for one worker; the fencing token, or None if another holds it."""
        token = self.lease_token + 1
        free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
        taken = Posting.objects.filter(
            free, pk=self.pk, lease_token=self.lease_token, held_at__isnull=True
        ).update(lease_token=token, lease_owner=owner, lease_until=until)
        return token if taken == 1 else None

    def move(self, *, frm: PostingState, to: PostingState, token: int, **values: Any) -> bool:
        """Move it if it is still `frm` and the token still ours; say whether we did."""
        if frm != to:
            check_posting_move(frm, to)
        changed = Posting.objects.filter(pk=self.pk, state=frm.value, lease_token=token).update(
            state=to.value, **values
        )
        return changed == 1

    def release(self, *, token: int, not_before: datetime | None = None) -> bool:
        """Give the lease back, with the moment before which nobody should try again."""
        return (
            Posting.objects.filter(pk=self.pk, lease_token=token).update(
                lease_until=None, lease_owner="", not_before=not_before
            )
            == 1
        )


class KnownBill(ScopedModel):
    """A bill that stands in Zoho Books without being ours: for the duplicate check."""

    zoho_bill_id = models.CharField(max_length=64)
    vendor = models.ForeignKey("zohodocs.Vendor", on_delete=models.CASCADE, related_name="bills")
    number = models.CharField(max_length=120)
    compared_number = models.CharField(max_length=120)
    date = models.DateField(null=True, blank=True)
    total = models.DecimalField(max_digits=16, decimal_places=3, null=True, blank=True)
    status = models.CharField(max_length=20, blank=True)
    # Where it was booked, as far as its lines were read; None where they say different things.
    account = models.ForeignKey(
        "zohodocs.Account", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    lines_read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["organization", "zoho_bill_id"], name="one_row_per_known_bill"
            ),
        )
        indexes = (
            models.Index(fields=["organization", "compared_number"], name="known_bill_number"),
            models.Index(fields=["organization", "vendor", "date"], name="known_bill_vendor"),
        )

    def __str__(self) -> str:
        return self.number
