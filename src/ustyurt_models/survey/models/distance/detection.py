"""Detection functions as PyTensor graphs, in shares of the truncation distance w.

The twin of `formulas.detection_function` and `formulas.detection_adjustments`; a test holds them
equal. Distances are constants, log scales have shape (row,): one per distinct row of covariates.
With many rows and no closed form the integral is computed at a few scales between the smallest
and the largest and interpolated by a Chebyshev series of its logarithm, as in
`formulas.detection_rows`, since it is a smooth function of the log scale.
"""

from typing import NamedTuple

import numpy as np
import pytensor.tensor as pt
from numpy.polynomial import hermite_e
from numpy.typing import NDArray
from pytensor.tensor.variable import TensorVariable

from ustyurt_models.formulas.detection import quadrature_rule
from ustyurt_models.formulas.detection_adjustments import (
    GAUGE_POWER,
    SLACK_FLOOR,
    bounds_grid,
    term,
    term_slope,
)
from ustyurt_models.formulas.detection_function import DetectionForm
from ustyurt_models.formulas.detection_rows import NODES, interpolation_nodes
from ustyurt_models.survey.models.distance.priors import within

__all__ = [
    "GraphParameters",
    "bounded_coefficients",
    "interval_integrals",
    "log_detection",
]

Floats = NDArray[np.float64]

_SPREAD_ROWS = 5  # scales for which adjusted functions must not rise, from smallest to largest
_LOG_HAZARD = (-300.0, 50.0)  # as in the key functions


class GraphParameters(NamedTuple):
    """Parameters of a detection function.

    Attributes
    ----------
    log_sigma : TensorVariable
        Log of scale over truncation distance, shape (row,).
    shape : TensorVariable or None
        Hazard-rate shape.
    coefficients : TensorVariable or None
        Of the adjustment terms, shape (order,).
    """

    log_sigma: TensorVariable
    shape: TensorVariable | None = None
    coefficients: TensorVariable | None = None


def _hazard(form_shape: TensorVariable, log_sigma: TensorVariable, log_share) -> TensorVariable:
    """Hazard (x / sigma)^-b, bounded so that neither g nor its gradient overflows."""
    return pt.exp(within(form_shape * (log_sigma - log_share), *_LOG_HAZARD))


def _log_key(form: DetectionForm, share, log_sigma, shape) -> TensorVariable:
    """Log of the key at distances that broadcast against the log scales."""
    if form.key == "half-normal":
        return -0.5 * (share * pt.exp(-log_sigma)) ** 2
    if form.key == "hazard-rate":
        return pt.log(-pt.expm1(-_hazard(shape, log_sigma, pt.log(share))))
    if form.key == "negative-exponential":
        return -share * pt.exp(-log_sigma)
    return pt.zeros_like(share * log_sigma)


def _series(form: DetectionForm, share, coefficients: TensorVariable) -> TensorVariable:
    """1 + sum_j a_j p_j(share) for distances that may be graphs."""
    total = 1.0
    for i, order in enumerate(form.orders):
        if form.series == "cosine":
            value = pt.cos(order * np.pi * share)
        elif form.series == "hermite":
            value = _polynomial(hermite_e.herme2poly(np.eye(order + 1)[order]), share)
        else:
            value = share**order
        total = total + coefficients[i] * value
    return total


def _polynomial(powers: Floats, share):
    """Horner's rule."""
    value = powers[-1]
    for power in powers[-2::-1]:
        value = value * share + power
    return value


def log_detection(
    form: DetectionForm, share: Floats, parameters: GraphParameters
) -> TensorVariable:
    """Log detection probability at single distances.

    Parameters
    ----------
    form : DetectionForm
        Key and adjustments.
    share : numpy.ndarray
        Distances over truncation distance, > 0, shape (distance,).
    parameters : GraphParameters
        With one log scale per distance.

    Returns
    -------
    TensorVariable
        log g, shape (distance,).
    """
    value = _log_key(form, share, parameters.log_sigma, parameters.shape)
    if parameters.coefficients is None:
        return value
    above = _series(form, share, parameters.coefficients)
    below = _series(form, np.float64(0.0), parameters.coefficients)
    return value + pt.log(pt.maximum(above, 1e-300)) - pt.log(pt.maximum(below, 1e-300))


