"""Which account: the organisation's ordered rules, then the vendor's history, then keywords.

Only active accounts of the real chart, of a type that can carry a cost. Nobody knows = a person
is asked; the first account of the chart is never a guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from zohodocs.domain.case import AccountFacts, Case, Ports, RuleFacts
from zohodocs.domain.identity import same_tax_id
from zohodocs.domain.invoice import POSTING_TYPES
from zohodocs.domain.names import fold, fold_name, has_phrase, words
from zohodocs.domain.verdicts import AccountChoice, Finding

from .common_words import suggested
from .findings import ask, blocking, with_findings
from .tax_choice import choose_taxes

COST_TYPES = frozenset(
    {
        "expense",
        "cost_of_goods_sold",
        "other_expense",
        "fixed_asset",
        "other_asset",
        "other_current_asset",
        "intangible_asset",
        "non_current_asset",
        "stock",
        "other_liability",
        "other_current_liability",
        "long_term_liability",
        "non_current_liability",
    }
)
BY_PERSON = "human"
# History speaks when one account holds this share; it is sure after some documents.
_HISTORY_SHARE, _SURE = 0.8, 0.7
_RULE_CONFIDENCE, _KEYWORD_CONFIDENCE, _COMMON_CONFIDENCE = 0.99, 0.8, 0.5

Choice = tuple[AccountChoice, list[Finding]]


def choose(case: Case, ports: Ports) -> Case:
    """Settle account and tax; papers that are never posted need neither."""
    if case.invoice.document_type not in POSTING_TYPES:
        return case
    chart = {account.id: account for account in ports.accounts.chart()}
    rules = [rule for rule in ports.accounts.rules() if matches(rule, case)]
    if case.account is not None and case.account.how == BY_PERSON:
        choice, findings = _by_person(case.account, chart)
    else:
        choice, findings = _account(case, ports, chart, rules)
        choice = _with_policies(choice, rules)
    tax_rule = next((rule.tax_id for rule in rules if rule.tax_id), None)
    tax_ids, tax_findings = choose_taxes(
        case, ports.accounts.taxes(), preferred=choice.tax_id or tax_rule
    )
    only = next(iter(tax_ids.values())) if len(set(tax_ids.values())) == 1 else None
    choice = replace(choice, tax_ids=tax_ids, tax_id=choice.tax_id or only)
    return with_findings(replace(case, account=choice), [*findings, *tax_findings])


def matches(rule: RuleFacts, case: Case) -> bool:
    """Whether every condition the rule states holds; a rule without conditions never does."""
    gross = abs(case.invoice.gross_total) if case.invoice.gross_total is not None else None
    holds: list[bool] = []
    if rule.vendor:
        holds.append(_is_vendor(rule.vendor, case))
    if rule.keywords:
        holds.append(_first_keyword(rule, case) is not None)
    if rule.delivery_address:
        holds.append(_in_address(rule.delivery_address, case))
    if rule.line_text:
        holds.append(_in_lines(rule.line_text, case))
    if rule.amount_from is not None:
        holds.append(gross is not None and gross >= rule.amount_from)
    if rule.amount_to is not None:
        holds.append(gross is not None and gross <= rule.amount_to)
    return bool(holds) and all(holds)


# --- the account ---------------------------------------------------------------------------------


def _account(
    case: Case, ports: Ports, chart: Mapping[str, AccountFacts], rules: Sequence[RuleFacts]
) -> Choice:
    specific = [rule for rule in rules if not _only_keywords(rule)]
    return (
        _by_rules(specific, case, chart)
        or _by_history(case, ports, chart)
        or _by_rules([rule for rule in rules if _only_keywords(rule)], case, chart)
        or _by_common_words(case, chart)
        or _nobody_knows(chart)
    )


def _by_rules(
    rules: Iterable[RuleFacts], case: Case, chart: Mapping[str, AccountFacts]
) -> Choice | None:
    for rule in rules:
        if not rule.account_id and not rule.category:
            continue  # it sets a tax or a policy, not an account
        account = _account_of(rule, chart)
        if account is None:
            return _unusable(rule)
        return _chosen(rule, account, case), []
    return None


def _account_of(rule: RuleFacts, chart: Mapping[str, AccountFacts]) -> AccountFacts | None:
    """The rule's account, or the one account that bears its category's name."""
    if rule.account_id:
        account = chart.get(rule.account_id)
        return account if account and usable(account) else None
    wanted = fold(rule.category).strip()
    named = [a for a in chart.values() if usable(a) and fold(a.name).strip() == wanted]
    return named[0] if len(named) == 1 else None


def usable(account: AccountFacts) -> bool:
    """Whether a bill's line may be booked on it."""
    return account.active and account.type in COST_TYPES


def _chosen(rule: RuleFacts, account: AccountFacts, case: Case) -> AccountChoice:
    keyword = _first_keyword(rule, case)
    by_keyword = _only_keywords(rule) and keyword is not None
    said = f' (the paper says "{keyword}")' if keyword else ""
    return AccountChoice(
        account_id=account.id,
        reason=f"Rule: {rule.name}{said}.",
        name=account.name,
        confidence=_KEYWORD_CONFIDENCE if by_keyword else _RULE_CONFIDENCE,
        how="keyword" if by_keyword else "rule",
        category=rule.category,
    )


