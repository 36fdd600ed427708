"""The lead's page."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from review import team as figures
from review.reasons import reason_label
from zohodocs.access import organizations_led_by
from zohodocs.web.htmx import Request, page


@login_required
@require_safe
def team(request: Request) -> HttpResponse:
    """Queue, people and the day, for who gives the second approval."""
    organizations = organizations_led_by(request.user)
    if not organizations:
        raise PermissionDenied
    now = timezone.localtime()
    found = figures.of(
        organizations, since=now.replace(hour=0, minute=0, second=0, microsecond=0), now=now
    )
    labels = (
        _("less than an hour"),
        _("1 to 4 hours"),
        _("4 to 24 hours"),
        _("1 to 3 days"),
        _("more than 3 days"),
    )
    context = {
        "section": "review",
        "team": found,
        "ages": list(zip(labels, found.by_age, strict=True)),
        "by_reason": [(code, reason_label(code), n, since) for code, n, since in found.by_reason],
        "organizations": organizations,
    }
    return page(request, "review/team.html", part="figures", context=context)
