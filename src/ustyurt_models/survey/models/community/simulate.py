"""Simulate visits on which several species are looked for; the twin of the model."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.survey.models.sites.simulate import VisitPlan, visit_sites
from ustyurt_models.survey.read.species import SpeciesHistories, join_species

__all__ = ["CommunityTruth", "draw_species", "simulate_community"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class CommunityTruth:
    """How the logit of a quantity varies among species.

    Attributes
    ----------
    typical, sd : float
        Mean and standard deviation of the intercepts.
    slope, slope_sd : float
        The same of the effect of the covariate.
    """

    typical: float
    sd: float
    slope: float = 0.0
    slope_sd: float = 0.0


def draw_species(
    truth: CommunityTruth, covariate: Floats, species: int, rng: np.random.Generator
) -> Floats:
    """Draw the species and return their probabilities.

    Parameters
    ----------
    truth : CommunityTruth
        Among species.
    covariate : numpy.ndarray
        Of any shape.
    species : int
        Their number.
    rng : numpy.random.Generator
        Chance.

    Returns
    -------
    numpy.ndarray
        Shape (species, ...).
    """
    own = truth.typical + truth.sd * rng.normal(size=species)
    slope = truth.slope + truth.slope_sd * rng.normal(size=species)
    shape = (species, *([1] * covariate.ndim))
    return 1.0 / (1.0 + np.exp(-own.reshape(shape) - slope.reshape(shape) * covariate))


def simulate_community(
    psi: Floats, p: Floats, plan: VisitPlan, rng: np.random.Generator
) -> tuple[SpeciesHistories, NDArray[np.bool_]]:
    """Visit sites and look for every species.

    Parameters
    ----------
    psi : numpy.ndarray
        Probability of occupancy, shape (species, site).
    p : numpy.ndarray
        Probability of detection where a species is, shape (species, site, occasion).
    plan : VisitPlan
        Visits.
    rng : numpy.random.Generator
        Chance.

    Returns
    -------
    tuple of SpeciesHistories and numpy.ndarray
        As if read from a file, and which species are where, shape (species, site).
    """
    present = rng.random(psi.shape) < psi
    seen = (rng.random(p.shape) < p) & present[..., None]
    parts = {f"species {i + 1}": visit_sites(plan, one * 1.0) for i, one in enumerate(seen)}
    return join_species(parts), present
