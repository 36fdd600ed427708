"""`manage.py approve`: the reviewer's verb for scripts."""

from __future__ import annotations

import uuid
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests import cast as people
from tests.cast import Cast, fresh
from zohodocs.models import AuditEvent, FieldValue, ReviewItem, Rule, State


def approve(*args: str) -> tuple[int, str, str]:
    out, err = StringIO(), StringIO()
    code = 0
    try:
        call_command("approve", *args, stdout=out, stderr=err)
    except SystemExit as ended:
        code = int(str(ended.code))
    return code, out.getvalue(), err.getvalue()


@pytest.fixture
def blocked(cast: Cast) -> ReviewItem:
    """A paper whose sums do not fit."""
    return people.in_review(
        cast.nordlicht, people.paper(**{"1.121,69_€": "1.130,00 €", "RG-2024-0334": "RG-9"})
    )


def test_all_approves_what_can_be_and_names_what_cannot(
    cast: Cast, item: ReviewItem, blocked: ReviewItem
) -> None:
    code, out, err = approve("--all", "--organization", "nordlicht", "--as", "ana")

    assert code == 1
    assert out == f"{item.document.code}: approved.\n"
    assert f"{blocked.document.code}: skipped. Total:" in err
    assert fresh(item.document).state == State.APPROVED
    assert fresh(blocked.document).state == State.IN_REVIEW
    assert AuditEvent.objects.get(document=item.document, verb="review.approved").actor == "ana"


def test_one_id_is_approved_with_status_0(cast: Cast, item: ReviewItem) -> None:
    code, _out, _err = approve(
        str(item.document.code), "--organization", "nordlicht", "--as", "ana"
    )

    assert code == 0
    assert fresh(item.document).state == State.APPROVED


def test_who_may_not_decide_approves_nothing(cast: Cast, item: ReviewItem) -> None:
    code, _out, err = approve("--all", "--organization", "nordlicht", "--as", "omar")

    assert code == 1
    assert "not decide" in err
    assert fresh(item.document).state == State.IN_REVIEW


def test_an_id_that_does_not_wait_here_is_named(cast: Cast) -> None:
    code, _out, err = approve(str(uuid.uuid4()), "--organization", "nordlicht", "--as", "ana")

    assert code == 1
    assert "is not in review here" in err


@pytest.mark.parametrize(
    "arguments",
    [
        ("--all", "--organization", "nowhere", "--as", "ana"),
        ("--all", "--organization", "nordlicht", "--as", "nobody"),
        ("--organization", "nordlicht", "--as", "ana"),
        ("not-an-id", "--organization", "nordlicht", "--as", "ana"),
    ],
)
def test_bad_arguments_end_with_2(cast: Cast, arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError) as raised:
        approve(*arguments)

    assert raised.value.returncode == 2


def test_an_id_that_is_none_stops_before_anything_is_approved(cast: Cast, item: ReviewItem) -> None:
    with pytest.raises(CommandError):
        approve(str(item.document.code), "not-an-id", "--as", "ana")

    assert fresh(item.document).state == State.IN_REVIEW


def test_a_blocked_one_is_approved_after_its_sum_was_corrected(
    cast: Cast, blocked: ReviewItem
) -> None:
    FieldValue.objects.filter(document=blocked.document, name="gross_total").update(value="1121.69")

    code, _out, _err = approve("--all", "--organization", "nordlicht", "--as", "ana")

    assert code == 0
    assert fresh(blocked.document).state == State.APPROVED


def test_ids_need_no_organization_and_an_account_may_be_named(cast: Cast, item: ReviewItem) -> None:
    Rule.objects.all().delete()
    code_of = str(item.document.code)

    refused, _out, err = approve(code_of, "--as", "ana")
    given, out, _err = approve(code_of, "--as", "ana", "--account", "telephone")

    assert (refused, given) == (1, 0)
    assert "account" in err.lower()
    assert out == f"{code_of}: approved.\n"
    assert fresh(item.document).account == cast.telephone
