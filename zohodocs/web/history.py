"""The audit trail in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from zohodocs.models import WORKER, Arrival, ArrivalResult, AuditEvent, Document
from zohodocs.web.formats import shown
from zohodocs.web.labels import channel_label, field_label

_MOST = 500
# They tell of an Arrival, which says more.
_ARRIVED = "document.arrived"
_MACHINES = frozenset({WORKER, "machine", "sweep", "system", "cli"})


def sentence(event: AuditEvent) -> str:
    """What happened, as a colleague would say it; an unknown verb is at least readable."""
    tell = _SENTENCES.get(event.verb)
    if tell is not None:
        return tell(event.data)
    return event.verb.replace(".", ": ", 1).replace("_", " ").replace(".", " ").capitalize()


def person(event: AuditEvent) -> str:
    """Who did it."""
    return named(event.actor)


def named(actor: str) -> str:
    """A person's name, or that it was none."""
    return _("the machine") if actor in _MACHINES else actor


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a document's history."""

    at: datetime
    who: str
    what: str


def of(document: Document) -> list[Step]:
    """Everything that happened to this document, in its order; each arrival by its file name."""
    steps = [
        Step(arrival.arrived_at, named(arrival.sender) or _("somebody"), _arrived(arrival))
        for arrival in document.arrivals.order_by("arrived_at")[:_MOST]
    ]
    events = AuditEvent.objects.filter(document=document).exclude(verb__startswith=_ARRIVED)
    steps += [
        Step(event.at, person(event), sentence(event))
        for event in events.order_by("sequence")[:_MOST]
    ]
    return sorted(steps, key=lambda step: step.at)


def _arrived(arrival: Arrival) -> str:
    told = (
        _("handed in the same file again, as “%(name)s” (%(channel)s)")
        if arrival.result == ArrivalResult.REPEATED
        else _("handed in “%(name)s” (%(channel)s)")
    )
    return told % {
        "name": Truncator(arrival.filename).chars(60),
        "channel": channel_label(arrival.channel),
    }


def _corrected(data: dict[str, Any]) -> str:
    name = str(data.get("field", ""))
    before, after = str(data.get("before", "")), str(data.get("after", ""))
    label = field_label(name)
    if _is_digest(name, before) or _is_digest(name, after):
        return _("corrected %(field)s") % {"field": label}
    if not before:
        return _("filled in %(field)s: %(after)s") % {"field": label, "after": shown(name, after)}
    if not after:
        return _("emptied %(field)s, it was %(before)s") % {
            "field": label,
            "before": shown(name, before),
        }
    return _("changed %(field)s from %(before)s to %(after)s") % {
        "field": label,
        "before": shown(name, before),
        "after": shown(name, after),
    }


def _is_digest(name: str, value: str) -> bool:
    personal = name.startswith(("supplier_", "buyer_")) or name == "iban"
    return personal and len(value) == 16


def _confirmed(data: dict[str, Any]) -> str:
    return _("confirmed %(field)s") % {"field": field_label(str(data.get("field", "")))}


def _account(data: dict[str, Any]) -> str:
    return _("chose the account %(name)s") % {"name": data.get("after", "")}


def _decided(data: dict[str, Any]) -> str:
    routes = {
        "approved": _("read it and approved it by itself"),
        "in_review": _("read it and asks a person"),
        "filed": _("read it and filed it: not a posting document"),
        "duplicate": _("closed it as a copy"),
        "failed": _("could not process it"),
    }
    return str(routes.get(str(data.get("route")), _("decided")))


def _spot_checked(data: dict[str, Any]) -> str:
    wrong = data.get("verdict") == "wrong"
    return _("found it wrong in a spot check") if wrong else _("found it right in a spot check")


def _said(text: str) -> Callable[[dict[str, Any]], str]:
    return lambda _data: _(text)


def _assigned(data: dict[str, Any]) -> str:
    to = str(data.get("to") or "")
    return _("gave it to %(person)s") % {"person": to} if to else _("gave it to whoever comes")


def _postponed(data: dict[str, Any]) -> str:
    return _("put it aside for later") if data.get("until") else _("brought it back into the queue")


