"""The audit trail: append-only, one hash chain per document, and one for everything else.

A head a day stands over all chains, so that links cut off the end of one are missed as well.
Personal values go in as digests; the trail proves what happened without repeating who said what.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db import IntegrityError, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import prepared
from .document import Document
from .organization import Organization

GENESIS = "0" * 64
# Who signs what the machine does by itself: audit events, approvals.
WORKER = "worker"
# Each lost try means that another writer got on; this many never stand in one queue.
_TRIES = 100
_ACTOR_LENGTH = 150  # senders of other channels may be longer than user names


def digest(value: str) -> str:
    """A short SHA-256 of a personal value, enough to compare, too little to read."""
    return hashlib.sha256(value.encode()).hexdigest()[:16]


class AuditEvent(models.Model):
    """One thing that happened. A trigger in the database refuses UPDATE and DELETE."""

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="events"
    )
    chain = models.CharField(max_length=40)  # document's code, or "system"
    sequence = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=_ACTOR_LENGTH)
    verb = models.CharField(max_length=60)
    data = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        constraints = (
            models.UniqueConstraint(fields=["chain", "sequence"], name="one_event_per_link"),
        )
        indexes = (models.Index(fields=["at"], name="event_at"),)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.actor} {self.verb}"

    def computed_hash(self) -> str:
        """What `hash` must be: SHA-256 over the previous hash and the canonical row."""
        row = json.dumps(
            [
                self.chain,
                self.sequence,
                self.at.isoformat(timespec="microseconds"),
                self.actor,
                self.verb,
                self.data,
            ],
            sort_keys=True,
            ensure_ascii=False,
            separators=(",", ":"),
        )
        return hashlib.sha256(f"{self.previous_hash}\n{row}".encode()).hexdigest()

    @classmethod
    def record(
        cls,
        verb: str,
        *,
        actor: str,
        document: Document | None = None,
        organization: Organization | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> AuditEvent:
        """Append one event to its chain.

        `verb` reads `noun.verb` or `noun.verb.outcome`; `data` holds JSON values only. Two writers
        at once: the unique link decides, the slower one appends behind the faster. Raises
        IntegrityError when it never gets a link. What comes back has no key: it is not for saving.
        """
        chain = str(document.code) if document else "system"
        for _try in range(_TRIES):
            last = next(iter(_last_link(chain=chain)), (0, GENESIS))
            event = cls(
                organization_id=document.organization_id
                if document
                else (organization.pk if organization else None),
                document=document,
                chain=chain,
                sequence=last[0] + 1,
                at=timezone.now(),
                actor=actor[:_ACTOR_LENGTH],
                verb=verb,
                # Through JSON once, so that what is hashed is what will be read back.
                data=json.loads(json.dumps(dict(data or {}))),
                previous_hash=last[1],
            )
            event.hash = event.computed_hash()
            row = {field.attname: getattr(event, field.attname) for field in _COLUMNS}
            if prepared.insert(prepared.Rows(cls, [row], unique=("chain", "sequence"))):
                return event
        raise IntegrityError(f"{_TRIES} others were faster at {chain}.")


_COLUMNS = tuple(field for field in AuditEvent._meta.concrete_fields if not field.primary_key)


@prepared.prepared
def _last_link(chain: str) -> models.QuerySet[AuditEvent, tuple[int, str]]:
    links = AuditEvent.objects.filter(chain=chain).order_by("-sequence")
    return links.values_list("sequence", "hash")[:1]


class AuditHead(models.Model):
    """One day (UTC) of the whole trail: how many events, and a hash over all of theirs."""

    day = models.DateField(unique=True)
    events = models.PositiveIntegerField()
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("audit head")
        verbose_name_plural = _("audit heads")

    def __str__(self) -> str:
        return f"{self.day} {self.hash[:12]}"

    def computed(self) -> tuple[int, str]:
        """What `events` and `hash` must be: SHA-256 over the head before and the day's hashes."""
        begin = datetime.combine(self.day, time.min, tzinfo=UTC)
        rows = AuditEvent.objects.filter(at__gte=begin, at__lt=begin + timedelta(days=1))
        hashed = hashlib.sha256(f"{self.previous_hash}\n{self.day.isoformat()}\n".encode())
        events = 0
        for link in rows.order_by("chain", "sequence").values_list("hash", flat=True).iterator():
            hashed.update(link.encode())
            events += 1
        return events, hashed.hexdigest()
