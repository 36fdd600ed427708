"""Fields of a digital page by rules: labels, geometry, check digits and arithmetic."""

from .engine import ENGINE, Evidence, extract, study
from .lexicon import phrases

__all__ = ["ENGINE", "Evidence", "extract", "phrases", "study"]
