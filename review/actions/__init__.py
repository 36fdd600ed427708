"""What a person can do to a document: the verbs of the desk, the command line and whatever comes.

Every verb checks the right, is guarded by the version it saw, leaves a line in the audit trail and
has one effect however often it is sent.
"""

from .amending import accept_standing, confirm, propose, withdraw
from .approving import Approval, approve
from .closing import close_as_copy, file, reject
from .correcting import Reading, accept, choose_account, choose_vendor, correct, correct_lines
from .entries import adopt, hold, release, retry
from .guard import Blocked, NotAllowed, Refused, StaleVersion
from .returning import reopen, try_again, undo

__all__ = [
    "Approval",
    "Blocked",
    "NotAllowed",
    "Reading",
    "Refused",
    "StaleVersion",
    "accept",
    "accept_standing",
    "adopt",
    "approve",
    "choose_account",
    "choose_vendor",
    "close_as_copy",
    "confirm",
    "correct",
    "correct_lines",
    "file",
    "hold",
    "propose",
    "reject",
    "release",
    "reopen",
    "retry",
    "try_again",
    "undo",
    "withdraw",
]
