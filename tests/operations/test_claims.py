"""What a service takes for itself before it starts."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from zohodocs.operations import claims


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port: int = listener.getsockname()[1]
        yield port


def test_a_data_directory_is_held_by_one_service_at_a_time(tmp_path: Path) -> None:
    with (
        claims.data_directory(tmp_path / "data"),
        pytest.raises(claims.AlreadyTaken, match="already runs"),
        claims.data_directory(tmp_path / "data"),
    ):
        pass

    with claims.data_directory(tmp_path / "data"):
        pass


def test_a_port_in_use_is_refused_with_what_to_do(taken_port: int) -> None:
    with pytest.raises(claims.AlreadyTaken, match="Set PORT"):
        claims.check_port(taken_port)


def test_the_next_free_port_is_above_and_free(taken_port: int) -> None:
    port = claims.free_port_after(taken_port - 1)

    assert port > taken_port
    claims.check_port(port)
