"""Papers made up from a seed, with exact truth: what the models are trained and tested on."""

from .generating import FAMILIES, Sample, papers
from .speech import Lexicon, other_titles

__all__ = ["FAMILIES", "Lexicon", "Sample", "other_titles", "papers"]
