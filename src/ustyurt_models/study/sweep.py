"""Sweeps: one study file becomes several named scenarios.

``[sweep]`` maps keys to lists of values; the scenarios are the full grid. A key such as
``release.animals.females`` speaks of all entries of the list ``release``;
``release[0].animals.females`` of the first one. With ``design = "sobol"`` and ``n`` points
are spread evenly instead; ranges are then written ``{ low = 4, high = 12 }``. With
``design = "one_at_a_time"`` the study as it stands comes first, then each value alone.
"""

import copy
import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ustyurt_models.study.lines import KeyPath
from ustyurt_models.study.problems import Problem
from ustyurt_models.study.sobol import MOST_DIMENSIONS, sobol_points

__all__ = ["MOST_SCENARIOS", "Expansion", "Variant", "expand"]

#: More than this is a mistake in the file rather than a study.
MOST_SCENARIOS = 10_000

_ONE_AT_A_TIME = "one_at_a_time"
_DESIGNS = ("grid", "sobol", _ONE_AT_A_TIME)
_STEP = re.compile(r"([^.\[\]]+)((?:\[\d+\])*)")
_TARGET = re.compile(r"[^.\[\]]+(?:\[\d+\])*(?:\.[^.\[\]]+(?:\[\d+\])*)*")


@dataclass(frozen=True)
class Variant:
    """One scenario before validation.

    Attributes
    ----------
    name : str
        ``""`` without a sweep, else ``key=value,key=value``.
    data : dict
        Content of the study file with the swept values put in.
    """

    name: str
    data: dict[str, Any]


@dataclass
class Expansion:
    """All scenarios of a file, and what is wrong with its sweep.

    Attributes
    ----------
    variants : list of Variant
        In the order of the grid, last key fastest.
    problems : list of Problem
        Faults of the table ``[sweep]`` itself.
    keys : tuple of str
        The keys that are swept.
    """

    variants: list[Variant] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    keys: tuple[str, ...] = ()


def expand(data: dict[str, Any]) -> Expansion:
    """Return the scenarios of a study.

    Parameters
    ----------
    data : dict
        Merged content of the study file.

    Returns
    -------
    Expansion
        At least one variant, even when the sweep is faulty, so that the rest can be checked.
    """
    base = {key: value for key, value in data.items() if key != "sweep"}
    table = data.get("sweep", {})
    if not isinstance(table, dict):
        return Expansion([Variant("", base)], [Problem(("sweep",), "must be a table", table)])
    axes = {key: value for key, value in table.items() if key not in ("design", "n")}
    problems = list(_faults(table, axes, base))
    if problems or not axes:
        return Expansion([Variant("", base)], problems)
    if table.get("design") == _ONE_AT_A_TIME:
        return Expansion(_one_at_a_time(base, axes), [], tuple(axes))
    combinations = _sobol(axes, table["n"]) if _is_sobol(table) else _grid(axes)
    variants: dict[str, Variant] = {}
    for values in combinations:
        name = ",".join(f"{key}={_shown(value)}" for key, value in zip(axes, values, strict=True))
        variants.setdefault(name, Variant(name, _put_all(base, list(axes), values)))
    return Expansion(list(variants.values()), [], tuple(axes))


def _one_at_a_time(base: dict[str, Any], axes: dict[str, Any]) -> list[Variant]:
    """Return the study as it stands, and one variant for every value of every key."""
    alone = [(key, value) for key, values in axes.items() for value in values]
    return [
        Variant("as_written", copy.deepcopy(base)),
        *(
            Variant(f"{key}={_shown(value)}", _put_all(base, [key], (value,)))
            for key, value in alone
        ),
    ]


def _is_sobol(table: dict[str, Any]) -> bool:
    return table.get("design", "grid") == "sobol"


