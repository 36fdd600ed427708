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


def arm_of(flag: str, unit: str, weights: Mapping[str, int], salt: str = "") -> str:
    """Which of the weighted arms a unit gets that is let in; drawn apart from whether it is.

    Raises ValueError where no arm has any weight.
    """
    total = sum(weights.values())
    if total <= 0:
        raise ValueError("No arm has any weight.")
    drawn, reached = bucket(flag, unit, f"{salt}:arms") * total, 0
    for name, weight in sorted(weights.items()):
        reached += weight * BUCKETS
        if drawn < reached:
            return name
    raise AssertionError("A bucket lies below the sum of all weights.")


def is_in(bucket_number: int, percent: Decimal) -> bool:
    """Whether a bucket belongs to the first `percent` of all units."""
    return bucket_number < percent * 100
