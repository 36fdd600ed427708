"""A document and its pages. The row is the truth; a conditional UPDATE is the lock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zohodocs.domain.states import DocumentState, Mover, check_move

from . import prepared
from .organization import new_code
from .scope import ScopedModel


class State(models.TextChoices):
    """The shown names of the states in `domain/states.py`."""

    RECEIVED = "received", _("waiting")
    PROCESSING = "processing", _("being read")
    IN_REVIEW = "in_review", _("to review")
    APPROVED = "approved", _("approved")
    POSTING = "posting", _("going to Zoho")
    POSTED = "posted", _("in Zoho")
    FILED = "filed", _("filed")
    DUPLICATE = "duplicate", _("duplicate")
    REJECTED = "rejected", _("rejected")
    FAILED = "failed", _("needs help")
    SPLIT = "split", _("split")


def original_path(document: Document, _filename: str) -> str:
    """A name of our own: nothing of the sender's file name reaches the file system."""
    return f"originals/{document.organization_id}/{document.sha256[:2]}/{document.sha256}"


class Document(ScopedModel):
    """One supplier paper on its way into the books.

    `version` counts every change a reviewer could see; a write names the version it saw.
    `lease_*`: the worker that holds it; a late writer's token no longer fits and changes 0 rows.
    """

    code = models.UUIDField(default=new_code, unique=True, editable=False)
    state = models.CharField(max_length=12, choices=State, default=State.RECEIVED)
    version = models.PositiveIntegerField(default=1)
    channel = models.CharField(max_length=20)
    filename = models.CharField(max_length=255)
    original = models.FileField(upload_to=original_path, max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    kind = models.CharField(max_length=8)  # pdf | xml | image
    mime = models.CharField(max_length=80)
    page_count = models.PositiveIntegerField(default=0)
    received_at = models.DateTimeField(default=timezone.now)
    moved_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.CharField(max_length=150, blank=True)
    hold_until = models.DateTimeField(null=True, blank=True)
    close_reason = models.TextField(blank=True)
    duplicate_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="copies"
    )
    # Read once at arrival: {flag: {"arm", "bucket", "mode", "version"}}.
    flags = models.JSONField(default=dict)
    queue = models.CharField(max_length=20, default="sequential")
    attempts = models.PositiveIntegerField(default=0)
    lease_token = models.PositiveIntegerField(default=0)
    lease_owner = models.CharField(max_length=120, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    policy = models.ForeignKey(
        "zohodocs.Policy", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # What the present values amount to; kept as columns for lists, search and duplicate checks.
    document_type = models.CharField(max_length=12, blank=True)
    vendor = models.ForeignKey(
        "zohodocs.Vendor", on_delete=models.PROTECT, null=True, blank=True, related_name="documents"
    )
    vendor_name = models.CharField(max_length=300, blank=True)
    vendor_match = models.JSONField(default=dict)
    account = models.ForeignKey(
        "zohodocs.Account", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    account_choice = models.JSONField(default=dict)
    invoice_number = models.CharField(max_length=120, blank=True)
    compared_number = models.CharField(max_length=120, blank=True)
    issue_date = models.DateField(null=True, blank=True)
    due_date = models.DateField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    gross_total = models.DecimalField(max_digits=16, decimal_places=3, null=True, blank=True)
    line_items = models.JSONField(default=list)
    tax_lines = models.JSONField(default=list)
    # {code: reason} of findings a person accepted.
    overruled = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = (
            models.UniqueConstraint(
                fields=["organization", "sha256"], name="one_document_per_file_and_organization"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in DocumentState]),
                name="document_state_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="processing") | Q(lease_until__isnull=False),
                name="processing_holds_a_lease",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "posting", "posted"])
                | Q(approved_at__isnull=False),
                name="approved_says_when",
            ),
        )
        indexes = (
            models.Index(fields=["organization", "state", "-received_at"], name="doc_org_state"),
            models.Index(fields=["organization", "-received_at"], name="doc_org_received"),
            models.Index(fields=["organization", "compared_number"], name="doc_org_number"),
            models.Index(fields=["organization", "vendor", "issue_date"], name="doc_org_vendor"),
            models.Index(fields=["organization", "vendor", "gross_total"], name="doc_org_gross"),
            models.Index(
                fields=["state", "lease_until"],
                name="doc_unfinished",
                condition=Q(state__in=["received", "processing", "approved", "posting"]),
            ),
            # The oldest of a state, and what was posted of late.
            models.Index(fields=["state", "moved_at"], name="doc_state_moved"),
        )

    def __str__(self) -> str:
        return self.filename

    def claim(self, *, owner: str, lease: timedelta, now: datetime) -> int | None:
        """Take a received document for work; the fencing token, or None if someone was faster.

        The attempt is counted before the work, so a document that kills its worker is seen.
        """
        check_move(DocumentState.RECEIVED, DocumentState.PROCESSING, Mover.MACHINE)
        token = self.lease_token + 1
        taken = prepared.update(
            Document,
            where={"id": self.pk, "state": State.RECEIVED, "lease_token": self.lease_token},
            values={
                "state": State.PROCESSING,
                "lease_token": token,
                "lease_owner": owner,
                "lease_until": now + lease,
                "attempts": F("attempts") + 1,
                "moved_at": now,
            },
        )
        return token if taken == 1 else None

    def move(
        self,
        *,
        frm: DocumentState,
        to: DocumentState,
        by: Mover,
        now: datetime,
        token: int | None = None,
        version: int | None = None,
        **values: Any,
    ) -> bool:
        """Move it if nobody moved it first; say whether we did.

        `token` fences a worker's write, `version` a person's. Other columns go along in `values`.
        Raises IllegalMove for a move nobody may make.
        """
        check_move(frm, to, by)
        where: dict[str, Any] = {"id": self.pk, "state": frm.value}
        if token is not None:
            where["lease_token"] = token
        if version is not None:
            where["version"] = version
        always = {"state": to.value, "moved_at": now, "version": F("version") + 1}
        return prepared.update(Document, where=where, values=always | values) == 1

    def back_to_review(
        self, *, frm: DocumentState, by: Mover, now: datetime, version: int | None = None
    ) -> bool:
        """Take its approval back, if nobody moved it first; say whether we did."""
        return self.move(
            frm=frm,
            to=DocumentState.IN_REVIEW,
            by=by,
            now=now,
            version=version,
            approved_at=None,
            approved_by="",
            hold_until=None,
        )

    def arm(self, flag: str) -> str:
        """The arm this document was given at arrival: `control` unless it says otherwise."""
        answer = self.flags.get(flag) or {}
        return str(answer.get("arm", "control"))

    def variant(self, flag: str) -> str:
        """Which of the candidate's variants it was given; empty for the candidate as it is."""
        answer = self.flags.get(flag) or {}
        return str(answer.get("variant", ""))

    def in_shadow(self, flag: str) -> bool:
        """Whether the new way is to be run beside the old one for this document."""
        answer = self.flags.get(flag) or {}
        return bool(answer.get("shadow", False))


