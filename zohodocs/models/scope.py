"""The one door between organisations: every query over their rows passes `for_organization`.

Deny by default: a person reaches an organisation only through a Membership.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db import connection, models

if TYPE_CHECKING:
    from .organization import Organization

Row = TypeVar("Row", bound=models.Model, covariant=True)


class ScopedQuerySet(models.QuerySet[Row]):
    """Rows that belong to one organisation each."""

    # Which organisations they were narrowed to, where that is known.
    _organizations: tuple[int, ...] = ()

    def for_organization(self, organization: Organization | int) -> Self:
        """Only this organisation's rows."""
        pk = organization if isinstance(organization, int) else organization.pk
        return self.filter(organization_id=pk)

    def for_organizations(self, organizations: Iterable[Organization]) -> Self:
        """Only rows of these organisations; of none, none."""
        pks = tuple(organization.pk for organization in organizations)
        # An equation, where there is but one: then an index gives them in its order.
        rows = self.for_organization(pks[0]) if len(pks) == 1 else self.filter(organization__in=pks)
        rows._organizations = pks
        return rows

    def head(self, *by: str, size: int) -> Self:
        """The first `size` in this order.

        Of several organisations each gives its own first ones out of its index, and no more than
        those are sorted; all at once would be sorted as a whole.
        """
        rows = self
        # SQLite cannot put slices together; nobody has a million documents there.
        if (
            len(self._organizations) > 1
            and connection.features.supports_slicing_ordering_in_compound
        ):
            heads = [
                self.for_organization(pk).order_by(*by).values("pk")[:size]
                for pk in self._organizations
            ]
            rows = self.filter(pk__in=heads[0].union(*heads[1:], all=True))
        return rows.order_by(*by)[:size]

    def for_user(self, user: Any) -> Self:
        """Only rows of organisations this person belongs to; nobody logged in sees nothing."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(organization__memberships__user=user)

    def _clone(self) -> Self:
        found: Self = super()._clone()  # type: ignore[misc]  # the stubs leave out this door
        found._organizations = self._organizations
        return found


ScopedRows = models.Manager.from_queryset(ScopedQuerySet)


class ScopedModel(models.Model):
    """A row of one organisation."""

    organization = models.ForeignKey(
        "zohodocs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )

    objects = ScopedRows()

    class Meta:
        abstract = True
