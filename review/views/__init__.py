"""Views of the desk: they translate, the actions act."""

from .arranging import assign, comment, escalate, postpone
from .asides import remember, vendor_aside, what_if, why
from .bulk import approve_several, bulk
from .claims import ahead, keep, kept, let_go, let_go_ahead, take_over
from .desk import count, item, queue
from .entries import accept_entry, amendment, posting
from .judging import judge, pair, spot_check
from .micro import answer
from .notices import notice_count, notices, read_notices
from .pages import arrange, pages
from .returns import again, put_back, reopen, undo
from .saved import forget_view, keep_view
from .team import team
from .verbs import accept, account, correct, decide, lines, vendor

__all__ = [
    "accept",
    "accept_entry",
    "account",
    "again",
    "ahead",
    "amendment",
    "answer",
    "approve_several",
    "arrange",
    "assign",
    "bulk",
    "comment",
    "correct",
    "count",
    "decide",
    "escalate",
    "forget_view",
    "item",
    "judge",
    "keep",
    "keep_view",
    "kept",
    "let_go",
    "let_go_ahead",
    "lines",
    "notice_count",
    "notices",
    "pages",
    "pair",
    "posting",
    "postpone",
    "put_back",
    "queue",
    "read_notices",
    "remember",
    "reopen",
    "spot_check",
    "take_over",
    "team",
    "undo",
    "vendor",
    "vendor_aside",
    "what_if",
    "why",
]
