"""What must hold in the rows of a survey of lines or points."""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from ustyurt_models.checks import Faults
from ustyurt_models.survey.read.survey_data import Kind
from ustyurt_models.survey.read.table import Table

__all__ = ["Rows", "check_rows"]

_FURTHEST_M = 10_000.0  # nothing on the ground is measured from a line at 10 km: a unit mix-up
_LONGEST_KM = 20_000.0
_MOST_VISITS = 10_000.0


@dataclass(frozen=True)
class Rows:
    """Rows of a survey in our units, one per detection or empty transect; NaN where missing.

    Attributes
    ----------
    where : tuple of str
        File and row.
    key : list of tuple of str
        Stratum and transect.
    area_km2, effort, distance_m, size : list of float
        Effort in kilometres of line or visits to a point.
    has_size : bool
        Whether the file gives group sizes.
    kind : str
        ``"line"`` or ``"point"``.
    """

    where: tuple[str, ...]
    key: list[tuple[str, str]]
    area_km2: list[float]
    effort: list[float]
    distance_m: list[float]
    size: list[float]
    has_size: bool
    kind: Kind


def check_rows(rows: Rows, table: Table, identity: int | None, faults: Faults) -> None:
    """Note everything that cannot be in the rows of a survey.

    Parameters
    ----------
    rows : Rows
        The rows in our units.
    table : Table
        The same rows as text, for repeats.
    identity : int or None
        Column with the number of each detection, if there is one.
    faults : Faults
        Takes impossible values, contradictions between rows, repeats, and units that cannot all
        be right.
    """
    _check_values(rows, faults)
    _check_same(rows.key, rows.effort, rows.where, "effort", faults)
    _check_same([stratum for stratum, _ in rows.key], rows.area_km2, rows.where, "area", faults)
    _check_repeats(table, rows, identity, faults)
    if rows.kind == "line":
        _check_units(rows, table.name, faults)


def _check_effort(kind: Kind, effort: float, where: str, faults: Faults) -> None:
    """Note lengths and numbers of visits that cannot be."""
    if effort <= 0:
        faults.add(where, "must be > 0", effort)
    elif kind == "line" and effort > _LONGEST_KM:
        advice = "metres and kilometres mixed up?"
        faults.add(where, "must be below 20,000 km", f"{effort:g} km", advice)
    elif kind == "point" and effort != effort // 1:
        advice = "the effort of a point is how often it was visited; lines? say so"
        faults.add(where, "must be a whole number of visits", effort, advice)
    elif kind == "point" and effort > _MOST_VISITS:
        faults.add(where, "must be below 10,000 visits", effort)


def _check_values(rows: Rows, faults: Faults) -> None:
    """Note impossible values, row by row."""
    for i, place in enumerate(rows.where):
        distance, size = rows.distance_m[i], rows.size[i]
        if distance < 0:
            faults.add(f"{place}, distance", "must be >= 0", distance, "sides are not signs")
        if distance > _FURTHEST_M:
            advice = "metres and kilometres mixed up?"
            faults.add(f"{place}, distance", "must be below 10 km", f"{distance:g} m", advice)
        _check_effort(rows.kind, rows.effort[i], f"{place}, effort", faults)
        if rows.area_km2[i] < 0:
            faults.add(f"{place}, area", "must be >= 0", rows.area_km2[i])
        whole = size >= 1 and size == size // 1
        if rows.has_size and not math.isnan(distance) and not whole:
            shown = "nothing" if math.isnan(size) else size
            faults.add(f"{place}, size", "must be a whole number >= 1 for a detection", shown)


def _check_same(
    keys: Sequence[Hashable],
    values: Sequence[float],
    places: Sequence[str],
    what: str,
    faults: Faults,
) -> None:
    """Note a transect with two efforts, or a stratum with two areas."""
    first: dict[Hashable, tuple[float, str]] = {}
    for key, value, place in zip(keys, values, places, strict=True):
        if math.isnan(value):
            continue
        known, origin = first.setdefault(key, (value, place))
        if not math.isclose(known, value, rel_tol=1e-9):
            row = origin.rsplit(" ", 1)[1]
            rule = f"must be the same in all rows of {key!r}; row {row} says {known:g}"
            faults.add(f"{place}, {what}", rule, value)


def _check_repeats(table: Table, rows: Rows, identity: int | None, faults: Faults) -> None:
    """Note duplicated rows, repeated object numbers, and empty transects with detections."""
    seen: dict[tuple[str, ...], str] = {}
    objects: dict[str, str] = {}
    filled = {key for key, d in zip(rows.key, rows.distance_m, strict=True) if not math.isnan(d)}
    for i, (row, place) in enumerate(zip(table.rows, rows.where, strict=True)):
        empty = math.isnan(rows.distance_m[i])
        if row in seen:
            before = seen[row].rsplit(" ", 1)[1]
            advice = "" if empty else "two groups alike? add a column `object` with their numbers"
            faults.add(place, f"must not repeat row {before}", None, advice)
        seen.setdefault(row, place)
        if empty and rows.key[i] in filled:
            rule = "must have a distance: the transect has detections in other rows"
            faults.add(f"{place}, distance", rule)
        if identity is not None and not empty:
            name = row[identity]
            if name in objects and seen[row] == place:
                before = objects[name].rsplit(" ", 1)[1]
                faults.add(f"{place}, object", f"must differ from row {before}", name)
            objects.setdefault(name, place)


def _check_units(rows: Rows, name: str, faults: Faults) -> None:
    """Note units that cannot all be right."""
    furthest = max((d for d in rows.distance_m if not math.isnan(d)), default=0.0)
    efforts = dict(zip(rows.key, rows.effort, strict=True))
    total_km = sum(effort for effort in efforts.values() if effort > 0)
    if 0 < total_km * 1000.0 < furthest:
        rule = f"all effort together ({total_km:g} km) must exceed the distance {furthest:g} m"
        faults.add(name, rule, None, "metres and kilometres mixed up?")
