"""A language model behind any OpenAI-compatible endpoint: one question, one JSON answer."""

from ._budget import CallBudget, DailyBudget
from ._client import CallRecord, LanguageModel, Prices

__all__ = ["CallBudget", "CallRecord", "DailyBudget", "LanguageModel", "Prices"]
