"""Every call that a posting made to Zoho: what its life page shows. Rows are never changed."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .posting import Posting
from .scope import ScopedModel

# Of one posting; beyond it the oldest calls that only read are dropped.
MOST_CALLS = 200


class PostingCall(ScopedModel):
    """One attempt at one call. `payload` is what was sent, without anything personal or secret."""

    posting = models.ForeignKey(Posting, on_delete=models.CASCADE, related_name="calls")
    at = models.DateTimeField(default=timezone.now)
    endpoint = models.CharField(max_length=80)  # verb and path without ids
    outcome = models.CharField(max_length=20)
    http_status = models.PositiveIntegerField(null=True, blank=True)
    code = models.IntegerField(null=True, blank=True)  # Zoho's own
    seconds = models.FloatField()
    attempt = models.PositiveIntegerField(default=0)  # the sending it belongs to
    state = models.CharField(max_length=24)  # of the posting, when the call was made
    payload = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("call of a posting")
        verbose_name_plural = _("calls of postings")
        indexes = (models.Index(fields=["posting", "-at"], name="posting_call_at"),)

    def __str__(self) -> str:
        return f"{self.endpoint}: {self.outcome}"

    @property
    def writes(self) -> bool:
        """Whether the call could have changed something in Zoho."""
        return not self.endpoint.startswith("GET ")
