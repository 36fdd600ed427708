"""The supervisor: starts in order, restarts what dies, leaves nothing behind."""

import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

# Says its number, then lives until SIGTERM.
STAYS = """
import os, signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(print("goodbye")))
print("here", os.getpid())
while True: signal.pause()
"""
# Does not listen to SIGTERM.
STUBBORN = """
import os, signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("here", os.getpid())
while True: signal.pause()
"""
# Starts a child of its own that nobody else knows.
PARENT = f"""
import subprocess, sys
subprocess.Popen([sys.executable, "-u", "-c", {STUBBORN!r}]).wait()
"""


class Terminal:
    """What a person in front of the supervisor sees and does."""

    def __init__(self, *plan: dict[str, Any], grace: float = 10) -> None:
        wanted = json.dumps({"grace": grace, "plan": plan})
        self.process = subprocess.Popen(
            (sys.executable, "-m", "tests.operations.supervised", wanted),
            stdout=subprocess.PIPE,
            text=True,
        )
        self.lines: list[str] = []
        self._arriving: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in self.process.stdout or ():
            self._arriving.put(line.rstrip("\n"))

    def reads(self, pattern: str) -> re.Match[str]:
        """Wait for the next line that matches."""
        while True:
            try:
                line = self._arriving.get(timeout=20)
            except queue.Empty:
                pytest.fail(f"no line like {pattern!r} in 20 s, but: {self.lines}")
            self.lines.append(line)
            if found := re.search(pattern, line):
                return found

    def presses(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def ends(self) -> int:
        return self.process.wait(timeout=20)


@pytest.fixture
def terminal() -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []

    def open_terminal(*plan: dict[str, Any], grace: float = 10) -> Terminal:
        opened.append(Terminal(*plan, grace=grace))
        return opened[-1]

    yield open_terminal
    for one in opened:
        one.process.terminate()
        one.process.wait(timeout=20)
        if one.process.stdout:
            one.process.stdout.close()


def is_gone(pid: int) -> bool:
    """Whether the process ends within seconds; one that nobody waits for counts as ended."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            with open(f"/proc/{pid}/stat") as stat:  # noqa: PTH123 - a file that vanishes under us
                if stat.read().rpartition(")")[2].split()[0] == "Z":
                    return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.02)  # The kernel does not tell us when a grandchild ends.
    return False


def test_what_dies_is_started_again(terminal: Callable[..., Terminal]) -> None:
    screen = terminal({"name": "worker", "code": STAYS})
    first = int(screen.reads(r"here (\d+)")[1])

    os.kill(first, signal.SIGKILL)

    assert screen.reads(r"worker \| killed by SIGKILL: starting it again in (\S+) s")[1] == "0.5"
    second = int(screen.reads(r"here (\d+)")[1])
    assert second != first


def test_what_keeps_dying_is_started_less_and_less_often(terminal: Callable[..., Terminal]) -> None:
    screen = terminal({"name": "broken", "code": "raise SystemExit(3)"})

    pauses = [screen.reads(r"ended with 3: starting it again in (\S+) s")[1] for _ in range(3)]

    assert pauses == ["0.5", "1", "2"]


def test_a_step_is_finished_before_the_next_process_starts(
    terminal: Callable[..., Terminal],
) -> None:
    screen = terminal(
        {"name": "prepare", "code": "print('prepared')", "once": True},
        {"name": "serve", "code": STAYS},
    )

    screen.reads("all are ready")
    screen.reads("serve +.*here")

    shown = [line for line in screen.lines if "|" in line]
    assert shown[0] == "prepare | prepared"


def test_a_failed_step_ends_everything_with_1(terminal: Callable[..., Terminal]) -> None:
    screen = terminal(
        {"name": "redis", "code": STAYS, "last": True},
        {"name": "migrate", "code": "raise SystemExit('no such table')", "once": True},
        {"name": "web", "code": STAYS},
    )

    screen.reads(r"migrate \| no such table")
    screen.reads(r"migrate \| ended with 1: stopping")

    assert screen.ends() == 1
    assert not any(line.startswith("web") for line in screen.lines)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_all_and_the_last_one_after_the_others(
    terminal: Callable[..., Terminal], number: signal.Signals
) -> None:
    screen = terminal(
        {"name": "redis", "code": STAYS, "last": True}, {"name": "worker", "code": STAYS}
    )
    numbers = [int(screen.reads(r"here (\d+)")[1]) for _ in range(2)]

    screen.presses(number)

    screen.reads(r"worker \| goodbye")
    screen.reads(r"redis +\| goodbye")
    assert screen.ends() == 0
    assert all(is_gone(pid) for pid in numbers)


def test_what_does_not_end_within_its_grace_is_killed(terminal: Callable[..., Terminal]) -> None:
    screen = terminal({"name": "worker", "code": STUBBORN}, grace=0.3)
    pid = int(screen.reads(r"here (\d+)")[1])

    screen.presses(signal.SIGTERM)

    screen.reads("did not end in time: killed")
    assert screen.ends() == 0
    assert is_gone(pid)


def test_a_second_ctrl_c_does_not_wait_for_the_grace(terminal: Callable[..., Terminal]) -> None:
    screen = terminal({"name": "worker", "code": STUBBORN}, grace=60)
    screen.reads(r"here (\d+)")
    screen.presses(signal.SIGINT)
    screen.reads("Stopping")

    screen.presses(signal.SIGINT)

    screen.reads("did not end in time: killed")
    assert screen.ends() == 0


def test_the_children_of_a_dead_process_die_with_it(terminal: Callable[..., Terminal]) -> None:
    screen = terminal({"name": "web", "code": "import os; print('leader', os.getpid())" + PARENT})
    leader = int(screen.reads(r"leader (\d+)")[1])
    grandchild = int(screen.reads(r"here (\d+)")[1])

    os.kill(leader, signal.SIGKILL)

    screen.reads("starting it again")
    assert is_gone(grandchild)


def test_a_killed_supervisor_leaves_no_orphans(terminal: Callable[..., Terminal]) -> None:
    screen = terminal(
        {"name": "redis", "code": STAYS, "last": True}, {"name": "worker", "code": STAYS}
    )
    numbers = [int(screen.reads(r"here (\d+)")[1]) for _ in range(2)]

    screen.presses(signal.SIGKILL)

    screen.ends()
    assert all(is_gone(pid) for pid in numbers)


def test_every_line_carries_the_name_of_its_process(terminal: Callable[..., Terminal]) -> None:
    code = "import sys; sys.stdout.write('one\\ntwo\\nunfinished')"
    screen = terminal({"name": "seed", "code": code, "once": True}, {"name": "w", "code": STAYS})

    screen.reads("all are ready")

    assert [line for line in screen.lines if line.startswith("seed")] == [
        "seed | one",
        "seed | two",
        "seed | unfinished",
    ]
