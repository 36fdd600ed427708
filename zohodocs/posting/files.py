"""The file that hangs on the entry in Zoho: the original, in a form Zoho takes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from io import BytesIO

from PIL import Image, ImageSequence

from zohodocs.domain.file_types import JPEG, PDF, PNG, TIFF, WEBP
from zohodocs.domain.signed_files import unwrapped
from zohodocs.models import Document

from .facts import invoice_of
from .refusals import CannotPlan
from .rendering import render

_AS_IT_IS = {kind.mime: kind for kind in (PDF, JPEG, PNG)}


@dataclass(frozen=True, slots=True)
class ZohoFile:
    """A file as it is uploaded; its name is the document's code, so that it is known again."""

    name: str
    mime: str
    content: bytes = field(repr=False)


def original_of(document: Document) -> bytes:
    """The original's bytes, checked against its fingerprint. Raises CannotPlan if they are not."""
    try:
        with document.original.open("rb") as file:
            content: bytes = file.read()
    except OSError:
        raise CannotPlan(
            "original_missing",
            "The original file cannot be read from the archive, so nothing was posted. Tell your"
            " administrator; the file must come back from the backup.",
        ) from None
    if hashlib.sha256(content).hexdigest() != document.sha256:
        raise CannotPlan(
            "original_changed",
            "The archived file is not the one that arrived, so nothing was posted. Tell your"
            " administrator; the file must come back from the backup.",
        )
    return content


def file_name(document: Document) -> str:
    """The name under which the document's file hangs in Zoho."""
    return f"{document.code}.{_extension(document)}"


def file_for(document: Document) -> ZohoFile:
    """The original where Zoho takes its type, else a PDF or PNG that shows the same.

    Raises CannotPlan where the archive no longer has the original.
    """
    content, name = original_of(document), file_name(document)
    same = _AS_IT_IS.get(document.mime)
    if same is not None:
        return ZohoFile(name, same.mime, content)
    if document.mime == WEBP.mime:
        return ZohoFile(name, PNG.mime, _as_png(content))
    if document.mime == TIFF.mime:
        return ZohoFile(name, PDF.mime, _as_pdf(content))
    xml = unwrapped(content)
    pages = render(invoice_of(document), xml=xml, filename=document.filename)
    return ZohoFile(name, PDF.mime, pages)


def _extension(document: Document) -> str:
    same = _AS_IT_IS.get(document.mime)
    if same is not None:
        return same.extension
    return PNG.extension if document.mime == WEBP.mime else PDF.extension


def _as_png(content: bytes) -> bytes:
    out = BytesIO()
    with Image.open(BytesIO(content)) as picture:
        picture.save(out, "PNG")
    return out.getvalue()


def _as_pdf(content: bytes) -> bytes:
    """Every frame a page; transparency becomes white paper."""
    out = BytesIO()
    with Image.open(BytesIO(content)) as picture:
        frames = [_opaque(frame) for frame in ImageSequence.Iterator(picture)]
    frames[0].save(out, "PDF", save_all=True, append_images=frames[1:], resolution=200.0)
    return out.getvalue()


def _opaque(frame: Image.Image) -> Image.Image:
    if frame.mode in ("1", "L", "RGB"):
        return frame.copy()
    layered = frame.convert("RGBA")
    paper = Image.new("RGB", layered.size, "white")
    paper.paste(layered, mask=layered.getchannel("A"))
    return paper
