"""A loaded PDF page drawn into a picture. Runs in the child."""

from __future__ import annotations

import ctypes
from typing import Any

import pypdfium2.raw as pdfium
from PIL import Image

_WHITE = 0xFFFFFFFF


def drawn(page: Any, across: int, down: int) -> Image.Image:
    """The page as printed, turned and cropped as it says, on white; RGB of exactly this size."""
    bitmap = pdfium.FPDFBitmap_CreateEx(across, down, pdfium.FPDFBitmap_BGRx, None, 0)
    if not bitmap:
        raise MemoryError
    try:
        pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, across, down, _WHITE)
        pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, across, down, 0, pdfium.FPDF_ANNOT)
        stride = pdfium.FPDFBitmap_GetStride(bitmap)
        pixels = ctypes.string_at(pdfium.FPDFBitmap_GetBuffer(bitmap), stride * down)
    finally:
        pdfium.FPDFBitmap_Destroy(bitmap)
    return Image.frombuffer("RGB", (across, down), pixels, "raw", "BGRX", stride, 1)
