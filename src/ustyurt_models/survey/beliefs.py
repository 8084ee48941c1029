"""Evidence rows as distributions: logit-normal for probabilities, log-normal for positive ones."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ustyurt_models.checks import require
from ustyurt_models.evidence import Catalogue
from ustyurt_models.study.surveys.common import Believed, Trials
from ustyurt_models.survey.settings import Belief

__all__ = [
    "Known",
    "belief_from",
    "draw_known",
    "draw_positive",
    "draw_probability",
    "known_probability",
    "logit_moments",
    "lognormal_moments",
    "normal_moments",
]

#: What is known of a probability that the survey does not tell: limits, or own trials.
Known = Belief | Trials

_WIDTH = 2 * 1.959963984540054  # standard deviations between the 95 % limits of a normal


def normal_moments(belief: Belief) -> tuple[float, float]:
    """Return mean and standard deviation of a normal with these limits."""
    return belief.value, (belief.high - belief.low) / _WIDTH


def lognormal_moments(belief: Belief) -> tuple[float, float]:
    """Return mean and standard deviation of the logarithm."""
    return float(np.log(belief.value)), float(np.log(belief.high / belief.low) / _WIDTH)


def _logit(probability: ArrayLike) -> NDArray[np.float64]:
    # Written out: importing SciPy would double the time of `ustyurt check`.
    p = np.asarray(probability, np.float64)
    return np.log(p) - np.log1p(-p)


def logit_moments(belief: Belief) -> tuple[float, float]:
    """Return mean and standard deviation of the logit; limits are kept off 0 and 1."""
    low, value, high = np.clip((belief.low, belief.value, belief.high), 0.001, 0.999)
    return float(_logit(value)), float((_logit(high) - _logit(low)) / _WIDTH)


def draw_positive(belief: Belief, count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw a positive quantity that the data do not inform (log-normal), shape (count,)."""
    mean, sd = lognormal_moments(belief)
    return np.exp(rng.normal(mean, sd, count))


def draw_probability(belief: Belief, count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw a probability that the data do not inform, shape (count,).

    Normal on the logit with a spread of its own on each side, so that value, low and high are
    the 50 %, 2.5 % and 97.5 % quantiles.
    """
    low, value, high = _logit(np.clip((belief.low, belief.value, belief.high), 0.001, 0.999))
    z = rng.standard_normal(count)
    moved = value + z * 2.0 * np.where(z < 0, value - low, high - value) / _WIDTH
    return 0.5 * (1.0 + np.tanh(0.5 * moved))


def belief_from(catalogue: Catalogue, id: str, where: str) -> Belief:
    """Return a catalogue row as a belief; it needs a value and both limits.

    Parameters
    ----------
    catalogue : Catalogue
        Evidence.
    id : str
        Row.
    where : str
        Who asks, for the message.

    Returns
    -------
    Belief
        Value and limits.

    Raises
    ------
    InputError
        When there is no such row, or it lacks a value or a limit.
    """
    row = catalogue.require_ids([id], where)[0]
    complete = row.value is not None and row.low is not None and row.high is not None
    require(complete, where, "needs an evidence row with value, low and high", id)
    return Belief(float(row.value or 0), float(row.low or 0), float(row.high or 0), id)


def known_probability(
    given: Believed | None, id: str, catalogue: Catalogue | None, where: str
) -> Known | None:
    """Return what is known of a probability: from the study file, else from an evidence row.

    Parameters
    ----------
    given : tuple of float, Trials or None
        What the study file says: low, middle and high, or own trials.
    id : str
        Evidence row that the survey file names; may be empty.
    catalogue : Catalogue or None
        Evidence.
    where : str
        Who asks, for the message.

    Returns
    -------
    Belief, Trials or None
        ``None`` when nothing is said: the probability is taken as one.
    """
    if isinstance(given, Trials):
        return given
    if given is not None:
        low, value, high = given
        return Belief(value, low, high, "study file")
    if not id or catalogue is None:
        return None
    return belief_from(catalogue, id, where)


def draw_known(known: Known | None, count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw a probability that the survey does not inform, shape (count,); ones when unknown.

    Own trials give a beta distribution under a uniform prior.
    """
    if known is None:
        return np.ones(count)
    if isinstance(known, Trials):
        return rng.beta(known.seen + 1.0, known.trials - known.seen + 1.0, count)
    return draw_probability(known, count, rng)
