"""What is looked at beside the item: its vendor, why it is here, what would be read today."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from review import actions, queries, vendor_panel
from review import why as reasons
from zohodocs.access import may_give_second_approval
from zohodocs.models import ReviewItem
from zohodocs.web.htmx import Request, page

from .answering import kept_query, refused


@login_required
@require_safe
def vendor_aside(request: Request, code: UUID) -> HttpResponse:
    """What is known of the vendor."""
    return _vendor(request, queries.item_for(request.user, code))


@login_required
@require_POST
def remember(request: Request, code: UUID) -> HttpResponse:
    """Make a rule of the vendor's account."""
    item = queries.item_for(request.user, code)
    try:
        rule = vendor_panel.remember(document=item.document, by=request.user)
    except actions.Refused as problem:
        return refused(request, item, problem, version=item.document.version)
    return _vendor(request, item, said=_("Remembered: %(rule)s.") % {"rule": rule.name})


@login_required
@require_safe
def why(request: Request, code: UUID) -> HttpResponse:
    """Every reason, every reading, what was in force."""
    item = queries.item_for(request.user, code)
    context = {**_about(request, item), "why": reasons.of(item.document)}
    return page(request, "review/why.html", part="why", context=context)


@login_required
@require_safe
def what_if(request: Request, code: UUID) -> HttpResponse:
    """Read it again with what runs today, and show what would differ."""
    item = queries.item_for(request.user, code)
    context = {
        **_about(request, item),
        "why": reasons.of(item.document),
        "what_if": reasons.what_if(item.document),
    }
    return page(request, "review/why.html", part="what_if", context=context)


def _vendor(request: Request, item: ReviewItem, *, said: str = "") -> HttpResponse:
    known = vendor_panel.of(item.document)
    context = {**_about(request, item), "known": known, "said": said}
    return page(request, "review/vendor.html", part="vendor", context=context)


def _about(request: Request, item: ReviewItem) -> dict[str, object]:
    return {
        "section": "review",
        "item": item,
        "document": item.document,
        "query": kept_query(request),
        "leads": may_give_second_approval(request.user, item.organization_id),
    }
