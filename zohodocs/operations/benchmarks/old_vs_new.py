"""The old way against the new one, with a Zoho that takes 300 ms for an answer and has no limits.

Old: one document after another, Zoho asked for the vendor of each. New: the flags
`parallel_processing` and `new_cache`. The same workers, machine and moment; only the flags differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

from zohodocs import clients
from zohodocs.models import Document, FlagMode, Organization, State
from zohodocs.operations.demo.samples import papers_for_benchmarks
from zohodocs.rollout.flags import set_flag

from .company import NO_LIMIT, TODAY, approved, arrived, connected
from .processes import done, running, seconds_for, worker
from .result import Result
from .zoho import Zoho
from .zoho import zoho as sandbox

_LATENCY_MS = 300
_AT_ONCE = 8
_WARM = 8
_DAYS = 60
# So many that both ways take about as long.
_OLD_READ, _NEW_READ = 60, 300
_OLD_POSTED, _NEW_POSTED = 24, 192
_FLAGS = ("parallel_processing", "new_cache")
_UNDECIDED = (State.RECEIVED, State.PROCESSING)
_UNPOSTED = (State.APPROVED, State.POSTING)
_ENVIRONMENT = {
    "ZOHO_CALLS_PER_MINUTE": str(NO_LIMIT),
    "ZOHO_CALLS_AT_ONCE": str(_AT_ONCE + 1),  # one is kept for people
    "HOLD_SECONDS": "0",
    # One thread each for what computes: the workers are the parallel part.
    "OMP_NUM_THREADS": "1",
}


@dataclass(frozen=True, slots=True)
class _Measured:
    """Seconds and calls a document."""

    seconds: float
    calls: float


def old_vs_new() -> Result:
    """Arrival to decided, old over new; in the notes approved to posted, with its ceiling."""
    limits = {"requests_per_minute": NO_LIMIT, "daily_limit": NO_LIMIT}
    with sandbox(latency_ms=_LATENCY_MS, **limits) as zoho:
        organization = connected("old-vs-new", zoho)
        clients.keep_contacts(organization)
        papers = _papers(_OLD_READ + _NEW_READ + 2 * _WARM)
        old_read = _read(organization, zoho, papers, _OLD_READ, new=False)
        new_read = _read(organization, zoho, papers, _NEW_READ, new=True)
        old_post = _posted(organization, zoho, _OLD_POSTED, first=0, new=False)
        new_post = _posted(organization, zoho, _NEW_POSTED, first=1000, new=True)
    posted = old_post.seconds / new_post.seconds
    ceiling = old_post.calls / new_post.calls * _AT_ONCE
    return Result(
        ratio=old_read.seconds / new_read.seconds,
        unit="seconds from arrival to decided, a document",
        baseline=old_read.seconds,
        product=new_read.seconds,
        n=_OLD_READ + _NEW_READ,
        notes={
            "workers": settings.WORKERS,
            "posted_ratio": posted,
            "posted_ceiling": ceiling,
            "posted_share_of_ceiling": posted / ceiling,
            "posted_baseline_seconds": old_post.seconds,
            "posted_product_seconds": new_post.seconds,
            "posted_n": _OLD_POSTED + _NEW_POSTED,
            "calls_to_decide_before": old_read.calls,
            "calls_to_decide_after": new_read.calls,
            "calls_to_post_before": old_post.calls,
            "calls_to_post_after": new_post.calls,
            "calls_per_bill_before": old_read.calls + old_post.calls,
            "calls_per_bill_after": new_read.calls + new_post.calls,
        },
    )


def _read(
    organization: Organization, zoho: Zoho, papers: Iterator[bytes], number: int, *, new: bool
) -> _Measured:
    _set_flags(new=new)
    warm = arrived(organization, papers, _WARM)
    documents = arrived(organization, papers, number)
    workers = [worker("pipeline")] * settings.WORKERS if new else [worker("sequential")]
    with running(*workers, environment=_ENVIRONMENT):
        seconds_for(warm, leaving=_UNDECIDED)
        before = zoho.calls()
        seconds = seconds_for(documents, leaving=_UNDECIDED)
        calls = zoho.calls() - before
    _expect_vendors(documents)
    return _Measured(seconds / number, calls / number)


def _posted(
    organization: Organization, zoho: Zoho, number: int, *, first: int, new: bool
) -> _Measured:
    _set_flags(new=new)
    warm = approved(organization, _WARM, first=first)
    documents = approved(organization, number, first=first + _WARM)
    with running(worker("sync"), environment=_ENVIRONMENT):
        seconds_for(warm, leaving=_UNPOSTED)
        before = zoho.calls()
        seconds = seconds_for(documents, leaving=_UNPOSTED)
        calls = zoho.calls() - before
    state = zoho.state()
    if done(documents, [State.POSTED]) != number or state["doubles"]:
        raise AssertionError("The benchmark's documents did not each become one bill.")
    return _Measured(seconds / number, calls / number)


def _papers(number: int) -> Iterator[bytes]:
    """Invoices of several weeks: no vendor sends hundreds on one day."""
    for count in range(number):
        day = TODAY - timedelta(days=count % _DAYS)
        yield from papers_for_benchmarks(day, 1, first=count)


def _set_flags(*, new: bool) -> None:
    for name in _FLAGS:
        mode = FlagMode.ON if new else FlagMode.OFF
        set_flag(name=name, mode=mode, why="benchmark", by="bench")


def _expect_vendors(documents: list[Document]) -> None:
    keys = [document.pk for document in documents]
    found = Document.objects.filter(pk__in=keys, vendor__name="Stadtwerke Hanse GmbH").count()
    if found != len(documents):
        raise AssertionError("The benchmark's vendor was not found for every document.")
