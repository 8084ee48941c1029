"""Simulated surveys of lines or points with any detection function and several observers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.formulas.detection_function import (
    DetectionForm,
    DetectionParameters,
    detection,
    mean_detection,
)
from ustyurt_models.survey.read.distance import Transects

__all__ = ["DistanceTruth", "simulate_transects"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class DistanceTruth:
    """What a simulated survey of single animals is drawn from.

    Attributes
    ----------
    density_per_km2 : tuple of float
        Animals per square kilometre, by stratum.
    area_km2 : tuple of float
        Area, by stratum.
    form : DetectionForm
        Key, truncation distances, line or point, adjustments.
    sigma_m : float
        Scale of the detection function [m].
    shape : float
        Hazard-rate shape.
    coefficients : tuple of float
        Of the adjustment terms.
    encounter_spread : float
        k in variance = (1 + k^2) mean of the animals on a transect; 0 is Poisson.
    observers : mapping of str to float
        Factor on the scale by observer; each transect has one, at random. Empty for none.
    """

    density_per_km2: tuple[float, ...]
    area_km2: tuple[float, ...]
    form: DetectionForm
    sigma_m: float
    shape: float = 2.5
    coefficients: tuple[float, ...] = ()
    encounter_spread: float = 0.0
    observers: Mapping[str, float] = field(default_factory=dict)

    @property
    def unit_area_km2(self) -> float:
        """Area searched per kilometre (both sides), or per visit of a point [km2]."""
        left, right = self.form.left_m, self.form.truncation_m
        if self.form.point:
            return float(np.pi * (right**2 - left**2) / 1e6)
        return 2.0 * (right - left) / 1e3


def _parameters(truth: DistanceTruth, factor: Floats) -> DetectionParameters:
    """Parameters at scales multiplied by `factor`."""
    return DetectionParameters(truth.sigma_m * factor, truth.shape, np.array(truth.coefficients))


def _distances(truth: DistanceTruth, factor: Floats, rng: np.random.Generator) -> Floats:
    """Draw the distance of each detected animal by rejection, shape (detection,)."""
    left, right = truth.form.left_m, truth.form.truncation_m
    out = np.full(factor.size, np.nan)
    while np.isnan(out).any():
        open_ = np.flatnonzero(np.isnan(out))
        trial = rng.uniform(left, right, open_.size)
        if truth.form.point:
            trial = np.sqrt(rng.uniform(left**2, right**2, open_.size))
        g = detection(truth.form, trial, _parameters(truth, factor[open_]))
        seen = rng.random(open_.size) < g
        out[open_[seen]] = trial[seen]
    return out


def simulate_transects(
    truth: DistanceTruth, effort: tuple[Floats, ...], rng: np.random.Generator
) -> Transects:
    """Survey a simulated population.

    Parameters
    ----------
    truth : DistanceTruth
        Density and detection.
    effort : tuple of numpy.ndarray
        Lengths [km] of the lines, or visits to the points, of each stratum.
    rng : numpy.random.Generator
        Chance.

    Returns
    -------
    Transects
        As if read from a file; with ``observer`` by transect where there are several.
    """
    stratum = np.repeat(np.arange(len(effort)), [each.size for each in effort])
    length = np.concatenate(effort)
    names, factors = np.array(list(truth.observers)), np.array(list(truth.observers.values()))
    who = rng.integers(max(names.size, 1), size=length.size)
    factor = factors[who] if names.size else np.ones(length.size)
    p = mean_detection(truth.form, _parameters(truth, factor))
    expected = np.asarray(truth.density_per_km2)[stratum] * truth.unit_area_km2 * p * length
    mean = expected
    if truth.encounter_spread > 0:
        excess = truth.encounter_spread**2
        mean = rng.gamma(expected / excess, excess)
    count = rng.poisson(mean)
    transect = np.repeat(np.arange(length.size), count)
    label = [f"stratum_{s + 1}" for s in range(len(effort))]
    return Transects(
        stratum=tuple(label),
        area_km2=np.asarray(truth.area_km2, float),
        transect=tuple(f"{label[s]}/{i + 1}" for i, s in enumerate(stratum)),
        transect_stratum=stratum.astype(np.int64),
        effort=length,
        detection_transect=transect.astype(np.int64),
        distance_m=_distances(truth, factor[transect], rng),
        size=np.ones(transect.size, np.int64),
        has_size=False,
        header={"status": "simulated"},
        kind="point" if truth.form.point else "line",
        transect_covariates={"observer": names[who]} if names.size else {},
    )
