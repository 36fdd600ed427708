"""The cast of the desk, and a paper on it."""

from __future__ import annotations

import pytest

from tests import cast as people
from tests.cast import Cast
from tests.page import plain_static
from zohodocs.models import ReviewItem

__all__ = ["cast", "item", "plain_static"]


@pytest.fixture(autouse=True)
def _static(plain_static: None) -> None:
    """Every test here may render pages."""


@pytest.fixture
def cast(db: None) -> Cast:
    """Nordlicht and its people."""
    return people.make()


@pytest.fixture
def item(cast: Cast) -> ReviewItem:
    """Becker's invoice, in review; of its number the reader is not sure."""
    return people.in_review(cast.nordlicht, people.paper(), doubt="invoice_number")
