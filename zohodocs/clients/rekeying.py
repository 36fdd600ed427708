"""Every stored secret under the first of FIELD_ENCRYPTION_KEYS, so that an old key can go."""

from __future__ import annotations

from dataclasses import dataclass

from zohodocs.models import AuditEvent, Connection

from .sealing import Unreadable, resealed

FIELDS = ("client_secret_encrypted", "refresh_token_encrypted", "access_token_encrypted")


@dataclass(frozen=True, slots=True)
class Rotated:
    """How many secrets bear the first key now, and whose could not be read."""

    secrets: int
    unreadable: tuple[str, ...] = ()


def rotate(*, actor: str) -> Rotated:
    """Encrypt every secret anew. A secret that is replaced meanwhile is left as it was put.

    What it meets is only ever written back as the same secret, so it may run at any time, twice
    and beside workers.
    """
    done = 0
    unreadable = []
    for row in Connection.objects.select_related("organization").order_by("pk"):
        for name in FIELDS:
            stored = getattr(row, name)
            if not stored:
                continue
            try:
                anew = resealed(stored)
            except Unreadable:
                unreadable.append(f"{row.organization.code}: {name.removesuffix('_encrypted')}")
                continue
            done += Connection.objects.filter(pk=row.pk, **{name: stored}).update(**{name: anew})
    AuditEvent.record(
        "keys.rotated", actor=actor, data={"secrets": done, "unreadable": len(unreadable)}
    )
    return Rotated(done, tuple(unreadable))
