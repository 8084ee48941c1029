"""The design-based estimate that stands beside a model's: node ``design`` of a posterior."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.formulas.design_abundance import (
    Detection,
    Estimate,
    Sample,
    abundance,
    encounter_rate,
    mean_group_size,
)

__all__ = [
    "ALL_STRATA",
    "KINDS",
    "Kept",
    "design_node",
    "detection_of_draws",
    "estimate_variables",
    "model_limits",
]

Floats = NDArray[np.float64]

#: Last entry along ``stratum`` of the node.
ALL_STRATA = "all strata"
#: Entries along ``kind`` of the node.
KINDS = ("groups", "animals")


class Kept(Protocol):
    """A truncated survey; the data of every distance model have these attributes."""

    @property
    def stratum(self) -> tuple[str, ...]:
        """Names of the strata."""

    @property
    def area_km2(self) -> Floats:
        """Area of each stratum, shape (stratum,)."""

    @property
    def transect_stratum(self) -> NDArray[np.int64]:
        """Stratum of each transect, in the order in which they lie, shape (transect,)."""

    @property
    def effort(self) -> Floats:
        """Length [km], or visits, shape (transect,)."""

    @property
    def detection_transect(self) -> NDArray[np.int64]:
        """Transect of each group within the truncation distance, shape (detection,)."""

    @property
    def size(self) -> NDArray[np.int64]:
        """Animals in those groups, shape (detection,)."""


@dataclass(frozen=True)
class _Corrected:
    """Numbers in the searched strips, by transect, and the strata's totals under every draw."""

    present: Floats  # (transect,)
    squares: Floats  # (transect,), sum of (size / p)^2
    totals: Floats  # (draw, stratum)


def detection_of_draws(totals: Floats, middle: Floats) -> Detection:
    """Turn draws of the strata's abundance into the covariance due to detection.

    Relative spread is taken on the log scale, where a few detections leave long tails.

    Parameters
    ----------
    totals : numpy.ndarray
        Abundance under every draw of the detection function, shape (draw, stratum).
    middle : numpy.ndarray
        Point estimate, shape (stratum,).

    Returns
    -------
    Detection
        With infinite degrees of freedom: the draws carry the whole uncertainty.
    """
    logs = np.log(np.where(totals > 0, totals, 1.0))
    relative = np.expm1(np.atleast_2d(np.cov(logs, rowvar=False)))
    return Detection(relative * np.outer(middle, middle))


def _correct(sample: Sample, kept: Kept, p_detect: Floats, size: Floats) -> _Corrected:
    """Correct what was seen for detection: geometric mean over draws, and every draw."""
    transects = sample.effort.size
    draws = p_detect.shape[0]
    each = np.broadcast_to(p_detect.reshape(draws, -1), (draws, size.size))
    weight = size * np.exp(-np.log(each).mean(axis=0))
    scale = sample.scale / sample.sums(sample.effort)
    stratum = sample.transect_stratum[kept.detection_transect]
    of_stratum = (stratum[:, None] == np.arange(scale.size)).astype(np.float64)
    return _Corrected(
        np.bincount(kept.detection_transect, weight, transects),
        np.bincount(kept.detection_transect, weight**2, transects),
        scale * ((size / each) @ of_stratum),
    )


def _covariance(groups: _Corrected, animals: _Corrected, middles: tuple[Floats, Floats]) -> Floats:
    """Covariance due to detection of groups (rows) and animals (columns), (stratum, stratum)."""
    strata = groups.totals.shape[1]
    both = np.concatenate([groups.totals, animals.totals], axis=1)
    whole = detection_of_draws(both, np.concatenate(middles)).covariance
    return whole[:strata, strata:]


def estimate_variables(
    name: str, unit: str, meaning: str, estimates: tuple[Estimate, ...]
) -> dict[str, tuple]:
    """Return the variables of an estimate with dims (kind, stratum), ready for a Dataset.

    Parameters
    ----------
    name, unit, meaning : str
        Of the estimate; its error and limits are named after it.
    estimates : tuple of Estimate
        One per kind.

    Returns
    -------
    dict of str to tuple
        ``<name>``, ``<name>_se``, ``<name>_cv``, ``<name>_low``, ``<name>_high``.
    """
    dims = ("kind", "stratum")
    parts = {
        "": ("value", unit, meaning),
        "_se": ("se", unit, f"{meaning}, standard error"),
        "_cv": ("cv", "1", f"{meaning}, coefficient of variation"),
        "_low": ("low", unit, f"{meaning}, lower limit"),
        "_high": ("high", unit, f"{meaning}, upper limit"),
    }
    return {
        name + ending: (
            dims,
            np.stack([getattr(one, field) for one in estimates]),
            {"units": units, "long_name": long_name},
        )
        for ending, (field, units, long_name) in parts.items()
    }


def model_limits(
    posterior: xr.Dataset, mass: float, kinds: tuple[str, ...] = KINDS
) -> dict[str, tuple]:
    """Return median and limits of the model's own abundance, with that of all strata.

    Parameters
    ----------
    posterior : xarray.Dataset
        With ``group_abundance`` and ``abundance`` (..., stratum).
    mass : float
        Mass of the equal-tailed interval.
    kinds : tuple of str
        Of `KINDS`.

    Returns
    -------
    dict of str to tuple
        ``model_abundance_low``, ``_median``, ``_high`` with dims (kind, stratum).
    """
    tails = [(1 - mass) / 2, 0.5, (1 + mass) / 2]
    rows = []
    for kind in kinds:
        name = {"groups": "group_abundance", "animals": "abundance"}[kind]
        draws = posterior[name].values.reshape(-1, posterior[name].shape[-1])
        whole = np.concatenate([draws, draws.sum(axis=1, keepdims=True)], axis=1)
        rows.append(np.quantile(whole, tails, axis=0))
    limits = np.stack(rows, axis=1)
    return {
        f"model_abundance_{part}": (
            ("kind", "stratum"),
            values,
            {"units": "1", "long_name": f"abundance of the model, {part}"},
        )
        for part, values in zip(("low", "median", "high"), limits, strict=True)
    }


