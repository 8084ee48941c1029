"""From draws to occupied sites: given what was seen at each, with units; draws in blocks."""

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.formulas.site_histories import log_sigmoid
from ustyurt_models.study.surveys.priors import Share
from ustyurt_models.survey.models.sites.predictors import Predictor, flat_draws, linear_draws
from ustyurt_models.survey.models.sites.visits import Visits

__all__ = [
    "average_shares",
    "blocks_of_draws",
    "by_blocks",
    "describe_all",
    "detection_of",
    "mean_detection",
    "unit_of",
]

Floats = NDArray[np.float64]

_NUMBERS_AT_ONCE = 4_000_000  # 32 MB in the largest array

#: Unit and meaning of variables that several models have.
_UNITS = {
    "occupied_sites": ("1", "sites occupied among those visited, given what was seen"),
    "occupied_share": ("1", "share of the visited sites that is occupied, given what was seen"),
    "psi_mean": ("1", "mean probability of occupancy of the visited sites"),
    "p_detect": ("1", "mean probability of detection on a visit to an occupied site"),
    "field_sd": ("1", "standard deviation of the field on the logit of occupancy"),
    "field_length_km": ("km", "length scale of the field"),
    "field_bend_per_km": ("km-1", "inverse length scale beyond that of the longest"),
    "field_weight": ("km", "weight of a wave of the field"),
}


def blocks_of_draws(posterior: xr.Dataset, numbers: int) -> Iterator[dict[str, Floats]]:
    """Cut the draws into blocks of bounded size.

    Parameters
    ----------
    posterior : xarray.Dataset
        Draws.
    numbers : int
        Numbers that the largest array holds per draw.

    Yields
    ------
    dict of str to numpy.ndarray
        Some draws of every variable, each shape (draw, ...).
    """
    count = posterior.sizes["chain"] * posterior.sizes["draw"]
    size = max(_NUMBERS_AT_ONCE // max(numbers, 1), 1)
    flat = flat_draws(posterior)
    for begin in range(0, count, size):
        yield {name: values[begin : begin + size] for name, values in flat.items()}


def by_blocks(
    posterior: xr.Dataset, numbers: int, of: Callable[[Mapping[str, Floats]], Floats]
) -> Floats:
    """Evaluate a function of draws block by block and join the answers, shape (draw, ...)."""
    return np.concatenate([of(draws) for draws in blocks_of_draws(posterior, numbers)])


def mean_detection(draws: Mapping[str, Floats], p: Predictor, visits: Visits) -> Floats:
    """Return detection per visit, averaged over the visits made, shape (draw,)."""
    return detection_of(linear_draws(draws, p), visits)


def detection_of(logit_p: Floats, visits: Visits) -> Floats:
    """Return the same from the logit of every kind of visit, shape (draw, row)."""
    miss = log_sigmoid(-logit_p)
    made = visits.seen + visits.missed
    rows, exposure, times = visits.row[made > 0], visits.exposure[made > 0], made[made > 0]
    if np.all(exposure == 1.0):
        weight = np.bincount(rows, times, miss.shape[1])
        return -np.expm1(miss) @ weight / weight.sum()
    return -np.expm1(miss[:, rows] * exposure) @ times / times.sum()


def average_shares(out: xr.Dataset, parts: Mapping[str, Share]) -> None:
    """Add ``<name>_at_average``: the probability at average covariates."""
    for name in parts:
        out[f"{name}_at_average"] = 1.0 / (1.0 + np.exp(-out[f"{name}_intercept"]))


def unit_of(name: str, thing: str) -> tuple[str, str]:
    """Return unit and meaning of a variable that is named after a predictor."""
    part, _, what = name.partition("_")
    if what == "intercept":
        return "1", f"{thing} of {part} at average covariates"
    if what == "effect":
        return "1", f"effect on the {thing} of {part}"
    if what == "at_average":
        return "1", f"{part} at average covariates"
    if what.startswith("sd_"):
        return "1", f"standard deviation of the effects of {what[3:]} on the {thing} of {part}"
    return "1", f"effect of {what} on the {thing} of {part}"


def describe_all(
    out: xr.Dataset, own: Mapping[str, tuple[str, str]], logs: tuple[str, ...] = ()
) -> xr.Dataset:
    """Give every variable its unit and meaning; drop what only the sampler needs.

    Parameters
    ----------
    out : xarray.Dataset
        Derived posterior.
    own : mapping of str to (str, str)
        Unit and meaning of variables of this model.
    logs : tuple of str
        Predictors whose link is the logarithm; the others have the logit.
    """
    out = out.drop_vars([name for name in out if str(name).endswith("_z")])
    known = _UNITS | dict(own)
    for key, variable in out.data_vars.items():
        name = str(key)
        thing = "logarithm" if name.partition("_")[0] in logs else "logit"
        unit, meaning = known[name] if name in known else unit_of(name, thing)
        variable.attrs = {"units": unit, "long_name": meaning}
    return out
