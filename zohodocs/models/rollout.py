"""Feature flags as they are set; how an answer comes out of them is in `rollout/flags.py`."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .document import Document
from .organization import Organization, new_code
from .scope import ScopedModel

_NO_ARMS = models.Value({}, models.JSONField())


class FlagMode(models.TextChoices):
    """How far the new way is let in."""

    OFF = "off", _("off")
    SHADOW = "shadow", _("shadow")
    PERCENT = "percent", _("percentage")
    ON = "on", _("on")


class Flag(models.Model):
    """One flag's setting, for everyone (`organization` empty) or for one organisation."""

    name = models.CharField(max_length=60)
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, null=True, blank=True, related_name="flags"
    )
    mode = models.CharField(max_length=8, choices=FlagMode, default=FlagMode.OFF)
    percent = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    salt = models.CharField(max_length=40, blank=True)
    # Arm -> weight among documents that are let in; empty: all get the candidate as it is.
    arms = models.JSONField(default=dict, blank=True, db_default=_NO_ARMS)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.CharField(max_length=150, blank=True)
    why = models.TextField(blank=True)

    class Meta:
        verbose_name = _("flag")
        verbose_name_plural = _("flags")
        constraints = (
            models.UniqueConstraint(
                fields=["name"], condition=Q(organization__isnull=True), name="one_global_flag"
            ),
            models.UniqueConstraint(
                fields=["name", "organization"],
                condition=Q(organization__isnull=False),
                name="one_flag_per_organization",
            ),
            models.CheckConstraint(
                condition=Q(percent__gte=0) & Q(percent__lte=100), name="percent_is_0_to_100"
            ),
        )

    def __str__(self) -> str:
        return self.name


class PairVerdict(models.TextChoices):
    """Which of two answers was right."""

    CONTROL = "control", _("the old way")
    CANDIDATE = "candidate", _("the new way")
    NEITHER = "neither", _("neither")


