"""What engines read (immutable), the present values, and what the checks found."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .document import Document


class Extraction(models.Model):
    """One engine's reading of one document, never changed afterwards (a trigger sees to it)."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="extractions")
    engine = models.CharField(max_length=20)
    engine_version = models.CharField(max_length=40, blank=True)
    reading = models.PositiveIntegerField(default=1)  # which attempt at reading this was
    data = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("extraction")
        verbose_name_plural = _("extractions")
        constraints = (
            models.UniqueConstraint(
                fields=["document", "engine", "reading"], name="one_extraction_per_reading"
            ),
        )

    def __str__(self) -> str:
        return f"{self.document_id} {self.engine} #{self.reading}"


class FieldValue(models.Model):
    """The present value of one field.

    `source` is an engine, or `human`: then no machine writes it.
    """

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="field_values")
    name = models.CharField(max_length=30)
    value = models.TextField(blank=True)
    confidence = models.DecimalField(max_digits=5, decimal_places=4)
    source = models.CharField(max_length=20)
    page = models.PositiveIntegerField(null=True, blank=True)
    box = models.JSONField(null=True, blank=True)
    others = models.JSONField(default=list)
    changed_by = models.CharField(max_length=150, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("field value")
        verbose_name_plural = _("field values")
        constraints = (
            models.UniqueConstraint(fields=["document", "name"], name="one_value_per_field"),
            models.CheckConstraint(
                condition=Q(confidence__gte=0) & Q(confidence__lte=1),
                name="confidence_is_a_share",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name}={self.value}"


class Finding(models.Model):
    """Something a person should know about the document as it stands now."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="findings")
    code = models.CharField(max_length=60)
    message = models.TextField()
    field = models.CharField(max_length=30, blank=True)
    blocks = models.BooleanField(default=False)
    review = models.BooleanField(default=True)
    overrulable = models.BooleanField(default=False)
    data = models.JSONField(default=dict)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        indexes = (models.Index(fields=["code"], name="finding_code"),)

    def __str__(self) -> str:
        return self.code
