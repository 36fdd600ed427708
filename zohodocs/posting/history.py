"""The first day with an organisation: its vendors and its bills of two years, copied once.

They become our vendors, the index that the duplicate check asks, and each vendor's usual account.
Lists have no lines and every bill read in full is a call, so only the latest three bills of a
vendor are read: three that agree make `pipeline/accounts.py` sure (3 of 3 + 1 = 0.75).

A worker's turn is a few calls; a page's rows and the place of the next page are kept together, so
that the work goes on where it stopped, and whatever is copied twice is the same row. Whoever works
for people goes first: a turn is only taken with calls to spare and no document due.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from uuid import UUID

from django.db import transaction
from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from integrations.errors import IntegrationError, NotFound, Refused
from integrations.zoho_books import Bill, Contact, ZohoBooksReader
from zohodocs import clients
from zohodocs.domain.identity import compared_number
from zohodocs.models import (
    WORKER,
    Account,
    AuditEvent,
    Connection,
    CopyKind,
    CopyState,
    Document,
    KnownBill,
    Organization,
    Vendor,
    ZohoCopy,
    mirror_contact,
)
from zohodocs.telemetry import get_logger
from zohodocs.timing import scaled

from .agenda import waits
from .entries import VOID

logger = get_logger(__name__)

STEPS = ("vendors", "numbers", "bills", "accounts")
MONTHS = 24
CALLS_A_TURN = 5
BILLS_OF_A_VENDOR = 3
# Vendors read in a row without a VAT number: this Zoho's vendors have none.
_SILENT_ENOUGH = 20
_LEASE_SECONDS = 180.0
# What is left for others: of the minute, calls; of the day, a share.
_MINUTE_LEFT = 40
_DAY_LEFT = 0.5
# A bill tells an account where that holds so much of its amount.
_ONE_ACCOUNT = Decimal("0.8")


class Turn(Enum):
    """What came of a worker's turn."""

    DONE = "done"
    MORE = "more"  # ring again at once
    LATER = "later"  # no calls to spare, or Zoho is not well: the sweep rings


def start(organization: Organization, *, by: str) -> ZohoCopy:
    """Ask for the copy from the beginning; what is here already is found again, not doubled."""
    AuditEvent.record("history.asked", actor=by, organization=organization)
    today = timezone.now().date()
    return ZohoCopy.ask(
        organization, CopyKind.HISTORY, by=by, step=STEPS[0], cursor=1, since=_months_ago(today)
    )


def unfinished(organization_id: int) -> bool:
    """Whether a copy was asked for and is not at its end."""
    rows = ZohoCopy.objects.for_organization(organization_id).filter(kind=CopyKind.HISTORY)
    return rows.exclude(state=CopyState.DONE).exists()


def turn(
    organization: Organization,
    *,
    reader: ZohoBooksReader | None = None,
    calls: int = CALLS_A_TURN,
    now: Callable[[], datetime] = timezone.now,
) -> Turn:
    """Take the copy a few calls further. Safe to run twice and at the same time."""
    rows = ZohoCopy.objects.for_organization(organization).filter(kind=CopyKind.HISTORY)
    copy = rows.exclude(state=CopyState.DONE).first()
    if copy is None:
        return Turn.DONE
    connection = Connection.objects.select_related("organization").get(organization=organization)
    if not _may_call(connection, now()):
        return Turn.LATER
    token = copy.claim(until=now() + timedelta(seconds=scaled(_LEASE_SECONDS)), now=now())
    if token is None:
        return Turn.LATER
    try:
        if reader is not None:
            outcome = _Work(copy, token, connection, reader).some(calls)
        else:
            with clients.books_reader(organization) as opened:
                outcome = _Work(copy, token, connection, opened).some(calls)
    except IntegrationError as error:
        clients.note_failure(connection.pk, error)
        logger.warning("history.copy.waits", step=copy.step, error=type(error).__name__)
        copy.keep(token=token, error_message=str(error), lease_until=None)
        return Turn.LATER
    copy.keep(token=token, error_message="", lease_until=None)
    return outcome


