"""Why an approved document is not in Zoho Books yet, and when it is tried again, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zohodocs.domain.states import PostingState
from zohodocs.models import WORKER, Connection, ConnectionState, Document, Posting
from zohodocs.rollout import shadow
from zohodocs.web.sentences import told

# What posting keeps as the reason of a wait; see `posting/attempt.py`.
_REASONS: Mapping[str, Promise] = {
    "overbudget": gettext_lazy("The calls that Zoho allows are used up for now."),
    "throttled": gettext_lazy("Zoho asked us to slow down."),
    "circuitopen": gettext_lazy("Zoho Books keeps failing; we give it time."),
    "notsent": gettext_lazy("Zoho Books cannot be reached."),
    "outoftime": gettext_lazy("There was no time left to ask Zoho."),
    "unavailable": gettext_lazy("Zoho Books gave no usable answer."),
    "authfailed": gettext_lazy("Zoho refuses our access: a permission is missing."),
    "tokenthrottled": gettext_lazy("Zoho gives no new access for some minutes."),
    "reconnectneeded": gettext_lazy("Zoho Books must be connected again."),
    "configurationwrong": gettext_lazy("The settings of the connection are wrong."),
    "not_connected": gettext_lazy("This company is not connected to Zoho Books."),
    "file_unknown": gettext_lazy("The bill stands; whether its file arrived is looked for again."),
    "file_unseen": gettext_lazy("The bill stands; Zoho took the file, but does not show it yet."),
    "unforeseen": gettext_lazy("Something unforeseen went wrong; it is tried again."),
}
_CONNECTION: Mapping[str, Promise] = {
    ConnectionState.RECONNECT: gettext_lazy("Zoho Books must be connected again."),
    ConnectionState.WRONG: gettext_lazy("The settings of the connection are wrong."),
    ConnectionState.OFF: gettext_lazy("This company is not connected to Zoho Books."),
}


@dataclass(frozen=True, slots=True)
class Wait:
    """Why it waits; `until` when it is tried again, None where nobody knows or it is at once."""

    why: str
    until: datetime | None = None
    stopped: bool = False
    # Somebody must do something; waiting alone does not help.
    needs_a_person: bool = False


def why(
    document: Document, posting: Posting | None, connection: Connection | None, now: datetime
) -> Wait:
    """What holds this approved document up."""
    if posting is not None and posting.held_at:
        said = _("Stopped by %(person)s: %(why)s") % {
            "person": posting.held_by,
            "why": posting.held_why,
        }
        return Wait(said, stopped=True, needs_a_person=True)
    if document.hold_until and document.hold_until > now:
        if document.approved_by == WORKER and shadow.missing(document):
            return Wait(
                _("Waits until the new way has read it, too; it can still be taken back."),
                document.hold_until,
            )
        return Wait(_("In the hold; it can still be taken back."), document.hold_until)
    if connection is None or not connection.zoho_organization_id:
        return Wait(_("This company is not connected to Zoho Books."), needs_a_person=True)
    if connection.state in _CONNECTION:
        return Wait(str(_CONNECTION[connection.state]), needs_a_person=True)
    if posting is None:
        return Wait(_("Waits for its turn."))
    if posting.lease_until and posting.lease_until > now:
        return Wait(_("A worker is at it right now."))
    until = posting.not_before if posting.not_before and posting.not_before > now else None
    if posting.state in (PostingState.UNKNOWN, PostingState.SENDING):
        return Wait(
            _("Zoho did not answer, and it may have arrived: it is looked for, not sent again."),
            until,
        )
    if posting.error_code in _REASONS:
        return Wait(str(_REASONS[posting.error_code]), until)
    return Wait(told(posting.error_message) or _("Waits for its turn."), until)
