"""Files that outlive a power cut: on the disk, with their names, when what saves them returns."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage

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
            _force(self.path(written))
            _force(folder)
            for each in new:
                _force(each.parent)
        return written

    def keep(self, name: str) -> None:
        """Force a file to the disk that another process wrote."""
        path = Path(self.path(name))
        for each in (path, *_upwards(path.parent, self.location)):
            _force(each)


def replace(files: Mapping[Path, bytes]) -> None:
    """Put all of these into their one folder; each is, whatever happens, whole: the old or the new.

    They take their places in this order, once all of them are on the disk. Raises OSError, and
    leaves every old one, where one of them finds no room.
    """
    aside = {path: path.with_name(f"{path.name}.new") for path in files}
    try:
        for path, content in files.items():
            aside[path].write_bytes(content)
            _force(aside[path])
    except OSError:
        for each in aside.values():
            each.unlink(missing_ok=True)
        raise
    for path, new in aside.items():
        new.replace(path)
    for folder in {path.parent for path in files}:
        _force(folder)


def _upwards(folder: Path, top: str | os.PathLike[str]) -> Iterator[Path]:
    """The folder and those above it, `top` included."""
    yield folder
    while folder != Path(top) and folder != folder.parent:
        folder = folder.parent
        yield folder


def _force(path: str | os.PathLike[str]) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as problem:
        # Some network file systems force no folders; of a file it is a failure like any other.
        if problem.errno != errno.EINVAL or not stat.S_ISDIR(os.fstat(handle).st_mode):
            raise
    finally:
        os.close(handle)
