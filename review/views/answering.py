"""How the desk answers: a fresh panel, a conflict, a refusal, or the item that follows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from review import actions, desk, grid, queries, saved
from review.actions import Refused, StaleVersion
from review.arranging_forms import LATER
from review.desk import Trouble
from review.forms import SORTS, WHOSE, QueueFilter
from review.parsing import NotReadable
from review.reasons import reason_label
from zohodocs.access import organizations_led_by, organizations_of
from zohodocs.models import AuditEvent, Document, Organization, ReviewItem, State
from zohodocs.web import history
from zohodocs.web.formats import age
from zohodocs.web.htmx import Request, page, wants_part

UNDO_KEY = "undo_document"
DECIDED_KEY = "decided_last"
_NOT_FILTERS = ("page", "q_vendor", "after", "whole")


def filters_of(request: Request) -> dict[str, Any]:
    """The queue's filters, as the address has them."""
    return QueueFilter(request.GET).values()


def kept_query(request: Request) -> str:
    """The filters as they go into the next address, with their question mark."""
    kept = kept_filters(request)
    return f"?{urlencode(kept)}" if kept else ""


def kept_filters(request: Request) -> list[tuple[str, str]]:
    """The filters by name, without what belongs to one page only."""
    return [
        (name, str(value))
        for name, value in request.GET.items()
        if value and name not in _NOT_FILTERS
    ]


def address(request: Request, item: ReviewItem) -> str:
    """The item's address in this queue."""
    return reverse("review:item", args=[item.code]) + kept_query(request)


def _whole_address(request: Request, item: ReviewItem) -> str:
    """The same without its quick question."""
    kept = urlencode([*kept_filters(request), ("whole", "1")])
    return reverse("review:item", args=[item.code]) + f"?{kept}"


def queue_context(
    request: Request,
    *,
    holding: ReviewItem | None = None,
    mine: Sequence[Organization] | None = None,
) -> dict[str, Any]:
    """The left column, with the item somebody works on among what it shows."""
    filters = filters_of(request)
    mine = organizations_of(request.user) if mine is None else mine
    return {
        "section": "review",
        "queue": queries.queue(
            request.user,
            filters,
            after=request.GET.get("after", ""),
            holding=holding,
            among=mine,
        ),
        "filters": filters,
        "filtered": bool(set(filters) - {"sort"}),
        "sorts": SORTS.items(),
        "whose": WHOSE.items(),
        "views": saved.of(request.user),
        "query": kept_query(request),
        "kept": kept_filters(request),
        "organizations": mine,
        "leads": bool(organizations_led_by(request.user)),
        "reasons": [
            (code, reason_label(code), number)
            for code, number in queries.reasons(
                request.user, filters.get("reason") or "", among=mine
            )
        ],
        "undoable": _undoable(request),
        "decided_last": _decided_last(request),
    }


def item_context(
    request: Request, item: ReviewItem, *, trouble: Trouble | None = None
) -> dict[str, Any]:
    """The whole desk for one item."""
    mine = organizations_of(request.user)
    return {
        **queue_context(request, holding=item, mine=mine),
        **_item_parts(request, item, mine, trouble=trouble),
    }


def kept_copy(request: Request, item: ReviewItem, *, have: str) -> dict[str, Any]:
    """Paper and panel of an item that its reader is about to see, and where to ask if they hold.

    `have`: the name of the copy that is there already; it is not sent again.
    """
    name = copy_name(item)
    check = reverse("review:kept", args=[item.code]) + "?" + urlencode({"name": name})
    copy: dict[str, Any] = {"item": str(item.code), "name": name, "check": check}
    if name == have:
        return copy
    context = {
        **_item_parts(request, item, organizations_of(request.user)),
        "query": kept_query(request),
        "kept": kept_filters(request),
    }
    page = context["page"]
    copy["html"] = render_to_string("review/kept.html", context, request)
    if page is not None:
        copy["picture"] = reverse("page_picture", args=[item.document.code, page.number])
    return copy


