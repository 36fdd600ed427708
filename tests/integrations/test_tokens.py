"""How an access token is asked for, kept and renewed."""

import threading
from collections.abc import Callable

import httpx
import pytest

from integrations import errors
from integrations.zoho_books import (
    AccessToken,
    MemoryTokens,
    ZohoBooks,
    exchange_code,
    refresh_access_token,
)
from integrations.zoho_books.sandbox import Sandbox

from .conftest import access_token


def ask(answer: Callable[[httpx.Request], httpx.Response]) -> AccessToken:
    return refresh_access_token(
        accounts_url="https://accounts.test",
        client_id="id",
        client_secret="canary-secret",
        refresh_token="canary-refresh",
        transport=httpx.MockTransport(answer),
    )


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, {"error": "invalid_code"}, errors.ReconnectNeeded),
        (400, {"error": "invalid_code"}, errors.ReconnectNeeded),
        (200, {"error": "invalid_client"}, errors.ConfigurationWrong),
        (200, {"error": "invalid_client_secret"}, errors.ConfigurationWrong),
        (400, {"error": "Access Denied"}, errors.TokenThrottled),
        (429, {}, errors.TokenThrottled),
        (500, {"error": "general_error"}, errors.Unavailable),
        (503, {}, errors.Unavailable),
        (200, {}, errors.Unavailable),
    ],
)
def test_the_body_of_a_token_answer_decides(
    status: int, body: dict[str, str], kind: type[errors.IntegrationError]
) -> None:
    with pytest.raises(kind) as caught:
        ask(lambda _: httpx.Response(status, json=body))

    assert type(caught.value) is kind


def test_secrets_travel_in_the_form_and_not_in_the_address() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"access_token": "t", "expires_in": "3600"})

    token = ask(answer)

    assert (token.value, token.expires_in) == ("t", 3600)
    assert "canary" not in str(seen[0].url)
    assert b"refresh_token=canary-refresh" in seen[0].content


def test_an_unreachable_accounts_host_is_not_sent() -> None:
    with pytest.raises(errors.NotSent):
        refresh_access_token(
            accounts_url="http://127.0.0.1:1",
            client_id="id",
            client_secret="secret",
            refresh_token="token",
        )


def test_the_eleventh_token_in_ten_minutes_is_refused(zoho: Sandbox) -> None:
    for _ in range(10):
        access_token(zoho)

    with pytest.raises(errors.TokenThrottled) as caught:
        access_token(zoho)

    assert caught.value.retry_after == 600


def test_a_code_is_exchanged_once(zoho: Sandbox) -> None:
    code = zoho.new_code()

    def exchange() -> str:
        return exchange_code(
            accounts_url=zoho.accounts_url,
            client_id=zoho.client_id,
            client_secret=zoho.client_secret,
            code=code,
        ).refresh_token

    refresh_token = exchange()
    with pytest.raises(errors.ReconnectNeeded):
        exchange()

    assert refresh_access_token(
        accounts_url=zoho.accounts_url,
        client_id=zoho.client_id,
        client_secret=zoho.client_secret,
        refresh_token=refresh_token,
    ).value


def test_a_dead_token_is_renewed_once_for_all_threads(zoho: Sandbox, books: ZohoBooks) -> None:
    books.taxes()
    zoho.expire_tokens()
    start = threading.Barrier(8)
    failures: list[Exception] = []

    def call() -> None:
        start.wait()
        try:
            books.taxes()
        except errors.IntegrationError as exc:
            failures.append(exc)

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert zoho.snapshot()["calls"]["POST /oauth/v2/token"] == 2


def test_a_token_refused_twice_is_not_asked_for_again(zoho: Sandbox, books: ZohoBooks) -> None:
    zoho.add_faults([{"match": "GET /settings/taxes", "fault": "expired_token", "times": 0}])

    with pytest.raises(errors.AuthFailed):
        books.taxes()

    calls = zoho.snapshot()["calls"]
    assert calls["GET /settings/taxes"] == 2
    assert calls["POST /oauth/v2/token"] == 2


def test_a_token_is_refreshed_before_its_end() -> None:
    now = [0.0]
    values = iter(["first", "second"])
    tokens = MemoryTokens(lambda: AccessToken(next(values), expires_in=3600), clock=lambda: now[0])

    assert tokens.get() == "first"
    now[0] = 3539
    assert tokens.get() == "first"
    now[0] = 3541
    assert tokens.get() == "second"
