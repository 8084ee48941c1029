"""What a survey's posterior says as a likelihood: draws of log abundance freed of their prior."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from ustyurt_models.formulas.mixtures import Mixture, fit_mixture
from ustyurt_models.seeds import generator
from ustyurt_models.survey.models.joint.data import FEWEST, Component
from ustyurt_models.survey.prior_abundance import PriorAbundance, prior_abundance
from ustyurt_models.survey.registry import model_of

__all__ = ["Evidence", "evidence_of", "freed_of_prior"]

Floats = NDArray[np.float64]

_FLAT = 0.1  # a prior this many times wider than the posterior moves it by at most one per cent


@dataclass(frozen=True)
class Evidence:
    """A survey as a likelihood of log abundance.

    Attributes
    ----------
    name : str
        Name of the survey.
    bias_sd : float
        Prior standard deviation of its log bias; 0 for the reference.
    log_abundance : numpy.ndarray
        Draws, freed of the survey's own prior where that matters, shape (draw, stratum).
    density : Mixture
        Smooth density through them.
    prior_share : float
        Largest posterior standard deviation over that of the survey's own prior; NaN where its
        prior cannot be looked at.
    corrected : bool
        Whether the prior was taken out.
    """

    name: str
    bias_sd: float
    log_abundance: Floats
    density: Mixture
    prior_share: float
    corrected: bool

    @property
    def mean(self) -> Floats:
        """Mean of log abundance, shape (stratum,)."""
        return self.log_abundance.mean(axis=0)

    @property
    def covariance(self) -> Floats:
        """Covariance of log abundance, shape (stratum, stratum)."""
        return np.cov(self.log_abundance, rowvar=False).reshape(self.mean.size, -1)


def freed_of_prior(
    log_abundance: Floats, prior: PriorAbundance, rng: np.random.Generator
) -> Floats:
    """Take the prior out of posterior draws: each is drawn again in proportion to 1 / prior.

    Parameters
    ----------
    log_abundance : numpy.ndarray
        Draws, shape (draw, stratum).
    prior : PriorAbundance
        Normal on log abundance.
    rng : numpy.random.Generator
        Chance.

    Returns
    -------
    numpy.ndarray
        Draws of the likelihood, shape (draw, stratum).
    """
    away = log_abundance - prior.mean
    log_weights = 0.5 * np.einsum("di,ij,dj->d", away, np.linalg.inv(prior.covariance), away)
    weights = np.exp(log_weights - logsumexp(log_weights))
    ticks = (rng.random() + np.arange(weights.size)) / weights.size
    chosen = np.searchsorted(np.cumsum(weights), ticks)
    return log_abundance[np.minimum(chosen, weights.size - 1)]


def evidence_of(component: Component, number: int) -> Evidence:
    """Turn the posterior of a survey into a likelihood.

    Parameters
    ----------
    component : Component
        The survey.
    number : int
        Its place among the surveys, for chance.

    Returns
    -------
    Evidence
        Density of log abundance, without the survey's own prior where that is not flat.
    """
    logs = np.log(np.maximum(component.abundance, FEWEST))
    share, corrected = float("nan"), False
    if component.prepared is not None:
        prior = prior_abundance(
            model_of(component.prepared), generator(number, "survey", "joint prior")
        )
        if prior.mean.size != logs.shape[1]:
            prior = _of_whole(prior)
        share = float((logs.std(axis=0) / prior.sd).max())
        if share > _FLAT:
            logs = freed_of_prior(logs, prior, generator(number, "survey", "joint flat"))
            corrected = True
    density = fit_mixture(logs, component.effective)
    return Evidence(component.name, component.bias_sd, logs, density, share, corrected)


def _of_whole(prior: PriorAbundance) -> PriorAbundance:
    """Prior of the sum over strata: the widest stratum says how flat it is."""
    widest = int(prior.sd.argmax())
    mean = np.logaddexp.reduce(prior.mean)
    return PriorAbundance(np.array([mean]), prior.sd[[widest]], np.ones((1, 1)))