def _closed(form: DetectionForm, sigma, low: Floats, high: Floats) -> TensorVariable:
    """Integrals where there is a closed form; see the formulas."""
    if form.key == "uniform":
        whole = (high**2 - low**2) / 2 if form.point else high - low
        return pt.zeros_like(sigma) + whole
    if form.key == "negative-exponential":
        return sigma * pt.exp(-low / sigma) * -pt.expm1((low - high) / sigma)
    if form.point:
        squares = (high**2 - low**2) / (2 * sigma**2)
        return sigma**2 * pt.exp(-0.5 * (low / sigma) ** 2) * -pt.expm1(-squares)
    root = sigma * np.sqrt(2)
    return sigma * np.sqrt(np.pi / 2) * (pt.erf(high / root) - pt.erf(low / root))


def _quadrature(
    form: DetectionForm, low: Floats, high: Floats, parameters: GraphParameters
) -> TensorVariable:
    """Two Gauss-Legendre panels per interval; see the formulas. Shape (row, interval)."""
    points, weights = quadrature_rule()
    log_sigma = parameters.log_sigma[:, None, None]
    scale = pt.ones_like(log_sigma) if form.key == "uniform" else pt.exp(log_sigma)
    start, end = low[:, None], high[:, None]
    edge = pt.minimum(pt.maximum(scale, np.maximum(start, 1e-9 * end)), end)
    log_length = pt.log(end / edge)
    near = start + (edge - start) * points
    far = edge * pt.exp(log_length * points)
    total = 0.0
    for share, weight in ((near, (edge - start) * weights), (far, log_length * weights * far)):
        inner = GraphParameters(log_sigma, parameters.shape, parameters.coefficients)
        value = pt.exp(log_detection(form, share, inner))
        total = total + (weight * value * (share if form.point else 1.0)).sum(axis=-1)
    return total


def _interpolated(
    form: DetectionForm, low: Floats, high: Floats, parameters: GraphParameters
) -> TensorVariable:
    """Integrals at many rows by a Chebyshev series in the log scale."""
    points, matrix = interpolation_nodes()
    least, most = pt.min(parameters.log_sigma), pt.max(parameters.log_sigma)
    half = pt.maximum((most - least) / 2, 1e-3)
    middle = (least + most) / 2
    inner = GraphParameters(middle + half * points, parameters.shape, parameters.coefficients)
    height = pt.log(_quadrature(form, low, high, inner))
    series = [(matrix[k][:, None] * height).sum(axis=0) for k in range(NODES)]
    place = ((parameters.log_sigma - middle) / half)[:, None]
    after, last = pt.zeros_like(place), pt.zeros_like(place)
    for k in range(NODES - 1, 0, -1):
        after, last = series[k] + 2 * place * after - last, after
    return pt.exp(series[0] + place * after - last)


def interval_integrals(
    form: DetectionForm, edges: Floats, parameters: GraphParameters
) -> TensorVariable:
    """Integral of g (lines) or of s g(s) (points) between edges.

    Parameters
    ----------
    form : DetectionForm
        Key and adjustments.
    edges : numpy.ndarray
        Increasing shares of the truncation distance, shape (edge,).
    parameters : GraphParameters
        Log scales, shape (row,).

    Returns
    -------
    TensorVariable
        Shape (row, edge - 1), in shares of w (lines) or of w^2 (points).
    """
    low, high = edges[:-1], edges[1:]
    if form.closed:
        return _closed(form, pt.exp(parameters.log_sigma)[:, None], low, high)
    rows = parameters.log_sigma.type.shape[0]
    if rows is None or rows <= NODES:
        return _quadrature(form, low, high, parameters)
    return _interpolated(form, low, high, parameters)


