"""How far the search for later edits in Zoho has come, one row an organisation."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .scope import ScopedModel


class DriftWatch(ScopedModel):
    """`changed_until`: every change in Zoho before this moment was looked at."""

    changed_until = models.DateTimeField(null=True, blank=True)
    # When a search last came to its end, and when all entries were last counted through.
    finished_at = models.DateTimeField(null=True, blank=True)
    counted_at = models.DateTimeField(null=True, blank=True)
    # The search under way: when it began, whether it counts through, and each kind's next page.
    place = models.JSONField(default=dict)
    # After a turn that had to stop early nobody rings before this moment.
    not_before = models.DateTimeField(null=True, blank=True)
    busy_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("search for edits in Zoho")
        verbose_name_plural = _("searches for edits in Zoho")
        constraints = (
            models.UniqueConstraint(
                fields=["organization"], name="one_drift_watch_per_organization"
            ),
        )

    def __str__(self) -> str:
        return f"{self.organization_id}: {self.changed_until}"

    def claim(self, *, now: datetime, lease: timedelta) -> bool:
        """Take the search for one worker; False if another has it."""
        free = Q(busy_until__isnull=True) | Q(busy_until__lt=now)
        return DriftWatch.objects.filter(free, pk=self.pk).update(busy_until=now + lease) == 1
