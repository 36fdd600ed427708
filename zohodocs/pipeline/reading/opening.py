"""PDFium's documents and pages, opened and always closed again. Runs in the child."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pypdfium2.raw as pdfium

from .refusals import refusal

_MAX_NOTES = 2000
# What people add to a page as notes and what is yet part of it: form values, typed text, stamps.
_PRINTED_NOTES = frozenset(
    {pdfium.FPDF_ANNOT_WIDGET, pdfium.FPDF_ANNOT_FREETEXT, pdfium.FPDF_ANNOT_STAMP}
)

pdfium.FPDF_InitLibrary()


class UnloadablePage(Exception):
    """PDFium cannot make this page."""


@contextmanager
def opened(content: bytes) -> Iterator[Any]:
    """The document; raises `pdf_password` or `pdf_damaged`."""
    document = pdfium.FPDF_LoadMemDocument64(content, len(content), None)
    if not document:
        code = pdfium.FPDF_GetLastError()
        locked = code in {pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY}
        raise refusal("pdf_password" if locked else "pdf_damaged")
    try:
        yield document
    finally:
        pdfium.FPDF_CloseDocument(document)


@contextmanager
def loaded(document: Any, index: int) -> Iterator[tuple[Any, float, float]]:
    """The page (from 0) with its width and height in points, as seen; raises UnloadablePage."""
    page = pdfium.FPDF_LoadPage(document, index)
    if page and _has_printed_notes(page):
        flattened = pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY)
        if flattened == pdfium.FLATTEN_SUCCESS:
            # Only in memory; their words are found when the page is loaded once more.
            pdfium.FPDF_ClosePage(page)
            page = pdfium.FPDF_LoadPage(document, index)
    if not page:
        raise UnloadablePage
    try:
        width, height = pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page)
        if not (width > 0 and height > 0):
            raise UnloadablePage
        yield page, width, height
    finally:
        pdfium.FPDF_ClosePage(page)


def _has_printed_notes(page: Any) -> bool:
    for position in range(min(pdfium.FPDFPage_GetAnnotCount(page), _MAX_NOTES)):
        note = pdfium.FPDFPage_GetAnnot(page, position)
        kind = pdfium.FPDFAnnot_GetSubtype(note)
        pdfium.FPDFPage_CloseAnnot(note)
        if kind in _PRINTED_NOTES:
            return True
    return False
