"""Laplace approximation corrected by importance re-weighting: the fast path.

A Student-t at the mode with the curvature's covariance proposes points; Student-t components
fitted to the weighted points are added until the weights are even (incremental mixture
importance sampling, Raftery & Bao 2010, Biometrics 66:1162); Pareto smoothing of the weights
gives k-hat, which decides whether the result may be used (Vehtari et al. 2024, JMLR 25:72).
"""

from dataclasses import dataclass

import numpy as np
import pymc as pm
from arviz_stats.base import array_stats
from numpy.typing import NDArray
from scipy.linalg import solve_triangular
from scipy.special import gammaln, logsumexp

from ustyurt_models.study.surveys import Sampler
from ustyurt_models.survey.samplers.flat import FlatModel

__all__ = ["Weighted", "sample", "sample_flat"]

Floats = NDArray[np.float64]

_FREEDOM = 5.0  # tails of the proposal: heavier than the posterior's, variance finite
_PROPOSALS = 2000  # per component
_COMPONENTS = 8
_NUDGE = 1e-4  # step of numerical derivatives on the unconstrained scale
_LONGEST = 3.0  # of a Newton step
_SHARES = np.array([1.0, 0.5, 0.2, 0.05, 0.005])
_ROUNDS = 100
_EVEN = 0.4  # below this k-hat no further component is added


@dataclass(frozen=True)
class Weighted:
    """A posterior from importance re-weighting.

    Attributes
    ----------
    variables : dict of str to numpy.ndarray
        Draws on the natural scale, leading dimensions (chain, draw).
    stats : dict of str to float
        ``khat``, ``ess`` (effective draws of the weights) and ``modes`` (distinct optima seen).
    """

    variables: dict[str, Floats]
    stats: dict[str, float]


@dataclass(frozen=True)
class _Component:
    """One Student-t of the proposal."""

    centre: Floats
    root: Floats  # lower Cholesky factor of the scale matrix

    def draw(self, count: int, rng: np.random.Generator) -> Floats:
        normal = rng.standard_normal((count, self.centre.size))
        stretch = np.sqrt(_FREEDOM / rng.chisquare(_FREEDOM, (count, 1)))
        return self.centre + stretch * normal @ self.root.T

    def log_density(self, points: Floats) -> Floats:
        k = self.centre.size
        scaled = solve_triangular(self.root, (points - self.centre).T, lower=True)
        constant = gammaln((_FREEDOM + k) / 2) - gammaln(_FREEDOM / 2)
        constant -= k / 2 * np.log(_FREEDOM * np.pi) + np.log(np.diag(self.root)).sum()
        return constant - (_FREEDOM + k) / 2 * np.log1p((scaled**2).sum(axis=0) / _FREEDOM)


def _newton_steps(flat: FlatModel, points: Floats) -> tuple[Floats, Floats, Floats]:
    """Return log density, gradient and saddle-free Newton step at each point.

    Hessians come from central differences of the gradient, all in one batch.
    """
    count, k = points.shape
    nudge = np.concatenate([np.zeros((1, k)), _NUDGE * np.eye(k), -_NUDGE * np.eye(k)])
    value, gradient = flat.slopes((points[:, None] + nudge).reshape(-1, k))
    value, gradient = value.reshape(count, -1), gradient.reshape(count, -1, k)
    hessian = (gradient[:, 1 : k + 1] - gradient[:, k + 1 :]) / (2 * _NUDGE)
    hessian = np.nan_to_num((hessian + hessian.transpose(0, 2, 1)) / 2, posinf=0.0, neginf=0.0)
    slope = np.nan_to_num(gradient[:, 0], posinf=0.0, neginf=0.0)
    curve, axes = np.linalg.eigh(hessian)
    along = np.einsum("pji,pj->pi", axes, slope) / np.maximum(np.abs(curve), 1e-2)
    step = np.einsum("pij,pj->pi", axes, along)
    length = np.linalg.norm(step, axis=1, keepdims=True)
    return value[:, 0], slope, step * np.minimum(1.0, _LONGEST / np.maximum(length, 1e-300))


def _find_mode(flat: FlatModel, rng: np.random.Generator) -> tuple[Floats, int]:
    """Climb from several starts; return the best point and how many distinct optima were seen."""
    points = np.stack([flat.start, *(flat.start + rng.normal(0, 1.0, (2, flat.start.size)))])
    for _ in range(_ROUNDS):
        value, slope, step = _newton_steps(flat, points)
        trials = points[:, None] + _SHARES[:, None] * step[:, None]
        heights = flat.log_densities(trials.reshape(-1, points.shape[1])).reshape(len(points), -1)
        best = heights.argmax(axis=1)
        row = np.arange(len(points))
        better = heights[row, best] > value
        points = np.where(better[:, None], trials[row, best], points)
        if not better.any() or np.all(np.abs(slope * step).sum(axis=1) < 1e-10):
            break
    value = flat.log_densities(points)
    near = value[value > value.max() - 20]
    return points[value.argmax()], int(np.sum(near < value.max() - 0.01)) + 1


