"""POST vendor/, account/, lines/, accept/: what is no field of the paper."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.urls import reverse

from tests import cast as people
from tests.cast import Cast, client_of, fresh
from tests.factories import AccountFactory, VendorFactory
from tests.page import HTMX, Answer, part
from zohodocs.models import AuditEvent, Correction, ReviewItem


def send(user: User, item: ReviewItem, verb: str, **data: object) -> Answer:
    body = {"version": fresh(item.document).version, **data}
    return client_of(user).post(reverse(f"review:{verb}", args=[item.code]), body, headers=HTMX)


def test_a_chosen_vendor_stays_chosen_when_the_checks_run_again(
    cast: Cast, item: ReviewItem
) -> None:
    lumi = VendorFactory(organization=cast.nordlicht, name="Lumi Print", folded_name="lumi print")

    assert send(cast.ana, item, "vendor", vendor=lumi.code).status_code == 200
    send(cast.ana, item, "account", account=cast.telephone.code)

    document = fresh(item.document)
    assert document.vendor == lumi
    assert document.vendor_match["how"] == "human"
    assert Correction.objects.filter(field="vendor", after="Lumi Print").exists()


def test_a_vendor_of_another_company_is_not_known_here(cast: Cast, item: ReviewItem) -> None:
    foreign = VendorFactory()

    assert send(cast.ana, item, "vendor", vendor=foreign.code).status_code == 422
    assert send(cast.ana, item, "vendor", vendor="nonsense").status_code == 422
    assert fresh(item.document).vendor == cast.becker


def test_a_chosen_account_stays_chosen(cast: Cast, item: ReviewItem) -> None:
    send(cast.ana, item, "account", account=cast.telephone.code)

    document = fresh(item.document)
    assert document.account == cast.telephone
    assert document.account_choice["how"] == "human"
    assert AuditEvent.objects.filter(document=document, verb="review.account_chosen").exists()


def test_accounts_that_cannot_be_used_are_refused(cast: Cast, item: ReviewItem) -> None:
    closed = AccountFactory(organization=cast.nordlicht, active=False)
    foreign = AccountFactory()

    for account in (closed.code, foreign.code, "nonsense", ""):
        assert send(cast.ana, item, "account", account=account).status_code == 422
    assert fresh(item.document).account == cast.furniture


def test_only_active_accounts_of_the_company_are_offered(cast: Cast, item: ReviewItem) -> None:
    closed = AccountFactory(organization=cast.nordlicht, active=False)
    bank = AccountFactory(organization=cast.nordlicht, type="bank")
    AccountFactory()

    page = part(client_of(cast.ana).get(reverse("review:item", args=[item.code])))

    offered = {each.get("value") for each in page.all("#account-choice option[value]")} - {""}
    assert offered == {str(cast.furniture.code), str(cast.telephone.code)}
    assert str(closed.code) not in offered
    assert str(bank.code) not in offered


def test_lines_are_replaced_and_an_emptied_one_is_gone(cast: Cast, item: ReviewItem) -> None:
    response = send(
        cast.ana,
        item,
        "lines",
        **{
            "line-1-description": "Chairs",
            "line-1-quantity": "4",
            "line-1-unit_price": "235,65",
            "line-1-line_total": "942,60 €",
            "line-2-description": "",
            "line-2-line_total": "",
        },
    )

    assert response.status_code == 200
    assert fresh(item.document).line_items == [
        {
            "description": "Chairs",
            "quantity": "4",
            "unit_price": "235.65",
            "line_total": "942.60",
            "tax_rate": None,
        }
    ]


def test_a_line_that_is_no_number_is_said(cast: Cast, item: ReviewItem) -> None:
    response = send(cast.ana, item, "lines", **{"line-1-line_total": "many"})

    assert response.status_code == 422
    assert "not an amount" in part(response).one(".panel-body .notice-bad").text


def test_what_blocks_is_accepted_only_with_a_reason(cast: Cast) -> None:
    item = people.in_review(cast.nordlicht, people.paper(**{"1.121,69_€": "1.130,00 €"}))

    refused = send(cast.ana, item, "accept", code="totals_differ", reason="  ")
    accepted = send(cast.ana, item, "accept", code="totals_differ", reason="paper is wrong")

    assert refused.status_code == 422
    assert "Say why" in part(refused).one("#why-gross_total-problem").text
    assert accepted.status_code == 200
    assert fresh(item.document).overruled == {"totals_differ": "paper is wrong"}
    assert not part(accepted).has("#q-gross_total")


def test_what_nobody_may_overrule_stays(cast: Cast) -> None:
    item = people.in_review(cast.nordlicht, people.paper())
    version = fresh(item.document).version
    client_of(cast.ana).post(
        reverse("review:correct", args=[item.code]),
        {"version": version, "field": "invoice_number", "value": ""},
        headers=HTMX,
    )

    response = send(cast.ana, item, "accept", code="missing_invoice_number", reason="so what")

    assert response.status_code == 422
    assert part(response).has("#q-invoice_number")


def test_every_choice_is_guarded_by_version_role_and_method(cast: Cast, item: ReviewItem) -> None:
    sent: dict[str, dict[str, object]] = {
        "vendor": {"vendor": cast.becker.code},
        "account": {"account": cast.telephone.code},
        "lines": {"line-1-description": "x"},
        "accept": {"code": "unsure_invoice_number"},
    }

    for verb, data in sent.items():
        address = reverse(f"review:{verb}", args=[item.code])
        assert send(cast.ana, item, verb, **{**data, "version": 999}).status_code == 409
        assert send(cast.omar, item, verb, **data).status_code == 422
        assert send(cast.stine, item, verb, **data).status_code == 404
        assert client_of(cast.ana).get(address).status_code == 405
    assert fresh(item.document).version == item.document.version


def test_a_choice_sent_twice_counts_once(cast: Cast, item: ReviewItem) -> None:
    choices: list[tuple[str, dict[str, object]]] = [
        ("account", {"account": cast.telephone.code}),
        ("vendor", {"vendor": cast.becker.code}),
        ("accept", {"code": "unsure_invoice_number"}),
    ]

    for verb, data in choices:
        seen = fresh(item.document).version
        assert send(cast.ana, item, verb, **{**data, "version": seen}).status_code == 200
        assert send(cast.ana, item, verb, **{**data, "version": seen}).status_code == 200
        assert send(cast.bob, item, verb, **{**data, "version": seen}).status_code == 409
        assert fresh(item.document).version == seen + 1
