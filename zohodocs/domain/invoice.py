"""What a paper says: fields with their places, and the typed invoice that the rules check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from .money import to_decimal
from .reading import Box
from .verdicts import Finding

FIELD_NAMES = (
    "supplier_name",
    "supplier_tax_id",
    "supplier_address",
    "supplier_country",
    "buyer_name",
    "buyer_tax_id",
    "buyer_address",
    "buyer_country",
    "invoice_number",
    "issue_date",
    "due_date",
    "delivery_date",
    "currency",
    "net_total",
    "tax_total",
    "gross_total",
    "amount_due",
    "iban",
    "payment_terms",
    "document_type",
)
AMOUNT_FIELDS = ("net_total", "tax_total", "gross_total", "amount_due")
DATE_FIELDS = ("issue_date", "due_date", "delivery_date")
DOCUMENT_TYPES = ("invoice", "receipt", "credit_note", "proforma", "other")
POSTING_TYPES = ("invoice", "receipt", "credit_note")


@dataclass(frozen=True, slots=True)
class FieldReading:
    """One value as read.

    Dates are ISO, amounts plain decimal strings, ids without spaces; confidence 0..1; `source` is
    the engine; `page` counts from 1; `others` are the runners-up, best first.
    """

    value: str
    confidence: float
    source: str
    page: int | None = None
    box: Box | None = None
    others: tuple[FieldReading, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The shape of an `extract` line, with the runners-up under `others` if there are any."""
        data: dict[str, Any] = {
            "value": self.value,
            "confidence": round(self.confidence, 4),
            "page": self.page,
            "box": [round(side, 4) for side in self.box] if self.box else None,
            "source": self.source,
        }
        if self.others:
            data["others"] = [other.to_json() for other in self.others]
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> FieldReading:
        """The reading back from `to_json`."""
        box = data.get("box")
        return cls(
            value=str(data["value"]),
            confidence=float(data["confidence"]),
            source=str(data["source"]),
            page=data.get("page"),
            box=(box[0], box[1], box[2], box[3]) if box else None,
            others=tuple(cls.from_json(other) for other in data.get("others", ())),
        )


@dataclass(frozen=True, slots=True)
class LineItem:
    """One line of the paper; what is not printed is None."""

    description: str = ""
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    line_total: Decimal | None = None
    tax_rate: Decimal | None = None

    def to_json(self) -> dict[str, Any]:
        """Numbers as plain strings, missing ones as null."""
        return {
            "description": self.description,
            "quantity": _plain(self.quantity),
            "unit_price": _plain(self.unit_price),
            "line_total": _plain(self.line_total),
            "tax_rate": _plain(self.tax_rate),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> LineItem:
        """The line back from `to_json`."""
        return cls(
            description=str(data.get("description") or ""),
            quantity=to_decimal(data.get("quantity")),
            unit_price=to_decimal(data.get("unit_price")),
            line_total=to_decimal(data.get("line_total")),
            tax_rate=to_decimal(data.get("tax_rate")),
        )


@dataclass(frozen=True, slots=True)
class TaxLine:
    """Tax of one rate: rate in percent, base and tax in the document's currency.

    `category` is the UNCL 5305 letter (S, Z, E, AE, K, G, O) where the paper states it.
    """

    rate: Decimal | None = None
    base: Decimal | None = None
    tax: Decimal | None = None
    category: str = ""

    def to_json(self) -> dict[str, Any]:
        """Numbers as plain strings, missing ones as null."""
        return {
            "rate": _plain(self.rate),
            "base": _plain(self.base),
            "tax": _plain(self.tax),
            "category": self.category or None,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> TaxLine:
        """The tax line back from `to_json`."""
        return cls(
            rate=to_decimal(data.get("rate")),
            base=to_decimal(data.get("base")),
            tax=to_decimal(data.get("tax")),
            category=str(data.get("category") or ""),
        )


@dataclass(frozen=True, slots=True)
class Extraction:
    """All that one engine read from one document; `document_type` is also one of `fields`."""

    engine: str
    fields: Mapping[str, FieldReading]
    line_items: tuple[LineItem, ...] = ()
    tax_lines: tuple[TaxLine, ...] = ()
    findings: tuple[Finding, ...] = ()
    seconds: float = 0.0

    @property
    def document_type(self) -> str:
        """The type as read, `other` where nothing says it."""
        reading = self.fields.get("document_type")
        return reading.value if reading else "other"

    def to_json(self) -> dict[str, Any]:
        """The shape of one `extract` line without its `file`."""
        return {
            "engine": self.engine,
            "document_type": self.document_type,
            "fields": {name: reading.to_json() for name, reading in self.fields.items()},
            "line_items": [line.to_json() for line in self.line_items],
            "tax_lines": [line.to_json() for line in self.tax_lines],
            "findings": [finding.to_json() for finding in self.findings],
            "seconds": round(self.seconds, 4),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Extraction:
        """The extraction back from `to_json`."""
        return cls(
            engine=str(data["engine"]),
            fields={name: FieldReading.from_json(r) for name, r in data["fields"].items()},
            line_items=tuple(LineItem.from_json(line) for line in data["line_items"]),
            tax_lines=tuple(TaxLine.from_json(line) for line in data["tax_lines"]),
            findings=tuple(Finding.from_json(finding) for finding in data["findings"]),
            seconds=float(data.get("seconds", 0)),
        )


@dataclass(frozen=True, slots=True)
class Invoice:
    """The paper's present values, typed. None or "" is missing; nothing here was guessed."""

    document_type: str = "other"
    supplier_name: str = ""
    supplier_tax_id: str = ""
    supplier_address: str = ""
    supplier_country: str = ""
    buyer_name: str = ""
    buyer_tax_id: str = ""
    buyer_address: str = ""
    buyer_country: str = ""
    invoice_number: str = ""
    issue_date: date | None = None
    due_date: date | None = None
    delivery_date: date | None = None
    currency: str = ""
    net_total: Decimal | None = None
    tax_total: Decimal | None = None
    gross_total: Decimal | None = None
    amount_due: Decimal | None = None
    iban: str = ""
    payment_terms: str = ""
    line_items: tuple[LineItem, ...] = ()
    tax_lines: tuple[TaxLine, ...] = ()
    # Confidence of each value; a human's value counts 1.
    confidence: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def from_values(
        cls,
        values: Mapping[str, str],
        *,
        line_items: tuple[LineItem, ...] = (),
        tax_lines: tuple[TaxLine, ...] = (),
        confidence: Mapping[str, float] | None = None,
    ) -> Invoice:
        """Typed from the stored strings; a value that does not parse is missing, never guessed."""
        typed: dict[str, Any] = {}
        for name in FIELD_NAMES:
            raw = values.get(name, "")
            if name in AMOUNT_FIELDS:
                typed[name] = to_decimal(raw)
            elif name in DATE_FIELDS:
                typed[name] = iso_date(raw)
            elif name == "document_type":
                typed[name] = raw if raw in DOCUMENT_TYPES else "other"
            else:
                typed[name] = raw
        return cls(
            **typed, line_items=line_items, tax_lines=tax_lines, confidence=dict(confidence or {})
        )


def iso_date(raw: str) -> date | None:
    """`2024-05-02` as a date; None if missing or not a date."""
    try:
        return date.fromisoformat(raw)
    except ValueError:
        return None


def _plain(number: Decimal | None) -> str | None:
    return None if number is None else f"{number:f}"
