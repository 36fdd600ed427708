"""Corrections: a person's word about a field, the vendor, the account, the lines, or a finding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zohodocs import metrics
from zohodocs.domain.invoice import LineItem
from zohodocs.domain.verdicts import VendorOutcome
from zohodocs.models import (
    Account,
    AuditEvent,
    Correction,
    Document,
    FieldValue,
    Finding,
    ReviewItem,
    Vendor,
)
from zohodocs.models.event import digest
from zohodocs.pipeline.runner import recheck
from zohodocs.web.sentences import told

from .guard import (
    HUMAN,
    Blocked,
    Refused,
    StaleVersion,
    check_claim,
    check_right,
    for_the_trail,
    take,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A value as a person gives it: its stored form, and its place if they showed one."""

    value: str
    page: int | None = None
    box: tuple[float, float, float, float] | None = None


def correct(*, item: ReviewItem, by: User, version: int, field: str, reading: Reading) -> Document:
    """Set one field to what this person says (or confirm it) and run the checks again.

    Raises NotAllowed, StaleVersion; the same correction sent twice counts once.
    """
    check_right(by, item.document)
    check_claim(item, by)
    with transaction.atomic():
        try:
            document = take(item.document, version=version)
        except StaleVersion:
            if _said_already(item.document, by, field, reading):
                return item.document
            raise
        before = FieldValue.objects.filter(document=document, name=field).first()
        changed = before is None or before.value != reading.value
        place = reading if reading.box or before is None or changed else _place_of(before)
        FieldValue.objects.update_or_create(
            document=document,
            name=field,
            defaults={
                "value": reading.value,
                "confidence": Decimal(1),
                "source": HUMAN,
                "page": place.page,
                "box": list(place.box) if place.box else None,
                "changed_by": by.get_username(),
                "changed_at": timezone.now(),
            },
        )
        Correction.objects.create(
            document=document,
            item=item,
            field=field,
            before=before.value if before else "",
            after=reading.value,
            before_source=before.source if before else "",
            before_confidence=before.confidence if before else None,
            page=place.page,
            box=list(place.box) if place.box else None,
            by=by,
        )
        _record(
            "review.corrected" if changed else "review.confirmed",
            document,
            by,
            field=field,
            before=for_the_trail(field, before.value if before else ""),
            after=for_the_trail(field, reading.value),
        )
        recheck(document)
        if changed:
            transaction.on_commit(lambda: metrics.FIELDS_CORRECTED.labels(field).inc())
    return document


def choose_vendor(*, item: ReviewItem, by: User, version: int, vendor: Vendor | None) -> Document:
    """Settle the vendor: a known one, or None for “create a new one from this paper”.

    The new vendor is made when the document is approved. Raises NotAllowed, StaleVersion, Refused.
    """
    check_right(by, item.document)
    check_claim(item, by)
    chosen = str(vendor.code) if vendor else None
    with transaction.atomic():
        try:
            document = take(item.document, version=version)
        except StaleVersion:
            if _chose_already(item.document, by, "vendor", chosen):
                return item.document
            raise
        if vendor is not None and vendor.organization_id != document.organization_id:
            raise Refused(_("This vendor belongs to another company."))
        before = document.vendor_match
        document.vendor_match = {
            "outcome": (VendorOutcome.USE if vendor else VendorOutcome.CREATE).value,
            "reason": _("Chosen by %(person)s.") % {"person": by.get_username()},
            "vendor_id": chosen,
            "name": vendor.name if vendor else document.vendor_name,
            "score": 1.0,
            "how": HUMAN,
            "proposal": {},
            "candidates": before.get("candidates", []),
        }
        document.vendor = vendor
        document.save(update_fields=["vendor_match", "vendor"])
        _correction(item, document, by, "vendor", before.get("name", ""), vendor)
        _record(
            "review.vendor_chosen",
            document,
            by,
            before=before.get("vendor_id"),
            after=chosen or "new",
        )
        recheck(document)
    return document


