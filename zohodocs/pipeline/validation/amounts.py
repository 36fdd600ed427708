"""Do the amounts add up: in total, per tax rate, line by line, and to what is due?"""

from __future__ import annotations

from decimal import Decimal

from babel.numbers import is_currency

from zohodocs.domain import sums
from zohodocs.domain.case import Case
from zohodocs.domain.invoice import Invoice, TaxLine
from zohodocs.domain.money import ZERO, text, to_decimal, total
from zohodocs.domain.verdicts import Finding
from zohodocs.pipeline.findings import ask, blocking, note

# Names under which an e-invoice states what it adds to its lines, or takes off, as a whole.
_ADDED, _TAKEN_OFF = ("charges", "pension_fund"), ("allowances",)


def findings(case: Case) -> list[Finding]:
    """Everything the amounts have against them."""
    invoice = case.invoice
    return [
        *_currency(invoice),
        *_signs(invoice),
        *_total(invoice),
        *_rates(invoice),
        *_lines(invoice, _adjustment(case)),
        *_due(invoice),
    ]


def _currency(invoice: Invoice) -> list[Finding]:
    if not invoice.currency or is_currency(invoice.currency.upper()):
        return []
    return [
        blocking(
            "currency_unknown",
            "{currency} is not a currency. Correct it from the page.",
            field="currency",
            currency=invoice.currency,
        )
    ]


def _signs(invoice: Invoice) -> list[Finding]:
    gross = invoice.gross_total
    if gross is None:
        return []
    if gross == 0:
        return [
            ask(
                "zero_total",
                "The total is zero. Check the amounts; if nothing is to be booked, file it.",
                field="gross_total",
            )
        ]
    if gross < 0 and invoice.document_type != "credit_note":
        return [
            blocking(
                "negative_total",
                "The total is negative. If this is a credit note, correct its type.",
                field="gross_total",
            )
        ]
    parts = (invoice.net_total, invoice.tax_total)
    if any(part is not None and part * gross < 0 for part in parts):
        return [
            ask(
                "signs_differ",
                "Some totals are negative and others are not. Compare them with the page.",
                field="gross_total",
            )
        ]
    return []


def _total(invoice: Invoice) -> list[Finding]:
    gap = sums.total_gap(invoice)
    if gap is None or abs(gap) <= sums.tolerance(invoice.currency, len(invoice.line_items)):
        return []
    return [
        blocking(
            "totals_differ",
            "Net and tax do not make the total: {gap} {currency} are left over. "
            "Correct the amounts, or accept it if the paper itself is wrong.",
            field="gross_total",
            overrulable=True,
            gap=text(gap, invoice.currency),
            currency=invoice.currency,
        )
    ]


def _rates(invoice: Invoice) -> list[Finding]:
    found = [
        ask(
            "tax_differs",
            "{rate} % of {base} is not {tax}. Compare the tax table with the page.",
            field="tax_total",
            rate=sums.rate_text(line.rate or ZERO),
            base=text(line.base or ZERO, invoice.currency),
            tax=text(line.tax or ZERO, invoice.currency),
        )
        for line in invoice.tax_lines
        if _rate_is_off(line, invoice)
    ]
    allowed = sums.tolerance(invoice.currency, max(len(invoice.tax_lines), len(invoice.line_items)))
    for field, printed, parts in (
        ("net_total", invoice.net_total, total(line.base for line in invoice.tax_lines)),
        ("tax_total", invoice.tax_total, total(line.tax for line in invoice.tax_lines)),
    ):
        if not invoice.tax_lines or printed is None or parts is None:
            continue
        if abs(printed - parts) > allowed:
            found.append(
                ask(
                    "tax_table_differs",
                    "The tax table adds up to {parts}, the paper says {printed}. "
                    "Compare both with the page.",
                    field=field,
                    parts=text(parts, invoice.currency),
                    printed=text(printed, invoice.currency),
                )
            )
    return found


def _rate_is_off(line: TaxLine, invoice: Invoice) -> bool:
    gap = sums.rate_gap(line)
    lines = sums.lines_at(line.rate, invoice.line_items)
    return gap is not None and abs(gap) > sums.tolerance(invoice.currency, lines)


def _lines(invoice: Invoice, adjustment: Decimal) -> list[Finding]:
    found: list[Finding] = []
    lines = sums.lines_total(invoice)
    known = invoice.net_total is not None or invoice.gross_total is not None
    fits = sums.price_basis(invoice) or sums.price_basis(invoice, adjustment=adjustment)
    if lines is not None and known and fits is None:
        found.append(
            ask(
                "lines_differ",
                "The lines add up to {lines}, which is neither the net nor the total amount. "
                "Compare the lines with the page.",
                field="net_total",
                lines=text(lines, invoice.currency),
            )
        )
    off = [
        str(number)
        for number, line in enumerate(invoice.line_items, start=1)
        if sums.multiplies(line, invoice.currency) is False
    ]
    if off:
        found.append(
            note(
                "line_price_differs",
                "Quantity times price is not the line's total (line {lines}): "
                "a discount, perhaps. The line's total is used.",
                lines=", ".join(off),
            )
        )
    return found


def _adjustment(case: Case) -> Decimal:
    """What the e-invoice states for the whole document besides its lines."""
    amount = ZERO
    for finding in case.findings:
        if finding.code == "xml_document_adjustments":
            stated = finding.data
            amount += sum((to_decimal(stated.get(name)) or ZERO for name in _ADDED), ZERO)
            amount -= sum((to_decimal(stated.get(name)) or ZERO for name in _TAKEN_OFF), ZERO)
    return amount


def _due(invoice: Invoice) -> list[Finding]:
    gross, due = invoice.gross_total, invoice.amount_due
    if invoice.document_type != "invoice" or gross is None or due is None or gross <= 0:
        return []
    allowed = sums.tolerance(invoice.currency, 1)
    values = {
        "total": text(gross, invoice.currency),
        "due": text(due, invoice.currency),
        "paid": text(gross - due, invoice.currency),
    }
    if abs(gross - due) <= allowed:
        return []
    if abs(due) <= allowed:
        return [_due_finding("already_paid", _PAID, values)]
    if Decimal(0) < due < gross:
        return [_due_finding("partly_paid", _PARTLY, values)]
    return [_due_finding("due_differs", _DIFFERS, values)]


_PAID = "Nothing is due of {total}: it is already paid. Book it, but do not pay it again."
_PARTLY = (
    "Of {total}, {paid} is already paid or deducted and {due} is due. "
    "Check that the advance is booked before you approve."
)
_DIFFERS = "The amount due, {due}, does not fit the total, {total}. Compare both with the page."


def _due_finding(code: str, sentence: str, values: dict[str, str]) -> Finding:
    return ask(code, sentence, field="amount_due", **values)
