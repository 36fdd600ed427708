"""The child may crash, hang, swell or try to get out: the worker goes on and says so."""

import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.reading.conftest import PROBE
from tests.reading.papers import paper
from zohodocs.domain.reading import Unreadable
from zohodocs.pipeline import leaving, reading
from zohodocs.pipeline.reading import Sandbox, frames, sandbox

GOOD = paper([(72, 700, "Invoice 4711")])


def ask_code(child: Sandbox, task: str, **arguments: Any) -> str:
    with pytest.raises(Unreadable) as refused:
        child.ask(task, b"", seconds=2, **arguments)
    return refused.value.code


def words(child: Sandbox) -> list[str]:
    return [word.text for word in reading.read(GOOD, child=child).pages[0].words]


def test_a_child_is_started_once_and_stays_warm(child: Sandbox) -> None:
    words(child)
    pid, started = child.pid, child.counts.started
    words(child)
    assert (child.pid, child.counts.started) == (pid, started)


def test_a_native_abort_refuses_one_document_and_the_next_is_read(probe: Sandbox) -> None:
    assert words(probe) == ["Invoice", "4711"]
    assert ask_code(probe, "abort") == "reader_crashed"
    assert words(probe) == ["Invoice", "4711"]
    assert (probe.counts.started, probe.counts.crashed) == (2, 1)


def test_a_hang_ends_at_the_deadline_divided_by_the_time_scale() -> None:
    hasty = Sandbox(time_scale=20, command=PROBE)
    assert words(hasty) == ["Invoice", "4711"]
    begun = time.monotonic()
    with pytest.raises(Unreadable) as refused:
        hasty.ask("spin", b"", seconds=30)
    assert refused.value.code == "took_too_long"
    assert 1.4 < time.monotonic() - begun < 30
    assert words(hasty) == ["Invoice", "4711"]
    assert hasty.counts.timed_out == 1
    hasty.close()


def test_a_process_that_stops_waits_for_no_answer(probe: Sandbox) -> None:
    assert words(probe) == ["Invoice", "4711"]
    begun = time.monotonic()
    leaving.leave(within=0.3)
    try:
        with pytest.raises(leaving.CalledAway):
            probe.ask("spin", b"", seconds=30)
    finally:
        leaving.stay()
    assert time.monotonic() - begun < 30
    assert words(probe) == ["Invoice", "4711"]


def test_the_kernel_ends_a_child_that_burns_more_processor_time_than_allowed() -> None:
    patient = Sandbox(time_scale=0.01, command=PROBE)
    with pytest.raises(Unreadable) as refused:
        patient.ask("spin", b"", seconds=1)
    assert refused.value.code == "took_too_long"
    assert patient.counts.timed_out == 0
    patient.close()


def test_memory_beyond_the_limit_is_refused_not_taken(probe: Sandbox) -> None:
    assert ask_code(probe, "hold", megabytes=600) == "too_large_unpacked"
    assert words(probe) == ["Invoice", "4711"]


def test_a_child_that_swelled_is_replaced_by_a_fresh_one(probe: Sandbox) -> None:
    probe.ask("hold", b"", seconds=5, megabytes=280)
    assert probe.counts.recycled == 1
    words(probe)
    assert probe.counts.started == 2


def test_a_child_is_replaced_after_many_calls(
    probe: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "CALLS_OF_A_LIFE", 3)
    for _ in range(7):
        words(probe)
    assert (probe.counts.started, probe.counts.recycled) == (3, 2)


