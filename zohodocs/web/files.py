"""Originals and page pictures: served only through the permission check, never by an address."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.files.base import ContentFile
from django.http import FileResponse, Http404, HttpResponse
from django.utils.text import get_valid_filename
from django.views.decorators.http import require_safe

from zohodocs.access import document_for
from zohodocs.domain.reading import Unreadable
from zohodocs.models import AuditEvent, Document, Page
from zohodocs.pipeline.reading import render_page
from zohodocs.telemetry import get_logger
from zohodocs.web.htmx import Request

logger = get_logger(__name__)
_DPI = 144


@login_required
@require_safe
def original(request: Request, code: UUID) -> FileResponse:
    """The file as it came: always as an attachment, sandboxed, kept by no cache."""
    document = document_for(request.user, code)
    try:
        content = document.original.open("rb")
    except OSError:
        logger.exception("original.open.failed", document=str(code))
        raise Http404 from None
    AuditEvent.record("document.downloaded", actor=request.user.get_username(), document=document)
    response = FileResponse(
        content,
        as_attachment=True,
        filename=_safe_name(document),
        content_type="application/octet-stream",
    )
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@login_required
@require_safe
def page_picture(request: Request, code: UUID, number: int) -> HttpResponse:
    """The picture of one page; made when first looked at, and kept."""
    document = document_for(request.user, code)
    page = Page.objects.filter(document=document, number=number).first()
    if page is None:
        raise Http404
    return picture(picture_of(document, page))


def picture(content: bytes) -> HttpResponse:
    """A picture of a page or of a part of it, for this person's browser alone."""
    response = HttpResponse(content, content_type="image/webp")
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    # The words of a page never change under its address; others must not keep a copy.
    response["Cache-Control"] = "private, max-age=3600"
    return response


def picture_of(document: Document, page: Page) -> bytes:
    """WebP; made when first looked at, and kept. Raises Http404 where the file cannot be shown."""
    return _kept(page) or _made(document, page)


def _kept(page: Page) -> bytes | None:
    if not page.picture:
        return None
    try:
        with page.picture.open("rb") as file:
            return bytes(file.read())
    except OSError:
        logger.warning("page.picture.lost", page=page.pk)
        return None


def _made(document: Document, page: Page) -> bytes:
    try:
        with document.original.open("rb") as file:
            picture = render_page(file.read(), page.number, dpi=_DPI)
    except (Unreadable, OSError):
        logger.exception("page.picture.failed", document=str(document.code), page=page.number)
        raise Http404 from None
    known = page.picture.name or ""
    storage = page.picture.storage
    name = storage.save(
        f"pages/{document.organization_id}/{document.code}/{page.number}.webp",
        ContentFile(picture),
    )
    if Page.objects.filter(pk=page.pk, picture=known).update(picture=name) != 1:
        storage.delete(name)  # somebody looked at the same moment; theirs is kept
    return picture


def _safe_name(document: Document) -> str:
    """The sender's file name without anything a browser or file system would act on."""
    try:
        return get_valid_filename(document.filename)[-150:]
    except ValueError:
        return f"{document.code}"
