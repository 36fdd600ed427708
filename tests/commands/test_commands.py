"""The commands people script against: shapes, exit status, one clear line for an error."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.factories import (
    ConnectionFactory,
    DocumentFactory,
    MembershipFactory,
    OrganizationFactory,
    UserFactory,
)
from tests.papers import invoice_pdf
from zohodocs.jobs import pipeline
from zohodocs.models import Arrival, Document, Flag, Membership, Organization, Rule, State
from zohodocs.rollout import flags

pytestmark = pytest.mark.django_db


def said(*words: str, **options: Any) -> str:
    out = StringIO()
    call_command(*words, stdout=out, stderr=StringIO(), **options)
    return out.getvalue()


def lines(*words: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said(*words).splitlines()]


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    (tmp_path / "good.pdf").write_bytes(invoice_pdf())
    (tmp_path / "again.PDF").write_bytes(invoice_pdf())
    (tmp_path / "empty.pdf").write_bytes(b"")
    (tmp_path / "good.truth.json").write_text("{}")
    return tmp_path


def test_ingest_walks_a_folder_and_says_what_became_of_each_file(papers: Path) -> None:
    OrganizationFactory(code="acme")

    found = lines("ingest", str(papers), "--organization", "acme", "--json")

    assert [(Path(line["file"]).name, line["arrival"]) for line in found] == [
        ("again.PDF", "accepted"),
        ("empty.pdf", "refused"),
        ("good.pdf", "repeated"),
    ]
    accepted, refused, repeated = found
    assert set(accepted) == {
        *("file", "id", "arrival", "state", "code", "reasons", "duplicate_of", "posting"),
    }
    assert accepted["state"] == "received"
    assert refused["code"] == "empty_file"
    assert refused["reasons"][0]["message"].endswith(".")
    assert repeated["duplicate_of"] == accepted["id"]
    assert Arrival.objects.count() == 3


@pytest.mark.parametrize("form", [("--json",), ()])
def test_a_file_whose_name_is_no_text_is_handed_in_like_any_other(
    tmp_path: Path, form: tuple[str, ...]
) -> None:
    OrganizationFactory(code="acme")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/rachun\xf3k.pdf")).write_bytes(invoice_pdf())
    printed = TextIOWrapper(BytesIO(), encoding="utf-8")

    call_command("ingest", str(tmp_path), "--organization", "acme", *form, stdout=printed)

    printed.seek(0)
    assert "rachun" in printed.read()
    assert Document.objects.get().filename == "rachunk.pdf"


def test_a_database_that_is_away_is_one_line_and_exit_1(tmp_path: Path) -> None:
    away = subprocess.run(
        [sys.executable, "manage.py", "ledger"],
        env={
            **{name: value for name, value in os.environ.items() if name != "REDIS_URL"},
            "DATA_DIR": str(tmp_path),
            "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert away.returncode == 1
    assert len(away.stderr.splitlines()) == 1
    assert "database cannot be used" in away.stderr


def test_ingest_waits_until_a_worker_has_decided(papers: Path) -> None:
    OrganizationFactory(code="acme")
    path = str(papers / "good.pdf")
    lines("ingest", path, "--organization", "acme", "--json")
    pipeline.process(document_id=Document.objects.get().pk)

    [line] = lines("ingest", path, "--organization", "acme", "--wait", "--json")

    assert line["state"] == "in_review"
    assert {reason["code"] for reason in line["reasons"]} >= {"vendor_new"}


def test_ingest_gives_up_waiting_with_exit_1_and_says_what_to_do(papers: Path) -> None:
    OrganizationFactory(code="acme")
    errors = StringIO()

    with pytest.raises(SystemExit) as stopped:
        call_command(
            "ingest",
            str(papers / "good.pdf"),
            *("--organization", "acme", "--wait", "--timeout", "0.1"),
            stdout=StringIO(),
            stderr=errors,
        )

    assert stopped.value.code == 1
    assert "Is a worker running?" in errors.getvalue()


@pytest.mark.parametrize(
    "words",
    [
        ("ingest", "/no/such/file.pdf", "--organization", "acme"),
        ("ingest", ".", "--organization", "nobody"),
        ("document", "not-an-id"),
        ("flag", "show", "warp_drive"),
        ("flag", "set", "auto_approve", "--mode", "percent", "--why", "x"),
        ("flag", "set", "auto_approve", "--mode", "percent", "--percent", "ten", "--why", "x"),
        ("flag", "set", "auto_approve", "--mode", "percent", "--percent", "NaN", "--why", "x"),
        ("flag", "set", "auto_approve", "--mode", "percent", "--percent", "0.001", "--why", "x"),
        ("ingest", "/dev/zero", "--organization", "acme"),
        ("organization", "add", "Bad Code!", "--name", "x"),
        ("organization", "add", "ok", "--name", "x", "--time-zone", "Mars/Olympus"),
        ("organization", "add", "ok", "--name", "x", "--currency", "ZZZ"),
        ("organization", "add", "ok", "--name", "x", "--country", "XX"),
        ("organization", "add", "ok", "--name", "x", "--vat", "5260001246"),
        ("organization", "member", "acme", "nobody"),
    ],
)
def test_bad_arguments_exit_with_2_and_one_line(words: tuple[str, ...]) -> None:
    OrganizationFactory(code="acme")

    with pytest.raises(CommandError) as refused:
        said(*words)

    assert refused.value.returncode == 2
    assert "\n" not in str(refused.value)


def test_document_tells_everything_in_one_json_line() -> None:
    document = DocumentFactory(in_review=True)

    [known] = lines("document", str(document.code), "--json")

    assert known["id"] == str(document.code)
    assert {"state", "fields", "findings", "reasons", "flags", "posting", "history"} <= set(known)
    assert str(document.code) in said("document", str(document.code))


def test_flag_set_needs_a_reason_and_shows_what_stands_now() -> None:
    [shown] = lines(
        *("flag", "set", "auto_approve", "--mode", "percent", "--percent", "12.5"),
        *("--why", "first step"),
    )

    assert (shown["mode"], shown["percent"]) == ("percent", "12.50")
    assert Flag.objects.get().why == "first step"
    assert [line["name"] for line in lines("flag", "list")] == list(flags.DEFINITIONS)
    with pytest.raises(CommandError):
        said("flag", "set", "auto_approve", "--mode", "on")


def test_organization_add_list_and_member() -> None:
    UserFactory(username="ana")

    said(
        *("organization", "add", "acme", "--name", "Acme GmbH"),
        *("--vat", "DE136695976,PL5260001246", "--country", "de"),
    )
    said("organization", "member", "acme", "ana", "--role", "approver")

    acme = Organization.objects.get(code="acme")
    assert acme.vat_numbers == ["DE136695976", "PL5260001246"]
    assert (acme.country, acme.currency) == ("DE", "EUR")
    assert lines("organization", "list", "--json")[0]["code"] == "acme"
    assert Membership.objects.get(organization=acme).role == "approver"


def test_whoever_runs_the_installation_works_for_a_new_company_at_once() -> None:
    UserFactory(username="ana", is_superuser=True)
    UserFactory(username="bob")

    said("organization", "add", "acme", "--name", "Acme", "--vat", " PL5260001246 , DE136695976")

    acme = Organization.objects.get(code="acme")
    assert [(row.user.username, row.role) for row in acme.memberships.all()] == [("ana", "admin")]
    assert acme.vat_numbers == ["PL5260001246", "DE136695976"]
    assert acme.country == "PL", "the VAT number says it"


def test_rules_import_takes_keyword_lists_and_may_run_again(tmp_path: Path) -> None:
    organization = OrganizationFactory(code="acme")
    file = tmp_path / "category_keywords.json"
    file.write_text(json.dumps({"Fuel": ["diesel", "petrol"], "Rent": ["rent"]}))

    first = said("rules", "import", str(file), "--organization", "acme")
    file.write_text(json.dumps({"Fuel": ["diesel"]}))
    said("rules", "import", str(file), "--organization", "acme")

    rules = Rule.objects.for_organization(organization).order_by("position")
    assert "2 still need an account" in first
    assert [(rule.category, rule.keywords) for rule in rules] == [
        ("Fuel", ["diesel"]),
        ("Rent", ["rent"]),
    ]


def test_rules_import_leaves_rules_made_by_hand_alone(tmp_path: Path) -> None:
    organization = OrganizationFactory(code="acme")
    for amount in (100, 200):
        Rule.objects.create(
            organization=organization,
            category="Fuel",
            keywords=["coach"],
            amount_from=amount,
            name="by hand",
        )
    file = tmp_path / "category_keywords.json"
    file.write_text(json.dumps({"Fuel": ["diesel"]}))

    said("rules", "import", str(file), "--organization", "acme")
    said("rules", "import", str(file), "--organization", "acme")

    rules = Rule.objects.for_organization(organization).order_by("pk")
    assert [rule.keywords for rule in rules] == [["coach"], ["coach"], ["diesel"]]


def test_a_category_too_long_to_keep_is_a_bad_argument(tmp_path: Path) -> None:
    OrganizationFactory(code="acme")
    file = tmp_path / "category_keywords.json"
    file.write_text(json.dumps({"F" * 101: ["diesel"]}))

    with pytest.raises(CommandError) as refused:
        said("rules", "import", str(file), "--organization", "acme")

    assert refused.value.returncode == 2
    assert not Rule.objects.exists()


def test_ledger_balances_and_exits_1_when_a_document_has_no_arrival() -> None:
    assert json.loads(said("ledger", "--json")) == {"lines": [], "difference": 0}
    DocumentFactory()

    with pytest.raises(SystemExit) as stopped:
        said("ledger")

    assert stopped.value.code == 1


def test_sweep_prints_what_it_found() -> None:
    MembershipFactory()
    DocumentFactory(processing=True, lease_until="2020-01-01T00:00:00Z")

    [swept] = lines("sweep")

    assert swept["recovered"] == 1
    assert Document.objects.get().state == State.RECEIVED


def test_audit_verify_says_how_much_stands_as_written() -> None:
    said("flag", "set", "auto_approve", "--mode", "on", "--why", "x")

    assert "1 events in 1 chains" in said("audit", "verify")


def test_two_companies_never_share_one_set_of_books() -> None:
    first = ConnectionFactory(books_url="https://www.zohoapis.eu/books/v3")
    words = ("organization", "add", "second", "--name", "Second GmbH")

    with pytest.raises(CommandError, match="Another company") as refused:
        said(*words, "--zoho-organization-id", first.zoho_organization_id)

    assert refused.value.returncode == 2
    assert not Organization.objects.filter(code="second").exists()
