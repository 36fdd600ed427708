"""Keeping other people's services, and ourselves, out of trouble: breaker, call budget, cache."""

from ._redis import connect
from .breaker import Breaker
from .budget import Budget, BudgetLeft
from .cache import Found, Index, Outcome, Record

__all__ = [
    "Breaker",
    "Budget",
    "BudgetLeft",
    "Found",
    "Index",
    "Outcome",
    "Record",
    "connect",
]
