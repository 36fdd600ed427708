"""A PDF's words, page by page. Runs in the child: native code, a stranger's bytes."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium

from zohodocs.domain.reading import PageText, Reading

from . import bombs, insides
from .opening import UnloadablePage, loaded, opened
from .refusals import refusal, too_many_pages
from .words import Spoken, words_of

# A page whose letters the font mostly hides must be recognised from its picture instead.
_HIDDEN_SHARE = 0.3
# So few words beside a picture of half the page: a scan with a stamp or a page number.
_FEW_WORDS = 10
# Where so many of its words are no ink of their own, a page is a picture with a layer of text.
_LAYER_SHARE = 0.5
# Fewer are a tool's mark or a mailing room's code, and they are left out anyway.
_HIDDEN_WORTH_SAYING = 6
_PICTURE_SHARE = 0.5
_MAX_OBJECTS = 500
# Of a whole document; a novel has less, a bomb has more.
_MAX_CHARACTERS = 3_000_000
_A4 = (595.0, 842.0)


@dataclass(frozen=True, slots=True)
class _PageRead:
    text: PageText
    characters: int = 0
    hidden_words: int = 0
    words_outside: int = 0
    is_layered: bool = False
    needs_ocr: bool = False


def read(content: bytes, *, max_pages: int) -> Reading:
    """The words of every page, an e-invoice if one is attached, and notes; raises Unreadable."""
    if bombs.is_bomb(content):
        raise refusal("too_large_unpacked")
    found = insides.look(content)
    with opened(content) as document:
        count = pdfium.FPDF_GetPageCount(document)
        if count < 1:
            raise refusal("pdf_no_pages")
        if count > max_pages:
            raise too_many_pages(count, max_pages)
        locked = pdfium.FPDF_GetSecurityHandlerRevision(document) != -1
        pages = _pages(document, count)
    return Reading(
        kind="pdf",
        pages=tuple(page.text for page in pages),
        xml=found.xml,
        xml_name=found.xml_name,
        notes=(
            *found.notes,
            *(["encrypted_empty_password"] if locked else []),
            *_notes(pages),
        ),
    )


def _pages(document: Any, count: int) -> list[_PageRead]:
    pages: list[_PageRead] = []
    unloadable = 0
    left = _MAX_CHARACTERS
    for index in range(count):
        try:
            with loaded(document, index) as (page, width, height):
                pages.append(_page(page, index + 1, width, height))
        except UnloadablePage:
            unloadable += 1
            pages.append(_PageRead(PageText(index + 1, *_A4), needs_ocr=True))
        left -= pages[-1].characters
        if left < 0:
            raise refusal("too_large_unpacked")
    if unloadable == count:
        raise refusal("pdf_damaged")
    return pages


def _page(page: Any, number: int, width: float, height: float) -> _PageRead:
    text_page = pdfium.FPDFText_LoadPage(page)
    if not text_page:
        raise UnloadablePage
    try:
        spoken = words_of(page, text_page, width=width, height=height)
    finally:
        pdfium.FPDFText_ClosePage(text_page)
    mute = spoken.unmapped > _HIDDEN_SHARE * max(spoken.characters, 1)
    return _PageRead(
        PageText(number, width, height, () if mute else spoken.words),
        characters=spoken.characters,
        hidden_words=spoken.hidden,
        words_outside=spoken.outside,
        is_layered=spoken.without_ink > _LAYER_SHARE * len(spoken.words),
        needs_ocr=mute or _is_picture(page, spoken, width * height),
    )


def _is_picture(page: Any, spoken: Spoken, area: float) -> bool:
    """Whether what the page shows is not in its words; a blank page shows nothing."""
    if len(spoken.words) >= _FEW_WORDS:
        return False
    objects = pdfium.FPDFPage_CountObjects(page)
    if not spoken.words:
        return bool(objects > 0)
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    for position in range(min(objects, _MAX_OBJECTS)):
        shown = pdfium.FPDFPage_GetObject(page, position)
        if pdfium.FPDFPageObj_GetType(shown) != pdfium.FPDF_PAGEOBJ_IMAGE:
            continue
        sides = (ctypes.byref(side) for side in (left, bottom, right, top))
        if pdfium.FPDFPageObj_GetBounds(shown, *sides):
            covered = (right.value - left.value) * (top.value - bottom.value)
            if covered >= _PICTURE_SHARE * area:
                return True
    return False


def _notes(pages: list[_PageRead]) -> list[str]:
    hidden = sum(page.hidden_words for page in pages)
    outside = sum(page.words_outside for page in pages)
    notes = ["hidden_text"] if max(hidden, outside) >= _HIDDEN_WORTH_SAYING else []
    silent = [page.text.number for page in pages if page.needs_ocr]
    notes += [
        f"text_layer:{page.text.number}" for page in pages if page.is_layered and not page.needs_ocr
    ]
    if not any(page.text.words for page in pages) or len(silent) == len(pages):
        return [*notes, "needs_ocr"]
    return notes + [f"page_needs_ocr:{number}" for number in silent]
