"""What the README promises is what the code does."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
SETTINGS = ROOT / "zohodocs" / "settings.py"


def names_read_by_settings() -> tuple[set[str], set[str]]:
    """Every variable that the settings read, and those of them that are secrets."""
    names, secrets = set(), set()
    for node in ast.walk(ast.parse(SETTINGS.read_text())):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        if node.func.id.startswith("env_") and isinstance(first := node.args[0], ast.Constant):
            names.add(str(first.value))
            if node.func.id == "env_secret":
                secrets.add(str(first.value))
    return names, secrets


def rows_of_the_environment_table() -> dict[str, str]:
    """Variable -> the rest of its row, from README § Environment."""
    section = README.partition("## Environment")[2].partition("\n## ")[0]
    return dict(re.findall(r"^\| `([A-Z0-9_]+)` \|(.*)\|$", section, re.MULTILINE))


def test_the_environment_table_names_exactly_what_the_settings_read() -> None:
    names, _ = names_read_by_settings()

    assert set(rows_of_the_environment_table()) == names


def test_the_environment_table_marks_what_may_come_from_a_file() -> None:
    _, secrets = names_read_by_settings()

    marked = {name for name, row in rows_of_the_environment_table().items() if "_FILE" in row}

    assert marked == secrets


def test_the_example_environment_names_only_what_the_settings_read() -> None:
    names, secrets = names_read_by_settings()
    example = re.findall(r"^#? ?([A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)

    assert example
    of_compose = {"POSTGRES_PASSWORD", "GRAFANA_PASSWORD", "COMPOSE_PROFILES"}
    assert set(example) <= names | {f"{name}_FILE" for name in secrets} | of_compose


@pytest.mark.parametrize(
    "target",
    re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE),
)
def test_every_make_target_is_in_the_readme(target: str) -> None:
    assert f"`make {target}`" in README or target == "help"
