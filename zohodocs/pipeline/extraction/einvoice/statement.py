"""Reads an invoice's statements from its XML by the paths of its `Syntax`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, partial
from typing import Any

from lxml import etree

from zohodocs.domain import money
from zohodocs.domain.invoice import (
    AMOUNT_FIELDS,
    DATE_FIELDS,
    Extraction,
    FieldReading,
    LineItem,
    TaxLine,
)
from zohodocs.domain.verdicts import Finding

from . import values
from .syntax import Paths, Syntax

ENGINE = "einvoice"
STATED = 0.999  # the sender's own machine wrote it into the field of that name
SUMMED = 0.99  # the sender stated the parts
DERIVED = 0.95  # follows from other stated values by the standard's arithmetic
_RUNNER_UP = 0.3
_MAX_RUNNERS_UP = 4
_UNIT_PRICE_STEP = Decimal("0.00000001")
_SEPARATORS = {"payment_terms": "; "}

Clean = Callable[[str | None], str | None]


def read(root: etree._Element, syntax: Syntax) -> Extraction:
    """Everything the XML states; what it does not state is absent."""
    for element in root.iter("*"):
        element.tag = syntax.renamed.get(str(element.tag), element.tag)
    return _Statement(root, syntax).extraction()


class _Statement:
    """One invoice while it is being read: the tree, its format, its currency."""

    def __init__(self, root: etree._Element, syntax: Syntax) -> None:
        self.root = root
        self.syntax = syntax
        self.currency = ""
        stated = self._first("currency", values.currency)
        self.currency = stated.value if stated else ""

    def extraction(self) -> Extraction:
        """Fields, lines, taxes and findings."""
        lines, taxes = tuple(self._lines()), tuple(self._taxes())
        fields = {**self._stated_fields(), **self._joined_fields()}
        fields |= {n: r for n, r in self._summed_fields().items() if n not in fields}
        fields |= {n: r for n, r in self._derived_fields(fields, taxes).items() if n not in fields}
        findings = [*self._several(), *self._adjusted()]
        kind, unknown = self._document_type(fields)
        fields["document_type"] = kind
        return Extraction(ENGINE, fields, lines, taxes, (*findings, *unknown))

    def _stated_fields(self) -> dict[str, FieldReading]:
        found = {name: self._first(name, self._cleaner(name)) for name in self.syntax.fields}
        return {name: reading for name, reading in found.items() if reading}

    def _joined_fields(self) -> dict[str, FieldReading]:
        found = {}
        for name, paths in self.syntax.joined.items():
            parts = [part for path in paths for part in self._texts(path) if part]
            if parts:
                text = _SEPARATORS.get(name, ", ").join(parts)
                found[name] = FieldReading(text, STATED, ENGINE)
        return found

    def _summed_fields(self) -> dict[str, FieldReading]:
        found = {}
        for name, paths in self.syntax.sums.items():
            if (total := self._sum(paths)) is not None:
                found[name] = FieldReading(money.text(total, self.currency), SUMMED, ENGINE)
        return found

    def _derived_fields(
        self, fields: dict[str, FieldReading], taxes: Sequence[TaxLine]
    ) -> dict[str, FieldReading]:
        """Totals the standards fix by arithmetic (EN 16931 BR-CO-14, BR-CO-15, BR-CO-16)."""
        amounts = {n: values.decimal(fields[n].value) for n in AMOUNT_FIELDS if n in fields}
        derived: dict[str, Decimal | None] = {}
        if taxes:
            derived["net_total"] = money.total(line.base for line in taxes)
            derived["tax_total"] = money.total(line.tax for line in taxes)
        net, tax = (amounts.get(n, derived.get(n)) for n in ("net_total", "tax_total"))
        if net is not None and tax is not None and taxes:
            derived["gross_total"] = net + tax
        gross = amounts.get("gross_total")
        if tax is None and net is not None and gross is not None:
            derived["tax_total"] = gross - net
        return {
            name: FieldReading(money.text(amount, self.currency), DERIVED, ENGINE)
            for name, amount in derived.items()
            if amount is not None
        }

    def _document_type(
        self, fields: dict[str, FieldReading]
    ) -> tuple[FieldReading, tuple[Finding, ...]]:
        code = next(iter(self._all(self.syntax.type_code, values.plain)), None)
        if code is None:
            return FieldReading(self.syntax.default_type, DERIVED, ENGINE), ()
        kind = self.syntax.types.get(code)
        if kind is None:
            message = f"The invoice names a document type we do not know ({code[:20]})."
            finding = Finding("xml_type_unknown", message, "document_type")
            return FieldReading("other", 0.5, ENGINE), (finding,)
        gross = fields.get("gross_total")
        if code in self.syntax.corrections and gross and gross.value.startswith("-"):
            return FieldReading("credit_note", SUMMED, ENGINE), ()
        return FieldReading(kind, STATED, ENGINE), ()

    def _lines(self) -> Iterator[LineItem]:
        paths = self.syntax.lines
        for line in self._nodes(paths.each):
            price, base = (self._number(line, p) for p in (paths.unit_price, paths.price_base))
            if price is not None and base and base != 1:
                price = (price / base).quantize(_UNIT_PRICE_STEP, ROUND_HALF_UP).normalize()
            yield LineItem(
                description=next(self._all(paths.description, values.plain, line), None) or "",
                quantity=self._number(line, paths.quantity),
                unit_price=price,
                line_total=self._number(line, paths.line_total),
                tax_rate=self._number(line, paths.tax_rate),
            )

    def _taxes(self) -> Iterator[TaxLine]:
        paths = self.syntax.taxes
        for entry in self._nodes(paths.each):
            code = next(self._all(paths.category, values.plain, entry), None) or ""
            yield TaxLine(
                rate=self._number(entry, paths.rate),
                base=self._number(entry, paths.base),
                tax=self._number(entry, paths.tax),
                category=paths.categories.get(code, code),
            )

    def _several(self) -> Iterator[Finding]:
        count = len(self._nodes(self.syntax.invoices))
        if count > 1:
            yield Finding(
                "xml_several_invoices",
                f"The file holds {count} invoices; only the first was read. Ask the sender for"
                " one file per invoice, or enter the others by hand.",
                blocks=True,
                data={"count": count},
            )

    def _adjusted(self) -> Iterator[Finding]:
        sums = {name: self._sum(paths) for name, paths in self.syntax.adjustments.items()}
        stated = {n: money.text(amount, self.currency) for n, amount in sums.items() if amount}
        if stated:
            what = ", ".join(f"{name.replace('_', ' ')} {text}" for name, text in stated.items())
            yield Finding(
                "xml_document_adjustments",
                f"Besides its lines the invoice states for the whole document: {what}.",
                review=False,
                data=stated,
            )

    def _cleaner(self, name: str) -> Clean:
        if name in AMOUNT_FIELDS:
            return self._amount
        if name in DATE_FIELDS:
            return values.day
        if name.endswith("_tax_id"):
            return values.identifier
        if name.endswith("_country"):
            return partial(values.country, codes=self.syntax.countries)
        return {"iban": values.iban, "currency": values.currency}.get(name, values.plain)

    def _amount(self, text: str | None) -> str | None:
        number = values.decimal(text)
        return None if number is None else money.text(number, self.currency)

    def _first(self, name: str, clean: Clean) -> FieldReading | None:
        found = list(dict.fromkeys(self._all(self.syntax.fields[name], clean)))
        if not found:
            return None
        runners_up = () if name in AMOUNT_FIELDS else found[1 : 1 + _MAX_RUNNERS_UP]
        others = tuple(FieldReading(value, _RUNNER_UP, ENGINE) for value in runners_up)
        return replace(FieldReading(found[0], STATED, ENGINE), others=others)

    def _sum(self, paths: Paths) -> Decimal | None:
        parts = [number for path in paths for number in map(values.decimal, self._texts(path))]
        return money.total(parts) if parts else None

    def _number(self, at: etree._Element, paths: Paths) -> Decimal | None:
        return next(
            (
                n
                for path in paths
                for n in map(values.decimal, self._texts(path, at))
                if n is not None
            ),
            None,
        )

    def _all(self, paths: Paths, clean: Clean, at: etree._Element | None = None) -> Iterator[str]:
        for path in paths:
            for text in self._texts(path, at):
                if value := clean(text):
                    yield value

    def _texts(self, path: str, at: etree._Element | None = None) -> list[str | None]:
        """The texts at the path; an expression like `concat(…)` is a text of its own."""
        found = self._evaluated(path, at)
        if isinstance(found, str):
            return [values.plain(found)]
        return [values.plain(node.text) for node in found]

    def _nodes(self, path: str) -> list[etree._Element]:
        found = self._evaluated(path, None)
        return [] if isinstance(found, str) else found

    def _evaluated(self, path: str, at: etree._Element | None) -> list[etree._Element] | str:
        # The stubs know only the union of all that XPath can return; our paths select elements
        # or build a string.
        found: Any = _compiled(path)(self.root if at is None else at, currency=self.currency)
        result: list[etree._Element] | str = found
        return result


@cache
def _compiled(path: str) -> etree.XPath:
    return etree.XPath(path)
