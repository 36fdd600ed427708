"""What every page of the admin keeps to: one's own organisations, and a trail of every change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib.admin import RelatedFieldListFilter
from django.contrib.auth.models import User
from django.db.models import Field, ForeignKey, Model, QuerySet
from django.forms import ModelChoiceField, ModelForm
from django.http import HttpRequest
from django.utils.text import capfirst
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextareaWidget

from zohodocs.models import AuditEvent, Organization, Role

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


def administered(request: HttpRequest) -> QuerySet[Organization]:
    """The organisations this person administers; a superuser's are all."""
    user = request.user
    if isinstance(user, User) and user.is_superuser:
        return Organization.objects.all()
    return Organization.objects.filter(memberships__user=user.pk, memberships__role=Role.ADMIN)


class OwnOrganizations(RelatedFieldListFilter):
    """A filter that names only the organisations one administers."""

    def field_choices(
        self, field: Any, request: HttpRequest, model_admin: Any
    ) -> list[tuple[str, str | _StrPromise]]:
        """One choice for each of them."""
        return [(str(row.pk), str(row)) for row in administered(request).order_by("name")]


BY_ORGANIZATION = ("organization", OwnOrganizations)


class LinesField(forms.CharField):
    """A list of texts, one a line."""

    widget = UnfoldAdminTextareaWidget

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", UnfoldAdminTextareaWidget(attrs={"rows": 3}))
        super().__init__(required=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """The list as lines; what was typed stays as typed."""
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """The lines that are not empty."""
        return [line.strip() for line in (value or "").splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the lists differ."""
        return bool((initial or []) != self.to_python(data))


class ScopedAdmin(ModelAdmin):
    """Rows of the organisations one administers; changes go into the audit trail."""

    organization_path = "organization"
    # JSON columns that hold a list of texts: {name: help text}.
    list_columns: ClassVar[Mapping[str, Any]] = {}

    def formfield_for_dbfield(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        """A list of texts is typed one a line, not as JSON."""
        if db_field.name in self.list_columns:
            label = capfirst(str(db_field.verbose_name))
            return LinesField(label=label, help_text=self.list_columns[db_field.name])
        field: forms.Field | None = super().formfield_for_dbfield(db_field, request, **kwargs)
        return field

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Only rows of one's own organisations."""
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.filter(**{f"{self.organization_path}__in": administered(request)})

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        """Choices stop at one's own organisations, too."""
        target = db_field.related_model
        if target is Organization:
            kwargs["queryset"] = administered(request)
        elif any(field.name == "organization" for field in target._meta.fields):
            kwargs["queryset"] = target._default_manager.filter(
                organization__in=administered(request)
            )
        field: ModelChoiceField[Any] | None = super().formfield_for_foreignkey(
            db_field, request, **kwargs
        )
        return field

    def save_model(
        self, request: HttpRequest, obj: Model, form: ModelForm[Any], change: bool
    ) -> None:
        """Save, and say in the trail who changed which fields."""
        super().save_model(request, obj, form, change)
        AuditEvent.record(
            f"{obj._meta.model_name}.{'changed' if change else 'added'}",
            actor=request.user.get_username(),
            organization=self._organization(obj),
            data={"id": obj.pk, "fields": sorted(form.changed_data)},
        )

    def _organization(self, obj: Any) -> Organization | None:
        if isinstance(obj, Organization):
            return obj
        owner = getattr(obj, "organization", None)
        return owner if isinstance(owner, Organization) else None


class ReadOnlyAdmin(ScopedAdmin):
    """Rows to look at; nothing is added, changed or deleted by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False
