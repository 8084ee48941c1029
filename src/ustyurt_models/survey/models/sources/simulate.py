"""Simulate several sources that visit the same sites; the twin of the model."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.survey.models.sites.simulate import VisitPlan, visit_sites
from ustyurt_models.survey.read.histories import Histories

__all__ = ["SourceTruth", "simulate_sources"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SourceTruth:
    """How one source sees.

    Attributes
    ----------
    sites : numpy.ndarray
        Sites that it visits, int64, shape (own site,).
    plan : VisitPlan
        Its visits, over its own sites.
    p : numpy.ndarray
        Probability of detection where the species is, shape (own site, occasion).
    confirmed, false : float
        Share of true detections that is confirmed, and probability of a false one; a source that
        never errs has ``false`` 0 and writes 1 for whatever it sees.
    """

    sites: NDArray[np.int64]
    plan: VisitPlan
    p: Floats
    confirmed: float = 1.0
    false: float = 0.0


def simulate_sources(
    occupied: NDArray[np.bool_], sources: Mapping[str, SourceTruth], rng: np.random.Generator
) -> dict[str, Histories]:
    """Visit occupied and empty sites with every source.

    Parameters
    ----------
    occupied : numpy.ndarray
        Shape (site,).
    sources : mapping of str to SourceTruth
        By name.
    rng : numpy.random.Generator
        Chance.

    Returns
    -------
    dict of str to Histories
        As if read from files; site i is called ``s<i + 1>`` in all of them.
    """
    found = {}
    for name, one in sources.items():
        there = occupied[one.sites][:, None]
        seen = rng.random(one.p.shape) < np.where(there, one.p, one.false)
        sure = (rng.random(one.p.shape) < one.confirmed) & there
        value = np.where(seen, 1.0 + (sure if one.false > 0 else 0.0), 0.0)
        names = tuple(f"s{i + 1}" for i in one.sites)
        found[name] = replace(visit_sites(one.plan, value), site=names)
    return found
