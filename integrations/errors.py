"""What can go wrong between us and another service, and whether trying again can help.

IntegrationError
├── NotSent            nothing reached the service (no connection, breaker open, no budget)
│   ├── CircuitOpen
│   ├── OverBudget
│   └── OutOfTime
├── Unavailable        a read got no usable answer
├── Ambiguous          a write got no usable answer: it may have been done
├── Throttled          the service said "too many"; nothing was done
├── AuthFailed         a fresh token was refused, too: scope, role or organisation
├── Refused            the service understood and said no, for good
│   ├── NotFound
│   ├── NameTaken
│   └── Duplicate
│       ├── DuplicateNumber
│       └── DuplicateValue
└── TokenError         the token endpoint
    ├── ReconnectNeeded
    ├── ConfigurationWrong
    └── TokenThrottled
"""

from __future__ import annotations

from typing import ClassVar, Literal

Scope = Literal["minute", "day", "concurrency", "block"]


class IntegrationError(Exception):
    """A call to another service failed.

    `retryable`: the same call may succeed later and cannot do harm. `sent`: the request may have
    reached the service. `code` is the service's own, `retry_after` counts seconds from now.
    Messages never hold tokens, secrets or bodies.
    """

    default_retryable: ClassVar[bool] = False
    default_sent: ClassVar[bool] = True

    def __init__(
        self,
        message: str,
        *,
        retryable: bool | None = None,
        code: int | None = None,
        http_status: int | None = None,
        retry_after: float | None = None,
        sent: bool | None = None,
    ) -> None:
        super().__init__(message)
        self.retryable = self.default_retryable if retryable is None else retryable
        self.code = code
        self.http_status = http_status
        self.retry_after = retry_after
        self.sent = self.default_sent if sent is None else sent


class NotSent(IntegrationError):
    """Nothing reached the service; the same call may be made again at any time."""

    default_retryable = True
    default_sent = False


class CircuitOpen(NotSent):
    """The breaker is open; `retry_after` says when it lets a probe through."""


class OverBudget(NotSent):
    """The shared budget has no room; `scope` names the limit, or `unreachable`."""

    def __init__(self, message: str, *, scope: str, retry_after: float) -> None:
        super().__init__(message, retry_after=retry_after)
        self.scope = scope


class OutOfTime(NotSent):
    """The call's time was over before it could be sent: our own doing, not the service's."""


class Unavailable(IntegrationError):
    """A read got no usable answer: time over, connection lost, 5xx, not the service's own words."""

    default_retryable = True


class Ambiguous(IntegrationError):
    """A write got no usable answer and may have been done: look before writing again."""


class Throttled(IntegrationError):
    """The service refused for the number of calls; nothing was done."""

    default_retryable = True

    def __init__(
        self,
        message: str,
        *,
        scope: Scope,
        code: int | None = None,
        http_status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, code=code, http_status=http_status, retry_after=retry_after)
        self.scope: Scope = scope


class AuthFailed(IntegrationError):
    """The service refuses a fresh token as well: a scope, a role or the organisation is wrong."""


class Refused(IntegrationError):
    """The service understood and said no; `text` is what it said. A person must look."""

    def __init__(
        self,
        message: str,
        *,
        text: str = "",
        code: int | None = None,
        http_status: int | None = None,
        sent: bool | None = None,
    ) -> None:
        super().__init__(message, code=code, http_status=http_status, sent=sent)
        self.text = text


class NotFound(Refused):
    """There is no such record (any more)."""


class NameTaken(Refused):
    """Another contact, perhaps a customer or an inactive one, bears this name."""


class Duplicate(Refused):
    """The record seems to exist already: look it up before anything else."""


class DuplicateNumber(Duplicate):
    """This vendor already has a bill with this number."""


class DuplicateValue(Duplicate):
    """Another record already holds this value of a unique field."""


class TokenError(IntegrationError):
    """The token endpoint gave no access token."""


class ReconnectNeeded(TokenError):
    """The refresh token or code is wrong, used or revoked: a person must connect again."""


class ConfigurationWrong(TokenError):
    """The client id, its secret or the accounts host is wrong: an administrator must correct it."""


class TokenThrottled(TokenError):
    """Too many access tokens were asked for; asking again before `retry_after` makes it longer."""

    default_retryable = True
