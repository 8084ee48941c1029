"""Climb a log density from many starts at once, with evaluations in shared batches.

Where gradients are cheap, Newton steps with the absolute values of the curvature (Dauphin et al.
2014, NeurIPS 27, "saddle-free"), else BFGS with the inverse Hessian (Nocedal & Wright 2006,
*Numerical Optimization*, algorithm 6.1). Steps have bounded length and several shares of a step
are tried together, since far from the optimum the density of a survey model may be flat or
undefined.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Climbers", "Hill", "climb", "hessians"]

Floats = NDArray[np.float64]

_LONGEST = 3.0  # of a step, per root of the number of parameters
_SHARES = np.array([1.0, 0.4, 0.1, 0.02, 0.002])
_LEVEL = 1e-4  # promised rise at which the climb ends
_NUDGE = 1e-4  # step of numerical derivatives on the unconstrained scale
_FLATTEST = 1e-2  # curvature below this counts as this
_CLOSE = 0.2  # squared distance, in curvature of the higher climber, that is followed no further


class Hill(Protocol):
    """What is climbed, such as a `FlatModel`."""

    def log_densities(self, points: Floats) -> Floats:
        """Return log densities (point,) at points (point, parameter)."""

    def slopes(self, points: Floats) -> tuple[Floats, Floats]:
        """Return log densities (point,) and gradients (point, parameter)."""


@dataclass
class Climbers:
    """Points on their way up.

    Attributes
    ----------
    point, slope : numpy.ndarray
        Shape (start, parameter).
    height : numpy.ndarray
        Log density, shape (start,); minus infinity where a start has none.
    inverse : numpy.ndarray
        Estimate of the inverse negative Hessian, shape (start, parameter, parameter).
    arrived : numpy.ndarray
        Whether the slope has vanished, bool, shape (start,).
    plain : numpy.ndarray
        Whether nothing has been learnt of the curvature yet, bool, shape (start,).
    """

    point: Floats
    height: Floats
    slope: Floats
    inverse: Floats
    arrived: NDArray[np.bool_]
    plain: NDArray[np.bool_]


def _begin(hill: Hill, starts: Floats, guide: Floats | None) -> Climbers:
    height, slope = hill.slopes(starts)
    usable = np.isfinite(height) & np.isfinite(slope).all(axis=1)
    height, slope = np.where(usable, height, -np.inf), np.where(usable[:, None], slope, 0.0)
    plain = np.full(len(starts), guide is None)
    inverse = _unit_steps(slope) if guide is None else np.tile(guide, (len(starts), 1, 1))
    return Climbers(starts.copy(), height, slope, inverse, ~usable, plain)


def _unit_steps(slope: Floats) -> Floats:
    """Inverse Hessians that know nothing: the first step has length one at most."""
    length = np.maximum(np.linalg.norm(slope, axis=1), 1.0)
    return np.eye(slope.shape[1]) / length[:, None, None]


def hessians(hill: Hill, points: Floats) -> tuple[Floats, Floats]:
    """Gradients and Hessians by central differences of the gradient, all in one batch.

    Parameters
    ----------
    hill : Hill
        What is climbed.
    points : numpy.ndarray
        Shape (point, parameter).

    Returns
    -------
    tuple of numpy.ndarray
        Gradients, shape (point, parameter), to the square of the tiny step; and Hessians, shape
        (point, parameter, parameter), symmetric. 0 where they are not finite.
    """
    count, k = points.shape
    nudge = np.concatenate([_NUDGE * np.eye(k), -_NUDGE * np.eye(k)])
    _, slope = hill.slopes((points[:, None] + nudge).reshape(-1, k))
    slope = slope.reshape(count, 2 * k, k)
    with np.errstate(all="ignore"):
        found = (slope[:, :k] - slope[:, k:]) / (2 * _NUDGE)
        symmetric = np.nan_to_num((found + found.transpose(0, 2, 1)) / 2, posinf=0.0, neginf=0.0)
        return np.nan_to_num(slope.mean(axis=1), posinf=0.0, neginf=0.0), symmetric


def _look_around(climbers: Climbers, hill: Hill, rows: NDArray[np.intp]) -> None:
    """Put, in place, gradients and inverse absolute Hessians of `rows`."""
    slope, hessian = hessians(hill, climbers.point[rows])
    curve, axes = np.linalg.eigh(hessian)
    flattened = axes / np.maximum(np.abs(curve), _FLATTEST)[:, None]
    climbers.slope[rows], climbers.inverse[rows] = slope, flattened @ axes.transpose(0, 2, 1)


def _bounded(step: Floats) -> Floats:
    """Shorten steps that are longer than the data can justify."""
    length = np.linalg.norm(step, axis=1, keepdims=True)
    longest = _LONGEST * np.sqrt(step.shape[1])
    return step * np.minimum(1.0, longest / np.maximum(length, 1e-300))


def _learn(climbers: Climbers, rows: NDArray[np.intp], moved: Floats, turned: Floats) -> None:
    """Update, in place, the inverse Hessians of `rows` from a step and the change of slope."""
    curve = -np.einsum("si,si->s", moved, turned)
    good = curve > 1e-10 * np.linalg.norm(moved, axis=1) * np.linalg.norm(turned, axis=1)
    rows, s, y, c = rows[good], moved[good], -turned[good], curve[good]
    fresh = climbers.inverse[rows]
    first = climbers.plain[rows]  # ibid., equation 6.20
    size = c[first] / np.einsum("si,si->s", y[first], y[first])
    fresh[first] = np.eye(s.shape[1]) * size[:, None, None]
    climbers.plain[rows] = False
    hy = np.einsum("sij,sj->si", fresh, y)
    yhy = np.einsum("si,si->s", y, hy)
    outer = np.einsum("si,sj->sij", s, s) * ((c + yhy) / c**2)[:, None, None]
    cross = np.einsum("si,sj->sij", hy, s) / c[:, None, None]
    climbers.inverse[rows] = fresh + outer - cross - cross.transpose(0, 2, 1)


def _best_trials(hill: Hill, points: Floats, step: Floats) -> tuple[Floats, Floats]:
    """Try all shares of a step; return the highest points and how high they are."""
    trials = points[:, None] + _SHARES[:, None] * step[:, None]
    height = hill.log_densities(trials.reshape(-1, points.shape[1])).reshape(len(points), -1)
    best, row = height.argmax(axis=1), np.arange(len(points))
    return trials[row, best], height[row, best]


def _move(climbers: Climbers, hill: Hill, rows: NDArray[np.intp], newton: bool) -> None:
    """Take one step, in place, from each of `rows`; who cannot rise has arrived or starts over."""
    step = _bounded(np.einsum("sij,sj->si", climbers.inverse[rows], climbers.slope[rows]))
    level = np.einsum("si,si->s", climbers.slope[rows], step) < _LEVEL
    climbers.arrived[rows[level]] = True
    rows, step = rows[~level], step[~level]
    if not rows.size:
        return
    trial, height = _best_trials(hill, climbers.point[rows], step)
    rose = height > climbers.height[rows]
    up, trial = rows[rose], trial[rose]
    if newton:
        climbers.point[up], climbers.height[up] = trial, height[rose]
    elif up.size:
        height, slope = hill.slopes(trial)
        slope = np.where(np.isfinite(slope), slope, 0.0)
        _learn(climbers, up, trial - climbers.point[up], slope - climbers.slope[up])
        climbers.point[up], climbers.height[up], climbers.slope[up] = trial, height, slope
    stuck = rows[~rose]
    climbers.arrived[stuck[climbers.plain[stuck]]] = True
    climbers.inverse[stuck] = _unit_steps(climbers.slope[stuck])
    climbers.plain[stuck] = True


def _merge(climbers: Climbers) -> None:
    """Stop, in place, those who follow a higher climber closely: they go to the same place."""
    best = int(climbers.height.argmax())
    gap = climbers.point - climbers.point[best]
    # On a quadratic hill this is the squared distance in its curvature.
    away = -np.einsum("si,si->s", gap, climbers.slope - climbers.slope[best])
    near = (away >= 0) & (away < _CLOSE)
    near &= climbers.height > climbers.height[best] - _CLOSE
    near[best] = False
    climbers.arrived |= near


def climb(
    hill: Hill,
    starts: Floats,
    rounds: int = 200,
    newton: bool = False,
    guide: Floats | None = None,
) -> Climbers:
    """Climb from every start until the slope vanishes.

    Parameters
    ----------
    hill : Hill
        Log density and its gradient.
    starts : numpy.ndarray
        Shape (start, parameter).
    rounds : int
        Steps at most.
    newton : bool
        Spend two gradients per parameter and step on the Hessian: fewer steps.
    guide : numpy.ndarray, optional
        Inverse Hessian to begin with, such as that of an optimum that is already known, shape
        (parameter, parameter).

    Returns
    -------
    Climbers
        Where each start came to; `arrived` is false where the rounds did not suffice.
    """
    climbers = _begin(hill, starts, guide)
    for number in range(rounds):
        rows = np.flatnonzero(~climbers.arrived)
        if not rows.size:
            break
        if newton:
            _look_around(climbers, hill, rows)
        _move(climbers, hill, rows, newton)
        if number % 2 == 1:
            _merge(climbers)
    return climbers
