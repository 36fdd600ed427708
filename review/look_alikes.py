"""The paper beside the one it looks like: what differs, in values and on the pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zohodocs.domain.page_difference import differing
from zohodocs.domain.reading import Box
from zohodocs.models import Document, Page
from zohodocs.web.formats import day, money
from zohodocs.web.labels import field_label

Word = Sequence[object]


@dataclass(frozen=True, slots=True)
class LookAlike:
    """`values`: label, here, there. `here` and `there`: places of differing words, 0..1."""

    document: Document
    values: Sequence[tuple[str, str, str]]
    here: Sequence[Box]
    there: Sequence[Box]


def beside(document: Document, page: Page | None, twin: Document) -> LookAlike:
    """The first pages compared word by word; another page of ours is not compared."""
    theirs = Page.objects.filter(document=twin, number=1).first()
    here: list[Box] = []
    there: list[Box] = []
    if page is not None and page.number == 1 and theirs is not None:
        ours_only, theirs_only = differing(_texts(page.words), _texts(theirs.words))
        here = [_box(page.words[at]) for at in ours_only]
        there = [_box(theirs.words[at]) for at in theirs_only]
    return LookAlike(twin, _values(document, twin), here, there)


def _values(ours: Document, theirs: Document) -> list[tuple[str, str, str]]:
    rows = [
        ("supplier_name", ours.vendor_name, theirs.vendor_name),
        ("invoice_number", ours.invoice_number, theirs.invoice_number),
        ("issue_date", day(ours.issue_date), day(theirs.issue_date)),
        (
            "gross_total",
            money(ours.gross_total, ours.currency),
            money(theirs.gross_total, theirs.currency),
        ),
    ]
    return [(field_label(name), here, there) for name, here, there in rows if here != there]


def _texts(words: Sequence[Word]) -> list[str]:
    return [str(word[0]) for word in words]


def _box(word: Word) -> Box:
    x0, y0, x1, y1 = (float(str(side)) for side in word[1:5])
    return (x0, y0, x1, y1)
