"""The job that takes one document from received to decided."""

from __future__ import annotations

import os
import socket
import uuid

from zohodocs import metrics, telemetry
from zohodocs.domain.states import UNDECIDED_STATES
from zohodocs.models import by_id
from zohodocs.pipeline import beside, lately, runner
from zohodocs.pipeline.cached_vendors import VendorSearch

from . import doorbell

# A worker that restarts with the same process id must not be taken for its predecessor.
WORKER_ID = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


def process(*, document_id: int, **_: object) -> None:
    """Process the document if it still waits, and ring for what follows.

    Further arguments are ignored, so that an older worker survives a newer caller.
    """
    document = by_id(document_id)
    if document is None:
        return
    document.organization = lately.organization(document.organization_id)
    telemetry.bind(document=str(document.code))
    search = VendorSearch(document)
    try:
        reached = runner.run(
            document,
            owner=WORKER_ID,
            observe=metrics.observe_stage,
            ask_zoho=search.ask_zoho,
            by_tax_id=search.by_tax_id,
        )
        if reached is not None:
            doorbell.ring(document)
        if reached is not None and reached not in UNDECIDED_STATES:
            search.compare()
            if any(document.in_shadow(flag) for flag in beside.FLAGS):
                doorbell.ring_for_shadow(document)
        if search.index_is_due:
            doorbell.ring_for_contacts(document.organization_id)
    finally:
        telemetry.unbind()
