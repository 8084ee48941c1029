"""Which uncertain parameters move a result: ranks with the noise floor of the same analysis."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

__all__ = ["Influence", "rank_influence"]

_PERMUTATIONS = 500
#: Two kinds of effect are looked for, so each gets half of 5 %.
_FLOOR_QUANTILE = 0.975


@dataclass(frozen=True)
class Influence:
    """What one parameter does to a result, given all others vary too.

    Attributes
    ----------
    parameter : str
        Id of the parameter.
    correlation : float
        Spearman rank correlation with the draw means of the result, -1..1.
    share : float
        Share of the rank variance it explains alone, corrected for chance, 0..1: of a
        monotone effect (squared correlation) or of an effect of any shape (correlation ratio
        over bins), whichever stands out more.
    floor : float
        What chance alone would reach there with the best of all parameters in 2.5 % of
        studies; with both kinds of effect, 5 % of studies name a parameter without influence.
    clear : bool
        Whether `share` lies above `floor`.
    """

    parameter: str
    correlation: float
    share: float
    floor: float
    clear: bool


def rank_influence(
    values: np.ndarray,
    inputs: np.ndarray,
    names: Sequence[str],
    generator: np.random.Generator,
) -> tuple[Influence, ...]:
    """Rank parameters by their influence on a result.

    Parameters
    ----------
    values : numpy.ndarray
        Result of each future, shape (draw, replicate), or of each draw, shape (draw,).
    inputs : numpy.ndarray
        Value of each parameter in each draw, shape (draw, parameter).
    names : sequence of str
        Ids of the parameters.
    generator : numpy.random.Generator
        For the shuffles that give the noise floor.

    Returns
    -------
    tuple of Influence
        Largest share first; parameters that do not vary are left out.

    References
    ----------
    Saltelli et al. 2008, *Global Sensitivity Analysis*, ch. 1; Kelley 1935, *PNAS* 21:554-559
    (correction of the correlation ratio); Westfall and Young 1993 (largest-of-all floor).
    """
    means = np.asarray(values, dtype=float).reshape(len(values), -1).mean(axis=1)
    inputs = np.asarray(inputs, dtype=float)
    varying = np.flatnonzero(np.ptp(inputs, axis=0) > 0.0) if inputs.size else np.array([], int)
    if np.ptp(means) == 0.0 or varying.size == 0:
        return tuple(Influence(names[column], 0.0, 0.0, 0.0, False) for column in varying)
    ranks = _standard_ranks(inputs[:, varying])
    bins = _bin_projection(inputs[:, varying])
    result = _standard_ranks(means[:, None])
    correlation = (ranks.T @ result)[:, 0]
    shuffled = np.column_stack([generator.permutation(result[:, 0]) for _ in range(_PERMUTATIONS)])
    shares = np.stack([found[:, 0] for found in _shares(ranks, bins, result)])
    by_chance = [found.max(axis=0) for found in _shares(ranks, bins, shuffled)]
    floors = np.quantile(by_chance, _FLOOR_QUANTILE, axis=1)
    kind = np.argmax(shares - floors[:, None], axis=0)
    share, floor = shares[kind, np.arange(kind.size)], floors[kind]
    order = np.argsort(-share, kind="stable")
    return tuple(
        Influence(
            names[varying[place]],
            float(correlation[place]),
            float(share[place]),
            float(floor[place]),
            bool(share[place] > floor[place]),
        )
        for place in order
    )


def _standard_ranks(columns: np.ndarray) -> np.ndarray:
    """Return ranks, centred and of unit length, per column."""
    ranks = rankdata(columns, axis=0)
    ranks -= ranks.mean(axis=0)
    return ranks / np.linalg.norm(ranks, axis=0)


def _bin_projection(inputs: np.ndarray) -> tuple[np.ndarray, int]:
    """Return, per parameter, the bin of each draw, shape (parameter, draw), and how many bins."""
    draws = inputs.shape[0]
    bins = int(np.clip(round(np.sqrt(draws) / 1.5), 2, 20))
    position = rankdata(inputs, method="ordinal", axis=0) - 1
    return (position * bins // draws).T.astype(int), bins


def _shares(
    ranks: np.ndarray, binned: tuple[np.ndarray, int], results: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return corrected shares of monotone and of any effects, each shape (parameter, result).

    `results` have mean zero and length 1.
    """
    draws = ranks.shape[0]
    monotone = 1.0 - (1.0 - (ranks.T @ results) ** 2) * (draws - 1) / (draws - 2)
    membership, bins = binned
    any_shape = np.empty_like(monotone)
    for row, member in enumerate(membership):
        inside = (member == np.arange(bins)[:, None]).astype(float)
        between = np.sum((inside @ results) ** 2 / inside.sum(axis=1)[:, None], axis=0)
        any_shape[row] = 1.0 - (1.0 - between) * (draws - 1) / (draws - bins)
    return np.clip(monotone, 0.0, 1.0), np.clip(any_shape, 0.0, 1.0)
