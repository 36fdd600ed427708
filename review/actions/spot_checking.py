"""The answer to a spot check: is what the machine approved right, and if not, what is?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zohodocs import metrics
from zohodocs.models import (
    Account,
    AuditEvent,
    Correction,
    FieldValue,
    ReviewItem,
    ReviewKind,
    ReviewState,
    Verdict,
)

from .approving import close_item
from .guard import Refused, StaleVersion, check_right, take_posted


def answer_spot_check(
    *,
    item: ReviewItem,
    by: User,
    version: int,
    right: Mapping[str, str] | None = None,
    account: Account | None = None,
    note: str = "",
) -> Verdict:
    """Close it: as wrong if anything is given, else as right; what it came to.

    `right`: what the paper really says, by field; `account`: where it belongs; `note`: what else is
    wrong. They are kept as corrections; the document and its entry stay as they are, since an entry
    is only changed by two people. Raises NotAllowed, StaleVersion, Refused; sent twice by the
    same person it counts once.
    """
    document = item.document
    check_right(by, document)
    if item.kind != ReviewKind.SPOT_CHECK:
        raise Refused(_("This question is not a spot check."))
    corrections = _corrections(item, by, right or {}, account)
    wrong = bool(corrections or note)
    verdict = Verdict.WRONG if wrong else Verdict.ACCEPT
    with transaction.atomic():
        if not take_posted(document, version):
            if _answered_already(item, by, verdict):
                return verdict
            raise StaleVersion
        item.refresh_from_db()
        if item.state != ReviewState.OPEN:
            raise StaleVersion
        Correction.objects.bulk_create(corrections)
        close_item(item, by=by, verdict=verdict, now=timezone.now(), note=note)
        fields = [each.field for each in corrections]
        AuditEvent.record(
            "review.spot_checked",
            actor=by.get_username(),
            document=document,
            data={"version": version + 1, "verdict": verdict.value, "wrong": fields},
        )
        transaction.on_commit(lambda: _count(fields))
    return verdict


def _count(fields: Iterable[str]) -> None:
    for name in fields:
        metrics.FIELDS_CORRECTED.labels(name).inc()


def _corrections(
    item: ReviewItem, by: User, right: Mapping[str, str], account: Account | None
) -> list[Correction]:
    """What differs from what was posted; what a person says again is no correction."""
    document = item.document
    found = []
    stored = {row.name: row for row in FieldValue.objects.filter(document=document)}
    for name, value in right.items():
        row = stored.get(name)
        before = row.value if row else ""
        if value != before:
            found.append(
                Correction(
                    document=document,
                    item=item,
                    field=name,
                    before=before,
                    after=value,
                    before_source=row.source if row else "",
                    before_confidence=row.confidence if row else None,
                    page=row.page if row else None,
                    by=by,
                )
            )
    if account is not None and account.pk != document.account_id:
        before = document.account.name if document.account else ""
        found.append(
            Correction(
                document=document,
                item=item,
                field="account",
                before=before,
                after=account.name,
                by=by,
            )
        )
    return found


def _answered_already(item: ReviewItem, by: User, verdict: Verdict) -> bool:
    return ReviewItem.objects.filter(
        pk=item.pk, state=ReviewState.DONE, verdict=verdict, decided_by=by
    ).exists()
