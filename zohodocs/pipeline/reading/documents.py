"""One document, whatever its type, as a Reading. Runs in the child."""

from __future__ import annotations

from zohodocs.domain import signed_files
from zohodocs.domain.reading import Reading
from zohodocs.pipeline.extraction.einvoice import hardened

from . import images, pdf


def read(content: bytes, *, kind: str, max_pages: int) -> Reading:
    """The reading of `content`; raises Unreadable."""
    if kind == "pdf":
        return pdf.read(content, max_pages=max_pages)
    if kind == "image":
        return images.read(content, max_pages=max_pages)
    xml = signed_files.unwrapped(content)
    hardened.root_element(xml)
    return Reading(kind="xml", xml=xml)
