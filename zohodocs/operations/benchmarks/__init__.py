"""Speed as a ratio: a baseline and the product measured in one run, on the same machine."""

from .budget import budget
from .extracting import extract
from .old_vs_new import old_vs_new
from .pipeline import pipeline
from .recognising import ocr
from .result import Result

BENCHMARKS = {
    "pipeline": pipeline,
    "extract": extract,
    "ocr": ocr,
    "old_vs_new": old_vs_new,
    "budget": budget,
}

__all__ = ["BENCHMARKS", "Result"]