def _key_fall(form: DetectionForm, grid: Floats, log_sigma, shape) -> TensorVariable:
    """Relative fall of the key, shape (row, distance); see `formulas.key_slope`."""
    if form.key == "half-normal":
        return grid * pt.exp(-2 * log_sigma)
    if form.key == "hazard-rate":
        hazard = _hazard(shape, log_sigma, np.log(grid))
        return shape * hazard * pt.exp(-hazard) / (grid * -pt.expm1(-hazard))
    if form.key == "negative-exponential":
        return pt.exp(-log_sigma) + 0 * grid
    return pt.zeros_like(log_sigma) + 0 * grid


def _bounds(form: DetectionForm, parameters: GraphParameters, monotone: bool):
    """Rows per coefficient, each shape (bound,), and what they must not exceed."""
    grid = bounds_grid()
    everywhere = np.array([1.0]) if monotone else np.concatenate([[0.0], grid, [1.0]])
    values = [term(form.series, order, everywhere) for order in form.orders]
    if not monotone:
        return [pt.as_tensor(-value) for value in values], pt.ones(everywhere.size)
    log_sigma = parameters.log_sigma
    if log_sigma.type.shape[0] != 1:
        least, most = pt.min(log_sigma), pt.max(log_sigma)
        log_sigma = least + (most - least) * np.linspace(0.0, 1.0, _SPREAD_ROWS)
    count = 1 if parameters.log_sigma.type.shape[0] == 1 else _SPREAD_ROWS
    fall = _key_fall(form, grid, log_sigma[:, None], parameters.shape)
    rows = []
    for order, value in zip(form.orders, values, strict=True):
        slope = term_slope(form.series, order, grid) - fall * term(form.series, order, grid)
        rows.append(pt.concatenate([slope.reshape((count * grid.size,)), -value]))
    most_allowed = pt.concatenate([fall.reshape((count * grid.size,)), np.ones(1)])
    return rows, most_allowed


def bounded_coefficients(
    free: TensorVariable, form: DetectionForm, parameters: GraphParameters, monotone: bool
) -> tuple[TensorVariable, TensorVariable]:
    """Map any real vector to coefficients that keep g from rising; see the formulas.

    Parameters
    ----------
    free : TensorVariable
        z, shape (order,).
    form : DetectionForm
        Key and adjustments.
    parameters : GraphParameters
        Log scales, shape (row,), and shape.
    monotone : bool
        False asks for g > 0 only.

    Returns
    -------
    tuple of TensorVariable
        Coefficients, shape (order,), and the log density of z that makes them uniform.
    """
    rows, most = _bounds(form, parameters, monotone)
    first = rows[0]
    ratio = most / pt.switch(pt.lt(pt.abs(first), 1e-300), 1e-300, first)
    high = pt.min(pt.switch(pt.gt(first, 0), ratio, np.inf))
    low = pt.max(pt.switch(pt.lt(first, 0), ratio, -np.inf))
    low, high = within(low, -1e6, 0.0), within(high, 0.0, 1e6)
    middle = (low + high) / 2
    slack = pt.maximum(most - first * middle, SLACK_FLOOR)
    # Half the allowed interval is the largest |row / slack| turned over; taking that maximum, which
    # two bounds reach alike, would count its gradient twice.
    gauge, reach = 0.0, [(high - low) / 2]
    for i, row in enumerate(rows):
        if i:
            reach.append(1.0 / pt.maximum(pt.max(pt.abs(row / slack)), 1e-300))
        gauge = gauge + row / slack * reach[i] * free[i]
    outside = within(gauge, 0.0, 1e8)
    for _ in range(int(np.log2(GAUGE_POWER))):
        outside = outside**2
    total = 1.0 + outside.sum()
    shrink = total ** (-1.0 / GAUGE_POWER)
    values = [reach[i] * free[i] * shrink for i in range(len(rows))]
    values[0] = values[0] + middle
    log_density = -(len(rows) / GAUGE_POWER + 1.0) * pt.log(total)
    return pt.stack(values), log_density
