"""Jolly's estimate of strip counts, beside the model's: node ``design``."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.formulas.design_abundance import Estimate
from ustyurt_models.formulas.design_based import log_normal_limits, satterthwaite
from ustyurt_models.formulas.strip_counts import (
    JOLLY,
    Total,
    equal_units,
    probability_units,
    ratio_units,
)
from ustyurt_models.survey.design_based import (
    ALL_STRATA,
    KINDS,
    detection_of_draws,
    estimate_variables,
    model_limits,
)
from ustyurt_models.survey.models.strip.data import StripSurvey

__all__ = ["design_node", "jolly"]

Floats = NDArray[np.float64]


def jolly(method: int, counts: Floats, searched_km2: Floats, area_km2: float) -> Total:
    """Estimate the total of a stratum by one of Jolly's methods.

    Parameters
    ----------
    method : int
        1, 2 or 3; see `formulas.strip_counts.JOLLY`.
    counts, searched_km2 : numpy.ndarray
        By strip, shape (strip,).
    area_km2 : float
        Area of the stratum.

    Returns
    -------
    Total
        Estimate, variance, degrees of freedom.
    """
    if method == 1:
        return equal_units(counts, float(searched_km2.mean()), area_km2)
    estimate = ratio_units if method == 2 else probability_units
    return estimate(counts, searched_km2, area_km2)


def _records(survey: StripSurvey, posterior: xr.Dataset) -> dict[str, Floats]:
    """Correct counts by strip for bias by eye under every draw; by kind, shape (draw, strip)."""
    strips, draws = survey.strips, posterior.sizes["chain"] * posterior.sizes["draw"]
    counted = np.broadcast_to(survey.counted.astype(float), (draws, len(strips.strip)))
    if not strips.has_groups:
        return {"animals": counted}
    eye = survey.by_eye

    def sums(values: Floats, some: NDArray[np.bool_]) -> Floats:
        return np.bincount(strips.group_strip[some], values[some], len(strips.strip))

    bias = np.ones((draws, 1))
    if "eye_bias" in posterior:
        bias = posterior["eye_bias"].values.reshape(-1, 1)
    animals = sums(strips.photo, ~eye) + sums(strips.eye, eye) / bias
    return {"groups": counted, "animals": animals}


def _estimate(
    survey: StripSurvey, counts: Floats, found: Floats, method: int, mass: float
) -> Estimate:
    """Combine Jolly's variance with that of undercounting and bias by eye."""
    inside = [survey.strips.strip_stratum == s for s in range(survey.area_km2.size)]
    searched = survey.strips.searched_km2
    middle = np.exp(np.log(found).mean())
    logs = np.log(np.where(counts > 0, counts, 1.0))
    typical = np.where(counts[0] > 0, np.exp(logs.mean(axis=0)), 0.0) / middle
    totals = [
        jolly(method, typical[some], searched[some], float(area))
        for some, area in zip(inside, survey.area_km2, strict=True)
    ]
    weight = np.stack(
        [
            some * (area / searched[some].sum() if method < 3 else area / some.sum() / searched)
            for some, area in zip(inside, survey.area_km2, strict=True)
        ]
    )
    value = np.array([total.animals for total in totals])
    spread = np.array([total.variance for total in totals])
    freedom = np.array([max(total.freedom, 1.0) for total in totals])
    detection = detection_of_draws((counts / found[:, None]) @ weight.T, value).covariance
    known = np.append(np.diag(detection), detection.sum())
    whole = satterthwaite(tuple(np.nan_to_num(spread)), tuple(freedom))
    parts = zip(np.append(spread, spread.sum()), known, np.append(freedom, whole), strict=True)
    degrees = np.array([satterthwaite((v, d), (df, np.inf)) for v, d, df in parts])
    everything = np.append(value, value.sum())
    se = np.sqrt(np.append(spread, spread.sum()) + known)
    cv = np.divide(se, everything, out=np.full_like(se, np.nan), where=everything > 0)
    limits = [log_normal_limits(*row, mass) for row in zip(everything, cv, degrees, strict=True)]
    low, high = np.array(limits).T
    return Estimate(everything, se, cv, low, high, degrees)


def design_node(survey: StripSurvey, posterior: xr.Dataset, mass: float) -> xr.Dataset:
    """Estimate abundance by Jolly's methods, given the model's undercount and bias by eye.

    Parameters
    ----------
    survey : StripSurvey
        The survey.
    posterior : xarray.Dataset
        With ``availability``, ``perception`` and, with photographs, ``eye_bias``.
    mass : float
        Confidence of the log-normal limits, and mass of the model's intervals.

    Returns
    -------
    xarray.Dataset
        Dims ``kind`` (groups and animals, or animals) and ``stratum`` (the last is all of them):
        density and abundance with se, cv, limits; and ``jolly_abundance``, ``jolly_se`` by
        ``method`` for animals, NaN for method 1 where strips are unequal.
    """
    method = int(survey.settings.design[-1])
    found = (posterior["availability"] * posterior["perception"]).values.ravel()
    records = _records(survey, posterior)
    estimates = [_estimate(survey, each, found, method, mass) for each in records.values()]
    area = np.append(survey.area_km2, survey.area_km2.sum())
    density = tuple(one.divided(area) for one in estimates)
    strips = survey.by_stratum(np.ones(len(survey.strips.strip)))
    searched = survey.searched_km2
    node = xr.Dataset(
        {
            **estimate_variables("density_per_km2", "km-2", "density by design", density),
            **estimate_variables("abundance", "1", "abundance by design", tuple(estimates)),
            "area_km2": ("stratum", area, {"units": "km2", "long_name": "area"}),
            "searched_km2": (
                "stratum",
                np.append(searched, searched.sum()),
                {"units": "km2", "long_name": "area of the strips"},
            ),
            "transects": (
                "stratum",
                np.append(strips, strips.sum()),
                {"units": "1", "long_name": "strips"},
            ),
        },
        coords={
            "kind": [kind for kind in KINDS if kind in records],
            "stratum": [*survey.strips.stratum, ALL_STRATA],
        },
    )
    node = node.assign(model_limits(posterior, mass, tuple(records)))
    node = node.assign(_all_methods(survey, records["animals"], found, mass))
    node.attrs = {
        "estimator": f"Jolly's method {method}: {JOLLY[method]}",
        "interval_mass": mass,
        "interval_type": "log-normal with Satterthwaite degrees of freedom",
    }
    return node


def _all_methods(
    survey: StripSurvey, animals: Floats, found: Floats, mass: float
) -> dict[str, xr.DataArray]:
    """Animals and their standard error by all three methods, dims (method, stratum)."""
    searched = survey.strips.searched_km2
    rows = []
    for method in JOLLY:
        if method == 1 and np.ptp(searched) > 0.01 * searched.mean():
            rows.append(np.full((2, survey.area_km2.size + 1), np.nan))
        else:
            one = _estimate(survey, animals, found, method, mass)
            rows.append(np.stack([one.value, one.se]))
    values = np.stack(rows)
    coords = {"method": list(JOLLY), "stratum": [*survey.strips.stratum, ALL_STRATA]}
    return {
        name: xr.DataArray(
            values[:, i],
            coords,
            ("method", "stratum"),
            attrs={"units": "1", "long_name": meaning},
        )
        for i, (name, meaning) in enumerate(
            [("jolly_abundance", "animals by method"), ("jolly_se", "their standard error")]
        )
    }
