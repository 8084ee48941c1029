"""Distance classes: from the names of columns, from begin and end, or from a header line."""

import re
from collections.abc import Sequence
from itertools import pairwise

from ustyurt_models.checks import Faults

__all__ = ["class_of_name", "classes_of_columns", "cutpoints_of_header", "edges_of_intervals"]

_NUMBER = r"(\d+(?:\.\d+)?)"
_NAMES = (
    re.compile(rf"[\[(]\s*{_NUMBER}\s*[,;]\s*{_NUMBER}\s*[\])]"),  # [0,100)
    re.compile(rf"{_NUMBER}\s*(?:-|\u2013|to|_)\s*{_NUMBER}\s*(?:m|km)?"),  # 0-100, 0_100
    re.compile(rf"(?:n|y|d|c|x|count|dist|distance|band|class)[ ._]*{_NUMBER}[ ._-]+{_NUMBER}"),
)
#: Relative width below which two edges are the same number.
_SAME = 1e-9


def class_of_name(name: str) -> tuple[float, float] | None:
    """Return the limits of the distance class that a column is named after, if it is.

    Parameters
    ----------
    name : str
        Such as ``n_0_100``, ``0-100`` or ``[0,100)``; ``X0.100.`` as R writes it is refused,
        because it can also mean other numbers.
    """
    plain = name.strip().lower()
    for pattern in _NAMES:
        match = pattern.fullmatch(plain)
        if match:
            low, high = float(match[1]), float(match[2])
            return (low, high) if low < high else None
    return None


def _same(a: float, b: float) -> bool:
    return abs(a - b) <= _SAME * max(abs(a), abs(b), 1e-12)


def classes_of_columns(
    columns: Sequence[str], where: str, faults: Faults
) -> tuple[list[int], list[float]]:
    """Find the columns that count a distance class each, nearest first.

    Parameters
    ----------
    columns : sequence of str
        Column names of the file.
    where : str
        File name for messages.
    faults : Faults
        Takes classes that overlap or leave a gap.

    Returns
    -------
    tuple
        Column indices by distance, and the edges (one more), in the file's unit.
    """
    named = {index: class_of_name(column) for index, column in enumerate(columns)}
    found = sorted((limits, index) for index, limits in named.items() if limits is not None)
    for ((_, end), before), ((begin, _), after) in pairwise(found):
        if not _same(end, begin):
            kind = "overlap" if begin < end else "leave a gap"
            rule = f"distance classes must follow each other; {columns[before]!r} and"
            faults.add(where, f"{rule} {columns[after]!r} {kind}")
    edges = [found[0][0][0], *(limits[1] for limits, _ in found)] if found else []
    return [index for _, index in found], edges


def cutpoints_of_header(text: str, where: str, faults: Faults) -> list[float]:
    """Read ``# cutpoints: 0, 100, 200`` in the file's unit of distance.

    Parameters
    ----------
    text : str
        What stands behind the colon; empty when there is no such line.
    where : str
        File name for messages.
    faults : Faults
        Takes what is no number or does not rise.
    """
    try:
        edges = [float(part) for part in re.split(r"[,;\s]+", text.strip()) if part]
    except ValueError:
        faults.add(f"{where}: cutpoints", "must be numbers with commas between", text)
        return []
    if edges and (len(edges) < 2 or edges[0] < 0 or any(a >= b for a, b in pairwise(edges))):
        faults.add(f"{where}: cutpoints", "must be at least two rising distances >= 0", text)
        return []
    return edges


def edges_of_intervals(
    begin: Sequence[float], end: Sequence[float], places: Sequence[str], faults: Faults
) -> list[float]:
    """Return the edges of the classes that intervals of detections fall into.

    Parameters
    ----------
    begin, end : sequence of float
        Limits of each detection's interval, NaN where there is none, in metres.
    places : sequence of str
        Place of each, for messages.
    faults : Faults
        Takes intervals that are reversed or that cross another class.

    Returns
    -------
    list of float
        Rising edges; empty when anything is wrong.
    """
    edges: list[float] = []
    for value in sorted(v for v in (*begin, *end) if v == v):
        if not edges or not _same(edges[-1], value):
            edges.append(value)
    before = len(faults.found)
    for low, high, place in zip(begin, end, places, strict=True):
        if low != low and high != high:
            continue
        if low != low or high != high:
            faults.add(f"{place}, distbegin and distend", "must both be given or both be empty")
        elif not 0 <= low < high:
            rule = "must be rising distances >= 0"
            faults.add(f"{place}, distbegin and distend", rule, f"{low:g} m to {high:g} m")
        elif inside := [edge for edge in edges if low < edge < high and not _same(edge, high)]:
            rule = "classes must not overlap; another detection's class has an edge inside,"
            got = f"{inside[0]:g} m in {low:g} m to {high:g} m"
            faults.add(f"{place}, distbegin and distend", rule, got)
    return edges if len(faults.found) == before else []
