"""The desk of `tests/posting`: a company whose Zoho Books is a sandbox."""

from tests.posting.conftest import desk, organization, zoho

__all__ = ["desk", "organization", "zoho"]
