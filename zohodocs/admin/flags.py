"""Feature flags: mode and percentage, with the reason for every change."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from zohodocs.models import Flag, FlagMode, ShadowDifference
from zohodocs.rollout import changes, flags

from .base import BY_ORGANIZATION, ReadOnlyAdmin


class FlagForm(forms.ModelForm[Flag]):
    """One flag's setting; `why` starts empty at every change."""

    name = forms.ChoiceField(choices=[(name, name) for name in flags.DEFINITIONS])

    class Meta:
        model = Flag
        fields = ("name", "organization", "mode", "percent", "why")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["why"] = ""
        self.fields["why"].required = True
        if self.instance.pk:
            self.fields["name"].disabled = True
            self.fields["organization"].disabled = True

    def clean(self) -> dict[str, Any]:
        """A second row for the same flag and company is refused with a sentence."""
        cleaned = super().clean() or {}
        twin = Flag.objects.filter(
            name=cleaned.get("name"), organization=cleaned.get("organization")
        ).exclude(pk=self.instance.pk)
        if twin.exists():
            raise ValidationError(_("This flag is set there already; change that row."))
        self._refuse_what_takes_two(cleaned)
        if cleaned.get("mode") == FlagMode.SHADOW and not cleaned.get("percent"):
            raise ValidationError({"percent": _("In shadow, say how large a share is compared.")})
        return cleaned

    def _refuse_what_takes_two(self, cleaned: dict[str, Any]) -> None:
        # The rollout page knows how to wait for a second person; this form would let one alone.
        if cleaned.get("organization") or not cleaned.get("name") or not cleaned.get("mode"):
            return
        mode, percent = FlagMode(cleaned["mode"]), cleaned.get("percent")
        if changes.takes_two(cleaned["name"], mode, percent):
            raise ValidationError(
                _("A second person confirms a share this large: set it on the Rollout page.")
            )


@admin.register(Flag)
class FlagAdmin(ModelAdmin):  # type: ignore[misc]  # unfold ships no types
    """A flag; only superusers see this page, since a global flag reaches every company."""

    form = FlagForm
    list_display = ("name", "organization", "mode", "percent", "changed_by", "changed_at", "why")
    list_filter = ("mode",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Superusers."""
        return bool(getattr(request.user, "is_superuser", False))

    def has_delete_permission(self, request: HttpRequest, obj: Flag | None = None) -> bool:
        """Set it to off instead; its history stays."""
        return False

    def save_model(
        self, request: HttpRequest, obj: Flag, form: ModelForm[Any], change: bool
    ) -> None:
        """Through the same door as the command, with the same audit."""
        saved = flags.set_flag(
            name=obj.name,
            mode=FlagMode(obj.mode),
            percent=obj.percent,
            organization=obj.organization,
            why=obj.why,
            by=request.user.get_username(),
        )
        obj.pk = saved.pk


@admin.register(ShadowDifference)
class ShadowDifferenceAdmin(ReadOnlyAdmin):
    """What the new ways, run beside the old ones, answered otherwise."""

    list_display = ("seen_at", "organization", "document", "flag", "field", "control", "candidate")
    list_filter = ("flag", "field", BY_ORGANIZATION)
    list_select_related = ("organization", "document")
    ordering = ("-seen_at",)
