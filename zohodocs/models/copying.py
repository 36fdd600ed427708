"""Copying Zoho's records into ours: what is asked for, how far it is, what holds it up."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .organization import Organization
from .scope import ScopedModel


class CopyKind(models.TextChoices):
    """What is copied."""

    REFERENCE = "reference", _("accounts, taxes, locations and vendors")
    HISTORY = "history", _("earlier vendors and bills")


class CopyState(models.TextChoices):
    """How far a copy is."""

    ASKED = "asked", _("waits for a worker")
    RUNNING = "running", _("is under way")
    DONE = "done", _("is done")


# What a step counts, in the order of the steps.
_COUNTED = {
    "accounts": _("accounts"),
    "taxes": _("taxes"),
    "locations": _("locations"),
    "vendors": _("vendors"),
    "numbers": _("VAT numbers read one by one"),
    "bills": _("bills"),
}
_READ = _("bills read line by line, for the usual accounts")


class ZohoCopy(ScopedModel):
    """The newest copy of its kind; `step` and `cursor` say where the next worker goes on."""

    kind = models.CharField(max_length=12, choices=CopyKind)
    state = models.CharField(max_length=8, choices=CopyState, default=CopyState.ASKED)
    step = models.CharField(max_length=20, blank=True)
    cursor = models.PositiveBigIntegerField(default=0)
    silent = models.PositiveIntegerField(default=0)  # reads in a row that told nothing
    since = models.DateField(null=True, blank=True)
    counts = models.JSONField(default=dict)  # {step: records so far}
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by = models.CharField(max_length=150, blank=True)
    moved_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    error_message = models.TextField(blank=True)
    lease_token = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("copy of Zoho's records")
        verbose_name_plural = _("copies of Zoho's records")
        constraints = (
            models.UniqueConstraint(fields=["organization", "kind"], name="one_copy_of_a_kind"),
        )

    def __str__(self) -> str:
        return f"{self.kind}: {self.state}"

    @property
    def step_label(self) -> str:
        """What is copied at this moment, in words."""
        return self._label(self.step)

    @property
    def counted(self) -> list[tuple[str, int]]:
        """What was copied so far, in words."""
        return [(self._label(step), number) for step, number in self.counts.items()]

    def _label(self, step: str) -> str:
        if step == "accounts" and self.kind == CopyKind.HISTORY:
            return str(_READ)
        return str(_COUNTED.get(step, step))

    @classmethod
    def ask(cls, organization: Organization, kind: CopyKind, *, by: str, **values: Any) -> ZohoCopy:
        """Ask for it from the start; whoever still works on an earlier one loses it."""
        row, _new = cls.objects.get_or_create(organization=organization, kind=kind)
        cls.objects.filter(pk=row.pk).update(
            **{
                "state": CopyState.ASKED,
                "step": "",
                "cursor": 0,
                "silent": 0,
                "counts": {},
                "asked_at": timezone.now(),
                "asked_by": by[:150],
                "moved_at": timezone.now(),
                "ended_at": None,
                "error_message": "",
                "lease_token": F("lease_token") + 1,
                "lease_until": None,
                **values,
            }
        )
        row.refresh_from_db()
        return row

    def claim(self, *, until: datetime, now: datetime) -> int | None:
        """Hold it for one worker; the fencing token, or None where another holds it."""
        token: int = self.lease_token + 1
        free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
        taken = ZohoCopy.objects.filter(free, pk=self.pk, lease_token=self.lease_token).update(
            lease_token=token, lease_until=until, state=CopyState.RUNNING
        )
        return token if taken == 1 else None

    def keep(self, *, token: int, **values: Any) -> bool:
        """Keep how far it is, if it is still ours; say whether it was."""
        changed = ZohoCopy.objects.filter(pk=self.pk, lease_token=token).update(
            moved_at=timezone.now(), **values
        )
        for name, value in values.items():
            setattr(self, name, value)
        return changed == 1
