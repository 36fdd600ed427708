"""Forms for a word on two papers, or on two readings of one."""

from __future__ import annotations

from django import forms

from zohodocs.models import TwinKind

from .forms import VersionForm


class TwinForm(VersionForm):
    """The other paper, and what this one is to it."""

    of = forms.UUIDField()
    kind = forms.ChoiceField(choices=TwinKind.choices)


class PairForm(VersionForm):
    """Which difference, and the answer: the first that was shown, the second, or neither."""

    key = forms.IntegerField(min_value=1)
    choice = forms.CharField(max_length=10)
