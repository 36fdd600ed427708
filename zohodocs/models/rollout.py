"""Feature flags as they are set; how an answer comes out of them is in `rollout/flags.py`."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .document import Document
from .organization import Organization
from .scope import ScopedModel


class FlagMode(models.TextChoices):
    """How far the new way is let in."""

    OFF = "off", _("off")
    SHADOW = "shadow", _("shadow")
    PERCENT = "percent", _("percentage")
    ON = "on", _("on")


class Flag(models.Model):
    """One flag's setting, for everyone (`organization` empty) or for one organisation."""

    name = models.CharField(max_length=60)
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, null=True, blank=True, related_name="flags"
    )
    mode = models.CharField(max_length=8, choices=FlagMode, default=FlagMode.OFF)
    percent = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    salt = models.CharField(max_length=40, blank=True)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.CharField(max_length=150, blank=True)
    why = models.TextField(blank=True)

    class Meta:
        verbose_name = _("flag")
        verbose_name_plural = _("flags")
        constraints = (
            models.UniqueConstraint(
                fields=["name"], condition=Q(organization__isnull=True), name="one_global_flag"
            ),
            models.UniqueConstraint(
                fields=["name", "organization"],
                condition=Q(organization__isnull=False),
                name="one_flag_per_organization",
            ),
            models.CheckConstraint(
                condition=Q(percent__gte=0) & Q(percent__lte=100), name="percent_is_0_to_100"
            ),
        )

    def __str__(self) -> str:
        return self.name


class ShadowDifference(ScopedModel):
    """Where the new way, run beside the old one, would have answered otherwise."""

    document = models.ForeignKey(
        Document, on_delete=models.CASCADE, related_name="shadow_differences"
    )
    flag = models.CharField(max_length=60)
    field = models.CharField(max_length=40)
    control = models.TextField(blank=True)
    candidate = models.TextField(blank=True)
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("shadow difference")
        verbose_name_plural = _("shadow differences")
        indexes = (
            models.Index(fields=["organization", "flag", "-seen_at"], name="shadow_org_flag"),
        )

    def __str__(self) -> str:
        return f"{self.flag}: {self.field}"
