"""A second Zoho Books, written from the papers alone and as unlike ours as they allow.

HTTP 200 for everything, amounts as strings, rows with the bare minimum, no `page_context`, tax
rounded line by line, and files that are named only by `attachment_name`.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_UP, Decimal
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Row = dict[str, Any]
_CENT = Decimal("0.01")
_BILL_ROW = ("bill_id", "vendor_id", "bill_number", "status", "date", "total")
_CONTACT_ROW = ("contact_id", "contact_name", "contact_type", "status")


class Refusal(Exception):
    """Zoho's no."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class ForeignZoho:
    """One organisation; open while the `with` block lasts."""

    client_id, client_secret, refresh_token = "1000.FOREIGN", "s3cret-foreign", "1000.refresh.f"
    organization_ids = ("7004000000000000001",)

    def __init__(self, ids: Iterable[object] | None = None) -> None:
        self._ids = iter(ids or count(7_004_000_000_000_012_340))
        self._lock = threading.Lock()
        self.calls: list[str] = []
        self.contacts: dict[str, Row] = {}
        self.bills: dict[str, Row] = {}
        self.files: dict[str, list[tuple[str, bytes]]] = {}
        self.taxes = {self._id(): rate for rate in ("19", "7", "0")}
        self.account_id = self._id()
        self.currency_id = self._id()
        # For tests: called with "METHOD path" after the work is done; may change the answer's body.
        self.spoil: Callable[[str, bytes], bytes] = lambda _, body: body
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    def __enter__(self) -> ForeignZoho:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def accounts_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def books_url(self) -> str:
        return f"{self.accounts_url}/books/v3"

    def add_vendor(self, name: str, tax_id: str = "") -> str:
        """A vendor as somebody typed it in."""
        contact_id = self._id()
        self.contacts[contact_id] = {
            "contact_id": contact_id,
            "contact_name": name,
            "contact_type": "vendor",
            "status": "active",
            "custom_fields": [{"label": "VAT", "api_name": "cf_vat_id", "value": tax_id}],
        }
        return contact_id

    def _id(self) -> str:
        return str(next(self._ids))

    def answer(self, method: str, path: str, query: Row, headers: Any, body: bytes) -> Row | bytes:
        """What Zoho says; Refusal for a no."""
        sent = json.loads(body) if body[:1] == b"{" else {}
        match method, path.strip("/").split("/"):
            case "GET", ["organizations"]:
                row = {"organization_id": self.organization_ids[0], "currency_code": "EUR"}
                return {"organizations": [row]}
            case "GET", ["chartofaccounts"]:
                row = {"account_id": self.account_id, "account_name": "Office Supplies"}
                return {"chartofaccounts": [row | {"account_type": "expense"}]}
            case "GET", ["settings", "taxes"]:
                rows = [
                    {"tax_id": tax_id, "tax_name": f"VAT {rate}", "tax_percentage": rate}
                    for tax_id, rate in self.taxes.items()
                ]
                return {"taxes": rows}
            case "GET", ["settings", "currencies"]:
                return {"currencies": [{"currency_id": self.currency_id, "currency_code": "EUR"}]}
            case "GET", ["contacts"]:
                found = [c for c in self.contacts.values() if _fits(c, query, "contact_name")]
                return {"contacts": [_pick(row, _CONTACT_ROW) for row in found]}
            case "GET", ["contacts", contact_id]:
                return {"contact": self.contacts[contact_id]}
            case "POST", ["contacts"]:
                contact_id = self.add_vendor(sent["contact_name"])
                self.contacts[contact_id] |= sent
                return {"contact": self.contacts[contact_id]}
            case "GET", ["bills"]:
                found = [b for b in self.bills.values() if _fits(b, query, "vendor_id")]
                found = [b for b in found if _fits(b, query, "bill_number")]
                return {"bills": [_pick(bill, _BILL_ROW) for bill in found]}
            case "GET", ["bills", bill_id]:
                return {"bill": self._view(bill_id)}
            case "POST", ["bills"]:
                return {"bill": self._keep(self._id(), sent)}
            case "PUT", ["bills"]:
                value = headers["X-Unique-Identifier-Value"]
                for bill_id, bill in self.bills.items():
                    if any(field["value"] == value for field in bill["custom_fields"]):
                        return {"bill": self._keep(bill_id, sent)}
                return {"bill": self._keep(self._id(), sent)}
            case "PUT", ["bills", bill_id]:
                return {"bill": self._keep(bill_id, self.bills[bill_id] | sent)}
            case "POST", ["bills", bill_id, "attachment"]:
                content_type = f"Content-Type: {headers['Content-Type']}\r\n\r\n".encode()
                (part,) = BytesParser(policy=HTTP).parsebytes(content_type + body).iter_parts()
                name, content = str(part.get_filename()), bytes(part.get_payload(decode=True))
                self.files.setdefault(bill_id, []).append((name, content))
                return {}
            case "GET", ["bills", bill_id, "attachment"]:
                return self.files[bill_id][-1][1]
        raise Refusal(5, f"Invalid URL Passed: {method} {path}")

    def _keep(self, bill_id: str, sent: Row) -> Row:
        number = str(sent["bill_number"]).strip()
        for other_id, other in self.bills.items():
            same = other["bill_number"].casefold() == number.casefold()
            if other_id != bill_id and other["vendor_id"] == sent["vendor_id"] and same:
                raise Refusal(13011, "A bill with this number has already been created.")
        total = Decimal(str(sent.get("adjustment") or 0))
        tax_total = Decimal(0)
        for line in sent["line_items"]:
            amount = _round(Decimal(str(line["rate"])) * Decimal(str(line["quantity"])))
            tax = _round(amount * Decimal(self.taxes.get(str(line.get("tax_id")), "0")) / 100)
            total, tax_total = total + amount + tax, tax_total + tax
        self.bills[bill_id] = {
            **sent,
            "bill_id": bill_id,
            "bill_number": number,
            "status": "open",
            "last_modified_time": "2026-11-02T10:00:00+0100",
            "currency_code": "EUR",
            "total": f"{total:.2f}",
            "total_formatted": f"€{total:,.2f}",
            "tax_total": f"{tax_total:.2f}",
            "custom_fields": sent.get("custom_fields", []),
        }
        return self._view(bill_id)

    def _view(self, bill_id: str) -> Row:
        if bill_id not in self.bills:
            raise Refusal(1002, "Bill does not exist.")
        names = [name for name, _ in self.files.get(bill_id, [])]
        return self.bills[bill_id] | {"attachment_name": names[-1] if names else ""}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        zoho = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                address = urlsplit(self.path)
                path = address.path.removeprefix("/books/v3")
                called = f"{self.command} {re.sub(r'[0-9]{19}', '{id}', path)}"
                with zoho._lock:
                    zoho.calls.append(called)
                    if path == "/oauth/v2/token":
                        found: Row | bytes = {"access_token": "1000.at.f", "expires_in": 3600}
                    else:
                        try:
                            query = dict(parse_qsl(address.query))
                            found = zoho.answer(self.command, path, query, self.headers, body)
                            if isinstance(found, dict):
                                found = {"code": 0, "message": "success", **found}
                        except Refusal as no:
                            found = {"code": no.code, "message": str(no)}
                    said = found if isinstance(found, bytes) else json.dumps(found).encode()
                    said = zoho.spoil(called, said)
                self.send_response(200)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            do_GET = do_POST = do_PUT = _any

            def log_message(self, *_: object) -> None:
                """Tests are quiet."""

        return Handler


def _fits(record: Row, query: Row, name: str) -> bool:
    value = str(record[name]).casefold()
    exact, part = query.get(name), query.get(f"{name}_contains")
    return exact in (None, record[name]) and (part is None or part.casefold() in value)


def _pick(record: Row, names: tuple[str, ...]) -> Row:
    return {name: record[name] for name in names}


def _round(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_UP)
