"""What is typed on the connection page, checked before anything is done with it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations.zoho_books import DATA_CENTRES, data_centre, data_centre_of
from zohodocs.models import Connection

OTHER = "other"
_API_NAME = r"^([a-z][a-z0-9_]*)?$"


def _address(value: str) -> str:
    """An address to call: http or https, a host, and nothing that hides another one."""
    address = value.strip().rstrip("/")
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValidationError(_("This is not an address that begins with https:// or http://."))
    return address


class ClientForm(forms.Form):
    """Where the organisation's Zoho is, and the client that was made there.

    The service calls the address that is named here from within its network. Who `names_any` may
    name any; others a data centre of Zoho's, or addresses that are `known` here already.
    """

    data_centre = forms.ChoiceField(
        label=gettext_lazy("Data centre"),
        choices=[
            *((each.code, f"{each.place} ({each.code})") for each in DATA_CENTRES),
            (OTHER, gettext_lazy("Another address")),
        ],
    )
    accounts_url = forms.CharField(
        label=gettext_lazy("Log-in address, only for another address"), required=False
    )
    books_url = forms.CharField(
        label=gettext_lazy("Books address with /books/v3, only for another address"),
        required=False,
    )
    client_id = forms.CharField(label=gettext_lazy("Client id"), max_length=200)
    client_secret = forms.CharField(
        label=gettext_lazy("Client secret"),
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "off"}),
        required=False,
        max_length=300,
    )

    def __init__(
        self,
        *args: Any,
        names_any: bool = False,
        known: Collection[tuple[str, str]] = (),
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self._names_any = names_any
        self._known = known

    @classmethod
    def of(cls, connection: Connection) -> ClientForm:
        """The form with what is kept; the secret never comes out."""
        centre = data_centre_of(connection.accounts_url)
        known = centre is not None and centre.books_url == connection.books_url
        return cls(
            initial={
                "data_centre": centre.code if centre and known else OTHER,
                "accounts_url": "" if known else connection.accounts_url,
                "books_url": "" if known else connection.books_url,
                "client_id": connection.client_id,
            },
        )

    def clean(self) -> dict[str, Any]:
        """The two addresses, out of the table or as typed."""
        cleaned = super().clean() or {}
        centre = data_centre(str(cleaned.get("data_centre", "")))
        if centre is not None:
            return cleaned | {"accounts_url": centre.accounts_url, "books_url": centre.books_url}
        for name in ("accounts_url", "books_url"):
            try:
                cleaned[name] = _address(cleaned.get(name) or "")
            except ValidationError as error:
                self.add_error(name, error)
        named = (cleaned.get("accounts_url"), cleaned.get("books_url"))
        if not (self._names_any or self.errors or named in self._known):
            self.add_error(
                "data_centre",
                _("Another address is set by whoever runs ZohoDocs. Choose a data centre."),
            )
        return cleaned


class CodeForm(forms.Form):
    """A code out of Zoho's API console."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=500,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "off"}),
    )

    def clean_code(self) -> str:
        """Without the spaces that copying brings along."""
        return "".join(str(self.cleaned_data["code"]).split())


class FieldsForm(forms.Form):
    """Where the books keep VAT numbers and our ids, and how many calls a day there are."""

    vat_field = forms.RegexField(
        _API_NAME,
        label=gettext_lazy("Field with a vendor's VAT number"),
        required=False,
        max_length=60,
        error_messages={"invalid": gettext_lazy("E.g. cf_vat_id or vat_reg_no.")},
    )
    document_field = forms.RegexField(
        _API_NAME,
        label=gettext_lazy("Our unique field on bills"),
        required=False,
        max_length=60,
        error_messages={"invalid": gettext_lazy("E.g. cf_document_id.")},
    )
    daily_limit = forms.IntegerField(
        label=gettext_lazy("Calls a day that Zoho allows"), min_value=100, max_value=1_000_000
    )

    @classmethod
    def of(cls, connection: Connection) -> FieldsForm:
        """The form with what is kept, or with what was found where nothing is kept yet."""
        likely = next(
            (row["name"] for row in connection.seen.get("vat_fields", ()) if row["likely"]), ""
        )
        return cls(
            initial={
                "vat_field": connection.vat_field or likely,
                "document_field": connection.document_field,
                "daily_limit": connection.daily_limit,
            }
        )


def first_problem(form: forms.Form) -> str | Promise:
    """One sentence that says what to mend."""
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        return f"{label}: {errors[0]}" if label else str(errors[0])
    return ""
