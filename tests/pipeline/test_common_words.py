"""What common words suggest: a question, never an answer, and nothing when divided."""

from __future__ import annotations

import pytest

from tests.pipeline.papers import FakeAccounts, case, invoice, ports
from zohodocs.domain.case import AccountFacts
from zohodocs.domain.invoice import LineItem
from zohodocs.pipeline import accounts

SUPPLIES = AccountFacts("a-1", "Office Supplies")
FUEL = AccountFacts("a-2", "Fuel")
INCOME = AccountFacts("a-3", "Rent", type="income")


def chosen(description: str) -> tuple[str | None, str, bool]:
    paper = invoice(line_items=(LineItem(description=description),))
    look_ups = ports(accounts=FakeAccounts(accounts=(SUPPLIES, FUEL, INCOME), ordered=()))
    result = accounts.choose(case(paper), look_ups)
    assert result.account is not None
    [finding] = [f for f in result.findings if f.code == "account_unsure"]
    return result.account.account_id, result.account.reason, finding.blocks


@pytest.mark.parametrize(
    ("description", "account", "blocks"),
    [
        ("Toner schwarz, 2 St.", "a-1", False),
        ("Olej napędowy ON", "a-2", False),
        ("Toner und Diesel", None, True),
        ("Monatsmiete", None, True),
        ("rent for May", None, True),
        ("tonerless petroleum", None, True),
    ],
)
def test_a_common_word_asks_for_an_account_of_the_chart(
    description: str, account: str | None, blocks: bool
) -> None:
    assert (chosen(description)[0], chosen(description)[2]) == (account, blocks)


def test_the_word_is_named() -> None:
    assert '"toner"' in chosen("Toner schwarz")[1]
