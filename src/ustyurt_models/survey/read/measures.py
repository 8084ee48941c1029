"""How far detections were: exact, in classes, or by radial distance and angle."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import Faults
from ustyurt_models.survey.read.classes import cutpoints_of_header, edges_of_intervals
from ustyurt_models.survey.read.radial import angle_range, perpendicular_m
from ustyurt_models.survey.read.table import Table, numbers_of

__all__ = ["Measured", "measure"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Measured:
    """Distances of the rows of a file.

    Attributes
    ----------
    distance_m : numpy.ndarray
        NaN for an empty transect, shape (row,).
    cutpoints_m : numpy.ndarray
        Edges of classes, empty for exact distances.
    radial_m, angle_deg : numpy.ndarray
        As measured, shape (row,), or empty.
    notes : tuple of str
        What was taken for granted.
    """

    distance_m: Floats
    cutpoints_m: Floats = field(default_factory=lambda: np.empty(0))
    radial_m: Floats = field(default_factory=lambda: np.empty(0))
    angle_deg: Floats = field(default_factory=lambda: np.empty(0))
    notes: tuple[str, ...] = ()


def measure(table: Table, found: Mapping[str, int], factor: float, faults: Faults) -> Measured:
    """Read the distances of a table in whichever way they were measured.

    Parameters
    ----------
    table : Table
        The file.
    found : mapping of str to int
        Columns ``begin`` and ``end``, or ``radial`` and perhaps ``angle``, or ``distance``.
    factor : float
        Metres per unit of distance.
    faults : Faults
        Takes text, reversed or overlapping classes, impossible angles.

    Returns
    -------
    Measured
        Distances in metres.
    """

    def column(name: str, scale: float = factor) -> Floats:
        return np.array(numbers_of(table, found[name], faults, missing_ok=True)) * scale

    if "begin" in found:
        exact = column("distance") if "distance" in found else None
        return _in_classes(table, column("begin"), column("end"), exact, factor, faults)
    if "radial" not in found:
        return Measured(column("distance"))
    radial = column("radial")
    for place, value in zip(table.where, radial, strict=True):
        if value < 0:
            faults.add(f"{place}, radial distance", "must be >= 0", float(value))
    if "angle" not in found:
        return Measured(radial, notes=("radial distance is the distance from the point",))
    angle = column("angle", 1.0)
    low, high, words = angle_range(angle, table.header.get("angles", ""), table.name, faults)
    distance = perpendicular_m(radial, angle, (low, high), table.where, faults)
    note = f"perpendicular distance = radial distance x sine of the angle; angles {words}"
    return Measured(distance, radial_m=radial, angle_deg=angle, notes=(note,))


def _in_classes(
    table: Table, begin: Floats, end: Floats, exact: Floats | None, factor: float, faults: Faults
) -> Measured:
    """Take each detection into the middle of its class."""
    edges = np.array(edges_of_intervals(begin.tolist(), end.tolist(), table.where, faults))
    text = table.header.get("cutpoints", "")
    declared = np.array(cutpoints_of_header(text, table.name, faults)) * factor
    if declared.size:
        known = np.isclose(edges[:, None], declared[None, :], rtol=1e-9).any(axis=1)
        if not known.all():
            rule = f"must be edges of the header's classes {text!r}"
            faults.add(f"{table.name}: distbegin and distend", rule, edges[~known].tolist())
        edges = declared
    middle = 0.5 * (begin + end)
    if exact is not None:
        for place, value, low, high in zip(table.where, exact, begin, end, strict=True):
            if value < low or value > high:
                rule = f"must lie in its class {low:g} m to {high:g} m"
                faults.add(f"{place}, distance", rule, f"{value:g} m")
            if np.isfinite(value) and np.isnan(low):
                faults.add(place, "must have distbegin and distend like the other detections")
    return Measured(middle, cutpoints_m=edges)
