"""Speed as a ratio: a baseline and the product measured in one run, on the same machine."""

from .budget import budget
from .extracting import extract
from .flags import flags
from .latency import latency
from .old_vs_new import old_vs_new
from .pipeline import pipeline
from .recognising import ocr
from .result import Result
from .rollouts import rollouts
from .scale import scale
from .shadow import shadow
from .starting import starting

BENCHMARKS = {
    "pipeline": pipeline,
    "latency": latency,
    "starting": starting,
    "extract": extract,
    "ocr": ocr,
    "old_vs_new": old_vs_new,
    "budget": budget,
    "flags": flags,
    "rollouts": rollouts,
    "scale": scale,
    "shadow": shadow,
}

# Say nothing on SQLite; left out where no PostgreSQL is named.
ON_POSTGRESQL = frozenset({"scale"})

__all__ = ["BENCHMARKS", "ON_POSTGRESQL", "Result"]
