"""Documents that share pages: what a document's pages came from, and what was made of them."""

from __future__ import annotations

from collections.abc import Iterable

from zohodocs.models import Document, PagePick, State

_CLOSED_WITHOUT_A_BILL = (State.REJECTED, State.FILED, State.DUPLICATE)


def family(document: Document) -> tuple[list[Document], list[Document]]:
    """All that share pages with it by way of parts that still count: those parts, and who gave."""
    sources: dict[int, Document] = {document.pk: document}
    children: dict[int, Document] = {}
    while True:
        fresh = (
            Document.objects.filter(picks__source__in=sources)
            .exclude(state__in=_CLOSED_WITHOUT_A_BILL)
            .exclude(pk__in=children)
            .distinct()
        )
        found = list(fresh)
        if not found:
            return list(children.values()), list(sources.values())
        children.update({child.pk: child for child in found})
        more = Document.objects.filter(given__document__in=children).select_related("organization")
        sources.update({each.pk: each for each in more.distinct() if each.pk not in sources})


def went_back(document: Document) -> bool:
    """Whether the pages of this document were put back into what they came from.

    Within a transaction: nobody puts them back before it is over.
    """
    picks = PagePick.objects.filter(document=document)
    lock(picks.values_list("source", flat=True))
    return picks.exclude(source__state=State.SPLIT).exists()


def lock(keys: Iterable[int]) -> None:
    """Hold these documents until the transaction is over, in the same order for everybody."""
    list(Document.objects.select_for_update().filter(pk__in=keys).order_by("pk"))
