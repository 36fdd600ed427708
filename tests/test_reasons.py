"""What is switched off, left out or waited for by the clock says why, beside it."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator

import pytest

from tests.test_architecture import ROOT, tracked

_MARK = re.compile(
    r"(?:ruff: *)?noqa(?:: *[A-Z0-9, ]+)?|type: *ignore(?:\[[\w, -]+\])?|fmt: *(?:off|on|skip)"
    r"|pragma: *(?:no cover|no branch)|nosec|mypy: *[\w-]+|pylint: *\S+|isort: *\S+"
)
_NOT_DONE = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
_WORTH_A_LOOK = re.compile(
    r"noqa|type: *ignore|fmt:|pragma|nosec|mypy:|pylint:|isort:|TODO|FIXME|XXX|HACK"
    r"|sleep|wait_for_timeout|skip|xfail"
)
_WORD = re.compile(r"[^\W\d_]{3}")
_WAITS = {"sleep", "wait_for_timeout"}
_LEFT_OUT = {"skip", "skipif", "xfail", "importorskip"}
_OTHER_FILES = ("*.js", "*.css", "*.html", "*.sh", "*.yml", "*.yaml", "*.conf", "*file", "*.toml")
_SWITCHED_OFF_THERE = re.compile(
    r"(?:eslint|stylelint|shellcheck|yamllint)[ -]disable|hadolint ignore|prettier-ignore"
)
# A key of pyproject.toml that lets something off, rules let off in a file, and items of such lists.
_SWITCHED_OFF = re.compile(
    r'[\w-]*(?:ignore|exclude|disallow|implicit)[\w-]* = (?!\[$)|"[^"]+" = \["[A-Z]'
    r'|    "(?:[A-Z]+\d+|ignore:.*)",'
)


def faults_of(source: str) -> Iterator[tuple[int, str]]:
    """The lines of a Python file that lack their reason, on the line itself or the one above."""
    if not _WORTH_A_LOOK.search(source):
        return
    comments: dict[int, str] = {}
    alone = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            comments[token.start[0]] = token.string
            if not token.line[: token.start[1]].strip():
                alone.add(token.start[0])

    def reasoned(line: int) -> bool:
        above = comments[line - 1] if line - 1 in alone else ""
        return any(_WORD.search(_MARK.sub("", said)) for said in (comments.get(line, ""), above))

    for line, said in comments.items():
        if _NOT_DONE.search(said) or (_MARK.search(said) and not reasoned(line)):
            yield line, said
    for call in ast.walk(ast.parse(source)):
        if not isinstance(call, ast.Call):
            continue
        name = getattr(call.func, "attr", "") or getattr(call.func, "id", "")
        if name in _WAITS and not reasoned(call.lineno):
            yield call.lineno, ast.unparse(call)
        if name in _LEFT_OUT and ast.unparse(call.func).startswith("pytest."):
            told = [*call.args, *(word.value for word in call.keywords if word.arg == "reason")]
            texts = [each.value for each in told if isinstance(each, ast.Constant)]
            if not any(isinstance(text, str) and " " in text for text in texts):
                yield call.lineno, ast.unparse(call)


def test_every_exception_and_every_sleep_has_its_reason() -> None:
    faults = [
        f"{path.relative_to(ROOT)}:{line}: {said}"
        for path in tracked("*.py")
        if "migrations" not in path.parts
        for line, said in faults_of(path.read_text(encoding="utf-8"))
    ]

    assert faults == []


def test_no_check_is_switched_off_and_nothing_left_undone_in_other_files() -> None:
    faults = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for pattern in _OTHER_FILES
        for path in tracked(pattern)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if _NOT_DONE.search(line) or _SWITCHED_OFF_THERE.search(line)
    ]

    assert faults == []


def test_every_rule_that_is_off_for_all_has_its_reason() -> None:
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    faults, section_said = [], False
    for above, line, below in zip(["", *lines], lines, [*lines[1:], ""], strict=False):
        if line.startswith("["):
            section_said = below.startswith("#")
        said = section_said or "#" in line or above.lstrip().startswith("#")
        if _SWITCHED_OFF.match(line) and not said:
            faults.append(line)

    assert faults == []


@pytest.mark.parametrize(
    "source",
    [
        "import a  # noqa: E402\n",
        "x = f()  # type: ignore[arg-type]\n",
        "x = (\n    1, 2,\n)  # fmt: skip\n",
        "# TODO: finish it, which takes a while\n",
        "import time\ntime.sleep(1)\n",
        "page.wait_for_timeout(500)\n",
        "import pytest\npytest.skip()\n",
        "import pytest\n\n@pytest.mark.skipif(True, reason='')\ndef test_a(): ...\n",
        # A comment behind other code says nothing about the next line.
        "x = 1  # the first one\ny = f()  # type: ignore[misc]\n",
    ],
)
def test_what_lacks_its_reason_is_found(source: str) -> None:
    assert list(faults_of(source))


@pytest.mark.parametrize(
    "source",
    [
        "import a  # noqa: E402 - after the set-up\n",
        "x = f()  # type: ignore[arg-type]  # a table of options\n",
        "import time\n# What is held back must not come.\ntime.sleep(1)\n",
        "text = 'time.sleep(1)  # noqa: E501'\n",
        "import pytest\npytest.skip('several processes need PostgreSQL')\n",
    ],
)
def test_what_has_its_reason_passes(source: str) -> None:
    assert list(faults_of(source)) == []
