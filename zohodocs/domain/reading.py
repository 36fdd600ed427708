"""What was read from a file: words with their places, and XML found inside.

A box is (x0, y0, x1, y1) as shares of the page, measured from its top left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Box = tuple[float, float, float, float]
TEXT, OCR = "text", "ocr"


class Unreadable(Exception):
    """The file cannot be read. `code` is stable, `message` says what a person can do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Word:
    """One printed word; `confidence` is below 1 where it was recognised in a picture."""

    text: str
    box: Box
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Straight:
    """A page that was recognised, lying straight: its size, and the boxes of its words there.

    `to_shown` (3 x 3, row by row) takes a point of it to the page as it is shown, in shares.
    """

    width: float
    height: float
    boxes: tuple[Box, ...]
    to_shown: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class PageText:
    """One page: its number from 1, its size in points, and its words in reading order.

    `source` says where the words come from: the file's own `text`, or `ocr`. `straight` is known
    only while the page is being read; it is not kept.
    """

    number: int
    width: float
    height: float
    words: tuple[Word, ...] = ()
    source: str = TEXT
    straight: Straight | None = None

    def to_json(self) -> dict[str, Any]:
        """Compact JSON; boxes rounded to 1/10,000 of the page, confidence where it is not 1."""
        data: dict[str, Any] = {
            "number": self.number,
            "width": round(self.width, 2),
            "height": round(self.height, 2),
            "words": [
                [
                    word.text,
                    *(round(side, 4) for side in word.box),
                    *([round(word.confidence, 3)] if word.confidence < 1 else []),
                ]
                for word in self.words
            ],
        }
        if self.source != TEXT:
            data["source"] = self.source
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> PageText:
        """The page back from `to_json`."""
        words = tuple(
            Word(
                text,
                (float(x0), float(y0), float(x1), float(y1)),
                float(confidence[0]) if confidence else 1.0,
            )
            for text, x0, y0, x1, y1, *confidence in data["words"]
        )
        return cls(
            int(data["number"]),
            float(data["width"]),
            float(data["height"]),
            words,
            source=str(data.get("source", TEXT)),
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """A file as the machine sees it.

    `kind` is `pdf`, `xml` or `image`; `xml` holds the e-invoice bytes (the file itself, or the
    attachment of a PDF); `notes` are codes of what was noticed (`active_content`, `needs_ocr`,
    `repaired`, ...).
    """

    kind: str
    pages: tuple[PageText, ...] = ()
    xml: bytes | None = None
    xml_name: str = ""
    notes: tuple[str, ...] = ()

    @property
    def has_text(self) -> bool:
        """Whether any page carries words."""
        return any(page.words for page in self.pages)
