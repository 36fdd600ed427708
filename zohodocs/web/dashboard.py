"""The first page: the day's numbers, a place to drop papers, what came of late."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from zohodocs.access import administers, may_decide, organizations_of
from zohodocs.models import Organization
from zohodocs.web import forecast, numbers
from zohodocs.web.htmx import Request, page


def _forecasts(organizations: Sequence[Organization]) -> list[tuple[str, str]]:
    """A sentence for each company that has bills waiting; named where there are several."""
    told = [
        (each.name, sentence) for each in organizations if (sentence := forecast.sentence(each))
    ]
    return told if len(organizations) > 1 else [("", sentence) for _name, sentence in told]


@login_required
@require_safe
def dashboard(request: Request) -> HttpResponse:
    """Numbers of one's own companies; of one of them with `?organization=`."""
    mine = organizations_of(request.user)
    chosen = [each for each in mine if each.code == request.GET.get("organization")] or mine
    today = numbers.today(chosen)
    context = {
        "section": "today",
        "organizations": mine,
        "chosen": chosen[0].code if len(chosen) == 1 else "",
        "uploadable": [each for each in mine if may_decide(request.user, each)],
        "today": today,
        "failed": today.states.get("failed", 0),
        "working": min(
            numbers.MOST, sum(today.states.get(state, 0) for state in ("received", "processing"))
        ),
        "balance": numbers.balance(chosen),
        "connections": numbers.connections(chosen),
        "forecasts": _forecasts(chosen),
        "administered": {each.pk for each in chosen if administers(request.user, each)},
        "arrivals": numbers.latest(chosen),
        "now": timezone.now(),
    }
    return page(request, "web/dashboard.html", part="numbers", context=context)
