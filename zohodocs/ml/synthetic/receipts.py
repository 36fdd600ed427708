"""Till receipts: narrow, centred, with cash and change."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from .paper import Paper, number_text
from .printing import cents
from .sheet import Sheet

_TITLED = 0.45


def print_receipt(rng: Random, paper: Paper) -> tuple[list[Sheet], dict[str, str]]:
    """The sheet and what it truly says."""
    return _Till(rng, paper).ring_up()


class _Till:
    """One receipt being printed."""

    def __init__(self, rng: Random, paper: Paper) -> None:
        self.rng = rng
        self.paper = paper
        self.width = rng.choice((204.0, 226.0, 260.0, 300.0))
        self.size = self.width / rng.choice((30.0, 34.0, 40.0))
        self.sheet = Sheet(self.width, 2000.0)
        self.left = self.width * rng.choice((0.03, 0.06, 0.1))
        self.right = self.width - self.left
        self.y = rng.choice((6.0, 14.0, 30.0))
        self.truth = {"document_type": "receipt", "currency": paper.currency}
        self.centred = rng.random() < 0.75
        self.colon = rng.choice((":", ":", "", " :"))

    def ring_up(self) -> tuple[list[Sheet], dict[str, str]]:
        """Print all of it."""
        parts = [self._date_and_number, self._table]
        self._head()
        if self.rng.random() < _TITLED:
            self._centre(self.paper.speech.title(self.rng, "receipt", ""), bold=True)
        for part in parts:
            self.y += self.size * self.rng.choice((0.2, 0.6, 1.2))
            part()
        self._sums()
        self.y += self.size
        if "issue_date" not in self.truth:
            self._pair(*self._date())
        for _ in range(self.rng.randint(0, 3)):
            self._centre(self._said("greetings"))
        self.sheet.height = self.y + self.rng.choice((10.0, 40.0))
        return [self.sheet], self.truth

    def _said(self, kind: str) -> str:
        speech, rng = self.paper.speech, self.rng
        return speech.some(rng, kind).format(
            name=speech.some(rng, "first_names"), n=rng.randint(1, 30), m=rng.randint(100, 9999)
        )

    def _centre(self, text: str, *, bold: bool = False, size: float = 0.0) -> None:
        size = size or self.size
        align, x = ("centre", self.width / 2) if self.centred else ("left", self.left)
        self.y = self.sheet.put(x, self.y, text, size=size, bold=bold, align=align)

    def _pair(self, label: str, value: str, *, bold: bool = False) -> None:
        apart = self.rng.random() < 0.3
        if apart:
            self.sheet.put(self.left, self.y, label, size=self.size, bold=bold)
            x, align = (self.width * 0.45, "left")
            self.y = self.sheet.put(x, self.y, value, size=self.size, bold=bold, align=align)
        else:
            self.y = self.sheet.put(self.left, self.y, f"{label} {value}", size=self.size)

    def _head(self) -> None:
        rng, who = self.rng, self.paper.supplier
        if rng.random() < 0.12:
            # A slogan, or the name of the one who kept the paper.
            self._centre(self._said("greetings") if rng.random() < 0.5 else self._said("surnames"))
        large = self.size * rng.choice((1.0, 1.0, 1.3, 1.7))
        name = who.name
        words = name.split()
        if len(words) > 2 and (rng.random() < 0.2 or len(name) * large * 0.55 > self.width):
            cut = len(words) // 2 + rng.randint(0, 1)
            self._centre(" ".join(words[:cut]), bold=True, size=large)
            self._centre(" ".join(words[cut:]), bold=True, size=large)
        else:
            self._centre(name, bold=rng.random() < 0.6, size=large)
        self.truth["supplier_name"] = name
        if rng.random() < 0.45:
            self._centre(rng.choice((f"({who.company_id.strip('(')})", who.company_id)))
        if rng.random() < 0.88:
            self._address()
        reach = [f"Tel: {who.phone}", f"Fax: {who.phone}", who.email, who.web]
        for text in rng.sample(reach, rng.randint(0, 3)):
            self._centre(text)
        if rng.random() < 0.45:
            label = self.paper.speech.label(rng, "tax_id") or "VAT"
            self._centre(f"{label}{self.colon} {who.tax_id}")
            self.truth["supplier_tax_id"] = who.tax_id.replace("-", "")

    def _address(self) -> None:
        who, rng = self.paper.supplier, self.rng
        lines = list(who.address)
        if rng.random() < 0.25:
            lines = [", ".join(line.rstrip(",") for line in lines)]
        if rng.random() < 0.25:
            lines = [line.upper() for line in lines]
        if len(lines) == 1 and len(lines[0]) * self.size * 0.52 > self.width:
            words = lines[0].split()
            cut = (len(words) + 1) // 2
            lines = [" ".join(words[:cut]), " ".join(words[cut:])]
        for line in lines:
            comma = "," if rng.random() < 0.3 and line is not lines[-1] else ""
            self._centre(line.rstrip(",") + comma)
        self.truth["supplier_address"] = ", ".join(line.strip(", ") for line in who.address)
        self.truth["supplier_country"] = who.country

    def _date(self) -> tuple[str, str]:
        rng, paper = self.rng, self.paper
        self.truth["issue_date"] = paper.issued.isoformat()
        value = paper.day(paper.issued)
        if rng.random() < 0.6:
            value += f" {rng.randint(7, 22):02d}:{rng.randint(0, 59):02d}"
            value += rng.choice(("", "", " PM", f":{rng.randint(0, 59):02d}"))
        if rng.random() < 0.45:
            return "", value
        label = paper.speech.label(rng, "issue_date") if rng.random() < 0.3 else ""
        return f"{label or rng.choice(('Date', 'DATE'))}{self.colon}", value

    def _date_and_number(self) -> None:
        rng, paper = self.rng, self.paper
        rows: list[tuple[str, str]] = []
        if rng.random() < 0.8:
            rows.append(self._date())
        if rng.random() < 0.6:
            label = paper.speech.label(rng, "invoice_number")
            rows.append((f"{label}{self.colon}", paper.number))
            self.truth["invoice_number"] = paper.number
        for _ in range(rng.randint(0, 3)):
            rows.append(("", self._said("cashier")))
        if rng.random() < 0.1:
            label = paper.speech.label(rng, "buyer")
            rows.append((f"{label}{self.colon}", self._said("first_names")))
        rng.shuffle(rows)
        for label, value in rows:
            self._pair(label, value)

    def _table(self) -> None:
        rng, paper = self.rng, self.paper
        if rng.random() < 0.5:
            names = ("description", "quantity", "line_total")
            left, middle, right = (paper.speech.column(rng, name)[:12] for name in names)
            self.sheet.put(self.left, self.y, left, size=self.size)
            self.sheet.put(self.width * 0.6, self.y, middle, size=self.size)
            self.y = self.sheet.put(self.right, self.y, right, size=self.size, align="right")
        two_lines = rng.random() < 0.4
        for item in paper.items[:20]:
            total = paper.money(item.total, bare=True)
            if two_lines:
                self.y = self.sheet.put(self.left, self.y, item.text[:26], size=self.size)
                detail = f"{item.quantity:f} x {paper.money(item.price, bare=True)}"
                self.sheet.put(self.left + 10, self.y, detail, size=self.size)
            else:
                text = f"{item.quantity:f} {item.text}" if rng.random() < 0.4 else item.text
                self.sheet.put(self.left, self.y, text[:22], size=self.size)
            suffix = rng.choice(("", "", " A", " *"))
            self.y = self.sheet.put(
                self.right, self.y, total + suffix, size=self.size, align="right"
            )

    def _row(self, label: str, value: Decimal, *, bare: bool = True, bold: bool = False) -> None:
        large = self.size * (1.4 if bold else 1.0)
        self.sheet.put(self.left, self.y, label, size=large, bold=bold)
        text = self.paper.money(value, bare=bare)
        self.y = self.sheet.put(self.right, self.y, text, size=large, bold=bold, align="right")

    def _sums(self) -> None:
        rng, paper, speech = self.rng, self.paper, self.paper.speech
        sums = paper.sums
        taxed = sums.tax != 0 and rng.random() < 0.75
        if not sums.inclusive and sums.tax != 0:
            taxed = True
        if taxed and (not sums.inclusive or rng.random() < 0.4):
            self._row(speech.label(rng, "net_total"), sums.net)
            self.truth["net_total"] = cents(sums.net)
        if taxed and not sums.inclusive:
            self._row(speech.label(rng, "tax_total"), sums.tax)
            self.truth["tax_total"] = cents(sums.tax)
        gross = sums.gross
        if paper.currency == "MYR" and rng.random() < 0.4:
            rounded = (gross * 20).quantize(Decimal(1)) / 20
            self._row(speech.label(rng, "gross_total"), gross)
            self._row("Rounding Adj", rounded - gross)
            gross = rounded
        bold = rng.random() < 0.5
        bare = rng.random() < 0.6
        self._row(speech.label(rng, "gross_total") + self.colon, gross, bare=bare, bold=bold)
        self.truth["gross_total"] = cents(gross)
        if rng.random() < 0.6:
            paid = gross
            if rng.random() < 0.6:
                paid = Decimal(int(gross / 5) + 1) * 5
            self._row(self._said("cash"), paid)
            if paid != gross or rng.random() < 0.5:
                self._row(self._said("change"), paid - gross)
        if taxed and sums.inclusive:
            self._inclusive_tax()

    def _inclusive_tax(self) -> None:
        paper, rng, speech = self.paper, self.rng, self.paper.speech
        if rng.random() < 0.5:
            self._row(speech.label(rng, "tax_total"), paper.sums.tax)
        else:
            names = ("tax_rate", "base", "tax_amount")
            stops = (self.left, self.width * 0.55, self.right)
            for stop, name in zip(stops, names, strict=True):
                align = "left" if stop == self.left else "right"
                text = speech.column(rng, name)[:12]
                self.sheet.put(stop, self.y, text, size=self.size, align=align)
            self.y += 1.25 * self.size
            for rate, base, tax in paper.sums.rates:
                shown = f"{number_text(rate, paper.decimal_mark, '').rstrip('0').rstrip('.,')}%"
                self.sheet.put(self.left, self.y, shown, size=self.size)
                for stop, value in ((stops[1], base), (stops[2], tax)):
                    text = paper.money(value, bare=True)
                    self.sheet.put(stop, self.y, text, size=self.size, align="right")
                self.y += 1.25 * self.size
        if len(paper.sums.rates) == 1:
            self.truth["tax_total"] = cents(paper.sums.tax)
