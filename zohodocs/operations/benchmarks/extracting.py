"""What reading and extracting a digital page costs, beside PDFium's own text of the same page."""

from __future__ import annotations

import ctypes
import statistics
import time
from datetime import date

import pypdfium2.raw as pdfium

from zohodocs.operations.demo.samples import papers_for_benchmarks
from zohodocs.pipeline.extraction import extract as extracted
from zohodocs.pipeline.reading import read, shared_child
from zohodocs.pipeline.reading.opening import loaded, opened

from .footprint import cpu_seconds, megabytes
from .result import Result

_DOCUMENTS = 200
_ROUNDS = 5


def extract() -> Result:
    """Share of a document's time that bare text extraction would take; and milliseconds a page.

    One process, one-page digital PDFs, all different; rules and models together, as shipped.
    """
    contents = list(papers_for_benchmarks(date(2026, 5, 20), _DOCUMENTS))
    extracted(read(contents[0]))  # what is loaded once is not counted
    bare = min(_bare(contents) for _ in range(_ROUNDS))
    seconds = []
    child = shared_child().pid
    worked = time.process_time() + cpu_seconds(child)
    for content in contents:
        started = time.perf_counter()
        extracted(read(content))
        seconds.append(time.perf_counter() - started)
    worked = time.process_time() + cpu_seconds(child) - worked
    product = statistics.fmean(seconds)
    return Result(
        ratio=bare / product,
        unit="share of a document's time that its bare text takes",
        baseline=bare,
        product=product,
        n=len(contents),
        notes={
            "p50_ms": 1000 * statistics.median(seconds),
            "p95_ms": 1000 * statistics.quantiles(seconds, n=20)[-1],
            # On a machine that others use, too, this is what the page itself costs.
            "processor_ms": 1000 * worked / len(contents),
            "documents_a_second": len(seconds) / sum(seconds),
            "child_megabytes": megabytes(shared_child().pid),
        },
    )


def _bare(contents: list[bytes]) -> float:
    """Seconds a document for opening it and asking PDFium for its text."""
    started = time.perf_counter()
    for content in contents:
        with opened(content) as document, loaded(document, 0) as (page, _, _):
            text = pdfium.FPDFText_LoadPage(page)
            count = pdfium.FPDFText_CountChars(text)
            pdfium.FPDFText_GetText(text, 0, count, (ctypes.c_ushort * (count + 1))())
            pdfium.FPDFText_ClosePage(text)
    return (time.perf_counter() - started) / len(contents)
