"""Guardrails of one's own: an expression that a Prometheus is asked, and from where it is bad."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class WorseWhen(models.TextChoices):
    """On which side of the threshold it is bad."""

    ABOVE = "above", _("above the threshold")
    BELOW = "below", _("below the threshold")


class GuardrailKind(models.TextChoices):
    """What is done about a bad value."""

    GUARDRAIL = "guardrail", _("guardrail: turns the flag back")
    SIGNAL = "signal", _("signal: pauses the ramp")


class MetricGuardrail(models.Model):
    """One expression about a flag's new way, with what Prometheus said to it last."""

    flag = models.CharField(_("flag"), max_length=60)
    name = models.CharField(_("name"), max_length=60)
    expression = models.TextField(_("expression"), max_length=2000)
    worse_when = models.CharField(
        _("worse when"), max_length=5, choices=WorseWhen, default=WorseWhen.ABOVE
    )
    threshold = models.FloatField(_("threshold"))
    kind = models.CharField(
        _("kind"), max_length=9, choices=GuardrailKind, default=GuardrailKind.SIGNAL
    )
    # The last answer; without a value `problem` says why there is none.
    asked_at = models.DateTimeField(_("asked at"), null=True, blank=True, editable=False)
    value = models.FloatField(_("value"), null=True, blank=True, editable=False)
    problem = models.CharField(_("problem"), max_length=300, blank=True, editable=False)

    class Meta:
        verbose_name = _("guardrail from Prometheus")
        verbose_name_plural = _("guardrails from Prometheus")
        constraints = (
            models.UniqueConstraint(fields=["flag", "name"], name="one_guardrail_of_a_name"),
        )

    def __str__(self) -> str:
        return f"{self.flag}: {self.name}"
