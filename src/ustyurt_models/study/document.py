"""Reading TOML with inheritance: ``extends`` chains, merging, and paths that stay right.

How a study overrides the one it extends:

- tables merge key by key;
- lists of tables in which every entry has a ``name`` merge by that name, in the order of the
  base, new names at the end;
- everything else is replaced, so ``release = []`` removes all releases;
- ``drop = ["sweep", "survey.saiga"]`` removes what is named from the base before merging.

Paths of files are meant relative to the file in which they are written.
"""

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ustyurt_models.checks import Fault, InputError, require
from ustyurt_models.study.lines import KeyPath, line_of, write_path

__all__ = ["Document", "Source", "is_path", "merge", "read_document", "require_file"]

#: Where a study names files; ``*`` stands for any key.
FILE_KEYS: tuple[tuple[str, ...], ...] = (
    ("survey", "*", "file"),
    ("survey", "*", "grid"),
    ("survey", "*", "ratios"),
    ("survey", "*", "collars"),
    ("survey", "*", "patrols", "mapping"),
    ("survey", "*", "sources", "*", "file"),
    ("prey", "*", "file"),
    ("cheetah", "file"),
    ("climate", "file"),
    ("area", "landscape"),
    ("area", "region"),
    ("management", "protected_area", "polygon"),
)


#: Studies of a folder that a message names.
_MOST_NAMES = 5


def is_path(text: str) -> bool:
    """Return whether `text` is a path rather than the name of something that ships."""
    return "/" in text or "\\" in text or "." in text


@dataclass(frozen=True)
class Source:
    """One file of an ``extends`` chain.

    Attributes
    ----------
    path : Path
        Where it is.
    text : str
        Its content.
    """

    path: Path
    text: str


@dataclass(frozen=True)
class Document:
    """A study file with all that it inherits.

    Attributes
    ----------
    path : Path
        The study file.
    data : dict
        Its merged content, not yet validated.
    sources : tuple of Source
        The study file first, then what it extends.
    """

    path: Path
    data: dict[str, Any]
    sources: tuple[Source, ...]

    def locate(self, path: KeyPath) -> tuple[int, int]:
        """Return (place in `sources`, line) of `path` or of what is around it; line 0: nowhere."""
        for length in range(len(path), 0, -1):
            for place, source in enumerate(self.sources):
                line = line_of(path[:length], source.text)
                if line is not None:
                    return place, line
        return 0, 0

    def where(self, path: KeyPath) -> str:
        """Return ``file:line: key`` of the file that says something about `path`."""
        place, line = self.locate(path)
        name = self.sources[place].path.name if self.sources else self.path.name
        start = f"{name}:{line}" if line else name
        return f"{start}: {write_path(path)}" if path else start


def read_document(path: Path) -> Document:
    """Read a study file and everything that it extends.

    Parameters
    ----------
    path : Path
        The study file.

    Raises
    ------
    InputError
        When a file is missing, is no TOML, or extends itself.
    """
    sources: list[Source] = []
    data = _read_chain(path, (), sources)
    return Document(path, data, tuple(sources))


def _read_chain(path: Path, seen: tuple[Path, ...], sources: list[Source]) -> dict[str, Any]:
    """Read one file, and below it the chain that it extends; note the files in `sources`."""
    source, data = _read_toml(path)
    sources.append(source)
    base = data.pop("extends", None)
    drop = data.pop("drop", [])
    if base is None:
        require(not drop, f"{path.name}: drop", "goes with 'extends' only", drop)
        return data
    require(isinstance(base, str), f"{path.name}: extends", "must be the path of a study", base)
    chain = (*seen, path.resolve())
    base_path = path.parent / base
    if base_path.resolve() in chain:
        names = " -> ".join(file.name for file in (*chain, base_path))
        raise InputError([Fault(f"{path.name}: extends", "must not run in a circle", names)])
    require(base_path.is_file(), f"{path.name}: extends", "the file must exist", base)
    inherited = _rebase(_read_chain(base_path, chain, sources), base_path.parent, path.parent)
    _drop(inherited, drop, path.name)
    return merge(inherited, data)