def _around(request: Request, item: ReviewItem) -> dict[str, Any]:
    """What a decision changes around paper and panel of the item that is held next."""
    mine = organizations_of(request.user)
    return {
        **queue_context(request, holding=item, mine=mine),
        **_neighbours(request, item, mine),
        "item": item,
        "document": item.document,
        "decidable": desk.awaits_decision(item),  # whoever holds it may decide
    }


def _neighbours(request: Request, item: ReviewItem, mine: Sequence[Organization]) -> dict[str, Any]:
    user, filters = request.user, filters_of(request)
    return {
        "following": queries.neighbour(user, filters, item, among=mine),
        "before": queries.neighbour(user, filters, item, backwards=True, among=mine),
    }


def copy_name(item: ReviewItem) -> str:
    """Of a copy of this item: another one whenever what it shows is another."""
    shown = (
        item.document.version,
        queries.newest_comment(item.document),
        item.assigned_to_id,
        item.escalated_at,
        item.postponed_until,
        item.first_approval_by_id,
        item.message,
    )
    return f"{item.code}:{hashlib.sha256(repr(shown).encode()).hexdigest()[:16]}"


def _item_parts(
    request: Request,
    item: ReviewItem,
    mine: Sequence[Organization],
    *,
    trouble: Trouble | None = None,
) -> dict[str, Any]:
    user = request.user
    return {
        **desk.context(
            item,
            user,
            page=_number(request.POST.get("page") or request.GET.get("page")),
            vendor_q=request.GET.get("q_vendor", "").replace("\0", "")[:100],
            trouble=trouble,
        ),
        **_neighbours(request, item, mine),
        "decided": desk.decided_sentence(item.document),
        "holder": actions.holder(item, user),
        "deciders": actions.deciders(item),
        "comments": queries.comments(item.document),
        "laters": LATER.items(),
    }


def changed(request: Request, item: ReviewItem) -> HttpResponse:
    """After a write that leaves the item open: the fresh panel, or the page anew."""
    if not wants_part(request):
        return HttpResponseRedirect(_whole_address(request, item), status=303)
    return _panel(request, item, status=200)


def done(
    request: Request, item: ReviewItem, version: int, deed: Callable[..., object], **what: Any
) -> HttpResponse:
    """Do it to the item as this version showed it: as `changed` answers, or `refused`."""
    try:
        deed(item=item, by=request.user, version=version, **what)
    except Refused as problem:
        return refused(request, item, problem, version=version)
    return changed(request, item)


def incomplete(request: Request, item: ReviewItem) -> HttpResponse:
    """422: what no page of ours sends."""
    return wrong(request, item, _("The form was incomplete. Try again."))


def refused(request: Request, item: ReviewItem, problem: Refused, *, version: int) -> HttpResponse:
    """409 with who changed what, or 422 with what to do, and the fresh panel."""
    if isinstance(problem, StaleVersion):
        trouble = Trouble(who_changed_what(item.document, version) or str(problem))
        return _panel(request, item, trouble=trouble, status=409)
    return _panel(request, item, trouble=Trouble(str(problem)), status=422)


def wrong(
    request: Request, item: ReviewItem, message: str, *, field: str = "", typed: str = ""
) -> HttpResponse:
    """422: the form as it was sent, with its problem."""
    return _panel(request, item, trouble=Trouble(message, field, typed), status=422)


