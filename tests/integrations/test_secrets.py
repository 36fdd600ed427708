"""Secrets and papers stay out of messages, representations, causes and logs."""

import logging
import traceback

import pytest

from integrations import errors
from integrations.zoho_books import AccessToken, Grant, MemoryTokens, ZohoBooks
from integrations.zoho_books.sandbox import Sandbox

from .conftest import access_token

FAULTS = ["html_200", "commit_then_reset", "500_after_commit", "refused", "expired_token", "429"]


def test_tokens_do_not_show_themselves() -> None:
    access = AccessToken("canary-access")

    assert "canary" not in repr(access)
    assert "canary" not in repr(Grant(access=access, refresh_token="canary-refresh"))
    assert "canary" not in repr(MemoryTokens(lambda: access))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_failed_call_tells_nothing_secret(
    zoho: Sandbox, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    caplog.set_level(logging.DEBUG)
    token = access_token(zoho).value
    paper = "-".join(["canary", "paper"])  # in pieces: a traceback shows this line, too
    zoho.add_faults([{"match": "POST /bills", "fault": fault, "times": 0}])
    books = ZohoBooks(
        books_url=zoho.books_url,
        organization_id=zoho.organization_ids[0],
        tokens=MemoryTokens(lambda: AccessToken(token)),
    )

    with books, pytest.raises(errors.IntegrationError) as caught:
        books.create_bill({"notes": paper})

    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + caplog.text
    for secret in (token, zoho.client_secret, zoho.refresh_token, paper):
        assert secret not in told
    assert token not in repr(books._caller)


@pytest.mark.parametrize("fault", ["invalid_code", "token_throttled", "503", "reset_before"])
def test_a_failed_refresh_tells_nothing_secret(
    zoho: Sandbox, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    caplog.set_level(logging.DEBUG)
    zoho.add_faults([{"match": "POST /oauth/v2/token", "fault": fault, "times": 0}])

    with pytest.raises(errors.IntegrationError) as caught:
        access_token(zoho)

    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + caplog.text
    assert zoho.client_secret not in told
    assert zoho.refresh_token not in told
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
