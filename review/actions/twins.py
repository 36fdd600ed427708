"""A word on two papers that look alike, and what earlier words of the vendor's say."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from review.questions import DUPLICATES
from zohodocs.models import Document, Finding, ReviewItem, TwinKind, TwinVerdict

from .closing import close_as_copy
from .correcting import accept
from .guard import Refused

_LATEST = 50


def judge(*, item: ReviewItem, by: User, version: int, of: Document, kind: TwinKind) -> bool:
    """Say what the paper is to the other one; whether that closed it.

    A copy and a reminder are closed. A correction, a part and a different one go on to be posted;
    whether the other one is to be taken back stays a decision of its own. Raises NotAllowed,
    StaleVersion, Blocked, Refused.
    """
    document = item.document
    if of.organization_id != document.organization_id or of.pk == document.pk:
        raise Refused(_("Choose the document this one looks like."))
    name = of.invoice_number or of.filename
    closes = kind in (TwinKind.COPY, TwinKind.REMINDER)
    with transaction.atomic():
        if closes:
            note = _("A reminder of %(name)s.") if kind == TwinKind.REMINDER else ""
            close_as_copy(item=item, by=by, version=version, of=of, note=note % {"name": name})
        else:
            codes = _doubts(document)
            if not codes:
                raise Refused(_("Nothing asks whether it is a copy any more."))
            accept(item=item, by=by, version=version, codes=codes, reason=_reason(kind, name))
        TwinVerdict.objects.update_or_create(
            document=document,
            other=of,
            defaults={
                "organization_id": document.organization_id,
                "vendor_id": document.vendor_id,
                "kind": kind,
                "by": by,
            },
        )
    return closes


def earlier(document: Document) -> list[tuple[TwinKind, int]]:
    """What people said of this vendor's look-alikes before, most frequent first."""
    if document.vendor_id is None:
        return []
    rows = TwinVerdict.objects.for_organization(document.organization_id)
    latest = rows.filter(vendor_id=document.vendor_id).exclude(document=document)
    newest = latest.order_by("-pk").values("pk")[:_LATEST]
    counted = rows.filter(pk__in=newest).values_list("kind").annotate(n=Count("pk"))
    return [(TwinKind(kind), number) for kind, number in counted.order_by("-n", "kind")]


def _doubts(document: Document) -> Sequence[str]:
    found = Finding.objects.filter(document=document, code__in=DUPLICATES)
    open_ones = found.exclude(code__in=list(document.overruled))
    return list(open_ones.values_list("code", flat=True).distinct())


def _reason(kind: TwinKind, name: str) -> str:
    said = {
        TwinKind.CORRECTION: _("It corrects %(name)s."),
        TwinKind.PARTIAL: _("It and %(name)s are parts of the same order."),
        TwinKind.DIFFERENT: _("It only looks like %(name)s."),
    }
    return str(said[kind]) % {"name": name}
