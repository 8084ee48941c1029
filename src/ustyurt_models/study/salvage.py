"""What is left of a faulty study, so that the rest can still be checked in the same go."""

import copy
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from ustyurt_models.study.lines import KeyPath
from ustyurt_models.study.problems import Problem

__all__ = ["Salvage", "sound_part"]

#: Stands for a list entry that was left out, so that the others keep their positions.
_GONE = object()

#: Parts in which single entries can be left out: key and number of keys down to an entry.
_ENTRIES = {"criteria": 2, "survey": 2, "prey": 2, "parameters": 2, "release": 2, "management": 3}


@dataclass
class Salvage:
    """A study without its faulty parts.

    Attributes
    ----------
    data : dict
        What is left.
    names : set of str
        Surveys and species of the whole study; a reference to one of them is not a fault.
    left_out : set of tuple
        Paths that were left out.
    positions : dict
        Path of a list to the original positions of its entries that are left.
    """

    data: dict[str, Any]
    names: set[str] = field(default_factory=set)
    left_out: set[KeyPath] = field(default_factory=set)
    positions: dict[KeyPath, list[int]] = field(default_factory=dict)

    def restore(self, problem: Problem) -> Problem | None:
        """Put original list positions into `problem`; ``None`` when it may be our own doing."""
        if ("years",) in self.left_out and " lie " in problem.rule:
            return None
        if problem.got in self.names or any(problem.path == gone for gone in self.left_out):
            return None
        return replace(problem, path=self.original(problem.path))

    def original(self, path: KeyPath) -> KeyPath:
        """Return `path`, in which entries are counted without gaps, as counted in the file."""
        counted: list[str | int] = []
        for part in path:
            known = self.positions.get(tuple(counted), [])
            # A pair that has lost an entry lacks one beyond those that are left.
            if isinstance(part, int) and part < len(known):
                part = known[part]
            counted.append(part)
        return tuple(counted)


def sound_part(
    data: dict[str, Any],
    problems: Iterable[Problem],
    parse: Callable[[dict[str, Any]], list[Problem]],
) -> Salvage:
    """Return what is left of `data` when faulty keys, then entries, then whole parts go.

    Parameters
    ----------
    data : dict
        Content of a study.
    problems : iterable of Problem
        What is wrong with it.
    parse : callable
        Gives the problems of a remaining study.
    """
    names = {name for key in ("survey", "prey") for name in _table(data, key)}
    salvage = Salvage(copy.deepcopy(data), names)
    found = list(problems)
    for depth in (None, _ENTRIES, {}):
        for path in [salvage.original(problem.path) for problem in found if problem.path]:
            _leave_out(salvage, path, depth)
        found = parse({"title": "?", **_without_gaps(salvage)})
        if not found:
            break
    salvage.data = {"title": "?", **_without_gaps(salvage)}
    return salvage


def _table(data: dict[str, Any], key: str) -> dict[str, Any]:
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def _leave_out(salvage: Salvage, path: KeyPath, depth: dict[str, int] | None) -> None:
    """Remove what stands at `path`, cut to the length that `depth` gives for its first key."""
    if depth is not None:
        path = path[: depth.get(str(path[0]), 1)]
    node: Any = salvage.data
    for part in path[:-1]:
        try:
            node = node[part]
        except (KeyError, IndexError, TypeError):
            return
    salvage.left_out.add(path)
    if isinstance(node, list) and isinstance(path[-1], int) and path[-1] < len(node):
        node[path[-1]] = _GONE
    elif isinstance(node, dict):
        node.pop(path[-1], None)


def _without_gaps(salvage: Salvage) -> dict[str, Any]:
    """Return the data without marks of left-out entries, noting positions that are left."""
    salvage.positions = {}
    return _closed(salvage.data, (), salvage.positions)


def _closed(node: Any, path: KeyPath, positions: dict[KeyPath, list[int]]) -> Any:
    """Return `node` without marks."""
    if isinstance(node, dict):
        return {key: _closed(value, (*path, key), positions) for key, value in node.items()}
    if isinstance(node, list):
        left = [place for place, entry in enumerate(node) if entry is not _GONE]
        if len(left) < len(node):
            positions[path] = left
        return [_closed(node[place], (*path, place), positions) for place in left]
    return node
