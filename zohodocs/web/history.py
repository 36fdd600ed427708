"""The audit trail in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from zohodocs.models import AuditEvent
from zohodocs.web.formats import shown
from zohodocs.web.labels import channel_label, field_label

_MACHINES = frozenset({"worker", "machine", "sweep", "system", "cli"})


def sentence(event: AuditEvent) -> str:
    """What happened, as a colleague would say it; an unknown verb is at least readable."""
    tell = _SENTENCES.get(event.verb)
    if tell is not None:
        return tell(event.data)
    return event.verb.replace(".", ": ", 1).replace("_", " ").replace(".", " ").capitalize()


def person(event: AuditEvent) -> str:
    """Who did it."""
    return _("the machine") if event.actor in _MACHINES else event.actor


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


def _received(data: dict[str, Any]) -> str:
    channel = str(data.get("channel", ""))
    return _("received it (%(channel)s)") % {"channel": channel_label(channel)}


def _said(text: str) -> Callable[[dict[str, Any]], str]:
    return lambda _data: _(text)


_SENTENCES: dict[str, Callable[[dict[str, Any]], str]] = {
    "document.received": _received,
    "document.decided": _decided,
    "document.failed": _said("gave up; a person must look"),
    "document.given_back": _said("gave it back for another try"),
    "document.tried_again": _said("had it read again"),
    "document.downloaded": _said("downloaded the original"),
    "review.corrected": _corrected,
    "review.confirmed": _confirmed,
    "review.vendor_chosen": _said("chose the vendor"),
    "review.account_chosen": _account,
    "review.lines_corrected": _said("corrected the lines"),
    "review.overruled": _said("accepted a doubt, with a reason"),
    "review.first_approved": _said("gave the first of two approvals"),
    "review.approved": _said("approved it"),
    "review.rejected": _said("rejected it"),
    "review.filed": _said("filed it: not a posting document"),
    "review.closed_as_copy": _said("closed it as a copy"),
    "review.undone": _said("took the approval back"),
    "review.reopened": _said("opened it again"),
    "vendor.created": _said("made a new vendor of it"),
    "vendor.completed": _said("added what the vendor lacked"),
    "vendor.bank_account_approved": _said("approved a new bank account"),
    "bill.push.planned": _said("planned the posting"),
    "bill.push.sending": _said("sends it to Zoho Books"),
    "bill.push.unknown": _said("got no answer; it is looked for before anything else"),
    "bill.push.confirmed": _said("saw it stand in Zoho Books"),
    "bill.push.rejected": _said("gave it back to a person"),
    "bill.push.gone": _said("found it deleted in Zoho Books"),
    "bill.file.attached": _said("saw its file attached in Zoho Books"),
    "bill.file.missing": _said("did not see its file in Zoho Books yet"),
    "bill.total.adjusted": _said("brought the bill to the printed total"),
    "bill.drift.found": _said("found it changed in Zoho Books"),
    "bill.credit.planned": _said("found the bill that the credit note names"),
    "bill.amendment.sending": _said("sends the confirmed change to Zoho Books"),
    "bill.amendment.unknown": _said("got no answer about the change; it looks before it sends"),
    "bill.amendment.done": _said("saw the change done in Zoho Books"),
    "bill.amendment.refused": _said("could not make the change in Zoho Books"),
    "posting.held": _said("stopped the posting"),
    "posting.released": _said("released the posting"),
    "posting.retried": _said("had it tried at once"),
    "posting.adopted": _said("said which entry in Zoho Books it is"),
    "review.entry_accepted": _said("accepted what stands in Zoho Books"),
    "review.amendment_proposed": _said("proposed a change in Zoho Books"),
    "review.amendment_confirmed": _said("confirmed the proposed change"),
    "review.amendment_withdrawn": _said("withdrew the proposed change"),
    "vendor.restarts_numbers": _said("learnt that the vendor starts its numbers again each year"),
    "posting.confirmed": _said("posted it to Zoho Books"),
    "posting.sent": _said("sent it to Zoho Books"),
    "posting.file_attached": _said("attached the file in Zoho Books"),
    "posting.rejected": _said("was refused by Zoho Books"),
}
