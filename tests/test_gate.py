"""No request of a browser meets the emptying of the database (tests/gate.py)."""

from __future__ import annotations

import threading
from typing import Any

from tests.gate import Gate
from tests.waiting import until

WAIT = 10


def test_the_gate_waits_for_who_is_inside_and_lets_nobody_else_in() -> None:
    gate, begun, may_end = Gate(), threading.Event(), threading.Event()
    said: list[str] = []

    def slow(handler: Any, environ: Any, start_response: Any) -> list[bytes]:
        begun.set()
        may_end.wait(WAIT)
        said.append("answered")
        return [b"here"]

    asked = gate.passing(slow)
    first = threading.Thread(target=asked, args=(None, {}, None))
    first.start()
    assert begun.wait(WAIT)

    def emptied() -> None:
        with gate.shut():
            said.append("emptied")

    emptying = threading.Thread(target=emptied)
    emptying.start()
    until(lambda: not gate.is_open, what="a shut gate")
    late: list[str] = []
    assert asked(None, {}, lambda status, headers: late.append(status)) == [b""]
    assert late == ["503 Service Unavailable"]
    may_end.set()
    for thread in (first, emptying):
        thread.join(WAIT)

    assert said == ["answered", "emptied"]
    assert gate.is_open
    assert asked(None, {}, None) == [b"here"]
