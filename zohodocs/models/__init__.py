"""The rows: one aggregate a file."""

from .amendment import Amendment, AmendmentKind, AmendmentState
from .arrival import Arrival, ArrivalResult
from .copying import CopyKind, CopyState, ZohoCopy
from .desk import (
    Comment,
    Notice,
    NoticeKind,
    Preference,
    SavedView,
    TwinKind,
    TwinVerdict,
)
from .document import Document, Page, State
from .document_text import (
    DocumentText,
    keep_text,
    texts_with_words,
    with_words,
    with_words_read,
    words_begin,
)
from .drift import DriftWatch
from .event import WORKER, AuditEvent, AuditHead
from .extraction import Extraction, FieldValue, Finding
from .guardrail import GuardrailKind, MetricGuardrail, WorseWhen
from .heartbeat import Heartbeat
from .layout import LayoutMemory
from .organization import (
    Connection,
    ConnectionState,
    Membership,
    Organization,
    Role,
)
from .page_pick import PagePick
from .policy import Policy
from .posting import KnownBill, Posting, PostingKind
from .posting_call import PostingCall
from .review import (
    Correction,
    ReviewItem,
    ReviewKind,
    ReviewState,
    Verdict,
    keep_all_places,
    keep_place,
)
from .rollout import (
    DifferenceRule,
    EvidenceSnapshot,
    Experiment,
    ExperimentState,
    Flag,
    FlagMode,
    IgnoredDifference,
    PairVerdict,
    Ramp,
    RampState,
    Repair,
    RepairItem,
    Rollback,
    ShadowDifference,
    ShadowRun,
)
from .vendor import (
    Account,
    Location,
    Rule,
    Tax,
    Vendor,
    VendorAlias,
    VendorBankAccount,
    VendorTaxKey,
    mirror_contact,
)

__all__ = [
    "WORKER",
    "Account",
    "Amendment",
    "AmendmentKind",
    "AmendmentState",
    "Arrival",
    "ArrivalResult",
    "AuditEvent",
    "AuditHead",
    "Comment",
    "Connection",
    "ConnectionState",
    "CopyKind",
    "CopyState",
    "Correction",
    "DifferenceRule",
    "Document",
    "DocumentText",
    "DriftWatch",
    "EvidenceSnapshot",
    "Experiment",
    "ExperimentState",
    "Extraction",
    "FieldValue",
    "Finding",
    "Flag",
    "FlagMode",
    "GuardrailKind",
    "Heartbeat",
    "IgnoredDifference",
    "KnownBill",
    "LayoutMemory",
    "Location",
    "Membership",
    "MetricGuardrail",
    "Notice",
    "NoticeKind",
    "Organization",
    "Page",
    "PagePick",
    "PairVerdict",
    "Policy",
    "Posting",
    "PostingCall",
    "PostingKind",
    "Preference",
    "Ramp",
    "RampState",
    "Repair",
    "RepairItem",
    "ReviewItem",
    "ReviewKind",
    "ReviewState",
    "Role",
    "Rollback",
    "Rule",
    "SavedView",
    "ShadowDifference",
    "ShadowRun",
    "State",
    "Tax",
    "TwinKind",
    "TwinVerdict",
    "Vendor",
    "VendorAlias",
    "VendorBankAccount",
    "VendorTaxKey",
    "Verdict",
    "WorseWhen",
    "ZohoCopy",
    "keep_all_places",
    "keep_place",
    "keep_text",
    "mirror_contact",
    "texts_with_words",
    "with_words",
    "with_words_read",
    "words_begin",
]