def design_node(
    kept: Kept,
    searched_km2_per_effort: float,
    p_detect: Floats,
    estimator: str,
    mass: float,
    posterior: xr.Dataset | None = None,
) -> xr.Dataset:
    """Estimate density and abundance by the design, given the model's detection.

    Parameters
    ----------
    kept : Kept
        The truncated survey; transects in the order in which they lie.
    searched_km2_per_effort : float
        Area inside the truncation distances per kilometre of line, or per visit of a point.
    p_detect : numpy.ndarray
        Draws of the chance that a group inside that area is detected, with detection on the line
        and availability as factors; shape (draw,), or (draw, detection) with covariates.
    estimator : str
        Variance estimator, one of `formulas.design_based.ESTIMATORS`.
    mass : float
        Confidence of the log-normal limits, and mass of the model's intervals.
    posterior : xarray.Dataset, optional
        With ``group_abundance`` and ``abundance`` (..., stratum), shown beside.

    Returns
    -------
    xarray.Dataset
        Dims ``kind`` (groups, animals) and ``stratum`` (the last is all of them): encounter rate
        per unit of effort, density, abundance, each with se, cv and limits; mean group size;
        effort, transects, found. NaN limits where nothing was found. Animals are those of the
        group sizes as seen.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> kept = SimpleNamespace(
    ...     stratum=("a",), area_km2=np.array([100.0]), transect_stratum=np.array([0, 0, 0]),
    ...     effort=np.array([10.0, 10.0, 10.0]), detection_transect=np.array([0, 0, 1]),
    ...     size=np.array([4, 2, 3]))
    >>> node = design_node(kept, 0.4, np.full(50, 0.5), "R2", 0.95)
    >>> round(node["abundance"].sel(kind="animals", stratum="a").item(), 6)
    150.0
    """
    sample = Sample(
        kept.area_km2, kept.transect_stratum, kept.effort, searched_km2_per_effort, estimator
    )
    sizes = (np.ones(kept.size.size), kept.size.astype(np.float64))
    corrected = [_correct(sample, kept, p_detect, size) for size in sizes]
    rates, numbers, found = [], [], []
    for size, one in zip(sizes, corrected, strict=True):
        seen, squares = (
            np.bincount(kept.detection_transect, values, sample.effort.size)
            for values in (size, size**2)
        )
        rates.append(encounter_rate(sample, seen, squares, mass))
        middle = sample.scale * sample.sums(one.present) / sample.sums(sample.effort)
        detection = detection_of_draws(one.totals, middle)
        numbers.append(abundance(sample, one.present, detection, one.squares, mass))
        found.append(_with_total(sample.sums(seen)))
    groups, animals = corrected
    shared = _covariance(groups, animals, (numbers[0].value[:-1], numbers[1].value[:-1]))
    mean_size = mean_group_size(
        sample, (groups.present, numbers[0]), (animals.present, numbers[1]), shared
    )
    node = _dataset(sample, (tuple(rates), tuple(numbers)), mean_size, kept.stratum)
    node["found"] = (("kind", "stratum"), np.stack(found), _attrs("1", "seen on the transects"))
    if posterior is not None:
        node = node.assign(model_limits(posterior, mass))
    node.attrs = {
        "estimator": estimator,
        "interval_mass": mass,
        "interval_type": "log-normal with Satterthwaite degrees of freedom",
    }
    return node


def _attrs(unit: str, meaning: str) -> dict[str, str]:
    return {"units": unit, "long_name": meaning}


def _with_total(values: Floats) -> Floats:
    return np.append(values, values.sum())


def _dataset(
    sample: Sample,
    estimates: tuple[tuple[Estimate, ...], tuple[Estimate, ...]],
    mean_size: tuple[Floats, Floats],
    strata: tuple[str, ...],
) -> xr.Dataset:
    """Lay the estimates out by kind and stratum."""
    rates, numbers = estimates
    area = _with_total(sample.area_km2)
    density = tuple(one.divided(area) for one in numbers)
    transects = sample.sums(np.ones_like(sample.effort))
    freedom = np.stack([one.freedom for one in numbers])
    by_stratum = {
        "area_km2": (area, "km2", "area"),
        "effort": (_with_total(sample.sums(sample.effort)), "effort", "kilometres or visits"),
        "transects": (_with_total(transects), "1", "transects"),
        "mean_size": (mean_size[0], "1", "animals per group"),
        "mean_size_se": (mean_size[1], "1", "animals per group, standard error"),
    }
    return xr.Dataset(
        {
            **estimate_variables("encounter_rate", "effort-1", "encounter rate", rates),
            **estimate_variables("density_per_km2", "km-2", "density by design", density),
            **estimate_variables("abundance", "1", "abundance by design", numbers),
            "freedom": (("kind", "stratum"), freedom, _attrs("1", "degrees of freedom")),
            **{
                name: ("stratum", values, _attrs(unit, meaning))
                for name, (values, unit, meaning) in by_stratum.items()
            },
        },
        coords={"kind": list(KINDS), "stratum": [*strata, ALL_STRATA]},
    )
