"""The one door between organisations: every query over their rows passes `for_organization`.

Deny by default: a person reaches an organisation only through a Membership.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db import models

if TYPE_CHECKING:
    from .organization import Organization

Row = TypeVar("Row", bound=models.Model, covariant=True)


class ScopedQuerySet(models.QuerySet[Row]):
    """Rows that belong to one organisation each."""

    def for_organization(self, organization: Organization | int) -> Self:
        """Only this organisation's rows."""
        pk = organization if isinstance(organization, int) else organization.pk
        return self.filter(organization_id=pk)

    def for_organizations(self, organizations: Collection[Organization]) -> Self:
        """Only these organisations' rows; of one of them an index gives them in its order."""
        return self.filter(organization__in=organizations)

    def for_user(self, user: Any) -> Self:
        """Only rows of organisations this person belongs to; nobody logged in sees nothing."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(organization__memberships__user=user)


ScopedRows = models.Manager.from_queryset(ScopedQuerySet)


class ScopedModel(models.Model):
    """A row of one organisation."""

    organization = models.ForeignKey(
        "zohodocs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )

    objects = ScopedRows()

    class Meta:
        abstract = True