def test_the_child_sees_nothing_of_the_workers_environment(
    probe: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOHO_CLIENT_SECRET", "canary")
    answer, _ = probe.ask("environment", b"", seconds=2)
    allowed = {"LANG", "PATH", "PYTHONDONTWRITEBYTECODE", "LC_CTYPE"}
    assert set(answer["names"]) <= allowed
    assert b"canary" not in Path(f"/proc/{probe.pid}/environ").read_bytes()


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        yield server


def test_the_child_cannot_reach_a_port_of_this_machine(
    probe: Sandbox, listening: socket.socket
) -> None:
    words(probe)
    if not probe.network_cut:
        pytest.fail("This kernel refuses network namespaces; see the warning of the sandbox.")
    answer, _ = probe.ask("connect", b"", seconds=5, port=listening.getsockname()[1])
    assert answer["refused"]
    with pytest.raises(TimeoutError):
        listening.accept()


def test_a_kernel_that_leaves_the_child_its_network_is_named_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    hello = frames.pack({"ready": True, "network_cut": False})
    script = f"import sys; sys.stdout.buffer.write({hello!r}); sys.stdout.flush(); sys.stdin.read()"
    open_child = Sandbox(time_scale=30, command=(sys.executable, "-c", script))
    with caplog.at_level(logging.WARNING), pytest.raises(Unreadable):
        open_child.ask("read", b"", seconds=1)
    assert "network" in caplog.text
    assert not open_child.network_cut
    open_child.close()


def test_the_child_cannot_write_a_file(probe: Sandbox, tmp_path: Path) -> None:
    target = tmp_path / "left behind"
    answer, _ = probe.ask("write", b"", seconds=2, path=str(target))
    assert answer["refused"]
    assert not target.exists() or target.read_bytes() == b""


def test_native_code_that_prints_does_not_spoil_the_answers(probe: Sandbox) -> None:
    _, echoed = probe.ask("say", b"payload", seconds=2)
    assert echoed == b"payload"


def test_a_child_killed_from_outside_is_replaced_without_the_document_noticing(
    probe: Sandbox,
) -> None:
    words(probe)
    assert probe.pid is not None
    os.kill(probe.pid, signal.SIGKILL)
    assert words(probe) == ["Invoice", "4711"]


def test_a_child_outlives_the_thread_that_first_needed_it(probe: Sandbox) -> None:
    thread = threading.Thread(target=words, args=(probe,))
    thread.start()
    thread.join()
    pid = probe.pid
    time.sleep(0.1)  # long enough for the kernel to deliver what must not come
    assert words(probe) == ["Invoice", "4711"]
    assert probe.pid == pid


def test_threads_share_one_child_and_each_gets_its_own_answer(probe: Sandbox) -> None:
    papers = {number: paper([(72, 700, f"Invoice {number}")]) for number in range(12)}
    read: dict[int, list[str]] = {}

    def one(number: int) -> None:
        page = reading.read(papers[number], child=probe).pages[0]
        read[number] = [word.text for word in page.words]

    threads = [threading.Thread(target=one, args=(number,)) for number in papers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read == {number: ["Invoice", str(number)] for number in papers}
    assert probe.counts.started == 1


def test_a_caller_called_away_leaves_no_answer_for_the_next(probe: Sandbox) -> None:
    """As when RQ's alarm rings in the middle of a paper: the next one must not get its words."""
    words(probe)

    class TimeIsOver(Exception):
        pass

    def ring(*_: object) -> None:
        raise TimeIsOver

    before = signal.signal(signal.SIGALRM, ring)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        with pytest.raises(TimeIsOver):
            probe.ask("sleep", b"the first paper", seconds=20, for_seconds=1.0)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

    _, answer = probe.ask("say", b"the second paper", seconds=20)
    assert answer == b"the second paper"


def test_a_closed_sandbox_leaves_no_process_behind(probe: Sandbox) -> None:
    words(probe)
    pid = probe.pid
    probe.close()
    assert not Path(f"/proc/{pid}").exists()


def test_a_child_that_cannot_start_says_how_to_see_why() -> None:
    with pytest.raises(RuntimeError, match="does not start"):
        Sandbox(command=(sys.executable, "-c", "raise SystemExit(3)")).ask("read", b"", seconds=1)
