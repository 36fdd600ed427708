"""Where the document goes: approved by itself only if nothing at all speaks against it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from decimal import Decimal

from zohodocs.domain.case import Case, Ports
from zohodocs.domain.invoice import POSTING_TYPES
from zohodocs.domain.money import text, to_decimal
from zohodocs.domain.verdicts import Decision, Direction, Finding, Route, VendorOutcome

from .findings import ask, needs_a_person, note, with_findings
from .vendors.bank_details import TWO_PEOPLE

AUTO_APPROVE = "auto_approve"
CANDIDATE = "candidate"
HALF_LIMIT = "half_limit"
# Among blocking findings, the ones a person must see first.
_WORST = (
    "outgoing",
    "not_ours",
    "other_company",
    "internal",
    "company_unsure",
    "bank_details_changed",
    "duplicate_invoice",
    "vendor_conflict",
)
_BY_HAND = {
    "credit_note": ("credit_note_by_hand", "A credit note is always approved by a person."),
    "receipt": (
        "receipt_by_hand",
        "A receipt is always approved by a person: choose what it was paid from.",
    ),
}


def decide(case: Case, ports: Ports) -> Case:
    """Settle the route; the decision carries every reason for it, worst first."""
    case = with_findings(case, _four_eyes(case))
    case = replace(case, findings=human_overrules(case.findings, case.overruled))
    if case.invoice.document_type in POSTING_TYPES:
        case = with_findings(case, _by_hand(case))
    return replace(case, decision=_decision(case))


def human_overrules(findings: Iterable[Finding], codes: Collection[str]) -> tuple[Finding, ...]:
    """The findings with those a person accepted turned into notes that say so.

    Only an overrulable finding can be accepted; a missing number stays missing.
    """
    return tuple(
        _accepted(finding) if finding.overrulable and finding.code in codes else finding
        for finding in findings
    )


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Blocking findings, then questions, then notes; each group by weight, then as found."""
    return tuple(
        sorted(findings, key=lambda f: (not f.blocks, not needs_a_person(f), _weight(f.code)))
    )


def _decision(case: Case) -> Decision:
    reasons = worst_first(finding for finding in case.findings if needs_a_person(finding))
    if case.invoice.document_type not in POSTING_TYPES:
        kept = tuple(f for f in case.findings if f.code == "not_a_posting_document")
        if kept and not any(reason.blocks for reason in reasons):
            return Decision(Route.FILED, kept)
        return Decision(Route.IN_REVIEW, reasons or kept)
    if reasons:
        return Decision(Route.IN_REVIEW, reasons)
    two_people = tuple(f for f in case.findings if f.code == "four_eyes")
    if two_people:
        return Decision(Route.IN_REVIEW, two_people)
    if not _may_approve_itself(case):
        return Decision(Route.IN_REVIEW, (approval_needed(),))
    return Decision(Route.APPROVED)


def _may_approve_itself(case: Case) -> bool:
    """Nothing was found; is everything there, too, and is the machine allowed to?"""
    return (
        case.flags.get(AUTO_APPROVE) == CANDIDATE
        and not case.overruled  # what a person waved through, a person approves
        and case.invoice.document_type == "invoice"
        and case.company is not None
        and case.company.direction is Direction.INCOMING
        and case.vendor is not None
        and case.vendor.outcome is VendorOutcome.USE
        and case.vendor.vendor_id is not None
        and case.account is not None
        and case.account.account_id is not None
    )


def approval_needed() -> Finding:
    """The question that is left where nothing speaks against a paper but a person must say yes."""
    return ask("approval_needed", "Everything checks out; approve it.")


def _by_hand(case: Case) -> list[Finding]:
    """What only a person may approve, however well it was read."""
    found: list[Finding] = []
    if case.invoice.document_type in _BY_HAND:
        found.append(ask(*_BY_HAND[case.invoice.document_type]))
    if case.account is not None and case.account.always_review:
        found.append(
            ask("rule_always_review", "A rule asks that a person looks at papers of this kind.")
        )
    return [*found, *_limit(case)]


def _limit(case: Case) -> list[Finding]:
    limits = [case.policy.auto_approve_up_to, _rule_limit(case)]
    known = [limit for limit in limits if limit is not None]
    gross = case.invoice.gross_total
    if not known or gross is None or case.flags.get(AUTO_APPROVE) != CANDIDATE:
        return []
    own = case.organization.currency
    if _is_foreign(case):
        return [
            ask(
                "limit_other_currency",
                "The limit for approval without a person is in {own}, the paper is in {currency}.",
                field="currency",
                own=own,
                currency=case.invoice.currency,
            )
        ]
    allowed = min(known) / 2 if case.variants.get(AUTO_APPROVE) == HALF_LIMIT else min(known)
    if abs(gross) <= allowed:
        return []
    return [
        ask(
            "above_limit",
            "More than {limit} {own} is always approved by a person.",
            field="gross_total",
            limit=text(allowed, own),
            own=own,
        )
    ]


def _rule_limit(case: Case) -> Decimal | None:
    return to_decimal(case.account.auto_approve_up_to) if case.account else None


def _is_foreign(case: Case) -> bool:
    return case.invoice.currency.upper() != case.organization.currency.upper()


def _four_eyes(case: Case) -> list[Finding]:
    """Two people: a large amount, a strange bank account, a new vendor. No flag changes that."""
    if case.invoice.document_type not in POSTING_TYPES:
        return []
    because: list[str] = []
    above, gross = case.policy.four_eyes_above, case.invoice.gross_total
    if above is not None and gross is not None:
        if _is_foreign(case):
            because.append("the amount cannot be compared with the limit in another currency")
        elif abs(gross) > above:
            because.append(f"the amount is above {text(above, case.organization.currency)}")
    if any(finding.code in TWO_PEOPLE for finding in case.findings):
        because.append("the bank details are new or changed")
    is_new = case.vendor is not None and case.vendor.outcome is VendorOutcome.CREATE
    if is_new and case.policy.four_eyes_new_vendor:
        because.append("the vendor is new")
    if not because:
        return []
    return [
        note(
            "four_eyes", "A second person must approve, too: {because}.", because="; ".join(because)
        )
    ]


def _accepted(finding: Finding) -> Finding:
    return replace(
        finding,
        message=f"Accepted by a person: {finding.message}",
        blocks=False,
        review=False,
        data={**finding.data, "overruled": True},
    )


def _weight(code: str) -> int:
    return _WORST.index(code) if code in _WORST else len(_WORST)
