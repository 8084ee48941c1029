"""Where the spread of a result comes from: the survey, the evidence, or chance.

A study is a nested design: every draw is a parameter set (a draw of the survey posterior and,
independently, one of the evidence), every replicate of it is chance. With :math:`Y_{dr}` the
result of replicate `r` of draw `d`,

* chance is the mean variance within draws (unbiased for any number of replicates >= 2);
* parameters are the variance between draw means minus what chance leaves in it;
* of the latter, the survey has the first-order share, the variance of
  :math:`E[Y | survey inputs]`. It is estimated from the draws at hand by regressing draw means
  on a polynomial of the survey inputs, corrected for the fit that chance alone would give;
* the rest is evidence, with whatever survey and evidence do only together.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri
from scipy.stats import rankdata

from ustyurt_models.checks import require

__all__ = ["Shares", "explained_share", "variance_shares"]

_DEGREES = (1, 2, 3)
_GROUPS = 20


@dataclass(frozen=True)
class Shares:
    """Shares of the variance of one result over futures; the three add up to 1.

    Attributes
    ----------
    survey, evidence, chance : float
        Shares, 0..1; NaN when the result does not vary at all.
    survey_error, evidence_error, chance_error : float
        Standard errors by a delete-a-group jackknife over draws; NaN below 20 draws.
    variance : float
        Total variance [unit of the result, squared].
    """

    survey: float
    evidence: float
    chance: float
    survey_error: float
    evidence_error: float
    chance_error: float
    variance: float


def variance_shares(values: np.ndarray, survey_inputs: np.ndarray) -> Shares:
    """Split the variance of a result into survey, evidence and chance.

    Parameters
    ----------
    values : numpy.ndarray
        Result of each future, shape (draw, replicate), at least 2 replicates; a condition
        may be given as 0 and 1.
    survey_inputs : numpy.ndarray
        What each draw took from surveys, such as abundances, shape (draw, input); may have no
        columns, and then the survey has no share.

    Returns
    -------
    Shares
        With errors. A small true share is pushed up a little because estimates below zero
        count as zero.

    References
    ----------
    Searle, Casella and McCulloch 1992, *Variance Components*, ch. 3 (nested variance).
    Saltelli et al. 2008, *Global Sensitivity Analysis*, ch. 1 (first-order share of a group).
    Shao and Wu 1989, *Annals of Statistics* 17:1176-1197 (delete-d jackknife).
    """
    values = np.asarray(values, dtype=float)
    inputs = np.asarray(survey_inputs, dtype=float).reshape(values.shape[0], -1)
    require(values.shape[1] >= 2, "replicates", "must be >= 2 to see chance", values.shape[1])
    require(values.shape[0] >= 3, "draws", "must be >= 3", values.shape[0])
    parts, variance = _parts(values, inputs)
    survey, evidence, chance = map(float, parts)
    errors = _jackknife(values, inputs)
    return Shares(
        survey, evidence, chance, float(errors[0]), float(errors[1]), float(errors[2]), variance
    )


def _parts(values: np.ndarray, inputs: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the shares (survey, evidence, chance) and the total variance."""
    replicates = values.shape[1]
    within = float(values.var(axis=1, ddof=1).mean())
    means = values.mean(axis=1)
    spread = float(means.var(ddof=1))
    between = max(spread - within / replicates, 0.0)
    total = between + within
    if total <= 0.0:
        return np.full(3, np.nan), 0.0
    survey = min(explained_share(means, inputs) * spread, between)
    return np.array([survey, between - survey, within]) / total, total


def explained_share(means: np.ndarray, inputs: np.ndarray) -> float:
    """Return the share of the variance of `means` that `inputs` explain, 0..1.

    Least squares on polynomials of normal scores; the degree with the smallest
    leave-one-out error is used, and the share is corrected for the number of terms
    (Ezekiel), so that inputs without influence get zero on average.
    """
    draws = means.size
    if inputs.shape[1] == 0 or np.ptp(means) == 0.0:
        return 0.0
    scores = _normal_scores(inputs)
    centred = means - means.mean()
    best_press, best_share = np.inf, 0.0
    for degree in _DEGREES:
        terms = np.hstack([scores**power for power in range(1, degree + 1)])
        design, _ = np.linalg.qr(np.column_stack([np.ones(draws), terms]))
        count = terms.shape[1]
        if count > draws // 4 and degree > 1:
            break
        residual = centred - design @ (design.T @ centred)
        leverage = np.minimum(np.sum(design**2, axis=1), 1 - 1e-9)
        press = float(np.sum((residual / (1 - leverage)) ** 2))
        if press < best_press:
            missed = float(residual @ residual / (centred @ centred))
            freedom = max(draws - count - 1, 1)
            best_press = press
            best_share = 1.0 - missed * (draws - 1) / freedom
    return float(np.clip(best_share, 0.0, 1.0))


def _normal_scores(inputs: np.ndarray) -> np.ndarray:
    """Return each column as normal quantiles of its ranks; constant columns are left out."""
    varying = inputs[:, np.ptp(inputs, axis=0) > 0.0] if inputs.size else inputs
    ranks = rankdata(varying, axis=0)
    return ndtri((ranks - 0.375) / (varying.shape[0] + 0.25))


def _jackknife(values: np.ndarray, inputs: np.ndarray) -> np.ndarray:
    """Return standard errors of the three shares by leaving out groups of draws."""
    draws = values.shape[0]
    if draws < _GROUPS:
        return np.full(3, np.nan)
    group = np.arange(draws) % _GROUPS
    left = np.array([_parts(values[group != g], inputs[group != g])[0] for g in range(_GROUPS)])
    spread = left - left.mean(axis=0)
    return np.sqrt((_GROUPS - 1) / _GROUPS * np.sum(spread**2, axis=0))
