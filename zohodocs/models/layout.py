"""Layouts of vendors' papers, learnt from documents that people corrected."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .document import Document
from .scope import ScopedModel


class LayoutMemory(ScopedModel):
    """What one corrected document taught; `key` is the vendor's mark as printed on it.

    The template's shape is known to `pipeline.extraction.layout_memory` alone.
    """

    document = models.OneToOneField(Document, on_delete=models.CASCADE, related_name="layout")
    key = models.CharField(max_length=80)
    data = models.JSONField()
    learnt_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("layout")
        verbose_name_plural = _("layouts")
        indexes = (models.Index(fields=["organization", "key"], name="layout_org_key"),)

    def __str__(self) -> str:
        return self.key
