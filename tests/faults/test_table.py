"""`docs/faults.md` names a test for every fault of posting, and each of them is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROWS = re.findall(r"^\| (F\d+[a-z]?) \|(.*)\|$", (ROOT / "docs/faults.md").read_text(), re.M)
WANTED = {f"F{n:02d}" for n in (*range(1, 11), *range(20, 29), 48)} | {"F20b", "F20c"}


def test_every_fault_has_its_row() -> None:
    assert {fault for fault, _ in ROWS} == WANTED
    assert len(ROWS) == len(WANTED)


@pytest.mark.parametrize(("fault", "row"), ROWS, ids=[fault for fault, _ in ROWS])
def test_every_test_of_a_fault_is_there(fault: str, row: str) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", row)

    assert named, fault
    for path, name in named:
        tree = ast.parse((ROOT / path).read_text())
        functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        assert name in functions, f"{fault}: {path} has no {name}"


def test_every_test_of_the_crew_is_in_the_table() -> None:
    text = "".join(row for _, row in ROWS)
    for path in ("test_workers_die.py", "test_zoho_fails.py"):
        tree = ast.parse((Path(__file__).parent / path).read_text())
        names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
        for name in names:
            if name.startswith("test_"):
                assert f"tests/faults/{path}::{name}`" in text
