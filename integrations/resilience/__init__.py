"""Keeping other people's services, and ourselves, out of trouble: a breaker and a call budget."""

from ._redis import connect
from .breaker import Breaker
from .budget import Budget, BudgetLeft

__all__ = ["Breaker", "Budget", "BudgetLeft", "connect"]
