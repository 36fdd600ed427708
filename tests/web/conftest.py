"""The cast in front of the other pages."""

from __future__ import annotations

import pytest

from tests import cast as people
from tests.cast import Cast
from tests.page import plain_static

__all__ = ["cast", "plain_static"]


@pytest.fixture(autouse=True)
def _static(plain_static: None) -> None:
    """Every test here may render pages."""


@pytest.fixture
def cast(db: None) -> Cast:
    """Nordlicht and its people."""
    return people.make()
