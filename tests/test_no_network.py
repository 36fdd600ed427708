"""The tests cannot leave this machine."""

import socket

import httpx
import pytest

from tests.conftest import NetworkUsed


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1", "example.org"])
def test_another_machine_is_out_of_reach(address: str) -> None:
    with pytest.raises(NetworkUsed, match="only loopback"):
        httpx.get(f"http://[{address}]/" if ":" in address else f"http://{address}/")


def test_this_machine_is_in_reach() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()
