"""A copy for staging: rows as they were, with nothing in them that says who or what.

Deny by default: every text is masked unless its column is named here or has a list of choices. The
same text becomes the same mask within one copy, so vendors still match their papers. Amounts, days
and codes stay: without them staging would not behave like production.

Left out altogether: ways into Zoho, second factors, what was sent to Zoho, the audit trail (its
hashes would no longer fit), and the files.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import connection, models

from zohodocs.models import AuditEvent

# Rows that a copy does not get, or gets with these columns emptied.
LEFT_OUT = frozenset(
    {
        "zohodocs.auditevent",
        "zohodocs.audithead",
        "zohodocs.postingcall",
        "mfa.authenticator",
        "account.emailaddress",
        "account.emailconfirmation",
        "admin.logentry",
    }
)
EMPTIED = {
    "zohodocs.connection": (
        "zoho_organization_id",
        "client_id",
        "client_secret_encrypted",
        "refresh_token_encrypted",
        "access_token_encrypted",
        "last_error",
    ),
    "zohodocs.heartbeat": (),
}
# Whole tables of codes.
_OF_CODES = frozenset(
    {
        "auth.permission",
        "auth.group",
        "contenttypes.contenttype",
        "zohodocs.heartbeat",
        "zohodocs.flag",
        "zohodocs.policy",
    }
)
# Columns of codes, in whatever table.
_CODES = frozenset(
    {
        *(
            "channel",
            "currency",
            "country",
            "time_zone",
            "kind",
            "mime",
            "queue",
            "sha256",
            "state",
        ),
        *("flags", "engine", "engine_version", "source", "field", "code", "reason", "flag", "arm"),
        *("document_type", "error_code", "refusal_code", "accounts_url", "books_url", "vat_field"),
        *("document_field", "before_source", "scopes", "status", "type", "account_type"),
    }
)
# Columns of names that are codes in these tables only.
_CODES_OF = {"zohodocs.fieldvalue": {"name"}, "zohodocs.finding": {"severity"}}
# Keys of JSON whose values are codes.
_KEYS = frozenset(
    {"source", "code", "field", "arm", "mode", "outcome", "kind", "currency", "document_type"}
)
# Keys of JSON whose values are figures, even where they are digits alone: anywhere else those may
# be a tax number, an account at a bank, an invoice.
_FIGURES = frozenset(
    {
        *("rate", "tax_rate", "quantity", "unit_price", "line_total", "base", "tax", "total"),
        *("tax_total", "sub_total", "adjustment", "amount", "balance", "percent", "item_order"),
    }
)
_FIGURE = re.compile(r"-?\d{1,12}([.,]\d+)?%?")
_PLAIN = re.compile(r"-?\d{1,9}[.,]\d{1,4}%?|\d{4}-\d\d-\d\d(T[\d:.+Z-]+)?|[a-z][a-z_]*_[a-z_]+|")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def is_masked_copy() -> bool:
    """Whether this database is such a copy: then the place of backups is another site's."""
    if AuditEvent._meta.db_table not in connection.introspection.table_names():
        return False
    restored = AuditEvent.objects.filter(chain="system", verb="backup.restored")
    return restored.filter(data__masked=True).exists()


class Masker:
    """Masks with a key of its own, which nobody keeps."""

    def __init__(self, key: bytes | None = None) -> None:
        self._key = key or secrets.token_bytes(32)

    def rows(
        self, model: type[models.Model], names: Sequence[str], rows: Iterable[list[Any]]
    ) -> Iterator[list[Any]]:
        """The table's rows as the copy gets them."""
        label = model._meta.label_lower
        if label in LEFT_OUT:
            for _row in rows:  # read to the end all the same: its hash is checked there
                pass
            return
        columns = {field.attname: field for field in model._meta.concrete_fields}
        rules = [self._rule(label, columns[name]) for name in names]
        for row in rows:
            yield [self._masked(rule, value) for rule, value in zip(rules, row, strict=True)]

    def text(self, value: str) -> str:
        """A text of the same shape: letters stay letters, digits digits, the rest as it is."""
        stream = self._stream(value)
        masked = []
        for character in value:
            if character.isdigit():
                masked.append(str(next(stream) % 10))
            elif character.isalpha():
                letter = _LETTERS[next(stream) % 26]
                masked.append(letter.upper() if character.isupper() else letter)
            else:
                masked.append(character)
        return "".join(masked)

    def _rule(self, label: str, field: models.Field[Any, Any]) -> str:
        if field.attname in EMPTIED.get(label, ()):
            return "empty"
        if label == "auth.user" and field.attname == "password":
            return "locked"
        if (label, field.attname) == ("zohodocs.organization", "code"):
            return "mask"
        if label in _OF_CODES or field.choices or isinstance(field, models.FileField):
            return "keep"
        if field.attname in _CODES or field.attname in _CODES_OF.get(label, ()):
            return "keep"
        if isinstance(field, models.JSONField):
            return "json"
        return "mask" if isinstance(field, (models.CharField, models.TextField)) else "keep"

    def _masked(self, rule: str, value: Any) -> Any:
        match rule:
            case "mask" if isinstance(value, str):
                return self.text(value)
            case "json":
                return self._json(value)
            case "empty":
                return ""
            case "locked":
                return "!" + secrets.token_hex(20)  # Django's mark of a password nobody has
            case _:
                return value

    def _json(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: inner if key in _KEYS or _is_figure(key, inner) else self._json(inner)
                for key, inner in value.items()
            }
        if isinstance(value, list):
            return [self._json(inner) for inner in value]
        if isinstance(value, str) and not _PLAIN.fullmatch(value):
            return self.text(value)
        return value

    def _stream(self, value: str) -> Iterator[int]:
        number = 0
        while True:
            block = f"{number}:{value}".encode()
            yield from hmac.new(self._key, block, hashlib.sha256).digest()
            number += 1


def _is_figure(key: str, value: Any) -> bool:
    return key in _FIGURES and isinstance(value, str) and bool(_FIGURE.fullmatch(value))