def _faults(table: dict[str, Any], axes: dict[str, Any], base: dict[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with the table itself."""
    sobol = _is_sobol(table)
    if table.get("design", "grid") not in _DESIGNS:
        yield Problem(("sweep", "design"), f"must be one of {', '.join(_DESIGNS)}", table["design"])
    if ("n" in table) != sobol:
        yield Problem(("sweep", "n"), "goes with design = 'sobol', and only with it")
    elif sobol and not _is_whole(table["n"], 1, MOST_SCENARIOS):
        yield Problem(("sweep", "n"), f"must lie in 1..{MOST_SCENARIOS}", table["n"])
    if sobol and len(axes) > MOST_DIMENSIONS:
        yield Problem(("sweep",), f"must have at most {MOST_DIMENSIONS} keys", len(axes))
    for key, values in axes.items():
        yield from _axis_faults(key, values, sobol)
        if key.split(".")[0] in ("title", "name", "seed"):
            rule = "must not be swept: scenarios share title and seed, so that they can be compared"
            yield Problem(("sweep", key), rule)
        elif _TARGET.fullmatch(key) is None:
            yield Problem(("sweep", key), "must be a key such as 'release.animals.females'", key)
        elif not _targets(base, key):
            yield Problem(("sweep", key), "must address something; the list it names is empty")
    sizes = [len(values) for values in axes.values() if isinstance(values, list)]
    many = 1 + sum(sizes) if table.get("design") == _ONE_AT_A_TIME else _product(sizes)
    if not sobol and many > MOST_SCENARIOS:
        rule = f"must not give more than {MOST_SCENARIOS} scenarios"
        yield Problem(("sweep",), rule, many)


def _axis_faults(key: str, values: Any, sobol: bool) -> Iterator[Problem]:
    """Yield what is wrong with the values of one key."""
    if isinstance(values, list) and values:
        shown = [_shown(value) for value in values]
        if len(set(shown)) < len(shown):
            yield Problem(("sweep", key), "must not name a value twice", ", ".join(shown))
        return
    if sobol and isinstance(values, dict):
        numbers = [values.get("low"), values.get("high")]
        good = set(values) == {"low", "high"} and all(_is_number(number) for number in numbers)
        if not good or numbers[0] >= numbers[1]:  # type: ignore[operator]
            yield Problem(("sweep", key), "must be a range such as { low = 4, high = 12 }")
        return
    shape = "a list of values or a range { low = 4, high = 12 }" if sobol else "a list of values"
    yield Problem(("sweep", key), f"must be {shape}", None if isinstance(values, dict) else values)


def _product(sizes: list[int]) -> int:
    total = 1
    for size in sizes:
        total *= size
    return total


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_whole(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _shown(value: Any) -> str:
    """Write a value for the name of a scenario."""
    if isinstance(value, str):
        return value
    return f"{value:.6g}" if isinstance(value, float) else json.dumps(value, default=str)


def _grid(axes: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Yield all combinations, the last key fastest."""
    return itertools.product(*axes.values())


def _sobol(axes: dict[str, Any], n: int) -> Iterator[tuple[Any, ...]]:
    """Yield `n` combinations spread evenly."""
    for point in sobol_points(n, len(axes)):
        yield tuple(_at(values, share) for values, share in zip(axes.values(), point, strict=True))


def _at(values: Any, share: float) -> Any:
    """Return the value at `share` (in [0, 1)) of a list or a range."""
    if isinstance(values, list):
        return values[int(share * len(values))]
    low, high = values["low"], values["high"]
    if isinstance(low, int) and isinstance(high, int):
        return low + int(share * (high - low + 1))
    return low + share * (high - low)


def _put_all(base: dict[str, Any], keys: list[str], values: tuple[Any, ...]) -> dict[str, Any]:
    """Return a copy of `base` with one value put at each key."""
    data = copy.deepcopy(base)
    for key, value in zip(keys, values, strict=True):
        for table, last in _targets(data, key):
            table[last] = copy.deepcopy(value)
    return data


def _targets(data: dict[str, Any], key: str) -> list[tuple[Any, str | int]]:
    """Return (container, key in it) of all places that `key` addresses, adding missing tables."""
    nodes: list[tuple[Any, str | int]] = [({"": data}, "")]
    for part in _steps(key):
        nodes = [target for node in nodes for target in _down(node, part)]
    return nodes


def _steps(key: str) -> list[str | int]:
    """Split ``release[0].animals`` into its keys and positions."""
    steps: list[str | int] = []
    for word, positions in _STEP.findall(key):
        steps.append(word)
        steps += [int(position) for position in re.findall(r"\d+", positions)]
    return steps


def _down(node: tuple[Any, str | int], part: str | int) -> list[tuple[Any, str | int]]:
    """Return the places one step below `node`."""
    table, last = node
    value = table.get(last) if isinstance(table, dict) else table[last]
    if isinstance(part, int):
        return [(value, part)] if isinstance(value, list) and part < len(value) else []
    if isinstance(value, list):
        return [(entry, part) for entry in value if isinstance(entry, dict)]
    if value is None:
        table[last] = value = {}
    return [(value, part)] if isinstance(value, dict) else []


def swept_key(path: KeyPath, keys: tuple[str, ...]) -> str | None:
    """Return the swept key that put the value at `path`, or ``None``."""
    for key in keys:
        steps = _steps(key)
        if _covers(steps, path):
            return key
    return None


def _covers(steps: list[str | int], path: KeyPath) -> bool:
    """Return whether `path` lies at or below `steps`, list positions left out where not given."""
    rest = list(path)
    for step in steps:
        if isinstance(step, str):
            while rest and isinstance(rest[0], int):
                rest.pop(0)
        if not rest or rest.pop(0) != step:
            return False
    return True
