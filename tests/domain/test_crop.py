"""The part of a page that shows one field."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zohodocs.domain import crop

side = st.floats(min_value=0, max_value=1)


def test_a_place_in_the_middle_has_the_same_around_it_on_both_sides() -> None:
    found = crop.of((0.4, 0.5, 0.6, 0.52), width=1000, height=2000)

    left, top, right, bottom = found.part
    assert (left, right) == (275, 725)
    assert (top, bottom) == (920, 1120)
    assert found.frame == (125, 80, 325, 120)


@pytest.mark.parametrize("box", [(0.0, 0.0, 0.1, 0.01), (0.95, 0.99, 1.0, 1.0)])
def test_at_the_edge_the_crop_stays_on_the_page(box: tuple[float, float, float, float]) -> None:
    left, top, right, bottom = crop.of(box, width=1000, height=1000).part

    assert (right - left, bottom - top) == (450, 100)
    assert 0 <= left < right <= 1000
    assert 0 <= top < bottom <= 1000


def test_a_box_beyond_the_page_is_cut_at_its_edge() -> None:
    found = crop.of((-0.2, 0.5, 1.4, 0.6), width=100, height=100)

    assert found.part[0::2] == (0, 100)
    assert found.frame[0::2] == (0, 100)


@given(st.tuples(side, side).map(sorted), st.tuples(side, side).map(sorted))
def test_the_frame_is_always_inside_of_the_crop(across: list[float], down: list[float]) -> None:
    box = (across[0], down[0], across[1], down[1])
    found = crop.of(box, width=1190, height=1684)

    left, top, right, bottom = found.part
    assert 0 <= left < right <= 1190
    assert 0 <= top < bottom <= 1684
    x0, y0, x1, y1 = found.frame
    assert -1 <= x0 <= x1 <= right - left + 1
    assert -1 <= y0 <= y1 <= bottom - top + 1
