"""What one is told: unread notices, and having read them."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone

from zohodocs.models import Notice, Organization

_SHOWN = 50


def unread(user: User) -> int:
    """How many, up to a hundred."""
    return _of(user).filter(read_at__isnull=True)[:100].count()


def latest(user: User) -> Sequence[Notice]:
    """The newest, read or not."""
    rows = _of(user).select_related("item__document", "by")
    return list(rows.order_by("-at", "-pk")[:_SHOWN])


def have_read(user: User) -> int:
    """Every notice of this person's is read now; how many were not."""
    return _of(user).filter(read_at__isnull=True).update(read_at=timezone.now())


def _of(user: User) -> QuerySet[Notice]:
    # Whoever left a company is told nothing of it any more.
    mine = Organization.objects.for_user(user)
    return Notice.objects.filter(user=user, organization__in=mine)
