"""The sandbox as one thing: start it, give it faults, look inside, stop it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from . import _pages
from ._books import ROOT, Books
from ._faults import AFTER, BEFORE, LATE, Faults
from ._limits import Limits, Rates
from ._oauth import Accounts, Credentials
from ._seed import ORGANIZATIONS, sow
from ._server import Server
from ._store import Store
from ._wire import Call, Problem, Reply, as_json

_MODULES = ("bills", "vendorcredits", "expenses", "contacts")
_ID_NAMES = {
    "bills": "bill_id",
    "vendorcredits": "vendor_credit_id",
    "expenses": "expense_id",
    "contacts": "contact_id",
}


class Sandbox:
    """A Zoho Books on loopback, running while the context is open.

    `state` is the directory it keeps everything in; without one it forgets at the end. Times of
    tokens and limits are divided by `time_scale`. `block_seconds`: how long one call too many in
    a minute shuts an organisation out. `unique_document_field`: whether the custom field
    `cf_document_id` refuses a value twice.
    """

    def __init__(
        self,
        *,
        state: Path | None = None,
        port: int = 0,
        host: str = "127.0.0.1",
        latency_ms: float = 0,
        requests_per_minute: int = 100,
        daily_limit: int = 5000,
        at_once: int = 10,
        block_seconds: float = 60,
        time_scale: float = 1,
        unique_document_field: bool = True,
        faults: Iterable[Mapping[str, Any]] = (),
        credentials: Credentials | None = None,
    ) -> None:
        self._credentials = credentials or Credentials()
        self._latency = latency_ms / 1000
        self._store = Store(state)
        sow(self._store)
        self._limits = Limits(
            Rates(requests_per_minute, daily_limit, at_once, block_seconds), time_scale=time_scale
        )
        self._accounts = Accounts(self._store, self._credentials, time_scale=time_scale)
        self._unique = unique_document_field
        self._books = self._new_books()
        self._faults = Faults()
        self._faults.add(faults)
        self._stopping = threading.Event()
        self._server = Server((host, port), self._answer, self._stopping)

    @property
    def url(self) -> str:
        """The page a person opens."""
        host, port = self._server.server_address[:2]
        return f"http://{host if isinstance(host, str) else host.decode()}:{port}"

    @property
    def accounts_url(self) -> str:
        """For `ZOHO_ACCOUNTS_URL`."""
        return self.url

    @property
    def books_url(self) -> str:
        """For `ZOHO_BOOKS_URL`."""
        return f"{self.url}{ROOT}"

    @property
    def client_id(self) -> str:
        """For `ZOHO_CLIENT_ID`."""
        return self._credentials.client_id

    @property
    def client_secret(self) -> str:
        """For `ZOHO_CLIENT_SECRET`."""
        return self._credentials.client_secret

    @property
    def refresh_token(self) -> str:
        """For `ZOHO_REFRESH_TOKEN`."""
        return self._credentials.refresh_token

    @cached_property
    def organization_ids(self) -> tuple[str, ...]:
        """The organisations: a German one in euro, a Polish one in złoty."""
        return tuple(str(organization["organization_id"]) for organization in ORGANIZATIONS)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Answer calls, in threads of this process, until `stop`."""
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """Hang up on everybody and write everything out."""
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._store.close()

    def add_faults(self, rules: Iterable[Mapping[str, Any]]) -> None:
        """Spoil calls to come; see `_faults` for the rules."""
        self._faults.add(rules)

    def clear_faults(self) -> None:
        """No faults any more."""
        self._faults.clear()

    def new_code(self) -> str:
        """A consent code, as the API console gives it out for a self client."""
        return self._accounts.new_code()

    def expire_tokens(self) -> None:
        """Let every access token be dead."""
        self._accounts.expire_all()

    def reset(self, *, unique_document_field: bool | None = None) -> None:
        """Forget all records, counts and faults, and begin as on the first day."""
        with self._store.lock:
            self._store.clear()
            sow(self._store)
            self._limits.clear()
            self._faults.clear()
            if unique_document_field is not None:
                self._unique = unique_document_field
            self._books = self._new_books()

    @property
    def calls(self) -> dict[str, int]:
        """How often each address was called; cheaper than `snapshot`."""
        with self._store.lock:
            return dict(self._books.calls)

    def snapshot(self) -> dict[str, Any]:
        """Everything a test may ask, as `GET /_sandbox/state` gives it."""
        with self._store.lock:
            content: dict[str, Any] = {
                "organizations": list(self._store.records("", "organizations").values()),
                "calls": dict(self._books.calls),
                "faults": self._faults.listed(),
                "refused_by_limits": self._limits.refused,
                "most_in_a_minute": self._limits.most_in_a_minute,
                "most_at_once": self._limits.most_at_once,
            }
            for module in _MODULES:
                key = "vendor_credits" if module == "vendorcredits" else module
                content[key] = self._everything(module)
        content["doubles"] = _doubles(content["bills"])
        return content

    def _everything(self, module: str) -> list[dict[str, Any]]:
        return [
            {
                **record,
                "organization_id": organization_id,
                "files": [
                    {"name": f.name, "mime": f.mime, "size": len(f.content), "sha256": f.digest}
                    for f in self._store.files(organization_id, module, record[_ID_NAMES[module]])
                ],
            }
            for organization_id in self.organization_ids
            for record in self._store.records(organization_id, module).values()
        ]

    def _new_books(self) -> Books:
        return Books(self._store, self._accounts, self._limits, unique_document_field=self._unique)

    def _answer(self, call: Call) -> Reply:
        if call.path.startswith("/_sandbox/"):
            return self._control(call)
        if call.path.startswith("/oauth/"):
            return self._spoilt(call, call.path, lambda: self._oauth(call))
        if call.path.startswith(f"{ROOT}/"):
            path = call.path.removeprefix(ROOT)
            route, record_id = self._books.find(call.method, path)
            inner = Call(call.method, path, call.query, call.headers, call.body)
            return self._spoilt(
                inner,
                route.pattern if route else path,
                lambda: self._books.answer(inner, route, record_id),
            )
        return self._page(call)

    def _spoilt(self, call: Call, pattern: str, answer: Any) -> Reply:
        """The answer, with the latency and the fault that are due."""
        if self._latency:
            self._stopping.wait(self._latency)
        fault = self._faults.take(call.method, call.path, pattern)
        if fault is None:
            reply: Reply = answer()
            return reply
        if fault.fault in BEFORE:
            self._books.calls[f"{call.method} {pattern}"] += 1
            return BEFORE[fault.fault](fault)
        if fault.fault == LATE:
            self._stopping.wait(fault.seconds or 60)
            late: Reply = answer()
            return late
        honest = answer() if fault.commit else as_json({"code": 0, "message": "success"})
        return AFTER[fault.fault](fault, honest)

    def _oauth(self, call: Call) -> Reply:
        match call.method, call.path:
            case "POST", "/oauth/v2/token":
                self._books.calls["POST /oauth/v2/token"] += 1
                return self._accounts.token(call)
            case "POST", "/oauth/v2/token/revoke":
                return self._accounts.revoke(call)
            case "GET", "/oauth/v2/auth":
                return self._accounts.consent(call, accounts_url=self.accounts_url)
            case "GET", "/oauth/serverinfo":
                return as_json({"result": "success", "locations": {"eu": self.accounts_url}})
            case _:
                return Reply(404, b"Not found", {"Content-Type": "text/plain"})

    def _control(self, call: Call) -> Reply:
        try:
            match call.method, call.path:
                case "GET", "/_sandbox/state":
                    return as_json(self.snapshot())
                case "GET", "/_sandbox/calls":
                    return as_json(self.calls)
                case "POST", "/_sandbox/faults":
                    content = json.loads(call.body, parse_float=Decimal)
                    if isinstance(content, dict):
                        content = content.get("rules", [content])
                    self._faults.add(_with_floats(rule) for rule in content)
                case "DELETE", "/_sandbox/faults":
                    self._faults.clear()
                case "POST", "/_sandbox/reset":
                    content = call.json() if call.body else {}
                    self.reset(unique_document_field=content.get("unique_document_field"))
                case "POST", "/_sandbox/expire_tokens":
                    self._accounts.expire_all()
                case "POST", "/_sandbox/codes":
                    return as_json({"code": self._accounts.new_code()})
                case _:
                    return as_json({"error": "There is no such switch."}, status=404)
        except (ValueError, TypeError, AttributeError, Problem) as exc:
            return as_json({"error": str(exc)}, status=400)
        return as_json({"faults": self._faults.listed()})

    def _page(self, call: Call) -> Reply:
        reply: Reply | None = None
        match call.path.strip("/").split("/") if call.method == "GET" else []:
            case [""]:
                reply = _pages.overview(self._store)
            case ["style.css"]:
                reply = _pages.style()
            case ["bills", organization_id, bill_id]:
                reply = _pages.bill_page(self._store, organization_id, bill_id)
            case ["files", file_id]:
                file = self._store.file(file_id)
                reply = _pages.file_reply(file) if file else None
        return reply or Reply(404, b"Not found", {"Content-Type": "text/plain"})


def _doubles(bills: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Bills that share vendor and number, or our document id."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for bill in bills:
        number = bill["bill_number"].strip().casefold()
        keys: list[tuple[str, ...]] = [
            ("number", bill["organization_id"], bill["vendor_id"], number)
        ]
        keys += [("document", bill["organization_id"], v) for v in bill["custom"].values() if v]
        for key in keys:
            groups.setdefault(key, []).append(bill["bill_id"])
    return [{"same": list(key), "bill_ids": ids} for key, ids in groups.items() if len(ids) > 1]


def _with_floats(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: float(value) if isinstance(value, Decimal) else value for key, value in rule.items()
    }
