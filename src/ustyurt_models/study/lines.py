"""Which line of a TOML file a key stands on, so that a fault can be clicked on."""

import re

__all__ = ["KeyPath", "line_of", "write_path"]

#: Keys and list positions from the top of the file: ``("release", 0, "when")``.
KeyPath = tuple[str | int, ...]

_PART = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*""")
_TABLE = re.compile(r"\s*\[(?P<keys>[^\[\]]+)\]\s*(?:#.*)?")
_ENTRY = re.compile(r"\s*\[\[(?P<keys>[^\[\]]+)\]\]\s*(?:#.*)?")
_KEY = re.compile(r"""(?P<keys>(?:\s*(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+)\s*\.?)+)=""")


def write_path(path: KeyPath) -> str:
    """Write a path as people read it: ``release[0].when``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += ("." if text else "") + (f'"{part}"' if "." in part else part)
    return text


def _keys(text: str) -> tuple[str, ...]:
    """Split ``a."b.c".d`` into its parts."""
    return tuple(a or b or c for a, b, c in _PART.findall(text))


def index_lines(text: str) -> dict[KeyPath, int]:
    """Return the line number (from 1) of every key that starts a line, and of every table."""
    found: dict[KeyPath, int] = {}
    counts: dict[tuple[str, ...], int] = {}
    table: KeyPath = ()
    for number, line in enumerate(text.splitlines(), 1):
        if match := _ENTRY.fullmatch(line):
            keys = _keys(match["keys"])
            counts[keys] = counts.get(keys, -1) + 1
            table = _numbered(keys, counts)
        elif match := _TABLE.fullmatch(line):
            table = _numbered(_keys(match["keys"]), counts)
        elif match := _KEY.match(line):
            found.setdefault((*table, *_keys(match["keys"])), number)
            continue
        else:
            continue
        found.setdefault(table, number)
    return found


def _numbered(keys: tuple[str, ...], counts: dict[tuple[str, ...], int]) -> KeyPath:
    """Put the position of the latest entry behind each key that names a list of tables."""
    path: list[str | int] = []
    for depth, key in enumerate(keys, 1):
        path.append(key)
        if keys[:depth] in counts:
            path.append(counts[keys[:depth]])
    return tuple(path)


def line_of(path: KeyPath, text: str) -> int | None:
    """Return the line on which `path`, or the first thing inside it, stands.

    Parameters
    ----------
    path : tuple of str or int
        Keys and list positions.
    text : str
        The TOML file.

    Returns
    -------
    int or None
        Line number from 1; ``None`` when `path` does not start a line of its own.
    """
    length = len(path)
    lines = (number for known, number in index_lines(text).items() if known[:length] == path)
    return min(lines, default=None)
