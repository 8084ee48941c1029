"""Where the tables of a survey lie: one text file, a folder, or a zip that is read with care."""

import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ustyurt_models.checks import Faults, InputError, require
from ustyurt_models.survey.read.table import Table, parse_table, read_table

__all__ = ["DAMAGE", "TABLE_ENDINGS", "Source", "check_member", "read_source"]

#: What is looked at inside a folder or a zip; anything else is left alone.
TABLE_ENDINGS = (".csv", ".tsv", ".tab")
_MOST_FILES = 50
_MOST_BYTES = 64 * 2**20
_MOST_RATIO = 200  # text shrinks 5 to 20 times; a bomb a thousand times
_ZIP_START = b"PK\x03\x04"
#: What the standard library raises for zips that are cut, altered, or packed in unknown ways.
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    EOFError,
    OSError,
    ValueError,
)


@dataclass(frozen=True)
class Source:
    """The tables of one survey.

    Attributes
    ----------
    name : str
        Name of the file, folder or zip, for messages.
    tables : tuple of Table
        Every table found, in the order of names.
    ignored : tuple of str
        Files beside them that are no tables.
    """

    name: str
    tables: tuple[Table, ...]
    ignored: tuple[str, ...] = ()


def read_source(path: Path, encoding: str | None = None) -> Source:
    """Read all tables of a survey without interpreting them.

    Parameters
    ----------
    path : Path
        A delimited text file, a folder of such files, or a zip of them.
    encoding : str, optional
        Encoding where the files cannot tell it.

    Returns
    -------
    Source
        The tables.

    Raises
    ------
    InputError
        With the faults of all tables at once; for a zip that is unsafe or damaged; for a
        spreadsheet.
    """
    if path.is_dir():
        return _read_folder(path, encoding)
    if path.is_file():
        with path.open("rb") as file:
            start = file.read(4)
        if start == _ZIP_START:
            return _read_zip(path, encoding)
    return Source(path.name, (read_table(path, encoding),))


def _is_table(name: str) -> bool:
    """Tell whether a file of a folder or zip is meant as a table."""
    return name.lower().endswith(TABLE_ENDINGS)


def _gather(name: str, raw: dict[str, bytes], ignored: list[str], encoding: str | None) -> Source:
    """Parse several tables; their faults come together."""
    endings = ", ".join(TABLE_ENDINGS)
    require(bool(raw), name, f"must hold tables ({endings})", ignored[:10] or None)
    faults, tables = Faults(), []
    for one, content in raw.items():
        try:
            tables.append(parse_table(content, one, encoding))
        except InputError as error:
            faults.extend(error)
    faults.raise_if_any()
    return Source(name, tuple(tables), tuple(ignored))


def _read_folder(path: Path, encoding: str | None) -> Source:
    """Read the tables that lie directly in a folder."""
    files = sorted(file for file in path.iterdir() if file.is_file())
    tables = [file for file in files if _is_table(file.name)]
    require(len(tables) <= _MOST_FILES, path.name, f"must hold at most {_MOST_FILES} tables")
    size = sum(file.stat().st_size for file in tables)
    require(size <= _MOST_BYTES, path.name, f"must hold at most {_MOST_BYTES >> 20} MB", size)
    raw = {file.name: file.read_bytes() for file in tables}
    return _gather(path.name, raw, [file.name for file in files if file not in tables], encoding)


def check_member(info: zipfile.ZipInfo, where: str, faults: Faults) -> None:
    """Note a member that could leave the folder, is locked, or swells when unpacked.

    Parameters
    ----------
    info : zipfile.ZipInfo
        The member.
    where : str
        The zip, for messages.
    faults : Faults
        Takes what is unsafe.
    """
    place = f"{where}: {info.filename}"
    inner = PurePosixPath(info.filename.replace("\\", "/"))
    if inner.is_absolute() or ".." in inner.parts or ":" in info.filename:
        faults.add(place, "must stay inside the zip; its path leads out", info.filename)
    if info.flag_bits & 0x1:
        faults.add(place, "must not be encrypted", None, "unlock it and pack it again")
    if info.file_size > _MOST_RATIO * max(info.compress_size, 1) + 4096:
        rule = f"must not grow more than {_MOST_RATIO} times when unpacked"
        faults.add(place, rule, f"{info.compress_size} to {info.file_size} bytes")


def _read_zip(path: Path, encoding: str | None) -> Source:
    """Read the tables of a zip in memory; nothing is unpacked to disk."""
    faults, raw, ignored = Faults(), {}, []
    try:
        with zipfile.ZipFile(path) as archive:
            members = [info for info in archive.infolist() if not info.is_dir()]
            _check_zip(members, path.name, faults)
            faults.raise_if_any()
            for info in members:
                name = PurePosixPath(info.filename).name
                if not _is_table(name) or "__MACOSX" in info.filename or name.startswith("."):
                    ignored.append(info.filename)
                    continue
                with archive.open(info) as member:
                    content = member.read(info.file_size + 1)
                rule = "must unpack to the size that its directory says"
                require(len(content) == info.file_size, f"{path.name}: {info.filename}", rule)
                require(name not in raw, f"{path.name}: {info.filename}", "must not come twice")
                raw[name] = content
    except DAMAGE as error:
        require(False, path.name, f"must be a sound zip file ({error})")
    except RuntimeError as error:  # what zipfile raises for a locked member
        require(False, path.name, f"must be readable ({error})")
    return _gather(path.name, raw, ignored, encoding)


def _check_zip(members: list[zipfile.ZipInfo], name: str, faults: Faults) -> None:
    """Note a zip that is too large, a spreadsheet in disguise, or unsafe in a member."""
    if any(info.filename.startswith(("xl/", "content.xml")) for info in members):
        faults.add(name, "must be text, not a spreadsheet", None, "save each sheet as CSV (UTF-8)")
        return
    if len(members) > _MOST_FILES:
        faults.add(name, f"must hold at most {_MOST_FILES} files", len(members))
    total = sum(info.file_size for info in members)
    if total > _MOST_BYTES:
        faults.add(name, f"must hold at most {_MOST_BYTES >> 20} MB unpacked", total)
    for info in members:
        check_member(info, name, faults)
