"""Fields by models: candidates from the page, weighed by what was learnt from made-up papers."""

from .engine import BOTH, ENGINE, extract

__all__ = ["BOTH", "ENGINE", "extract"]
