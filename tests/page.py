"""HTML asked by role and id, through an HTML5 parser: what a browser would drop is missing here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django.fixtures import Settings
from selectolax.lexbor import LexborHTMLParser, LexborNode

HTMX = {"HX-Request": "true"}


# What the test client answers with.
Answer = Any


class Element:
    """One element of a page."""

    def __init__(self, node: LexborNode) -> None:
        self._node = node

    @property
    def text(self) -> str:
        """Its text, spaces folded."""
        return " ".join(self._node.text().split())

    def get(self, name: str) -> str | None:
        """An attribute."""
        return self._node.attributes.get(name)

    def has(self, name: str) -> bool:
        """Whether the attribute is there, with or without a value."""
        return name in self._node.attributes


class Page:
    """A page or a part of one."""

    def __init__(self, text: str) -> None:
        self.is_whole = "<html" in text[:400].lower()
        self._tree = LexborHTMLParser(text)

    def all(self, selector: str) -> list[Element]:
        """Every element a CSS selector finds."""
        return [Element(node) for node in self._tree.css(selector)]

    def one(self, selector: str) -> Element:
        """The one element; a test fails where there is none or another."""
        found = self.all(selector)
        assert len(found) == 1, f"{selector}: {len(found)} elements"
        return found[0]

    def has(self, selector: str) -> bool:
        """Whether the selector finds anything."""
        return bool(self.all(selector))

    @property
    def text(self) -> str:
        """All its text, spaces folded."""
        body = self._tree.body
        return " ".join(body.text().split()) if body is not None else ""

    @property
    def ids(self) -> list[str]:
        """The ids of a part's outermost elements."""
        assert not self.is_whole, "This is a whole page, not a part."
        body = self._tree.body
        return [str(node.attributes.get("id")) for node in _children(body)]


def _children(node: LexborNode | None) -> Iterator[LexborNode]:
    child = node.child if node is not None else None
    while child is not None:
        if child.tag and not child.tag.startswith("-"):
            yield child
        child = child.next


def part(response: Any) -> Page:
    """The answer's HTML."""
    return Page(response.content.decode())


@pytest.fixture
def plain_static(settings: Settings) -> None:
    """Pages without `collectstatic`: the files are served as they lie in the source."""
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
