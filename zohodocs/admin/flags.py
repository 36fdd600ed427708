"""Feature flags: mode and percentage, with the reason for every change."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminSelectWidget

from zohodocs.models import AuditEvent, Flag, FlagMode, MetricGuardrail, ShadowDifference
from zohodocs.rollout import changes, evidence, flags

from .base import BY_ORGANIZATION, ReadOnlyAdmin

_NAMES = [(name, name) for name in flags.DEFINITIONS]


class FlagForm(forms.ModelForm[Flag]):
    """One flag's setting; `why` starts empty at every change."""

    name = forms.ChoiceField(choices=_NAMES, widget=UnfoldAdminSelectWidget)

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
        self._refuse_what_takes_more(cleaned)
        if cleaned.get("mode") == FlagMode.SHADOW and not cleaned.get("percent"):
            raise ValidationError({"percent": _("In shadow, say how large a share is compared.")})
        return cleaned

    def _refuse_what_takes_more(self, cleaned: dict[str, Any]) -> None:
        # The rollout page knows how to wait for a second person; this form would let one alone.
        if not cleaned.get("name") or not cleaned.get("mode"):
            return
        mode, percent = FlagMode(cleaned["mode"]), cleaned.get("percent")
        try:
            flags.checked_beside_experiment(cleaned["name"], mode, cleaned.get("organization"))
        except ValueError as problem:
            raise ValidationError(str(problem)) from problem
        if changes.takes_two(cleaned["name"], mode, percent, cleaned.get("organization")):
            raise ValidationError(
                _("A second person confirms a share this large: set it on the Rollout page.")
            )


@admin.register(Flag)
class FlagAdmin(ModelAdmin):
    """A flag; only superusers see this page, since a global flag reaches every company."""

    form = FlagForm
    list_display = (
        *("name", "organization", "mode", "percent", "changed_by", "changed_at", "why"),
        "evidence",
    )
    list_filter = ("mode",)
    readonly_fields = ("evidence",)

    @admin.display(description=gettext_lazy("evidence"))
    def evidence(self, row: Flag) -> str:
        """The way to the flag's card, where its figures and its history are."""
        if row.name not in flags.DEFINITIONS:
            return ""
        return format_html(
            '<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>',
            reverse("rollout_flag", args=[row.name]),
            _("See the evidence"),
        )

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
            arms=changes.arms_in_force(obj.name, obj.organization),
            why=obj.why,
            by=request.user.get_username(),
        )
        obj.pk = saved.pk


class MetricGuardrailForm(forms.ModelForm[MetricGuardrail]):
    """A flag that there is, and a name that no figure of ours has."""

    flag = forms.ChoiceField(choices=_NAMES, widget=UnfoldAdminSelectWidget)

    class Meta:
        model = MetricGuardrail
        fields = ("flag", "name", "expression", "worse_when", "threshold", "kind")

    def clean_name(self) -> str:
        """One word stands for one figure."""
        name = str(self.cleaned_data["name"])
        if name in evidence.NAMES:
            raise ValidationError(_("A figure of ours is called that. Choose another name."))
        return name


@admin.register(MetricGuardrail)
class MetricGuardrailAdmin(ModelAdmin):
    """Guardrails that a Prometheus is asked about; for superusers, as the flags are."""

    form = MetricGuardrailForm
    list_display = (
        *("flag", "name", "worse_when", "threshold", "kind", "value", "asked_at", "problem"),
    )
    list_filter = ("flag", "kind")

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Superusers."""
        return bool(getattr(request.user, "is_superuser", False))

    def save_model(
        self, request: HttpRequest, obj: MetricGuardrail, form: ModelForm[Any], change: bool
    ) -> None:
        """What was said to the expression before says nothing about this one."""
        obj.value, obj.asked_at, obj.problem = None, None, ""
        super().save_model(request, obj, form, change)
        _record(request, "flag.guardrail_set", obj)

    def delete_model(self, request: HttpRequest, obj: MetricGuardrail) -> None:
        """With a line in the flag's history."""
        super().delete_model(request, obj)
        _record(request, "flag.guardrail_removed", obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[MetricGuardrail]) -> None:
        """Each with its line."""
        for row in queryset:
            self.delete_model(request, row)


def _record(request: HttpRequest, verb: str, row: MetricGuardrail) -> None:
    AuditEvent.record(
        verb,
        actor=request.user.get_username(),
        organization=None,
        data={
            "flag": row.flag,
            "why": f"{row.name}: {row.expression} {row.worse_when} {row.threshold:g} ({row.kind})",
        },
    )


@admin.register(ShadowDifference)
class ShadowDifferenceAdmin(ReadOnlyAdmin):
    """What the new ways, run beside the old ones, answered otherwise."""

    list_display = ("seen_at", "organization", "document", "flag", "field", "control", "candidate")
    list_filter = ("flag", "field", BY_ORGANIZATION)
    list_select_related = ("organization", "document")
    ordering = ("-seen_at",)
