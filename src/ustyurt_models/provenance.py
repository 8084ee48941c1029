"""Content hashes and version stamps that every output carries."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version

from ustyurt_models import __version__

__all__ = ["digest_files", "digest_json", "library_versions"]

_LIBRARIES = ("numpy", "scipy", "pandas", "xarray", "numba", "pymc", "arviz", "nutpie", "zarr")


def digest_files(paths: Iterable[Path]) -> str:
    """Return the blake2 hash (32 hex digits) of the contents of `paths`, in the order given.

    A folder stands for the files in it and below, sorted by name.
    """
    total = hashlib.blake2b(digest_size=16)
    for path in _files(paths):
        content = Path(path).read_bytes()
        total.update(len(content).to_bytes(8, "little"))
        total.update(content)
    return total.hexdigest()


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield files, and those of folders."""
    for path in map(Path, paths):
        if path.is_dir():
            yield from sorted(file for file in path.rglob("*") if file.is_file())
        else:
            yield path


def digest_json(value: object) -> str:
    """Return the blake2 hash (32 hex digits) of `value` in canonical JSON."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def library_versions() -> dict[str, str]:
    """Return the versions of this package, Python and the libraries that shape results.

    The versions are read from package metadata, so nothing heavy is imported.
    """
    found = {"ustyurt_models": __version__, "python": python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found
