"""A stop in the middle of a paper of many pages: soon over, and nobody waits for a lease."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django_rq
import pytest
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from tests.factories import OrganizationFactory
from tests.faults.crew import Crew, needs_postgresql, until
from tests.reading.papers import drawing
from tests.reading.pictures import picture
from tests.sync.processes import environment
from zohodocs.arrivals.receive import receive
from zohodocs.jobs import doorbell
from zohodocs.models import AuditEvent, Document
from zohodocs.operations.supervisor import GRACE_SECONDS
from zohodocs.pipeline import leaving

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
# Two seconds of the twenty that a worker has.
TIME_SCALE = 10


@pytest.fixture
def crew(settings: Any, tmp_path: Path) -> Iterator[Crew]:
    needs_postgresql()
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files"},
        }
    }
    crew = Crew(environment(tmp_path, TIME_SCALE=str(TIME_SCALE)))
    yield crew
    crew.end()


def many_scanned_pages(number: int) -> bytes:
    scan = ImageReader(io.BytesIO(_as_png()))

    def page(canvas: Canvas) -> None:
        canvas.drawImage(scan, 0, 0, width=595, height=744)

    return drawing(*[page] * number)


def _as_png() -> bytes:
    written = io.BytesIO()
    picture(size=(1600, 2000), height=40).save(written, "PNG")
    return written.getvalue()


def test_a_stop_gives_a_long_paper_back_at_once_and_no_try_is_lost(crew: Crew) -> None:
    arrival = receive(
        organization=OrganizationFactory(),
        content=many_scanned_pages(150),
        filename="long.pdf",
        channel="web",
    )
    document = arrival.document
    assert document is not None
    worker = crew.run("rqworker", document.queue, "--verbosity", "0")
    doorbell.ring(document)
    until(lambda: Document.objects.filter(state="processing").exists(), what="the work")

    worker.process.terminate()
    worker.process.wait(timeout=GRACE_SECONDS)  # whoever is there by then is killed

    document.refresh_from_db()
    assert worker.process.returncode == 0
    assert (document.state, document.attempts, document.lease_until) == ("received", 0, None)
    assert AuditEvent.objects.filter(document=document, verb="document.given_back").exists()
    # The bell hangs there for whoever comes next.
    assert django_rq.get_queue(document.queue).count == 1


def test_a_worker_leaves_before_its_supervisor_loses_patience() -> None:
    assert leaving.SECONDS < GRACE_SECONDS
