"""The company gate: is this paper ours to pay? No flag, rule or sender overrides it; a person can.

A printed VAT number decides, and only in the block it stands in: our number in the seller's block
makes the paper outgoing. Names are asked only where no VAT number is printed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from zohodocs.domain.case import Case, OrganizationFacts, Ports
from zohodocs.domain.countries import supplier_country
from zohodocs.domain.identity import bare_tax_id, same_tax_id, tax_id_country
from zohodocs.domain.names import fold_name, has_phrase, name_similarity, plain_name, words
from zohodocs.domain.verdicts import CompanyVerdict, Direction, Finding

from .findings import blocking, with_findings

# A name that is not equal once folded is ours only if it is this alike, and this much more alike
# than the name of any other of our companies. Below `_DISTANT` it is plainly somebody else.
_ALIKE = 0.93
_MARGIN = 0.06
_DISTANT = 0.75


@dataclass(frozen=True, slots=True)
class _Party:
    """One block of the paper: whose it is among our companies, and how sure that is."""

    name: str
    tax_id: str
    company: OrganizationFacts | None = None
    unsure: str = ""  # why nobody can tell

    @property
    def printed(self) -> str:
        return self.name or self.tax_id or "somebody"


def gate(case: Case, ports: Ports) -> Case:
    """Say who sells to whom; everything but a clear purchase of this organisation blocks."""
    ours = (case.organization, *ports.seen.other_companies())
    seller = _seller(case, ours)
    buyer = _buyer(case, ours)
    verdict, finding = _judge(case.organization, seller, buyer)
    return with_findings(replace(case, company=verdict), [finding] if finding else [])


def _judge(
    here: OrganizationFacts, seller: _Party, buyer: _Party
) -> tuple[CompanyVerdict, Finding | None]:
    if seller.company and buyer.company:
        return _blocked(
            Direction.INTERNAL,
            "internal",
            "Seller and buyer are both ours ({seller}, {buyer}). "
            "Check the parties; accept it only if this internal invoice is to be booked here.",
            seller=_name(seller.company),
            buyer=_name(buyer.company),
        )
    if seller.company:
        return _blocked(
            Direction.OUTGOING,
            "outgoing",
            "{seller} is the seller: this is our own sales invoice, not ours to pay. File it.",
            seller=_name(seller.company),
        )
    if seller.unsure or buyer.unsure:
        return _blocked(
            Direction.UNSURE,
            "company_unsure",
            "{why} Check the buyer and, if this is ours to pay, accept it.",
            why=seller.unsure or buyer.unsure,
        )
    if buyer.company is None:
        return _blocked(
            Direction.NOT_OURS,
            "not_ours",
            "It is addressed to {buyer}, not to us. Send it back or file it; "
            "if it was misread, correct the buyer.",
            buyer=buyer.printed,
        )
    if buyer.company.code != here.code:
        return _blocked(
            Direction.NOT_OURS,
            "other_company",
            "It is addressed to {company}, another of our companies. Hand it in there.",
            company=_name(buyer.company),
        )
    how = "VAT number" if buyer.tax_id else "name"
    return CompanyVerdict(Direction.INCOMING, f"The buyer is ours by its {how}."), None


def _blocked(
    direction: Direction, code: str, sentence: str, **values: str
) -> tuple[CompanyVerdict, Finding]:
    field = "supplier_name" if direction is Direction.OUTGOING else "buyer_name"
    finding = blocking(code, sentence, field=field, overrulable=True, **values)
    return CompanyVerdict(direction, finding.message), finding


def _seller(case: Case, ours: Sequence[OrganizationFacts]) -> _Party:
    invoice = case.invoice
    party = _Party(invoice.supplier_name, invoice.supplier_tax_id)
    company = _by_tax_id(party.tax_id, invoice.supplier_country, ours)
    if company:
        return replace(party, company=company)
    named = _by_equal_name(party.name, ours)
    if named and not party.tax_id:
        return replace(party, company=named[0])
    if named:
        return replace(
            party,
            unsure=f"The seller bears our name, {_name(named[0])}, but not our VAT number.",
        )
    return party


def _buyer(case: Case, ours: Sequence[OrganizationFacts]) -> _Party:
    invoice = case.invoice
    party = _Party(invoice.buyer_name, invoice.buyer_tax_id)
    if not party.tax_id and not party.name:
        return replace(party, unsure="No buyer is printed.")
    if not party.tax_id:
        return _buyer_by_name(party, ours)
    # A number without prefix belongs to the buyer's country or, unprinted, to the seller's: only
    # a paper within one country leaves the prefix away.
    country = invoice.buyer_country or supplier_country(invoice).country
    known = tax_id_country(party.tax_id, country)
    company = _by_tax_id(party.tax_id, country, ours) if known else None
    if company is None and not invoice.buyer_country and not tax_id_country(party.tax_id):
        return _bare_number(party, ours)
    return replace(party, company=company)


def _bare_number(party: _Party, ours: Sequence[OrganizationFacts]) -> _Party:
    """Digits without a country, or on a paper from abroad: ours only if the name says so, too."""
    by_digits = _by_tax_id(party.tax_id, "", ours)
    if by_digits is None:
        return party
    if by_digits in _by_equal_name(party.name, ours):
        return replace(party, company=by_digits)
    return replace(
        party,
        unsure="The buyer's number has our digits, but no country and not our name.",
    )


def _buyer_by_name(party: _Party, ours: Sequence[OrganizationFacts]) -> _Party:
    equal = _by_equal_name(party.name, ours)
    if len(equal) == 1:
        return replace(party, company=equal[0])
    if equal:
        return replace(party, unsure="The buyer's name fits several of our companies.")
    scores = sorted(
        ((_similarity(party.name, company), company.code, company) for company in ours),
        key=lambda scored: (-scored[0], scored[1]),
    )
    best, runner_up = scores[0], scores[1][0] if len(scores) > 1 else 0.0
    if best[0] >= _ALIKE and best[0] - runner_up >= _MARGIN:
        return replace(party, company=best[2])
    if best[0] >= _DISTANT:
        return replace(
            party, unsure=f"No VAT number of the buyer is printed, and {party.name} is like ours."
        )
    return party


def _by_tax_id(
    tax_id: str, country: str, ours: Sequence[OrganizationFacts]
) -> OrganizationFacts | None:
    if not bare_tax_id(tax_id):
        return None
    for company in ours:
        for number in company.vat_numbers:
            if same_tax_id(tax_id, number, country=country, other_country=company.country):
                return company
    return None


def _by_equal_name(name: str, ours: Sequence[OrganizationFacts]) -> list[OrganizationFacts]:
    """Companies of this name without its legal form; the form decides between namesakes."""
    wanted = fold_name(name)
    if not wanted:
        return []
    same = [c for c in ours if any(fold_name(own) == wanted for own in c.names)]
    exact = [c for c in same if any(plain_name(own) == plain_name(name) for own in c.names)]
    return exact if len(same) > 1 and len(exact) == 1 else same


def _similarity(name: str, company: OrganizationFacts) -> float:
    """How alike the names are; one that holds ours ("Nordwind Branch Two") is never distant."""
    holds = any(has_phrase(words(fold_name(name)), fold_name(own)) for own in company.names)
    alike = max((name_similarity(name, own) for own in company.names), default=0.0)
    return max(alike, _DISTANT) if holds else alike


def _name(company: OrganizationFacts) -> str:
    return company.names[0] if company.names else company.code