def _curvature(flat: FlatModel, mode: Floats) -> Floats:
    """Return the Cholesky factor of the inverse negative Hessian, bounded where it is flat."""
    nudge = np.concatenate([_NUDGE * np.eye(mode.size), -_NUDGE * np.eye(mode.size)])
    _, gradient = flat.slopes(mode + nudge)
    hessian = -(gradient[: mode.size] - gradient[mode.size :]) / (2 * _NUDGE)
    values, vectors = np.linalg.eigh((hessian + hessian.T) / 2)
    covariance = (vectors / np.clip(values, 0.05, None)) @ vectors.T
    return np.linalg.cholesky(covariance)


def _weigh(
    flat: FlatModel, components: list[_Component], points: Floats, density: Floats
) -> tuple[Floats, float]:
    """Return smoothed log weights (normalised) and k-hat under the mixture of `components`."""
    mixture = logsumexp([c.log_density(points) for c in components], axis=0) - np.log(
        len(components)
    )
    raw = density - mixture
    raw = np.where(np.isfinite(raw), raw, raw[np.isfinite(raw)].min() - 700.0)
    log_weights, khat = array_stats.psislw(raw.max() - raw)  # takes log likelihoods, weighs by -
    return log_weights - logsumexp(log_weights), float(khat)


def _fit_component(points: Floats, log_weights: Floats) -> _Component:
    """Match mean and covariance of the weighted points."""
    weights = np.exp(log_weights)
    centre = weights @ points
    spread = (weights[:, None] * (points - centre)).T @ (points - centre)
    scale = spread * (_FREEDOM - 2) / _FREEDOM + 1e-10 * np.eye(centre.size)
    return _Component(centre, np.linalg.cholesky(scale))


def _patch(points: Floats, log_weights: Floats, scale: Floats) -> _Component:
    """Cover the neighbourhood of the heaviest point, which the proposal reaches too seldom."""
    heaviest = points[np.argmax(log_weights)]
    away = solve_triangular(scale, (points - heaviest).T, lower=True)
    near = points[np.argsort((away**2).sum(axis=0))[: points.shape[0] // 20]]
    return _fit_component(near, np.full(near.shape[0], -np.log(near.shape[0])))


def _resample(log_weights: Floats, count: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Draw points in proportion to their weights (systematic), in random order."""
    cumulative = np.cumsum(np.exp(log_weights))
    ticks = (rng.random() + np.arange(count)) / count * cumulative[-1]
    chosen = np.searchsorted(cumulative, ticks)
    return rng.permutation(np.minimum(chosen, log_weights.size - 1))


def sample(model: pm.Model, sampler: Sampler, rng: np.random.Generator) -> Weighted:
    """Draw from the posterior of `model`.

    Parameters
    ----------
    model : pymc.Model
        A model whose posterior has one regular mode.
    sampler : Sampler
        Number of chains and draws; the draws are independent up to repeated points.
    rng : numpy.random.Generator
        Chance.

    Returns
    -------
    Weighted
        Draws and the quality of the weights.
    """
    return sample_flat(FlatModel(model), sampler, rng)


def sample_flat(flat: FlatModel, sampler: Sampler, rng: np.random.Generator) -> Weighted:
    """Draw from a posterior that is already a function of a vector; see `sample`.

    Refitting a design to new data this way spares building the model again.
    """
    mode, modes = _find_mode(flat, rng)
    components = [_Component(mode, _curvature(flat, mode))]
    count = max(_PROPOSALS, sampler.chains * sampler.draws)
    points = components[0].draw(count, rng)
    density = flat.log_densities(points)
    log_weights, khat = _weigh(flat, components, points, density)
    while khat > _EVEN and len(components) < _COMPONENTS:
        whole = _fit_component(points, log_weights)
        even = len(components) % 2 == 0
        components.append(_patch(points, log_weights, whole.root) if even else whole)
        fresh = components[-1].draw(count, rng)
        points = np.concatenate([points, fresh])
        density = np.concatenate([density, flat.log_densities(fresh)])
        log_weights, khat = _weigh(flat, components, points, density)
    chosen = _resample(log_weights, sampler.chains * sampler.draws, rng)
    variables = flat.constrain(points[chosen])
    shape = (sampler.chains, sampler.draws)
    effective = float(np.exp(-logsumexp(2 * log_weights)))
    return Weighted(
        {name: values.reshape(shape + values.shape[1:]) for name, values in variables.items()},
        {"khat": khat, "ess": effective, "modes": float(modes)},
    )