def _read_toml(path: Path) -> tuple[Source, dict[str, Any]]:
    """Read one file."""
    require_file(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
        return Source(path, text), tomllib.loads(text)
    except UnicodeDecodeError as error:
        fault = Fault(path.name, "must be UTF-8 text", None, f"byte {error.start + 1} is not")
    except tomllib.TOMLDecodeError as error:
        fault = Fault(path.name, f"must be valid TOML: {error}")
    except RecursionError:
        fault = Fault(path.name, "must be valid TOML: brackets are nested too deep")
    except OSError as error:
        fault = Fault(str(path), "must be readable", error.strerror)
    raise InputError([fault])


def require_file(path: Path) -> None:
    """Raise `InputError` unless `path` is a file; a folder is told from nothing at all."""
    inside = sorted(each.name for each in path.glob("*.toml")) if path.is_dir() else []
    more = ", ..." if len(inside) > _MOST_NAMES else ""
    remedy = f"it holds {', '.join(inside[:_MOST_NAMES])}{more}" if inside else ""
    require(not path.is_dir(), str(path), "must be a study file, not a folder", None, remedy)
    require(path.is_file(), str(path), "the study file must exist")


def merge(base: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """Return `base` with `change` laid over it, by the rules at the top of this module."""
    merged = dict(base)
    for key, value in change.items():
        merged[key] = _merge_value(base.get(key), value)
    return merged


def _merge_value(old: Any, new: Any) -> Any:
    """Merge two values of one key."""
    if isinstance(old, dict) and isinstance(new, dict):
        return merge(old, new)
    if _is_named(old) and _is_named(new):
        return _merge_named(old, new)
    return new


def _is_named(value: Any) -> bool:
    """Return whether `value` is a list of tables that all have a name."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(entry, dict) and isinstance(entry.get("name"), str) for entry in value)
    )


def _merge_named(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Merge by name, unless a name stands twice in a list: then the new list replaces the old."""
    names = [[entry["name"] for entry in entries] for entries in (old, new)]
    if any(len(set(each)) < len(each) for each in names):
        return new
    changes = {entry["name"]: entry for entry in new}
    merged = [merge(entry, changes.pop(entry["name"], {})) for entry in old]
    return merged + list(changes.values())


def _drop(data: dict[str, Any], drop: Any, file: str) -> None:
    """Remove the tables named in `drop` from `data`, in place."""
    ok = isinstance(drop, list) and all(isinstance(path, str) for path in drop)
    require(ok, f"{file}: drop", "must be a list of keys such as ['sweep', 'survey.saiga']", drop)
    for path in drop:
        *parents, last = path.split(".")
        table: Any = data
        for key in parents:
            table = table.get(key) if isinstance(table, dict) else None
        known = isinstance(table, dict) and last in table
        require(known, f"{file}: drop", "must name something that is inherited", path)
        del table[last]


def _rebase(data: dict[str, Any], old: Path, new: Path) -> dict[str, Any]:
    """Return `data` with paths relative to folder `new` instead of `old`."""
    if old.resolve() == new.resolve():
        return data

    def moved(value: Any) -> Any:
        if not isinstance(value, str) or not is_path(value) or Path(value).is_absolute():
            return value
        return Path(os.path.relpath(old.resolve() / value, new.resolve())).as_posix()

    for keys in FILE_KEYS:
        _change(data, keys, moved)
    return data


def _change(node: Any, keys: tuple[str, ...], change: Callable[[Any], Any]) -> None:
    """Apply `change` to what `keys` lead to, through all entries of lists, in place."""
    if isinstance(node, list):
        for entry in node:
            _change(entry, keys, change)
    elif isinstance(node, Mapping):
        first, *rest = keys
        for key in list(node) if first == "*" else [first]:
            if key not in node:
                continue
            if rest:
                _change(node[key], tuple(rest), change)
            elif isinstance(node, dict):
                node[key] = change(node[key])
