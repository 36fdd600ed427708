"""Log-ins and what people change about them, in the audit trail."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account_signals
from allauth.mfa import signals as mfa_signals
from django.contrib.auth.signals import user_logged_out, user_login_failed
from django.dispatch import Signal

from zohodocs.models import AuditEvent
from zohodocs.models.event import digest
from zohodocs.telemetry import get_logger

logger = get_logger(__name__)
# The signal, and what it is called in the trail.
_TOLD: tuple[tuple[Signal, str], ...] = (
    (account_signals.user_logged_in, "person.logged_in"),
    (user_logged_out, "person.logged_out"),
    (account_signals.password_changed, "person.password.changed"),
    (account_signals.password_set, "person.password.set"),
    (account_signals.password_reset, "person.password.reset"),
    (mfa_signals.authenticator_added, "person.factor.added"),
    (mfa_signals.authenticator_removed, "person.factor.removed"),
    (mfa_signals.authenticator_reset, "person.factor.reset"),
    (mfa_signals.authentication_failed, "person.factor.refused"),
)


def write_down() -> None:
    """From here on each of them is an event; call it once."""
    for signal, verb in _TOLD:
        signal.connect(_receiver(verb), weak=False, dispatch_uid=f"trail:{verb}")
    user_login_failed.connect(_refused, weak=False, dispatch_uid="trail:log_in.refused")


def _receiver(verb: str) -> Any:
    def told(*, user: Any = None, authenticator: Any = None, **_: Any) -> None:
        if user is None:
            return  # a session that had ended already
        data = {"kind": str(authenticator.type)} if authenticator is not None else {}
        AuditEvent.record(verb, actor=user.get_username(), data=data)

    return told


def _refused(*, credentials: dict[str, Any], **_: Any) -> None:
    # What was typed may be a password in the wrong field: a digest tells repeats apart.
    typed = str(credentials.get("username") or credentials.get("email") or "")
    AuditEvent.record("person.log_in.refused", actor="", data={"typed": digest(typed)})
