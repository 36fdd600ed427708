"""Invoices, credit notes and proformas on A4 (and quotes, orders: the same without an invoice)."""

from __future__ import annotations

from random import Random

from .blocks import bank, footer, head, items, meta, totals
from .paper import Paper
from .printing import Press, cents
from .sheet import Sheet


def print_invoice(rng: Random, paper: Paper) -> tuple[list[Sheet], dict[str, str]]:
    """The sheets and what they truly say."""
    press = Press(
        rng,
        paper,
        size=rng.choice((7.5, 8.0, 9.0, 9.0, 10.0, 11.0)),
        left=rng.choice((36.0, 50.0, 62.0)),
        right=rng.choice((540.0, 555.0, 530.0)),
        colon=rng.choice((":", ":", "", " :")),
        labels_bold=rng.random() < 0.3,
    )
    y = head(press)
    y = meta(press, y)
    if rng.random() < 0.4:
        y = press.sheet.put(press.left, y + 4, paper.speech.some(rng, "prose"), size=press.size)
    y = items(press, y + rng.choice((8.0, 16.0, 26.0)))
    y = totals(press, y + rng.choice((6.0, 12.0, 20.0)))
    y = bank(press, y + rng.choice((10.0, 20.0, 34.0)))
    for _ in range(rng.randint(0, 3)):
        y = press.sheet.put(press.left, y, paper.speech.some(rng, "prose"), size=press.size)
    footer(press)
    press.truth["document_type"] = paper.kind
    if paper.kind == "other":
        # What a quote or an order says of money is no claim: the truth is silent on it.
        for name in ("gross_total", "net_total", "tax_total", "amount_due", "invoice_number"):
            press.truth.pop(name, None)
    elif "gross_total" in press.truth:
        press.truth["currency"] = paper.currency
        if "amount_due" in press.truth and paper.sums.prepaid:
            press.truth["amount_due"] = cents(paper.sums.due)
    return press.sheets, press.truth
