"""Papers that are not to be posted and look otherwise: statements, contracts, reminders."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from random import Random

from .blocks import footer, head
from .paper import Paper
from .printing import Press
from .sheet import Sheet

_KEPT = ("supplier_name", "supplier_address", "supplier_country", "buyer_name", "buyer_address",
         "supplier_tax_id", "buyer_tax_id", "issue_date")  # fmt: skip  # names to be skimmed


def print_letter(rng: Random, paper: Paper) -> tuple[list[Sheet], dict[str, str]]:
    """The sheets and what they truly say."""
    press = Press(
        rng,
        paper,
        size=rng.choice((8.0, 9.0, 10.0, 11.0)),
        colon=rng.choice((":", "", " :")),
        labels_bold=rng.random() < 0.3,
    )
    y = head(press)
    label = press.label("issue_date")
    y = press.pair(label, paper.day(paper.issued), press.left, y + 6)
    press.truth["issue_date"] = paper.issued.isoformat()
    if paper.subject == "contract":
        _clauses(press, y + 14)
    else:
        y = _postings(press, y + 14)
    footer(press)
    truth = {name: value for name, value in press.truth.items() if name in _KEPT}
    truth["document_type"] = paper.kind
    return press.sheets, truth


def _clauses(press: Press, y: float) -> None:
    """Numbered paragraphs."""
    rng, paper = press.rng, press.paper
    for number in range(1, rng.randint(5, 22)):
        if y > 720:
            y = press.new_sheet()
        text = paper.speech.some(rng, "clauses").format(money=paper.money(paper.items[0].price))
        mark = rng.choice((f"§ {number} ", f"{number}. ", ""))
        for _ in range(rng.randint(1, 3)):
            y = press.sheet.put(press.left, y, mark + text, size=press.size)
            mark, text = "", paper.speech.some(rng, "clauses").format(money="100")
        y += press.size * 0.8


def _postings(press: Press, y: float) -> float:
    """The open invoices of a statement or a reminder, and what they come to."""
    rng, paper = press.rng, press.paper
    if paper.subject == "reminder":
        y = press.sheet.put(press.left, y, paper.speech.some(rng, "prose"), size=press.size)
    stops = (press.left, press.left + 90, press.left + 260, press.right)
    names = ("date", "code", "description", "line_total")
    for stop, name in zip(stops, names, strict=True):
        align = "right" if stop == press.right else "left"
        text = paper.speech.column(rng, name)[:16]
        press.sheet.put(stop, y, text, size=press.size, bold=True, align=align)
    y += 1.7 * press.size
    balance = Decimal(0)
    count = rng.randint(1, 3) if paper.subject == "reminder" else rng.randint(2, 16)
    for index in range(count):
        day = paper.issued - timedelta(days=rng.randint(3, 90))
        amount = Decimal(rng.randint(1000, 500000)) / 100 * rng.choice((1, 1, 1, -1))
        balance += amount
        text = rng.choice(paper.speech.titles_of_others["references"])
        cells = (paper.day(day), f"{rng.randint(1000, 99999)}", f"{text} {index + 11}")
        for stop, cell in zip(stops, cells, strict=False):
            press.sheet.put(stop, y, cell, size=press.size)
        y = press.sheet.put(stops[3], y, paper.money(amount), size=press.size, align="right")
    label = press.label(rng.choice(("amount_due", "gross_total")))
    press.sheet.put(stops[2], y + 6, label, size=press.size, bold=True)
    return press.sheet.put(stops[3], y + 6, paper.money(balance), size=press.size, align="right")
