"""A change to an entry that stands in Zoho: void it, correct it, apply a credit. Done once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .organization import new_code
from .posting import Posting
from .scope import ScopedModel


class AmendmentKind(models.TextChoices):
    """What is to be done to the entry."""

    VOID = "void", _("void it")
    CORRECT = "correct", _("correct it")
    APPLY_CREDIT = "apply_credit", _("apply the credit to its bill")


class AmendmentState(models.TextChoices):
    """`approved -> sending -> done`; `unknown` is only left by looking in Zoho."""

    PROPOSED = "proposed", _("waits for a second person")
    APPROVED = "approved", _("about to be done")
    SENDING = "sending", _("being sent")
    UNKNOWN = "unknown", _("not sure it arrived")
    DONE = "done", _("done")
    REFUSED = "refused", _("could not be done")
    WITHDRAWN = "withdrawn", _("withdrawn")


_MOVES = {
    ("proposed", "approved"),
    ("proposed", "withdrawn"),
    ("approved", "sending"),
    ("approved", "done"),  # it stood there already
    ("approved", "refused"),
    ("sending", "approved"),  # only on proof that nothing was sent
    ("sending", "unknown"),
    ("sending", "done"),
    ("sending", "refused"),
    ("unknown", "approved"),  # looked, waited the grace, looked again: not done
    ("unknown", "done"),
    ("unknown", "refused"),
}
OPEN = ("proposed", "approved", "sending", "unknown")


class Amendment(ScopedModel):
    """One change; a person proposes it, another one confirms, then it is done once."""

    code = models.UUIDField(default=new_code, unique=True, editable=False)
    posting = models.ForeignKey(Posting, on_delete=models.PROTECT, related_name="amendments")
    kind = models.CharField(max_length=12, choices=AmendmentKind)
    state = models.CharField(max_length=10, choices=AmendmentState, default=AmendmentState.PROPOSED)
    reason = models.TextField()
    # What stood in Zoho when it was proposed: another entry than that is not touched.
    seen = models.JSONField(default=dict)
    target_id = models.CharField(max_length=64, blank=True)  # the bill a credit goes to
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    proposed_at = models.DateTimeField(default=timezone.now)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    lease_token = models.PositiveIntegerField(default=0)
    lease_owner = models.CharField(max_length=120, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField(null=True, blank=True)
    unknown_since = models.DateTimeField(null=True, blank=True)
    error_code = models.CharField(max_length=40, blank=True)
    error_message = models.TextField(blank=True)

    class Meta:
        verbose_name = _("change in Zoho")
        verbose_name_plural = _("changes in Zoho")
        constraints = (
            models.UniqueConstraint(
                fields=["posting"],
                condition=Q(state__in=OPEN),
                name="one_open_amendment_per_posting",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in AmendmentState]),
                name="amendment_state_is_known",
            ),
            models.CheckConstraint(
                # What a person proposed is only ever done when another person confirmed it.
                condition=Q(kind="apply_credit")
                | Q(state__in=["proposed", "withdrawn"])
                | (
                    Q(proposed_by__isnull=False)
                    & Q(confirmed_by__isnull=False)
                    & ~Q(proposed_by=models.F("confirmed_by"))
                ),
                name="amendment_has_four_eyes",
            ),
        )
        indexes = (
            models.Index(
                fields=["state", "not_before"],
                name="amendment_unfinished",
                condition=Q(state__in=OPEN),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.posting_id}: {self.state}"

    def claim(self, *, owner: str, until: datetime, now: datetime) -> int | None:
        """Hold it for one worker; the fencing token, or None if another holds it."""
        token = self.lease_token + 1
        free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
        taken = Amendment.objects.filter(free, pk=self.pk, lease_token=self.lease_token).update(
            lease_token=token, lease_owner=owner, lease_until=until
        )
        return token if taken == 1 else None

    def move(self, to: AmendmentState, *, token: int | None = None, **values: Any) -> bool:
        """Move it if it is still where this row says; say whether we did."""
        if to != self.state and (self.state, to.value) not in _MOVES:
            raise AssertionError(f"An amendment cannot go from {self.state} to {to}.")
        rows = Amendment.objects.filter(pk=self.pk, state=self.state)
        if token is not None:
            rows = rows.filter(lease_token=token)
        if rows.update(state=to, **values) != 1:
            return False
        for name, value in {"state": to.value, **values}.items():
            setattr(self, name, value)
        return True
