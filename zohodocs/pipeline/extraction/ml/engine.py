"""The engine `ml`, and the one that reads with rules and models together."""

from __future__ import annotations

import dataclasses
import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from zohodocs.domain.invoice import Extraction, FieldReading
from zohodocs.domain.reading import OCR, PageText
from zohodocs.domain.verdicts import Finding
from zohodocs.ml.registry import Bundle, ModelRefused, best
from zohodocs.pipeline.extraction import rules

from .reader import Read, read
from .settling import Settled, of_both, of_models
from .sight import look

ENGINE, BOTH = "ml", "both"
REFUSED = "model_refused"
_logger = logging.getLogger(__name__)

_SETTLERS: dict[str, Callable[[Extraction, Read], dict[str, Settled]]] = {
    ENGINE: of_models,
    BOTH: of_both,
}


def extract(pages: tuple[PageText, ...], *, engine: str = ENGINE) -> Extraction:
    """Read by the models (`ml`) or by rules and models together (`both`).

    Where the stored models are refused, the rules answer, and a finding says why.
    """
    started = time.perf_counter()
    try:
        bundle = best(_data_dir())
    except ModelRefused as refusal:
        _logger.error("Models refused, the rules answer: %s", refusal)
        return _by_rules_alone(pages, refusal)
    sight = look(pages)
    settled = _SETTLERS[engine](sight.said, read(sight, bundle.models))
    scanned = any(page.source == OCR for page in pages)
    fields = _calibrated(settled, bundle, engine, scanned=scanned)
    sources = {reading.source for reading in fields.values()}
    name = ENGINE if ENGINE in sources else rules.ENGINE
    found = dataclasses.replace(sight.said, engine=name, fields=fields)
    return dataclasses.replace(found, seconds=time.perf_counter() - started)


def calibration_name(engine: str, *, scanned: bool) -> str:
    """Print and scans go wrong in different ways, so each has curves of its own."""
    return f"{engine}/{'scan' if scanned else 'print'}"


def _calibrated(
    settled: Mapping[str, Settled], bundle: Bundle, engine: str, *, scanned: bool
) -> dict[str, FieldReading]:
    calibration = bundle.calibration.get(calibration_name(engine, scanned=scanned))
    fields = {}
    for name, found in settled.items():
        sure = calibration(name, found.score) if calibration else found.score
        if scanned and engine == BOTH and found.reading.source == rules.ENGINE:
            # Made-up scans are harder than real ones: their curve would doubt the rules too much.
            sure = (sure + min(found.reading.confidence, found.score)) / 2
        fields[name] = dataclasses.replace(found.reading, confidence=sure)
    return fields


def _by_rules_alone(pages: tuple[PageText, ...], refusal: ModelRefused) -> Extraction:
    said = rules.extract(pages)
    finding = Finding(
        REFUSED,
        f"{refusal} The rules have read this document instead. Tell whoever runs ZohoDocs.",
        review=False,
    )
    return dataclasses.replace(said, findings=(*said.findings, finding))


def _data_dir() -> Path | None:
    """Where models trained here are kept; None in a process that has no settings."""
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured

    try:
        return Path(settings.DATA_DIR)
    except ImproperlyConfigured:
        return None
