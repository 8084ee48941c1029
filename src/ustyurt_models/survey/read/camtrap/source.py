"""Where the tables of a Camtrap DP package lie: a folder or a zip, read with care."""

import gzip
import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from ustyurt_models.checks import Faults, InputError, require
from ustyurt_models.survey.read.camtrap.schema import COMPULSORY, TABLES
from ustyurt_models.survey.read.sources import DAMAGE, check_member
from ustyurt_models.survey.read.table import Table, parse_table

__all__ = ["DESCRIPTOR", "PackageSource", "is_package", "read_package_source"]

DESCRIPTOR = "datapackage.json"
_MOST_MEMBERS = 500_000  # pictures may lie in the same zip; they are never opened
_MOST_BYTES = 256 * 2**20
_VERSION = re.compile(r"camtrap-dp/(\d+(?:\.\d+)*)(?:[-/]|$)")
_REMEDY = "write the tables again as Camtrap DP 1.0"
#: What the standard asks of the descriptor and no number here depends on.
_METADATA = ("created", "contributors", "project", "spatial", "temporal", "taxonomic")

#: Gives the bytes of a file of the package, none when it is not there.
Opener = Callable[[str], bytes | None]


@dataclass(frozen=True)
class PackageSource:
    """Descriptor and tables of a package before their meaning is known.

    Attributes
    ----------
    name : str
        Name of the folder or zip.
    descriptor : mapping
        What ``datapackage.json`` says.
    version : str
        Of the standard.
    tables : dict of str to Table
        ``deployments``, ``media``, ``observations`` and perhaps ``failures``.
    notes : tuple of str
        Remarks.
    """

    name: str
    descriptor: Mapping[str, Any]
    version: str
    tables: dict[str, Table]
    notes: tuple[str, ...]


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Return the files of a zip by path."""
    return {info.filename: info for info in archive.infolist() if not info.is_dir()}


def is_package(path: Path) -> bool:
    """Tell whether a path is a Camtrap DP package: its descriptor, its folder, or its zip."""
    if path.is_dir():
        return (path / DESCRIPTOR).is_file()
    if path.name == DESCRIPTOR:
        return path.is_file()
    if not path.is_file() or not zipfile.is_zipfile(path):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return any(PurePosixPath(name).name == DESCRIPTOR for name in _members(archive))
    except DAMAGE:
        return False


def _unpack(raw: bytes, name: str) -> bytes:
    """Return the text of a table that is itself packed."""
    if name.endswith(".gz"):
        with gzip.open(io.BytesIO(raw)) as file:
            content = file.read(_MOST_BYTES + 1)
        require(len(content) <= _MOST_BYTES, name, f"must hold at most {_MOST_BYTES >> 20} MB")
        return content
    if not name.endswith(".zip"):
        return raw
    faults = Faults()
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        inner = list(_members(archive).values())
        require(len(inner) == 1, name, "must hold one file", [info.filename for info in inner][:5])
        check_member(inner[0], name, faults)
        faults.raise_if_any()
        return _read_member(archive, inner[0], name)


def _read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> bytes:
    """Read a file of a zip, not beyond the size that its directory says."""
    where = f"{name}: {info.filename}"
    require(
        info.file_size <= _MOST_BYTES, where, f"must hold at most {_MOST_BYTES >> 20} MB unpacked"
    )
    with archive.open(info) as member:
        content = member.read(info.file_size + 1)
    require(len(content) == info.file_size, where, "must unpack to the size its directory says")
    return content


def _inside(name: str, where: str) -> str:
    """Return a path of the descriptor if it stays inside the package."""
    require(
        "://" not in name, where, "must be a file of the package, not an address", name, "add it"
    )
    inner = PurePosixPath(name.replace("\\", "/"))
    escapes = inner.is_absolute() or ".." in inner.parts or ":" in name
    require(not escapes, where, "must stay inside the package; its path leads out", name)
    return str(inner)


def _descriptor(raw: bytes | None, name: str) -> dict[str, Any]:
    """Read ``datapackage.json``."""
    where = f"{name}: {DESCRIPTOR}"
    require(raw is not None, where, "must be there; it says which table is which")
    try:
        found = json.loads((raw or b"").decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        require(False, where, f"must be JSON ({error})")
        raise AssertionError from error
    listed = isinstance(found, dict) and isinstance(found.get("resources"), list)
    require(listed, where, "must list its tables under 'resources'")
    return found


def _version(descriptor: Mapping[str, Any], where: str, faults: Faults) -> str:
    """Return the version of the standard, which the profile names."""
    profile = descriptor.get("profile")
    match = _VERSION.search(profile) if isinstance(profile, str) else None
    if match is None:
        faults.add(f"{where}: profile", "must name Camtrap DP 1.0", profile, _REMEDY)
        return ""
    if not re.fullmatch(r"1\.0(\.\d+)?", match[1]):
        faults.add(f"{where}: profile", "must be version 1.0 of Camtrap DP", match[1], _REMEDY)
    return match[1]


def _paths(descriptor: Mapping[str, Any], where: str, faults: Faults) -> dict[str, str]:
    """Return the path of every table that we read."""
    found: dict[str, str] = {}
    for one in descriptor["resources"]:
        name = one.get("name") if isinstance(one, dict) else None
        if not isinstance(name, str) or name not in TABLES:
            continue
        place, path = f"{where}: resource {name}", one.get("path")
        if name in found:
            faults.add(place, "must be listed once")
        elif not isinstance(path, str):
            faults.add(place, "must have one path", path)
        else:
            try:
                found[name] = _inside(path, place)
            except InputError as error:
                faults.extend(error)
    for name in COMPULSORY:
        if name not in found and not any(fault.where.endswith(name) for fault in faults.found):
            faults.add(f"{where}: resources", "must list the table", name)
    return found


def _parse(path: str, name: str, opener: Opener, faults: Faults) -> Table | None:
    """Read one table; its faults are noted."""
    where = f"{name}: {path}"
    try:
        raw = opener(path)
        if raw is None:
            faults.add(where, f"must be there; {DESCRIPTOR} names it")
            return None
        return parse_table(_unpack(raw, path), PurePosixPath(path).name, "utf-8", plain=True)
    except InputError as error:
        faults.extend(error)
    except DAMAGE as error:
        faults.add(where, f"must be a sound file ({error})")
    return None


def _gather(name: str, opener: Opener) -> PackageSource:
    """Read descriptor and tables; their faults come together."""
    descriptor, faults = _descriptor(opener(DESCRIPTOR), name), Faults()
    where = f"{name}: {DESCRIPTOR}"
    version, paths = _version(descriptor, where, faults), _paths(descriptor, where, faults)
    notes = []
    if "failures" not in paths and opener("failures.csv") is not None:
        paths["failures"] = "failures.csv"
        notes.append(f"failures.csv was read although {DESCRIPTOR} does not list it")
    tables = {key: _parse(path, name, opener, faults) for key, path in paths.items()}
    faults.raise_if_any()
    missing = [key for key in _METADATA if key not in descriptor]
    if missing:
        notes.append(f"{DESCRIPTOR} lacks what the standard asks for: {', '.join(missing)}")
    found = {key: table for key, table in tables.items() if table is not None}
    return PackageSource(name, descriptor, version, found, tuple(notes))


def _folder_opener(folder: Path) -> Opener:
    """Return what opens files of a folder; links that lead out of it are refused."""
    root = folder.resolve()

    def opener(name: str) -> bytes | None:
        path = (root / name).resolve()
        where = f"{folder.name}: {name}"
        require(path.is_relative_to(root), where, "must stay inside the package; a link leads out")
        if not path.is_file():
            return None
        size = path.stat().st_size
        require(size <= _MOST_BYTES, where, f"must hold at most {_MOST_BYTES >> 20} MB", size)
        return path.read_bytes()

    return opener


def _zip_opener(archive: zipfile.ZipFile, name: str) -> Opener:
    """Return what opens files of a zip; the package may lie in one folder of it."""
    members = _members(archive)
    rule = f"must hold at most {_MOST_MEMBERS} files"
    require(len(members) <= _MOST_MEMBERS, name, rule, len(members))
    homes = [key for key in members if PurePosixPath(key).name == DESCRIPTOR]
    require(len(homes) == 1, name, f"must hold one {DESCRIPTOR}", homes[:5] or None)
    home = PurePosixPath(homes[0]).parent

    def opener(inner: str) -> bytes | None:
        info = members.get(str(home / inner))
        if info is None:
            return None
        faults = Faults()
        check_member(info, name, faults)
        faults.raise_if_any()
        return _read_member(archive, info, name)

    return opener


def read_package_source(path: Path) -> PackageSource:
    """Read descriptor and tables of a package without interpreting them.

    Parameters
    ----------
    path : Path
        A folder, its ``datapackage.json``, or a zip. Tables may be packed once more (``.csv.gz``,
        ``.csv.zip``). Nothing is unpacked to disk, and pictures are not opened.

    Returns
    -------
    PackageSource
        Cells as text.

    Raises
    ------
    InputError
        With the faults of descriptor and tables at once: other versions, paths that lead out,
        damage, sizes beyond bounds.
    """
    folder = path.parent if path.name == DESCRIPTOR else path
    if folder.is_dir():
        return _gather(folder.name or str(folder), _folder_opener(folder))
    require(path.is_file(), str(path), "must be a folder or a zip that exists")
    try:
        with zipfile.ZipFile(path) as archive:
            return _gather(path.name, _zip_opener(archive, path.name))
    except DAMAGE as error:
        require(False, path.name, f"must be a sound zip file ({error})")
    except RuntimeError as error:  # what zipfile raises for a locked member
        require(False, path.name, f"must be readable ({error})")
    raise AssertionError("unreachable")
