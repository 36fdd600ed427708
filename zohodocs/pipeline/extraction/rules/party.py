"""A party of the paper, and how its name and address are told from the lines of a block."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .blocks import (
    LEGAL_FORM,
    Block,
    LineFacts,
    emails,
    field_label,
    is_country,
    is_place,
    is_street,
    part_label,
    reaches,
    wordy,
)
from .candidates import Candidate
from .layout import Line, Segment
from .regions import Piece, Region
from .text import PIECE, fold

# A line of an address has fewer digits than a registration number.
_DIGITS_OF_AN_ID = 8
JUNK = re.compile(r"^(?:page|seite|strona|logo|pagina|página)\b|^\W*$", re.IGNORECASE)
_TITLES_OF_PEOPLE = frozenset(("herrn", "herr", "frau", "mr", "mrs", "monsieur", "madame"))
_FORMS_OF_ADDRESS = _TITLES_OF_PEOPLE | frozenset(
    ("firma", "fa", "spett.le", "spett", "an", "an die", "mme", "m", "pan", "pani", "dhr", "mevr")
)


@dataclass(slots=True)
class Party:
    """What is known of one party: candidates of its name, its address lines, its places."""

    names: list[Candidate] = field(default_factory=list)
    address: list[Piece] = field(default_factory=list)
    address_score: float = 0.0
    regions: list[Region] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)

    def holds(self, line: Line, offset: int) -> bool:
        """Whether this place belongs to the party."""
        return any(r.holds(line.index, offset) for r in self.regions) or any(
            b.holds(line, offset) for b in self.blocks
        )

    @property
    def lines(self) -> list[str]:
        """Every line that stands in its regions or blocks."""
        texts = [piece.text for region in self.regions for piece in region.pieces]
        texts.extend(s.text for block in self.blocks for s in block.segments)
        return texts


def name_and_address(pieces: list[Piece]) -> tuple[Piece | None, list[Piece]]:
    """The line that names the party, and the lines of its address."""
    name: Piece | None = None
    address: list[Piece] = []
    wanted = [p for p in pieces if p.kind not in ("skip", "contact", "field")]
    explicit = next((p for p in wanted if p.kind == "name" and wordy(p.text)), None)
    if explicit is not None:
        _complete(explicit, wanted)
    for piece in wanted:
        text = piece.text
        if not text or (name is None and explicit is not None and piece is not explicit):
            continue
        if name is None:
            if not wordy(text) or JUNK.search(text) or reaches(text):
                continue
            name = piece
        elif address and (is_country(text) or _is_over(address[-1].text, text)):
            break
        elif sum(char.isdigit() for char in text) >= _DIGITS_OF_AN_ID and not is_place(text):
            continue
        elif len(address) < 6 and not is_country(text) and squeeze(text) != squeeze(name.text):
            address.append(piece)
    if name is not None and fold(name.text).strip(" .:") in _FORMS_OF_ADDRESS and address:
        first = address.pop(0)
        title = name.text if fold(name.text).strip(" .:") in _TITLES_OF_PEOPLE else ""
        name = Piece(first.segment, first.start, first.end, "name", prefix=title)
    elif name is not None and address and _wraps(name.text, address[0].text):
        first = address.pop(0)
        name = Piece(first.segment, first.start, first.end, "name", prefix=name.text)
    return name, address


def _is_over(last: str, following: str) -> bool:
    """Whether the address ended with its town: only a postcode alone has its town after it."""
    town_follows = not any(char.isalpha() for char in last)
    return is_place(last) and not town_follows and not (is_place(following) or is_street(following))


def _complete(name: Piece, pieces: list[Piece]) -> None:
    """Put the line above a labelled name before it: the label stands beside the middle of two."""
    at = pieces.index(name)
    if at and not name.prefix:
        above = pieces[at - 1]
        follows = name.segment.line.index - above.segment.line.index == 1
        if above.kind == "" and follows and wordy(above.text) and not is_country(above.text):
            name.prefix = above.text


def _wraps(name: str, following: str) -> bool:
    """Whether a name goes on in the next line: only there stands its legal form."""
    return (
        bool(LEGAL_FORM.search(following))
        and not LEGAL_FORM.search(name)
        and not is_street(following)
        and not is_place(following)
        and len(following.split()) > 1
    )


def named(piece: Piece, score: float) -> Candidate:
    line = piece.segment.line
    text = piece.text
    start = line.text.find(text, piece.start)
    start = piece.start if start < 0 else start
    value = f"{piece.prefix} {text}" if piece.prefix else text
    return Candidate(value, score, line, start, start + len(text), source=piece)


def whole(segment: Segment, score: float) -> Candidate:
    return named(Piece(segment, segment.start, segment.end), score)


def pieces_of(facts: LineFacts, block: Block) -> list[Piece]:
    pieces = []
    for segment in block.segments:
        kind = ""
        if field_label(facts.hits, segment):
            kind = "field"
        elif (
            reaches(segment.text)
            or emails(segment.text)
            or ((part := part_label(facts.hits, segment)) and "salutation" not in part.fields)
        ):
            kind = "skip"
        pieces.append(Piece(segment, segment.start, segment.end, kind))
    return pieces


def squeeze(text: str) -> str:
    """The name for comparing: folded, without legal form and punctuation."""
    bare = LEGAL_FORM.sub(" ", text)
    return "".join(PIECE.findall(fold(bare))) or "".join(PIECE.findall(fold(text)))
