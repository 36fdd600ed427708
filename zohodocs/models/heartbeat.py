"""What a recurring operation last said: when it ended, whether well, and what it found."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Heartbeat(models.Model):
    """One row an operation. `at`: its last end; `well_at`: its last good one; `facts`: JSON."""

    BACKUP = "backup"
    AUDIT = "audit"
    CENSUS = "census"
    DIGEST = "digest"
    ROLLOUT = "rollout"
    WORDS = "words"
    ORPHANS = "orphans"

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()
    well_at = models.DateTimeField(null=True, blank=True)
    facts = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M:%S}"

    @property
    def well(self) -> bool:
        """Whether its last end was a good one."""
        return self.well_at is not None and self.well_at == self.at

    @classmethod
    def beat(cls, name: str, *, now: datetime, facts: Mapping[str, Any], well: bool = True) -> None:
        """Say how it ended; facts of an earlier end are forgotten."""
        values: dict[str, Any] = {"at": now, "facts": dict(facts)}
        if well:
            values["well_at"] = now
        cls.objects.update_or_create(name=name, defaults=values)
