"""Setting up an organisation's way into Zoho Books, step by step. Nothing secret comes out again.

Every step is in the audit trail, without what was typed into it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from integrations.errors import ConfigurationWrong, IntegrationError, ReconnectNeeded
from integrations.zoho_books import data_centre, data_centre_of, exchange_code
from zohodocs.models import (
    AuditEvent,
    Connection,
    ConnectionState,
    DriftWatch,
    KnownBill,
    Organization,
    Posting,
    Vendor,
)

from .sealing import decrypt, encrypt

_UNFINISHED = ("sending", "unknown", "confirmed_without_file")
# Of another host: nothing that was chosen or seen holds there.
_FROM_THE_START: Mapping[str, object] = {
    "zoho_organization_id": "",
    "books_facts": {},
    "seen": {},
    "seen_at": None,
    "state": ConnectionState.OFF,
}


class StepRefused(Exception):
    """This step cannot be taken as asked; the message says why and what to do."""


def seen_connection(organization: Organization) -> Connection:
    """The organisation's connection to look at; where it has none yet, an empty one is not kept."""
    found = Connection.objects.select_related("organization").filter(organization=organization)
    return found.first() or Connection(organization=organization)


def connection_of(organization_id: int) -> Connection:
    """The organisation's connection, to take a step; an empty one where it has none yet."""
    connection, _new = Connection.objects.select_related("organization").get_or_create(
        organization_id=organization_id
    )
    return connection


def set_client(
    connection: Connection,
    *,
    accounts_url: str,
    books_url: str,
    client_id: str,
    client_secret: str,
    by: str,
) -> None:
    """Keep the hosts and the client. A stored secret never follows to a host named after it.

    Access that was given to another client or by another host is forgotten.
    """
    moved = (connection.accounts_url, connection.books_url) != (accounts_url, books_url)
    renamed = connection.client_id != client_id
    if (moved or renamed or not connection.client_secret_encrypted) and not client_secret:
        raise StepRefused(_("Enter the client secret: it belongs to this address and client id."))
    values: dict[str, object] = {
        "accounts_url": accounts_url,
        "books_url": books_url,
        "client_id": client_id,
    }
    if client_secret:
        values["client_secret_encrypted"] = encrypt(client_secret)
    if moved or renamed:
        values |= _without_access(connection)
    if moved:
        _refuse_bound(connection)
        values |= _FROM_THE_START
    if connection.state == ConnectionState.WRONG:
        # What looked wrong was corrected: one document tries.
        values["token_lease_until"] = None
    with transaction.atomic():
        if moved:
            _forget_the_books(connection)
        _keep(connection, **values)
    _audit(
        connection,
        "connection.client_set",
        by,
        accounts=accounts_url,
        secret_entered=bool(client_secret),
    )


def accounts_server(connection: Connection, *, location: str, server: str) -> str:
    """The log-in host that Zoho's answer names. Raises StepRefused for one that is not Zoho's.

    The answer comes by way of a browser, so it may only choose among hosts that are known anyway.
    """
    own = connection.accounts_url.rstrip("/")
    server = server.rstrip("/")
    if server in ("", own):
        centre = None
        # Alone, the location moves nobody away from a host of one's own choosing.
        if not server and location and data_centre_of(own):
            centre = data_centre(location)
            if centre is None:
                raise StepRefused(_("Zoho's answer names a data centre that is not known here."))
        return centre.accounts_url if centre else own
    known = data_centre_of(server)
    if known is None:
        raise StepRefused(
            _("Zoho's answer names a log-in host that is not Zoho's. Nothing was sent to it.")
        )
    if location and data_centre(location) not in (None, known):
        raise StepRefused(_("Zoho's answer names two different data centres. Connect again."))
    return known.accounts_url


def exchange(
    connection: Connection,
    *,
    code: str,
    by: str,
    how: str,
    redirect_uri: str = "",
    accounts_url: str = "",
) -> None:
    """Exchange a code for lasting access. Raises StepRefused; what works meanwhile goes on working.

    `how` is `code` or `consent`, for the trail.
    """
    host = accounts_url or connection.accounts_url
    if not (connection.client_id and connection.client_secret_encrypted):
        raise StepRefused(_("Enter the client id and its secret first."))
    centre = data_centre_of(host)
    moved = centre is not None and host != connection.accounts_url.rstrip("/")
    if moved:  # asked before the code is used up
        _refuse_bound(connection)
    try:
        grant = exchange_code(
            accounts_url=host,
            client_id=connection.client_id,
            client_secret=decrypt(connection.client_secret_encrypted),
            code=code,
            redirect_uri=redirect_uri,
        )
    except IntegrationError as error:
        _audit(connection, "connection.refused", by, how=how, error=type(error).__name__)
        raise StepRefused(_exchange_words(error)) from None
    now = timezone.now()
    values: dict[str, object] = {
        "refresh_token_encrypted": encrypt(grant.refresh_token),
        "access_token_encrypted": encrypt(grant.access.value),
        "access_token_expires_at": now + timedelta(seconds=grant.access.expires_in),
        "token_lease": None,
        "token_lease_until": None,
        "scopes": list(grant.access.scopes),
        "state": ConnectionState.WORKING
        if connection.zoho_organization_id
        else ConnectionState.OFF,
    }
    if centre is not None and moved:
        # The person's own data centre: their organisations are there and nowhere else.
        values |= {
            "accounts_url": centre.accounts_url,
            "books_url": centre.books_url,
            **_FROM_THE_START,
        }
    with transaction.atomic():
        if moved:
            _forget_the_books(connection)
        _keep(connection, **values)
    _audit(connection, "connection.connected", by, how=how, accounts=host)


