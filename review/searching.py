"""The queue's search: a part of a vendor or a number, beginnings of words, or a code."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from zohodocs.models import Document, ReviewItem, texts_with_words, words_begin
from zohodocs.models.scope import ScopedQuerySet

# The trigrams of vendors and numbers know no shorter parts.
_SHORTEST_PART = 3
# So many among so many that come first: it is quicker to read on than to ask the indexes.
_OFTEN, _AMONG = 50, 1000


def found(
    rows: ScopedQuerySet[ReviewItem], typed: str, *, first: tuple[str, str]
) -> ScopedQuerySet[ReviewItem]:
    """Of these open items those that the typed text means.

    A short queue is read, however often the text stands in the archive. In a longer one what stands
    on many papers is found by reading the items in the order of the queue, what stands on few by
    the indexes of documents. Nobody knows before, so the `first` ones are looked at; of what is
    rare, only they are looked at for the sentence that says why they wait: it has no index.
    """
    near = ReviewItem.objects.filter(
        pk__in=rows.select_related(None).head(*first, size=_AMONG).values("pk")
    )
    if connection.vendor != "postgresql" or _is_whole(near) or _is_frequent(near, typed):
        return rows.filter(_read(typed))
    return rows.filter(document__in=_indexed(typed, near))


def _is_whole(near: QuerySet[ReviewItem]) -> bool:
    return near.order_by().values("pk").count() < _AMONG


def _is_frequent(near: QuerySet[ReviewItem], typed: str) -> bool:
    fitting = near.filter(_read(typed)).order_by()
    return fitting[:_OFTEN].values("pk").count() == _OFTEN


def _read(typed: str) -> Q:
    """The same as `_indexed`, asked of each row."""
    meant = words_begin(typed, "document__searched__text")
    if len(typed) >= _SHORTEST_PART:
        meant |= Q(document__vendor_name__icontains=typed)
        meant |= Q(document__invoice_number__icontains=typed)
        meant |= Q(message__icontains=typed)
    if code := _code(typed):
        meant |= Q(code=code) | Q(document__code=code)
    return meant


def _indexed(typed: str, near: QuerySet[ReviewItem]) -> QuerySet[Any, Any]:
    """The keys of documents, each part out of an index of its own."""
    arms: list[QuerySet[Any, Any]] = [texts_with_words(typed).values("document_id")]
    if len(typed) >= _SHORTEST_PART:
        named = Q(vendor_name__icontains=typed) | Q(invoice_number__icontains=typed)
        arms.append(Document.objects.filter(named).values("pk"))
        arms.append(near.filter(message__icontains=typed).values("document_id"))
    if code := _code(typed):
        arms.append(Document.objects.filter(code=code).values("pk"))
        arms.append(ReviewItem.objects.filter(code=code).values("document_id"))
    return arms[0].union(*arms[1:], all=True) if arms[1:] else arms[0]


def _code(typed: str) -> UUID | None:
    try:
        return UUID(typed.strip())
    except ValueError:
        return None
