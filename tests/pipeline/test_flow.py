"""The flow: one list of stages."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.pipeline.papers import case, invoice, ports
from zohodocs.domain.case import Case, Ports
from zohodocs.domain.invoice import Extraction, FieldReading, TaxLine
from zohodocs.domain.reading import Reading, Unreadable
from zohodocs.domain.verdicts import Finding, Route, Stop
from zohodocs.pipeline import extraction, flow, reading

STOP = Stop(Route.IN_REVIEW, Finding("enough", "Enough."))


def renamed(given: Case, look_ups: Ports) -> Case:
    return replace(given, filename="renamed.pdf")


def stopping(given: Case, look_ups: Ports) -> Stop:
    return STOP


def failing(given: Case, look_ups: Ports) -> Case:
    raise ZeroDivisionError


def test_stages_run_in_order_and_each_is_timed() -> None:
    told: list[str] = []

    result = flow.run(
        case(), ports(), stages=(renamed, renamed), observe=lambda name, _: told.append(name)
    )

    assert isinstance(result, Case)
    assert result.filename == "renamed.pdf"
    assert told == ["renamed", "renamed"]


def test_a_stop_ends_the_flow() -> None:
    assert flow.run(case(), ports(), stages=(renamed, stopping, failing)) is STOP


def test_a_stage_that_raises_is_timed_and_travels_up() -> None:
    seconds: dict[str, float] = {}

    with pytest.raises(ZeroDivisionError):
        flow.run(case(), ports(), stages=(failing,), observe=seconds.__setitem__)

    assert seconds["failing"] >= 0


def test_the_way_of_a_document_is_read_extract_and_every_check() -> None:
    names = [flow.stage_name(stage) for stage in flow.STAGES]

    assert names == ["read", "extract", "gate", "check", "match", "find", "choose", "decide"]
    assert flow.STAGES[2:] == flow.RECHECK


def test_a_file_that_cannot_be_read_stops_with_its_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unreadable(content: bytes, *, filename: str = "") -> Reading:
        raise Unreadable("encrypted", "Remove the password and send it again.")

    monkeypatch.setattr(reading, "read", unreadable)

    result = flow.run(case(), ports())

    assert isinstance(result, Stop)
    assert (result.route, result.reason.code) == (Route.IN_REVIEW, "encrypted")
    assert result.reason.blocks
    assert result.reason.message == "Remove the password and send it again."


def test_what_was_extracted_becomes_the_invoice_with_its_confidence_and_findings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    doubt = Finding("date_order_unsure", "Check the date.", field="issue_date")
    found = Extraction(
        "rules",
        {
            "gross_total": FieldReading("123.00", 0.8, "rules"),
            "issue_date": FieldReading("not a date", 0.7, "rules"),
            "document_type": FieldReading("invoice", 0.9, "rules"),
        },
        tax_lines=(TaxLine(Decimal(0)),),
        findings=(doubt,),
    )
    monkeypatch.setattr(extraction, "extract", lambda given, *, models: found)

    result = flow.extract(replace(case(), reading=Reading("pdf")), ports())

    assert isinstance(result, Case)
    assert result.invoice.gross_total == Decimal("123.00")
    assert result.invoice.issue_date is None
    assert result.invoice.confidence["gross_total"] == 0.8
    assert result.invoice.tax_lines == found.tax_lines
    assert result.findings == (doubt,)


def test_a_second_look_takes_a_person_s_corrections() -> None:
    wrong = flow.run(case(invoice(invoice_number="")), ports(), stages=flow.RECHECK)
    right = flow.run(case(invoice()), ports(), stages=flow.RECHECK)

    assert isinstance(wrong, Case)
    assert isinstance(right, Case)
    assert "missing_invoice_number" in [f.code for f in wrong.findings]
    assert right.findings == ()


def test_findings_carry_the_values_of_their_sentence() -> None:
    result = flow.run(case(invoice(gross_total=Decimal(999))), ports(), stages=flow.RECHECK)

    assert isinstance(result, Case)
    for finding in result.findings:
        assert finding.to_json()["message"] == finding.message
        assert all(isinstance(value, str) for value in finding.data.values())
        assert "{" not in finding.message
