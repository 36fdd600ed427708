"""The door to the network keeps its deadline and its size, whatever the server does."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from integrations import errors
from integrations.transport import open_client, send

Serve = Callable[[socket.socket, threading.Event], None]


@contextlib.contextmanager
def serving(serve: Serve) -> Iterator[str]:
    """A raw server on loopback that treats one connection as told."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def run() -> None:
        with contextlib.suppress(OSError):
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                serve(connection, over)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        over.set()
        # Wakes an accept that nobody connected to.
        with contextlib.suppress(OSError):
            socket.create_connection(listener.getsockname()[:2], timeout=1).close()
        thread.join()
        listener.close()


SECONDS_A_BYTE = 0.1


def drip(content: bytes) -> Serve:
    def serve(connection: socket.socket, over: threading.Event) -> None:
        for index in range(len(content)):
            if over.wait(SECONDS_A_BYTE):
                return
            connection.sendall(content[index : index + 1])

    return serve


def timed(url: str, *, writes: bool, deadline: float) -> tuple[errors.IntegrationError, float]:
    started = time.monotonic()
    with open_client() as client, pytest.raises(errors.IntegrationError) as caught:
        send(client, "GET", url, deadline_seconds=deadline, writes=writes)
    return caught.value, time.monotonic() - started


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 500, id="headers"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + b"z" * 900, id="body"),
    ],
)
def test_a_slow_drip_ends_at_the_deadline(content: bytes) -> None:
    with serving(drip(content)) as url:
        error, seconds = timed(url, writes=True, deadline=0.5)

    assert isinstance(error, errors.Ambiguous)
    assert 0.4 < seconds < len(content) * SECONDS_A_BYTE


def test_a_drip_inside_of_the_body_ends_at_the_deadline() -> None:
    def serve(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n")
        drip(b"z" * 900)(connection, over)

    with serving(serve) as url:
        error, seconds = timed(url, writes=False, deadline=0.5)

    assert isinstance(error, errors.Unavailable)
    assert 0.4 < seconds < 900 * SECONDS_A_BYTE


def test_a_server_that_reads_nothing_ends_a_write_at_the_deadline() -> None:
    def serve(_: socket.socket, over: threading.Event) -> None:
        over.wait(30)

    with serving(serve) as url:
        started = time.monotonic()
        with open_client() as client, pytest.raises(errors.Ambiguous):
            send(
                client,
                "POST",
                url,
                deadline_seconds=0.5,
                writes=True,
                content=b"x" * 30_000_000,
            )

    assert 0.4 < time.monotonic() - started < 30


def test_a_refused_connection_proves_that_nothing_was_sent() -> None:
    error, _ = timed("http://127.0.0.1:1/", writes=True, deadline=1)

    assert isinstance(error, errors.NotSent)
    assert (error.sent, error.retryable) == (False, True)


def test_an_unknown_host_proves_that_nothing_was_sent() -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("Name or service not known", request=request)

    with open_client(httpx.MockTransport(fail)) as client, pytest.raises(errors.NotSent):
        send(client, "POST", "http://nowhere.test/", deadline_seconds=1, writes=True)


def test_an_address_that_is_none_is_not_worth_another_try() -> None:
    error, _ = timed("nonsense://zoho/", writes=True, deadline=1)

    assert isinstance(error, errors.NotSent)
    assert error.retryable is False


@pytest.mark.parametrize(
    ("writes", "kind"), [(True, errors.Ambiguous), (False, errors.Unavailable)]
)
def test_a_connection_lost_after_sending_proves_nothing(
    writes: bool, kind: type[errors.IntegrationError]
) -> None:
    with serving(lambda connection, _: connection.close()) as url:
        error, _ = timed(url, writes=writes, deadline=2)

    assert type(error) is kind


def test_an_answer_larger_than_the_limit_is_cut_off() -> None:
    def endless(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        with contextlib.suppress(OSError):
            while not over.is_set():
                connection.sendall(b"x" * 100_000)

    with serving(endless) as url:
        error, _ = timed(url, writes=False, deadline=5)

    assert "larger than 5120 KiB" in str(error)
    assert error.retryable is False


def test_a_redirect_is_not_followed() -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return httpx.Response(302, headers={"Location": "http://169.254.169.254/"})

    with open_client(httpx.MockTransport(answer)) as client:
        got = send(client, "GET", "http://zoho.test/", deadline_seconds=1, writes=False)

    assert got.status == 302
    assert seen == ["http://zoho.test/"]
