"""The demo's papers, drawn here: sound ones, and one for each kind of doubt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO

import pikepdf
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from zohodocs.domain.money import rounded
from zohodocs.posting.fonts import lettering


@dataclass(frozen=True, slots=True)
class Party:
    """A company as it is printed."""

    name: str
    street: str
    city: str
    vat: str = ""
    iban: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """The labels of one language."""

    title: str
    number: str
    date: str
    due: str
    bill_to: str
    columns: tuple[str, str, str, str]
    net: str
    tax: str
    total: str
    vat: str
    decimal: str = ","
    thousands: str = "."


GERMAN = Words(
    "Rechnung",
    "Rechnungsnummer",
    "Rechnungsdatum",
    "Fällig am",
    "Rechnung an",
    ("Beschreibung", "Menge", "Einzelpreis", "Betrag"),
    "Nettobetrag",
    "USt.",
    "Gesamtbetrag",
    "USt-IdNr.",
)
POLISH = Words(
    "Faktura VAT",
    "Numer faktury",
    "Data wystawienia",
    "Termin płatności",
    "Nabywca",
    ("Nazwa", "Ilość", "Cena netto", "Wartość netto"),
    "Razem netto",
    "VAT",
    "Do zapłaty",
    "NIP",
    thousands=" ",
)
ENGLISH = Words(
    "Invoice",
    "Invoice number",
    "Invoice date",
    "Due date",
    "Bill to",
    ("Description", "Qty", "Unit price", "Amount"),
    "Subtotal",
    "VAT",
    "Total",
    "VAT no.",
    decimal=".",
    thousands=",",
)


@dataclass(frozen=True, slots=True)
class Paper:
    """One invoice; `total` overrides the sum, for a paper that does not add up."""

    words: Words
    supplier: Party
    buyer: Party
    number: str
    date: str
    due: str
    lines: Sequence[tuple[str, int, Decimal]]
    rate: Decimal
    currency: str
    title: str = ""
    total: Decimal | None = None
    colour: str = "#1f4e8c"

    @property
    def net(self) -> Decimal:
        """The sum of the lines."""
        return sum((quantity * price for _, quantity, price in self.lines), Decimal(0))

    @property
    def tax(self) -> Decimal:
        """The tax on it."""
        return rounded(self.net * self.rate / 100, self.currency)


def amount(value: Decimal, words: Words, currency: str = "") -> str:
    """`1.121,69 €` as the language writes it."""
    plain = f"{value:,.2f}"
    swapped = plain.translate({ord(","): words.thousands, ord("."): words.decimal})
    return f"{swapped} {currency}".strip()


def draw(paper: Paper) -> bytes:
    """The paper as a PDF with a text layer."""
    font = lettering()
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=True)
    canvas.setTitle(paper.number)
    for size, colour, x, y, text, align in _marks(paper):
        canvas.setFont(font.name, size)
        canvas.setFillColor(HexColor(colour))
        place = canvas.drawRightString if align == "right" else canvas.drawString
        place(x, A4[1] - y, font.written(text))
    canvas.setStrokeColor(HexColor(paper.colour))
    canvas.setLineWidth(1)
    for y in (300, 322 + 22 * len(paper.lines)):
        canvas.line(56, A4[1] - y, 540, A4[1] - y)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


Mark = tuple[float, str, float, float, str, str]
_INK, _SOFT = "#1c2430", "#5d6b7e"


def _marks(paper: Paper) -> Iterator[Mark]:
    words, supplier, buyer = paper.words, paper.supplier, paper.buyer
    yield 22, paper.colour, 56, 80, paper.title or words.title, "left"
    for offset, text in enumerate((supplier.name, supplier.street, supplier.city)):
        yield 12 if offset == 0 else 9, _INK, 540, 74 + 15 * offset, text, "right"
    if supplier.vat:
        yield 9, _SOFT, 540, 119, f"{words.vat} {supplier.vat}", "right"
    yield 9, _SOFT, 56, 140, words.bill_to, "left"
    for offset, text in enumerate((buyer.name, buyer.street, buyer.city)):
        yield 10, _INK, 56, 155 + 14 * offset, text, "left"
    if buyer.vat:
        yield 9, _SOFT, 56, 199, f"{words.vat} {buyer.vat}", "left"
    facts = ((words.number, paper.number), (words.date, paper.date), (words.due, paper.due))
    for offset, (label, value) in enumerate(facts):
        if value:
            yield 9, _SOFT, 340, 155 + 18 * offset, f"{label}:", "left"
            yield 10, _INK, 540, 155 + 18 * offset, value, "right"
    yield from _table(paper)
    if supplier.iban:
        grouped = " ".join(supplier.iban[i : i + 4] for i in range(0, len(supplier.iban), 4))
        yield 9, _SOFT, 56, 790, f"IBAN: {grouped}", "left"


def _table(paper: Paper) -> Iterator[Mark]:
    words = paper.words
    for x, text, align in zip(
        (56, 360, 450, 540), words.columns, ("left", "right", "right", "right"), strict=True
    ):
        yield 9, _SOFT, x, 290, text, align
    y = 318.0
    for description, quantity, price in paper.lines:
        yield 10, _INK, 56, y, description, "left"
        yield 10, _INK, 360, y, str(quantity), "right"
        yield 10, _INK, 450, y, amount(price, words), "right"
        yield 10, _INK, 540, y, amount(quantity * price, words), "right"
        y += 22
    total = paper.total if paper.total is not None else paper.net + paper.tax
    rate = f"{paper.rate.normalize():f}"
    for size, label, value in (
        (10, words.net, paper.net),
        (10, f"{words.tax} {rate} %", paper.tax),
        (12, words.total, total),
    ):
        y += 20
        yield size, _INK, 360, y, label, "left"
        yield size, _INK, 540, y, amount(value, words, paper.currency), "right"


def photographed() -> bytes:
    """A till receipt as a picture without text."""
    picture = Image.new("RGB", (600, 800), "#f4f1ea")
    pen = ImageDraw.Draw(picture)
    font = ImageFont.load_default(size=28)
    for row, text in enumerate(
        (
            "CAFE ALSTERBLICK",
            "",
            "2 Kaffee      7,60",
            "1 Kuchen      4,20",
            "",
            "SUMME EUR    11,80",
        )
    ):
        pen.text((80, 90 + 60 * row), text, fill="#222222", font=font)
    buffer = BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def locked(content: bytes) -> bytes:
    """The same PDF behind a password; the same bytes each time, so that it arrives once."""
    buffer = BytesIO()
    # A newer cipher draws a new start at every writing.
    weak = pikepdf.Encryption(user="open", owner="sesame", R=3, aes=False, metadata=False)
    with pikepdf.open(BytesIO(content)) as pdf:
        pdf.save(buffer, encryption=weak, static_id=True)
    return buffer.getvalue()
