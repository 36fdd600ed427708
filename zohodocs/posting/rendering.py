"""A PDF of an e-invoice that has no page: what a person needs first, then every value of the file.

The original is embedded, so that nothing is lost even where a font lacks a letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from io import BytesIO
from itertools import islice
from xml.sax.saxutils import escape

import pikepdf
from lxml import etree
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from zohodocs.domain.invoice import Invoice

from .fonts import Lettering, lettering

_TITLES = {"invoice": "Invoice", "credit_note": "Credit note", "receipt": "Receipt"}
_WIDTH = A4[0] - 36 * mm
# A cell must fit on one page; longer values go on in the next row.
_CELL_LIMIT = 1500
# A table is laid out as a whole, so a long one is many.
_TABLE_ROWS = 200
_MOST_VALUES = 4000
# A file inside the file: nobody reads it here.
_EMBEDDED = re.compile(r"(?:[A-Za-z0-9+/]{60,} )*[A-Za-z0-9+/]+={0,2}")
_EMBEDDED_FROM = 2000
_GREY = colors.HexColor("#5b6470")
_RULE = colors.HexColor("#d5d9de")

Rows = Sequence[Sequence[str]]


def render(invoice: Invoice, *, xml: bytes, filename: str = "invoice.xml") -> bytes:
    """The pages, with the original inside."""
    out = BytesIO()
    title = f"{_TITLES.get(invoice.document_type, 'Document')} {invoice.invoice_number}".strip()
    paper = _Paper(lettering())
    SimpleDocTemplate(
        out,
        pagesize=A4,
        title=title,
        author=invoice.supplier_name,
        invariant=True,
        leftMargin=18 * mm,
        rightMargin=18 * mm,
        topMargin=16 * mm,
        bottomMargin=16 * mm,
    ).build(list(_story(paper, invoice, title, xml)))
    return _with_original(out.getvalue(), xml, filename)


def _story(paper: _Paper, invoice: Invoice, title: str, xml: bytes) -> Iterator[Flowable]:
    yield paper.text(title, paper.heading)
    yield paper.text("Rendered from an electronic invoice; the original is inside.", paper.small)
    yield paper.table(_head(invoice), (0.25, 0.75))
    if invoice.line_items:
        yield paper.text("Lines", paper.heading_two)
        yield paper.table(
            [("Description", "Quantity", "Price", "Tax", "Total")]
            + [
                (
                    line.description,
                    _number(line.quantity),
                    _number(line.unit_price),
                    f"{_number(line.tax_rate)} %" if line.tax_rate is not None else "",
                    _number(line.line_total),
                )
                for line in invoice.line_items
            ],
            (0.52, 0.12, 0.12, 0.09, 0.15),
        )
    if invoice.tax_lines:
        yield paper.text("Tax", paper.heading_two)
        yield paper.table(
            [("Rate", "Category", "Base", "Tax")]
            + [
                (f"{_number(tax.rate)} %", tax.category, _number(tax.base), _number(tax.tax))
                for tax in invoice.tax_lines
            ],
            (0.25, 0.25, 0.25, 0.25),
        )
    yield paper.text("Every value of the electronic invoice", paper.heading_two)
    values = list(islice(values_of(xml), _MOST_VALUES + 1))
    for start in range(0, min(len(values), _MOST_VALUES), _TABLE_ROWS):
        yield paper.table(values[start : start + _TABLE_ROWS], (0.42, 0.58))
    if len(values) > _MOST_VALUES:
        yield paper.text("There is more than fits here; all of it is in the original.", paper.small)


def values_of(xml: bytes) -> Iterator[tuple[str, str]]:
    """(place, value) of everything the file says, in its order; its raw text if it is no XML."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError:
        yield "", xml.decode("utf-8", errors="replace")
        return
    yield from _values(root, "")


