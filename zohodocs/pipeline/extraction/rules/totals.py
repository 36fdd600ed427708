"""Net, tax, gross and amount due: candidates by label, the pick by arithmetic."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from .amounts import Amount
from .candidates import Candidate, linked
from .layout import Layout
from .lexicon import Hit, Hits

FIELDS = ("net_total", "tax_total", "gross_total", "amount_due")
_ALL = (*FIELDS, "prepaid", "withheld", "other_amount")
_BEFORE_TAX = ("net_total", "tax_total")
_RELATION = {"right": 1.0, "below": 0.9}
# Another value on the same row may be meant (base and tax, net and gross of one line).
_SAME_ROW = 0.45
_AGREE, _DISAGREE, _WITHHELD = 0.6, -0.45, -0.9
_TOLERANCE = Decimal("0.02")
_DUE_AS_GROSS = 0.62
_DEPTH = 5


@dataclass(slots=True)
class Option:
    """An amount that may be this total. `stands_in`: the amount due, for want of a gross."""

    amount: Amount
    value: Decimal
    score: float
    stands_in: bool = False


@dataclass(slots=True)
class Totals:
    """The totals picked, every option beside them, and whether they add up."""

    picked: dict[str, Option]
    options: dict[str, list[Option]]
    agree: bool
    prepaid: Decimal | None


def _asks_for_an_amount(hit: Hit) -> bool:
    return any(hit.fields.get(name, 0.0) >= 1 for name in _ALL)


def find_totals(
    layout: Layout, hits: Hits, rows: list[list[Amount]], *, inside_tables: set[int]
) -> Totals:
    """The totals of the paper; lines inside item tables are left out."""
    options: dict[str, list[Option]] = {name: [] for name in _ALL}
    plain = [[amount for amount in row if not amount.percent] for row in rows]
    last = max(len(layout.lines) - 1, 1)
    for row in hits.labels:
        for hit in row:
            names = [name for name in _ALL if name in hit.fields]
            if not names or hit.line.index in inside_tables:
                continue
            values, how = linked(layout, hits, hit, plain, _asks_for_an_amount)
            values = [v for v in values if v.line.index not in inside_tables]
            if not values:
                continue
            late = 0.06 * hit.line.index / last
            for position, amount in enumerate(values):
                final = position == len(values) - 1
                shape = _shape(amount)
                gap = max(amount.x0 - hit.line.extent(hit.start, hit.end)[1], 0) / hit.line.width
                score = _RELATION[how] * shape * (1 - 0.25 * gap) * (1 if final else _SAME_ROW)
                score *= 1.0 if hit.leads else 0.8
                for name in names:
                    if name in _BEFORE_TAX and _in_a_phrase(hit, amount):
                        continue
                    weighted = score * hit.fields[name] + late
                    options[name].append(Option(amount, amount.value, weighted))
                if not final and "gross_total" in names:
                    # Net, tax and gross of one row: arithmetic tells which is which.
                    for name in ("net_total", "tax_total"):
                        options[name].append(Option(amount, amount.value, score * 0.9))
    merged = {name: _merged(options[name]) for name in _ALL}
    return _solve(merged)


def _in_a_phrase(hit: Hit, amount: Amount) -> bool:
    """Whether a bare number is part of the label's phrase ("Net 30", "TVA … art. 293 B")."""
    bare = not amount.currency and amount.decimals == 0
    return bare and not hit.colon and amount.start < hit.segment.end


def _shape(amount: Amount) -> float:
    if amount.decimals == 2:
        return 1.0 if amount.currency else 0.97
    if amount.currency:
        return 0.95
    return 0.75 if amount.decimals == 0 else 0.6


def _merged(options: Iterable[Option]) -> list[Option]:
    best: dict[Decimal, Option] = {}
    for option in options:
        known = best.get(option.value)
        if known is None:
            best[option.value] = option
        elif option.score > known.score:
            option.score = min(option.score + 0.05, 1.1)
            best[option.value] = option
        else:
            known.score = min(known.score + 0.05, 1.1)
    return sorted(best.values(), key=lambda o: -o.score)[:_DEPTH]


def _solve(options: dict[str, list[Option]]) -> Totals:
    """The combination whose labels are strongest and whose sums hold."""
    dues = options["amount_due"]
    gross = _merged(
        [
            *options["gross_total"],
            *(
                Option(due.amount, due.value, due.score * _DUE_AS_GROSS, stands_in=True)
                for due in dues
            ),
        ]
    )
    best: tuple[float, dict[str, Option], bool] = (-1.0, {}, False)
    for net in (None, *options["net_total"]):
        for tax in (None, *options["tax_total"]):
            for total in (None, *gross):
                score, agree = _weigh(net, tax, total, withheld=bool(options["withheld"]))
                if score > best[0]:
                    chosen = {"net_total": net, "tax_total": tax, "gross_total": total}
                    best = (score, {k: v for k, v in chosen.items() if v is not None}, agree)
    picked = best[1]
    prepaid = options["prepaid"][0].value if options["prepaid"] else None
    due = _due(options["amount_due"], picked.get("gross_total"), prepaid)
    if due is not None:
        picked["amount_due"] = due
    options["gross_total"] = gross
    return Totals(picked, {name: options[name] for name in FIELDS}, best[2], prepaid)


def _weigh(
    net: Option | None, tax: Option | None, gross: Option | None, *, withheld: bool
) -> tuple[float, bool]:
    present = [option for option in (net, tax, gross) if option is not None]
    score = sum(option.score for option in present)
    places = {(o.amount.line.index, o.amount.start) for o in present}
    score -= 0.5 * (len(present) - len(places))
    if net is not None and gross is not None:
        if tax is not None:
            if abs(net.value + tax.value - gross.value) <= _TOLERANCE:
                return score + _AGREE, True
            # With tax withheld at source, the amount due is not the gross total.
            taken_off = gross.stands_in and withheld
            return score + (_WITHHELD if taken_off else _DISAGREE), False
        if abs(net.value) > abs(gross.value):
            score += _DISAGREE / 2
    if tax is not None and gross is not None and abs(tax.value) >= abs(gross.value) != 0:
        score += _DISAGREE
    if tax is not None and net is not None and abs(tax.value) > abs(net.value):
        score += _DISAGREE
    return score, False


def _due(options: list[Option], gross: Option | None, prepaid: Decimal | None) -> Option | None:
    if not options:
        return None
    for option in options:
        if gross is not None and prepaid and option.value == gross.value - abs(prepaid):
            return option
    best = options[0]
    if gross is not None:
        for option in options:
            if option.value == gross.value and option.score > best.score - 0.15:
                return option
    return best


def as_candidate(option: Option, value: str) -> Candidate:
    """The option as a field candidate."""
    amount = option.amount
    return Candidate(value, option.score, amount.line, amount.start, amount.end, source=amount)
