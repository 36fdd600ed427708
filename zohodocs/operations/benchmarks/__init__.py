"""Speed as a ratio: a baseline and the product measured in one run, on the same machine."""

from .extracting import extract
from .pipeline import pipeline
from .recognising import ocr
from .result import Result

BENCHMARKS = {"pipeline": pipeline, "extract": extract, "ocr": ocr}

__all__ = ["BENCHMARKS", "Result"]
