"""What a language model says counts only where it is needed, printed and well formed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from io import StringIO
from typing import Any, cast

import pytest
from django.core.management import CommandError, call_command

from integrations.llm import CallRecord
from tests.extraction.typewriter import typed
from tests.integrations.model_endpoint import Endpoint, completion, serving
from tests.papers import invoice_pdf
from zohodocs.domain.case import Case, OrganizationFacts, PolicyFacts, Ports
from zohodocs.domain.invoice import Extraction, FieldReading
from zohodocs.domain.reading import Reading
from zohodocs.pipeline import flow
from zohodocs.pipeline.extraction import llm

PAGES = typed(
    """
Brettwerk Nord GmbH
Hafengang 4
24103 Kiel

Invoice BR-2025-77     Date 14 March 2025

Net     990,00
VAT     188,10
Total   1.178,10 EUR
"""
)
READING = Reading("pdf", PAGES)
TRUE = {
    "supplier_name": "Brettwerk Nord GmbH",
    "supplier_address": "Hafengang 4, 24103 Kiel",
    "invoice_number": "BR-2025-77",
    "issue_date": "2025-03-14",
    "currency": "EUR",
    "net_total": "990.00",
    "tax_total": "188.10",
    "gross_total": "1178.10",
}
UNSURE = Extraction(
    "rules",
    {
        "invoice_number": FieldReading("BR-2025-77", 0.97, "rules", 1, (0, 0, 0.1, 0.1)),
        "issue_date": FieldReading("2025-03-04", 0.4, "rules"),
    },
)


@pytest.fixture
def endpoint(settings: Any) -> Iterator[Endpoint]:
    """A model that reads the page rightly."""
    with serving(lambda _: completion(json.dumps(TRUE))) as listening:
        settings.LLM_BASE_URL, settings.LLM_MODEL = listening.url, "honest"
        # Of this test alone: what another test spent or broke is not its affair.
        settings.REDIS_URL = ""
        yield listening


def values(fields: dict[str, FieldReading]) -> dict[str, str]:
    return {name: reading.value for name, reading in fields.items()}


def test_a_value_in_another_print_form_is_found_with_its_place() -> None:
    fields = llm.confirmed(TRUE, PAGES)

    assert values(fields) == TRUE
    assert {reading.page for reading in fields.values()} == {1}
    assert all(reading.box for reading in fields.values())
    assert max(reading.confidence for reading in fields.values()) <= llm.MOST_SURE


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("gross_total", "1178.11"),
        ("gross_total", "1.178,10"),
        ("gross_total", 1178.1),
        ("gross_total", True),
        ("gross_total", ["1178.10"]),
        ("gross_total", "NaN"),
        ("issue_date", "2025-03-15"),
        ("issue_date", "14 March 2025"),
        ("issue_date", "2025-02-30"),
        ("invoice_number", "BR-2025-78"),
        ("invoice_number", "BR-2025-77\u202e"),
        ("supplier_name", "Mallory Ltd"),
        ("supplier_name", "Brettwerk Nord GmbH " * 20),
        ("supplier_tax_id", "GmbH"),
        ("iban", "DE00370400440532013000"),
        ("currency", "euros"),
        ("approve", "true"),
        ("document_type", "receipt"),
        ("supplier_country", "DE"),
    ],
)
def test_what_is_not_printed_or_no_such_value_is_dropped(name: str, said: object) -> None:
    assert name not in llm.confirmed({name: said}, PAGES)


def test_amounts_that_do_not_add_up_are_hardly_believed() -> None:
    fields = llm.confirmed(TRUE | {"tax_total": "990.00"}, PAGES)

    assert fields["gross_total"].confidence < 0.5
    assert fields["issue_date"].confidence > 0.5


def test_only_missing_and_unsure_values_are_taken_and_the_old_one_is_kept_beside() -> None:
    said = Extraction("llm", llm.confirmed(TRUE | {"invoice_number": "Hafengang 4"}, PAGES))

    found = llm.filled(UNSURE, said)

    assert found.engine == "rules"
    assert found.fields["invoice_number"] == UNSURE.fields["invoice_number"]
    assert found.fields["gross_total"].source == "llm"
    issued = found.fields["issue_date"]
    assert (issued.value, issued.source) == ("2025-03-14", "llm")
    assert issued.confidence <= llm.UNSURE
    assert [other.value for other in issued.others] == ["2025-03-04"]


def test_agreement_makes_nothing_surer() -> None:
    said = Extraction("llm", {"issue_date": FieldReading("2025-03-04", 0.75, "llm")})

    assert llm.filled(UNSURE, said).fields["issue_date"] == UNSURE.fields["issue_date"]


def test_a_sure_reading_asks_nobody(endpoint: Endpoint) -> None:
    sure = {name: FieldReading(value, 0.9, "rules") for name, value in TRUE.items()}
    found = Extraction("rules", sure)

    assert llm.fallback(found, READING) is found
    assert endpoint.asked == []


def test_an_unsure_reading_is_filled_and_counted(endpoint: Endpoint) -> None:
    calls: list[CallRecord] = []
    llm.on_call(calls.append)

    found = llm.fallback(UNSURE, READING)

    assert values(dict(found.fields)) == TRUE
    assert len(endpoint.asked) == 1
    assert [call.outcome for call in calls] == ["ok"]


def test_a_model_that_fails_leaves_the_reading_as_it_was(endpoint: Endpoint) -> None:
    endpoint.say = lambda _: (500, b"")

    assert llm.fallback(UNSURE, READING) is UNSURE


def test_without_an_address_nobody_is_asked(endpoint: Endpoint, settings: Any) -> None:
    settings.LLM_BASE_URL = ""

    assert llm.fallback(UNSURE, READING) is UNSURE
    assert endpoint.asked == []


@pytest.mark.parametrize(("arm", "asked"), [("candidate", 1), ("control", 0), (None, 0)])
def test_the_flow_asks_only_where_the_flag_says_so(
    arm: str | None, asked: int, endpoint: Endpoint
) -> None:
    case = Case(
        document_id="d",
        organization=OrganizationFacts("acme", ("Acme",), ()),
        policy=PolicyFacts(1),
        today=date(2025, 4, 1),
        flags={} if arm is None else {"llm_fallback": arm},
        reading=replace(READING, pages=typed("Brettwerk Nord GmbH\nTotal to be told\n" * 3)),
    )

    result = flow.extract(case, cast(Ports, None))

    assert isinstance(result, Case)
    assert len(endpoint.asked) == asked


def test_extract_answers_by_the_model_alone(endpoint: Endpoint, tmp_path: Any) -> None:
    (tmp_path / "a.pdf").write_bytes(invoice_pdf())
    out = StringIO()

    call_command("extract", str(tmp_path / "a.pdf"), engine="llm", stdout=out)

    line = json.loads(out.getvalue())
    assert {field["source"] for field in line["fields"].values()} <= {"llm"}
    assert len(endpoint.asked) == 1


def test_extract_without_a_model_is_one_clear_line(tmp_path: Any) -> None:
    (tmp_path / "a.pdf").write_bytes(invoice_pdf())

    with pytest.raises(CommandError, match="Set LLM_BASE_URL and LLM_MODEL") as refused:
        call_command("extract", str(tmp_path / "a.pdf"), engine="llm")

    assert refused.value.returncode == 2


def test_extract_says_by_name_when_the_model_fails(endpoint: Endpoint, tmp_path: Any) -> None:
    (tmp_path / "a.pdf").write_bytes(invoice_pdf())
    endpoint.say = lambda _: (401, b"")
    errors = StringIO()

    with pytest.raises(CommandError):
        call_command("extract", str(tmp_path / "a.pdf"), engine="llm", stderr=errors)

    assert "The language model refuses our key" in errors.getvalue()
