"""How one likes to work: time zone, keys, morning mail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from zohodocs.models import Preference
from zohodocs.web.htmx import Request

# Deed -> its usual key and its name. Digits, Enter and ? stay as they are.
DEEDS: Mapping[str, tuple[str, Any]] = {
    "approve": ("a", gettext_lazy("approve")),
    "reject": ("r", gettext_lazy("reject, with a reason")),
    "more": ("m", gettext_lazy("more: file it, a copy, the original")),
    "next": ("j", gettext_lazy("next document")),
    "previous": ("k", gettext_lazy("previous document")),
    "undo": ("u", gettext_lazy("take the last approval back")),
    "preview": ("p", gettext_lazy("what will be posted")),
    "comment": ("c", gettext_lazy("write a comment")),
    "postpone": ("l", gettext_lazy("put it aside")),
    "back": ("b", gettext_lazy("back to the document decided last")),
}
_ZONE_KEY = "time_zone"


@lru_cache(maxsize=1)
def zones() -> list[str]:
    """Places whose clocks one may live by, by name."""
    regions = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Pacific/")
    return [*sorted(name for name in available_timezones() if name.startswith(regions)), "UTC"]


class PreferenceForm(forms.Form):
    """Time zone, mail, and a key for each deed; two deeds cannot share one."""

    time_zone = forms.CharField(required=False, max_length=60)
    digest = forms.BooleanField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for deed, (usual, label) in DEEDS.items():
            self.fields[f"key_{deed}"] = forms.RegexField(
                r"^[A-Za-z]$",
                label=label,
                initial=usual,
                error_messages={"invalid": gettext_lazy("One letter from A to Z.")},
            )

    def clean_time_zone(self) -> str:
        """A place of the list, or nothing for the service's own clock."""
        name: str = self.cleaned_data["time_zone"]
        if name and name not in zones():
            raise forms.ValidationError(_("This time zone is not known."))
        return name

    def clean(self) -> dict[str, Any]:
        """Adds `keys`: what is not as usual."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        keys = {deed: str(cleaned.get(f"key_{deed}", "")).lower() for deed in DEEDS}
        given = [key for key in keys.values() if key]
        for deed, key in keys.items():
            if key and given.count(key) > 1:
                self.add_error(f"key_{deed}", _("This key has two deeds. Give each its own."))
        cleaned["keys"] = {d: key for d, key in keys.items() if key and key != DEEDS[d][0]}
        return cleaned


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: Request) -> HttpResponse:
    """One's own page of them."""
    stored = Preference.objects.filter(user=request.user).first() or Preference(user=request.user)
    form = PreferenceForm(request.POST or None, initial=_initial(stored))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        Preference.objects.update_or_create(
            user=request.user,
            defaults={name: said[name] for name in ("time_zone", "digest", "keys")},
        )
        request.session[_ZONE_KEY] = said["time_zone"]
        request.session["keys"] = said["keys"]
        messages.success(request, _("Kept."))
        return HttpResponseRedirect(reverse("preferences"), status=303)
    keys = [form[f"key_{deed}"] for deed in DEEDS]
    context = {"form": form, "keys": keys, "zones": zones(), "section": "preferences"}
    status = 422 if request.method == "POST" else 200
    return render(request, "web/preferences.html", context, status=status)


class OwnClock:
    """Every page tells the time of whoever looks, and knows their keys.

    Both are kept in the session, so that no page asks the database for them.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        zone = self._zone(request)
        if not zone:
            return self.get_response(request)
        with timezone.override(ZoneInfo(zone)):
            return self.get_response(request)

    def _zone(self, request: HttpRequest) -> str:
        if _ZONE_KEY not in request.session:
            if not request.user.is_authenticated:
                return ""
            stored = Preference.objects.filter(user_id=request.user.pk).first()
            request.session[_ZONE_KEY] = stored.time_zone if stored else ""
            request.session["keys"] = stored.keys if stored else {}
        zone: str = request.session[_ZONE_KEY]
        return zone


def _initial(stored: Preference) -> dict[str, Any]:
    keys = {f"key_{deed}": stored.keys.get(deed, usual) for deed, (usual, _l) in DEEDS.items()}
    return {"time_zone": stored.time_zone, "digest": stored.digest, **keys}
