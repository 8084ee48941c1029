"""Posterior predictive checks on plain arrays, shared by all models.

Every check compares a discrepancy of the data with that of replicates drawn from the model at the
same parameters, draw by draw, and returns the share of draws in which the replicate fits at least
as badly: small when the data look unlike the model (Gelman, Meng & Stern 1996, Statistica Sinica
6:733). Distances enter as fitted cumulative probabilities u = F(x), which are uniform under the
model, so that the same code serves lines, points, classes and double observers.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import kolmogorov as _kolmogorov_tail
from scipy.special import stdtr

__all__ = [
    "both_tails_p",
    "chi_square_p",
    "cramer_von_mises",
    "cramer_von_mises_weighted",
    "dispersion_p",
    "distance_checks",
    "freeman_tukey_p",
    "kolmogorov",
    "kolmogorov_p",
    "merge_classes",
    "rank_correlation_p",
    "uniform_p",
]

Floats = NDArray[np.float64]

_RARE, _MOST_TIMES = 0.02, 20  # below this share, up to so many times as many replicates
_LEAST = 5.0  # expected count of a class: below, chi-square is dominated by chance


def merge_classes(expected: Floats, least: float = _LEAST) -> NDArray[np.intp]:
    """Join neighbouring classes until each expects enough.

    Parameters
    ----------
    expected : numpy.ndarray
        Expected counts, shape (class,).
    least : float
        Smallest expected count of a joined class; 5 is Cochran's rule (1954, Biometrics 10:417).

    Returns
    -------
    numpy.ndarray
        First class of each joined class, for `numpy.add.reduceat`; at least one.
    """
    starts, held = [0], 0.0
    for index, value in enumerate(expected):
        if held >= least:
            starts.append(index)
            held = 0.0
        held += float(value)
    if held < least and len(starts) > 1:
        starts.pop()
    return np.array(starts, np.intp)


def _as_bad(replicate: Floats, seen: Floats) -> float:
    """Share of draws whose replicate fits at least as badly as the data."""
    return float(np.mean(replicate >= seen))


def _share_above(replicates: Floats, seen: Floats) -> float:
    """Share of all pairs in which the replicate is at least as far off."""
    below = np.searchsorted(np.sort(replicates), seen, side="left")
    return float(1 - below.mean() / replicates.size)


def _chi_square(counts: Floats, expected: Floats) -> Floats:
    return ((counts - expected) ** 2 / np.maximum(expected, 1e-9)).sum(axis=-1)


def chi_square_p(
    counts: Floats, chance: Floats, rng: np.random.Generator, least: float = _LEAST
) -> float:
    """Tail probability of the chi-square of counts in classes, given their total.

    Parameters
    ----------
    counts : numpy.ndarray
        Observed, shape (class,).
    chance : numpy.ndarray
        Probability of each class, shape (draw, class), summing to one.
    rng : numpy.random.Generator
        Chance for the replicates.
    least : float
        Smallest mean expected count; poorer classes are joined with a neighbour.

    Returns
    -------
    float
        1 where all is one class.
    """
    total = int(np.sum(counts))
    starts = merge_classes(total * chance.mean(axis=0), least)
    if starts.size < 2:
        return 1.0
    joined = np.add.reduceat(chance, starts, axis=1)
    joined = joined / joined.sum(axis=1, keepdims=True)
    expected = total * joined
    miss = _chi_square(np.add.reduceat(np.asarray(counts, float), starts), expected)
    found: list[float] = []
    while len(found) < _MOST_TIMES and (not found or np.mean(found) < _RARE):
        again = rng.multinomial(total, joined).astype(float)
        found.append(_as_bad(_chi_square(again, expected), miss))
    return float(np.mean(found))


def cramer_von_mises(u: Floats) -> Floats:
    """Cramér-von Mises distance of fitted cumulative probabilities from uniform.

    Parameters
    ----------
    u : numpy.ndarray
        Sorted along the last axis, shape (..., detection).

    Returns
    -------
    numpy.ndarray
        W^2, shape (...); Anderson 1962, Annals of Mathematical Statistics 33:1148.
    """
    n = u.shape[-1]
    ranks = (2 * np.arange(1, n + 1) - 1) / (2 * n)
    return 1 / (12 * n) + ((u - ranks) ** 2).sum(axis=-1)


def cramer_von_mises_weighted(u: Floats) -> Floats:
    """Cramér-von Mises distance that weighs the fit near the line most: cos(pi u / 2).

    The fit near distance zero decides abundance (Burnham et al. 2004, in *Advanced Distance
    Sampling*, 11.11.3). The integral of (F_n - u)^2 cos(pi u / 2) is taken exactly.

    Parameters
    ----------
    u : numpy.ndarray
        Sorted along the last axis, shape (..., detection).

    Returns
    -------
    numpy.ndarray
        n times the integral, shape (...).
    """
    n, a = u.shape[-1], np.pi / 2
    ends = np.ones((*u.shape[:-1], 1))
    edges = np.concatenate([0 * ends, u, ends], axis=-1)
    level = np.arange(n + 1) / n

    def whole(x: Floats) -> Floats:
        gap = level - x
        sine, cosine = np.sin(a * x), np.cos(a * x)
        return gap**2 * sine / a - 2 * gap * cosine / a**2 - 2 * sine / a**3

    return n * (whole(edges[..., 1:]) - whole(edges[..., :-1])).sum(axis=-1)


def kolmogorov(u: Floats) -> Floats:
    """Largest gap between the distribution of fitted cumulative probabilities and uniform.

    Parameters
    ----------
    u : numpy.ndarray
        Sorted along the last axis, shape (..., detection).

    Returns
    -------
    numpy.ndarray
        Root n times the gap, shape (...).
    """
    n = u.shape[-1]
    over = (np.arange(1, n + 1) / n - u).max(axis=-1)
    under = (u - np.arange(n) / n).max(axis=-1)
    return np.sqrt(n) * np.maximum(over, under)


def kolmogorov_p(u: Floats) -> float:
    """Tail probability of the largest gap from uniform, without replicates.

    Under the model the gap has one distribution, whatever the parameters.

    Parameters
    ----------
    u : numpy.ndarray
        Fitted cumulative probabilities of the detections, shape (draw, detection).

    Returns
    -------
    float
        Mean over draws; small samples by Stephens 1970, Journal of the Royal Statistical Society
        B 32:115.
    """
    gap, root = kolmogorov(np.sort(u, axis=1)), np.sqrt(u.shape[1])
    return float(_kolmogorov_tail(gap * (1 + (0.12 + 0.11 / root) / root)).mean())


def uniform_p(
    u: Floats, rng: np.random.Generator, *distances: Callable[[Floats], Floats]
) -> tuple[float, ...]:
    """Tail probabilities of distances from uniform.

    Every replicate is compared with every draw, since replicates do not depend on the draw; where
    few are as bad, more replicates make the small probability known.

    Parameters
    ----------
    u : numpy.ndarray
        Fitted cumulative probabilities of the detections, shape (draw, detection).
    rng : numpy.random.Generator
        Chance for the replicates.
    *distances : callable
        Such as `cramer_von_mises`.

    Returns
    -------
    tuple of float
        One per distance.
    """
    ordered = np.sort(u, axis=1)
    seen = [distance(ordered) for distance in distances]
    found: list[list[float]] = []
    while len(found) < _MOST_TIMES:
        again = np.sort(rng.random(u.shape), axis=1)
        found.append([_share_above(f(again), s) for f, s in zip(distances, seen, strict=True)])
        if min(np.mean(found, axis=0)) >= _RARE:
            break
    return tuple(float(p) for p in np.mean(found, axis=0))


def distance_checks(u: Floats, rng: np.random.Generator) -> dict[str, tuple[float, str]]:
    """Run all checks of exact distances.

    Parameters
    ----------
    u : numpy.ndarray
        Fitted cumulative probabilities of the detections, shape (draw, detection).
    rng : numpy.random.Generator
        Chance for the replicates.

    Returns
    -------
    dict
        Check to (probability, meaning), as `survey.model.SurveyModel.checks` wants it.
    """
    plain, near = uniform_p(u, rng, cramer_von_mises, cramer_von_mises_weighted)
    return {
        "distances, Cramer-von Mises": (plain, "distribution of distances fits"),
        "distances, Cramer-von Mises near zero": (near, "distances fit where it matters most"),
        "distances, Kolmogorov": (kolmogorov_p(u), "no part of the distances is far off"),
    }


def both_tails_p(again: Floats, seen: Floats) -> float:
    """Two-sided tail probability of any measure: the data may be too small or too large in it.

    Parameters
    ----------
    again, seen : numpy.ndarray
        The measure of replicates and of the data, shape (draw,) or broadcast.

    Returns
    -------
    float
        Twice the smaller tail, each with the ties, at most 1.
    """
    high = float((again >= seen).mean())
    return min(2 * min(high, 1 - high + float((again == seen).mean())), 1.0)


def freeman_tukey_p(counts: Floats, again: Floats, expected: Floats) -> float:
    """Tail probability of the Freeman-Tukey distance of counts from their expectations.

    Parameters
    ----------
    counts : numpy.ndarray
        Observed, shape (unit,).
    again : numpy.ndarray
        Replicates, shape (draw, unit).
    expected : numpy.ndarray
        Shape (draw, unit).

    Returns
    -------
    float
        Freeman & Tukey 1950, Annals of Mathematical Statistics 21:607.
    """
    roots = np.sqrt(expected)
    miss = [((np.sqrt(n) - roots) ** 2).sum(axis=-1) for n in (again, np.asarray(counts))]
    return _as_bad(miss[0], miss[1])


def dispersion_p(counts: Floats, again: Floats, expected: Floats) -> float:
    """Two-sided tail probability of Pearson's measure of spread: too even is odd as well.

    Parameters
    ----------
    counts, again, expected : numpy.ndarray
        As `freeman_tukey_p`.

    Returns
    -------
    float
        Twice the smaller tail, at most one; replicates equal to the data belong to both tails, so
        that a species that is never seen, as expected, is not odd.
    """
    drawn, seen = _chi_square(again, expected), _chi_square(np.asarray(counts), expected)
    return min(2 * min(_as_bad(drawn, seen), _as_bad(seen, drawn)), 1.0)


def _ranks(values: Floats) -> Floats:
    """Ranks with ties shared."""
    _, inverse, times = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(times) - (times - 1) / 2)[inverse]


def rank_correlation_p(a: Floats, b: Floats) -> float:
    """Two-sided p-value of Spearman's rank correlation, by the t approximation.

    Parameters
    ----------
    a, b : numpy.ndarray
        Shape (detection,), at least three.

    Returns
    -------
    float
        1 where one of them does not vary (Kendall & Stuart 1973, section 31.19).
    """
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        return 1.0
    r = float(np.corrcoef(_ranks(np.asarray(a, float)), _ranks(np.asarray(b, float)))[0, 1])
    freedom = len(a) - 2
    t = r * np.sqrt(freedom / max((1 - r) * (1 + r), 1e-300))
    return float(2 * stdtr(freedom, -abs(t)))
