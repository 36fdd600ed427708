"""How a connection stands, in plain words, as the calls show it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from integrations.errors import (
    AuthFailed,
    ConfigurationWrong,
    IntegrationError,
    ReconnectNeeded,
    Throttled,
    TokenThrottled,
)
from zohodocs.models import Connection, ConnectionState

from .sealing import sealed_at

# The moment of encryption is kept in whole seconds.
_SEAL_RESOLUTION = timedelta(seconds=1)

_STATES: tuple[tuple[type[IntegrationError], ConnectionState], ...] = (
    (ReconnectNeeded, ConnectionState.RECONNECT),
    (ConfigurationWrong, ConnectionState.WRONG),
    (AuthFailed, ConnectionState.WRONG),
    (TokenThrottled, ConnectionState.THROTTLED),
    (Throttled, ConnectionState.THROTTLED),
)


def note_working(connection_id: int) -> None:
    """A call went through."""
    Connection.objects.filter(pk=connection_id).exclude(state=ConnectionState.WORKING).update(
        state=ConnectionState.WORKING
    )


def note_failure(connection_id: int, error: IntegrationError) -> None:
    """Keep what went wrong; only errors about the connection itself change its state."""
    for kind, state in _STATES:
        if isinstance(error, kind):
            Connection.objects.filter(pk=connection_id).update(
                state=state, last_error=str(error), last_error_at=timezone.now()
            )
            return


def needs_a_person(connection: Connection) -> bool:
    """Whether asking Zoho for access is pointless until somebody connects again.

    A refresh token stored after the failure is a new one: it gets its try.
    """
    if connection.state != ConnectionState.RECONNECT:
        return False
    stored = sealed_at(connection.refresh_token_encrypted)
    failed: datetime | None = connection.last_error_at
    return stored is None or failed is None or stored + _SEAL_RESOLUTION < failed
