"""The shape of the project, checked."""

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LONGEST_FILE = 400
CLOCKS = {"now", "today", "utcnow", "time", "monotonic", "localtime", "localdate"}


def tracked(pattern: str) -> list[Path]:
    """The files that git knows or would add."""
    listed = subprocess.run(
        ("git", "ls-files", "--cached", "--others", "--exclude-standard", pattern),
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [path for name in listed.stdout.splitlines() if (path := ROOT / name).exists()]


def test_no_python_file_is_longer_than_a_reader_can_hold() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines())
        for path in tracked("*.py")
        if "migrations" not in path.parts
    }

    assert lengths
    assert {name: n for name, n in lengths.items() if n > LONGEST_FILE} == {}


@pytest.mark.parametrize("path", tracked("zohodocs/domain/*.py"), ids=lambda path: path.stem)
def test_a_rule_reads_no_clock(path: Path) -> None:
    calls = {
        node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
    }

    assert calls & CLOCKS == set()


def test_no_tracked_text_names_a_package_index() -> None:
    # Put together, so that this file does not name them either.
    hosts = [".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"))]
    hosts += [".".join(parts) for parts in (("registry", "npmjs", "org"), ("deb", "debian", "org"))]

    found = [
        f"{path.relative_to(ROOT)}: {host}"
        for path in [*tracked("*.txt"), *tracked("*.toml"), *tracked("*.py"), *tracked("*file")]
        for host in hosts
        if host in path.read_text(errors="replace")
    ]

    assert found == []
