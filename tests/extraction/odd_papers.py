"""A vendor whose papers are laid out in a way of its own: no label that anybody else uses."""

from __future__ import annotations

from collections.abc import Sequence

from tests.papers import Line

VALUES = {
    "invoice_number": "K-4471",
    "issue_date": "2025-04-03",
    "due_date": "2025-05-04",
    "net_total": "990.00",
    "tax_total": "188.10",
    "gross_total": "1178.10",
}
NEXT_VALUES = {
    "invoice_number": "K-4630",
    "issue_date": "2025-06-07",
    "due_date": "2025-07-08",
    "net_total": "2000.00",
    "tax_total": "380.00",
    "gross_total": "2380.00",
}
FIRST_LINES = (("Birkenplatte", "990,00"),)
NEXT_LINES = (("Eichenplatte", "1.500,00"), ("Lieferung", "300,00"), ("Montage", "200,00"))


def odd_paper(
    values: dict[str, str], lines: Sequence[tuple[str, str]], *, down: float = 0
) -> list[Line]:
    """The vendor's paper with these values; its totals stand below however many lines."""
    end = 300 + 16 * len(lines)
    foot = "Brettwerk Nord GmbH Hafengang vier Kiel Geschäftsleitung Marta Holm"
    found: list[Line] = [
        (50, 60, "Brettwerk Nord GmbH"),
        (50, 76, "Hafengang 4"),
        (50, 90, "24103 Kiel"),
        (50, 130, "Nordlicht GmbH"),
        (50, 144, "Hafenstraße 1"),
        (50, 158, "20457 Hamburg"),
        (50, 180, "USt-IdNr. des Kunden: DE136695976"),
        (330, 130, "Vorgangskennung"),
        (450, 130, values["invoice_number"]),
        (330, 146, "Niedergelegt"),
        (450, 146, month_first(values["issue_date"])),
        (330, 162, "Ausgleich"),
        (450, 162, month_first(values["due_date"])),
        (330, 178, "Aktenlage"),
        (450, 178, "11/12/2024"),
        (50, 230, "RECHNUNG"),
        (50, 270, "Gegenstand der Lieferung"),
        (450, 270, "Betrag"),
        *((50, 300 + 16 * row, text) for row, (text, _) in enumerate(lines)),
        *((450, 300 + 16 * row, amount) for row, (_, amount) in enumerate(lines)),
        (330, end + 30, "Warenwert"),
        (450, end + 30, german(values["net_total"])),
        (330, end + 46, "Abgabe"),
        (450, end + 46, german(values["tax_total"])),
        (330, end + 62, "Überweisungswert"),
        (450, end + 62, f"{german(values['gross_total'])} EUR"),
        (330, end + 78, "Kundenguthaben"),
        (450, end + 78, "9.876,54"),
        (50, 780, foot),
        (50, 794, "Handelsregister Kiel USt-IdNr. DE811907980"),
    ]
    return [(x, y + down, text) for x, y, text in found]


def month_first(day: str) -> str:
    """2025-04-03 as this vendor writes it: 04/03/2025."""
    year, month, day_of_month = day.split("-")
    return f"{month}/{day_of_month}/{year}"


def german(amount: str) -> str:
    """1178.10 as 1.178,10."""
    return f"{float(amount):,.2f}".translate(str.maketrans(",.", ".,"))
