"""Every stored secret under the first of FIELD_ENCRYPTION_KEYS, so that an old key can go."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.mfa.models import Authenticator

from zohodocs.models import AuditEvent, Connection

from .sealing import Unreadable, resealed

_OF_FACTORS = {"secret", "seed"}
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
    factors, lost = _factors()
    done += factors
    unreadable += lost
    AuditEvent.record(
        "keys.rotated", actor=actor, data={"secrets": done, "unreadable": len(unreadable)}
    )
    return Rotated(done, tuple(unreadable))


def _factors() -> tuple[int, list[str]]:
    """What authenticator apps and recovery codes are made from."""
    done, unreadable = 0, []
    for row in Authenticator.objects.select_related("user").order_by("pk"):
        anew = dict(row.data)
        try:
            for name in _OF_FACTORS & set(anew):
                anew[name] = resealed(anew[name])
        except Unreadable:
            unreadable.append(f"{row.user.get_username()}: second factor")
            continue
        if anew != row.data:
            done += Authenticator.objects.filter(pk=row.pk, data=row.data).update(data=anew)
    return done, unreadable
