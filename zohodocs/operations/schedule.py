"""What must happen again and again beside the papers: rollouts, census, mail, audit, backup, files.

None of it is urgent and some of it takes minutes, so it has a process of its own and never keeps
the sweep waiting. Two schedulers at once do double work and no harm.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from zohodocs.arrivals import orphans
from zohodocs.models import Document, Heartbeat, keep_all_places, keep_text
from zohodocs.telemetry import get_logger
from zohodocs.timing import scaled

from . import audit_trail, backup, census, digest, nightly, rollouts

logger = get_logger(__name__)
_MINUTE = 60.0
_ROLLOUT_SECONDS = 15.0
_AGAIN_AFTER_A_FAILURE = 3600.0
_LATELY = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Task:
    """`due`: whether its turn has come, given its last heartbeat. `run`: do it, and beat."""

    name: str
    due: Callable[[Heartbeat | None, datetime], bool]
    run: Callable[[datetime], object]


def run_due(*, now: datetime | None = None) -> list[str]:
    """Run every task whose turn has come; their names. One that fails does not stop the others."""
    moment = now or timezone.now()
    beats = {beat.name: beat for beat in Heartbeat.objects.all()}
    ran = []
    for task in tasks():
        if not task.due(beats.get(task.name), moment):
            continue
        ran.append(task.name)
        try:
            task.run(moment)
        except Exception as error:
            logger.exception("schedule.task.failed", task=task.name)
            # Without the message: it may name an address with a password in it.
            facts = {"error": type(error).__name__}
            Heartbeat.beat(task.name, now=timezone.now(), facts=facts, well=False)
    return ran


def tasks() -> list[Task]:
    """What this site does again and again; no backups where no place for them is named."""
    night = [
        Task(Heartbeat.AUDIT, _night_came, verify_audit),
        Task(Heartbeat.WORDS, _night_came, _catch_up),
        Task(Heartbeat.ORPHANS, _night_came, _remove_orphans),
    ]
    if settings.BACKUP_URL:
        night.append(Task(Heartbeat.BACKUP, _night_came, _back_up))
    if settings.EMAIL_URL:
        night.append(Task(Heartbeat.DIGEST, _every(_MINUTE), _mail))
    return [
        Task(Heartbeat.ROLLOUT, _every(_ROLLOUT_SECONDS), _look_at_rollouts),
        Task(Heartbeat.CENSUS, _every(_MINUTE), lambda now: census.keep(now=now)),
        *night,
    ]


def _look_at_rollouts(now: datetime) -> None:
    done = rollouts.evaluate(now=now)
    Heartbeat.beat(Heartbeat.ROLLOUT, now=timezone.now(), facts={"done": done})


def _mail(now: datetime) -> None:
    sent = digest.send_due(now)
    Heartbeat.beat(Heartbeat.DIGEST, now=timezone.now(), facts={"sent": sent})


def _catch_up(now: datetime) -> None:
    """What an older release took in, while a new one was brought out, is found by its words too.

    And it stands where it belongs in the queue.
    """
    kept = 0
    for document in Document.objects.filter(moved_at__gte=now - _LATELY).iterator():
        keep_text(document)
        kept += 1
    facts = {"documents": kept, "items": keep_all_places()}
    Heartbeat.beat(Heartbeat.WORDS, now=timezone.now(), facts=facts)


def _remove_orphans(now: datetime) -> None:
    found = orphans.remove(now=now)
    facts = {"looked_at": found.looked_at, "removed": len(found.removed)}
    Heartbeat.beat(Heartbeat.ORPHANS, now=timezone.now(), facts=facts)


def _back_up(_now: datetime) -> None:
    """`create` beats itself."""
    if not backup.is_masked_copy():
        backup.create(reason="nightly")
        return
    logger.warning("backup.masked_copy.spared")
    Heartbeat.beat(Heartbeat.BACKUP, now=timezone.now(), facts={"spared": "masked copy"})


def verify_audit(_now: datetime) -> None:
    """Walk the audit trail; what it found is in the heartbeat and, if bad, in the log."""
    report = audit_trail.verify()
    if report.first_bad:
        logger.error("audit.trail.broken", first_bad=report.first_bad)
    facts = {"events": report.events, "chains": report.chains, "first_bad": report.first_bad}
    Heartbeat.beat(Heartbeat.AUDIT, now=timezone.now(), facts=facts, well=not report.first_bad)


def _every(seconds: float) -> Callable[[Heartbeat | None, datetime], bool]:
    def due(beat: Heartbeat | None, now: datetime) -> bool:
        return beat is None or beat.at <= now - timedelta(seconds=scaled(seconds))

    return due


def _night_came(beat: Heartbeat | None, now: datetime) -> bool:
    """Whether the last good end was before last night; after a failure not before an hour."""
    if beat is None:
        return True
    if not beat.well and beat.at > now - timedelta(seconds=scaled(_AGAIN_AFTER_A_FAILURE)):
        return False
    return beat.well_at is None or beat.well_at < nightly.last_night(now, settings.TIME_ZONE)
