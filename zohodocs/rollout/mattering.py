"""Which differences matter: a rule a flag and field, set by a person who says why."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zohodocs.domain.invoice import AMOUNT_FIELDS
from zohodocs.domain.money import to_decimal
from zohodocs.models import DifferenceRule, Document

from .flags import record

# Where a paper goes: no field of it.
ROUTE = "route"
_TOTAL, _CURRENCY = "gross_total", "currency"


def rules_of(flag: str) -> Mapping[str, DifferenceRule]:
    """By field; empty is every other field."""
    return {rule.field: rule for rule in DifferenceRule.objects.filter(flag=flag)}


def settled(
    rules: Mapping[str, DifferenceRule],
    field: str,
    control: str,
    candidate: str,
    *,
    document: Document,
    differing: Collection[str],
) -> DifferenceRule | None:
    """The rule by which this one is only counted; None: a person is asked.

    `differing` are all fields in which the ways differ on this paper. What cannot be compared with
    the rule (no total, another currency, no amounts) matters, and where the two ways do not agree
    how much the paper is about, no amount makes anything small. Nor does one where the paper goes.
    """
    if field == ROUTE:
        return None
    rule = rules.get(field) or rules.get("")
    if rule is None:
        return None
    small = rule.amount_from is not None and _is_below(
        rule.amount_from,
        document,
        [control, candidate] if field == _TOTAL else [],
        agreed=_CURRENCY not in differing and (field == _TOTAL or _TOTAL not in differing),
    )
    near = (
        rule.tolerance is not None
        and field in AMOUNT_FIELDS
        and _apart(control, candidate) <= rule.tolerance
    )
    return rule if small or near else None


def set_rule(
    flag: str,
    field: str,
    *,
    amount_from: Decimal | None,
    tolerance: Decimal | None,
    by: str,
    why: str,
) -> None:
    """Set or, with neither figure, take away the rule of a field; the change is audited.

    Raises ValueError with a sentence.
    """
    if not why.strip():
        raise ValueError(_("Say why."))
    if any(figure is not None and figure < 0 for figure in (amount_from, tolerance)):
        raise ValueError(_("An amount here is not negative."))
    if tolerance is not None and field and field not in AMOUNT_FIELDS:
        raise ValueError(_("Only amounts can be nearly the same."))
    if field == ROUTE and amount_from is not None:
        raise ValueError(_("Where a paper goes is a question whatever its amount."))
    with transaction.atomic():
        rows = DifferenceRule.objects.select_for_update().filter(flag=flag, field=field)
        before = in_words(rows.first())
        if amount_from is None and tolerance is None:
            rows.delete()
            after = in_words(None)
        else:
            rule, _made = DifferenceRule.objects.update_or_create(
                flag=flag,
                field=field,
                defaults={
                    "amount_from": amount_from,
                    "tolerance": tolerance,
                    "by": by,
                    "why": why,
                    "at": timezone.now(),
                },
            )
            after = in_words(rule)
        facts = {"field": field, "rule_before": before, "rule_after": after}
        record("flag.difference_rule", flag, by=by, why=why, **facts)


def in_words(rule: DifferenceRule | None) -> str:
    """A rule as the history keeps it, in figures that need no language."""
    if rule is None:
        return "–"
    parts = []
    if rule.amount_from is not None:
        parts.append(f"≥ {rule.amount_from:.2f}")
    if rule.tolerance is not None:
        parts.append(f"± {rule.tolerance:.2f}")
    return " ".join(parts)


def _is_below(amount: Decimal, document: Document, totals: Sequence[str], *, agreed: bool) -> bool:
    own = document.organization.currency.upper()
    if not agreed or document.currency.upper() != own:
        return False
    gross = [document.gross_total, *(to_decimal(total) for total in totals)]
    return all(each is not None and abs(each) < amount for each in gross)


def _apart(one: str, other: str) -> Decimal:
    """How far two amounts are apart; without end where one of them is none."""
    first, second = to_decimal(one), to_decimal(other)
    return Decimal("Infinity") if first is None or second is None else abs(first - second)
