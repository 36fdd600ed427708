"""How long posting waits, divided by TIME_SCALE so that fault tests take seconds."""

from __future__ import annotations

from integrations.errors import AuthFailed, IntegrationError, Throttled, TokenError
from zohodocs.timing import scaled

_FIRST_WAIT_SECONDS = 15.0
_LONGEST_WAIT_SECONDS = 3600.0
_THROTTLE_SECONDS = {"concurrency": 5.0, "minute": 60.0, "block": 3600.0, "day": 3600.0}
_CONNECTION_SECONDS = 60.0
# Beyond this many doublings the longest wait holds anyway.
_DOUBLINGS = 10


def patience(error: IntegrationError, *, waited: int) -> float:
    """Seconds until the next try, after so many; what Zoho itself asks for is not scaled."""
    if error.retry_after is not None:
        return error.retry_after
    if isinstance(error, Throttled):
        return scaled(_THROTTLE_SECONDS[error.scope])
    if isinstance(error, AuthFailed | TokenError):
        return scaled(_CONNECTION_SECONDS)
    doubled = _FIRST_WAIT_SECONDS * 2 ** min(waited, _DOUBLINGS)
    return scaled(min(_LONGEST_WAIT_SECONDS, doubled))
