"""Secrets as they lie in the database: encrypted with the first key, readable with any."""

from __future__ import annotations

from datetime import UTC, datetime

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class Unreadable(Exception):
    """This was encrypted with a key that is no longer among FIELD_ENCRYPTION_KEYS."""


def encrypt(secret: str) -> str:
    """The secret as it is stored; an empty one stays empty."""
    return _keys().encrypt(secret.encode()).decode() if secret else ""


def decrypt(stored: str) -> str:
    """The secret again. Raises Unreadable where no key fits."""
    if not stored:
        return ""
    try:
        return _keys().decrypt(stored.encode()).decode()
    except InvalidToken:
        raise Unreadable(
            "The stored secrets cannot be read: the key they were encrypted with is missing from"
            " FIELD_ENCRYPTION_KEYS."
        ) from None


def resealed(stored: str) -> str:
    """The same secret under the first key, with the moment it was first encrypted.

    Raises Unreadable where no key fits.
    """
    if not stored:
        return ""
    try:
        return _keys().rotate(stored.encode()).decode()
    except InvalidToken:
        raise Unreadable("No key in FIELD_ENCRYPTION_KEYS fits.") from None


def sealed_at(stored: str) -> datetime | None:
    """When it was encrypted; None where it cannot be read or nothing is stored."""
    if not stored:
        return None
    try:
        return datetime.fromtimestamp(_keys().extract_timestamp(stored.encode()), UTC)
    except InvalidToken:
        return None


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_ENCRYPTION_KEYS])
