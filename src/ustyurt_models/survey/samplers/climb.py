"""Climb a log density from many starts at once, with evaluations in shared batches.

Where evaluations are cheap, Newton steps with the absolute values of the curvature (Dauphin et al.
2014, NeurIPS 27, "saddle-free"), else BFGS with the inverse Hessian (Nocedal & Wright 2006,
*Numerical Optimization*, algorithm 6.1); both with backtracking (algorithm 3.1) and steps of
bounded length, since far from the optimum the density of a survey model may be flat or undefined.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Climbers", "climb", "hessians"]

Floats = NDArray[np.float64]
Slopes = Callable[[Floats], tuple[Floats, Floats]]

_LONGEST = 3.0  # of a step, per root of the number of parameters
_SHARES = (1.0, 0.3, 0.1, 0.02, 0.002)
_RISE = 1e-4  # share of the promised rise that a step must bring (Armijo)
_LEVEL = 1e-6  # promised rise at which the climb ends
_NUDGE = 1e-4  # step of numerical derivatives on the unconstrained scale
_FLATTEST = 1e-2  # curvature below this counts as this
_CLOSE = 0.2  # squared distance, in curvature of the higher climber, that is followed no further


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


def _begin(slopes: Slopes, starts: Floats) -> Climbers:
    height, slope = slopes(starts)
    usable = np.isfinite(height) & np.isfinite(slope).all(axis=1)
    height, slope = np.where(usable, height, -np.inf), np.where(usable[:, None], slope, 0.0)
    plain = np.ones(len(starts), bool)
    return Climbers(starts.copy(), height, slope, _unit_steps(slope), ~usable, plain)


def _unit_steps(slope: Floats) -> Floats:
    """Inverse Hessians that know nothing: the first step has length one at most."""
    length = np.maximum(np.linalg.norm(slope, axis=1), 1.0)
    return np.eye(slope.shape[1]) / length[:, None, None]


def hessians(slopes: Slopes, points: Floats) -> Floats:
    """Hessians by central differences of the gradient, all in one batch.

    Parameters
    ----------
    slopes : callable
        As for `climb`.
    points : numpy.ndarray
        Shape (point, parameter).

    Returns
    -------
    numpy.ndarray
        Shape (point, parameter, parameter), symmetric; 0 where they are not finite.
    """
    count, k = points.shape
    nudge = np.concatenate([_NUDGE * np.eye(k), -_NUDGE * np.eye(k)])
    _, slope = slopes((points[:, None] + nudge).reshape(-1, k))
    slope = slope.reshape(count, 2 * k, k)
    with np.errstate(all="ignore"):
        found = (slope[:, :k] - slope[:, k:]) / (2 * _NUDGE)
        return np.nan_to_num((found + found.transpose(0, 2, 1)) / 2, posinf=0.0, neginf=0.0)


def _newton(slopes: Slopes, points: Floats) -> Floats:
    """Inverse absolute Hessians, shape (point, parameter, parameter)."""
    curve, axes = np.linalg.eigh(hessians(slopes, points))
    return (axes / np.maximum(np.abs(curve), _FLATTEST)[:, None]) @ axes.transpose(0, 2, 1)


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


def _move(climbers: Climbers, slopes: Slopes, rows: NDArray[np.intp]) -> None:
    """Take one step, in place, from each of `rows`; who cannot rise has arrived or starts over."""
    step = _bounded(np.einsum("sij,sj->si", climbers.inverse[rows], climbers.slope[rows]))
    promise = np.einsum("si,si->s", climbers.slope[rows], step)
    level = promise < _LEVEL
    climbers.arrived[rows[level]] = True
    rows, step, promise = rows[~level], step[~level], promise[~level]
    for share in _SHARES:
        if not rows.size:
            return
        trial = climbers.point[rows] + share * step
        height, slope = slopes(trial)
        rose = height >= climbers.height[rows] + _RISE * share * promise
        rose &= np.isfinite(slope).all(axis=1)
        up = rows[rose]
        _learn(climbers, up, share * step[rose], slope[rose] - climbers.slope[up])
        climbers.point[up], climbers.height[up] = trial[rose], height[rose]
        climbers.slope[up] = slope[rose]
        rows, step, promise = rows[~rose], step[~rose], promise[~rose]
    climbers.arrived[rows[climbers.plain[rows]]] = True
    climbers.inverse[rows] = _unit_steps(climbers.slope[rows])
    climbers.plain[rows] = True


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


def climb(slopes: Slopes, starts: Floats, rounds: int = 200, newton: bool = False) -> Climbers:
    """Climb from every start until the slope vanishes.

    Parameters
    ----------
    slopes : callable
        Log densities (point,) and gradients (point, parameter) at points (point, parameter).
    starts : numpy.ndarray
        Shape (start, parameter).
    rounds : int
        Steps at most.
    newton : bool
        Spend two evaluations per parameter and step on the Hessian: fewer steps.

    Returns
    -------
    Climbers
        Where each start came to; `arrived` is false where the rounds did not suffice.
    """
    climbers = _begin(slopes, starts)
    for number in range(rounds):
        rows = np.flatnonzero(~climbers.arrived)
        if not rows.size:
            break
        if newton:
            climbers.inverse[rows] = _newton(slopes, climbers.point[rows])
        _move(climbers, slopes, rows)
        if number % 2 == 1:
            _merge(climbers)
    return climbers
