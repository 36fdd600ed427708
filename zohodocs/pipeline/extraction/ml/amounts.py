"""Candidates of the totals: every number that may be money, and how it stands to the others."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from zohodocs.ml.features import Candidate, Evidence
from zohodocs.pipeline.extraction.rules.amounts import Amount

from .sight import Sight, rounding_word, till_word

FIELDS = ("net_total", "tax_total", "gross_total", "amount_due")
_TOLERANCE = Decimal("0.02")
_MOST = 120


def candidates(sight: Sight) -> list[Candidate]:
    """Every amount of the paper with its evidence; of very many, the last ones."""
    found = [
        amount
        for row in sight.seen.amounts
        for amount in row
        if not amount.percent and (amount.money or _labelled(sight, amount))
    ]
    found = found[-_MOST:]
    money = [abs(a.value) for a in found if a.decimals == 2]
    highest = max(money, default=Decimal(0))
    counts = Counter(abs(a.value) for a in found)
    sums = _Sums(found)
    edges = Counter(round(a.x1 / 4) for a in found)
    return [
        Candidate(
            f"{amount.value:.2f}",
            _evidence(sight, amount, order, found, highest, counts, sums, edges),
            amount.line.page,
            amount.line.box(amount.start, amount.end),
            amount,
        )
        for order, amount in enumerate(found)
    ]


def _labelled(sight: Sight, amount: Amount) -> bool:
    """A bare number counts where a label of a total stands on its line."""
    return any(
        name in hit.fields
        for hit in sight.seen.hits.labels[amount.line.index]
        for name in FIELDS
        if hit.end <= amount.start
    )


def _evidence(
    sight: Sight,
    amount: Amount,
    order: int,
    found: list[Amount],
    highest: Decimal,
    counts: Counter[Decimal],
    sums: _Sums,
    edges: Counter[int],
) -> Evidence:
    line, value = amount.line, abs(amount.value)
    before = line.folded[: amount.start]
    text = f"{amount.value:.2f}"
    evidence = {
        **sight.of_line(line),
        **sight.labels(line, amount.start, amount.x0, amount.x1),
        **{f"rules_{name}": sight.says(name, text) for name in FIELDS},
        "decimals": float(amount.decimals),
        "currency": float(bool(amount.currency)),
        "negative": float(amount.value < 0),
        "zero": float(value == 0),
        "right_edge": amount.x1 / line.width,
        "edge_shared": edges[round(amount.x1 / 4)] / len(found),
        "alone_on_line": float(not any(c.isalpha() for c in line.folded)),
        "words_before": float(min(sum(c.isalpha() for c in before), 40)),
        "last_on_line": float(sight.seen.amounts[line.index][-1] is amount),
        "till_word": float(till_word(before)),
        "rounding_word": float(rounding_word(before)),
        "share_of_highest": float(value / highest) if highest else 0.0,
        "same_value": float(min(counts[value], 6)),
        "order_of_amounts": order / max(len(found) - 1, 1),
        "amounts_after": float(min(len(found) - 1 - order, 30)),
        "amounts": float(len(found)),
    }
    evidence.update(sums.of(value, order))
    return evidence


class _Sums:
    """Which amounts are sums, parts and taxes of others."""

    def __init__(self, found: list[Amount]) -> None:
        self.values = [abs(a.value) for a in found]
        self.known = set(self.values)
        # Only these take part as addends: more would find a sum for everything.
        self.parts = sorted({v for v in self.values if v})[-40:]
        self.running: dict[int, Decimal] = {}
        self.lines = [a.line.index for a in found]

    def of(self, value: Decimal, order: int) -> Evidence:
        """How this value stands to the others."""
        if not value:
            return {}
        as_gross = as_net = as_tax = paid = 0.0
        for part in self.parts:
            rest = value - part
            if part > rest > 0 and self._has(rest):
                rate = rest / part
                as_gross = max(as_gross, 1.0 if _plausible(rate) else 0.4)
            whole = value + part
            if self._has(whole):
                as_net = max(as_net, 1.0 if part < value and _plausible(part / value) else 0.3)
                as_tax = max(as_tax, 1.0 if part > value and _plausible(value / part) else 0.3)
        for later in self.values[order + 1 :]:
            change = later - value
            if change > 0 and change in self.values[order + 1 :]:
                paid = 1.0
        column = self._column(order)
        return {
            "sum_of_two": as_gross,
            "with_tax": as_net,
            "tax_of": as_tax,
            "paid_less_change": paid,
            "sum_of_above": column,
        }

    def _has(self, value: Decimal) -> bool:
        return value in self.known

    def _column(self, order: int) -> float:
        """Whether the amounts just above come to this one."""
        total = Decimal(0)
        value = self.values[order]
        for count, part in enumerate(reversed(self.values[:order]), 1):
            total += part
            if count > 1 and abs(total - value) <= _TOLERANCE:
                return 1.0
            if total > value * 2 + 1 or count > 40:
                break
        return 0.0


def _plausible(rate: Decimal) -> bool:
    return Decimal("0.02") <= rate <= Decimal("0.28")
