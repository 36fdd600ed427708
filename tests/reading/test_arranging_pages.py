"""Pictures and locked or cut files, put together as one PDF."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from tests.cast import paper
from zohodocs.domain.reading import Unreadable
from zohodocs.pipeline import reading


def picture() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (300, 200), "white").save(written, format="PNG")
    return written.getvalue()


def test_a_picture_becomes_a_page_beside_those_of_a_pdf() -> None:
    made = reading.arranged([(picture(), "image"), (paper(), "pdf")], [(1, 1, 0), (0, 1, 90)])

    first, second = reading.read(made, recogniser=None).pages
    assert len(first.words) > 20
    assert second.height > second.width


@pytest.mark.parametrize("number", [0, 2])
def test_a_page_that_is_not_there_is_refused(number: int) -> None:
    with pytest.raises(Unreadable) as refused:
        reading.arranged([(paper(), "pdf")], [(0, number, 0)])

    assert refused.value.code == "page_not_found"


def test_a_cut_file_is_refused_by_name() -> None:
    with pytest.raises(Unreadable) as refused:
        reading.arranged([(b"%PDF-1.4\nnothing", "pdf")], [(0, 1, 0)])

    assert refused.value.code == "pdf_damaged"
