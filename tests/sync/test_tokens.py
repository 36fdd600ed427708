"""One refresh for all workers; secrets lie encrypted and never reach a log."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.conf import settings
from django.db import connections
from django.utils import timezone

from integrations.errors import ConfigurationWrong, NotSent, ReconnectNeeded, TokenThrottled
from integrations.zoho_books import AccessToken
from integrations.zoho_books.sandbox import Sandbox
from tests.factories import ConnectionFactory, OrganizationFactory
from tests.posting.conftest import Desk, connect
from zohodocs import clients
from zohodocs.clients import DatabaseTokens, tokens
from zohodocs.models import Connection

pytestmark = pytest.mark.django_db(transaction=True)


class Accounts:
    """Zoho's accounts host: counts, takes its time, answers what it is told to."""

    def __init__(self, *answers: Any, seconds: float = 0.0) -> None:
        self.calls = 0
        self._answers = list(answers)
        self._seconds = seconds

    def __call__(self, **_: object) -> AccessToken:
        self.calls += 1
        time.sleep(self._seconds)  # how long Zoho takes to answer
        answer = self._answers.pop(0) if self._answers else AccessToken(f"fresh-{self.calls}")
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, AccessToken)
        return answer


def connection_with(token: str = "", *, ends_in: timedelta = timedelta(), age: int = 0) -> int:
    """A connection whose access token is so old and ends so soon."""
    key = Fernet(settings.FIELD_ENCRYPTION_KEYS[0])
    row: Connection = ConnectionFactory(
        client_secret_encrypted=clients.encrypt("s3cret-canary"),
        refresh_token_encrypted=key.encrypt_at_time(
            b"refresh-canary", int(time.time()) - 86_400
        ).decode(),
        access_token_encrypted=key.encrypt_at_time(token.encode(), int(time.time()) - age).decode()
        if token
        else "",
        access_token_expires_at=timezone.now() + ends_in if token else None,
    )
    return row.pk


def test_eight_workers_whose_token_died_cause_one_refresh() -> None:
    pk = connection_with("dead", ends_in=timedelta(minutes=50), age=600)
    accounts = Accounts(seconds=0.2)
    got = _eight(lambda: DatabaseTokens(pk, refresh=accounts).renew("dead"))

    assert got == ["fresh-1"] * 8
    assert accounts.calls == 1


def test_eight_workers_without_a_token_cause_one_refresh() -> None:
    pk = connection_with()
    accounts = Accounts(seconds=0.2)

    assert _eight(lambda: DatabaseTokens(pk, refresh=accounts).get()) == ["fresh-1"] * 8
    assert accounts.calls == 1


def test_a_living_token_is_served_without_asking() -> None:
    pk = connection_with("alive", ends_in=timedelta(minutes=50), age=600)
    accounts = Accounts()

    assert DatabaseTokens(pk, refresh=accounts).get() == "alive"
    assert accounts.calls == 0


def test_a_token_is_renewed_five_minutes_before_its_end() -> None:
    pk = connection_with("old", ends_in=timedelta(minutes=4), age=3360)

    assert DatabaseTokens(pk, refresh=Accounts()).get() == "fresh-1"


def test_a_throttled_refresh_goes_on_with_the_present_token_and_asks_only_once() -> None:
    pk = connection_with("old", ends_in=timedelta(minutes=4), age=3360)
    accounts = Accounts(TokenThrottled("too many", retry_after=600))
    tokens = DatabaseTokens(pk, refresh=accounts)

    assert [tokens.get() for _ in range(3)] == ["old"] * 3
    assert accounts.calls == 1
    assert Connection.objects.get().state == "throttled"


def test_a_throttled_refresh_without_a_token_says_how_long_to_wait() -> None:
    pk = connection_with()
    accounts = Accounts(TokenThrottled("too many", retry_after=600))
    tokens = DatabaseTokens(pk, refresh=accounts)

    for _ in range(2):
        with pytest.raises(TokenThrottled) as refusal:
            tokens.get()
        assert 590 < (refusal.value.retry_after or 0) <= 600
    assert accounts.calls == 1


def test_a_revoked_access_is_asked_for_once_and_says_what_to_do() -> None:
    pk = connection_with()
    accounts = Accounts(ReconnectNeeded("Connect Zoho Books again."))

    for _ in range(3):
        with pytest.raises(ReconnectNeeded):
            DatabaseTokens(pk, refresh=accounts).get()

    assert accounts.calls == 1
    row = Connection.objects.get()
    assert (row.state, row.last_error) == ("reconnect", "Connect Zoho Books again.")


def test_eight_workers_whose_access_was_revoked_ask_once() -> None:
    pk = connection_with("dead", ends_in=timedelta(minutes=50), age=600)
    refusals = [ReconnectNeeded("Connect Zoho Books again.") for _ in range(8)]
    accounts = Accounts(*refusals, seconds=0.2)

    def refused() -> str:
        with pytest.raises(ReconnectNeeded):
            DatabaseTokens(pk, refresh=accounts).renew("dead")
        return "refused"

    assert _eight(refused) == ["refused"] * 8
    assert accounts.calls == 1


