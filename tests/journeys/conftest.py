"""A real Chromium in front of a real server."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from django.conf import settings
from playwright.sync_api import Browser, sync_playwright

from tests import cast as people
from tests.cast import Cast
from tests.page import plain_static

__all__ = ["browser", "plain_static"]
CHROMIUM = "/usr/bin/chromium"

# The live server looks for it before any fixture of ours runs.
settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
# Playwright keeps a loop running in this thread; Django would take our own queries for async ones.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """Nordlicht and its people."""
    return people.make()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all journeys."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield chromium
        chromium.close()
