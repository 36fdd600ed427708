"""Who is in: a sticky hash in steps of 0.01 %. Pure; raising the percentage only adds units."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from hashlib import sha256

BUCKETS = 10_000


def bucket(flag: str, unit: str, salt: str = "") -> int:
    """0..9999, the same for ever for this flag, unit and salt, in every process and version."""
    value = int.from_bytes(sha256(f"{flag}:{unit}:{salt}".encode()).digest()[:8], "big")
    return value % BUCKETS


def arm_of(flag: str, unit: str, shares: Mapping[str, Decimal], salt: str = "") -> str:
    """Which arm of several a unit belongs to; `shares` in percent, in their order, sum 100.

    The salt of arms is another than that of the percentage: who is in says nothing of which arm.
    """
    number = bucket(flag, unit, f"arms:{salt}")
    edge = Decimal(0)
    for arm, share in shares.items():
        edge += share
        if number < edge * 100:
            return arm
    raise ValueError("The shares of the arms do not sum to 100.")


def is_in(bucket_number: int, percent: Decimal) -> bool:
    """Whether a bucket belongs to the first `percent` of all units."""
    return bucket_number < percent * 100
