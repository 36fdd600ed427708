"""Which of the organisation's taxes a rate on paper is.

Never guessed: where none fits, or several do, a person decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from zohodocs.domain.case import TaxFacts
from zohodocs.domain.invoice import Invoice
from zohodocs.domain.sums import rate_text
from zohodocs.domain.tax import choose_tax, treatment

from .refusals import CannotPlan

_NAMES = {
    "S": "standard",
    "Z": "zero-rated",
    "E": "exempt",
    "AE": "reverse charge",
    "K": "purchase within the EU",
    "G": "export",
    "O": "outside the scope of tax",
}


def tax_id_for(
    rate: Decimal,
    category: str,
    *,
    invoice: Invoice,
    taxes: Sequence[TaxFacts],
    our_country: str,
    chosen: Mapping[str, str],
) -> str:
    """Zoho's id of the tax with this rate and category; "" for a line that carries no tax at all.

    `chosen` is the tax a rule or a person named for a rate: it settles which of several is meant.
    Raises CannotPlan where no tax, or more than one, fits.
    """
    named = next((tax for tax in taxes if tax.id == chosen.get(rate_text(rate))), None)
    if named is not None:
        return _of_this_rate((named,), rate)[0].id
    if rate == 0 and not taxes:
        return ""  # tax is not switched on in this organisation
    kind = treatment(invoice, our_country).kind
    fitting = choose_tax(taxes, rate=rate, category=category, kind=kind)
    fitting = _of_this_rate(fitting, rate) if fitting else fitting
    if len(fitting) == 1:
        return fitting[0].id
    if not fitting and category == "O" and rate == 0:
        return ""
    raise _none_fits(rate, category) if not fitting else _several_fit(rate, category, fitting)


def _of_this_rate(fitting: Sequence[TaxFacts], rate: Decimal) -> tuple[TaxFacts, ...]:
    """Those that add to the total what the paper adds.

    A reverse charge that stands in the table with its rate would make the entry dearer than the
    paper: raises CannotPlan where there is no other.
    """
    same = tuple(tax for tax in fitting if tax.rate == rate)
    if not same:
        raise CannotPlan(
            "tax_adds_to_total",
            f"The tax {fitting[0].name} would add {fitting[0].rate.normalize():f} % to the total,"
            f" but the paper charges {rate_text(rate)} %. Post this one in Zoho Books by hand, or"
            f" add a tax of {rate_text(rate)} % for it there and read the tax table again.",
            field="tax_total",
        )
    return same


def _none_fits(rate: Decimal, category: str) -> CannotPlan:
    return CannotPlan(
        "tax_unmapped",
        f"No active tax in the tax table stands for {_shown(rate, category)}. Correct the rate, or"
        " add the tax in Zoho Books, read the tax table again and set its category.",
        field="tax_total",
    )


def _several_fit(rate: Decimal, category: str, fitting: Sequence[TaxFacts]) -> CannotPlan:
    names = ", ".join(tax.name for tax in fitting)
    return CannotPlan(
        "tax_unclear",
        f"Several taxes stand for {_shown(rate, category)}: {names}. Name the right one in a rule"
        " for this vendor, or set their categories in the tax table.",
        field="tax_total",
    )


def _shown(rate: Decimal, category: str) -> str:
    name = f" ({_NAMES.get(category, category)})" if category else ""
    return f"{rate.normalize():f} %{name}"
