"""A person's own views of the queue."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from django.contrib.auth.models import User

from review.forms import QueueFilter
from zohodocs.models import SavedView

_MOST = 20


def of(user: User) -> list[SavedView]:
    """By name."""
    return list(SavedView.objects.filter(user=user).order_by("name")[:_MOST])


def keep(user: User, name: str, query: str) -> SavedView:
    """Keep what of this query are filters; nonsense is left out."""
    pairs = dict(parse_qsl(query.lstrip("?")))
    kept = {key: pairs[key] for key in QueueFilter(pairs).values() if key in pairs}
    text = f"?{urlencode(kept)}" if kept else ""
    view, _new = SavedView.objects.update_or_create(
        user=user, name=name.strip()[:40], defaults={"query": text[:400]}
    )
    return view


def forget(user: User, name: str) -> None:
    """Forget the view of this name, if there is one."""
    SavedView.objects.filter(user=user, name=name).delete()
