"""Simulated surveys for the survey benchmark, written as files with nothing but NumPy."""

import csv
from pathlib import Path

import numpy as np

__all__ = ["write_lines", "write_points"]

_HEADER = ("Region.Label", "Area", "Sample.Label", "Effort", "distance")


def _write(path: Path, header: tuple[str, ...], rows: list[tuple]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def write_lines(folder: Path) -> Path:
    """Write 25 lines in two strata with about 88 groups: the size of the minke data."""
    rng = np.random.default_rng(1)
    rows: list[tuple] = []
    for stratum, lines, length_km, mean, area in (
        ("north", 13, 70.0, 3.2, 3e5),
        ("south", 12, 210.0, 3.6, 2e6),
    ):
        for line in range(lines):
            seen = rng.poisson(rng.gamma(mean / 4, 4))
            place = (stratum, area, f"{stratum} {line + 1}", length_km)
            distances = np.abs(rng.normal(0, 1300.0, 20 * seen + 1))
            inside = distances[distances < 2800.0][:seen]
            rows += [(*place, f"{x:.0f}") for x in inside] or [(*place, "")]
    path = folder / "lines.csv"
    _write(path, _HEADER, rows)
    return path


def write_points(folder: Path, detections: int = 1243) -> Path:
    """Write points with 1,243 detections, three observers and minutes: the size of amakihi.

    Radial distances have a hazard-rate whose scale depends on observer and minutes.
    """
    rng = np.random.default_rng(2)
    points, truncation_m, shape = 415, 82.5, 3.0
    observer = rng.integers(3, size=points)
    minutes = rng.uniform(0, 300, points)
    scale = 35.0 * np.array([0.85, 1.0, 1.2])[observer] * np.exp(-0.0008 * (minutes - 150))
    found: list[list[float]] = [[] for _ in range(points)]
    for _ in range(detections):
        while True:
            point = int(rng.integers(points))
            radius = truncation_m * np.sqrt(rng.random())
            if rng.random() < -np.expm1(-((radius / scale[point]) ** -shape)):
                break
        found[point].append(radius)
    rows: list[tuple] = []
    for point, radii in enumerate(found):
        place = ("all", 100.0, f"p{point + 1}", 1)
        told = ("ABC"[observer[point]], f"{minutes[point]:.2f}")
        seen = [(*place, f"{r:.2f}", *told, f"{point}/{i}") for i, r in enumerate(radii)]
        rows += seen or [(*place, "", *told, "")]
    path = folder / "points.csv"
    _write(path, (*_HEADER, "observer", "minutes", "object"), rows)
    return path
