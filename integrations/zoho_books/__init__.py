"""Zoho Books: a client that reads, one that also writes, and the tokens both need."""

from ._books import ATTACHMENT_TYPES, ZohoBooks
from ._calls import FILE_LIMIT, CallRecord
from ._reader import Attachment, BillsLike, ZohoBooksReader, same_number
from ._records import (
    Account,
    Bill,
    Contact,
    Currency,
    Expense,
    FileRef,
    Line,
    Organization,
    Tax,
    VendorCredit,
)
from ._tokens import (
    AccessToken,
    Grant,
    MemoryTokens,
    TokenSource,
    exchange_code,
    refresh_access_token,
)

__all__ = [
    "ATTACHMENT_TYPES",
    "FILE_LIMIT",
    "AccessToken",
    "Account",
    "Attachment",
    "Bill",
    "BillsLike",
    "CallRecord",
    "Contact",
    "Currency",
    "Expense",
    "FileRef",
    "Grant",
    "Line",
    "MemoryTokens",
    "Organization",
    "Tax",
    "TokenSource",
    "VendorCredit",
    "ZohoBooks",
    "ZohoBooksReader",
    "exchange_code",
    "refresh_access_token",
    "same_number",
]
