"""`/rollout/`: how each flag stands, on what evidence, and the verbs on it. For superusers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import wraps
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from zohodocs.models import (
    AuditEvent,
    Flag,
    FlagMode,
    IgnoredDifference,
    Organization,
    Rollback,
)
from zohodocs.operations import repairing, rollouts
from zohodocs.rollout import changes, experiments, mattering, ramps
from zohodocs.rollout.changes import ChangeRefused, Proposal
from zohodocs.rollout.definitions import CANDIDATE, DEFINITIONS
from zohodocs.rollout.experiments import ExperimentRefused
from zohodocs.rollout.flags import record, running_experiment
from zohodocs.rollout.ramps import RampRefused
from zohodocs.web import rollout_page
from zohodocs.web.htmx import Request, page

View = Callable[..., HttpResponse]
_REFUSALS = (RampRefused, ChangeRefused, ExperimentRefused, ValueError)


def _for_superusers(view: View) -> View:
    """A flag reaches every company; for everybody else the page is not there."""

    @wraps(view)
    def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        named = kwargs.get("flag")
        if not request.user.is_superuser or (named is not None and named not in DEFINITIONS):
            raise Http404
        return view(request, *args, **kwargs)

    return login_required(guarded)


class ForWhom(forms.Form):
    """One company, or everybody."""

    organization = forms.ModelChoiceField(
        Organization.objects.all(), to_field_name="code", required=False
    )


class ConfirmForm(ForWhom):
    """Which proposal was seen."""

    event = forms.IntegerField()


class SetForm(ForWhom):
    """For whom, mode, share, reason."""

    mode = forms.ChoiceField(choices=FlagMode.choices)
    percent = forms.DecimalField(required=False, max_digits=5, decimal_places=2)
    why = forms.CharField(max_length=500)


class RampForm(forms.Form):
    """A plan; steps as percentages with spaces between, 0 = shadow."""

    steps = forms.CharField(max_length=200)
    hold_hours = forms.DecimalField(min_value=0, max_digits=6, decimal_places=2)
    min_sample = forms.IntegerField(min_value=0, max_value=1_000_000)
    dry_run = forms.BooleanField(required=False)
    why = forms.CharField(max_length=500)


class ExperimentForm(forms.Form):
    """Share of the new way, the effect that matters, the rate as it is, both in percent."""

    percent = forms.DecimalField(max_digits=5, decimal_places=2)
    smallest_effect = forms.DecimalField(max_digits=5, decimal_places=2)
    base_rate = forms.DecimalField(max_digits=5, decimal_places=2, min_value=0, max_value=100)
    why = forms.CharField(max_length=500)


class IgnoreForm(forms.Form):
    """A difference that is known."""

    field = forms.CharField(max_length=40)
    control = forms.CharField(max_length=200, required=False, strip=False)
    candidate = forms.CharField(max_length=200, required=False, strip=False)
    why = forms.CharField(max_length=200)


class MatterForm(forms.Form):
    """From where a difference in a field is a question; neither figure: always."""

    field = forms.CharField(max_length=40, required=False)
    amount_from = forms.DecimalField(required=False, max_digits=14, decimal_places=2)
    tolerance = forms.DecimalField(required=False, max_digits=14, decimal_places=2)
    why = forms.CharField(max_length=200)


@_for_superusers
@require_safe
def rollout(request: Request, flag: str = "ml_predictions") -> HttpResponse:
    """One flag, and the list of all beside it."""
    field = request.GET.get("field", "")[:40].replace("\0", "")
    context = {
        "section": "rollout",
        "cards": rollout_page.cards(),
        **rollout_page.context(flag, field=field),
        "modes": FlagMode.choices,
        "organizations": Organization.objects.order_by("name"),
        "usual_steps": " ".join(ramps.USUAL_STEPS),
    }
    return page(request, "web/rollout.html", part="card", context=context)


@_for_superusers
@require_POST
def set_mode(request: Request, flag: str) -> HttpResponse:
    """Set mode and share, or propose it."""

    def act() -> str:
        said = _typed(SetForm(request.POST))
        mode, whom = FlagMode(said["mode"]), said["organization"]
        return _changed(request, flag, mode, said["percent"], said["why"], organization=whom)

    return _act(request, flag, act)


@_for_superusers
@require_POST
def off_now(request: Request, flag: str) -> HttpResponse:
    """Back to the old way, at once, with the list of what the new one touched."""

    def act() -> str:
        why = request.POST.get("why", "")
        made = rollouts.turn_back(flag, by=request.user.get_username(), why=why)
        if made is None:
            return _("It is off already.")
        number = made.items.count()
        return ngettext(
            "Off. %(n)s document had the new way.", "Off. %(n)s documents had the new way.", number
        ) % {"n": number}

    return _act(request, flag, act)


@_for_superusers
@require_POST
def proposal(request: Request, flag: str, verb: str) -> HttpResponse:
    """Confirm or withdraw what waits for a second person."""
    by = request.user.get_username()

    def act() -> str:
        if verb == "confirm":
            changes.confirm(flag, by=by, **_typed(ConfirmForm(request.POST)))
            return _("Changed.")
        changes.withdraw(flag, by=by, **_typed(ForWhom(request.POST)))
        return _("Withdrawn.")

    return _act(request, flag, act)


@_for_superusers
@require_POST
def start_ramp(request: Request, flag: str) -> HttpResponse:
    """Begin a ramp."""

    def act() -> str:
        said = _typed(RampForm(request.POST))
        steps = said.pop("steps").replace(",", " ").split()
        ramps.start(flag=flag, by=request.user.get_username(), steps=steps, **said)
        return _("The ramp has begun.")

    return _act(request, flag, act)


@_for_superusers
@require_POST
def ramp(request: Request, flag: str, verb: str) -> HttpResponse:
    """Pause, resume, abort, approve the next step."""
    found, deed = ramps.open_ramp(flag), ramps.DEEDS.get(verb)
    if found is None or deed is None:
        return _said(request, flag, _("No ramp is under way."))

    def act() -> str:
        deed(found, by=request.user.get_username(), why=request.POST.get("why", ""))
        return _("Done.")

    return _act(request, flag, act)


@_for_superusers
@require_POST
def revert(request: Request, flag: str, event: int) -> HttpResponse:
    """Set it as it was after an earlier change, for whom that was; above the limit a proposal."""
    rows = AuditEvent.objects.filter(verb="flag.changed", data__flag=flag)
    made = get_object_or_404(rows.select_related("organization"), pk=event)
    then, why = made.data["after"], request.POST.get("why", "")
    mode, percent, arms = FlagMode(then["mode"]), Decimal(then["percent"]), then.get("arms", {})
    whom = made.organization

    def act() -> str:
        return _changed(request, flag, mode, percent, why, organization=whom, arms=arms)

    return _act(request, flag, act)


@_for_superusers
@require_POST
def ignore(request: Request, flag: str) -> HttpResponse:
    """Ask nobody about differences like this one any more."""

    def act() -> str:
        by, said = request.user.get_username(), _typed(IgnoreForm(request.POST))
        with transaction.atomic():
            IgnoredDifference.objects.create(flag=flag, by=by, **said)
            record("flag.difference_known", flag, by=by, field=said["field"], why=said["why"])
        return _("From now on nobody is asked about it.")

    return _act(request, flag, act)


@_for_superusers
@require_POST
def matter(request: Request, flag: str) -> HttpResponse:
    """Say from where a difference in a field is a question."""

    def act() -> str:
        said = _typed(MatterForm(request.POST))
        mattering.set_rule(flag, by=request.user.get_username(), **said)
        return _("Changed.")

    return _act(request, flag, act)


@_for_superusers
@require_POST
def repair(request: Request, flag: str, code: UUID) -> HttpResponse:
    """Give the documents of a rollback to people."""
    made = get_object_or_404(Rollback, flag=flag, code=code)

    def act() -> str:
        done = repairing.repair(made, by=request.user.get_username())
        return _("%(opened)s given to people, %(fine)s need nothing.") % done

    return _act(request, flag, act)


@_for_superusers
@require_POST
def experiment(request: Request, flag: str, verb: str) -> HttpResponse:
    """Start an experiment, or decide it."""
    by = request.user.get_username()

    def start() -> str:
        said = _typed(ExperimentForm(request.POST))
        said["base_rate"] = float(said["base_rate"]) / 100
        made = experiments.start(flag=flag, by=by, arms=_weights(request, flag), **said)
        return _("It runs: %(n)s documents are planned.") % {"n": made.planned}

    def decide() -> str:
        running = running_experiment(flag)
        if running is None:
            raise ExperimentRefused(_("No experiment runs."))
        winner, why = request.POST.get("winner", ""), request.POST.get("why", "")
        return _told(experiments.decide(running, winner=winner, by=by, why=why))

    return _act(request, flag, start if verb == "start" else decide)


def _changed(
    request: Request,
    flag: str,
    mode: FlagMode,
    percent: Decimal | None,
    why: str,
    *,
    organization: Organization | None = None,
    arms: Mapping[str, int] | None = None,
) -> str:
    by = request.user.get_username()
    return _told(
        changes.change(flag, mode, percent, by=by, why=why, organization=organization, arms=arms)
    )


def _weights(request: Request, flag: str) -> dict[str, int]:
    """What was typed beside the arms; an arm without a weight does not take part."""
    names = (CANDIDATE, *(each.name for each in DEFINITIONS[flag].variants))
    typed = {name: request.POST.get(f"weight-{name}", "").strip() for name in names}
    if any(value and not (value.isascii() and value.isdigit()) for value in typed.values()):
        raise ExperimentRefused(_("A weight is a whole number."))
    return {name: int(value) for name, value in typed.items() if value and int(value[:9])}


def _told(made: Flag | Proposal) -> str:
    waits = isinstance(made, Proposal)
    return _("Proposed: a second person confirms it.") if waits else _("Changed.")


def _act(request: Request, flag: str, act: Callable[[], str]) -> HttpResponse:
    try:
        said = act()
    except _REFUSALS as problem:
        return _said(request, flag, str(problem))
    return _said(request, flag, said, good=True)


def _said(request: Request, flag: str, text: str, *, good: bool = False) -> HttpResponse:
    (messages.success if good else messages.error)(request, text)
    return HttpResponseRedirect(reverse("rollout_flag", args=[flag]), status=303)


def _typed(form: forms.Form) -> dict[str, Any]:
    """What was sent. Raises ValueError with what is wrong with it."""
    if form.is_valid():
        return dict(form.cleaned_data)
    name, errors = next(iter(form.errors.items()))
    raise ValueError(f"{name}: {errors[0]}" if errors else _("The form was incomplete. Try again."))
