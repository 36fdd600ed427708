"""Speed as a ratio: a baseline and the product measured in one run, on the same machine."""

from .budget import budget
from .extracting import extract
from .flags import flags
from .old_vs_new import old_vs_new
from .pipeline import pipeline
from .recognising import ocr
from .result import Result
from .rollouts import rollouts
from .shadow import shadow

BENCHMARKS = {
    "pipeline": pipeline,
    "extract": extract,
    "ocr": ocr,
    "old_vs_new": old_vs_new,
    "budget": budget,
    "flags": flags,
    "rollouts": rollouts,
    "shadow": shadow,
}

__all__ = ["BENCHMARKS", "Result"]
