"""What a tried way may take: it is stopped, whatever it does, and who tried it goes on."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from contextlib import suppress

import pytest

from tests.waiting import until
from zohodocs.rollout.limits import OverTime, limited

NEVER_LOOKS_UP = """
from collections import deque
from itertools import repeat
from zohodocs.rollout.limits import limited
with limited(seconds=0.2, grace=0.3):
    deque(repeat(0), maxlen=0)
"""
EATS = """
import resource
from zohodocs.rollout.limits import limited
before = resource.getrlimit(resource.RLIMIT_DATA)
eaten = []
try:
    with limited(seconds=20, memory_bytes=64 * 1024 * 1024):
        while True:
            eaten.append(bytearray(8 * 1024 * 1024))
except MemoryError:
    pass
same = resource.getrlimit(resource.RLIMIT_DATA) == before
print(len(eaten), same, len(bytearray(128 * 1024 * 1024)))
"""


def test_who_hangs_is_called_away_even_where_he_catches_everything() -> None:
    began = time.monotonic()

    def hang() -> None:
        while True:
            with suppress(Exception):
                time.sleep(30)  # what hangs

    with pytest.raises(OverTime), limited(seconds=0.1):
        hang()

    assert time.monotonic() - began < 30  # what hangs once


def test_who_eats_memory_gets_no_more_and_the_limit_ends_with_the_block() -> None:
    # In a process of its own: this one may hold memory that is free, and has it counted already.
    ended = subprocess.run(
        [sys.executable, "-c", EATS], capture_output=True, text=True, timeout=60, check=False
    )

    assert ended.stderr == ""
    eaten, is_as_before, afterwards = ended.stdout.split()
    assert 4 < int(eaten) < 9
    assert is_as_before == "True"
    assert int(afterwards) == 128 * 1024 * 1024


def test_a_timer_that_ran_before_goes_on() -> None:
    heard = []
    before = signal.signal(signal.SIGALRM, lambda *_: heard.append(1))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        with limited(seconds=20):
            pass
        left, _ = signal.getitimer(signal.ITIMER_REAL)
        assert 0 < left <= 0.2
        until(lambda: heard, what="the timer that went on")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert heard == [1]


def test_native_code_that_comes_back_to_nobody_ends_with_its_process() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", NEVER_LOOKS_UP], capture_output=True, timeout=30, check=False
    )

    assert ended.returncode == 1
    assert b"Timeout" in ended.stderr
