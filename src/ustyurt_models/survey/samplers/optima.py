"""The optima of a posterior: where they are, how curved, and how much probability lies around each.

A climb from one start may end at a false optimum with every sign of success. Starts are therefore
spread over the prior, and optima are weighed by the probability in their Gaussian surroundings,
density times root of the determinant of the covariance (Tierney & Kadane 1986, JASA 81:82), since
the highest point need not carry the most.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular

from ustyurt_models.survey.samplers.climb import Climbers, climb, hessians
from ustyurt_models.survey.samplers.flat import FlatModel

__all__ = ["Optimum", "find_optima", "optimum_near", "shares", "starting_points"]

Floats = NDArray[np.float64]

_FLATTEST = 0.05  # curvature below this counts as this: standard deviation 4.5
_SAME = 3.0  # distance, in standard deviations, within which two optima are one
_DEEP = 25.0  # log units below the highest at which an optimum is not worth a look
_FLAT_ENOUGH = 1e-6  # promised rise at which a point is a maximum
_POLISH = 3  # Newton steps after the climb
_ROUNDS = 200
_DRAWN = 8  # draws from the prior of which the highest is a start
_FEW = 20  # parameters up to which Hessians are decomposed at every step
_CHEAP = 1 << 26  # numbers that the Hessians of one step of the climb may cost to compute


@dataclass(frozen=True)
class Optimum:
    """A maximum of the log density.

    Attributes
    ----------
    point : numpy.ndarray
        Unconstrained scale, shape (parameter,).
    height : float
        Log density.
    root : numpy.ndarray
        Lower Cholesky factor of the inverse negative Hessian, shape (parameter, parameter).
    arrived : bool
        Whether the slope has vanished there.
    """

    point: Floats
    height: float
    root: Floats
    arrived: bool

    @property
    def log_mass(self) -> float:
        """Log of the probability around it, up to a constant shared by all optima."""
        return self.height + float(np.log(np.diag(self.root)).sum())

    def distance(self, point: Floats) -> float:
        """Distance of a point in standard deviations of this optimum."""
        return float(np.linalg.norm(solve_triangular(self.root, point - self.point, lower=True)))


def optimum_near(flat: FlatModel, point: Floats) -> Optimum:
    """Polish a point that is close to a maximum by Newton steps and measure the curvature.

    Parameters
    ----------
    flat : FlatModel
        The posterior.
    point : numpy.ndarray
        Shape (parameter,).

    Returns
    -------
    Optimum
        Curvature is bounded from below, so that a flat direction gets a wide but finite spread.
    """
    for turn in range(_POLISH + 1):
        slopes, hessian = hessians(flat, point[None])
        values, axes = np.linalg.eigh(-hessian[0])
        covariance = (axes / np.clip(values, _FLATTEST, None)) @ axes.T
        step = covariance @ slopes[0]
        rise = float(slopes[0] @ step)
        height, further = flat.log_densities(np.stack([point, point + step]))
        if rise < _FLAT_ENOUGH or turn == _POLISH or not further > height:
            break
        point = point + step
    return Optimum(point, float(height), np.linalg.cholesky(covariance), bool(rise < 1e-2))


def starting_points(flat: FlatModel, count: int, seed: int) -> Floats:
    """Return the model's initial point and points from the prior, highest first.

    Each is the highest of a few draws: still spread over the prior, and not lost on its slopes.

    Parameters
    ----------
    flat : FlatModel
        The posterior.
    count : int
        Points from the prior.
    seed : int
        Seed of the draws.

    Returns
    -------
    numpy.ndarray
        Shape (start, parameter).
    """
    drawn = flat.prior_points(count * _DRAWN, seed)
    drawn = np.where(np.isfinite(drawn), drawn, flat.start)
    height = flat.log_densities(np.concatenate([drawn, flat.start[None]]))
    best = height[:-1].reshape(count, _DRAWN).argmax(axis=1) + _DRAWN * np.arange(count)
    chosen = np.append(best, len(drawn))
    points = np.concatenate([drawn, flat.start[None]])[chosen]
    return points[np.argsort(-height[chosen], kind="stable")]


def _distinct(flat: FlatModel, climbers: Climbers, known: Optimum | None = None) -> list[Optimum]:
    """Return the optima that the climbers came to, each once."""
    found = [] if known is None else [known]
    order = np.argsort(-climbers.height, kind="stable")
    for row in order:
        low = climbers.height[row] < climbers.height[order[0]] - _DEEP
        seen = any(optimum.distance(climbers.point[row]) < _SAME for optimum in found)
        if low or seen or not (climbers.arrived[row] or not found):
            continue
        fresh = optimum_near(flat, climbers.point[row])
        if not any(optimum.distance(fresh.point) < _SAME for optimum in found):
            found.append(fresh)
    return found


def find_optima(flat: FlatModel, starts: Floats, rounds: int = _ROUNDS) -> list[Optimum]:
    """Climb from every start and return the distinct optima, most probable first.

    The first start climbs alone; the curvature at its optimum guides the others, which shortens
    their way and does not change where it ends.

    Parameters
    ----------
    flat : FlatModel
        The posterior.
    starts : numpy.ndarray
        Shape (start, parameter).
    rounds : int
        Steps of the climb at most.

    Returns
    -------
    list of Optimum
        At least one.
    """
    if starts.shape[1] <= _FEW and 2 * starts.size * flat.work < _CHEAP:
        found = _distinct(flat, climb(flat, starts, rounds, newton=True))
        return sorted(found, key=lambda optimum: -optimum.log_mass)
    first = climb(flat, starts[:1], rounds, newton=starts.shape[1] <= _FEW)
    if not first.arrived[0] or not np.isfinite(first.height[0]):
        found = _distinct(flat, climb(flat, starts, rounds))
    else:
        best = optimum_near(flat, first.point[0])
        begin = np.concatenate([best.point[None], starts[1:]])
        others = climb(flat, begin, rounds, guide=best.root @ best.root.T)
        found = _distinct(flat, others, best)
    return sorted(found, key=lambda optimum: -optimum.log_mass)


def shares(optima: list[Optimum]) -> Floats:
    """Return the share of the probability around each optimum, shape (optimum,)."""
    mass = np.array([optimum.log_mass for optimum in optima])
    weight = np.exp(mass - mass.max())
    return weight / weight.sum()
