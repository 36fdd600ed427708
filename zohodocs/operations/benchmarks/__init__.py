"""Speed as a ratio: a baseline and the product measured in one run, on the same machine."""

from .pipeline import pipeline
from .result import Result

BENCHMARKS = {"pipeline": pipeline}

__all__ = ["BENCHMARKS", "Result"]
