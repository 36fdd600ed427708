"""Forms for who does what and when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext_lazy

from review import actions
from zohodocs.models import ReviewItem

MORNING = 8
LATER = {
    "hour": gettext_lazy("in an hour"),
    "tomorrow": gettext_lazy("tomorrow morning"),
    "monday": gettext_lazy("Monday morning"),
    "week": gettext_lazy("in a week"),
    "now": gettext_lazy("not any more"),
}


def moment(name: str, now: datetime) -> datetime | None:
    """What such a word means, on the clock `now` is told by; None for “not any more”."""
    morning = now.replace(hour=MORNING, minute=0, second=0, microsecond=0)
    return {
        "hour": now + timedelta(hours=1),
        "tomorrow": morning + timedelta(days=1),
        "monday": morning + timedelta(days=7 - now.weekday()),
        "week": morning + timedelta(days=7),
    }.get(name)


class AssignForm(forms.Form):
    """Somebody of the company, or nobody."""

    to = forms.CharField(required=False, max_length=150)

    def __init__(self, data: Any, *, item: ReviewItem) -> None:
        super().__init__(data)
        self._deciders = {user.get_username(): user for user in actions.deciders(item)}

    def clean_to(self) -> User | None:
        """The person, if there is one of this name who may decide."""
        name = self.cleaned_data["to"]
        if not name:
            return None
        if name not in self._deciders:
            raise forms.ValidationError(gettext_lazy("Choose somebody from the list."))
        return self._deciders[name]


class PostponeForm(forms.Form):
    """Until when: a word, or a day."""

    until = forms.ChoiceField(choices=list(LATER.items()), required=False)
    day = forms.DateField(required=False)

    def moment(self) -> datetime | None:
        """Until when, on the person's own clock."""
        now = timezone.localtime()
        if day := self.cleaned_data.get("day"):
            return now.replace(
                year=day.year, month=day.month, day=day.day, hour=MORNING, minute=0, second=0
            )
        return moment(self.cleaned_data["until"], now)


class RemarkForm(forms.Form):
    """A remark, or why a lead is called."""

    text = forms.CharField(max_length=2000, required=False)
