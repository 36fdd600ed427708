"""What each answer of Zoho means, for a read and for a write."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest

from integrations import errors
from integrations.zoho_books import AccessToken, CallRecord, MemoryTokens, ZohoBooks

Handler = Callable[[httpx.Request], httpx.Response]


def books_over(
    handler: Handler, *, on_call: Callable[[CallRecord], None] | None = None
) -> ZohoBooks:
    return ZohoBooks(
        books_url="https://zoho.test/books/v3/",
        organization_id="77",
        tokens=MemoryTokens(lambda: AccessToken("token")),
        transport=httpx.MockTransport(handler),
        deadline_seconds=5,
        on_call=on_call,
    )


def answering(status: int, body: Any, **headers: str) -> Handler:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda _: httpx.Response(status, content=content, headers=headers)


def said(code: int, message: str = "no") -> dict[str, Any]:
    return {"code": code, "message": message}


WRITES = [
    (200, b"<html>Sorry</html>", errors.Ambiguous),
    (200, b"", errors.Ambiguous),
    (201, b'{"code":0,"bill":{"bill_id":"1"', errors.Ambiguous),
    (201, {"code": 0, "bill": {"total": 5}}, errors.Ambiguous),
    (201, {"code": 0}, errors.Ambiguous),
    (200, {"bill": {"bill_id": "1"}}, errors.Ambiguous),
    (302, b"", errors.Ambiguous),
    (404, {"code": 0, "bill": {"bill_id": "1"}}, errors.Ambiguous),
    (400, {"code": "0", "message": "success"}, errors.Ambiguous),
    (408, b"", errors.Ambiguous),
    (500, said(1000), errors.Ambiguous),
    (500, b"", errors.Ambiguous),
    (502, b"<html>Bad gateway</html>", errors.Ambiguous),
    (200, said(1000), errors.Ambiguous),
    (200, said(1016), errors.Refused),
    (400, said(13011), errors.DuplicateNumber),
    (500, said(13011), errors.DuplicateNumber),
    (400, said(3062), errors.NameTaken),
    (400, said(120304, "The value already exists."), errors.DuplicateValue),
    (400, said(4, "Invalid value passed for bill_number"), errors.Refused),
    (400, said(13009), errors.Refused),
    (404, said(1002), errors.NotFound),
    (400, b"<html>Bad request</html>", errors.Refused),
    (429, said(43), errors.Throttled),
    (429, said(44), errors.Throttled),
    (429, said(45), errors.Throttled),
    (429, said(1070), errors.Throttled),
    (429, b"slow down", errors.Throttled),
    (401, said(57), errors.AuthFailed),
    (401, b"", errors.AuthFailed),
]


@pytest.mark.parametrize(("status", "body", "kind"), WRITES)
def test_a_write_knows_whether_it_may_have_been_done(
    status: int, body: Any, kind: type[errors.IntegrationError]
) -> None:
    with books_over(answering(status, body)) as books, pytest.raises(kind) as caught:
        books.create_bill({"vendor_id": "1", "bill_number": "2"})

    assert type(caught.value) is kind
    assert caught.value.retryable == (kind is errors.Throttled)


@pytest.mark.parametrize(
    ("status", "body", "kind", "retryable"),
    [
        (200, b"<html>Sorry</html>", errors.Unavailable, True),
        (503, b"", errors.Unavailable, True),
        (500, said(1000), errors.Unavailable, True),
        (200, {"code": 0, "bill": {}}, errors.Unavailable, False),
        (404, said(1002), errors.NotFound, False),
        (200, said(1002), errors.NotFound, False),
        (404, b"<html>We are back in a moment</html>", errors.Unavailable, True),
        (404, b"", errors.Unavailable, True),
        (400, said(6041, "This user is not associated"), errors.Refused, False),
        (400, said(2, "a duplicate filter"), errors.Refused, False),
    ],
)
def test_a_read_is_never_ambiguous(
    status: int, body: Any, kind: type[errors.IntegrationError], retryable: bool
) -> None:
    with books_over(answering(status, body)) as books, pytest.raises(kind) as caught:
        books.bill("9")

    assert type(caught.value) is kind
    assert caught.value.retryable is retryable


@pytest.mark.parametrize(
    ("code", "scope"), [(43, "block"), (44, "minute"), (45, "day"), (1070, "concurrency")]
)
def test_a_throttle_names_its_scope_and_how_long(code: int, scope: str) -> None:
    answer = answering(429, said(code), **{"Retry-After": "3600"})

    with books_over(answer) as books, pytest.raises(errors.Throttled) as caught:
        books.taxes()

    assert (caught.value.scope, caught.value.retry_after) == (scope, 3600)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0),
        ("12.5", 12.5),
        ("1000000000000", 86_400),
        ("1e300", None),
        ("inf", None),
        ("nan", None),
        ("-5", None),
        ("soon", None),
        ("Fri, 31 Dec 2100 23:59:59 GMT", 86_400),
    ],
)
def test_a_senseless_retry_after_does_not_stop_us_for_years(
    header: str, seconds: float | None
) -> None:
    answer = answering(429, said(44), **{"Retry-After": header})

    with books_over(answer) as books, pytest.raises(errors.Throttled) as caught:
        books.taxes()

    assert caught.value.retry_after == seconds


def test_tax_that_is_not_switched_on_means_no_taxes() -> None:
    with books_over(answering(400, said(110817, "You have to enable Sales Tax"))) as books:
        assert books.taxes() == []


def test_what_cannot_be_read_and_is_not_needed_does_not_hide_a_bill() -> None:
    row = {
        "bill_id": "1",
        "vendor_id": "6",
        "bill_number": "A-1",
        "date": "18/04/2024",
        "due_date": "",
        "last_modified_time": "yesterday",
    }

    with books_over(answering(200, {"code": 0, "bills": [row]})) as books:
        (bill,) = books.find_bills(vendor_id="6", bill_number="A-1")

    assert bill.date is None
    assert bill.last_modified_time is None


def test_zohos_own_words_reach_the_person() -> None:
    answer = answering(400, said(13009, "The account field\ncannot be empty"))

    with books_over(answer) as books, pytest.raises(errors.Refused) as caught:
        books.create_bill({})

    assert caught.value.text == "The account field cannot be empty"
    assert str(caught.value) == "Zoho refused: The account field cannot be empty (code 13009)"


def test_amounts_keep_their_digits_and_ids_stay_whole() -> None:
    body = b"""{"code":"0","bill":{"bill_id":460000000000050223,"total":0.1,"sub_total":"19.90",
        "tax_total":null,"date":"","due_date":"2026-01-31","documents":"","line_items":[
        {"rate":1234567890123.45,"quantity":3}],"invented":{"x":1}}}"""

    with books_over(answering(200, body, **{"Content-Type": "text/html"})) as books:
        bill = books.bill("1")

    assert bill.bill_id == "460000000000050223"
    assert (bill.total, bill.sub_total, bill.tax_total) == (Decimal("0.1"), Decimal("19.90"), None)
    assert bill.line_items[0].rate == Decimal("1234567890123.45")
    assert bill.date is None


@pytest.mark.parametrize(
    "form",
    [
        {"custom_fields": [{"api_name": "cf_document_id", "value": "u-1"}]},
        {"custom_fields": [{"placeholder": "cf_document_id", "value": "u-1"}]},
        {"custom_field_hash": {"cf_document_id": "u-1"}},
        {"cf_document_id": "u-1"},
    ],
)
def test_a_custom_field_is_found_in_every_form(form: dict[str, Any]) -> None:
    body = {"code": 0, "bill": {"bill_id": "1", **form}}

    with books_over(answering(200, body)) as books:
        assert books.bill("1").custom("cf_document_id") == "u-1"


def test_an_ignored_filter_does_not_pass_for_a_hit() -> None:
    rows = [
        {"bill_id": "1", "vendor_id": "5", "bill_number": "A-1"},
        {"bill_id": "2", "vendor_id": "6", "bill_number": "a-1 "},
        {"bill_id": "3", "vendor_id": "6", "bill_number": "A1"},
    ]

    with books_over(answering(200, {"code": 0, "bills": rows})) as books:
        found = books.find_bills(vendor_id="6", bill_number="A-1")

    assert [bill.bill_id for bill in found] == ["2"]


def test_a_server_that_does_not_page_ends_the_walk() -> None:
    body = {
        "code": 0,
        "contacts": [{"contact_id": "1"}, {"contact_id": "2"}],
        "page_context": {"has_more_page": True},
    }

    with books_over(answering(200, body)) as books:
        assert [contact.contact_id for contact in books.contacts()] == ["1", "2"]


def test_full_pages_are_walked_though_nothing_says_that_there_are_more() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        first = (int(request.url.params["page"]) - 1) * 200
        rows = [{"contact_id": number} for number in range(first, min(first + 200, 450))]
        return httpx.Response(200, json={"code": 0, "contacts": rows})

    with books_over(answer) as books:
        assert len(list(books.contacts())) == 450


@pytest.mark.parametrize("context", [{"page": 1}, {"has_more_page": "true"}, {}])
def test_pages_are_walked_whatever_the_page_says_of_itself(context: dict[str, Any]) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        first = (int(request.url.params["page"]) - 1) * 200
        rows = [{"contact_id": number} for number in range(first, min(first + 200, 450))]
        told = dict(context)
        if "has_more_page" in told and len(rows) < 200:
            told["has_more_page"] = "false"
        return httpx.Response(200, json={"code": 0, "contacts": rows, "page_context": told})

    with books_over(answer) as books:
        assert len(list(books.contacts())) == 450


def test_every_call_carries_organization_and_token() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"code": 0, "taxes": []})

    with books_over(answer) as books:
        books.taxes()

    assert seen[0].url.path == "/books/v3/settings/taxes"
    assert seen[0].url.params["organization_id"] == "77"
    assert seen[0].headers["Authorization"] == "Zoho-oauthtoken token"


def test_an_id_cannot_leave_its_place_in_the_path() -> None:
    seen: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.raw_path)
        return httpx.Response(200, json={"code": 0, "bill": {"bill_id": "1"}})

    with books_over(answer) as books:
        books.bill("../contacts/1?x=")

    assert seen[0].startswith(b"/books/v3/bills/..%2Fcontacts%2F1%3Fx%3D?")


def test_amounts_are_sent_as_numbers_with_their_digits() -> None:
    sent: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.content)
        return httpx.Response(201, json={"code": 0, "bill": {"bill_id": "1"}})

    with books_over(answer) as books:
        books.create_bill({"adjustment": Decimal("-0.01"), "rate": Decimal("12345678901.23")})

    assert sent == [b'{"adjustment": -0.01, "rate": 12345678901.23}']


def test_an_amount_that_json_would_round_is_not_sent() -> None:
    with books_over(answering(201, {})) as books, pytest.raises(ValueError, match="more digits"):
        books.create_bill({"rate": Decimal("12345678901234567.89")})


@pytest.mark.parametrize(
    ("filename", "size"), [("invoice.xml", 10), ("invoice", 10), ("big.pdf", 10 * 1024 * 1024 + 1)]
)
def test_a_file_zoho_does_not_take_is_not_sent(filename: str, size: int) -> None:
    calls: list[CallRecord] = []

    with (
        books_over(answering(201, {"code": 0}), on_call=calls.append) as books,
        pytest.raises(errors.Refused) as caught,
    ):
        books.attach("1", filename=filename, content=b"x" * size, mime="application/pdf")

    assert not caught.value.sent
    assert calls == []


def test_each_attempt_is_told_without_ids() -> None:
    calls: list[CallRecord] = []

    with books_over(answering(400, said(13011)), on_call=calls.append) as books:
        with pytest.raises(errors.DuplicateNumber):
            books.create_bill({})
        with pytest.raises(errors.DuplicateNumber):
            books.attach("4711", filename="a.pdf", content=b"", mime="application/pdf")

    assert [(call.endpoint, call.outcome, call.code) for call in calls] == [
        ("POST /bills", "duplicate", 13011),
        ("POST /bills/{id}/attachment", "duplicate", 13011),
    ]
