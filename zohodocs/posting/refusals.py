"""Why a document cannot become a bill as it stands; such a document goes back to a person."""

from __future__ import annotations


class CannotPlan(Exception):
    """The payload cannot be made without guessing. `message` tells a bookkeeper what to do."""

    def __init__(self, code: str, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
