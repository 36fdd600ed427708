"""Files that outlive a power cut: on the disk, with their names, when the call returns."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Mapping
from pathlib import Path


def replace(files: Mapping[Path, bytes]) -> None:
    """Put all of these into their one folder; each is, whatever happens, whole: the old or the new.

    They take their places in this order, once all of them are on the disk. Raises OSError, and
    leaves every old one, where one of them finds no room.
    """
    aside = {path: path.with_name(f"{path.name}.new") for path in files}
    try:
        for path, content in files.items():
            aside[path].write_bytes(content)
            force(aside[path])
    except OSError:
        for each in aside.values():
            each.unlink(missing_ok=True)
        raise
    for path, new in aside.items():
        new.replace(path)
    for folder in {path.parent for path in files}:
        force(folder)


def force(path: str | os.PathLike[str]) -> None:
    """Have what is known of this file or folder on the disk. Raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as problem:
        # Some network file systems force no folders; of a file it is a failure like any other.
        if problem.errno != errno.EINVAL or not stat.S_ISDIR(os.fstat(handle).st_mode):
            raise
    finally:
        os.close(handle)
