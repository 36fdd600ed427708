"""The way of a document, as one list of stages.

A stage takes frozen facts and read-only look-ups and gives back the facts with its own added, or a
`Stop` with the one reason a bookkeeper understands.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from zohodocs.domain.case import Case, Ports
from zohodocs.domain.invoice import Extraction, Invoice
from zohodocs.domain.reading import Unreadable
from zohodocs.domain.verdicts import Finding, Route, Stop

from . import (
    accounts,
    company,
    decision,
    duplicates,
    extraction,
    leaving,
    reading,
    validation,
    vendors,
)
from .extraction import layout_memory, llm
from .findings import with_findings

CANDIDATE = "candidate"  # the arm of a flag that takes the new way

Stage = Callable[[Case, Ports], Case | Stop]
Observe = Callable[[str, float], None]


def read(case: Case, ports: Ports) -> Case | Stop:
    """Bytes to words with their places."""
    try:
        return replace(case, reading=reading.read(case.content, filename=case.filename))
    except Unreadable as error:
        return _unreadable(case, error)


def extract(case: Case, ports: Ports) -> Case | Stop:
    """Words to fields; the invoice holds exactly what was read, with its confidence."""
    if case.reading is None:
        raise AssertionError("Extraction comes after reading.")
    try:
        found = extraction.extract(
            case.reading, models=case.flags.get("ml_predictions") == CANDIDATE
        )
    except Unreadable as error:
        return _unreadable(case, error)
    if found.engine != "einvoice":
        # An e-invoice states its values; memory and models are for what had to be read.
        if case.flags.get("layout_memory") == CANDIDATE:
            found = layout_memory.remembered(found, case.reading.pages, ports.layouts)
        if case.flags.get("llm_fallback") == CANDIDATE:
            found = llm.fallback(found, case.reading)
    case = replace(case, extraction=found, invoice=invoice_of(found))
    picture = next((finding for finding in found.findings if finding.code == "needs_ocr"), None)
    if picture is not None and not found.fields:
        # Everything else would be said of values that nobody has read yet.
        return Stop(Route.IN_REVIEW, replace(picture, blocks=True), case=case)
    return with_findings(case, found.findings)


def invoice_of(found: Extraction) -> Invoice:
    """The extraction's values, typed, with the confidence of each."""
    return Invoice.from_values(
        {name: value.value for name, value in found.fields.items()},
        line_items=found.line_items,
        tax_lines=found.tax_lines,
        confidence={name: value.confidence for name, value in found.fields.items()},
    )


# After a person corrected a value: everything that is judged, nothing that is read.
RECHECK: tuple[Stage, ...] = (
    company.gate,
    validation.check,
    vendors.match,
    duplicates.find,
    accounts.choose,
    decision.decide,
)
STAGES: tuple[Stage, ...] = (read, extract, *RECHECK)


def run(
    case: Case,
    ports: Ports,
    *,
    stages: Sequence[Stage] = STAGES,
    observe: Observe | None = None,
) -> Case | Stop:
    """Take the case through the stages; `observe` is told each stage's name and seconds.

    Raises CalledAway before a stage where this process must end.
    """
    for stage in stages:
        leaving.look_at_the_clock()
        started = time.perf_counter()
        try:
            result = stage(case, ports)
        finally:
            if observe is not None:
                observe(stage_name(stage), time.perf_counter() - started)
        if isinstance(result, Stop):
            return result
        case = result
    return case


def stage_name(stage: Stage) -> str:
    """The verb a stage is measured by: `read`, `extract`, `gate`, `check`, `match`, ..."""
    return str(getattr(stage, "__name__", type(stage).__name__))


def _unreadable(case: Case, error: Unreadable) -> Stop:
    return Stop(Route.IN_REVIEW, Finding(error.code, error.message, blocks=True), case=case)
