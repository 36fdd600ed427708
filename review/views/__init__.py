"""Views of the desk: they translate, the actions act."""

from .desk import count, item, queue
from .entries import accept_entry, amendment, posting
from .returns import again, reopen, undo
from .verbs import accept, account, correct, decide, lines, vendor

__all__ = [
    "accept",
    "accept_entry",
    "account",
    "again",
    "amendment",
    "correct",
    "count",
    "decide",
    "item",
    "lines",
    "posting",
    "queue",
    "reopen",
    "undo",
    "vendor",
]
