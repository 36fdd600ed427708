"""The desk of `tests/posting`, for several workers at once."""

from tests.posting.conftest import desk, organization, zoho

__all__ = ["desk", "organization", "zoho"]
