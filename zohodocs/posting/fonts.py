"""A font that can write German, Polish and Russian, wherever this machine keeps one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import reportlab
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

_PLACES = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "/Library/Fonts",
    "/System/Library/Fonts/Supplemental",
    "C:/Windows/Fonts",
)
# In the order of what they cover.
_NAMES = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "LiberationSans-Regular.ttf",
    "FreeSans.ttf",
    "Arial.ttf",
    "arial.ttf",
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_NAME = "ZohoDocs"


class Lettering:
    """A registered font and what it can write."""

    def __init__(self, font: TTFont) -> None:
        self.name: str = font.fontName
        self._glyphs = font.face.charToGlyph

    def written(self, text: str) -> str:
        """The text with every character this font lacks spelled out, so that none is lost."""
        plain = _CONTROL.sub(" ", text)
        return "".join(
            char if char.isspace() or ord(char) in self._glyphs else f"[U+{ord(char):04X}]"
            for char in plain
        )


@cache
def lettering() -> Lettering:
    """The best font found; the one that comes with reportlab is always there."""
    for path in _found():
        try:
            font = TTFont(_NAME, str(path))
        except (TTFError, OSError):
            continue
        pdfmetrics.registerFont(font)
        return Lettering(font)
    raise FileNotFoundError("reportlab came without its font Vera.ttf.")


def _found() -> Iterator[Path]:
    places = [place for name in _PLACES if (place := Path(name).expanduser()).is_dir()]
    for name in _NAMES:
        for place in places:
            yield from sorted(place.rglob(name))
    yield Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"
