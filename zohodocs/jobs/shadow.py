"""The job that tries the new ways beside the old one, long after the document went on."""

from __future__ import annotations

from zohodocs import telemetry
from zohodocs.models import Document
from zohodocs.pipeline import beside, leaving

from . import doorbell

logger = telemetry.get_logger(__name__)


def shadow(*, document_id: int, **_: object) -> None:
    """Run every candidate the document is in shadow for, once; nothing of it reaches the document.

    Each candidate has its seconds and its memory (`rollout/limits.py`); what breaks even those
    takes this worker down and nothing else, and is on record as begun. A worker that stops leaves
    the rest to the next one.
    """
    document = Document.objects.select_related("organization").filter(pk=document_id).first()
    if document is None:
        return
    telemetry.bind(document=str(document.code))
    try:
        beside.run(document)
    except leaving.CalledAway:
        logger.info("shadow.left", document=str(document.code))
        doorbell.ring_for_shadow(document)
    finally:
        telemetry.unbind()