def choose_organization(connection: Connection, *, zoho_organization_id: str, by: str) -> bool:
    """Book into this one of the organisations that were listed; whether it is another than before.

    Raises StepRefused for one that was not listed, and once anything was posted into the old one.
    """
    listed = {row["id"]: row for row in connection.seen.get("organizations", ())}
    chosen = listed.get(zoho_organization_id)
    if chosen is None:
        raise StepRefused(_("Choose one of the organizations that Zoho lists."))
    others = Connection.objects.filter(
        books_url=connection.books_url, zoho_organization_id=zoho_organization_id
    ).exclude(pk=connection.pk)
    if others.exists():
        raise StepRefused(_("Another company posts into this Zoho organization."))
    changed = connection.zoho_organization_id != zoho_organization_id
    values: dict[str, object] = {
        "zoho_organization_id": zoho_organization_id,
        "state": ConnectionState.WORKING,
        "books_facts": {key: chosen[key] for key in chosen if key != "id"},
    }
    if chosen.get("calls_a_day") and changed:
        values["daily_limit"] = chosen["calls_a_day"]
    with transaction.atomic():
        if changed:
            _refuse_bound(connection, but_into=zoho_organization_id)
            _forget_the_books(connection)
            values["reference_refreshed_at"] = None
        _keep(connection, **values)
        _audit(
            connection,
            "connection.organization_chosen",
            by,
            organization=zoho_organization_id,
            calls_a_day=connection.daily_limit,
        )
    return changed


def choose_fields(
    connection: Connection, *, vat_field: str, document_field: str, daily_limit: int, by: str
) -> None:
    """Keep where VAT numbers and our own ids stand, and how many calls a day there are."""
    _keep(connection, vat_field=vat_field, document_field=document_field, daily_limit=daily_limit)
    _audit(
        connection,
        "connection.fields_chosen",
        by,
        vat_field=vat_field,
        document_field=document_field,
        calls_a_day=daily_limit,
    )


def _without_access(connection: Connection) -> dict[str, object]:
    had_access = bool(connection.refresh_token_encrypted)
    return {
        "refresh_token_encrypted": "",
        "access_token_encrypted": "",
        "access_token_expires_at": None,
        "token_lease": None,
        "token_lease_until": None,
        "scopes": [],
        "state": ConnectionState.RECONNECT if had_access else ConnectionState.OFF,
        "last_error": _("The client or its address changed: connect again."),
        "last_error_at": timezone.now(),
    }


def _refuse_bound(connection: Connection, *, but_into: str = "") -> None:
    """What was posted is looked for where it was sent: that place must stay.

    `but_into`: where no organisation is chosen, the one that everything was posted into is chosen
    again.
    """
    postings = Posting.objects.for_organization(connection.organization_id)
    posted = postings.exclude(bill_id="")
    if but_into and not connection.zoho_organization_id:
        posted = posted.exclude(bill_url__contains=f"/{but_into}")
    if posted.exists():
        raise StepRefused(
            _(
                "Documents of this company were posted into another Zoho organization, and are"
                " looked after there. Set up another company for other books."
            )
        )
    # A worker that holds a posting right now may be about to send it.
    under_way = Q(state__in=_UNFINISHED) | Q(lease_until__gt=timezone.now())
    if postings.filter(under_way, bill_id="").exists():
        raise StepRefused(
            _("Some documents are on their way into the present Zoho organization. Wait for them.")
        )


def _forget_the_books(connection: Connection) -> None:
    """Nothing that was seen or planned in other books holds in these."""
    company = connection.organization_id
    KnownBill.objects.for_organization(company).delete()
    DriftWatch.objects.for_organization(company).delete()
    Vendor.objects.for_organization(company).update(zoho_contact_id="", checked_at=None)
    postings = Posting.objects.for_organization(company)
    postings.filter(state="planned").update(payload={}, zoho_vendor_id="", adopt_id="")


def _exchange_words(error: IntegrationError) -> str:
    if isinstance(error, ReconnectNeeded):
        return _(
            "Zoho does not accept this code. It works once and for a few minutes: make a new one."
        )
    if isinstance(error, ConfigurationWrong):
        return _(
            "Zoho does not know this client here. Check the data centre, client id and secret."
        )
    return _("Zoho gave no access: %(why)s") % {"why": error}


def _keep(connection: Connection, **values: object) -> None:
    # Single columns: a worker may renew the access meanwhile.
    Connection.objects.filter(pk=connection.pk).update(**values)
    for name, value in values.items():
        setattr(connection, name, value)


def _audit(connection: Connection, verb: str, by: str, **data: object) -> None:
    AuditEvent.record(verb, actor=by, organization=connection.organization, data=data)
