"""Joint estimate in PyMC: one log abundance per stratum, a bias for every survey.

Survey k estimates log N + b_k, where N are the animals and b_k ~ N(0, sd_k^2) is its log bias, the
same in all strata; the reference has none. What the survey says is the density of its own
posterior of log abundance, as a mixture of Student-t distributions, so that skewed posteriors and
the correlation between strata that share a detection function are kept.
"""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable
from scipy.special import gammaln

from ustyurt_models.formulas.mixtures import Mixture
from ustyurt_models.survey.models.joint.density import Evidence

__all__ = ["build", "centre_of", "log_mixture"]


def log_mixture(mixture: Mixture, point: TensorVariable) -> TensorVariable:
    """Log density of a mixture at one point of shape (dimension,); see `Mixture.log_density`."""
    k, freedom = mixture.centre.shape[1], mixture.freedom
    constant = gammaln((freedom + k) / 2) - gammaln(freedom / 2) - k / 2 * np.log(freedom * np.pi)
    height = constant - np.log(np.diagonal(mixture.root, axis1=1, axis2=2)).sum(axis=1)
    whiten = np.linalg.inv(mixture.root)
    away = (whiten * (point - mixture.centre)[:, None, :]).sum(axis=2)
    tail = (freedom + k) / 2 * pt.log1p((away**2).sum(axis=1) / freedom)
    parts = mixture.log_weight + height - tail
    top = pt.max(parts)
    return top + pt.log(pt.exp(parts - top).sum())


def centre_of(evidence: tuple[Evidence, ...]) -> np.ndarray:
    """Middle of the surveys' log abundance, where the prior is centred, shape (stratum,)."""
    return np.mean([one.mean for one in evidence], axis=0)


def build(
    evidence: tuple[Evidence, ...], stratum: tuple[str, ...], abundance_sd_log: float
) -> pm.Model:
    """Build the model.

    Parameters
    ----------
    evidence : tuple of Evidence
        One per survey.
    stratum : tuple of str
        Names.
    abundance_sd_log : float
        Prior standard deviation of log abundance.

    Returns
    -------
    pymc.Model
        Free variables ``log_abundance`` (stratum) and ``log_bias`` (biased): all surveys but the
        reference.
    """
    biased = [one.name for one in evidence if one.bias_sd > 0]
    with pm.Model(coords={"stratum": list(stratum), "biased": biased}) as model:
        log_abundance = pm.Normal(
            "log_abundance", centre_of(evidence), abundance_sd_log, dims="stratum"
        )
        # A study may name no reference, never only references: one survey at most has no bias.
        spread = np.array([one.bias_sd for one in evidence if one.bias_sd > 0])
        log_bias = pm.Normal("log_bias", 0.0, spread, dims="biased")
        for one in evidence:
            point = log_abundance
            if one.bias_sd > 0:
                point = log_abundance + log_bias[biased.index(one.name)]
            pm.Potential(f"log_{one.name}", log_mixture(one.density, point))
    return model
