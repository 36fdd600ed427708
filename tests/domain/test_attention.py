"""The worth of a look."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from zohodocs.domain import attention
from zohodocs.domain.verdicts import Finding

ASK, BLOCK = Finding("a", "a"), Finding("b", "b", blocks=True)
amounts = st.decimals(min_value=0, max_value=10**12, places=2)


def test_more_money_and_more_doubt_are_worth_more() -> None:
    assert attention.worth(Decimal(200), [ASK]) > attention.worth(Decimal(100), [ASK])
    assert attention.worth(Decimal(100), [BLOCK]) > attention.worth(Decimal(100), [ASK])
    assert attention.worth(Decimal(-100), [ASK]) == attention.worth(Decimal(100), [ASK])


def test_a_question_takes_time() -> None:
    # Two questions are likelier to hide an error, but the second adds less than it costs.
    assert attention.worth(Decimal(100), [BLOCK, ASK]) < attention.worth(Decimal(100), [BLOCK])


def test_an_unknown_amount_is_worth_something() -> None:
    assert attention.worth(None, [ASK]) > attention.worth(Decimal(1), [ASK])


@given(amounts, st.lists(st.sampled_from([ASK, BLOCK]), max_size=8), st.integers(0, 10**9))
def test_no_worth_outranks_the_old_and_the_old_come_in_order(
    amount: Decimal, findings: list[Finding], seconds: int
) -> None:
    opened = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    worth = attention.worth(amount, findings)

    assert 0 <= worth < attention.AGED_FROM < attention.aged(opened)
    assert attention.aged(opened) < attention.aged(opened - timedelta(seconds=1))
    assert attention.aged(opened) < attention.called_for(opened)
