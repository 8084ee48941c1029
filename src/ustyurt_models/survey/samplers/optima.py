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
_POLISH = 3  # Newton steps after the climb
_ROUNDS = 200
_FEW = 20  # parameters up to which Hessians are decomposed at every step
_CHEAP = 1 << 22  # numbers that the Hessians of one step of the climb may cost to compute


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
        height, slope = flat.log_density(point)
        values, axes = np.linalg.eigh(-hessians(flat.slopes, point[None])[0])
        covariance = (axes / np.clip(values, _FLATTEST, None)) @ axes.T
        step = covariance @ np.nan_to_num(slope)
        rise = float(np.nan_to_num(slope) @ step)
        if (
            rise < 1e-8
            or turn == _POLISH
            or not flat.log_densities((point + step)[None])[0] > height
        ):
            break
        point = point + step
    return Optimum(point, height, np.linalg.cholesky(covariance), bool(rise < 1e-2))


def starting_points(flat: FlatModel, count: int, seed: int) -> Floats:
    """Return the model's initial point and `count` draws from the prior, shape (start, parameter).

    Parameters
    ----------
    flat : FlatModel
        The posterior.
    count : int
        Draws from the prior.
    seed : int
        Seed of those draws.

    Returns
    -------
    numpy.ndarray
        Points without a finite coordinate are replaced by the initial point.
    """
    points = np.concatenate([flat.start[None], flat.prior_points(count, seed)])
    return np.where(np.isfinite(points), points, flat.start)


def _distinct(flat: FlatModel, climbers: Climbers) -> list[Optimum]:
    """Return the optima that the climbers came to, each once, highest first."""
    order = np.argsort(-climbers.height, kind="stable")
    found: list[Optimum] = []
    for row in order:
        low = climbers.height[row] < climbers.height[order[0]] - _DEEP
        known = any(known.distance(climbers.point[row]) < _SAME for known in found)
        if low or known or not (climbers.arrived[row] or not found):
            continue
        fresh = optimum_near(flat, climbers.point[row])
        if not found or not any(known.distance(fresh.point) < _SAME for known in found):
            found.append(fresh)
    return found


def find_optima(flat: FlatModel, starts: Floats, rounds: int = _ROUNDS) -> list[Optimum]:
    """Climb from every start and return the distinct optima, most probable first.

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
    newton = starts.shape[1] <= _FEW and 2 * starts.size * flat.work < _CHEAP
    found = _distinct(flat, climb(flat.slopes, starts, rounds, newton))
    return sorted(found, key=lambda optimum: -optimum.log_mass)


def shares(optima: list[Optimum]) -> Floats:
    """Return the share of the probability around each optimum, shape (optimum,)."""
    mass = np.array([optimum.log_mass for optimum in optima])
    weight = np.exp(mass - mass.max())
    return weight / weight.sum()
