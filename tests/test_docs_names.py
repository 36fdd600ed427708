"""What the papers name is there: links, commands, settings, files, addresses, metrics."""

from __future__ import annotations

import re
import shlex
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, get_commands, load_command_class
from django.urls import Resolver404, resolve

from tests.test_docs import names_read_by_settings

ROOT = Path(__file__).resolve().parent.parent
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
FOLDERS = (
    *("zohodocs", "review", "integrations", "tests", "scripts", "docs", "deploy", "monitoring"),
    *("templates", "static", "locale", ".ci"),
)
# Read by other programs, and the README's pattern for a secret in a file.
NOT_OURS = {"AWS_ACCESS_KEY_ID", "NAME_FILE"}
PLACES_OF_THE_MACHINE = ("/srv/", "/etc/", "/backups")
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def prose(page: Path) -> str:
    return re.sub(r"^```.*?^```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)


def spans(page: Path) -> list[str]:
    """What stands between backticks, in one line each."""
    return [" ".join(each.split()) for each in re.findall(r"`([^`]+)`", prose(page))]


def typed(page: Path) -> list[str]:
    """Everything a reader could type: the spans, and the lines of shell blocks."""
    blocks = re.findall(r"^```sh\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)
    return [*spans(page), *(line for block in blocks for line in block.splitlines())]


def anchors(page: Path) -> set[str]:
    """The names GitHub gives to headings."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings}


def mistakes_of(command: str) -> str:
    """Why `manage.py` would not take this; empty where it would."""
    name, *rest = command.split(" ", 1)
    if name not in get_commands():
        return f"there is no command {name}"
    # Patterns and lists of choices can only be looked at by a reader.
    words = (
        shlex.split(rest[0], comments=True) if rest and not re.search(r"[…|\[]", rest[0]) else []
    )
    words = [word for word in words if word != "--help"]
    if not words:
        return ""
    found: Any = get_commands()[name]
    parser = load_command_class(found, name).create_parser("manage.py", name)
    try:
        parser.parse_args(words)
    except CommandError as error:
        return str(error)
    return ""


@each_page
def test_every_link_leads_somewhere(page: Path) -> None:
    lost = []
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if target.startswith(("https://", "http://")):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.exists() or (anchor and anchor not in anchors(there)):
            lost.append(target)

    assert lost == []


@each_page
def test_every_command_is_taken_as_it_stands(page: Path) -> None:
    wrong = {}
    for text in typed(page):
        for command in re.findall(r"(?:manage\.py|\$manage) ([a-z_].*)", text):
            if mistake := mistakes_of(command):
                wrong[command] = mistake

    assert wrong == {}


def test_a_command_that_lacks_something_is_found() -> None:
    assert mistakes_of("doctor") == "there is no command doctor"
    assert "why" in mistakes_of("flag set NAME --mode off")
    assert "--depth" in mistakes_of("backup verify NAME --depth 3")
    assert mistakes_of("backup verify NAME   # the newest") == ""


@each_page
def test_every_make_target_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {name for text in typed(page) for name in re.findall(r"\bmake ([a-z-]+)", text)}

    assert named <= targets


@cache
def variables() -> set[str]:
    """The environment: of the settings, of compose, of the scripts, of make."""
    names, secrets = names_read_by_settings()
    read = names | {f"{name}_FILE" for name in secrets} | NOT_OURS
    for place in (".env.example", "Makefile", "scripts/release.py", "scripts/run_tests.py"):
        read |= set(re.findall(r"\b[A-Z][A-Z0-9_]+\b", (ROOT / place).read_text()))
    return read


@cache
def constants() -> set[str]:
    """Names in capitals that the code gives to something."""
    files = [path for folder in FOLDERS[:5] for path in (ROOT / folder).rglob("*.py")]
    given = re.compile(r"^([A-Z][A-Z0-9_]+)\b[^=\n]*=", re.MULTILINE)
    return {name for path in files for name in given.findall(path.read_text())}


@each_page
def test_every_variable_in_capitals_is_read_by_somebody(page: Path) -> None:
    text = "\n".join(typed(page))
    named = set(re.findall(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b", text))
    named |= set(re.findall(r"\b([A-Z][A-Z0-9_]+)=", text))
    # Only this page speaks of the inside of the code.
    known = variables() | (constants() if page.name == "developers.md" else set())

    assert named - known == set()


@each_page
def test_every_file_that_is_named_exists(page: Path) -> None:
    named = {span.split()[0].partition("::")[0] for span in spans(page)}
    files = {each for each in named if each.partition("/")[0] in FOLDERS and "/" in each}
    files |= {each for each in named if re.fullmatch(r"[\w/]+/\w+\.py", each)}

    places = (ROOT, ROOT / "zohodocs")
    assert {each for each in files if not any((at / each).exists() for at in places)} == set()


@each_page
def test_every_address_is_one_of_ours(page: Path) -> None:
    named = {span for span in spans(page) if re.fullmatch(r"/[a-z/<>]+", span)}
    lost = set()
    for address in named:
        try:
            resolve(re.sub(r"<\w+>", "acme", address))
        except Resolver404:
            lost.add(address)

    assert {each for each in lost if not each.startswith(PLACES_OF_THE_MACHINE)} == set()


@each_page
def test_every_metric_is_exported(page: Path) -> None:
    places = ("zohodocs/metrics.py", "zohodocs/operations/gauges.py")
    source = "".join((ROOT / place).read_text() for place in places)
    named = {name for text in typed(page) for name in re.findall(r"\bzohodocs_[a-z_]+\b", text)}

    assert {name for name in named if f'"{name.removesuffix("_bucket")}"' not in source} == set()


def test_the_runbook_leads_to_every_alert() -> None:
    linked = set(re.findall(r"\(alerts\.md#(\w+)\)", (ROOT / "docs" / "operators.md").read_text()))
    explained = re.findall(r"^## (\w+)$", (ROOT / "docs" / "alerts.md").read_text(), re.MULTILINE)

    assert linked == {name.lower() for name in explained}


def test_hooks_before_a_commit_are_local_and_part_of_make_lint() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    lint = (ROOT / "Makefile").read_text().partition("\nlint:")[2].partition("\n\n")[0]

    assert [repo["repo"] for repo in config["repos"]] == ["local"]
    hooks = config["repos"][0]["hooks"]
    assert len({hook["id"] for hook in hooks}) == len(hooks)
    for hook in hooks:
        assert {"id", "name", "entry", "language"} <= set(hook)
        assert hook["language"] == "system"
        program, *words = hook["entry"].split()
        assert (Path(sys.executable).parent / Path(program).name).exists(), program
        begun = " ".join([Path(program).name, *(word for word in words[:1] if word[0] != "-")])
        assert f"$(BIN)/{begun}" in lint, begun
