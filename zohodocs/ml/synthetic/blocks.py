"""The parts of an invoice on A4: head, data, table, totals, bank, foot; each in several ways."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from .paper import number_text
from .printing import Press, cents
from .sheet import width_of

_BOTTOM = 740.0


def head(press: Press) -> float:
    """Who sends it to whom."""
    style = press.rng.choice((_labelled, _labelled, _letterhead, _letterhead, _window, _brand_only))
    return style(press)


def _title(press: Press, y: float) -> float:
    paper, rng = press.paper, press.rng
    title = paper.speech.title(rng, paper.kind, paper.subject)
    place = rng.choice(("left", "right", "centre"))
    x = {"left": press.left, "right": press.right, "centre": 297.0}[place]
    size = press.size * rng.choice((1.0, 1.4, 1.8, 2.4))
    if rng.random() < 0.12 and paper.number:
        title = f"{title} {paper.number}"
        press.truth["invoice_number"] = paper.number
    return press.sheet.put(x, y, title, size=size, bold=rng.random() < 0.7, align=place) + 4


def _labelled(press: Press) -> float:
    """Both parties under labels, beside or under each other."""
    rng, paper = press.rng, press.paper
    y = press.rng.choice((36.0, 50.0, 70.0))
    if rng.random() < 0.5:
        y = _title(press, y)
        titled = True
    else:
        titled = False
    parties = [("supplier", paper.supplier), ("buyer", paper.buyer)]
    if rng.random() < 0.2:
        parties.reverse()
    middle = rng.choice((290.0, 320.0, 350.0))
    beside = rng.random() < 0.7
    ends: list[float] = []
    top = y + 10
    for index, (role, who) in enumerate(parties):
        x = press.left if not (beside and index) else middle
        here = top if beside or not index else ends[-1] + 10
        here = press.sheet.put(x, here, press.label(role), size=press.size, bold=True)
        here = press.party(role, who, x, here, bold=rng.random() < 0.3, country=rng.random() < 0.3)
        if rng.random() < (0.8 if role == "supplier" else 0.5):
            here = press.sheet.put(x, here, press.tax_id(role, who), size=press.size)
        if rng.random() < 0.4:
            here = press.sheet.put(x, here, rng.choice((who.phone, who.email)), size=press.size)
        ends.append(here)
    y = max(ends) + 12
    return y if titled else _title(press, y)


def _letterhead(press: Press) -> float:
    """The supplier at the head without a label, the buyer below."""
    rng, paper = press.rng, press.paper
    place = rng.choice(("left", "right", "centre"))
    x = {"left": press.left, "right": press.right, "centre": 297.0}[place]
    who = paper.supplier
    y = rng.choice((30.0, 44.0))
    if rng.random() < 0.2:
        y = _title(press, y)
    y = press.party("supplier", who, x, y, align=place, bold=rng.random() < 0.7)
    extras: list[Callable[[], str]] = [
        lambda: who.phone,
        lambda: f"E-Mail: {who.email}",
        lambda: who.web,
        lambda: press.tax_id("supplier", who),
    ]
    for extra in rng.sample(extras, rng.randint(0, 4)):
        y = press.sheet.put(x, y, extra(), size=press.size, align=place)
    y = _title(press, y + 14)
    return _buyer(press, y + 8)


def _buyer(press: Press, y: float) -> float:
    rng, who = press.rng, press.paper.buyer
    if rng.random() < 0.7:
        y = press.sheet.put(
            press.left, y, press.label("buyer"), size=press.size, bold=press.labels_bold
        )
    y = press.party("buyer", who, press.left, y, country=rng.random() < 0.2)
    if rng.random() < 0.35:
        y = press.sheet.put(press.left, y, press.tax_id("buyer", who), size=press.size)
    return y + 12


def _window(press: Press) -> float:
    """A letter: the sender in one small line over the address, details to the right."""
    rng, paper = press.rng, press.paper
    who = paper.supplier
    if rng.random() < 0.6:
        press.sheet.put(
            press.right, 34, who.brand, size=press.size * rng.choice((1.6, 2.4)), align="right"
        )
    mark = rng.choice((" · ", " • ", ", ", " - ", " | "))
    sender = mark.join((who.name, *who.address))
    press.sheet.put(press.left, 118, sender, size=6.5)
    press.named("supplier", who)
    press.addressed("supplier", who)
    press.party("buyer", paper.buyer, press.left, 134, size=10.0)
    y = 130.0
    for text in (who.phone, who.email, press.tax_id("supplier", who)):
        if rng.random() < 0.6:
            y = press.sheet.put(press.right - 150, y, text, size=press.size)
        elif text.endswith(who.tax_id):
            press.truth.pop("supplier_tax_id", None)
    return _title(press, 230.0)


def _brand_only(press: Press) -> float:
    """A big name at the head; the address only in the foot."""
    rng, paper = press.rng, press.paper
    who = paper.supplier
    place = rng.choice(("left", "right"))
    x = {"left": press.left, "right": press.right}[place]
    printed = who.brand if rng.random() < 0.5 else who.name
    y = press.sheet.put(
        x, 36, printed, size=press.size * rng.choice((1.5, 2.0, 2.6)), bold=True, align=place
    )
    press.named("supplier", who)
    press.truth["_foot"] = "address"
    y = _title(press, y + 30)
    return _buyer(press, y + 6)


def meta(press: Press, y: float) -> float:
    """Number, dates and what else stands beside them."""
    rng, paper = press.rng, press.paper
    rows: list[tuple[str, str, str]] = []
    if "invoice_number" not in press.truth or rng.random() < 0.2:
        rows.append(("invoice_number", press.label("invoice_number"), paper.number))
    rows.append(("issue_date", press.label("issue_date"), paper.day(paper.issued)))
    if rng.random() < 0.55:
        rows.append(("due_date", press.label("due_date"), paper.day(paper.due)))
    if rng.random() < 0.3:
        rows.append(("delivery_date", press.label("delivery_date"), paper.day(paper.delivered)))
    for name, value in paper.decoys.items():
        if rng.random() < 0.3:
            rows.append(("", press.label(name), value))
    if rng.random() < 0.25:
        # An invoice may name the order, contract or note that it follows from.
        others = paper.speech.titles_of_others
        word = rng.choice(others[rng.choice(("order", "contract", "delivery_note", "quote"))])
        rows.append(("", f"{word}{press.colon}", str(rng.randint(1000, 9999999))))
    if rng.random() < 0.2:
        rows.append(("", press.label("other_date"), paper.day(paper.delivered)))
    if rng.random() < 0.3:
        rng.shuffle(rows)
    truths = {
        "invoice_number": paper.number,
        "issue_date": paper.issued.isoformat(),
        "due_date": paper.due.isoformat(),
        "delivery_date": paper.delivered.isoformat(),
    }
    press.truth.update({name: truths[name] for name, _, _ in rows if name})
    if rng.random() < 0.05:
        # A lone date without any label, as letters have it.
        town = paper.supplier.address[-1].split()[-1]
        rows = [row for row in rows if row[0] != "issue_date"]
        press.sheet.put(
            press.right, y, f"{town}, {paper.day(paper.issued)}", size=press.size, align="right"
        )
        y += 14
    return rng.choice((_pairs, _pairs, _columns, _stacked))(press, y, rows)


def _pairs(press: Press, y: float, rows: list[tuple[str, str, str]]) -> float:
    x = press.rng.choice((press.left, press.left, 330.0, 360.0))
    gap = press.rng.choice((None, 70.0, 110.0))
    for _, label, value in rows:
        y = press.pair(label, value, x, y, gap=gap)
    return y


def _columns(press: Press, y: float, rows: list[tuple[str, str, str]]) -> float:
    step = (press.right - press.left) / max(len(rows), 3)
    if step < 80:
        return _pairs(press, y, rows)
    for index, (_, label, value) in enumerate(rows):
        x = press.left + index * step
        press.sheet.put(x, y, label, size=press.size, bold=press.labels_bold)
        press.sheet.put(x, y + 1.5 * press.size, value, size=press.size)
    return y + 3.2 * press.size


def _stacked(press: Press, y: float, rows: list[tuple[str, str, str]]) -> float:
    x = press.rng.choice((press.left, 400.0))
    for _, label, value in rows:
        y = press.sheet.put(x, y, label, size=press.size - 1, bold=press.labels_bold)
        y = press.sheet.put(x, y, value, size=press.size) + 3
    return y


def items(press: Press, y: float) -> float:
    """The table of lines, with a heading mostly."""
    rng, paper = press.rng, press.paper
    names = ["description", "quantity", "unit_price", "line_total"]
    for extra, share, at in (("code", 0.3, 0), ("tax_rate", 0.35, -1), ("position", 0.4, 0)):
        if rng.random() < share:
            names.insert(at if at >= 0 else len(names) - 1, extra)
    if rng.random() < 0.15:
        names.remove("unit_price")
    if paper.subject == "delivery_note":
        names = [n for n in names if n not in ("unit_price", "line_total", "tax_rate")]
    narrow = 62.0
    edges: dict[str, tuple[float, str]] = {}
    x = press.left
    at = names.index("description")
    for name in names[:at]:
        edges[name] = (x, "left")
        x += 26 if name == "position" else narrow
    edges["description"] = (x, "left")
    back = press.right
    for name in reversed(names[at + 1 :]):
        edges[name] = (back, "right")
        back -= narrow if name != "tax_rate" else 44
    if rng.random() < 0.95:
        for name, (edge, align) in edges.items():
            text = paper.speech.column(rng, name)[:16]
            press.sheet.put(edge, y, text, size=press.size, bold=press.labels_bold, align=align)
        y += 1.7 * press.size
    cash = rng.random() < 0.3
    for index, item in enumerate(paper.items, 1):
        if y > _BOTTOM:
            y = press.new_sheet()
        cells = {
            "position": str(index),
            "code": item.code,
            "description": item.text,
            "quantity": f"{item.quantity:f}".replace(".", paper.decimal_mark),
            "unit_price": paper.money(item.price, bare=not cash),
            "line_total": paper.money(item.total, bare=not cash),
            "tax_rate": f"{item.rate:f}".replace(".", paper.decimal_mark) + "%",
        }
        for name, (edge, align) in edges.items():
            press.sheet.put(edge, y, cells[name], size=press.size, align=align)
        y += 1.35 * press.size
    return y


def totals(press: Press, y: float) -> float:
    """Net, tax, gross; what else takes part in the sum."""
    rng, paper = press.rng, press.paper
    sums = paper.sums
    if paper.subject == "delivery_note":
        return y
    sign = -1 if paper.kind == "credit_note" and rng.random() < 0.25 else 1
    rows: list[tuple[str, str, Decimal]] = []
    taxed = sums.tax != 0
    if taxed or rng.random() < 0.4:
        rows.append(("net_total", press.label("net_total"), sums.net))
    if len(sums.rates) > 1 and rng.random() < 0.6:
        for rate, _, tax in sums.rates:
            shown = f"{rate:f}".replace(".", paper.decimal_mark)
            rows.append(("", f"{press.label('tax_total').rstrip(': ')} {shown}%", tax))
        if rng.random() < 0.5:
            rows.append(("tax_total", press.label("tax_total"), sums.tax))
        else:
            press.truth["tax_total"] = cents(sums.tax * sign)
    elif taxed:
        label = press.label("tax_total")
        if rng.random() < 0.5:
            shown = number_text(sums.rates[0][0], paper.decimal_mark, "").rstrip("0").rstrip(".,")
            label = f"{label.rstrip(': ')} {shown} %"
        rows.append(("tax_total", label, sums.tax))
    rows.append(("gross_total", press.label("gross_total"), sums.gross))
    if sums.prepaid:
        rows.append(("", press.label("prepaid"), -sums.prepaid))
    if sums.prepaid or rng.random() < 0.12:
        rows.append(("amount_due", press.label("amount_due"), sums.due))
    if y + 16 * len(rows) > _BOTTOM + 20:
        y = press.new_sheet()
    for name, _, value in rows:
        if name:
            press.truth[name] = cents(value * sign)
    bare = rng.random() < 0.3 and any(f != "{}" for f in (paper.money_format,))
    if rng.random() < 0.1 and len(rows) <= 4:
        return _totals_in_a_row(press, y, rows, sign)
    edge = rng.choice((press.right, press.right, 480.0))
    start = rng.choice((edge - 190, edge - 150, press.left))
    last_bold = rng.random() < 0.5
    for index, (name, label, value) in enumerate(rows):
        bold = last_bold and name in ("gross_total", "amount_due")
        size = press.size * (1.25 if bold and rng.random() < 0.5 else 1.0)
        press.sheet.put(start, y, label, size=size, bold=bold)
        text = paper.money(value * sign, bare=bare and index < len(rows) - 1)
        gap = start + width_of(label, size, bold=bold) + 8
        wide = width_of(text, size, bold=bold)
        press.sheet.put(max(edge, gap + wide), y, text, size=size, bold=bold, align="right")
        y += 1.5 * size
    return y


def _totals_in_a_row(
    press: Press, y: float, rows: list[tuple[str, str, Decimal]], sign: int
) -> float:
    step = (press.right - press.left) / len(rows)
    for index, (_, label, value) in enumerate(rows):
        x = press.left + index * step
        press.sheet.put(x, y, label[:24], size=press.size, bold=press.labels_bold)
        press.sheet.put(x, y + 1.5 * press.size, press.paper.money(value * sign), size=press.size)
    return y + 3.2 * press.size


def bank(press: Press, y: float) -> float:
    """How and until when to pay."""
    rng, paper = press.rng, press.paper
    who = paper.supplier
    if paper.subject in ("delivery_note", "order", "quote"):
        return y
    if "due_date" not in press.truth and rng.random() < 0.3:
        text = f"{press.label('due_date').rstrip(': ')} {paper.day(paper.due)}"
        y = press.sheet.put(press.left, y, text, size=press.size)
        press.truth["due_date"] = paper.due.isoformat()
    if who.iban and rng.random() < 0.6:
        y = press.sheet.put(press.left, y, f"IBAN: {who.iban}", size=press.size)
        press.truth["iban"] = who.iban.replace(" ", "")
        if rng.random() < 0.6:
            y = press.sheet.put(press.left, y, f"BIC: {who.bic}", size=press.size)
        if rng.random() < 0.25:
            label = press.label("bank_holder")
            y = press.sheet.put(press.left, y, f"{label} {who.name}", size=press.size)
    return y


def footer(press: Press) -> None:
    """Small print at the foot of the first page."""
    rng, who, sheet = press.rng, press.paper.supplier, press.sheets[0]
    forced = press.truth.pop("_foot", "")
    if not forced and rng.random() > 0.5:
        return
    parts = [who.name, *who.address]
    if forced or rng.random() < 0.6:
        press.addressed("supplier", who)
    else:
        parts = [who.name]
    rest = [who.phone, who.web, who.company_id]
    if "supplier_tax_id" not in press.truth and rng.random() < 0.7:
        rest.append(press.tax_id("supplier", who))
    if rng.random() < 0.5:
        text = rng.choice((" · ", " | ", ", ", " - ")).join((*parts, *rest[:2], *rest[3:]))
        sheet.put(297, 800, text, size=6.5, align="centre")
        return
    for column, texts in enumerate((parts, rest)):
        y = 780.0
        for text in texts:
            y = sheet.put(press.left + column * 180, y, text, size=6.5)
