"""The claim on an item: kept while it is open on somebody's screen, taken over, given back."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.views.decorators.http import require_POST, require_safe

from review import actions, queries
from zohodocs.web.htmx import Request, wants_part

from .answering import address, changed, copy_name, filters_of, kept_copy, refused, reload


@login_required
@require_POST
def keep(request: Request, code: UUID) -> HttpResponse:
    """The heartbeat: 204 while it is one's own, 409 with the panel that says whose it is now."""
    item = queries.item_for(request.user, code)
    if actions.claim(item, request.user) or item.state != "open":
        return HttpResponse(status=204)
    answer = changed(request, item)
    answer.status_code = 409
    return answer


@login_required
@require_POST
def let_go(request: Request, code: UUID) -> HttpResponse:
    """Leaving the item."""
    actions.release_claim(queries.item_for(request.user, code), request.user)
    return HttpResponse(status=204)


@login_required
@require_POST
def ahead(request: Request, code: UUID) -> HttpResponse:
    """Keep the item that follows this one in these filters, with a copy of its page; or 204.

    `have` names the copy that the browser has. The decision that shows it says if it still holds.
    """
    item = queries.item_for(request.user, code)
    following = queries.next_item(request.user, filters_of(request), item)
    if not actions.keep_ahead(following, request.user) or following is None:
        return HttpResponse(status=204)
    return JsonResponse(
        kept_copy(request, reload(following, request.user), have=request.POST.get("have", ""))
    )


@login_required
@require_safe
def kept(request: Request, code: UUID) -> HttpResponse:
    """204 while the copy of this name may be shown to the person it is kept for, else 409."""
    item = queries.item_for(request.user, code)
    same = request.GET.get("name") == copy_name(item)
    return HttpResponse(status=204 if same and actions.is_kept(item, request.user) else 409)


@login_required
@require_POST
def let_go_ahead(request: Request) -> HttpResponse:
    """Nothing follows any more: what was kept is free."""
    actions.let_go_ahead(request.user)
    return HttpResponse(status=204)


@login_required
@require_POST
def take_over(request: Request, code: UUID) -> HttpResponse:
    """Go on with what somebody else has open."""
    item = queries.item_for(request.user, code)
    try:
        actions.take_over(item, request.user)
    except actions.Refused as problem:
        return refused(request, item, problem, version=item.document.version)
    if not wants_part(request):
        return HttpResponseRedirect(address(request, item), status=303)
    return changed(request, item)
