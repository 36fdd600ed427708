"""What people tell each other at the desk, and how each likes to work there."""

from __future__ import annotations

from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .document import Document
from .organization import new_code
from .review import ReviewItem
from .scope import ScopedModel
from .vendor import Vendor


class Comment(ScopedModel):
    """A remark about a document. It stays: what was said when is part of its history."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="comments")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    text = models.TextField(max_length=2000)

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        indexes = (models.Index(fields=["document", "at"], name="comment_document"),)

    def __str__(self) -> str:
        return f"{self.document_id}: {self.text[:40]}"


class NoticeKind(models.TextChoices):
    """Why somebody is told."""

    MENTIONED = "mentioned", _("mentioned")
    ASSIGNED = "assigned", _("assigned")
    ESCALATED = "escalated", _("called for")


class Notice(ScopedModel):
    """One person is told about one item, once."""

    code = models.UUIDField(default=new_code, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices"
    )
    item = models.ForeignKey(ReviewItem, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=12, choices=NoticeKind)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    text = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        indexes = (
            models.Index(
                fields=["user", "-at"], name="notice_unread", condition=Q(read_at__isnull=True)
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.user_id}"


class SavedView(models.Model):
    """A queue's filters under a name of one's own. `query` as it stands in the address."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views"
    )
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=400)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints = (
            models.UniqueConstraint(fields=["user", "name"], name="one_saved_view_per_name"),
        )

    def __str__(self) -> str:
        return self.name


class TwinKind(models.TextChoices):
    """What a paper that looks like another one turned out to be."""

    COPY = "copy", _("a copy")
    REMINDER = "reminder", _("a reminder")
    CORRECTION = "correction", _("a correction")
    PARTIAL = "partial", _("a part of the same order")
    DIFFERENT = "different", _("really a different one")


class TwinVerdict(ScopedModel):
    """A person's word on two papers that look alike; the vendor's next pair begins with it."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="twin_verdicts")
    other = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="+")
    vendor = models.ForeignKey(
        Vendor, on_delete=models.SET_NULL, null=True, blank=True, related_name="twin_verdicts"
    )
    kind = models.CharField(max_length=12, choices=TwinKind)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("word on look-alikes")
        verbose_name_plural = _("words on look-alikes")
        constraints = (
            models.UniqueConstraint(fields=["document", "other"], name="one_word_on_two_papers"),
        )

    def __str__(self) -> str:
        return f"{self.document_id} {self.kind}"


def is_time_zone(name: str) -> None:
    """Raise ValidationError for a name that is none."""
    if name and name not in available_timezones():
        raise ValidationError(_("This time zone is not known."))


class Preference(models.Model):
    """How one person likes it: their time zone ("" = the service's), keys, morning mail."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="preference"
    )
    time_zone = models.CharField(
        _("time zone"), max_length=60, blank=True, validators=[is_time_zone]
    )
    # Deed -> key, where it is not the usual one.
    keys = models.JSONField(default=dict, blank=True)
    digest = models.BooleanField(_("a mail each morning with what waits"), default=True)
    digested_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("preference")
        verbose_name_plural = _("preferences")

    def __str__(self) -> str:
        return str(self.user_id)
