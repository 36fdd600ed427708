"""The numbers an organisation decides by. A change is a new version; decisions keep its id."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from zohodocs.domain.case import PolicyFacts

from .organization import Organization
from .scope import ScopedModel


class ClosedPeriod(models.TextChoices):
    """What to do with a bill dated in a closed period."""

    ASK = "ask", _("ask a person")
    FIRST_OPEN_DAY = "first_open_day", _("post on the first open day, printed date in the notes")


class PolicyIsFixed(Exception):
    """A stored policy version never changes; save a new one."""


class Policy(ScopedModel):
    """One version of an organisation's thresholds."""

    version = models.PositiveIntegerField(editable=False)
    auto_approve_up_to = models.DecimalField(
        _("may approve by itself up to"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    min_confidence = models.DecimalField(
        _("a value is sure from"), max_digits=5, decimal_places=4, default="0.9"
    )
    four_eyes_above = models.DecimalField(
        _("two people above"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    four_eyes_new_vendor = models.BooleanField(_("two people for a new vendor"), default=False)
    hold_seconds = models.PositiveIntegerField(_("hold before posting (seconds)"), default=30)
    max_age_days = models.PositiveIntegerField(_("older than this is asked"), default=730)
    max_future_days = models.PositiveIntegerField(_("this far ahead is asked"), default=7)
    closed_period = models.CharField(max_length=16, choices=ClosedPeriod, default=ClosedPeriod.ASK)
    # Of what is approved without a person so many are put before one afterwards.
    spot_check_percent = models.DecimalField(
        _("spot checks (percent of what no person saw)"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(2),
        db_default=Decimal(2),
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    post_as_draft = models.BooleanField(_("post as draft"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.CharField(max_length=150, blank=True, editable=False)

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policies")
        constraints = (
            models.UniqueConstraint(
                fields=["organization", "version"], name="policy_version_is_unique"
            ),
            models.CheckConstraint(
                condition=models.Q(min_confidence__gte=0) & models.Q(min_confidence__lte=1),
                name="policy_min_confidence_is_a_share",
            ),
        )

    def __str__(self) -> str:
        return f"{self.organization} v{self.version}"

    def save(self, *args: object, **kwargs: object) -> None:
        """Store a new version.

        Raises PolicyIsFixed for a stored one: decisions point at it and must stay explainable.
        """
        if not self._state.adding:
            raise PolicyIsFixed("Save a new version instead of changing this one.")
        if not self.version:  # the first one is asked for by its number
            own = Policy.objects.for_organization(self.organization_id)
            self.version = (own.aggregate(latest=Max("version"))["latest"] or 0) + 1
        super().save()

    @classmethod
    def current(cls, organization: Organization) -> Policy:
        """The organisation's newest version; the first one is made on demand, with the defaults."""
        found = cls.objects.for_organization(organization).order_by("-version").first()
        if found is None:
            # Two workers may come here at once: the unique version lets one row stand.
            found, _made = cls.objects.get_or_create(organization=organization, version=1)
        return found

    def facts(self) -> PolicyFacts:
        """The frozen form the rules work with."""
        return PolicyFacts(
            id=self.pk,
            auto_approve_up_to=self.auto_approve_up_to,
            min_confidence=float(self.min_confidence),
            four_eyes_above=self.four_eyes_above,
            four_eyes_new_vendor=self.four_eyes_new_vendor,
            max_age_days=self.max_age_days,
            max_future_days=self.max_future_days,
            closed_period=self.closed_period,
        )
