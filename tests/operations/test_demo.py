"""The demo's papers."""

from __future__ import annotations

from datetime import date

from zohodocs.operations.demo.samples import samples


def test_a_demo_that_is_started_again_sends_the_very_same_papers() -> None:
    today = date(2026, 5, 20)

    assert list(samples(today)) == list(samples(today))
