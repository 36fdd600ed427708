"""Files that outlive a power cut: on the disk, with their names, when `save` returns."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage

from zohodocs.disk import force

# Drawn again when looked at.
_SPARED = "pages/"


class DurableStorage(FileSystemStorage):
    """A folder. What is saved is forced to the disk, but for pictures of pages."""

    def _save(self, name: str, content: Any) -> str:
        # What lies in a new folder is found only if the folder itself is.
        folder = Path(self.path(name)).parent
        new = [each for each in _upwards(folder, self.location) if not each.exists()]
        written: str = super()._save(name, content)  # type: ignore[misc]  # not in the stubs
        if not written.startswith(_SPARED):
            force(self.path(written))
            force(folder)
            for each in new:
                force(each.parent)
        return written

    def keep(self, name: str) -> None:
        """Force a file to the disk that another process wrote."""
        path = Path(self.path(name))
        for each in (path, *_upwards(path.parent, self.location)):
            force(each)


def _upwards(folder: Path, top: str | os.PathLike[str]) -> Iterator[Path]:
    """The folder and those above it, `top` included."""
    yield folder
    while folder != Path(top) and folder != folder.parent:
        folder = folder.parent
        yield folder
