"""The accounts host: consent, codes, access tokens, and its limit of ten in ten minutes."""

from __future__ import annotations

import base64
import binascii
import secrets
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from ._store import Store
from ._wire import Call, Reply, as_json

_LIFETIME = 3600
_WINDOW = 600
_PER_WINDOW = 10
_ALIVE_AT_ONCE = 30


@dataclass(frozen=True, slots=True)
class Credentials:
    """The one client the sandbox knows, and its lasting access."""

    client_id: str = "1000.SANDBOX"
    client_secret: str = field(default="sandbox-client-secret", repr=False)
    refresh_token: str = field(default="1000.sandbox-refresh-token", repr=False)


class Accounts:
    """Gives tokens out and knows which are alive; times are divided by `time_scale`."""

    def __init__(self, store: Store, credentials: Credentials, *, time_scale: float) -> None:
        self._store = store
        self._credentials = credentials
        self._scale = time_scale
        self._given: dict[str, deque[float]] = {}
        self._locked_until: dict[str, float] = {}

    def is_alive(self, authorization: str) -> bool:
        """Whether a request with this header may pass."""
        scheme, _, token = authorization.partition(" ")
        if scheme not in ("Zoho-oauthtoken", "Bearer"):
            return False
        ends_at: float = self._tokens().get(token, {}).get("ends_at", 0)
        return ends_at > time.time()

    def expire_all(self) -> None:
        """Let every access token be dead from now on."""
        self._store.change_fact("access_tokens", {}, lambda _: {})

    def new_code(self, *, scope: str = "") -> str:
        """A consent code; it works once, within ten minutes."""
        code = f"1000.{secrets.token_hex(16)}"
        given = {"ends_at": time.time() + _WINDOW / self._scale, "scope": scope}
        self._store.change_fact("codes", {}, lambda codes: {**codes, code: given})
        return code

    def consent(self, call: Call, *, accounts_url: str) -> Reply:
        """The consent page: it says yes and sends the browser back with a code."""
        target = call.query.get("redirect_uri", "")
        if call.query.get("client_id") != self._credentials.client_id or not target:
            return Reply(400, b"Unknown client or no redirect_uri.", {"Content-Type": "text/plain"})
        scope = call.query.get("scope", "").replace(",", " ")
        answer = {
            "state": call.query.get("state", ""),
            "code": self.new_code(scope=scope),
            "location": "eu",
            "accounts-server": accounts_url,
        }
        mark = "&" if "?" in target else "?"
        return Reply(302, b"", {"Location": f"{target}{mark}{urlencode(answer)}"})

    def token(self, call: Call) -> Reply:
        """`POST /oauth/v2/token`, with its errors under HTTP 200."""
        form = {**call.query, **dict(parse_qsl(call.body.decode(errors="replace")))}
        form.update(_basic(call.headers.get("authorization", "")))
        known = self._credentials
        grant = form.get("grant_type")
        if not grant:
            return Reply(400, b"Bad Request", {"Content-Type": "text/plain"})
        if form.get("client_id") != known.client_id:
            return as_json({"error": "invalid_client"})
        if form.get("client_secret") != known.client_secret:
            return as_json({"error": "invalid_client_secret"})
        if grant == "refresh_token":
            return self._refresh(form.get("refresh_token", ""))
        if grant == "authorization_code":
            return self._exchange(form.get("code", ""))
        return as_json({"error": "invalid_client"})

    def revoke(self, call: Call) -> Reply:
        """`POST /oauth/v2/token/revoke`: the refresh token is dead."""
        form = {**call.query, **dict(parse_qsl(call.body.decode(errors="replace")))}
        dead = form.get("token", "")
        self._store.change_fact("revoked", [], lambda tokens: [*tokens, dead])
        return as_json({"status": "success"})

    def _refresh(self, refresh_token: str) -> Reply:
        known = {self._credentials.refresh_token, *self._fact("refresh_tokens", [])}
        if refresh_token not in known - set(self._fact("revoked", [])):
            return as_json({"error": "invalid_code"})
        with self._store.lock:
            now = time.time()
            given = self._given.setdefault(refresh_token, deque())
            while given and given[0] <= now - _WINDOW / self._scale:
                given.popleft()
            if now < self._locked_until.get(refresh_token, 0) or len(given) >= _PER_WINDOW:
                # Asking again while locked out makes it longer.
                self._locked_until[refresh_token] = now + _WINDOW / self._scale
                return throttled()
            given.append(now)
        return as_json(self._give())

    def _exchange(self, code: str) -> Reply:
        with self._store.lock:
            codes = self._fact("codes", {})
            given = codes.pop(code, {"ends_at": 0})
            self._store.change_fact("codes", {}, lambda _: codes)
        if given["ends_at"] < time.time():
            return as_json({"error": "invalid_code"})
        refresh_token = f"1000.{secrets.token_hex(24)}"
        self._store.change_fact("refresh_tokens", [], lambda kept: [*kept, refresh_token][-20:])
        # Only where one was asked for: not every answer of Zoho's names the scopes.
        scope = {"scope": given["scope"]} if given["scope"] else {}
        return as_json({**self._give(), **scope, "refresh_token": refresh_token})

    def _give(self) -> dict[str, Any]:
        value = f"1000.{secrets.token_hex(24)}"
        lifetime = max(1, round(_LIFETIME / self._scale))
        token = {"ends_at": time.time() + lifetime}

        def add(kept: dict[str, Any]) -> dict[str, Any]:
            return dict([*kept.items(), (value, token)][-_ALIVE_AT_ONCE:])

        self._store.change_fact("access_tokens", {}, add)
        return {
            "access_token": value,
            "api_domain": "https://www.zohoapis.eu",
            "token_type": "Bearer",
            "expires_in": lifetime,
        }

    def _tokens(self) -> Mapping[str, Any]:
        tokens: Mapping[str, Any] = self._fact("access_tokens", {})
        return tokens

    def _fact(self, name: str, default: Any) -> Any:
        return self._store.change_fact(name, default, lambda value: value)


def throttled() -> Reply:
    """The answer to one token too many."""
    return as_json(
        {
            "error": "Access Denied",
            "error_description": "You have made too many requests continuously. "
            "Please try again after some time.",
            "status": "failure",
        },
        status=400,
    )


def _basic(authorization: str) -> dict[str, str]:
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() != "basic":
        return {}
    try:
        client_id, _, secret = base64.b64decode(value).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return {}
    return {"client_id": client_id, "client_secret": secret}
