"""Evidence rows as distributions: logit-normal for probabilities, log-normal for positive ones."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from ustyurt_models.survey.settings import Belief

__all__ = [
    "draw_positive",
    "draw_probability",
    "logit_moments",
    "lognormal_moments",
    "normal_moments",
]

_WIDTH = 2 * 1.959963984540054  # standard deviations between the 95 % limits of a normal


def normal_moments(belief: Belief) -> tuple[float, float]:
    """Return mean and standard deviation of a normal with these limits."""
    return belief.value, (belief.high - belief.low) / _WIDTH


def lognormal_moments(belief: Belief) -> tuple[float, float]:
    """Return mean and standard deviation of the logarithm."""
    return float(np.log(belief.value)), float(np.log(belief.high / belief.low) / _WIDTH)


def logit_moments(belief: Belief) -> tuple[float, float]:
    """Return mean and standard deviation of the logit; limits are kept off 0 and 1."""
    low, value, high = np.clip((belief.low, belief.value, belief.high), 0.001, 0.999)
    return float(logit(value)), float((logit(high) - logit(low)) / _WIDTH)


def draw_positive(belief: Belief, count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw a positive quantity that the data do not inform (log-normal), shape (count,)."""
    mean, sd = lognormal_moments(belief)
    return np.exp(rng.normal(mean, sd, count))


def draw_probability(belief: Belief, count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw a probability that the data do not inform, shape (count,).

    Normal on the logit with a spread of its own on each side, so that value, low and high are
    the 50 %, 2.5 % and 97.5 % quantiles.
    """
    low, value, high = logit(np.clip((belief.low, belief.value, belief.high), 0.001, 0.999))
    z = rng.standard_normal(count)
    return expit(value + z * 2.0 * np.where(z < 0, value - low, high - value) / _WIDTH)
