"""When a stored file was written, said alike by every storage."""

from __future__ import annotations

from datetime import datetime

from django.core.files.storage import Storage


def written_at(storage: Storage, path: str) -> datetime:
    """When it was written. Raises FileNotFoundError where it is not there."""
    try:
        return storage.get_modified_time(path)
    except Exception as problem:
        # S3 has an error of its own for that, in a library that not every site has.
        answer = getattr(problem, "response", None) or {}
        if answer.get("ResponseMetadata", {}).get("HTTPStatusCode") == 404:
            raise FileNotFoundError(path) from problem
        raise
