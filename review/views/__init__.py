"""Views of the desk: they translate, the actions act."""

from .claims import keep, let_go, take_over
from .desk import count, item, queue
from .entries import accept_entry, amendment, posting
from .returns import again, reopen, undo
from .team import team
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
    "keep",
    "let_go",
    "lines",
    "posting",
    "queue",
    "reopen",
    "take_over",
    "team",
    "undo",
    "vendor",
]
