"""One corrected paper teaches the next of the same layout, and no other."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from tests.extraction.odd_papers import (
    FIRST_LINES,
    NEXT_LINES,
    NEXT_VALUES,
    VALUES,
    odd_paper,
)
from tests.papers import invoice_pdf, pdf
from zohodocs.domain.invoice import Extraction, FieldReading
from zohodocs.domain.reading import Reading
from zohodocs.pipeline import reading
from zohodocs.pipeline.extraction import extract, layout_memory, print_forms


class Kept:
    """Layouts in memory, found by their marks as in the database."""

    def __init__(self, *templates: layout_memory.Template) -> None:
        self._kept = [json.loads(json.dumps(template.to_json())) for template in templates]

    def like(self, keys: Collection[str]) -> Sequence[Mapping[str, Any]]:
        return [data for data in self._kept if data["key"] in keys]


@pytest.fixture(scope="module")
def child() -> Iterator[reading.Sandbox]:
    sandbox = reading.Sandbox()
    yield sandbox
    sandbox.close()


def read(content: bytes, child: reading.Sandbox) -> tuple[Reading, Extraction]:
    found = reading.read(content, child=child)
    return found, extract(found, engine="rules", child=child)


def said(found: Extraction, names: Collection[str]) -> dict[str, str]:
    return {name: found.fields[name].value for name in names if name in found.fields}


def taught(
    child: reading.Sandbox, typed: Mapping[str, str] | None = None
) -> layout_memory.Template:
    """The layout, after a person typed what the rules could not read; nobody drew a box."""
    paper, found = read(pdf(odd_paper(VALUES, FIRST_LINES)), child)
    typed = VALUES if typed is None else typed
    corrected = {name for name, value in typed.items() if said(found, [name]) != {name: value}}
    values = dict(found.fields)
    values |= {name: FieldReading(typed[name], 1.0, "human") for name in corrected}
    template = layout_memory.learn(paper.pages, values, corrected=corrected)
    assert template is not None
    return template


@pytest.mark.parametrize("down", [0, 6], ids=["in place", "fed in a little lower"])
def test_the_next_paper_is_read_rightly_where_the_rules_alone_fail(
    down: float, child: reading.Sandbox
) -> None:
    paper, found = read(pdf(odd_paper(NEXT_VALUES, NEXT_LINES, down=down)), child)
    before = said(found, VALUES)

    after = layout_memory.remembered(found, paper.pages, Kept(taught(child)))

    assert sum(before.get(name) == value for name, value in NEXT_VALUES.items()) == 0
    assert said(after, VALUES) == NEXT_VALUES
    for name in VALUES:
        field = after.fields[name]
        assert (field.source, field.page) == ("layout", 1)
        assert field.box is not None
        assert field.confidence < 0.9


def test_a_value_the_rules_read_otherwise_is_kept_beside_the_remembered_one(
    child: reading.Sandbox,
) -> None:
    paper, found = read(pdf(odd_paper(NEXT_VALUES, NEXT_LINES)), child)

    after = layout_memory.remembered(found, paper.pages, Kept(taught(child)))

    others = [other.value for other in after.fields["issue_date"].others]
    assert found.fields["issue_date"].value in others


def test_where_nobody_corrected_a_disagreement_only_lowers_the_confidence(
    child: reading.Sandbox,
) -> None:
    paper, found = read(pdf(odd_paper(NEXT_VALUES, NEXT_LINES)), child)
    sure = replace(found.fields["buyer_name"], value="Nordlicht Handels GmbH", confidence=0.99)
    doubted = replace(found, fields={**found.fields, "buyer_name": sure})

    after = layout_memory.remembered(doubted, paper.pages, Kept(taught(child)))

    assert after.fields["buyer_name"].value == "Nordlicht Handels GmbH"
    assert after.fields["buyer_name"].confidence == 0.7
    assert after.fields["buyer_name"].others[0].value == "Nordlicht GmbH"


def test_what_is_printed_nowhere_is_remembered_for_the_vendor_but_never_an_account(
    child: reading.Sandbox,
) -> None:
    typed = VALUES | {"supplier_name": "Brettwerk Holding", "iban": "DE89370400440532013000"}
    paper, found = read(pdf(odd_paper(NEXT_VALUES, NEXT_LINES)), child)

    after = layout_memory.remembered(found, paper.pages, Kept(taught(child, typed)))

    assert after.fields["supplier_name"].value == "Brettwerk Holding"
    assert "iban" not in after.fields


def test_another_layout_of_the_same_vendor_is_left_alone(child: reading.Sandbox) -> None:
    paper, found = read(invoice_pdf(), child)
    template = replace(taught(child), key=next(iter(layout_memory.keys_of(paper.pages[0]))))

    assert layout_memory.remembered(found, paper.pages, Kept(template)) is found


def test_another_vendor_is_left_alone(child: reading.Sandbox) -> None:
    paper, found = read(invoice_pdf(), child)

    assert layout_memory.remembered(found, paper.pages, Kept(taught(child))) is found


def test_a_missing_value_is_missing(child: reading.Sandbox) -> None:
    lines = [line for line in odd_paper(NEXT_VALUES, NEXT_LINES) if line[2] != "K-4630"]
    paper, found = read(pdf(lines), child)

    after = layout_memory.remembered(found, paper.pages, Kept(taught(child)))

    assert "invoice_number" not in after.fields
    assert after.fields["gross_total"].value == "2380.00"


def test_a_template_of_another_format_is_not_used(child: reading.Sandbox) -> None:
    assert layout_memory.Template.from_json(taught(child).to_json() | {"format": 99}) is None


@pytest.mark.parametrize(
    ("name", "text", "value", "notation"),
    [
        ("issue_date", "04/03/2025", "2025-04-03", "mdy"),
        ("issue_date", "03.04.25", "2025-04-03", "dmy"),
        ("issue_date", "2025-04-03", "2025-04-03", "ymd"),
        ("issue_date", "3. April 2025", "2025-04-03", "words"),
        ("issue_date", "05/05/2025", "2025-05-05", None),
        ("issue_date", "04/03/2025", "2025-04-04", None),
        ("gross_total", "1.178,10 EUR", "1178.10", ","),
        ("gross_total", "$1,178.10", "1178.10", "."),
        ("gross_total", "990.00", "990.00", "."),
        ("gross_total", "-8,79", "-8.79", ","),
        ("gross_total", "2 x 990.00", "990.00", None),
        ("supplier_name", "Brettwerk Nord", "Brettwerk Nord GmbH", None),
    ],
)
def test_the_notation_of_a_value_is_told_from_its_print(
    name: str, text: str, value: str, notation: str | None
) -> None:
    assert print_forms.notation_of(name, text, value) == notation
    if notation is not None:
        assert print_forms.written(name, text, notation=notation) == value
