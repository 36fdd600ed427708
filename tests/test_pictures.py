"""The pictures in docs/developers.md show the layers and the moves that there are."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from functools import partial
from itertools import pairwise, product
from pathlib import Path

import pytest

from zohodocs.domain.states import (
    CLOSED_STATES,
    DocumentState,
    IllegalMove,
    Mover,
    PostingState,
    check_move,
    check_posting_move,
)

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "developers.md").read_text()
LAYERS, DOCUMENTS, POSTINGS = re.findall(r"^```mermaid\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
# No module of the product: made by Django, and named by no layer.
NO_LAYER = {"migrations"}


def drawn(group: str) -> list[set[str]]:
    """The layers of one group from the top down, as its arrows lead."""
    found = re.search(rf"subgraph {group}\n(.*?)\n  end", LAYERS, re.DOTALL)
    assert found, group
    names = {
        node: set(label.split(" | "))
        for node, label in re.findall(r'(\w+)\["([^"]+)"\]', found.group(1))
    }
    lines = re.sub(r'\["[^"]+"\]', "", found.group(1)).splitlines()
    arrows = [pair for line in lines for pair in pairwise(re.findall(r"\w+", line))]
    order = list(names)
    assert arrows == list(pairwise(order)), f"{group}: the arrows do not go through all layers"
    return [names[node] for node in order]


def contracted(container: str) -> list[set[str]]:
    """The layers that import-linter checks, without what is only on its way."""
    [layers] = [
        contract["layers"]
        for contract in CONTRACTS["contracts"]
        if contract["type"] == "layers" and contract.get("containers", ["roots"]) == [container]
    ]
    return [
        {name for each in layer.split("|") if exists(container, name := each.strip(" ()"))}
        for layer in layers
    ]


def exists(container: str, name: str) -> bool:
    place = ROOT / ("" if container == "roots" else container) / name
    return (place / "__init__.py").exists() or place.with_suffix(".py").exists()


@pytest.mark.parametrize("group", ["roots", "zohodocs", "integrations"])
def test_the_layers_are_those_that_every_import_is_checked_against(group: str) -> None:
    assert drawn(group) == contracted(group)


@pytest.mark.parametrize("group", ["zohodocs", "integrations"])
def test_every_package_is_in_the_picture_and_nothing_else(group: str) -> None:
    here = {
        path.stem
        for path in (ROOT / group).iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }

    assert set().union(*drawn(group)) == here - NO_LAYER - {"__init__"}


def test_all_packages_of_the_product_are_drawn_as_roots() -> None:
    assert set().union(*drawn("roots")) == set(CONTRACTS["root_packages"])


def arrows(picture: str) -> list[tuple[str, str, str]]:
    """From, to and what stands on the arrow."""
    return re.findall(r"^  (\S+) --> ([^\s:]+)(?:: (.*))?$", picture, re.MULTILINE)


def allowed(check: Callable[[], None]) -> bool:
    try:
        check()
    except IllegalMove:
        return False
    return True


def test_a_documents_moves_are_those_of_the_code() -> None:
    between = [each for each in arrows(DOCUMENTS) if "[*]" not in each[:2]]
    shown = {(frm, to, by) for frm, to, movers in between for by in movers.split(", ")}
    real = {
        (frm.value, to.value, by.value)
        for frm, to, by in product(DocumentState, DocumentState, Mover)
        if allowed(partial(check_move, frm, to, by))
    }

    assert shown == real


def test_a_document_begins_and_ends_where_the_picture_says() -> None:
    begins = [to for frm, to, _ in arrows(DOCUMENTS) if frm == "[*]"]
    ends = {frm for frm, to, _ in arrows(DOCUMENTS) if to == "[*]"}

    assert begins == [DocumentState.RECEIVED.value]
    assert ends == {state.value for state in CLOSED_STATES}


def test_a_postings_moves_are_those_of_the_code() -> None:
    shown = {(frm, to) for frm, to, _ in arrows(POSTINGS) if frm != "[*]"}
    real = {
        (frm.value, to.value)
        for frm, to in product(PostingState, PostingState)
        if allowed(partial(check_posting_move, frm, to))
    }

    assert shown == real
