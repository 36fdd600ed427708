"""From a reading to fields: the e-invoice where there is one, the printed page otherwise."""

from __future__ import annotations

import dataclasses
import time

from zohodocs.domain.invoice import Extraction
from zohodocs.domain.reading import PageText, Reading, Unreadable
from zohodocs.domain.verdicts import Finding
from zohodocs.pipeline import reading as reading_stage

from . import recognised, remarks
from .einvoice import places

__all__ = ["ENGINES", "EngineOff", "UnknownEngine", "check_engine", "extract"]

ENGINES = ("auto", "einvoice", "rules", "ml", "llm")
EINVOICE_SECONDS = 5.0


class UnknownEngine(ValueError):
    """The engine asked for does not exist; the message names those that do."""


class EngineOff(UnknownEngine):
    """The engine exists, but nothing is set for it; the message says what to set."""


def check_engine(engine: str) -> None:
    """Raises UnknownEngine unless the engine exists, EngineOff unless it can be used here."""
    if engine not in ENGINES:
        raise UnknownEngine(f"No engine is called {engine!r}; there are {', '.join(ENGINES)}.")
    if engine == "llm" and not _has_model():
        raise EngineOff("The engine llm is off. Set LLM_BASE_URL and LLM_MODEL to use it.")


def _has_model() -> bool:
    from zohodocs.pipeline.extraction import llm

    return llm.is_configured()


def extract(
    reading: Reading,
    *,
    engine: str = "auto",
    models: bool = True,
    child: reading_stage.Sandbox | None = None,
) -> Extraction:
    """All that `engine` reads from the document; `auto` = its e-invoice, else rules and models.

    `models` False: `auto` is the old way, the rules alone (the flag `ml_predictions` decides).
    Raises UnknownEngine, Unreadable for an XML file that is no e-invoice we know, and
    IntegrationError where the engine `llm` gets no answer.
    """
    check_engine(engine)
    started = time.perf_counter()
    found = _extract(reading, engine, models, child)
    return dataclasses.replace(found, seconds=time.perf_counter() - started)


def _extract(
    reading: Reading, engine: str, models: bool, child: reading_stage.Sandbox | None
) -> Extraction:
    noticed = tuple(remarks.of_reading(reading))
    if reading.xml is not None and engine in ("auto", "einvoice"):
        try:
            return _with(noticed, _from_xml(reading, reading.xml, child))
        except Unreadable as error:
            if reading.kind == "xml":
                raise
            noticed = (remarks.unreadable_einvoice(reading.xml_name, error), *noticed)
    elif engine == "einvoice":
        return Extraction("einvoice", {}, findings=(remarks.NO_EINVOICE, *noticed))
    if engine == "einvoice":
        return Extraction("einvoice", {}, findings=noticed)
    if reading.kind == "xml":
        return Extraction("rules", {}, findings=(*noticed, remarks.NO_PAGE))
    if not reading.has_text or "needs_ocr" in reading.notes:
        noticed = (remarks.NEEDS_OCR, *noticed)
    if not reading.has_text:
        return Extraction("rules", {}, findings=noticed)
    without_models = engine == "auto" and not models
    pages = recognised.straightened(reading.pages)
    found = _printed(pages, "rules" if without_models else engine)
    return _with(noticed, recognised.brought_back(found, reading.pages))


def _printed(pages: tuple[PageText, ...], engine: str) -> Extraction:
    # Not at the top: the child imports this package and needs neither lexicons nor the network.
    if engine == "llm":
        from zohodocs.pipeline.extraction import llm

        return llm.read(pages, ask=llm.model(shared=False))
    if engine == "rules":
        from zohodocs.pipeline.extraction import rules

        return rules.extract(pages)
    from zohodocs.pipeline.extraction import ml

    return ml.extract(pages, engine=ml.ENGINE if engine == "ml" else ml.BOTH)


def _from_xml(reading: Reading, xml: bytes, child: reading_stage.Sandbox | None) -> Extraction:
    answer, _ = (child or reading_stage.shared_child()).ask(
        "einvoice", xml, seconds=EINVOICE_SECONDS
    )
    found = Extraction.from_json(answer["extraction"])
    return places.locate(found, reading.pages) if reading.has_text else found


def _with(noticed: tuple[Finding, ...], found: Extraction) -> Extraction:
    return dataclasses.replace(found, findings=(*noticed, *found.findings))
