"""PDFs made for the tests: what is printed where is known to the point."""

import io
from collections.abc import Callable, Iterable

import pikepdf
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

Print = tuple[float, float, str]


def paper(*pages: Iterable[Print], size: tuple[float, float] = A4, font_size: float = 12) -> bytes:
    """A PDF with these texts, each at x, y from the bottom left."""
    return drawing(
        *(lambda canvas, prints=prints: _print(canvas, prints, font_size) for prints in pages),
        size=size,
    )


def drawing(*pages: Callable[[Canvas], None], size: tuple[float, float] = A4) -> bytes:
    """A PDF whose pages are drawn by these functions."""
    written = io.BytesIO()
    canvas = Canvas(written, pagesize=size, invariant=True)
    for draw in pages:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return written.getvalue()


def changed(content: bytes, change: Callable[[pikepdf.Pdf], None]) -> bytes:
    """The PDF after `change`."""
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        change(pdf)
        pdf.save(written)
    return written.getvalue()


def with_attachment(content: bytes, name: str, attached: bytes) -> bytes:
    """The PDF with a file attached under `name`."""

    def attach(pdf: pikepdf.Pdf) -> None:
        pdf.attachments[name] = attached

    return changed(content, attach)


def locked(content: bytes, *, password: str) -> bytes:
    """The PDF, encrypted; an empty password opens everywhere."""
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        pdf.save(written, encryption=pikepdf.Encryption(owner="owner", user=password, R=6))
    return written.getvalue()


def _print(canvas: Canvas, prints: Iterable[Print], font_size: float) -> None:
    canvas.setFont("Helvetica", font_size)
    for x, y, text in prints:
        canvas.drawString(x, y, text)
