"""The form of a spot check: one word that all is right, or what the paper really says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from zohodocs.models import Account, Document, FieldValue

from . import parsing
from .forms import VersionForm, paper_context

# What an entry in the books is made of, in the order in which papers say it.
FIELDS = (
    *("supplier_name", "supplier_tax_id", "iban", "invoice_number", "issue_date", "due_date"),
    *("currency", "net_total", "tax_total", "gross_total"),
)
PREFIX = "right-"


class SpotCheckForm(VersionForm):
    """`right`, or `wrong` with the values as the paper has them; which differ, the action sees."""

    verdict = forms.ChoiceField(choices=[("right", "right"), ("wrong", "wrong")])
    account = forms.UUIDField(required=False)
    note = forms.CharField(required=False, max_length=1000)

    def __init__(self, data: Mapping[str, Any], *, document: Document) -> None:
        super().__init__(data)
        self.document = document

    def clean(self) -> dict[str, Any]:
        """Adds `right`, the given values in their stored form; empty where all is right."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        cleaned["right"], chosen = {}, None
        if cleaned.get("verdict") == "wrong":
            cleaned["right"] = self._read()
            if code := cleaned.get("account"):
                own = Account.objects.for_organization(self.document.organization_id)
                chosen = own.filter(code=code).first()
                if chosen is None:
                    self.add_error("account", _("Choose an account from the list."))
        cleaned["account"] = chosen
        return cleaned

    def _read(self) -> dict[str, str]:
        context = paper_context(self.document)
        stored = dict(
            FieldValue.objects.filter(document=self.document).values_list("name", "value")
        )
        found = {}
        for name in FIELDS:
            raw = self.data.get(PREFIX + name)
            # What was left as it stood is no answer, whether or not a person could type it so.
            if raw is None or raw == stored.get(name, ""):
                continue
            try:
                found[name] = parsing.parse(name, raw[:1000], context)
            except parsing.NotReadable as problem:
                self.add_error(None, str(problem))
        return found

    def problem(self) -> str:
        """The first thing wrong, as a sentence."""
        for errors in self.errors.values():
            return str(errors[0])
        return ""