def _values(element: etree._Element, above: str) -> Iterator[tuple[str, str]]:
    name = str(etree.QName(element).localname)
    place = f"{above} › {name}" if above else name
    marks = ", ".join(
        f"{etree.QName(str(key)).localname} {mark!s}" for key, mark in element.items()
    )
    said = " ".join((element.text or "").split())
    if len(said) >= _EMBEDDED_FROM and _EMBEDDED.fullmatch(said):
        said = "(an embedded file, see the original)"
    if said or (marks and not len(element)):
        # The two names nearest to the value tell enough; the original has the whole path.
        yield " › ".join(place.split(" › ")[-2:]), f"{said} ({marks})" if marks else said
    for child in element.iterchildren(etree.Element):  # comments say nothing to a reader
        yield from _values(child, place)
        if tail := " ".join((child.tail or "").split()):
            yield name, tail


def _head(invoice: Invoice) -> Rows:
    currency = invoice.currency
    rows = (
        ("Number", invoice.invoice_number),
        ("Date", str(invoice.issue_date or "")),
        ("Due", str(invoice.due_date or "")),
        ("Delivery", str(invoice.delivery_date or "")),
        ("Seller", _joined(invoice.supplier_name, invoice.supplier_address)),
        ("Seller's VAT number", invoice.supplier_tax_id),
        ("Buyer", _joined(invoice.buyer_name, invoice.buyer_address)),
        ("Buyer's VAT number", invoice.buyer_tax_id),
        ("IBAN", invoice.iban),
        ("Payment terms", invoice.payment_terms),
        ("Net", _money(invoice.net_total, currency)),
        ("Tax", _money(invoice.tax_total, currency)),
        ("Total", _money(invoice.gross_total, currency)),
        ("Payable", _money(invoice.amount_due, currency)),
    )
    return [row for row in rows if row[1]]


def _joined(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


def _money(amount: Decimal | None, currency: str) -> str:
    return f"{_number(amount)} {currency}".strip() if amount is not None else ""


def _number(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:f}"


def _with_original(pdf: bytes, xml: bytes, filename: str) -> bytes:
    out = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as pages:
        name = filename if filename.lower().endswith(".xml") else f"{filename}.xml"
        pages.attachments[name] = pikepdf.AttachedFileSpec(
            pages,
            xml,
            filename=name,
            description="The electronic invoice as it arrived",
            mime_type="application/xml",
            creation_date="",
            mod_date="",
        )
        pages.save(out, deterministic_id=True)
    return out.getvalue()


class _Paper:
    """Styles in the one font."""

    def __init__(self, letters: Lettering) -> None:
        self._letters = letters
        self.body = ParagraphStyle("body", fontName=letters.name, fontSize=8.5, leading=11)
        self.small = ParagraphStyle("small", self.body, textColor=_GREY, spaceAfter=4 * mm)
        self.heading = ParagraphStyle("heading", self.body, fontSize=15, leading=19)
        self.heading_two = ParagraphStyle(
            "heading two", self.body, fontSize=11, leading=14, spaceBefore=5 * mm, spaceAfter=2 * mm
        )

    def text(self, words: str, style: ParagraphStyle) -> Paragraph:
        """Words as they are: nothing in them is markup."""
        marked = escape(self._letters.written(words)).replace("\n", "<br/>")
        return Paragraph(marked, style)

    def table(self, rows: Rows, shares: Sequence[float]) -> Flowable:
        """Rows over the whole width; a value too long for one cell goes on in the next row."""
        cells = [
            [self.text(part, self.body) for part in piece] for row in rows for piece in _split(row)
        ]
        if not cells:
            return Spacer(1, 1)
        table = Table(cells, colWidths=[share * _WIDTH for share in shares])
        table.setStyle(
            TableStyle(
                [
                    ("VALIGN", (0, 0), (-1, -1), "TOP"),
                    ("LINEBELOW", (0, 0), (-1, -1), 0.4, _RULE),
                    ("TOPPADDING", (0, 0), (-1, -1), 1.5),
                    ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
                    ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ]
            )
        )
        return table


def _split(row: Sequence[str]) -> Iterator[list[str]]:
    longest = max((len(part) for part in row), default=0)
    for start in range(0, max(longest, 1), _CELL_LIMIT):
        yield [part[start : start + _CELL_LIMIT] for part in row]
