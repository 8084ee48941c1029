"""What the report takes from fits of repeated visits: occupancy, sites, effects, data."""

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.survey.models.sites.data import SiteSurvey
from ustyurt_models.survey.models.sites.predictors import Predictor, flat_draws
from ustyurt_models.survey.steps import step_variables

__all__ = [
    "effects_node",
    "observed_node",
    "occupancy_node",
    "site_abundance_node",
    "sites_node",
]

Floats = NDArray[np.float64]

#: Links by predictor: what an effect is added to.
_LOGS = ("lambda",)


def occupancy_node(posterior: xr.Dataset, survey: SiteSurvey) -> xr.Dataset:
    """Return occupancy by season (`contracts.OCCUPANCY`), chains laid end to end.

    Parameters
    ----------
    posterior : xarray.Dataset
        With ``occupied_sites``, ``psi_mean`` and ``p_detect``, perhaps over ``season``.
    survey : SiteSurvey
        The survey.
    """
    draws = flat_draws(posterior)
    count = len(draws["psi_mean"])
    seasons = survey.histories.seasons
    node = xr.Dataset(coords={"draw": np.arange(count), "season": list(seasons)})
    for name in ("occupied_sites", "occupied_share", "psi_mean", "p_detect"):
        values = draws[name].reshape(count, -1)
        shape = (count, len(seasons))
        attrs = dict(posterior[name].attrs)
        node[name] = (("draw", "season"), np.broadcast_to(values, shape).copy(), attrs)
    node.attrs["sites"] = len(survey.histories.site)
    return node


def observed_node(survey: SiteSurvey, site_km: Floats | None = None) -> xr.Dataset:
    """Return the visits and what was seen, by site and season, with the place of the sites."""
    histories = survey.histories
    member = histories.season[:, None] == np.arange(len(histories.seasons))
    visits = histories.visited.astype(float) @ member
    seen = np.nan_to_num(histories.y) @ member
    dims, unit = ("site", "season"), {"units": "1"}
    node = xr.Dataset(
        {
            "site_visits": (dims, visits, unit | {"long_name": "visits made"}),
            "site_detections": (dims, seen, unit | {"long_name": "detections, or animals counted"}),
        },
        coords={"site": list(histories.site), "season": list(histories.seasons)},
    )
    if site_km is not None:
        for axis, name in enumerate(("x_km", "y_km")):
            said = {"units": "km", "long_name": f"place, {('east', 'north')[axis]}"}
            node[name] = ("site", site_km[:, axis], said)
    node.attrs = {"never_visited": survey.idle, "notes": " ".join(histories.notes)}
    return node


def site_abundance_node(
    posterior: xr.Dataset, survey: SiteSurvey, site_area_km2: float | None
) -> xr.Dataset:
    """Return the animals at the visited sites (`contracts.ABUNDANCE`).

    Parameters
    ----------
    posterior : xarray.Dataset
        With ``abundance_total``.
    survey : SiteSurvey
        The survey.
    site_area_km2 : float or None
        Area that one site stands for; areas and densities are NaN without.

    Returns
    -------
    xarray.Dataset
        One stratum, ``visited sites``; the attribute ``area_basis`` is ``sites``: these are no
        numbers of a region.
    """
    animals = flat_draws(posterior)["abundance_total"].astype(float)[:, None]
    sites = len(survey.histories.site)
    area = np.array([np.nan if site_area_km2 is None else sites * site_area_km2])
    dims, density = ("draw", "stratum"), {"units": "km-2", "long_name": "animals per km2"}
    return xr.Dataset(
        {
            "abundance": (dims, animals, {"units": "1", "long_name": "animals at visited sites"}),
            "density_per_km2": (dims, animals / area, density),
            "area_km2": ("stratum", area, {"units": "km2", "long_name": "area of the sites"}),
        },
        coords={"draw": np.arange(len(animals)), "stratum": ["visited sites"]},
        attrs={"area_basis": "sites", "sites": sites},
    )


def sites_node(survey: SiteSurvey, columns: Mapping[str, tuple[Floats, str]]) -> xr.Dataset:
    """Return what is known of every site.

    Parameters
    ----------
    survey : SiteSurvey
        The survey.
    columns : mapping of str to (numpy.ndarray, str)
        Values, shape (site,), and their meaning.
    """
    return xr.Dataset(
        {
            name: ("site", values, {"units": "1", "long_name": meaning})
            for name, (values, meaning) in columns.items()
        },
        coords={"site": list(survey.histories.site)},
    )


def effects_node(
    posterior: xr.Dataset, parts: Sequence[Predictor], mass: float
) -> xr.Dataset | None:
    """Summarise the effects of covariates and levels.

    Parameters
    ----------
    posterior : xarray.Dataset
        Derived.
    parts : sequence of Predictor
        Predictors of the model.
    mass : float
        Mass of equal-tailed intervals.

    Returns
    -------
    xarray.Dataset or None
        Median and interval over ``term``, named ``psi: elevation``; none without covariates.
    """
    draws, nodes = flat_draws(posterior), []
    for part in parts:
        columns: dict[str, Floats] = {}
        if part.design.names:
            columns |= dict(zip(part.design.names, draws[f"{part.name}_effect"].T, strict=True))
        for factor, (levels, _) in part.levels.items():
            values = draws[f"{part.name}_{factor}"].T
            columns |= {f"{factor}[{level}]": v for level, v in zip(levels, values, strict=True)}
        if columns:
            nodes.append(_effects(part, columns, mass))
    if not nodes:
        return None
    both = xr.concat(nodes, "term") if len(nodes) > 1 else nodes[0]
    return both.assign_attrs(interval_mass=mass, interval_type="equal-tailed")


def _effects(part: Predictor, columns: Mapping[str, Floats], mass: float) -> xr.Dataset:
    """Summarise the effects on one predictor."""
    tails = [(1 - mass) / 2, 0.5, (1 + mass) / 2]
    low, median, high = np.quantile(np.array(list(columns.values())), tails, axis=1)
    scale = "log" if part.name in _LOGS else "logit"
    said = {"units": "1", "long_name": f"effect on {scale} {part.name}"}
    rows = {"median": median, "low": low, "high": high}
    return xr.Dataset(
        {name: ("term", values, said) for name, values in rows.items()},
        coords={"term": [f"{part.name}: {name}" for name in columns]},
    ).assign(step_variables(columns, part.steps))
