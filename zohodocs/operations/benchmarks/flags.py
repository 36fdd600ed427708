"""What one evaluated flag costs, by way of OpenFeature, beside the bare hash."""

from __future__ import annotations

import time

from zohodocs.models import FlagMode, Organization
from zohodocs.rollout.bucketing import bucket
from zohodocs.rollout.flags import answer, set_flag

from .result import Result

_TIMES = 5000


def flags() -> Result:
    """Microseconds a flag; ratio: those allowed (50) over those it takes."""
    organization, _new = Organization.objects.get_or_create(
        code="bench-flags", defaults={"name": "Bench"}
    )
    set_flag(name="new_cache", mode=FlagMode.ON, why="benchmark", by="bench")
    answer("new_cache", organization, "warm")
    began = time.perf_counter()
    for number in range(_TIMES):
        bucket("new_cache", str(number))
    bare = (time.perf_counter() - began) / _TIMES
    began = time.perf_counter()
    for number in range(_TIMES):
        answer("new_cache", organization, str(number))
    taken = (time.perf_counter() - began) / _TIMES
    return Result(
        ratio=50e-6 / taken,
        unit="seconds a flag; ratio = 50 µs over it",
        baseline=bare,
        product=taken,
        n=_TIMES,
        notes={"microseconds": taken * 1e6},
    )
