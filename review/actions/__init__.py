"""What a person can do to a document: the verbs of the desk, the command line and whatever comes.

Every verb checks the right, is guarded by the version it saw, leaves a line in the audit trail and
has one effect however often it is sent.
"""

from .amending import accept_standing, confirm, propose, withdraw
from .approving import Approval, approve
from .arranging import assign, colleagues, comment, deciders, escalate, postpone
from .claiming import claim, is_kept, keep_ahead, let_go_ahead, take_over
from .claiming import release as release_claim
from .closing import close_as_copy, file, reject
from .correcting import Reading, accept, choose_account, choose_vendor, correct, correct_lines
from .entries import adopt, hold, release, retry, take_back
from .guard import Blocked, Claimed, NotAllowed, Refused, StaleVersion, holder
from .micro import answer
from .pairs import judge_pair, pairs_of
from .parting import Pick, arrange, arrangeable
from .putting_back import put_back
from .returning import reopen, try_again, undo
from .spot_checking import answer_spot_check
from .twins import earlier as earlier_twins
from .twins import judge

__all__ = [
    "Approval",
    "Blocked",
    "Claimed",
    "NotAllowed",
    "Pick",
    "Reading",
    "Refused",
    "StaleVersion",
    "accept",
    "accept_standing",
    "adopt",
    "answer",
    "answer_spot_check",
    "approve",
    "arrange",
    "arrangeable",
    "assign",
    "choose_account",
    "choose_vendor",
    "claim",
    "close_as_copy",
    "colleagues",
    "comment",
    "confirm",
    "correct",
    "correct_lines",
    "deciders",
    "earlier_twins",
    "escalate",
    "file",
    "hold",
    "holder",
    "is_kept",
    "judge",
    "judge_pair",
    "keep_ahead",
    "let_go_ahead",
    "pairs_of",
    "postpone",
    "propose",
    "put_back",
    "reject",
    "release",
    "release_claim",
    "reopen",
    "retry",
    "take_back",
    "take_over",
    "try_again",
    "undo",
    "withdraw",
]
