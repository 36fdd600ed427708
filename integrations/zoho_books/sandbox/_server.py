"""HTTP on loopback: a thread a connection, and a wire that can hang, drip and break."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from ._wire import Call, Reply, as_json

_BODY_LIMIT = 32 * 1024 * 1024
_IDLE_SECONDS = 60


class Server(ThreadingHTTPServer):
    """Hands every request to `answer`; `stopping` ends whatever hangs or drips."""

    daemon_threads = True
    request_queue_size = 256
    allow_reuse_address = True

    def __init__(
        self,
        address: tuple[str, int],
        answer: Callable[[Call], Reply],
        stopping: threading.Event,
    ) -> None:
        self.answer = answer
        self.stopping = stopping
        super().__init__(address, _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Callers that hang up are what this is for; nothing to say."""


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "ZohoBooksSandbox"
    sys_version = ""
    timeout = _IDLE_SECONDS
    # Small answers must not wait for the acknowledgement of the one before.
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: object) -> None:
        """Silent: what happened is asked from `/_sandbox/state`."""

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > _BODY_LIMIT:
            self.close_connection = True
            self._send(Reply(413, b""))
            return
        parts = urlsplit(self.path)
        call = Call(
            method=self.command,
            path=parts.path,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length),
        )
        try:
            reply = self.server.answer(call)
        except Exception as exc:
            # A bug of the sandbox must not look like a fault of Zoho.
            reply = as_json({"sandbox_error": f"{type(exc).__name__}: {exc}"}, status=599)
        with contextlib.suppress(ConnectionError, TimeoutError):
            self._send(reply)

    def _send(self, reply: Reply) -> None:
        match reply.wire:
            case "hang":
                self.server.stopping.wait(reply.seconds)
                self.close_connection = True
            case "reset":
                # Zero linger: closing sends RST, not FIN.
                self.connection.setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
                )
                self.close_connection = True
                self.connection.close()
            case "drip":
                self._head(reply)
                self.wfile.flush()
                for index in range(len(reply.body)):
                    if self.server.stopping.wait(reply.seconds):
                        break
                    self.wfile.write(reply.body[index : index + 1])
                    self.wfile.flush()
                self.close_connection = True
            case _:
                self._head(reply)
                self.wfile.write(reply.body)
                self.wfile.flush()

    def _head(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
