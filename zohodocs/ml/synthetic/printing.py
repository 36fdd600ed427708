"""What all layouts share: the sheets, the truth of what was printed, labels with their values."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

from .companies import Company
from .paper import Paper, country_name
from .sheet import Sheet, width_of

_LABEL_GAPS = (6.0, 10.0, 40.0, 90.0)


@dataclass(slots=True)
class Press:
    """One paper being printed: what it says is kept in `truth`."""

    rng: Random
    paper: Paper
    size: float
    left: float = 50.0
    right: float = 545.0
    sheets: list[Sheet] = field(default_factory=lambda: [Sheet()])
    truth: dict[str, str] = field(default_factory=dict)
    colon: str = ":"
    labels_bold: bool = False

    @property
    def sheet(self) -> Sheet:
        """The page that is printed on."""
        return self.sheets[-1]

    def label(self, field_name: str) -> str:
        """The label of a field as this paper writes it."""
        text = self.paper.speech.label(self.rng, field_name)
        return f"{text}{self.colon}" if text else ""

    def party(
        self,
        role: str,
        who: Company,
        x: float,
        y: float,
        *,
        align: str = "left",
        size: float | None = None,
        bold: bool = False,
        country: bool = False,
    ) -> float:
        """Name and address under each other."""
        size = size or self.size
        y = self.sheet.put(x, y, who.name, size=size + 2 * bold, bold=bold, align=align)
        for line in who.address:
            y = self.sheet.put(x, y, line, size=size, align=align)
        if country:
            y = self.sheet.put(
                x, y, country_name(self.paper.speech.language, who.country), size=size, align=align
            )
        self.named(role, who)
        self.addressed(role, who)
        return y

    def named(self, role: str, who: Company) -> None:
        """The name was printed."""
        self.truth[f"{role}_name"] = who.name

    def addressed(self, role: str, who: Company) -> None:
        """The address was printed."""
        self.truth[f"{role}_address"] = ", ".join(line.strip(", ") for line in who.address)
        self.truth[f"{role}_country"] = who.country

    def tax_id(self, role: str, who: Company) -> str:
        """The tax number with its label."""
        self.truth[f"{role}_tax_id"] = re.sub(r"\W", "", who.tax_id)
        number = who.tax_id
        if self.rng.random() < 0.2 and number[:2].isalpha():
            number = f"{number[:2]} {number[2:]}"
        return f"{self.paper.speech.label(self.rng, 'tax_id') or 'VAT'}{self.colon} {number}"

    def pair(
        self, label: str, value: str, x: float, y: float, *, gap: float | None = None
    ) -> float:
        """A label and its value beside it. Returns where the next line begins."""
        gap = gap if gap is not None else self.rng.choice(_LABEL_GAPS)
        self.sheet.put(x, y, label, size=self.size, bold=self.labels_bold)
        wide = width_of(label, self.size, bold=self.labels_bold)
        return self.sheet.put(x + max(wide + 4, gap + 0.3 * wide), y, value, size=self.size)

    def new_sheet(self) -> float:
        """Turn the page. Returns where it begins."""
        self.sheets.append(Sheet())
        return 60.0


def cents(value: Decimal) -> str:
    """The amount as the truth states it."""
    return f"{value:.2f}"