_SENTENCES: dict[str, Callable[[dict[str, Any]], str]] = {
    "document.decided": _decided,
    "document.failed": _said(gettext_noop("gave up; a person must look")),
    "document.given_back": _said(gettext_noop("gave it back for another try")),
    "document.taken_back": _said(
        gettext_noop("took it out of the hold: the old way and the new one read it differently")
    ),
    "document.not_compared": _said(
        gettext_noop("let it go on without a comparison, which was not there in time")
    ),
    "document.tried_again": _said(gettext_noop("had it read again")),
    "document.downloaded": _said(gettext_noop("downloaded the original")),
    "review.corrected": _corrected,
    "review.confirmed": _confirmed,
    "review.vendor_chosen": _said(gettext_noop("chose the vendor")),
    "review.account_chosen": _account,
    "review.lines_corrected": _said(gettext_noop("corrected the lines")),
    "review.overruled": _said(gettext_noop("accepted a doubt, with a reason")),
    "review.assigned": _assigned,
    "review.postponed": _postponed,
    "review.escalated": _said(gettext_noop("called for a lead")),
    "review.commented": _said(gettext_noop("wrote a comment")),
    "rule.remembered": _said(gettext_noop("made a rule for the vendor")),
    "review.taken_over": _said(gettext_noop("took the review over")),
    "review.first_approved": _said(gettext_noop("gave the first of two approvals")),
    "review.approved": _said(gettext_noop("approved it")),
    "review.rejected": _said(gettext_noop("rejected it")),
    "review.filed": _said(gettext_noop("filed it: not a posting document")),
    "review.closed_as_copy": _said(gettext_noop("closed it as a copy")),
    "review.undone": _said(gettext_noop("took the approval back")),
    "review.split": _said(gettext_noop("arranged its pages anew")),
    "review.part_made": _said(gettext_noop("made it of pages of another document")),
    "review.put_back": _said(gettext_noop("put its pages back")),
    "review.part_closed": _said(gettext_noop("closed it: its pages went back")),
    "review.spot_checked": _spot_checked,
    "review.reopened": _said(gettext_noop("opened it again")),
    "vendor.created": _said(gettext_noop("made a new vendor of it")),
    "vendor.completed": _said(gettext_noop("added what the vendor lacked")),
    "vendor.bank_account_approved": _said(gettext_noop("approved a new bank account")),
    "vendor.linked": _said(gettext_noop("found the vendor in Zoho Books")),
    "bill.push.planned": _said(gettext_noop("prepared it for Zoho Books")),
    "bill.push.sending": _said(gettext_noop("sends it to Zoho Books")),
    "bill.push.unknown": _said(gettext_noop("got no answer from Zoho Books; it looks there first")),
    "bill.push.waiting": _said(gettext_noop("waits for Zoho Books")),
    "bill.push.confirmed": _said(gettext_noop("saw it stand in Zoho Books")),
    "bill.push.rejected": _said(gettext_noop("was refused by Zoho Books")),
    "bill.push.failed": _said(gettext_noop("could not post it")),
    "bill.push.ended": _said(gettext_noop("stopped posting it")),
    "bill.push.gone": _said(gettext_noop("no longer found it in Zoho Books")),
    "bill.file.attached": _said(gettext_noop("attached the file in Zoho Books")),
    "bill.file.missing": _said(gettext_noop("could not attach the file yet; it tries again")),
    "bill.total.adjusted": _said(gettext_noop("brought the bill to the printed total")),
    "bill.drift.found": _said(gettext_noop("found it changed in Zoho Books")),
    "bill.credit.planned": _said(gettext_noop("found the bill that the credit note names")),
    "bill.amendment.sending": _said(gettext_noop("sends the confirmed change to Zoho Books")),
    "bill.amendment.unknown": _said(
        gettext_noop("got no answer about the change; it looks before it sends")
    ),
    "bill.amendment.done": _said(gettext_noop("saw the change done in Zoho Books")),
    "bill.amendment.refused": _said(gettext_noop("could not make the change in Zoho Books")),
    "posting.held": _said(gettext_noop("stopped the posting")),
    "posting.released": _said(gettext_noop("released the posting")),
    "posting.taken_back": _said(gettext_noop("took the stopped posting back")),
    "posting.retried": _said(gettext_noop("had it tried at once")),
    "posting.adopted": _said(gettext_noop("said which entry in Zoho Books it is")),
    "review.entry_accepted": _said(gettext_noop("accepted what stands in Zoho Books")),
    "review.amendment_proposed": _said(gettext_noop("proposed a change in Zoho Books")),
    "review.amendment_confirmed": _said(gettext_noop("confirmed the proposed change")),
    "review.amendment_withdrawn": _said(gettext_noop("withdrew the proposed change")),
    "vendor.restarts_numbers": _said(
        gettext_noop("learnt that the vendor starts its numbers again each year")
    ),
}
