"""How a receipt was paid, by the words on it; both ways or neither means: ask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from zohodocs.domain.names import has_phrase, words

from .refusals import CannotPlan

Means = Literal["cash", "card"]

_CASH = (
    "cash", "bar", "barzahlung", "bargeld", "gotówka", "gotówką", "espèces", "contanti",
    "efectivo", "contant", "наличные", "наличными", "sularaha", "sularahas",
)  # fmt: skip  # a list of words to be skimmed
_CARD = (
    "card", "kreditkarte", "girocard", "kartenzahlung", "visa", "mastercard", "maestro", "amex",
    "ec-karte", "karta", "kartą", "karta płatnicza", "carte bancaire", "carte bleue", "bancomat",
    "carta di credito", "tarjeta", "pinpas", "банковская карта", "картой", "kaart", "pangakaart",
)  # fmt: skip  # as above
# What Zoho calls the accounts a receipt may be paid from.
ACCOUNT_TYPES: dict[Means, tuple[str, ...]] = {"cash": ("cash",), "card": ("credit_card", "bank")}


def means_in(text: str) -> Means | None:
    """Cash or card, if the text names exactly one of them."""
    spoken = words(text)
    cash = any(has_phrase(spoken, word) for word in _CASH)
    card = any(has_phrase(spoken, word) for word in _CARD)
    if cash == card:
        return None
    return "cash" if cash else "card"


def paid_through(means: Means | None, accounts: Sequence[tuple[str, str]]) -> str:
    """Zoho's id of the account the money came from, out of (id, type) of the active accounts.

    A credit card goes before a bank account; "" where the means are unknown.
    Raises CannotPlan where no account, or more than one, fits.
    """
    if means is None:
        return ""
    for kind in ACCOUNT_TYPES[means]:
        fitting = [zoho_id for zoho_id, type_ in accounts if type_ == kind]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            raise CannotPlan(
                "paid_through_unclear",
                f"There are several {_named(means)} accounts. Close all but one in Zoho Books, or"
                " post this receipt there by hand and close it here as not a posting document.",
            )
    raise CannotPlan(
        "paid_through_missing",
        f"The chart of accounts has no {_named(means)} account. Add one in Zoho Books and read the"
        " chart again, then approve again.",
    )


def _named(means: Means) -> str:
    return "petty cash" if means == "cash" else "business card"
