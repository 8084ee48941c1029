"""Mode and curvature only: an answer in under a second, to look at and not to report."""

import numpy as np

from ustyurt_models.study.surveys import Sampler
from ustyurt_models.survey.samplers.flat import FlatModel
from ustyurt_models.survey.samplers.optima import find_optima, starting_points
from ustyurt_models.survey.samplers.weighted import Weighted, weighted

__all__ = ["preview_flat"]

_STARTS = 2


def preview_flat(flat: FlatModel, sampler: Sampler, rng: np.random.Generator) -> Weighted:
    """Draw from the normal distribution at the most probable optimum, unconstrained scale.

    Parameters
    ----------
    flat : FlatModel
        The posterior.
    sampler : Sampler
        Number of chains and draws.
    rng : numpy.random.Generator
        Chance.

    Returns
    -------
    Weighted
        Stats: ``preview`` (1), ``optima_seen``, ``arrived``.
    """
    optima = find_optima(flat, starting_points(flat, _STARTS, int(rng.integers(2**31))))
    best = optima[0]
    count = sampler.chains * sampler.draws
    points = best.point + rng.standard_normal((count, best.point.size)) @ best.root.T
    stats = {
        "preview": 1.0,
        "optima_seen": float(len(optima)),
        "arrived": float(best.arrived),
    }
    density = flat.log_densities(points)
    return weighted(flat, points, density, (sampler.chains, sampler.draws), stats)
