"""A corrected document teaches its layout: the next of its kind is read from the same places."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

from django.utils import timezone

from zohodocs.domain.invoice import FieldReading
from zohodocs.domain.reading import PageText
from zohodocs.models import Document, FieldValue, LayoutMemory, Page, State
from zohodocs.telemetry import get_logger

logger = get_logger(__name__)
HUMAN = "human"
# Decided by people, or on the way from there to Zoho.
_APPROVED = (State.APPROVED, State.POSTING, State.POSTED)


class Learnt(Protocol):
    """A layout, ready to be kept."""

    @property
    def key(self) -> str:
        """The vendor's mark by which it is found again."""

    def to_json(self) -> dict[str, Any]:
        """As stored."""


class Learn(Protocol):
    """Makes a layout of approved values, or None where there is nothing to see."""

    def __call__(
        self,
        pages: Sequence[PageText],
        values: Mapping[str, FieldReading],
        *,
        corrected: Collection[str],
    ) -> Learnt | None:
        """See the class."""


def remember(document_id: int, *, learn: Learn) -> bool:
    """Keep the layout of an approved document in which a person changed a value; say whether.

    Safe to run twice. What a person only confirmed teaches nothing that the engines do not know.
    """
    document = Document.objects.filter(pk=document_id, state__in=_APPROVED).first()
    if document is None:
        return False
    rows = list(FieldValue.objects.filter(document=document))
    read = _read_by_machine(document)
    corrected = {
        row.name for row in rows if row.source == HUMAN and row.value != read.get(row.name)
    }
    if not corrected:
        return False
    pages = Page.objects.filter(document=document).order_by("number")
    layout = learn(
        [_page_text(page) for page in pages],
        {row.name: _reading(row) for row in rows},
        corrected=corrected,
    )
    if layout is None or not layout.key:
        return False
    LayoutMemory.objects.for_organization(document.organization_id).update_or_create(
        document=document,
        defaults={
            "organization_id": document.organization_id,
            "key": layout.key,
            "data": layout.to_json(),
            "learnt_at": timezone.now(),
        },
    )
    logger.info("layout.learn.done", document=str(document.code), fields=sorted(corrected))
    return True


def _read_by_machine(document: Document) -> dict[str, str]:
    """The values of the last extraction, before anybody corrected them."""
    row = document.extractions.order_by("-pk").first()
    fields = row.data["fields"] if row else {}
    return {name: str(reading["value"]) for name, reading in fields.items()}


def _page_text(page: Page) -> PageText:
    return PageText.from_json(
        {"number": page.number, "width": page.width, "height": page.height, "words": page.words}
    )


def _reading(row: FieldValue) -> FieldReading:
    box = row.box
    return FieldReading(
        row.value,
        float(row.confidence),
        row.source,
        row.page,
        (box[0], box[1], box[2], box[3]) if box else None,
    )