def _may_call(connection: Connection, now: datetime) -> bool:
    """Whether nobody else needs the calls that this would take."""
    if waits(connection.organization_id, now):
        return False
    left = clients.budget_left(connection)
    return (
        left.paused_seconds == 0
        and left.minute >= _MINUTE_LEFT
        and left.day >= connection.daily_limit * _DAY_LEFT
    )


class _Work:
    """One turn: step by step, each ending with what it did and where to go on kept together."""

    def __init__(
        self, copy: ZohoCopy, token: int, connection: Connection, reader: ZohoBooksReader
    ) -> None:
        self._copy = copy
        self._token = token
        self._connection = connection
        self._organization = connection.organization
        self._reader = reader
        self._steps = {
            "vendors": self._vendors,
            "numbers": self._numbers,
            "bills": self._bills,
            "accounts": self._accounts,
        }

    def some(self, calls: int) -> Turn:
        """At most so many calls."""
        for _ in range(calls):
            if not self._steps[self._copy.step]():
                return Turn.LATER  # somebody asked for it anew, or our lease was over
            if self._copy.state == CopyState.DONE:
                return Turn.DONE
        return Turn.MORE

    # --- steps; each says whether the copy is still ours ------------------------------------------

    def _vendors(self) -> bool:
        contacts, more = self._reader.contacts_page(self._copy.cursor)
        with transaction.atomic():
            for contact in contacts:
                self._mirror(contact)
            return self._advance(
                len(contacts), more=more, cursor=self._copy.cursor + 1, next_cursor=0
            )

    def _numbers(self) -> bool:
        """VAT numbers that Zoho's list leaves out, one vendor a call, while they tell something."""
        own = Vendor.objects.for_organization(self._organization).exclude(zoho_contact_id="")
        without = own.filter(tax_id="", active=True, pk__gt=self._copy.cursor).order_by("pk")
        first = without.first()
        enough = self._copy.silent >= _SILENT_ENOUGH
        # Where the walk brought numbers, the list has them: those without one have none.
        listed = self._copy.cursor == 0 and own.exclude(tax_id="").exists()
        if first is None or enough or listed:
            return self._advance(0, more=False, cursor=0, next_cursor=1)
        try:
            contact = self._reader.contact(str(first.zoho_contact_id))
        except NotFound:
            contact = None
        with transaction.atomic():
            told = contact is not None and bool(self._mirror(contact).tax_id)
            return self._advance(
                1,
                more=True,
                cursor=first.pk,
                next_cursor=1,
                silent=0 if told else self._copy.silent + 1,
            )

    def _bills(self) -> bool:
        since = self._copy.since or _months_ago(timezone.now().date())
        bills, more = self._reader.bills_page(self._copy.cursor, date_from=since)
        with transaction.atomic():
            self._remember(bills)
            return self._advance(len(bills), more=more, cursor=self._copy.cursor + 1, next_cursor=0)

    def _accounts(self) -> bool:
        """Where the latest bills were booked; every vendor's first before anybody's second."""
        row = self._next_to_read()
        if row is None:
            return self._advance(0, more=False, cursor=0, next_cursor=0)
        try:
            account = self._booked_on(self._reader.bill(str(row.zoho_bill_id)))
        except Refused:  # gone, or not for our eyes: it tells nothing
            account = None
        with transaction.atomic():
            KnownBill.objects.filter(pk=row.pk).update(
                account=account, lines_read_at=timezone.now()
            )
            return self._advance(1, more=True, cursor=0, next_cursor=0)

    def _next_to_read(self) -> KnownBill | None:
        known = KnownBill.objects.for_organization(self._organization).exclude(status=VOID)
        place = Window(
            RowNumber(),
            partition_by=F("vendor_id"),
            order_by=[F("date").desc(nulls_last=True), F("pk").desc()],
        )
        # Of the latest, whether read or not; what is read is left out here, not by the query, which
        # would count the places among the others then.
        latest = known.annotate(place=place).filter(place__lte=BILLS_OF_A_VENDOR)
        first = latest.order_by(F("lines_read_at").asc(nulls_first=True), "place", "pk").first()
        return first if first is not None and first.lines_read_at is None else None

    # --- what they have in common -----------------------------------------------------------------

    def _advance(
        self, number: int, *, more: bool, cursor: int, next_cursor: int, silent: int = 0
    ) -> bool:
        """Count, and say where the next call goes on: in this step, in the next, or nowhere."""
        step = self._copy.step
        counts = {**self._copy.counts, step: self._copy.counts.get(step, 0) + number}
        if more:
            return self._copy.keep(token=self._token, counts=counts, cursor=cursor, silent=silent)
        following = STEPS[STEPS.index(step) + 1 :]
        if following:
            return self._copy.keep(
                token=self._token, counts=counts, step=following[0], cursor=next_cursor, silent=0
            )
        AuditEvent.record(
            "history.copied", actor=WORKER, organization=self._organization, data=counts
        )
        return self._copy.keep(
            token=self._token, counts=counts, state=CopyState.DONE, ended_at=timezone.now()
        )

    def _mirror(self, contact: Contact) -> Vendor:
        return mirror_contact(
            self._organization,
            zoho_contact_id=contact.contact_id,
            name=contact.contact_name,
            tax_id=clients.contact_tax_id(contact, self._connection.vat_field),
            email=contact.email,
            country=contact.country_code,
            currency=contact.currency_code,
            active=contact.is_active,
        )

    def _remember(self, bills: list[Bill]) -> None:
        own = Vendor.objects.for_organization(self._organization)
        wanted = {bill.vendor_id for bill in bills if bill.vendor_id}
        vendors = {row.zoho_contact_id: row for row in own.filter(zoho_contact_id__in=wanted)}
        ours = self._ours(bills)
        rows: dict[str, KnownBill] = {}
        for bill in bills:
            if not bill.vendor_id or bill.bill_id in ours:
                continue
            if bill.vendor_id not in vendors:  # it came after the walk through the vendors
                vendors[bill.vendor_id] = mirror_contact(
                    self._organization, zoho_contact_id=bill.vendor_id, name=bill.vendor_name
                )
            rows[bill.bill_id] = known_bill(bill, vendors[bill.vendor_id])
        KnownBill.objects.bulk_create(
            rows.values(),
            update_conflicts=True,
            unique_fields=["organization", "zoho_bill_id"],
            update_fields=["vendor", "number", "compared_number", "date", "total", "status"],
        )

    def _ours(self, bills: list[Bill]) -> set[str]:
        """Bills that a document of ours became: they are that document, not a second one."""
        field = self._connection.document_field
        marks = {bill.bill_id: bill.custom(field).strip() for bill in bills} if field else {}
        own = Document.objects.for_organization(self._organization)
        posted = own.filter(posting__bill_id__in=[bill.bill_id for bill in bills])
        found = set(posted.values_list("posting__bill_id", flat=True))
        codes = {bill_id: code for bill_id, mark in marks.items() if (code := _uuid(mark))}
        known = set(own.filter(code__in=codes.values()).values_list("code", flat=True))
        return found | {bill_id for bill_id, code in codes.items() if code in known}

    def _booked_on(self, bill: Bill) -> Account | None:
        amounts: dict[str, Decimal] = defaultdict(Decimal)
        for line in bill.line_items:
            if line.account_id:
                amounts[line.account_id] += abs(line.item_total or Decimal(0))
        whole = sum(amounts.values(), Decimal(0))
        account_id = max(amounts, key=lambda each: amounts[each], default="")
        if len(amounts) > 1 and (not whole or amounts[account_id] / whole < _ONE_ACCOUNT):
            return None
        own = Account.objects.for_organization(self._organization)
        return own.filter(zoho_account_id=account_id).first()


def known_bill(bill: Bill, vendor: Vendor) -> KnownBill:
    """A bill of Zoho's as the duplicate check knows it; not stored yet."""
    return KnownBill(
        organization_id=vendor.organization_id,
        zoho_bill_id=bill.bill_id,
        vendor=vendor,
        number=bill.bill_number[:120],
        compared_number=compared_number(bill.bill_number)[:120],
        date=bill.date,
        total=bill.total,
        status=bill.status[:20],
    )


def _uuid(mark: str) -> UUID | None:
    try:
        return UUID(mark)
    except ValueError:
        return None


def _months_ago(today: date) -> date:
    """The first day of the month two years back: a whole month more, so that no day is missing."""
    return date(today.year - MONTHS // 12, today.month, 1)
