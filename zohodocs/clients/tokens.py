"""The access token that all workers of an organisation share; one refresh at a time.

Whoever sets `Connection.token_lease` with one conditional UPDATE asks Zoho; the others serve the
present token, or wait for the new one. After a failure `token_lease_until` alone stays, until it is
worth trying again: nobody asks Zoho twice for the same refusal.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from integrations.errors import (
    ConfigurationWrong,
    IntegrationError,
    NotSent,
    ReconnectNeeded,
    TokenThrottled,
)
from integrations.zoho_books import AccessToken, refresh_access_token
from zohodocs.models import Connection, ConnectionState
from zohodocs.telemetry import get_logger

from .sealing import Unreadable, decrypt, encrypt, sealed_at
from .states import needs_a_person, note_failure, note_working

logger = get_logger(__name__)

EARLY = timedelta(minutes=5)
_LEASE = timedelta(seconds=30)  # longer than a refresh may take
_REFRESH_SECONDS = 20.0
_REST_AFTER_FAILURE_SECONDS = 5.0
# A token this young that Zoho refuses is not too old. It may have been revoked, but most likely a
# permission is missing and a new one is refused as well: one try in ten minutes tells.
_YOUNG = timedelta(minutes=1)
_YOUNG_RENEWAL_SECONDS = 600.0
_POLL_SECONDS = 0.05

# When this process last renewed a young token, by connection.
_doubted: dict[int, float] = {}
_listeners: list[Callable[[str], None]] = []


class DatabaseTokens:
    """A `TokenSource` over one Connection row."""

    def __init__(
        self,
        connection_id: int,
        *,
        refresh: Callable[..., AccessToken] = refresh_access_token,
        patience_seconds: float = 25.0,
    ) -> None:
        self._pk = connection_id
        self._refresh = refresh
        self._patience = patience_seconds

    def get(self) -> str:
        """A living token, refreshed five minutes early by whoever comes first."""
        row = self._row()
        if row.access_token_encrypted and not _ends_soon(row):
            return _opened(row.access_token_encrypted)
        return self._fresh(row)

    def renew(self, stale: str) -> str:
        """A token other than `stale`, which Zoho refused; at most one refresh for all callers."""
        row = self._row()
        if row.access_token_encrypted and _opened(row.access_token_encrypted) != stale:
            return _opened(row.access_token_encrypted)
        born = sealed_at(row.access_token_encrypted)
        young = born is not None and timezone.now() - born < _young()
        if young and not (row.state == ConnectionState.WORKING and self._may_doubt()):
            return stale
        return self._fresh(row, dead=True)

    def _may_doubt(self) -> bool:
        """Whether this process has not renewed a young token lately."""
        now, last = time.monotonic(), _doubted.get(self._pk)
        if last is not None and now - last < _YOUNG_RENEWAL_SECONDS / float(settings.TIME_SCALE):
            return False
        _doubted[self._pk] = now
        return True

    def _fresh(self, row: Connection, *, dead: bool = False) -> str:
        """The token that follows the one in `row`; `dead`: that one must not be served again."""
        seen = row.access_token_encrypted
        patience_ends = time.monotonic() + self._patience
        while True:
            if needs_a_person(row):
                raise _stuck(row)
            lease = self._take_lease(seen)
            if lease is not None:
                # Whoever had the lease before may have been refused after we looked.
                row = self._row()
                if needs_a_person(row):
                    self._give_back(lease)
                    raise _stuck(row)
                return self._ask(row, lease, dead=dead)
            if not dead and _is_alive(row):
                return _opened(seen)
            rest = _rest_seconds(row)
            if rest > 0:
                raise _resting(row, rest)
            if time.monotonic() > patience_ends:
                raise NotSent("Another worker is still asking Zoho for access.", retry_after=5)
            time.sleep(_POLL_SECONDS)  # whoever asks Zoho writes the row and tells nobody
            row = self._row()
            if row.access_token_encrypted != seen:
                return _opened(row.access_token_encrypted)

    def _ask(self, row: Connection, lease: uuid.UUID, *, dead: bool) -> str:
        try:
            token = self._refresh(
                accounts_url=row.accounts_url,
                client_id=row.client_id,
                client_secret=_opened(row.client_secret_encrypted),
                refresh_token=_opened(row.refresh_token_encrypted),
                deadline_seconds=_REFRESH_SECONDS,
            )
        except IntegrationError as error:
            final = isinstance(error, (ReconnectNeeded, ConfigurationWrong))
            _tell("refused" if final else "failed")
            self._failed(row, lease, error)
            if isinstance(error, TokenThrottled) and not dead and _is_alive(row):
                return _opened(row.access_token_encrypted)
            raise
        _tell("ok")
        self._keep(lease, token)
        return token.value

    def _keep(self, lease: uuid.UUID, token: AccessToken) -> None:
        now = timezone.now()
        kept = Connection.objects.filter(pk=self._pk, token_lease=lease).update(
            access_token_encrypted=encrypt(token.value),
            access_token_expires_at=now + timedelta(seconds=token.expires_in),
            token_lease=None,
            token_lease_until=None,
            **({"scopes": list(token.scopes)} if token.scopes else {}),
        )
        note_working(self._pk)
        logger.info("zoho.access.renewed", connection=self._pk, kept=bool(kept))

    def _failed(self, row: Connection, lease: uuid.UUID, error: IntegrationError) -> None:
        seconds = _REST_AFTER_FAILURE_SECONDS
        if isinstance(error, TokenThrottled) and error.retry_after:
            seconds = error.retry_after
        elif isinstance(error, ReconnectNeeded):
            seconds = 0.0  # the state alone stops everybody, until there is a new refresh token
        rest = timezone.now() + timedelta(seconds=seconds)
        # The state first: who takes the lease after us must see it.
        note_failure(self._pk, error)
        self._give_back(lease, until=rest)
        logger.warning("zoho.access.refused", connection=self._pk, error=type(error).__name__)

    def _take_lease(self, seen: str) -> uuid.UUID | None:
        """The right to ask Zoho, unless someone has it or has already brought a new token."""
        lease, now = uuid.uuid4(), timezone.now()
        free = Q(token_lease_until__isnull=True) | Q(token_lease_until__lt=now)
        taken = Connection.objects.filter(free, pk=self._pk, access_token_encrypted=seen).update(
            token_lease=lease, token_lease_until=now + _LEASE
        )
        return lease if taken == 1 else None

    def _give_back(self, lease: uuid.UUID, *, until: datetime | None = None) -> None:
        """Let others ask; not before `until`."""
        Connection.objects.filter(pk=self._pk, token_lease=lease).update(
            token_lease=None, token_lease_until=until
        )

    def _row(self) -> Connection:
        return Connection.objects.get(pk=self._pk)


def on_token_refresh(listener: Callable[[str], None]) -> None:
    """Have every request for new access told: `ok`, `refused` or `failed`."""
    if listener not in _listeners:
        _listeners.append(listener)


def _tell(outcome: str) -> None:
    for listener in _listeners:
        listener(outcome)


def _ends_soon(row: Connection) -> bool:
    """Whether a tenth of its life, at most five minutes, is all that is left of the token."""
    ends, born = row.access_token_expires_at, sealed_at(row.access_token_encrypted)
    if ends is None or born is None:
        return True
    return timezone.now() >= ends - min(EARLY, (ends - born) / 10)


def _is_alive(row: Connection) -> bool:
    ends: datetime | None = row.access_token_expires_at
    return bool(row.access_token_encrypted) and ends is not None and timezone.now() < ends


def _rest_seconds(row: Connection) -> float:
    """How long nobody should ask after a failure; 0 while somebody is asking, or may."""
    until: datetime | None = row.token_lease_until
    if row.token_lease is not None or until is None:
        return 0.0
    return (until - timezone.now()).total_seconds()


def _resting(row: Connection, seconds: float) -> IntegrationError:
    if row.state == ConnectionState.THROTTLED:
        return TokenThrottled(
            "Zoho gives no new access for some minutes: too many were asked for.",
            retry_after=seconds,
            sent=False,
        )
    return NotSent("Zoho's log-in service failed a moment ago.", retry_after=seconds)


def _opened(stored: str) -> str:
    try:
        return decrypt(stored)
    except Unreadable as error:
        raise ConfigurationWrong(str(error), sent=False) from None


def _young() -> timedelta:
    return _YOUNG / float(settings.TIME_SCALE)


def _stuck(row: Connection) -> IntegrationError:
    if row.state == ConnectionState.RECONNECT:
        return ReconnectNeeded(
            "Zoho no longer accepts our access. Connect Zoho Books again.", sent=False
        )
    return ConfigurationWrong(
        "The settings of the Zoho connection are wrong. Correct them first.", sent=False
    )
