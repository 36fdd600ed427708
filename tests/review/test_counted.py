"""What people decide and correct is counted, once it is committed."""

from __future__ import annotations

import pytest
from prometheus_client import REGISTRY
from pytest_django import DjangoCaptureOnCommitCallbacks

from review import actions
from tests.cast import Cast
from zohodocs.models import ReviewItem


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


@pytest.mark.django_db
def test_a_correction_and_a_verdict_are_counted(
    cast: Cast,
    item: ReviewItem,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    fields = {"field": "invoice_number"}
    before = counted("zohodocs_fields_corrected_total", **fields)

    with django_capture_on_commit_callbacks(execute=True):
        document = actions.correct(
            item=item,
            by=cast.ana,
            version=item.document.version,
            field="invoice_number",
            reading=actions.Reading("RG-1"),
        )
        item.refresh_from_db()
        verdict = {"reason": item.reason, "outcome": "reject"}
        decided = counted("zohodocs_reviews_total", **verdict)
        actions.reject(item=item, by=cast.ana, version=document.version, reason="Not ours.")

    assert counted("zohodocs_fields_corrected_total", **fields) == before + 1
    assert counted("zohodocs_reviews_total", **verdict) == decided + 1
