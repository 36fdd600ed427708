"""Structured logs: JSON lines in UTC, the document's id bound once, secrets never in."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_SECRET_WORDS = ("token", "secret", "password", "authorization", "cookie", "api_key")


def _redacted(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Any:
    """Values whose name sounds like a secret never reach a log line."""
    for name in event:
        if any(word in name.lower() for word in _SECRET_WORDS):
            event[name] = "[redacted]"
    return event


class _StandardError(logging.StreamHandler[Any]):
    """Writes to whatever standard error is at that moment."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> Any:
        return sys.stderr


def configure(*, level: str = "INFO", json: bool | None = None) -> None:
    """Send structlog and the standard library's loggers through one chain to standard error.

    `json` None: JSON unless a person watches a terminal.
    """
    as_json = not sys.stderr.isatty() if json is None else json
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _redacted,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer()
    )
    structlog.configure(
        processors=[
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    last: list[Any] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if as_json:
        last.append(structlog.processors.format_exc_info)
    handler = _StandardError()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[*last, renderer])
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # These repeat every request and every job; our own lines say it better.
    for noisy in ("httpx", "httpcore", "rq.worker", "rq.scheduler", "PIL", "pikepdf"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def bind(**facts: Any) -> None:
    """Add facts to every later line of this context, e.g. `document`."""
    structlog.contextvars.bind_contextvars(**facts)


def unbind() -> None:
    """Forget what was bound."""
    structlog.contextvars.clear_contextvars()


def get_logger(name: str) -> Any:
    """A logger whose events are `noun.verb.outcome` with key-values."""
    return structlog.stdlib.get_logger(name)
