"""Between a browser that may still be asking and a database that is about to be emptied.

A page asks by itself (the live counter, the next item kept ahead). A request of a test that is over
would meet the flush, and PostgreSQL would end one of the two as a deadlock.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.handlers.wsgi import WSGIHandler

# Longer than any request may take; a test fails that leaves one running.
PATIENCE_SECONDS = 30


class Gate:
    """Every request of a live server passes here; the test client's do not."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside = 0
        self.is_open = True

    def passing(self, answer: Callable[..., Any]) -> Callable[..., Any]:
        """`answer` as a WSGI application that is only asked while the gate is open."""

        def asked(handler: WSGIHandler, environ: Any, start_response: Any) -> Any:
            with self._changed:
                if not self.is_open:
                    start_response("503 Service Unavailable", [("Content-Length", "0")])
                    return [b""]
                self._inside += 1
            try:
                return answer(handler, environ, start_response)
            finally:
                with self._changed:
                    self._inside -= 1
                    self._changed.notify_all()

        return asked

    @contextmanager
    def shut(self) -> Iterator[None]:
        """Let nobody in, and begin when the last one inside has left."""
        with self._changed:
            self.is_open = False
        try:
            with self._changed:
                is_empty = self._changed.wait_for(lambda: self._inside == 0, PATIENCE_SECONDS)
            assert is_empty, "A request of this test was still running after it."
            yield
        finally:
            with self._changed:
                self.is_open = True
