"""Which pages of which documents a document was put together of."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .document import Document

TURNS = (0, 90, 180, 270)  # clockwise, degrees


class PagePick(models.Model):
    """One page of a document that a person put together: where it came from, how it was turned."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="picks")
    position = models.PositiveIntegerField()  # in the new document, from 1
    source = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="given")
    number = models.PositiveIntegerField()  # in the source, from 1
    turn = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("picked page")
        verbose_name_plural = _("picked pages")
        constraints = (
            models.UniqueConstraint(fields=["document", "position"], name="one_pick_per_place"),
            models.CheckConstraint(
                condition=Q(turn__in=list(TURNS)), name="pages_turn_by_right_angles"
            ),
        )

    def __str__(self) -> str:
        return f"{self.source_id} p. {self.number}"
