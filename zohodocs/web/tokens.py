"""The design tokens as `static/css/tokens.css` has them, and how well its colours are read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders

from zohodocs.domain import contrast

# What is written on what; text is read from 4.5 on, a line is seen from 3 on.
READ, SEEN = 4.5, 3.0
WRITTEN = {
    "card": ("ink", "soft", "accent", "doubt", "bad", "ok-ink"),
    "ground": ("ink", "soft", "accent", "doubt", "bad", "ok-ink"),
    "sunk": ("ink", "soft"),
    "accent-tint": ("ink", "soft", "accent"),
    "doubt-tint": ("ink", "soft", "doubt"),
    "bad-tint": ("ink", "bad"),
    "ok-tint": ("ok-ink",),
    "accent": ("accent-ink",),
    "accent-asleep": ("accent-asleep-ink",),
    "bad": ("card",),
    "ink": ("card",),
}
DRAWN = {"card": ("line-strong", "accent-line", "doubt-line", "bad", "ok")}
_SIZES = ("text", "small", "head", "radius", "radius-large", "fast", "font", "mono")
_VALUE = re.compile(r"--([\w-]+):\s*([^;]+);")
_COLOUR = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Pair:
    """One colour on another, in one theme."""

    name: str
    colour: str
    ground_name: str
    ground: str
    least: float

    @property
    def ratio(self) -> float:
        """How well it is read."""
        return contrast.ratio(self.colour, self.ground)

    @property
    def enough(self) -> bool:
        """Whether that is as much as it must be."""
        return self.ratio >= self.least


@cache
def themes() -> Mapping[str, Mapping[str, str]]:
    """Every token by theme; the dark theme has what it does not change from the light one."""
    found = finders.find("css/tokens.css")
    assert isinstance(found, str)  # noqa: S101 - it is a file of ours, beside this code
    light, dark = Path(found).read_text("utf-8").split("@media (prefers-color-scheme: dark)")
    dark = dark.split("@media")[0]
    common = dict(_VALUE.findall(light))
    return {"light": common, "dark": common | dict(_VALUE.findall(dark))}


def colours(theme: str) -> dict[str, str]:
    """The plain colours of a theme."""
    return {name: value for name, value in themes()[theme].items() if _COLOUR.fullmatch(value)}


def sizes() -> dict[str, str]:
    """Type, corners and speed: what is the same in both themes."""
    return {name: themes()["light"][name] for name in _SIZES}


def pairs(theme: str) -> list[Pair]:
    """Every colour on every ground it stands on."""
    known = colours(theme)
    return [
        Pair(name, known[name], ground, known[ground], least)
        for table, least in ((WRITTEN, READ), (DRAWN, SEEN))
        for ground, names in table.items()
        for name in names
    ]
