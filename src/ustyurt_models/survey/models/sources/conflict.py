"""Whether the sources contradict each other, looked at before they are put together."""

from collections.abc import Mapping
from itertools import combinations

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.special import expit, ndtr

from ustyurt_models.formulas.agreement import chance_of_agreement
from ustyurt_models.seeds import generator
from ustyurt_models.survey.draws import draws_of, thin
from ustyurt_models.survey.judgement import Finding, below
from ustyurt_models.survey.models.sites.occupancy import OccupancyData, psi_draws
from ustyurt_models.survey.models.sites.results import by_blocks
from ustyurt_models.survey.models.sources.occupancy import SourceData
from ustyurt_models.survey.models.sources.results import psi_of_sites

__all__ = ["agreement_finding", "conflict_node"]

Floats = NDArray[np.float64]
_ENDS = ("low", "median", "high")
#: Tail probability below which two sources are said to contradict each other, and to rule out that
#: they may be put together.
_UNLIKELY = (0.05, 0.001)


def _limits(values: Floats, mass: float) -> Floats:
    """Lower limit, median and upper limit of draws."""
    return np.quantile(values, [(1 - mass) / 2, 0.5, (1 + mass) / 2])


def _triple(name: str, dim: str, rows: list[Floats], meaning: str) -> dict[str, tuple]:
    """Return three variables with the ends of an interval, one row each."""
    values = np.array(rows).reshape(-1, 3).T
    return {
        f"{name}_{end}": (dim, part, {"units": "1", "long_name": f"{meaning}, {end}"})
        for end, part in zip(_ENDS, values, strict=True)
    }


def _alone(posterior: xr.Dataset, part: OccupancyData, number: int) -> Floats:
    """Return psi of the sites of a source by its own fit, shape (draw, site).

    Fits of one study share a seed: draws come in an order of their own.
    """
    some = thin(posterior, 1000)
    psi = expit(by_blocks(some, part.visits.seen.size, lambda draws: psi_draws(draws, part)))
    return generator(number, "survey", "source pairs").permutation(psi)


def _of_sources(
    data: SourceData, posterior: xr.Dataset, alone: Mapping[str, xr.Dataset], mass: float
) -> dict[str, tuple]:
    """Say what each source finds alone, and all together at the same sites."""
    psi = psi_of_sites(posterior, data)
    rows: dict[str, list[Floats]] = {k: [] for k in ("psi_alone", "psi", "p_alone", "p")}
    for number, name in enumerate(data.parts):
        rows["psi_alone"].append(_limits(draws_of(alone[name], "psi_mean"), mass))
        rows["psi"].append(_limits(psi[:, data.survey.at[name]].mean(axis=1), mass))
        rows["p_alone"].append(_limits(draws_of(alone[name], "p_detect"), mass))
        rows["p"].append(_limits(draws_of(posterior, "source_p_detect")[:, number], mass))
    words = {
        "psi_alone": "mean psi of the sites of this source, by this source alone",
        "psi": "mean psi of the same sites, by all sources together",
        "p_alone": "detection per visit, by this source alone",
        "p": "detection per visit, by all sources together",
    }
    found: dict[str, tuple] = {}
    for name, meaning in words.items():
        found |= _triple(name, "source", rows[name], meaning)
    return found | _told(data)


def _told(data: SourceData) -> dict[str, tuple]:
    """Return how much each source did, and where it comes from."""
    parts, spec = data.survey.parts, data.settings.sources
    numbers = {
        "sites": [len(one.histories.site) for one in parts.values()],
        "visits": [int(one.histories.visits.sum()) for one in parts.values()],
        "sites_seen": [int(one.histories.naive.sum()) for one in parts.values()],
        "false_positives": [int(spec[name].false_positives) for name in parts],
    }
    status = [one.histories.header.get("status", "not stated") for one in parts.values()]
    words = {"file": [spec[name].file for name in parts], "status": status}
    found: dict[str, tuple] = {
        name: ("source", np.array(values, float), {"units": "1"})
        for name, values in numbers.items()
    }
    return found | {name: ("source", np.array(v, object)) for name, v in words.items()}


