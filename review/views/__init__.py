"""Views of the desk: they translate, the actions act."""

from .desk import count, item, queue
from .returns import again, reopen, undo
from .verbs import accept, account, correct, decide, lines, vendor

__all__ = [
    "accept",
    "account",
    "again",
    "correct",
    "count",
    "decide",
    "item",
    "lines",
    "queue",
    "reopen",
    "undo",
    "vendor",
]
