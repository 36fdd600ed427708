"""One view, one context, two answers: the whole page, or the part that htmx asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
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
