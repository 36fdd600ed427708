"""The form of the page on which pages are arranged: for each page its document, place and turn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from review.actions import Pick
from zohodocs.models import Document
from zohodocs.models.page_pick import TURNS

_DIRECTIONS = (
    gettext_lazy("as it is"),
    gettext_lazy("to the right"),
    gettext_lazy("upside down"),
    gettext_lazy("to the left"),
)
MOST_PARTS = 50


class PlaceForm(forms.Form):
    """Where one page goes; part 0 leaves it out."""

    part = forms.IntegerField(min_value=0, max_value=MOST_PARTS)
    place = forms.IntegerField(min_value=1, max_value=10_000)
    turn = forms.TypedChoiceField(choices=[*zip(TURNS, _DIRECTIONS, strict=True)], coerce=int)


def places(
    documents: Sequence[Document], data: Any = None
) -> list[tuple[Document, int, PlaceForm]]:
    """Each page of each document with its form; as they stand when there is no `data`."""
    rows: list[tuple[Document, int, PlaceForm]] = []
    for document in documents:
        for number in range(1, document.page_count + 1):
            prefix = f"{document.code}-{number}"
            first = {"part": 1, "place": len(rows) + 1, "turn": 0}
            rows.append((document, number, PlaceForm(data, prefix=prefix, initial=first)))
    return rows


def parts_of(rows: Sequence[tuple[Document, int, PlaceForm]]) -> list[list[Pick]]:
    """The new documents that valid forms describe, in the order of their numbers."""
    placed = sorted(
        (
            (form.cleaned_data["part"], form.cleaned_data["place"], index)
            for index, (_document, _number, form) in enumerate(rows)
            if form.cleaned_data["part"]
        )
    )
    parts: dict[int, list[Pick]] = {}
    for part, _place, index in placed:
        document, number, form = rows[index]
        parts.setdefault(part, []).append(Pick(document, number, form.cleaned_data["turn"]))
    return list(parts.values())


def problem_of(rows: Sequence[tuple[Document, int, PlaceForm]]) -> str:
    """What to do about forms that are not valid; empty if all are."""
    wrong = [number for _document, number, form in rows if not form.is_valid()]
    if not wrong:
        return ""
    return _("Give page %(n)s a document from 0 to %(most)s, a place from 1, and a turn.") % {
        "n": wrong[0],
        "most": MOST_PARTS,
    }