class ShadowRun(ScopedModel):
    """The new way was run once beside the old one for a document; what it took and came to."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="shadow_runs")
    flag = models.CharField(max_length=60)
    at = models.DateTimeField(default=timezone.now)
    seconds = models.FloatField(default=0)
    differences = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=80, blank=True)  # the kind of exception

    class Meta:
        verbose_name = _("shadow run")
        verbose_name_plural = _("shadow runs")
        constraints = (
            models.UniqueConstraint(fields=["document", "flag"], name="one_shadow_run_per_flag"),
        )
        indexes = (models.Index(fields=["flag", "-at"], name="shadow_run_flag"),)

    def __str__(self) -> str:
        return f"{self.flag} {self.document_id}"


class IgnoredDifference(models.Model):
    """A difference that is known and no question; empty values fit anything."""

    flag = models.CharField(max_length=60)
    field = models.CharField(max_length=40)
    control = models.CharField(max_length=200, blank=True)
    candidate = models.CharField(max_length=200, blank=True)
    why = models.CharField(max_length=200)
    by = models.CharField(max_length=150)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("ignored difference")
        verbose_name_plural = _("ignored differences")

    def __str__(self) -> str:
        return f"{self.flag}: {self.field}"


class DifferenceRule(models.Model):
    """From where a difference in a field is a question; below that it is only counted.

    `field` empty: every field that has no rule of its own.
    """

    flag = models.CharField(max_length=60)
    field = models.CharField(max_length=40, blank=True)
    # Papers below this total, in the company's own currency, are no question.
    amount_from = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    # Two amounts no further apart than this are no question.
    tolerance = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    why = models.CharField(max_length=200)
    by = models.CharField(max_length=150)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("rule about differences")
        verbose_name_plural = _("rules about differences")
        constraints = (
            models.UniqueConstraint(fields=["flag", "field"], name="one_difference_rule"),
        )

    def __str__(self) -> str:
        return f"{self.flag}: {self.field}"


class ShadowDifference(ScopedModel):
    """Where the new way, run beside the old one, would have answered otherwise."""

    document = models.ForeignKey(
        Document, on_delete=models.CASCADE, related_name="shadow_differences"
    )
    flag = models.CharField(max_length=60)
    field = models.CharField(max_length=40)
    control = models.TextField(blank=True)
    candidate = models.TextField(blank=True)
    seen_at = models.DateTimeField(default=timezone.now)
    # Why it is no question: the sentence of the rule that knows it.
    ignored = models.CharField(max_length=200, blank=True, default="", db_default="")
    # A person's word, given without knowing which is which.
    verdict = models.CharField(
        max_length=10, choices=PairVerdict, blank=True, default="", db_default=""
    )
    judged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    judged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("shadow difference")
        verbose_name_plural = _("shadow differences")
        indexes = (
            models.Index(fields=["organization", "flag", "-seen_at"], name="shadow_org_flag"),
        )

    def __str__(self) -> str:
        return f"{self.flag}: {self.field}"


class RampState(models.TextChoices):
    """Where a ramp stands."""

    RUNNING = "running", _("running")
    PAUSED = "paused", _("paused")
    DONE = "done", _("done")
    ABORTED = "aborted", _("aborted")
    ROLLED_BACK = "rolled_back", _("rolled back")


class Ramp(models.Model):
    """A flag on its way from shadow to everybody, for all companies: steps in percent, 0 = shadow.

    A step is left when it was held so long, so many were judged, nothing speaks against the new
    way, and, above `approval_above` percent, a second person approved the next one.
    """

    flag = models.CharField(max_length=60)
    state = models.CharField(max_length=12, choices=RampState, default=RampState.RUNNING)
    steps = models.JSONField()  # texts with two decimals
    step = models.PositiveIntegerField(default=0)
    hold_hours = models.DecimalField(max_digits=6, decimal_places=2, default=24)
    min_sample = models.PositiveIntegerField(default=200)
    approval_above = models.DecimalField(max_digits=5, decimal_places=2, default=10)
    # The step somebody approved to go on to.
    approved_step = models.PositiveIntegerField(default=0)
    approved_by = models.CharField(max_length=150, blank=True)
    # Guardrails say what they would do, and nothing is done.
    dry_run = models.BooleanField(default=False)
    started_at = models.DateTimeField(default=timezone.now)
    started_by = models.CharField(max_length=150)
    step_at = models.DateTimeField(default=timezone.now)
    why = models.TextField(blank=True)  # of the last change

    class Meta:
        verbose_name = _("ramp")
        verbose_name_plural = _("ramps")
        constraints = (
            models.UniqueConstraint(
                fields=["flag"],
                condition=Q(state__in=["running", "paused"]),
                name="one_open_ramp_per_flag",
            ),
        )

    def __str__(self) -> str:
        return f"{self.flag} {self.state}"


class EvidenceSnapshot(models.Model):
    """What the figures said at a moment, for the chart and as proof of what was done then."""

    flag = models.CharField(max_length=60)
    at = models.DateTimeField(default=timezone.now)
    data = models.JSONField()

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        indexes = (models.Index(fields=["flag", "-at"], name="evidence_flag_at"),)

    def __str__(self) -> str:
        return f"{self.flag} {self.at:%Y-%m-%d %H:%M}"


class Rollback(models.Model):
    """A flag was turned back: by whom, why, on what evidence; its documents are to be repaired."""

    code = models.UUIDField(default=new_code, unique=True, editable=False)
    flag = models.CharField(max_length=60)
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)
    by = models.CharField(max_length=150)
    why = models.TextField()
    evidence = models.JSONField(default=dict)
    since = models.DateTimeField()  # when the new way was let in

    class Meta:
        verbose_name = _("rollback")
        verbose_name_plural = _("rollbacks")
        indexes = (models.Index(fields=["flag", "-at"], name="rollback_flag_at"),)

    def __str__(self) -> str:
        return f"{self.flag} {self.at:%Y-%m-%d %H:%M}"


class Repair(models.TextChoices):
    """What became of a document the new way had touched."""

    LISTED = "listed", _("to be looked at")
    AGAIN = "again", _("read again")
    OPENED = "opened", _("given to a person")
    FINE = "fine", _("fine as it is")


class RepairItem(ScopedModel):
    """One document of a rollback."""

    rollback = models.ForeignKey(Rollback, on_delete=models.CASCADE, related_name="items")
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="repairs")
    posted = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=Repair, default=Repair.LISTED)
    by = models.CharField(max_length=150, blank=True)
    at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("document to repair")
        verbose_name_plural = _("documents to repair")
        constraints = (
            models.UniqueConstraint(
                fields=["rollback", "document"], name="one_repair_per_document"
            ),
        )

    def __str__(self) -> str:
        return f"{self.rollback_id} {self.document_id}"


class ExperimentState(models.TextChoices):
    """Where an experiment stands."""

    RUNNING = "running", _("running")
    DECIDED = "decided", _("decided")
    STOPPED = "stopped", _("stopped")


class Experiment(models.Model):
    """Old and new way side by side on the same papers, until one of them is chosen."""

    code = models.UUIDField(default=new_code, unique=True, editable=False)
    flag = models.CharField(max_length=60)
    state = models.CharField(max_length=8, choices=ExperimentState, default=ExperimentState.RUNNING)
    percent = models.DecimalField(max_digits=5, decimal_places=2, default=50)
    # The smallest change of the share of corrected documents that matters, in percentage points.
    smallest_effect = models.DecimalField(max_digits=5, decimal_places=2, default=5)
    planned = models.PositiveIntegerField()
    # Arm -> weight among documents that are let in; empty: the candidate alone.
    arms = models.JSONField(default=dict, blank=True, db_default=_NO_ARMS)
    started_at = models.DateTimeField(default=timezone.now)
    started_by = models.CharField(max_length=150)
    why = models.TextField()
    winner = models.CharField(max_length=10, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=150, blank=True)
    decision = models.TextField(blank=True)

    class Meta:
        verbose_name = _("experiment")
        verbose_name_plural = _("experiments")
        constraints = (
            models.UniqueConstraint(
                fields=["flag"], condition=Q(state="running"), name="one_running_experiment"
            ),
        )

    def __str__(self) -> str:
        return f"{self.flag} {self.state}"
