"""Papers made up from a seed, with exact truth: what the models are trained and tested on."""

from .generating import FAMILIES, SETS, Sample, papers, papers_of
from .speech import Lexicon, other_titles

__all__ = ["FAMILIES", "SETS", "Lexicon", "Sample", "other_titles", "papers", "papers_of"]
