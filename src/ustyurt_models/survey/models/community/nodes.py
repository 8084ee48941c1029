"""What the report takes from a community: species, richness of sites, effects by species."""

from collections.abc import Mapping

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.contracts import COMMUNITY, RICHNESS
from ustyurt_models.seeds import generator
from ustyurt_models.survey.draws import thin
from ustyurt_models.survey.models.community.occupancy import CommunityData
from ustyurt_models.survey.models.community.results import borrowed, present_draws
from ustyurt_models.survey.models.sites.predictors import flat_draws
from ustyurt_models.survey.models.sites.results import by_blocks

__all__ = ["community_node", "richness_node", "species_effects_node"]

Floats = NDArray[np.float64]

_FOLLOWS = ("occupied_sites", "occupied_share", "psi_mean", "p_detect")
_TOTALS = ("richness_mean", "species_present")


def _sites_seen(data: CommunityData) -> Floats:
    """Return the sites where each species was seen, shape (species,)."""
    return (np.nansum(data.survey.found.y, axis=2) > 0).sum(axis=1).astype(float)


def community_node(posterior: xr.Dataset, data: CommunityData) -> xr.Dataset:
    """Return what is known of every species (`contracts.COMMUNITY`), chains laid end to end.

    Parameters
    ----------
    posterior : xarray.Dataset
        Derived.
    data : CommunityData
        Histories.
    """
    draws, rng = flat_draws(posterior), generator(0, "survey", "fresh species")
    values: dict[str, Floats] = {name: draws[name] for name in (*_FOLLOWS, *_TOTALS)}
    values["sites_seen"] = _sites_seen(data)
    values |= {f"borrowed_{name}": borrowed(posterior, name, rng) for name in ("psi", "p")}
    count = len(draws["richness_mean"])
    return xr.Dataset(
        {name: (COMMUNITY[name].dims, value, _about(name)) for name, value in values.items()},
        coords={"draw": np.arange(count), "species": list(data.species)},
        attrs={"sites": data.sites},
    )


def _about(name: str) -> dict[str, str]:
    """Return unit and meaning of a variable of the contract."""
    one = COMMUNITY[name]
    return {"units": one.unit, "long_name": one.long_name}


def richness_node(posterior: xr.Dataset, data: CommunityData, most: int = 1000) -> xr.Dataset:
    """Return the number of species at every site as draws (`contracts.RICHNESS`)."""
    rng = generator(0, "survey", "richness")

    def count(draws: Mapping[str, Floats]) -> Floats:
        return present_draws(draws, data, rng).sum(axis=1).astype(np.float64)

    numbers = data.visits.seen.size
    richness = by_blocks(thin(posterior, most), numbers, count).astype(np.int32)
    seen = (np.nansum(data.survey.found.y, axis=2) > 0).sum(axis=0).astype(np.int32)
    return xr.Dataset(
        {
            name: (RICHNESS[name].dims, v, {"units": "1", "long_name": RICHNESS[name].long_name})
            for name, v in {"richness": richness, "seen": seen}.items()
        },
        coords={"site": list(data.survey.sites.histories.site)},
        attrs={"species": len(data.species)},
    )


def species_effects_node(
    posterior: xr.Dataset, data: CommunityData, mass: float
) -> xr.Dataset | None:
    """Return the effect of every covariate on every species, and on a typical one.

    Returns
    -------
    xarray.Dataset or None
        Median, low and high over ``term`` (named ``psi: forage``) and ``species``, whose first is
        ``typical``; none without covariates.
    """
    draws, found, terms = flat_draws(posterior), [], []
    for part in (data.psi, data.p):
        if not part.design.names:
            continue
        whole = draws[f"{part.name}_effect"][:, None, :]
        both = np.concatenate([whole, draws[f"{part.name}_species_effect"]], axis=1)
        found.append(np.quantile(both, [0.5, (1 - mass) / 2, (1 + mass) / 2], axis=0))
        terms += [f"{part.name}: {name}" for name in part.design.names]
    if not found:
        return None
    ends = np.concatenate(found, axis=2)
    said = {"units": "1", "long_name": "effect on the logit, per standard deviation"}
    return xr.Dataset(
        {
            name: (("species", "term"), values, said)
            for name, values in zip(("median", "low", "high"), ends, strict=True)
        },
        coords={"species": ["typical", *data.species], "term": terms},
        attrs={"interval_mass": mass, "interval_type": "equal-tailed"},
    )
