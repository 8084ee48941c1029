"""What the report takes from a posterior file: nodes, settings, intervals; all optional."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from ustyurt_models.report.content import Column
from ustyurt_models.report.inputs import SurveyResult

__all__ = [
    "DEFAULT_MASS",
    "Interval",
    "draws",
    "every_group_is_one",
    "has_area",
    "interval",
    "interval_column",
    "mass_of",
    "mass_words",
    "node",
    "settings_of",
    "spread",
    "stored_interval",
]

#: Median, low and high end of an equal-tailed interval.
Interval = tuple[float, float, float]

DEFAULT_MASS = 0.95
_UNKNOWN: Interval = (float("nan"), float("nan"), float("nan"))


def node(survey: SurveyResult, name: str) -> xr.Dataset | None:
    """Return a node of the posterior, or nothing when the fit did not make it."""
    found = survey.tree.children.get(name)
    return None if found is None else found.to_dataset()


def settings_of(survey: SurveyResult) -> Mapping[str, Any]:
    """Return the block of the study file as the posterior repeats it; empty when it does not."""
    return json.loads(str(survey.tree.attrs.get("settings", "{}")))


def mass_of(survey: SurveyResult) -> float:
    """Return the mass of the intervals that the study asks for."""
    return float(survey.tree.attrs.get("interval_mass", DEFAULT_MASS))


def mass_words(mass: float) -> str:
    """Return a mass as people write it, ``95 %``."""
    return f"{100 * mass:g} %"


def interval(values: ArrayLike, mass: float) -> Interval:
    """Return median and ends of the equal-tailed interval of draws; NaN when any draw is."""
    flat = np.asarray(values, dtype=float).ravel()
    if flat.size == 0 or np.isnan(flat).any():
        return _UNKNOWN
    low, median, high = np.quantile(flat, [(1 - mass) / 2, 0.5, (1 + mass) / 2])
    return float(median), float(low), float(high)


def stored_interval(part: xr.Dataset, name: str) -> Interval:
    """Return the interval that a node stores as ``<name>_median``, ``_low`` and ``_high``."""
    return (
        float(part[f"{name}_median"]),
        float(part[f"{name}_low"]),
        float(part[f"{name}_high"]),
    )


def spread(values: ArrayLike) -> float:
    """Return the coefficient of variation of draws, standard deviation over mean."""
    flat = np.asarray(values, dtype=float)
    mean = float(flat.mean())
    return float(flat.std(ddof=1)) / mean if mean > 0 else float("nan")


def draws(survey: SurveyResult, names: Iterable[str]) -> dict[str, xr.DataArray]:
    """Return those of the named variables that the node ``posterior`` holds."""
    posterior = node(survey, "posterior")
    if posterior is None:
        return {}
    return {name: posterior[name] for name in names if name in posterior}


def interval_column(survey: SurveyResult, label: str, unit: str = "") -> Column:
    """Return a column of intervals of the mass that the study asks for."""
    return Column(label, unit, "interval", mass=mass_of(survey))


def has_area(abundance: xr.Dataset) -> bool:
    """Return whether the node ``abundance`` speaks of areas that are known.

    Numbers of a survey that knows no area belong to the strips searched, and are not shown.
    """
    if str(abundance.attrs.get("area_basis", "stratum")) != "stratum":
        return False
    known = np.isfinite(abundance["area_km2"].to_numpy()).all()
    return bool(known and np.isfinite(abundance["abundance"].to_numpy()).all())


def every_group_is_one(abundance: xr.Dataset) -> bool:
    """Return whether groups and animals are the same in the node ``abundance``."""
    if "group_density_per_km2" not in abundance:
        return False
    return np.array_equal(abundance["density_per_km2"], abundance["group_density_per_km2"])
