"""Is the bank account on the paper the one we know?

One that changed, or is new for a vendor we have paid before, needs two people, always. The first
one of a vendor without a history has nothing to be compared with: one person looks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from zohodocs.domain.case import VendorFacts
from zohodocs.domain.identity import masked_iban, normal_iban
from zohodocs.domain.verdicts import Finding
from zohodocs.pipeline.findings import ask, blocking

TWO_PEOPLE = frozenset({"bank_details_changed", "bank_details_new"})


def bank_findings(
    printed: str, vendor: VendorFacts | None, by_iban: Callable[[str], Sequence[VendorFacts]]
) -> list[Finding]:
    """What the printed account says, compared with those known for the vendor (None = new)."""
    account = normal_iban(printed)
    if not account:
        return []
    known = {normal_iban(iban) for iban in _known(vendor)}
    if account in known:
        return []
    elsewhere = sorted({v.name for v in by_iban(account) if vendor is None or v.id != vendor.id})
    if known or elsewhere:
        return [_changed(account, vendor, elsewhere)]
    if vendor is None:
        return []  # a new vendor: its details are all looked at before it is created
    if not vendor.has_history:
        return [
            ask(
                "bank_details_first",
                "{new} is the first bank account seen for {vendor}. Compare it with what you know.",
                field="iban",
                new=masked_iban(account),
                vendor=vendor.name,
            )
        ]
    return [
        ask(
            "bank_details_new",
            "The bank account {new} was never used for this vendor. "
            "Confirm it through a contact you already know; a second person approves.",
            field="iban",
            new=masked_iban(account),
        )
    ]


def _changed(account: str, vendor: VendorFacts | None, elsewhere: list[str]) -> Finding:
    old = ", ".join(sorted({masked_iban(iban) for iban in _known(vendor)}))
    if elsewhere and not old:
        return blocking(
            "bank_details_changed",
            "The bank account {new} is known as that of {others}. Call the vendor on a number "
            "you already have; a second person approves.",
            field="iban",
            overrulable=True,
            new=masked_iban(account),
            old="",
            others=", ".join(elsewhere),
        )
    return blocking(
        "bank_details_changed",
        "The bank account changed from {old} to {new}. Call the vendor on a number you already "
        "have, not on this paper; a second person approves.",
        field="iban",
        overrulable=True,
        new=masked_iban(account),
        old=old,
        others=", ".join(elsewhere),
    )


def _known(vendor: VendorFacts | None) -> tuple[str, ...]:
    if vendor is None:
        return ()
    return (*vendor.ibans, *((vendor.last_iban,) if vendor.last_iban else ()))
