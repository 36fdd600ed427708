"""Papers the tests hand in: PDFs drawn here, so that nothing of the corpus is copied."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

Line = tuple[float, float, str]  # x and y in points from the top left

BECKER: tuple[Line, ...] = (
    (400, 60, "Becker Bürotechnik GmbH"),
    (400, 74, "Lindenallee 7"),
    (400, 86, "50667 Köln"),
    (50, 90, "Nordlicht GmbH"),
    (50, 104, "Hafenstraße 1"),
    (50, 116, "20457 Hamburg"),
    (50, 130, "USt-IdNr. des Kunden: DE136695976"),
    (50, 170, "RECHNUNG"),
    (50, 195, "Rechnungsnummer:"),
    (180, 195, "RG-2024-0334"),
    (50, 210, "Rechnungsdatum:"),
    (180, 210, "18.04.2024"),
    (50, 225, "Fällig am:"),
    (180, 225, "02.05.2024"),
    (50, 270, "Beschreibung"),
    (300, 270, "Menge"),
    (370, 270, "Einzelpreis"),
    (480, 270, "Betrag"),
    (50, 290, "Bürostuhl ergonomisch"),
    (310, 290, "4"),
    (375, 290, "189,90 €"),
    (480, 290, "759,60 €"),
    (50, 305, "Schreibtischlampe LED"),
    (310, 305, "4"),
    (375, 305, "39,50 €"),
    (480, 305, "158,00 €"),
    (50, 320, "Lieferung"),
    (310, 320, "1"),
    (375, 320, "25,00 €"),
    (480, 320, "25,00 €"),
    (350, 360, "Nettobetrag"),
    (480, 360, "942,60 €"),
    (350, 375, "MwSt. 19 %"),
    (480, 375, "179,09 €"),
    (350, 390, "Gesamtbetrag"),
    (480, 390, "1.121,69 €"),
    (50, 780, "Becker Bürotechnik GmbH · Amtsgericht Köln HRB 12345 · USt-IdNr. DE811907980"),
)


def pdf(*pages: Sequence[Line]) -> bytes:
    """A PDF with these lines of text on each page."""
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=True)
    for lines in pages:
        canvas.setFont("Helvetica", 10)
        for x, y, text in lines:
            canvas.drawString(x, A4[1] - y, text)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def invoice_pdf(**replaced: str) -> bytes:
    """Becker's invoice; `replaced` maps a printed text (spaces as `_`) to another one."""
    texts = {key.replace("_", " "): value for key, value in replaced.items()}
    return pdf([(x, y, texts.get(text, text)) for x, y, text in BECKER])
