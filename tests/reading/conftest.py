import sys
from collections.abc import Iterator

import pytest

from zohodocs.pipeline.reading import Sandbox

PROBE = (sys.executable, "-s", "-m", "tests.reading.probe")


@pytest.fixture(scope="session")
def child() -> Iterator[Sandbox]:
    """The real child, warm for the whole session."""
    sandbox = Sandbox()
    yield sandbox
    sandbox.close()


@pytest.fixture
def probe() -> Iterator[Sandbox]:
    """The real child with tasks that misbehave on order."""
    sandbox = Sandbox(command=PROBE)
    yield sandbox
    sandbox.close()