def test_a_new_refresh_token_is_tried_although_the_old_one_was_refused() -> None:
    pk = connection_with()
    accounts = Accounts(ReconnectNeeded("Connect Zoho Books again."))
    with pytest.raises(ReconnectNeeded):
        DatabaseTokens(pk, refresh=accounts).get()

    Connection.objects.update(refresh_token_encrypted=clients.encrypt("a new one"))

    assert DatabaseTokens(pk, refresh=accounts).get() == "fresh-2"
    assert Connection.objects.get().state == "working"


def test_a_token_refused_in_its_first_minute_is_renewed_once_but_not_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A missing permission looks like a revoked token; asking again and again would use up the ten
    # refreshes.
    monkeypatch.setattr(tokens, "_doubted", {})
    pk = connection_with("young", ends_in=timedelta(minutes=59), age=5)
    accounts = Accounts()

    assert DatabaseTokens(pk, refresh=accounts).renew("young") == "fresh-1"
    assert DatabaseTokens(pk, refresh=accounts).renew("fresh-1") == "fresh-1"
    assert accounts.calls == 1


def test_a_young_token_of_a_connection_that_is_refused_already_is_not_renewed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tokens, "_doubted", {})
    pk = connection_with("young", ends_in=timedelta(minutes=59), age=5)
    Connection.objects.update(state="wrong")
    accounts = Accounts()

    assert DatabaseTokens(pk, refresh=accounts).renew("young") == "young"
    assert accounts.calls == 0


def test_a_dead_worker_does_not_keep_the_others_from_asking() -> None:
    pk = connection_with()
    Connection.objects.update(
        token_lease="00000000-0000-4000-8000-000000000000",
        token_lease_until=timezone.now() + timedelta(seconds=0.3),
    )

    assert DatabaseTokens(pk, refresh=Accounts()).get() == "fresh-1"


def test_whoever_waits_too_long_gives_up_without_having_sent_anything() -> None:
    pk = connection_with()
    Connection.objects.update(
        token_lease="00000000-0000-4000-8000-000000000000",
        token_lease_until=timezone.now() + timedelta(seconds=60),
    )

    with pytest.raises(NotSent):
        DatabaseTokens(pk, refresh=Accounts(), patience_seconds=0.1).get()


def test_secrets_lie_encrypted_and_are_read_with_an_older_key(settings: Any) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.FIELD_ENCRYPTION_KEYS = [old]
    stored = clients.encrypt("refresh-canary")
    assert "canary" not in stored

    settings.FIELD_ENCRYPTION_KEYS = [new, old]
    assert clients.decrypt(stored) == "refresh-canary"

    settings.FIELD_ENCRYPTION_KEYS = [new]
    Connection.objects.update(refresh_token_encrypted=stored)
    pk = ConnectionFactory(refresh_token_encrypted=stored).pk
    with pytest.raises(ConfigurationWrong, match="FIELD_ENCRYPTION_KEYS"):
        DatabaseTokens(pk, refresh=Accounts()).get()


def test_no_secret_reaches_the_logs(desk: Desk, capfd: pytest.CaptureFixture[str]) -> None:
    desk.break_next("PUT /bills", "commit_then_reset")
    desk.break_next("GET /bills", "expired_token", times=0)
    document = desk.approved()
    desk.push(document)
    token = DatabaseTokens(desk.organization.connection.pk).get()

    logged = "".join(capfd.readouterr())

    assert str(document.code) in logged
    for secret in (token, desk.zoho.refresh_token, desk.zoho.client_secret):
        assert secret not in logged


def test_the_environment_seeds_the_first_connection_and_the_database_wins(
    settings: Any, zoho: Sandbox
) -> None:
    settings.ZOHO_ACCOUNTS_URL, settings.ZOHO_BOOKS_URL = zoho.accounts_url, zoho.books_url
    settings.ZOHO_CLIENT_ID, settings.ZOHO_CLIENT_SECRET = zoho.client_id, zoho.client_secret
    settings.ZOHO_REFRESH_TOKEN = zoho.refresh_token
    settings.ZOHO_ORGANIZATION_ID = zoho.organization_ids[0]
    organization = OrganizationFactory()

    seeded = clients.connection_from_environment(organization)
    settings.ZOHO_BOOKS_URL = "https://elsewhere.invalid/books/v3"
    again = clients.connection_from_environment(organization)

    assert seeded is not None
    assert again == seeded
    assert Connection.objects.get().books_url == zoho.books_url
    with clients.books_reader(organization) as reader:
        assert reader.organizations()


def test_without_a_zoho_in_the_environment_there_is_no_connection() -> None:
    assert clients.connection_from_environment(OrganizationFactory()) is None


def test_a_reader_cannot_write(zoho: Sandbox) -> None:
    organization = OrganizationFactory()
    connect(organization, zoho)

    with clients.books_reader(organization) as reader:
        assert not hasattr(reader, "create_bill")
        assert not hasattr(reader, "upsert_bill")


def _eight(work: Any) -> list[str]:
    ready = threading.Barrier(8)
    got: list[str] = []

    def run() -> None:
        try:
            ready.wait(timeout=5)
            got.append(work())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return got
