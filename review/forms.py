"""Forms of the desk: what a person sends, checked. Texts become values in `parsing`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zohodocs.domain.invoice import FIELD_NAMES
from zohodocs.domain.reading import Box
from zohodocs.models import Document, FieldValue, Page

from . import parsing
from .actions import Reading

SORTS = {
    "value": gettext_lazy("most at stake first"),
    "oldest": gettext_lazy("oldest first"),
    "newest": gettext_lazy("newest first"),
    "amount": gettext_lazy("largest amount first"),
    "vendor": gettext_lazy("by vendor"),
}
WHOSE = {
    "mine": gettext_lazy("given to me"),
    "nobody": gettext_lazy("given to nobody"),
    "later": gettext_lazy("postponed"),
}
_MAX_WORDS = 60


class QueueFilter(forms.Form):
    """What of the queue is shown; lives in the address. Nonsense is ignored, not punished."""

    organization = forms.SlugField(required=False)
    reason = forms.SlugField(required=False)
    q = forms.CharField(required=False, max_length=100)
    amount_from = forms.DecimalField(required=False, max_digits=14)
    amount_to = forms.DecimalField(required=False, max_digits=14)
    whose = forms.ChoiceField(required=False, choices=list(WHOSE.items()))
    sort = forms.ChoiceField(required=False, choices=list(SORTS.items()))

    def values(self) -> dict[str, Any]:
        """The filters that make sense."""
        self.is_valid()
        return {key: value for key, value in self.cleaned_data.items() if value not in (None, "")}


class ViewForm(forms.Form):
    """The present filters under a name."""

    name = forms.CharField(max_length=40)
    query = forms.CharField(max_length=400, required=False)


class VersionForm(forms.Form):
    """Every write names the version it saw."""

    version = forms.IntegerField(min_value=1)


def version_seen(data: Mapping[str, Any], name: str = "version") -> int:
    """The version that the sender had before them; 0, which nothing has, where none is said."""
    form = VersionForm({"version": data.get(name, "")})
    return int(form.cleaned_data["version"]) if form.is_valid() else 0


class CorrectionForm(VersionForm):
    """One field's new value: a candidate picked, words of the page clicked, or a text typed."""

    field = forms.ChoiceField(choices=[(name, name) for name in FIELD_NAMES])
    pick = forms.CharField(required=False, max_length=1000, strip=False)
    words = forms.RegexField(
        r"^\d+(,\d+)*$",
        required=False,
        max_length=400,
        error_messages={"max_length": gettext_lazy("That is too much text for one field.")},
    )
    page = forms.IntegerField(required=False, min_value=1)
    value = forms.CharField(required=False, max_length=1000)

    def __init__(self, data: Mapping[str, Any], *, document: Document) -> None:
        super().__init__(data)
        self.document = document
        # What could not be read is shown again, as it was.
        self.tried = ""

    def clean(self) -> dict[str, Any]:
        """Adds `reading`, the value in its stored form."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        name = cleaned.get("field")
        if name is None or self.errors:
            return cleaned
        if cleaned.get("pick"):
            cleaned["reading"] = self._picked(name, cleaned["pick"])
        else:
            cleaned["reading"] = self._parsed(name, cleaned)
        return cleaned

    def _picked(self, name: str, value: str) -> Reading | None:
        row = FieldValue.objects.filter(document=self.document, name=name).first()
        offered = [] if row is None else [_as_json(row), *row.others]
        for other in offered:
            if other["value"] == value:
                box = other.get("box")
                return Reading(value, other.get("page"), box_of(box) if box else None)
        self.add_error("pick", _("This answer is no longer offered. Choose again."))
        return None

    def _parsed(self, name: str, cleaned: Mapping[str, Any]) -> Reading | None:
        raw, page = cleaned.get("value") or "", None
        box: Box | None = None
        if cleaned.get("words"):
            raw, page, box = self._clicked(cleaned["words"], cleaned.get("page") or 1)
        self.tried = raw
        try:
            value = parsing.parse(name, raw, paper_context(self.document))
        except parsing.NotReadable as problem:
            self.add_error("value", str(problem))
            return None
        if not value and cleaned.get("words"):
            self.add_error("value", _("There is no text at this place. Type what you see."))
            return None
        return Reading(value, page, box)

    def _clicked(self, words: str, number: int) -> tuple[str, int, Box | None]:
        page = Page.objects.filter(document=self.document, number=number).first()
        known = page.words if page else []
        chosen = [known[at] for at in map(int, words.split(",")[:_MAX_WORDS]) if at < len(known)]
        if not chosen:
            return "", number, None
        sides = list(zip(*(word[1:5] for word in chosen), strict=True))
        box = (min(sides[0]), min(sides[1]), max(sides[2]), max(sides[3]))
        return " ".join(str(word[0]) for word in chosen), number, box

    def problem(self) -> str:
        """The first thing wrong, as a sentence."""
        for errors in self.errors.values():
            return str(errors[0])
        return ""


class AnswerForm(VersionForm):
    """The code of an offered answer."""

    field = forms.ChoiceField(choices=[(name, name) for name in FIELD_NAMES])
    choice = forms.RegexField(r"^[0-9a-f]{12}$")


class VendorForm(VersionForm):
    """A known vendor's code, or `new`."""

    vendor = forms.RegexField(r"^(new|[0-9a-f-]{36})$")


class AccountForm(VersionForm):
    """An account's code."""

    account = forms.UUIDField()


class AcceptForm(VersionForm):
    """Findings of one question accepted as they are; the action says if a reason is needed."""

    # Their codes, with a space between.
    code = forms.RegexField(r"^[a-z0-9_-]+( [a-z0-9_-]+)*$", max_length=600)
    reason = forms.CharField(required=False, max_length=1000)


class VerdictForm(VersionForm):
    """What becomes of the document."""

    verdict = forms.ChoiceField(
        choices=[(name, name) for name in ("approve", "reject", "file", "duplicate")]
    )
    reason = forms.CharField(required=False, max_length=1000)
    of = forms.UUIDField(required=False)


def paper_context(document: Document) -> parsing.PaperContext:
    """What helps to read a text as this paper means it."""
    values = dict(FieldValue.objects.filter(document=document).values_list("name", "value"))
    words = Page.objects.filter(document=document, number__lte=3).values_list("words", flat=True)
    return parsing.PaperContext(
        country=values.get("supplier_country", "") or values.get("supplier_tax_id", "")[:2],
        currency=values.get("currency", ""),
        printed_dates=parsing.printed_dates(str(word[0]) for page in words for word in page),
    )


def box_of(sides: Sequence[float]) -> Box:
    """Four stored sides as a box."""
    return (sides[0], sides[1], sides[2], sides[3])


def _as_json(row: FieldValue) -> dict[str, Any]:
    return {"value": row.value, "page": row.page, "box": row.box}