def _of_pairs(data: SourceData, alone: Mapping[str, xr.Dataset], mass: float) -> dict[str, tuple]:
    """Compare psi of the sites that both sources of a pair visited, each fitted alone."""
    psi = {
        name: _alone(alone[name], data.alone[name], number)
        for number, name in enumerate(data.parts)
    }
    first, second, shared, ratios, agree, within = [], [], [], [], [], []
    for a, b in combinations(data.parts, 2):
        both = np.intersect1d(data.survey.at[a], data.survey.at[b], return_indices=True)
        if both[0].size == 0:
            continue
        size = min(len(psi[a]), len(psi[b]))
        means = [psi[n][:size, i].mean(axis=1) for n, i in ((a, both[1]), (b, both[2]))]
        ratio = means[0] / means[1]
        tail, near = chance_of_agreement(ratio, data.settings.agreement)
        if tail == 0.0:  # beyond what the draws resolve
            apart = np.log(ratio)
            tail = 2.0 * ndtr(-abs(apart.mean()) / apart.std(ddof=1))
        first.append(a)
        second.append(b)
        shared.append(float(both[0].size))
        ratios.append(_limits(ratio, mass))
        agree.append(float(tail))
        within.append(float(near))
    said = "two-sided probability of such a ratio if both tell of the same occupancy"
    close = f"probability that they differ by no more than {data.settings.agreement:.0%}"
    return {
        "first": ("pair", np.array(first, object)),
        "second": ("pair", np.array(second, object)),
        "shared_sites": ("pair", np.array(shared, float), {"units": "1"}),
        **_triple("ratio", "pair", ratios, "mean psi of the shared sites, first over second"),
        "agree": ("pair", np.array(agree, float), {"units": "1", "long_name": said}),
        "within": ("pair", np.array(within, float), {"units": "1", "long_name": close}),
    }


def conflict_node(
    data: SourceData, posterior: xr.Dataset, alone: Mapping[str, xr.Dataset], mass: float
) -> xr.Dataset:
    """Show what every source says alone and how far apart they are.

    Parameters
    ----------
    data : SourceData
        Histories.
    posterior : xarray.Dataset
        Of all sources together, derived.
    alone : mapping of str to xarray.Dataset
        Of each source alone, derived.
    mass : float
        Mass of equal-tailed intervals.

    Returns
    -------
    xarray.Dataset
        Over ``source``: ``psi_alone``, ``psi``, ``p_alone``, ``p`` (low, median, high), ``sites``,
        ``visits``, ``sites_seen``, ``file``, ``status``. Over ``pair``: ``first``, ``second``,
        ``shared_sites``, ``ratio``, ``agree``, ``within``.
    """
    node = xr.Dataset(
        {**_of_sources(data, posterior, alone, mass), **_of_pairs(data, alone, mass)},
        coords={"source": list(data.parts)},
    )
    node.attrs = {"interval_mass": mass, "interval_type": "equal-tailed"}
    node.attrs["agreement"] = data.settings.agreement
    return node


def agreement_finding(node: xr.Dataset) -> list[Finding]:
    """Judge whether the two sources that are furthest apart tell of the same occupancy."""
    if not node.sizes["pair"]:
        return []
    pairs = node.sizes["pair"]
    worst = node.isel(pair=int(node["agree"].values.argmin()))
    first, second = (str(worst[name].values) for name in ("first", "second"))
    meaning = (
        f"tail probability of the ratio of {first} to {second} at the sites of both, each fitted "
        f"alone, times {pairs} pairs; low: they contradict each other, and putting them together "
        "hides it"
    )
    p = min(float(worst["agree"]) * pairs, 1.0)
    return [below("agreement of sources", p, _UNLIKELY, meaning)]
