"""Access tokens: how they are asked for, and who keeps them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx

from integrations.errors import (
    ConfigurationWrong,
    IntegrationError,
    ReconnectNeeded,
    TokenThrottled,
    Unavailable,
)
from integrations.transport import Answer, open_client, send

from ._answers import read_json, retry_after

_LOCKOUT_SECONDS = 600.0
_LIFETIME_SECONDS = 3600
_EARLY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token and how many seconds it lives; its value stays out of `repr`."""

    value: str = field(repr=False)
    expires_in: int = _LIFETIME_SECONDS
    # What it may do; empty where Zoho does not say.
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Grant:
    """What a consent code was exchanged for; both tokens stay out of `repr`."""

    access: AccessToken
    refresh_token: str = field(repr=False)


class TokenSource(Protocol):
    """Who keeps the access token that all workers of an organisation share."""

    def get(self) -> str:
        """A token that should be alive, asking Zoho for one only if there is none."""

    def renew(self, stale: str) -> str:
        """A token other than `stale`, which Zoho refused; at most one refresh for all callers."""


class MemoryTokens:
    """Keeps the token in this process; one refresh at a time."""

    def __init__(
        self,
        refresh: Callable[[], AccessToken],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._refresh = refresh
        self._clock = clock
        self._lock = threading.Lock()
        self._value = ""
        self._ends_at = 0.0

    def get(self) -> str:
        """The token, refreshed a minute before its end."""
        with self._lock:
            if not self._value or self._clock() >= self._ends_at:
                self._ask()
            return self._value

    def renew(self, stale: str) -> str:
        """A new token, unless another thread got one meanwhile."""
        with self._lock:
            if self._value in ("", stale):
                self._ask()
            return self._value

    def _ask(self) -> None:
        token = self._refresh()
        self._value = token.value
        # A short-lived token (tests scale time) must not count as over at once.
        early = min(_EARLY_SECONDS, token.expires_in / 10)
        self._ends_at = self._clock() + token.expires_in - early


def refresh_access_token(
    *,
    accounts_url: str,
    client_id: str,
    client_secret: str,
    refresh_token: str,
    transport: httpx.BaseTransport | None = None,
    deadline_seconds: float = 20,
) -> AccessToken:
    """A new access token. Never call it in a loop: ten in ten minutes is all Zoho gives."""
    content = _ask(
        accounts_url,
        {
            "grant_type": "refresh_token",
            "client_id": client_id,
            "client_secret": client_secret,
            "refresh_token": refresh_token,
        },
        transport=transport,
        deadline_seconds=deadline_seconds,
    )
    return _access(content)


def exchange_code(
    *,
    accounts_url: str,
    client_id: str,
    client_secret: str,
    code: str,
    redirect_uri: str = "",
    transport: httpx.BaseTransport | None = None,
    deadline_seconds: float = 20,
) -> Grant:
    """Exchange a consent code, which works once, for a refresh token. A self client has no URI."""
    form = {
        "grant_type": "authorization_code",
        "client_id": client_id,
        "client_secret": client_secret,
        "code": code,
    }
    if redirect_uri:
        form["redirect_uri"] = redirect_uri
    content = _ask(accounts_url, form, transport=transport, deadline_seconds=deadline_seconds)
    refresh_token = content.get("refresh_token")
    if not isinstance(refresh_token, str) or not refresh_token:
        raise ReconnectNeeded(
            "Zoho gave no lasting access. Connect again and confirm the consent page."
        )
    return Grant(access=_access(content), refresh_token=refresh_token)


def _ask(
    accounts_url: str,
    form: Mapping[str, str],
    *,
    transport: httpx.BaseTransport | None,
    deadline_seconds: float,
) -> Mapping[str, Any]:
    url = f"{accounts_url.rstrip('/')}/oauth/v2/token"
    failure: IntegrationError | None = None
    with open_client(transport) as client:
        try:
            # As a form, never in the address: addresses end up in access logs.
            answer = send(
                client,
                "POST",
                url,
                deadline_seconds=deadline_seconds,
                writes=False,
                data=dict(form),
            )
        except IntegrationError as exc:
            # Raised outside of the block: the cause would carry the request with its secrets.
            failure = type(exc)(
                str(exc), retryable=exc.retryable, http_status=exc.http_status, sent=exc.sent
            )
    if failure is not None:
        raise failure
    return _content(answer)


def _content(answer: Answer) -> Mapping[str, Any]:
    # The body first: a wrong code is answered with HTTP 200.
    try:
        content = read_json(answer.body)
    except ValueError:
        content = None
    if isinstance(content, dict) and content.get("error"):
        raise _failure(str(content["error"]), answer)
    if answer.status == 429:
        raise _failure("Access Denied", answer)
    if answer.status >= 300 or not isinstance(content, dict) or not content.get("access_token"):
        raise Unavailable(
            f"Zoho's log-in service gave no usable answer (HTTP {answer.status}).",
            http_status=answer.status,
        )
    return content


def _failure(error: str, answer: Answer) -> IntegrationError:
    status = answer.status
    match error.strip().lower().replace(" ", "_"):
        case "invalid_code" | "invalid_grant" | "invalid_token":
            return ReconnectNeeded(
                "Zoho no longer accepts our access. Connect Zoho Books again.", http_status=status
            )
        case "access_denied":
            return TokenThrottled(
                "Zoho gives no new access for some minutes: too many were asked for.",
                http_status=status,
                retry_after=retry_after(answer) or _LOCKOUT_SECONDS,
            )
        case "invalid_client" | "invalid_client_secret" | "invalid_redirect_uri":
            return ConfigurationWrong(
                "Zoho does not know this client. Check the data centre, client id and secret.",
                http_status=status,
            )
        case _ if status >= 500:
            return Unavailable("Zoho's log-in service has an error.", http_status=status)
        case _:
            return ConfigurationWrong(
                "Zoho refused to give access. Check the connection's settings.",
                http_status=status,
            )


def _access(content: Mapping[str, Any]) -> AccessToken:
    try:
        lifetime = int(content.get("expires_in") or content.get("expires_in_sec") or 0)
    except (TypeError, ValueError):
        lifetime = 0
    return AccessToken(
        value=str(content["access_token"]),
        expires_in=lifetime if lifetime > 0 else _LIFETIME_SECONDS,
        scopes=_scopes(content.get("scope")),
    )


def _scopes(value: object) -> tuple[str, ...]:
    """The permissions, written with commas or spaces between them."""
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else ()
