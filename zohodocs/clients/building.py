"""Builds readers and writers: token, breaker and budget of one organisation put together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import TypeVar

from django.conf import settings
from redis import Redis

from integrations.errors import IntegrationError
from integrations.resilience import Breaker, Budget, BudgetLeft, connect
from integrations.zoho_books import CallRecord, Contact, ZohoBooks, ZohoBooksReader
from zohodocs.models import Connection, ConnectionState, Organization

from .states import note_working
from .tokens import DatabaseTokens

# Of the UK, of the Gulf, Mexico, Kenya and South Africa, and of India.
_BUILT_IN_TAX_FIELDS = ("vat_reg_no", "tax_reg_no", "gst_no")
_SETUP_SECONDS = 10.0
# Several documents are posted at once and share what a minute gives: each call may have to let the
# others go first, and that is cheaper than to give a document back and take it up again.
_POSTING_PATIENCE_SECONDS = 10.0
# Enough for the first click of somebody who was not there until now.
_IDLE_RESERVE = 1
# Calls of every minute that only a waiting person may take.
KEPT_FOR_PEOPLE = 10
Client = TypeVar("Client", bound=ZohoBooksReader)
Listener = Callable[[CallRecord], None]
_listeners: list[Listener] = []
_reading: ContextVar[bool] = ContextVar("only_reading", default=False)


class OnlyReading(RuntimeError):
    """A client that writes was asked for where nothing may be written."""


class NotConnected(IntegrationError):
    """This organisation has no Zoho Books; an administrator sets up the connection."""

    default_sent = False


def on_zoho_call(listener: Listener) -> Listener:
    """Have every call to Zoho told to `listener`; for counters, once at the start of a process."""
    if listener not in _listeners:
        _listeners.append(listener)
    return listener


def books_reader(organization: Organization) -> ZohoBooksReader:
    """A client that cannot write. Raises NotConnected."""
    return _build(ZohoBooksReader, organization)


def books(organization: Organization) -> ZohoBooks:
    """The client that writes; only posting is handed one. Raises NotConnected, OnlyReading."""
    if _reading.get():
        raise OnlyReading("A way that is run in shadow may not write to Zoho Books.")
    return _build(ZohoBooks, organization, patience=_POSTING_PATIENCE_SECONDS)


@contextmanager
def only_reading() -> Iterator[None]:
    """While the block runs, nobody is handed a client that writes."""
    token = _reading.set(True)
    try:
        yield
    finally:
        _reading.reset(token)


def setup_reader(connection: Connection) -> ZohoBooksReader:
    """A reader for a person who sets the connection up; it works before an organisation is chosen.

    Its calls change neither the connection's state nor its last error: whoever looks tells.
    """
    chosen = bool(connection.zoho_organization_id)
    reader = ZohoBooksReader(
        books_url=connection.books_url,
        organization_id=connection.zoho_organization_id,
        tokens=DatabaseTokens(connection.pk),
        breaker=_breaker(connection) if chosen else None,
        budget=_budget(connection) if chosen else None,
        on_call=_tell,
    )
    return reader.within(_SETUP_SECONDS, for_person=True)


def budget_left(connection: Connection) -> BudgetLeft:
    """What is left of one organisation's calls; nothing where Redis does not answer."""
    return _budget(connection).left()


def breaker_states() -> dict[str, str]:
    """`closed`, `half-open` or `open` by the breaker's name."""
    breakers = [_breaker(connection) for connection in _connected()]
    return {str(breaker.name): str(breaker.current_state) for breaker in breakers}


def budgets_left() -> dict[str, float]:
    """What is left of the minute, the day and the calls in flight where it is least."""
    lefts = [_budget(connection).left() for connection in _connected()]
    if not lefts:
        return {}
    return {
        "minute": float(min(left.minute for left in lefts)),
        "day": float(min(left.day for left in lefts)),
        "in_flight": float(min(left.in_flight for left in lefts)),
    }


def room_in(connection: Connection) -> float:
    """Seconds until this organisation may call Zoho again, by its budget; 0 = now."""
    return _budget(connection).room_in()


def contact_tax_id(contact: Contact, vat_field: str) -> str:
    """A contact's VAT number, wherever this organisation's Zoho keeps it; "" if it has none.

    Where nobody said which field that is, the editions' own fields are asked.
    """
    fields = (vat_field,) if vat_field else _BUILT_IN_TAX_FIELDS
    return next((found for field in fields if (found := contact.custom(field).strip())), "")


def _build(kind: type[Client], organization: Organization, *, patience: float = 2.0) -> Client:
    connection = Connection.objects.filter(organization=organization).first()
    if connection is None or not connection.zoho_organization_id:
        raise NotConnected(
            f"{organization} is not connected to Zoho Books. Set up its connection first."
        )
    connection.organization = organization
    return kind(
        books_url=connection.books_url,
        organization_id=connection.zoho_organization_id,
        tokens=DatabaseTokens(connection.pk),
        breaker=_breaker(connection),
        budget=_budget(connection, patience=patience),
        on_call=_told(connection),
    )


def _told(connection: Connection) -> Listener:
    """Passes each call on to the listeners, and keeps the connection's state true."""
    known_to_work = connection.state == ConnectionState.WORKING

    def told(call: CallRecord) -> None:
        nonlocal known_to_work
        _tell(call)
        if call.outcome == "ok" and not known_to_work:
            note_working(connection.pk)
            known_to_work = True
        elif call.outcome in ("throttled", "auth_failed"):
            known_to_work = False

    return told


def _tell(call: CallRecord) -> None:
    for listener in _listeners:
        listener(call)


def _breaker(connection: Connection) -> Breaker:
    return Breaker(
        f"zoho_books:{connection.pk}",
        redis=shared_redis(),
        time_scale=float(settings.TIME_SCALE),
    )


def _budget(connection: Connection, *, patience: float = 2.0) -> Budget:
    return Budget(
        # Not by Zoho's id: a company's admin names the server it comes from, so that it could be
        # another company's.
        f"connection:{connection.pk}",
        redis=shared_redis(),
        per_minute=settings.ZOHO_CALLS_PER_MINUTE,
        in_flight=settings.ZOHO_CALLS_AT_ONCE,
        person_reserve=KEPT_FOR_PEOPLE,
        idle_reserve=_IDLE_RESERVE,
        per_day=connection.daily_limit,
        time_zone=connection.organization.time_zone or "UTC",
        patience_seconds=patience,
        time_scale=float(settings.TIME_SCALE),
    )


def _connected() -> list[Connection]:
    rows = Connection.objects.exclude(zoho_organization_id="").select_related("organization")
    return list(rows.order_by("pk"))


def shared_redis() -> Redis:
    """The Redis of all processes, by a connection that fails fast."""
    return _redis(settings.REDIS_URL)


@cache
def _redis(url: str) -> Redis:
    return connect(url)
