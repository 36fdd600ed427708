"""What looking at a document is worth: what it may save, by the second it takes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from zohodocs.domain.verdicts import Finding

# Whatever waits longer comes before all that is worth more, the oldest first.
CEILING = timedelta(days=1)
# What a lead was called for comes before even that.
_AGED, _CALLED_FOR = Decimal(10) ** 10, Decimal(2) * Decimal(10) ** 10
_PLACES = Decimal("0.0001")
_MOST = Decimal(10) ** 9
# How often such a finding turns out to be an error: a block about every second time.
_BLOCKING, _ASKING, _NOTHING = 0.5, 0.15, 0.01
# Opening and approving; then each question.
_SECONDS, _SECONDS_A_QUESTION = 4, 6
# A paper without a total is not worth nothing: nobody knows what it is worth.
_UNKNOWN_AMOUNT = Decimal(250)


def worth(amount: Decimal | None, findings: Iterable[Finding]) -> Decimal:
    """(Amount at risk × chance of an error) / expected seconds, in the document's currency.

    Amounts of several currencies are compared as they stand: the order is a courtesy, not a sum.
    """
    fine, questions = 1.0, 0
    for finding in findings:
        if finding.blocks or finding.review:
            questions += 1
            fine *= 1 - (_BLOCKING if finding.blocks else _ASKING)
    chance = Decimal(str(round(max(_NOTHING, 1 - fine), 6)))
    risk = abs(amount) if amount is not None else _UNKNOWN_AMOUNT
    seconds = _SECONDS + _SECONDS_A_QUESTION * questions
    return min(_MOST, risk * chance / seconds).quantize(_PLACES, ROUND_HALF_UP)


def aged(opened_at: datetime) -> Decimal:
    """Where one stands that is older than the ceiling."""
    return _AGED - Decimal(int(opened_at.timestamp()))


def called_for(opened_at: datetime) -> Decimal:
    """Where one stands for which a lead was called."""
    return _CALLED_FOR - Decimal(int(opened_at.timestamp()))


# More than any worth, less than any that is aged.
AGED_FROM = _AGED - Decimal(10) ** 10 / 2
