"""Bytes in, an Arrival out: accepted, already here, or refused with a sentence. Nothing is lost."""

from __future__ import annotations

import hashlib
import unicodedata
from datetime import timedelta
from typing import TypedDict

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zohodocs import metrics
from zohodocs.domain.crash import around
from zohodocs.domain.file_types import FileType, detect
from zohodocs.domain.reading import Unreadable
from zohodocs.durable import DurableStorage
from zohodocs.models import Arrival, ArrivalResult, AuditEvent, Document, Organization, keep_text
from zohodocs.models.organization import new_code
from zohodocs.rollout.flags import CANDIDATE, answers_for
from zohodocs.telemetry import get_logger

from .file_age import written_at

logger = get_logger(__name__)
# Half of what `orphans` waits for.
_TAKEN_OVER_WITHIN = timedelta(hours=12)


class Facts(TypedDict):
    """What is known of a file before anyone looks into it."""

    organization: Organization
    channel: str
    filename: str
    sender: str
    size: int
    sha256: str


def receive(
    *, organization: Organization, content: bytes, filename: str, channel: str, sender: str = ""
) -> Arrival:
    """Keep the file and say what became of it.

    The row is committed when this returns; the caller rings for a worker afterwards
    (`jobs.doorbell`). The same bytes in the same organisation are one document, also when twenty
    people send them at the same moment.
    """
    name = safe_name(filename)
    sha256 = hashlib.sha256(content).hexdigest()
    facts: Facts = {
        "organization": organization,
        "channel": channel,
        "filename": name,
        "sender": sender[:200],
        "size": len(content),
        "sha256": sha256,
    }
    arrival = _arrival(facts, content)
    metrics.ARRIVALS.labels(channel, arrival.result).inc()
    return arrival


def _arrival(facts: Facts, content: bytes) -> Arrival:
    organization, sha256 = facts["organization"], facts["sha256"]
    earlier = _document(organization, sha256)
    if earlier is not None:
        return _repeated(earlier, facts)
    try:
        kind = _checked(content, facts["filename"])
    except Unreadable as refusal:
        return _refused(refusal, content, facts)
    return _accepted(kind, content, facts)


def _accepted(kind: FileType, content: bytes, facts: Facts) -> Arrival:
    organization, sha256 = facts["organization"], facts["sha256"]
    code = new_code()
    flags = answers_for(organization, str(code))
    document = Document(
        organization=organization,
        code=code,
        channel=facts["channel"],
        filename=facts["filename"],
        sha256=sha256,
        size=facts["size"],
        kind=kind.kind,
        mime=kind.mime,
        flags=flags,
        queue="pipeline" if flags["parallel_processing"]["arm"] == CANDIDATE else "sequential",
    )
    # The file first: a row must never point at bytes that are not there.
    path = _store_original(document, content)
    try:
        with around("arrive.commit"), transaction.atomic():
            document.save()
            keep_text(document, [document.filename])
            arrival = Arrival.objects.create(
                **facts, result=ArrivalResult.ACCEPTED, document=document
            )
            AuditEvent.record(
                "document.arrived",
                actor=facts["sender"] or facts["channel"],
                document=document,
                data={
                    "channel": facts["channel"],
                    "sha256": sha256,
                    "size": facts["size"],
                    "flags": {flag: answer["arm"] for flag, answer in flags.items()},
                },
            )
    except IntegrityError:
        faster = _document(organization, sha256)
        if faster is None:
            raise
        if faster.original.name != path:
            document.original.storage.delete(path)  # no row points there
        return _repeated(faster, facts)
    logger.info("document.arrive.accepted", document=str(code), channel=facts["channel"])
    return arrival


def _store_original(document: Document, content: bytes) -> str:
    """Keep the bytes where the row will point, and through a power cut; the name they have there.

    A crash before the row leaves an orphan file, which the next arrival of the same bytes takes
    over if it is whole; one that was cut short (killed, disk full) or is old enough to be removed
    soon (`orphans`) is left alone, and the storage finds another name.
    """
    storage = document.original.storage
    path = str(document.original.field.generate_filename(document, document.filename))
    with around("arrive.file"):
        if not _taken_over(storage, path, document):
            path = str(storage.save(path, ContentFile(content)))
    document.original.name = path
    return path


def _taken_over(storage: Storage, path: str, document: Document) -> bool:
    """Whether the storage has the document's very bytes under this name, and not for long."""
    try:
        if not storage.exists(path) or storage.size(path) != document.size:
            return False
        if written_at(storage, path) < timezone.now() - _TAKEN_OVER_WITHIN:
            return False
        with storage.open(path) as file:
            if hashlib.sha256(file.read()).hexdigest() != document.sha256:
                return False
        if isinstance(storage, DurableStorage):
            storage.keep(path)
    except FileNotFoundError:
        return False  # whoever wrote it saw that another one was faster, and took it away
    return True


def safe_name(filename: str) -> str:
    """The sender's file name without directories and control characters, for people to read."""
    name = unicodedata.normalize("NFC", filename.replace("\\", "/").rsplit("/", 1)[-1])
    shown = "".join(c for c in name if unicodedata.category(c)[0] != "C").strip()
    return shown[-255:] or "unnamed"


def refuse_too_large(
    *, organization: Organization, size: int, filename: str, channel: str, sender: str = ""
) -> Arrival:
    """Refuse a file by its announced size, before its bytes are taken into memory."""
    facts: Facts = {
        "organization": organization,
        "channel": channel,
        "filename": safe_name(filename),
        "sender": sender[:200],
        "size": size,
        "sha256": "",
    }
    arrival = _refused(_too_large(), b"", facts)
    metrics.ARRIVALS.labels(channel, arrival.result).inc()
    return arrival


def _too_large() -> Unreadable:
    limit = settings.MAX_FILE_BYTES // (1024 * 1024)
    return Unreadable(
        "too_large",
        _("The file is larger than %(limit)s MB. Please send it smaller, or in parts.")
        % {"limit": limit},
    )


def _checked(content: bytes, name: str) -> FileType:
    if len(content) > settings.MAX_FILE_BYTES:
        raise _too_large()
    return detect(content, name)


def _document(organization: Organization, sha256: str) -> Document | None:
    return Document.objects.for_organization(organization).filter(sha256=sha256).first()


def _repeated(document: Document, facts: Facts) -> Arrival:
    with around("arrive.repeated"), transaction.atomic():
        arrival = Arrival.objects.create(**facts, result=ArrivalResult.REPEATED, document=document)
        AuditEvent.record(
            "document.arrived.again",
            actor=facts["sender"] or facts["channel"],
            document=document,
            data={"channel": facts["channel"]},
        )
    return arrival


def _refused(refusal: Unreadable, content: bytes, facts: Facts) -> Arrival:
    with around("arrive.refused"), transaction.atomic():
        arrival = Arrival(
            **facts,
            result=ArrivalResult.REFUSED,
            refusal_code=refusal.code,
            refusal_message=refusal.message,
        )
        if refusal.code not in {"too_large", "empty_file"}:
            with ContentFile(content) as kept:
                arrival.quarantined.save("quarantined", kept, save=False)
        arrival.save()
        AuditEvent.record(
            "file.refused",
            actor=facts["sender"] or facts["channel"],
            organization=arrival.organization,
            data={"arrival": str(arrival.code), "code": refusal.code, "sha256": arrival.sha256},
        )
    logger.info("document.arrive.refused", arrival=str(arrival.code), code=refusal.code)
    return arrival
