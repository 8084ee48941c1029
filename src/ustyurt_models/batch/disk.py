"""What the disk can do to a result store: be full, or keep scraps of a killed run."""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ustyurt_models.checks import Fault, InputError

__all__ = ["flush_file", "full_disk_is_reported", "remove_scraps"]

#: No space left, quota reached, file size limit reached.
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def full_disk_is_reported(path: Path) -> Iterator[None]:
    """Turn a full disk while writing below `path` into an `InputError` that says what to do."""
    try:
        yield
    except OSError as error:
        number = _number(error)
        if number not in _FULL:
            raise
        raise InputError(
            [
                Fault(
                    str(path),
                    "the disk must have room for the results",
                    os.strerror(number),
                    "free space and run the same command again; finished parts are kept",
                )
            ]
        ) from error


def _number(error: OSError) -> int:
    """Return the error number; HDF5 has it only in its text."""
    written = re.search(r"errno = (\d+)", str(error))
    return error.errno or (int(written[1]) if written else 0)


def flush_file(path: Path) -> None:
    """Make sure that a file, and its name in its folder, have reached the disk."""
    for place in (path, path.parent):
        handle = os.open(place, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def remove_scraps(path: Path) -> None:
    """Remove temporary files that a killed writer left below `path`."""
    for scrap in path.rglob("*.partial"):
        scrap.unlink(missing_ok=True)