def drafted(request: Request, item: ReviewItem, deed: str) -> HttpResponse:
    """The lines as they would be: the grid alone, its sum alone, or the page; nothing is saved."""
    context = _written_context(request, item)
    saved_grid: grid.Grid = context["grid"]
    status = 200
    if deed != "reset":
        try:
            context["grid"] = grid.drafted(
                saved_grid, request.POST, deed, request.POST.getlist("pick")
            )
        except NotReadable as problem:
            status = 422
            context["grid"] = replace(saved_grid, problem=str(problem), drafted=True)
    if not wants_part(request):
        return page(request, "review/desk.html", part="panel", context=context, status=status)
    # A number that cannot be read is said below; the rows stay as they were typed.
    part = "_lines_sum" if deed == "sum" or status != 200 else "_line_grid"
    response = render(request, f"review/{part}.html", context, status=status)
    if status != 200:
        response["HX-Retarget"] = "#lines-sum"
    return response


def follows(request: Request, item: ReviewItem, message: str) -> HttpResponse:
    """After a decision: the next item of the queue."""
    name = item.document.vendor_name or item.document.filename
    request.session[DECIDED_KEY] = [str(item.code), name[:200]]
    following = queries.next_item(request.user, filters_of(request), item)
    return shows(request, following, message)


def shows(request: Request, item: ReviewItem | None, message: str) -> HttpResponse:
    """This item with a word about what was done, or the empty queue."""
    held = item is not None and actions.claim(item, request.user)
    where = address(request, item) if item else reverse("review:queue") + kept_query(request)
    if not wants_part(request):
        messages.success(request, message)
        return HttpResponseRedirect(where, status=303)
    request.POST = request.POST.__class__()  # the next item opens on its own page
    if item is None:
        template, context = "review/emptied.html", queue_context(request)
    elif held and request.headers.get("X-Kept") == copy_name(item):
        # What stands on their desk already is as good as what would be sent: only the rest is.
        template, context = "review/followed.html", _around(request, item)
    else:
        template, context = "review/decided.html", item_context(request, item)
    response = render(request, template, {**context, "said": message, "oob": False})
    response["HX-Push-Url"] = where
    if template == "review/followed.html":
        response["HX-Reswap"] = "none"
    return response


def who_changed_what(document: Document, version: int) -> str:
    """The last thing that somebody did to it since this version, as a sentence."""
    events = AuditEvent.objects.filter(document=document).order_by("-sequence")[:10]
    for event in events:
        if int(event.data.get("version") or 0) > version:
            return _("Meanwhile: %(who)s %(what)s (%(age)s). Look at it again.") % {
                "who": history.person(event),
                "what": history.sentence(event),
                "age": age(event.at),
            }
    return ""


def reload(item: ReviewItem, user: Any) -> ReviewItem:
    """The item as it stands now."""
    return queries.item_for(user, item.code)


def _written_context(
    request: Request, item: ReviewItem, *, trouble: Trouble | None = None
) -> dict[str, Any]:
    """The desk after something was sent about this item: its quick question covers nothing."""
    return {**item_context(request, item, trouble=trouble), "quick": None}


def _panel(
    request: Request, item: ReviewItem, *, trouble: Trouble | None = None, status: int
) -> HttpResponse:
    fresh = reload(item, request.user)
    context = _written_context(request, fresh, trouble=trouble)
    if wants_part(request):
        response = render(request, "review/changed.html", context, status=status)
        # A verdict aims at the whole desk; where it had no effect only the panel changes.
        response["HX-Retarget"], response["HX-Reswap"] = "#panel", "outerHTML"
        return response
    return page(request, "review/desk.html", part="panel", context=context, status=status)


def _undoable(request: Request) -> Document | None:
    """The document this person approved last, while it can be taken back."""
    code = request.session.get(UNDO_KEY)
    if not code:
        return None
    found = Document.objects.for_user(request.user).filter(
        code=UUID(code), state=State.APPROVED, hold_until__gt=timezone.now()
    )
    return found.first()


def _decided_last(request: Request) -> dict[str, str] | None:
    """The item this person decided last in this session; asks the database nothing."""
    code, name = request.session.get(DECIDED_KEY) or ("", "")
    return {"code": code, "name": name} if code else None


def _number(raw: str | None) -> int | None:
    return int(raw) if raw and raw.isdecimal() and len(raw) < 7 else None
