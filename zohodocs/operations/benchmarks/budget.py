"""Whether Zoho's calls are used to the last one: approved documents against its real limits.

Every time is ten times shorter than in life: a minute of Zoho's takes six seconds, an answer 30 ms.
Our own work is not, so that a slow or busy machine shows; BENCH_TIME_SCALE and BENCH_DOCUMENTS ask
for less of it.
"""

from __future__ import annotations

import os
import time
from itertools import pairwise

from django.conf import settings

from zohodocs.models import FlagMode, Posting, State
from zohodocs.rollout.flags import set_flag

from .company import approved, connected
from .processes import done, running, worker
from .result import Result
from .zoho import zoho as sandbox

_SCALE = int(os.environ.get("BENCH_TIME_SCALE", "10"))
_DOCUMENTS = int(os.environ.get("BENCH_DOCUMENTS", "1000"))
_LATENCY_MS = 300 / _SCALE
_POLL_SECONDS = 0.1
_MINUTE = 60 / _SCALE
_PATIENCE_MINUTES = 150
_UNPOSTED = (State.APPROVED, State.POSTING)
_ENVIRONMENT = {"TIME_SCALE": str(_SCALE), "HOLD_SECONDS": "0"}


def budget() -> Result:
    """The share of a minute's calls that is used while work waits; 1 is every one of them."""
    with sandbox(latency_ms=_LATENCY_MS, time_scale=_SCALE) as zoho:
        # Copied before the clock runs: the sandbox counts these calls too.
        organization = connected("budget", zoho, daily_limit=5000)
        for name in ("parallel_processing", "new_cache"):
            set_flag(name=name, mode=FlagMode.ON, why="benchmark", by="bench")
        documents = approved(organization, _DOCUMENTS)
        before = zoho.calls()
        seen: list[tuple[float, int, int]] = []  # moment, calls, documents that wait
        with running(worker("sync"), ("sweep", "--loop"), environment=_ENVIRONMENT):
            ends_at = time.monotonic() + _PATIENCE_MINUTES * _MINUTE
            while not seen or seen[-1][2]:
                waiting = done(documents, _UNPOSTED)
                seen.append((time.monotonic(), zoho.calls(), waiting))
                if time.monotonic() > ends_at:
                    break
                time.sleep(_POLL_SECONDS)  # a sample of the course, so often
        state, calls = zoho.state(), zoho.calls() - before
    share = _share(seen)
    bills = state["bills"]
    posted = done(documents, [State.POSTED])
    return Result(
        ratio=share,
        unit="share of the calls a minute",
        baseline=float(settings.ZOHO_CALLS_PER_MINUTE),
        product=share * settings.ZOHO_CALLS_PER_MINUTE,
        n=len(documents),
        notes={
            "posted": posted,
            "bills": len(bills),
            "doubled": len(state["doubles"]),
            "missing_files": sum(len(bill["files"]) != 1 for bill in bills),
            "refused_by_limits": state["refused_by_limits"],
            "most_in_a_minute": state["most_in_a_minute"],
            "most_at_once": state["most_at_once"],
            "calls_per_bill": calls / max(1, posted),
            "unconfirmed": Posting.objects.exclude(state="confirmed").count(),
            "time_scale": _SCALE,
            "minutes_of_zoho": (seen[-1][0] - seen[0][0]) / _MINUTE,
        },
    )


def _share(seen: list[tuple[float, int, int]]) -> float:
    """Calls over what was allowed, in whole minutes from the second on, while documents wait."""
    first_call = next(moment for (moment, one, _), (_, two, _) in pairwise(seen) if two > one)
    # A new log is trusted with half for a minute, and the last hands wait for nobody.
    counted = [
        (moment, calls)
        for moment, calls, waiting in seen
        if moment >= first_call + _MINUTE and waiting >= settings.POSTINGS_AT_ONCE
    ]
    (began, before), (last, _) = counted[0], counted[-1]
    # Calls come in bursts: a part of a minute would count one of them too much or too little.
    minutes = int((last - began) // _MINUTE)
    if not minutes:
        raise AssertionError("There were too few documents to fill a minute.")
    after = max(calls for moment, calls in counted if moment <= began + minutes * _MINUTE)
    return (after - before) / (settings.ZOHO_CALLS_PER_MINUTE * minutes)