def page_path(page: Page, _filename: str) -> str:
    """Pictures live beside each other, under a name of our own."""
    return f"pages/{page.document.organization_id}/{page.document.code}/{page.number}.webp"


class Page(models.Model):
    """One page: its words with boxes; the picture is made when first looked at."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="pages")
    number = models.PositiveIntegerField()
    width = models.FloatField()
    height = models.FloatField()
    words = models.JSONField(default=list)  # [[text, x0, y0, x1, y1], ...], shares of the page
    picture = models.FileField(upload_to=page_path, max_length=200, blank=True)

    class Meta:
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        constraints = (
            models.UniqueConstraint(fields=["document", "number"], name="one_row_per_page"),
        )

    def __str__(self) -> str:
        return f"{self.document_id} p. {self.number}"


@prepared.prepared
def _of_id(pk: Any) -> models.QuerySet[Document, Document]:
    return Document.objects.filter(pk=pk)


def by_id(pk: int) -> Document | None:
    """The document with this key, or None; its organization is not read along."""
    return next(iter(_of_id(pk=pk)), None)


def by_code(code: str | UUID) -> Document | None:
    """The document with this public id, or None; also for an id that is no UUID."""
    try:
        return Document.objects.filter(code=UUID(str(code))).select_related("organization").first()
    except ValueError:
        return None
