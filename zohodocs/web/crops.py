"""The picture of one field: its place on the page, framed, with what stands around it."""

from __future__ import annotations

from io import BytesIO
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe
from PIL import Image, ImageDraw

from zohodocs.access import document_for
from zohodocs.domain import crop
from zohodocs.models import Document, FieldValue, Page
from zohodocs.web import files
from zohodocs.web.htmx import Request

_FRAME, _THICK, _APART = "#0b63c5", 3, 5


@login_required
@require_safe
def field_picture(request: Request, code: UUID, name: str) -> HttpResponse:
    """WebP through the permission check; 404 where the field has no place on a page."""
    picture = of_field(document_for(request.user, code), name)
    if picture is None:
        raise Http404
    return files.picture(picture)


def of_field(document: Document, name: str) -> bytes | None:
    """The crop of this field as WebP; None where it has no place on a page."""
    row = FieldValue.objects.filter(document=document, name=name).first()
    number, box = place_of(row) if row else (1, None)
    page = Page.objects.filter(document=document, number=number).first() if box else None
    if page is None or box is None:
        return None
    with Image.open(BytesIO(files.picture_of(document, page))) as whole:
        cut = crop.of(box, width=whole.width, height=whole.height)
        part = whole.convert("RGB").crop(cut.part)
    x0, y0, x1, y1 = cut.frame
    around = (x0 - _APART, y0 - _APART, x1 + _APART, y1 + _APART)
    ImageDraw.Draw(part).rectangle(around, outline=_FRAME, width=_THICK)
    file = BytesIO()
    part.save(file, "WEBP", quality=80)
    return file.getvalue()


def place_of(row: FieldValue) -> tuple[int, tuple[float, float, float, float] | None]:
    """Page and box of the value, or of the first other reading that has one."""
    read = [{"page": row.page, "box": row.box}, *row.others]
    for each in read:
        if box := each.get("box"):
            return each.get("page") or 1, (box[0], box[1], box[2], box[3])
    return 1, None