def _unusable(rule: RuleFacts) -> Choice:
    finding = blocking(
        "account_unsure",
        'The rule "{rule}" applies, but its account{category} is not an active cost account of '
        "the chart. Choose the account, and mend the rule.",
        rule=rule.name,
        category=f" ({rule.category})" if rule.category else "",
    )
    return AccountChoice(None, finding.message, category=rule.category), [finding]


def _by_history(case: Case, ports: Ports, chart: Mapping[str, AccountFacts]) -> Choice | None:
    vendor_id = case.vendor.vendor_id if case.vendor else None
    history = ports.accounts.history(vendor_id) if vendor_id else {}
    total = sum(history.values())
    if not total:
        return None
    account_id, times = max(history.items(), key=lambda used: (used[1], used[0]))
    account = chart.get(account_id)
    if account is None or not usable(account) or times / total < _HISTORY_SHARE:
        return None
    confidence = times / (total + 1)
    choice = AccountChoice(
        account_id=account.id,
        reason=f"{times} of {total} earlier documents of this vendor were booked here.",
        name=account.name,
        confidence=round(confidence, 4),
        how="history",
    )
    if confidence >= _SURE:
        return choice, []
    doubt = ask(
        "account_unsure",
        "{account} is proposed from few earlier documents of this vendor. Confirm the account.",
        account=account.name,
    )
    return choice, [doubt]


def _by_common_words(case: Case, chart: Mapping[str, AccountFacts]) -> Choice | None:
    found = suggested(_spoken(case), [account for account in chart.values() if usable(account)])
    if found is None:
        return None
    account, word = found
    doubt = ask(
        "account_unsure",
        '{account} is proposed because the paper says "{word}". Confirm the account.',
        account=account.name,
        word=word,
    )
    choice = AccountChoice(
        account_id=account.id,
        reason=doubt.message,
        name=account.name,
        confidence=_COMMON_CONFIDENCE,
        how="common words",
    )
    return choice, [doubt]


def _nobody_knows(chart: Mapping[str, AccountFacts]) -> Choice:
    possible = [account for account in chart.values() if usable(account)]
    if len(possible) == 1:
        return _the_only_one(possible[0])
    sentence = (
        "No rule and no earlier document says which account this belongs to. Choose one."
        if possible
        else "The chart of accounts has no usable account yet. Synchronise it with Zoho Books."
    )
    finding = blocking("account_unsure", sentence)
    return AccountChoice(None, finding.message), [finding]


def _the_only_one(account: AccountFacts) -> Choice:
    """No guess where there is nothing to choose from; still a question."""
    doubt = ask(
        "account_unsure",
        "{account} is the only account that can carry a cost. Confirm the account.",
        account=account.name,
    )
    choice = AccountChoice(
        account_id=account.id,
        reason="It is the only account of the chart that can carry a cost.",
        name=account.name,
        confidence=0.5,
        how="only",
    )
    return choice, [doubt]


def _by_person(choice: AccountChoice, chart: Mapping[str, AccountFacts]) -> Choice:
    account = chart.get(choice.account_id or "")
    if account is not None and usable(account):
        return choice, []
    finding = blocking(
        "account_unsure",
        "The chosen account {account} cannot carry a cost or is inactive. Choose another.",
        account=choice.name or "(none)",
    )
    return choice, [finding]


def _with_policies(choice: AccountChoice, rules: Sequence[RuleFacts]) -> AccountChoice:
    """The strictest of what the matching rules demand, whichever of them chose the account."""
    limits = [rule.auto_approve_up_to for rule in rules if rule.auto_approve_up_to is not None]
    return replace(
        choice,
        lines_required=any(rule.lines_required for rule in rules),
        always_review=any(rule.always_review for rule in rules),
        auto_approve_up_to=f"{min(limits):f}" if limits else None,
    )


# --- conditions ----------------------------------------------------------------------------------


def _only_keywords(rule: RuleFacts) -> bool:
    return bool(rule.keywords) and not (rule.vendor or rule.delivery_address or rule.line_text)


def _is_vendor(wanted: str, case: Case) -> bool:
    """By our id, VAT number or name; a name must be equal once folded."""
    if case.vendor is not None and case.vendor.vendor_id == wanted:
        return True
    invoice = case.invoice
    if same_tax_id(wanted, invoice.supplier_tax_id, other_country=invoice.supplier_country):
        return True
    names = {fold_name(invoice.supplier_name)}
    if case.vendor is not None and case.vendor.vendor_id:
        names.add(fold_name(case.vendor.name))
    return fold_name(wanted) in names - {""}


def _first_keyword(rule: RuleFacts, case: Case) -> str | None:
    """The rule's first keyword in the lines or the supplier's name; on the page if no line is."""
    spoken = _spoken(case)
    return next(
        (key for key in rule.keywords if any(has_phrase(text, key) for text in spoken)), None
    )


def _spoken(case: Case) -> list[tuple[str, ...]]:
    spoken = [words(line.description) for line in case.invoice.line_items]
    if not any(spoken):
        spoken = _pages(case)
    return [*spoken, words(case.invoice.supplier_name)]


def _in_lines(wanted: str, case: Case) -> bool:
    return any(has_phrase(words(line.description), wanted) for line in case.invoice.line_items)


def _in_address(wanted: str, case: Case) -> bool:
    spoken = [words(case.invoice.buyer_address), *_pages(case)]
    return any(has_phrase(text, wanted) for text in spoken)


def _pages(case: Case) -> list[tuple[str, ...]]:
    pages = case.reading.pages if case.reading else ()
    return [words(" ".join(word.text for word in page.words)) for page in pages]
