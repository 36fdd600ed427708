"""Faults on demand: rules that spoil chosen calls before or after they are carried out."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

from ._limits import BLOCK_WORDS, CROWD_WORDS, MINUTE_WORDS, day_words
from ._oauth import throttled
from ._wire import Problem, Reply, as_json

_HTML = b"<!doctype html><title>Error</title><h1>Something went wrong</h1>"
_FOR_EVER = 0


@dataclass(slots=True)
class Fault:
    """A rule: from the `nth` call that fits `match` on, `times` calls get `fault` (0: all)."""

    match: str
    fault: str
    nth: int = 1
    times: int = 1
    seconds: float | None = None
    retry_after: float | None = None
    code: int | None = None
    message: str = ""
    commit: bool = True
    seen: int = 0

    def fits(self, method: str, path: str, pattern: str) -> bool:
        """Whether the rule speaks of this call; `*` stands for anything."""
        wanted = self.match if " " in self.match else f"* {self.match}"
        return any(fnmatchcase(f"{method} {name}", wanted) for name in (path, pattern))

    def strikes(self) -> bool:
        """Count a fitting call; whether this one is spoilt."""
        self.seen += 1
        if self.seen < self.nth:
            return False
        return self.times == _FOR_EVER or self.seen < self.nth + self.times


Before = Callable[[Fault], Reply]
After = Callable[[Fault, Reply], Reply]


def _refuse(status: int, code: int, message: str) -> Before:
    def reply(fault: Fault) -> Reply:
        headers = {} if fault.retry_after is None else {"Retry-After": f"{fault.retry_after:g}"}
        problem = Problem(status, fault.code or code, fault.message or message, headers)
        return problem.reply()

    return reply


def _page(status: int) -> Before:
    def reply(fault: Fault) -> Reply:
        headers = {"Content-Type": "text/html"}
        if fault.retry_after is not None:
            headers["Retry-After"] = f"{fault.retry_after:g}"
        return Reply(status, _HTML, headers)

    return reply


def _error_word(word: str) -> Before:
    return lambda _: as_json({"error": word})


def _changed(change: Callable[[dict[str, Any]], None]) -> After:
    def spoil(fault: Fault, reply: Reply) -> Reply:
        content = json.loads(reply.body)
        for value in content.values():
            if isinstance(value, dict):
                change(value)
        return replace(reply, body=json.dumps(content).encode())

    return spoil


def _without_ids(record: dict[str, Any]) -> None:
    for name in ("bill_id", "contact_id", "vendor_credit_id", "expense_id"):
        record.pop(name, None)


def _other_total(record: dict[str, Any]) -> None:
    if "total" in record:
        record["total"] = record["total"] + 1


BEFORE: Mapping[str, Before] = {
    "500_before": _refuse(500, 1000, "Internal error"),
    "502_before": _page(502),
    "404_page": _page(404),
    "503": _page(503),
    "429": _refuse(429, 44, MINUTE_WORDS),
    "429_block": _refuse(429, 43, BLOCK_WORDS),
    "429_day": _refuse(429, 45, day_words(1000)),
    "429_concurrency": _refuse(429, 1070, CROWD_WORDS),
    "429_without_words": _page(429),
    "expired_token": _refuse(401, 57, "You are not authorized to perform this operation"),
    "refused": _refuse(400, 4, "Invalid value passed for bill_number"),
    "code_200": _refuse(200, 1016, "The tax is not valid on the date of the bill"),
    "hang_before": lambda fault: Reply(0, b"", wire="hang", seconds=fault.seconds or 60),
    "reset_before": lambda _: Reply(0, b"", wire="reset"),
    "invalid_code": _error_word("invalid_code"),
    "invalid_client": _error_word("invalid_client"),
    "token_throttled": lambda _: throttled(),
}

AFTER: Mapping[str, After] = {
    "commit_then_hang": lambda f, r: replace(r, wire="hang", seconds=f.seconds or 60),
    "commit_then_reset": lambda _, r: replace(r, wire="reset"),
    "500_after_commit": lambda _, r: Problem(500, 1000, "Internal error").reply(),
    "slow_drip": lambda f, r: replace(r, wire="drip", seconds=f.seconds or 1),
    "half_json": lambda _, r: replace(r, body=r.body[: len(r.body) // 2]),
    "html_200": lambda _, r: Reply(200, _HTML, {"Content-Type": "text/html"}),
    "empty_200": lambda _, r: Reply(200, b"", {"Content-Type": "application/json"}),
    "wrong_content_type": lambda _, r: replace(r, headers={"Content-Type": "text/plain"}),
    "big_json": lambda _, r: replace(r, body=r.body + b" " * 6 * 1024 * 1024),
    "no_id": _changed(_without_ids),
    "wrong_total": _changed(_other_total),
}

# Waits, then goes on as if nothing had happened: the caller has given up, the change still comes.
LATE = "late_commit"

NAMES = frozenset({*BEFORE, *AFTER, LATE})


class Faults:
    """The rules that are in force."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[Fault] = []

    def add(self, rules: Iterable[Mapping[str, Any]]) -> None:
        """Put rules in force; ValueError if one makes no sense."""
        added = [parse(rule) for rule in rules]
        with self._lock:
            self._rules.extend(added)

    def clear(self) -> None:
        """No faults any more."""
        with self._lock:
            self._rules.clear()

    def take(self, method: str, path: str, pattern: str) -> Fault | None:
        """The fault for this call; every fitting rule counts it, the first due one strikes."""
        with self._lock:
            fitting = [rule for rule in self._rules if rule.fits(method, path, pattern)]
            due = [rule for rule in fitting if rule.strikes()]
        return due[0] if due else None

    def listed(self) -> list[dict[str, Any]]:
        """The rules and how many calls each has seen."""
        with self._lock:
            return [
                {"match": r.match, "fault": r.fault, "nth": r.nth, "times": r.times, "seen": r.seen}
                for r in self._rules
            ]


def parse(rule: Mapping[str, Any]) -> Fault:
    """A rule from JSON; ValueError with one clear line if it makes no sense."""
    unknown = set(rule) - {
        "match", "fault", "nth", "times", "seconds", "retry_after", "code", "message", "commit",
    }  # fmt: skip  # a list of names to be skimmed
    if unknown or "match" not in rule:
        raise ValueError(f"A fault needs `match` and `fault`; unknown: {sorted(unknown)}")
    if rule.get("fault") not in NAMES:
        raise ValueError(f"Unknown fault {rule.get('fault')!r}; there are {sorted(NAMES)}")
    values = dict(rule)
    values["match"] = re.sub(r"\s+", " ", str(rule["match"]).replace("/books/v3", "")).strip()
    return Fault(**values)
