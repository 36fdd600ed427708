"""Every crash point of the code, and every commit and outside call that has none."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# What a document goes through between its arrival and its bill.
WAY = (
    "arrivals/receive.py",
    "pipeline/runner.py",
    "jobs/doorbell.py",
    "posting/push.py",
    "posting/attempt.py",
    "posting/filing.py",
    "posting/vendors.py",
    "posting/rounding.py",
    "posting/amending.py",
)
# Conditional updates that commit by themselves, and calls that change something outside.
_WRITES = frozenset({"update", "claim", "release", "enqueue", "create_contact", "attach", "make"})
_WRITES_OF = frozenset({"storage.save", "self.entries.create", "entries.correct"})
# Run inside the transaction of whoever calls them: (file, function).
_WITHIN_ANOTHER = frozenset({("pipeline/runner.py", "recheck"), ("posting/push.py", "_plan")})


@dataclass(frozen=True)
class _Place:
    function: str = ""
    guarded: bool = False


def points(source: str) -> list[str]:
    """The steps named in `around("…")`, in order."""
    return [
        str(call.args[0].value)
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "around"
        and isinstance(call.args[0], ast.Constant)
    ]


def unguarded(source: str, path: str) -> list[str]:
    """Commits and outside calls of a file of the way that have no crash point on their sides."""
    return [
        f"{path}:{line} {what}"
        for place, line, what in _commits(ast.parse(source), _Place())
        if not place.guarded and (path, place.function) not in _WITHIN_ANOTHER
    ]


def _commits(node: ast.AST, place: _Place) -> Iterator[tuple[_Place, int, str]]:
    for child in ast.iter_child_nodes(node):
        here = place
        if isinstance(child, ast.FunctionDef):
            here = _Place(function=child.name)
        elif isinstance(child, ast.With):
            guards = [ast.unparse(item.context_expr) for item in child.items]
            here = replace(place, guarded=place.guarded or guards[0].startswith("around("))
            if "transaction.atomic()" in guards:
                yield here, child.lineno, "transaction.atomic()"
        elif isinstance(child, ast.Call) and isinstance(child.func, ast.Attribute):
            called = ast.unparse(child.func)
            if child.func.attr in _WRITES or called in _WRITES_OF:
                yield here, child.lineno, called
        yield from _commits(child, here)