def choose_account(*, item: ReviewItem, by: User, version: int, account: Account) -> Document:
    """Settle the account. Raises NotAllowed, StaleVersion, Refused for one that is no choice."""
    check_right(by, item.document)
    check_claim(item, by)
    with transaction.atomic():
        try:
            document = take(item.document, version=version)
        except StaleVersion:
            if _chose_already(item.document, by, "account", str(account.code)):
                return item.document
            raise
        if account.organization_id != document.organization_id or not account.active:
            raise Refused(_("This account cannot be used here. Choose another one."))
        before = document.account_choice
        document.account_choice = {
            **before,
            "account_id": str(account.code),
            "name": account.name,
            "reason": _("Chosen by %(person)s.") % {"person": by.get_username()},
            "confidence": 1.0,
            "how": HUMAN,
        }
        document.account = account
        document.save(update_fields=["account_choice", "account"])
        _correction(item, document, by, "account", before.get("name", ""), account)
        _record(
            "review.account_chosen", document, by, before=before.get("name"), after=account.name
        )
        recheck(document)
    return document


def correct_lines(
    *, item: ReviewItem, by: User, version: int, lines: Sequence[LineItem]
) -> Document:
    """Replace the lines by what this person says, and run the checks again."""
    check_right(by, item.document)
    check_claim(item, by)
    with transaction.atomic():
        document = take(item.document, version=version)
        before = document.line_items
        document.line_items = [line.to_json() for line in lines]
        document.save(update_fields=["line_items"])
        _record("review.lines_corrected", document, by, before=len(before), after=len(lines))
        recheck(document)
    return document


def accept(
    *, item: ReviewItem, by: User, version: int, codes: Sequence[str], reason: str
) -> Document:
    """Accept findings as they are. One that blocks needs a reason, which is kept.

    Raises NotAllowed, StaleVersion, Blocked for a finding nobody may overrule, Refused without a
    reason.
    """
    check_right(by, item.document)
    check_claim(item, by)
    with transaction.atomic():
        try:
            document = take(item.document, version=version)
        except StaleVersion:
            if _accepted_already(item.document, by, codes):
                return item.document
            raise
        findings = list(Finding.objects.filter(document=document, code__in=codes))
        blocking = [finding for finding in findings if finding.blocks]
        if any(not finding.overrulable for finding in blocking):
            raise Blocked(
                _("This cannot be overruled. %(what)s") % {"what": told(blocking[0].message)}
            )
        if blocking and not reason.strip():
            raise Refused(_("Say why it is right all the same; the reason is kept."))
        why = reason.strip() or _("Looked at by %(person)s.") % {"person": by.get_username()}
        document.overruled = {**document.overruled, **dict.fromkeys(codes, why)}
        document.save(update_fields=["overruled"])
        for code in codes:
            _record("review.overruled", document, by, code=code, reason=digest(reason))
        recheck(document)
    return document


def _said_already(document: Document, by: User, field: str, reading: Reading) -> bool:
    return FieldValue.objects.filter(
        document=document,
        name=field,
        value=reading.value,
        source=HUMAN,
        changed_by=by.get_username(),
    ).exists()


def _chose_already(document: Document, by: User, what: str, code: str | None) -> bool:
    """Whether the present choice is this one, made by this person as the last thing done."""
    present = Document.objects.get(pk=document.pk)
    choice = present.vendor_match if what == "vendor" else present.account_choice
    same = choice.get("how") == HUMAN and choice.get(f"{what}_id") == code
    return same and _did_last(document, by, f"review.{what}_chosen")


def _accepted_already(document: Document, by: User, codes: Sequence[str]) -> bool:
    overruled = Document.objects.values_list("overruled", flat=True).get(pk=document.pk)
    return set(codes) <= set(overruled) and _did_last(document, by, "review.overruled")


def _did_last(document: Document, by: User, verb: str) -> bool:
    last = AuditEvent.objects.filter(document=document).order_by("-sequence").first()
    return last is not None and (last.actor, last.verb) == (by.get_username(), verb)


def _place_of(row: FieldValue) -> Reading:
    return Reading(row.value, row.page, row.box)


def _correction(
    item: ReviewItem,
    document: Document,
    by: User,
    field: str,
    before: str,
    after: Vendor | Account | None,
) -> None:
    Correction.objects.create(
        document=document,
        item=item,
        field=field,
        before=before,
        after=after.name if after else _("new vendor"),
        by=by,
    )


def _record(verb: str, document: Document, by: User, **data: Any) -> None:
    AuditEvent.record(
        verb,
        actor=by.get_username(),
        document=document,
        data={"version": document.version, **data},
    )
