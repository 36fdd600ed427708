"""One view, one context, two answers: the whole page, or the part that htmx asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.utils.cache import patch_vary_headers
from django_htmx.middleware import HtmxDetails


class Request(HttpRequest):
    """A request of somebody logged in, after django-htmx's middleware."""

    htmx: HtmxDetails
    user: User


def wants_part(request: Request) -> bool:
    """Whether htmx asked for a part: not for a boosted link and not for a page of the history."""
    htmx = request.htmx
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def page(
    request: Request,
    template: str,
    *,
    part: str,
    context: Mapping[str, Any],
    status: int = 200,
) -> HttpResponse:
    """The template, or its partial `part` for htmx; the server picks the part, never the client."""
    name = f"{template}#{part}" if wants_part(request) else template
    response = render(request, name, dict(context), status=status)
    patch_vary_headers(response, ["HX-Request", "HX-Boosted", "HX-History-Restore-Request"])
    return response


class LogInAgain:
    """A session that ended under an open page: the whole page logs in, not the part htmx swaps.

    Without it htmx follows the redirect by itself and puts the log-in page where the panel was.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]  # HtmxMiddleware ran
        log_in = resolve_url(settings.LOGIN_URL)
        if not htmx or urlsplit(response.get("Location", "")).path != log_in:
            return response
        back = urlencode({"next": htmx.current_url_abs_path or "/"})
        return HttpResponse(status=401, headers={"HX-Redirect": f"{log_in}?{back}"})
