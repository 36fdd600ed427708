"""Draw the box of every value read from two pages: docs/german-invoice.webp and its neighbour.

    python -m scripts.draw_values [DIRECTORY]

Both papers are made up by `zohodocs.ml.synthetic` from a seed and read by the product as it ships.
"""

import io
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import reportlab
from PIL import Image, ImageDraw, ImageFont

from zohodocs.domain.invoice import Extraction, FieldReading
from zohodocs.domain.reading import Box
from zohodocs.ml.synthetic import Sample, papers, rendering
from zohodocs.ml.synthetic.photographing import photograph
from zohodocs.pipeline import reading
from zohodocs.pipeline.extraction import extract
from zohodocs.pipeline.extraction.rules import phrases

DOCS = Path(__file__).resolve().parents[1] / "docs"
FONT = Path(reportlab.__file__).parent / "fonts" / "VeraBd.ttf"
# Seed and number of the papers.
INVOICE, RECEIPT = (21, 182), (12, 206)
COLOURS = ("#c2255c", "#1864ab", "#2b8a3e", "#a84300", "#6741d9", "#0b7285")
DPI, QUALITY = 150, 70
WIDTH, MARGIN, LETTERS = 800, 210, 12


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS
    folder.mkdir(parents=True, exist_ok=True)
    for name, content, _ in documents():
        path = folder / f"{name}.webp"
        picture, found = drawn(content)
        picture.save(path, "WEBP", quality=QUALITY, method=6)
        print(f"{path}: {len(found.fields)} values")
    return 0


def documents() -> Iterator[tuple[str, bytes, Sample]]:
    """A digital German invoice and a photographed till receipt, with what they truly say."""
    invoice, receipt = made_up(*INVOICE), made_up(*RECEIPT)
    yield "german-invoice", rendering.pdf(invoice), invoice
    photo = photograph(rendering.pdf(receipt), seed=receipt.name)
    yield "photographed-receipt", photo, receipt


def made_up(seed: int, number: int) -> Sample:
    """Paper `number` of the seed."""
    return next(islice(papers(number + 1, seed=seed, lexicon=phrases()), number, None))


def drawn(content: bytes) -> tuple[Image.Image, Extraction]:
    """The first page with a frame around every value, and its field's name in the margin."""
    found = extract(reading.read(content))
    shown = Image.open(io.BytesIO(reading.render_page(content, 1, dpi=DPI))).convert("RGB")
    shown = shown.resize((WIDTH, round(shown.height * WIDTH / shown.width)))
    page = Image.new("RGB", (WIDTH + 2 * MARGIN, shown.height), "white")
    page.paste(shown, (MARGIN, 0))
    pen = ImageDraw.Draw(page)
    type_ = ImageFont.truetype(FONT, LETTERS)
    free_from = {"left": 0.0, "right": 0.0}
    for number, (name, value) in enumerate(sorted(found.fields.items(), key=_from_the_top)):
        if value.box is None or value.page != 1:
            continue
        colour = COLOURS[number % len(COLOURS)]
        x0, y0, x1, y1 = _frame(value.box, shown.size)
        pen.rectangle((x0, y0, x1, y1), outline=colour, width=2)
        side = "left" if x0 + x1 < page.width else "right"
        top = max(free_from[side], (y0 + y1 - LETTERS) / 2 - 3)
        free_from[side] = top + LETTERS + 8
        label = f"{name} {value.confidence:.0%}"
        wide = pen.textlength(label, font=type_) + 8
        left = MARGIN - wide - 6 if side == "left" else MARGIN + WIDTH + 6
        middle = top + LETTERS / 2 + 3
        ends = (left + wide, x0) if side == "left" else (left, x1)
        pen.line(((ends[0], middle), (ends[1], (y0 + y1) / 2)), fill=colour, width=1)
        pen.rectangle((left, top, left + wide, top + LETTERS + 6), fill=colour)
        pen.text((left + 4, top + 2), label, fill="white", font=type_)
    return page, found


def _from_the_top(field: tuple[str, FieldReading]) -> float:
    return field[1].box[1] if field[1].box else 0.0


def _frame(box: Box, size: tuple[int, int]) -> Box:
    x0, y0, x1, y1 = box
    wide, high = size
    return x0 * wide - 2 + MARGIN, y0 * high - 2, x1 * wide + 2 + MARGIN, y1 * high + 2


if __name__ == "__main__":
    # The product's settings are read where they are needed; nothing here touches a database.
    raise SystemExit(main())
