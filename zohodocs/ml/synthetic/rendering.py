"""Papers as files: PDF, or a picture as a scanner or a telephone would have taken it."""

from __future__ import annotations

import io
import json
from functools import lru_cache
from pathlib import Path
from random import Random

import pypdfium2
from PIL import Image, ImageFilter
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from .generating import Sample

_FONTS = (
    ("/usr/share/fonts/truetype/liberation", "LiberationSans-Regular", "LiberationSans-Bold"),
    ("/usr/share/fonts/truetype/dejavu", "DejaVuSans", "DejaVuSans-Bold"),
)
_DOTS = 150 / 72


def write(sample: Sample, folder: Path) -> Path:
    """`NAME.pdf`, or `NAME.jpg` for a scan, with `NAME.truth.json` beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    content = pdf(sample)
    path = folder / f"{sample.name}.pdf"
    if sample.scan and len(sample.sheets) == 1:
        path = path.with_suffix(".jpg")
        content = picture(sample, content)
    path.write_bytes(content)
    truth = {
        "source": folder.name,
        "kind": "scan" if path.suffix == ".jpg" else "digital_pdf",
        "language": sample.language,
        "fields": dict(sample.fields),
        "line_items": None,
    }
    beside = folder / f"{sample.name}.truth.json"
    beside.write_text(json.dumps(truth, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def pdf(sample: Sample) -> bytes:
    """The paper in print."""
    regular, bold = fonts()
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    for sheet in sample.sheets:
        canvas.setPageSize((sheet.width, sheet.height))
        for run in sheet.runs:
            font = bold if run.bold else regular
            wide = pdfmetrics.stringWidth(run.text, font, run.size)
            text = canvas.beginText(run.x, sheet.height - run.baseline)
            text.setFont(font, run.size)
            # Set to the width that the layout reckoned with, whatever the font of this machine.
            text.setHorizScale(100.0 * run.width / wide if wide else 100.0)
            text.textOut(run.text)
            canvas.drawText(text)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def picture(sample: Sample, content: bytes) -> bytes:
    """The first page as a picture: a little askew, unsharp and grey."""
    # The same paper is damaged the same way every time.
    rng = Random(sample.name)  # noqa: S311 - reproducible on purpose
    document = pypdfium2.PdfDocument(content)
    try:
        image = document[0].render(scale=_DOTS).to_pil().convert("L")
    finally:
        document.close()
    paper = rng.randint(225, 255)
    image = image.point(lambda level: int(level * paper / 255))
    image = image.rotate(rng.uniform(-1.5, 1.5), resample=Image.Resampling.BICUBIC, fillcolor=paper)
    image = image.filter(ImageFilter.GaussianBlur(rng.choice((0.0, 0.4, 0.8))))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=rng.choice((55, 75, 90)))
    return out.getvalue()


@lru_cache(maxsize=1)
def fonts() -> tuple[str, str]:
    """Regular and bold faces with Latin, Polish and Cyrillic letters, of those found here."""
    for folder, *names in _FONTS:
        paths = [Path(folder) / f"{name}.ttf" for name in names]
        if all(path.exists() for path in paths):
            for name, path in zip(names, paths, strict=True):
                pdfmetrics.registerFont(TTFont(name, str(path)))
            return names[0], names[1]
    return "Helvetica", "Helvetica-Bold"
