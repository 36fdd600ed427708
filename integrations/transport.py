"""The one door to the network: one total deadline and one size limit for every call.

httpx counts its time-outs per read, so a server that sends a byte a second is never late for it.
Here every single wait, in the handshake, the headers and the body, is cut to what is left of the
call's deadline. Nothing is ever sent twice, redirects are not followed, proxies not used.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import httpx

from ._network import DeadlineTransport, deadline_at
from .errors import Ambiguous, IntegrationError, NotSent, Unavailable

JSON_LIMIT = 5 * 1024 * 1024
_CONNECT_SECONDS = 5.0
_USER_AGENT = "zohodocs"


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer; its body stays out of `repr` and logs."""

    status: int
    headers: httpx.Headers = field(repr=False)
    body: bytes = field(repr=False)


def open_client(transport: httpx.BaseTransport | None = None) -> httpx.Client:
    """A client to hand to `send`; close it when done. `transport` is for tests."""
    return httpx.Client(
        transport=transport or DeadlineTransport(),
        headers={"User-Agent": _USER_AGENT, "Accept-Encoding": "identity"},
        follow_redirects=False,
        trust_env=False,
    )


def send(
    client: httpx.Client,
    method: str,
    url: str,
    *,
    deadline_seconds: float,
    writes: bool,
    limit: int = JSON_LIMIT,
    **request: Any,
) -> Answer:
    """Send one request once and read the whole answer before the deadline.

    `NotSent` if there was no connection; any later failure is `Ambiguous` for a write and
    `Unavailable` for a read.
    """
    end = time.monotonic() + deadline_seconds
    timeout = httpx.Timeout(deadline_seconds, connect=min(_CONNECT_SECONDS, deadline_seconds))
    broken: type[IntegrationError] = Ambiguous if writes else Unavailable
    token = deadline_at.set(end)
    try:
        with client.stream(method, url, timeout=timeout, **request) as response:
            body = _read(response, end=end, limit=limit, broken=broken)
            return Answer(response.status_code, response.headers, body)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as exc:
        raise NotSent("The service cannot be reached; we try again later.") from exc
    except (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.InvalidURL) as exc:
        raise NotSent("The address of the service is not usable.", retryable=False) from exc
    except httpx.TimeoutException as exc:
        raise broken("No whole answer came in time.") from exc
    except httpx.HTTPError as exc:
        raise broken("The connection broke before the answer was complete.") from exc
    finally:
        deadline_at.reset(token)


def _read(
    response: httpx.Response, *, end: float, limit: int, broken: type[IntegrationError]
) -> bytes:
    body = bytearray()
    for piece in response.iter_bytes():
        body += piece
        if len(body) > limit:
            raise broken(
                f"The answer is larger than {limit // 1024} KiB.",
                http_status=response.status_code,
                retryable=False,
            )
        if time.monotonic() > end:
            raise httpx.ReadTimeout("The deadline of the call has passed.")
    return bytes(body)
