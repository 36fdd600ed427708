"""Which papers the demo hands in, to whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from .einvoice import ubl
from .papers import ENGLISH, GERMAN, POLISH, Paper, Party, draw, locked, photographed

NORDLICHT = Party("Nordlicht Handel GmbH", "Hafenstraße 1", "20457 Hamburg", "DE342366712")
WISLA = Party("Wisła Studio sp. z o.o.", "ul. Długa 8", "00-238 Warszawa", "PL2833125815")
STADTWERKE = Party(
    "Stadtwerke Hanse GmbH", "Kraftwerksweg 4", "20097 Hamburg", "DE811907980",
    "DE62370400440532013001",
)  # fmt: skip  # fields as they stand on the paper
LINDNER = Party(
    "Bürobedarf Lindner KG", "Lindenallee 7", "50667 Köln", "DE129273398",
    "DE36200400000628808808",
)  # fmt: skip  # as above
ENERGIA = Party(
    "Energia Mazowsze S.A.", "ul. Prosta 20", "00-850 Warszawa", "PL5260250995",
    "PL34109010140000071219812875",
)  # fmt: skip  # as above
PAPIER = Party("Papier i Biuro sp. z o.o.", "ul. Krótka 3", "31-149 Kraków", "PL7740001454")
NIMBUS = Party("Nimbus Cloud Limited", "1 Harbour Row", "Bristol BS1 4QA", "GB556405440")
KNOWN_ACCOUNTS = (STADTWERKE, LINDNER, ENERGIA)

Sample = tuple[str, str, bytes]  # organisation's code, file name, bytes


def samples(today: date) -> Iterator[Sample]:
    """Every paper of the demo, dated in the last weeks before `today`."""
    day = today - timedelta(days=12)
    due = today + timedelta(days=18)
    power = Paper(
        GERMAN, STADTWERKE, NORDLICHT, "SW-204417", _german(day), _german(due),
        [("Strom Lieferstelle Hafenstraße", 1, Decimal("312.40")),
         ("Grundpreis Strom", 1, Decimal("18.90"))], Decimal(19), "EUR",
    )  # fmt: skip  # as above
    office = Paper(
        GERMAN, LINDNER, NORDLICHT, "RG-2026-0334", _german(day), _german(due),
        [("Druckerpapier A4, 5 Pakete", 4, Decimal("24.90")),
         ("Ordner breit, schwarz", 12, Decimal("2.35"))], Decimal(19), "EUR",
        colour="#7a2b5a",
    )  # fmt: skip  # as above
    yield "nordlicht", "Stadtwerke-SW-204417.pdf", draw(power)
    yield "nordlicht", "Lindner-RG-2026-0334.pdf", draw(office)
    yield (
        "nordlicht",
        "Lindner-neue-Bank.pdf",
        draw(
            replace(
                office,
                number="RG-2026-0351",
                supplier=replace(LINDNER, iban="DE46100500001234567890"),
                lines=[("Toner schwarz", 2, Decimal("79.00"))],
            )
        ),
    )
    yield (
        "nordlicht",
        "Stadtwerke-Summe.pdf",
        draw(replace(power, number="SW-204980", total=Decimal("349.42"))),
    )
    yield "nordlicht", "Nimbus-INV-88213.pdf", draw(
        Paper(
            ENGLISH, NIMBUS, NORDLICHT, "INV-88213", _english(day), _english(due),
            [("Cloud hosting, monthly", 1, Decimal("240.00")),
             ("Object storage", 3, Decimal("12.50"))], Decimal(0), "EUR", colour="#0b6b6b",
        )
    )  # fmt: skip  # as above
    yield (
        "nordlicht",
        "Lindner-Proforma.pdf",
        draw(replace(office, title="Proforma-Rechnung", number="PF-77")),
    )
    yield (
        "nordlicht",
        "fuer-die-Nachbarn.pdf",
        draw(
            replace(
                power,
                number="SW-204555",
                lines=[("Strom Lieferstelle Hafenstraße 3", 1, Decimal("207.15"))],
                buyer=Party("Hansekontor AG", "Hafenstraße 3", "20457 Hamburg", "DE676122202"),
            )
        ),
    )
    yield "nordlicht", "Stadtwerke-XRechnung.xml", ubl(
        number="SW-XR-10077", issued=day, due=due, supplier=STADTWERKE, buyer=NORDLICHT,
        description="Strom Ladesäule Hof", net=Decimal("148.00"), rate=Decimal(19),
    )  # fmt: skip  # as above
    yield "nordlicht", "IMG_2231.png", photographed()
    yield "nordlicht", "Lindner-gesperrt.pdf", locked(draw(replace(office, number="RG-2026-0360")))
    yield "wisla", "Energia-FV-118-2026.pdf", draw(
        Paper(
            POLISH, ENERGIA, WISLA, "FV/118/2026", day.isoformat(), due.isoformat(),
            [("Energia elektryczna", 1, Decimal("864.20"))], Decimal(23), "PLN",
            colour="#a85b00",
        )
    )  # fmt: skip  # as above
    yield "wisla", "Papier-FV-2207.pdf", draw(
        Paper(
            POLISH, PAPIER, WISLA, "FV 2207/26", day.isoformat(), due.isoformat(),
            [("Zeszyty A5", 40, Decimal("3.20")), ("Kalendarze ścienne", 10, Decimal("18.00"))],
            Decimal(23), "PLN",
        )
    )  # fmt: skip  # as above
    # Last, so that the first one is known by then.
    yield (
        "nordlicht",
        "Lindner-RG-2026-0334-Kopie.pdf",
        draw(replace(office, title="Rechnung (Zweitschrift)")),
    )


def papers_for_benchmarks(today: date, number: int, *, first: int = 0) -> Iterator[bytes]:
    """That many one-page invoices, all different, the `first`-th and those after it."""
    for count in range(first, first + number):
        yield draw(
            Paper(
                GERMAN, STADTWERKE, NORDLICHT, f"SW-{500000 + count}", _german(today),
                _german(today + timedelta(days=30)),
                [("Strom Lieferstelle Hafenstraße", 1, Decimal(f"{100 + count}.40")),
                 ("Grundpreis Strom", 2, Decimal("18.90")),
                 ("Messstellenbetrieb", 1, Decimal("4.10"))], Decimal(19), "EUR",
            )
        )  # fmt: skip  # as above


def _german(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def _english(day: date) -> str:
    months = "January February March April May June July August September October November December"
    return f"{day.day} {months.split()[day.month - 1]} {day.year}"
