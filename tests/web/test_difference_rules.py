"""Which differences between two ways are worth a person's question: the rules of a flag's page."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import DocumentFactory, OrganizationFactory
from tests.web.flags_page import FLAG, post, root
from zohodocs.models import AuditEvent, DifferenceRule, ReviewItem, ShadowDifference
from zohodocs.rollout import mattering, shadow
from zohodocs.rollout.shadow import Difference

__all__ = ["root"]
pytestmark = pytest.mark.django_db


def a_difference(total: str, *, field: str = "gross_total", candidate: str = "101.00") -> str:
    """Why nobody is asked about it: 100.00 against the candidate's, on a paper of that total."""
    company = OrganizationFactory(currency="EUR")
    answer = {"arm": "control", "shadow": True}
    paper = DocumentFactory(
        organization=company, gross_total=Decimal(total), currency="EUR", flags={FLAG: answer}
    )
    assert shadow.begin(paper, FLAG)
    shadow.keep(paper, FLAG, [Difference(field, "100.00", candidate)], seconds=1)
    row = ShadowDifference.objects.get(document=paper)
    asked = ReviewItem.objects.filter(document=paper, reason="ways_differ").exists()
    assert asked == (not row.ignored)
    return row.ignored


def test_a_rule_says_from_which_total_and_from_how_far_apart_it_is_a_question(root: Client) -> None:
    assert a_difference("50") == ""
    post(root, "rollout_matter", field="gross_total", amount_from="200", tolerance="0.50")

    assert a_difference("199.99") == "To try it."
    assert a_difference("200") == ""
    assert a_difference("200", candidate="100.50") == "To try it."
    assert a_difference("200", candidate="100.51") == ""
    # Another field has no rule; one for all others leaves this one alone.
    assert a_difference("50", field="invoice_number") == ""
    post(root, "rollout_matter", amount_from="60")
    assert a_difference("50", field="invoice_number") == "To try it."
    assert a_difference("150") == "To try it."


def test_no_rule_makes_small_where_a_paper_goes(root: Client) -> None:
    post(root, "rollout_matter", amount_from="200")
    paper = DocumentFactory(
        organization=OrganizationFactory(currency="EUR"), gross_total=Decimal(50), currency="EUR"
    )
    rules = mattering.rules_of(FLAG)
    differing = {"route", "iban"}

    asked = {
        field
        for field in differing
        if mattering.settled(rules, field, "a", "b", document=paper, differing=differing) is None
    }
    refused = root.post(
        reverse("rollout_matter", args=[FLAG]),
        {"field": "route", "amount_from": "200", "why": "To try it."},
        follow=True,
    )

    assert asked == {"route"}
    assert "whatever its amount" in refused.text
    assert set(mattering.rules_of(FLAG)) == {""}


def test_a_total_in_another_currency_is_a_question_whatever_the_rule(root: Client) -> None:
    post(root, "rollout_matter", amount_from="200")
    company = OrganizationFactory(currency="EUR")
    paper = DocumentFactory(organization=company, gross_total=Decimal(50), currency="USD")
    rules = mattering.rules_of(FLAG)

    assert mattering.settled(rules, "iban", "a", "b", document=paper, differing={"iban"}) is None


@pytest.mark.parametrize(
    ("differing", "asked"),
    [
        ({"gross_total": ("50", "5000"), "iban": ("a", "b")}, {"gross_total", "iban"}),
        ({"gross_total": ("50", "")}, {"gross_total"}),
        ({"gross_total": ("", "50")}, {"gross_total"}),
        ({"gross_total": ("50", "-51"), "iban": ("a", "b")}, {"iban"}),
        ({"currency": ("EUR", "USD"), "iban": ("a", "b")}, {"currency", "iban"}),
        ({"currency": ("EUR", "USD"), "gross_total": ("50", "51")}, {"currency", "gross_total"}),
        ({"iban": ("a", "b"), "net_total": ("40", "41")}, set[str]()),
    ],
)
def test_no_amount_makes_small_what_the_ways_do_not_agree_on(
    root: Client, differing: dict[str, tuple[str, str]], asked: set[str]
) -> None:
    post(root, "rollout_matter", amount_from="200")
    post(root, "rollout_matter", field="currency", amount_from="200")
    paper = DocumentFactory(
        organization=OrganizationFactory(currency="EUR"), gross_total=Decimal(50), currency="EUR"
    )
    assert shadow.begin(paper, FLAG)

    found = [Difference(field, *values) for field, values in differing.items()]
    assert shadow.keep(paper, FLAG, found, seconds=1) == len(asked)

    open_ones = ShadowDifference.objects.filter(document=paper, ignored="")
    assert set(open_ones.values_list("field", flat=True)) == asked


def test_a_rule_has_its_history_and_is_taken_away_by_emptying_it(root: Client) -> None:
    post(root, "rollout_matter", field="net_total", tolerance="0.05")
    page = post(root, "rollout_matter", field="net_total", amount_from="20", tolerance="0.05")
    assert "<del>± 0.05</del> → <ins>≥ 20.00 ± 0.05</ins>" in page
    assert "Revert to this" not in page

    page = post(root, "rollout_matter", field="net_total")
    assert "<del>≥ 20.00 ± 0.05</del> → <ins>–</ins>" in page
    assert not DifferenceRule.objects.exists()
    assert AuditEvent.objects.filter(verb="flag.difference_rule", actor="root").count() == 3


@pytest.mark.parametrize(
    "sent",
    [
        {"field": "iban", "tolerance": "1"},
        {"field": "net_total", "tolerance": "-1"},
        {"amount_from": "5", "why": " "},
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(root: Client, sent: dict[str, str]) -> None:
    post(root, "rollout_matter", **sent)

    assert not DifferenceRule.objects.exists()
