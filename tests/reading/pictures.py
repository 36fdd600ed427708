"""Pictures made for the tests: print whose place is known to the pixel."""

import io
from pathlib import Path

import reportlab
from PIL import Image, ImageDraw, ImageFont

# A font that every machine with reportlab has, with the letters of Western Europe.
ACCENTED = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"
Printed = tuple[float, float, str]
RECEIPT: tuple[Printed, ...] = (
    (60, 40, "Green Garden Supplies Ltd"),
    (60, 100, "Invoice number INV-2041"),
    (60, 160, "Invoice date 2026-03-14"),
    (60, 220, "Net total 100.00 EUR"),
    (60, 280, "VAT 19 % 19.00 EUR"),
    (60, 340, "Total 119.00 EUR"),
)


def picture(
    prints: tuple[Printed, ...] = RECEIPT,
    *,
    size: tuple[int, int] = (800, 1000),
    height: int = 32,
    font: Path | None = None,
) -> Image.Image:
    """Black print on white paper, each text at its top left."""
    page = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(page)
    type_ = ImageFont.truetype(font, height) if font else ImageFont.load_default(height)
    for x, y, text in prints:
        pen.text((x, y), text, fill="black", font=type_)
    return page


def file_of(page: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    """The picture as a file."""
    written = io.BytesIO()
    page.save(written, kind, **options)
    return written.getvalue()
