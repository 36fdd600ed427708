"""`keys rotate`: an old key can go once it was run."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from tests.factories import ConnectionFactory
from zohodocs import clients
from zohodocs.clients.sealing import Unreadable, sealed_at
from zohodocs.models import AuditEvent, Connection

pytestmark = pytest.mark.django_db
OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))


@pytest.fixture
def connection(settings: Any) -> Connection:
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    return ConnectionFactory(
        client_secret_encrypted=clients.encrypt("canary-secret"),
        refresh_token_encrypted=clients.encrypt("canary-refresh"),
        access_token_encrypted="",
    )


def test_everything_opens_with_the_new_key_alone(
    connection: Connection, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    sealed = sealed_at(connection.refresh_token_encrypted)
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]

    call_command("keys", "rotate")

    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    connection.refresh_from_db()
    assert clients.decrypt(connection.client_secret_encrypted) == "canary-secret"
    assert clients.decrypt(connection.refresh_token_encrypted) == "canary-refresh"
    assert connection.access_token_encrypted == ""
    assert sealed_at(connection.refresh_token_encrypted) == sealed, "its age is not forgotten"
    said = capsys.readouterr().out
    assert "2 secrets" in said
    assert "canary" not in said + str(AuditEvent.objects.get(verb="keys.rotated").data)


def test_a_secret_without_a_key_is_named_and_left(connection: Connection, settings: Any) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [NEW]

    with pytest.raises(CommandError, match=f"{connection.organization.code}: client_secret"):
        call_command("keys", "rotate")

    before = connection.client_secret_encrypted
    connection.refresh_from_db()
    assert connection.client_secret_encrypted == before
    with pytest.raises(Unreadable):
        clients.decrypt(before)
