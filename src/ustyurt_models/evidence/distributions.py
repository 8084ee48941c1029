"""Rows of evidence become distributions: families fitted to value, low and high.

Two readings of ``low`` and ``high``, by family:

* beta, gamma, gumbel, lognormal and normal take them as the 2.5 % and 97.5 % quantiles and
  ``value`` as the median. Normal and lognormal get a spread of their own on each side of the
  median and so meet all three. Beta, gamma and gumbel have two numbers to meet three
  quantiles: least squares, in which the median counts more, because the value is what the
  source says while most limits are our working spread. What is missed is stated.
* uniform, triangular, discrete and beta-scaled take them as ends beyond which nothing lies,
  and ``value`` as the mode (uniform ignores it).

Count families (poisson, negative binomial, truncated poisson) state how single groups or
litters vary, not how well the mean is known, so the parameter itself is held at its value.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.optimize import least_squares
from scipy.special import ndtri

from ustyurt_models.checks import require
from ustyurt_models.evidence.families import QUANTILES
from ustyurt_models.evidence.parameter import Parameter
from ustyurt_models.evidence.units import bounds

__all__ = ["INTERVAL", "Fitted", "fit"]

INTERVAL = np.array([0.025, 0.5, 0.975])
"""Probabilities at which low, value and high stand."""

_MEDIAN_WEIGHT = 3.0
_Z = float(ndtri(0.975))
# Share of the interval's width that stands for no spread at all on one side.
_NO_SPREAD = 1e-9
# Solutions are rounded to this many decimals, so that the last bits, which depend on the
# machine's linear algebra, never reach a result.
_DECIMALS = 6


@dataclass(frozen=True)
class Fitted:
    """A distribution for one row of evidence.

    Attributes
    ----------
    family : str
        Key of `ustyurt_models.evidence.families.QUANTILES`.
    numbers : tuple of float
        What the family's quantile function needs.
    fit_error : float
        Largest miss of value, low and high as a share of ``high - low``; for families with
        ends, the miss of the value alone. 0 for a constant.
    """

    family: str
    numbers: tuple[float, ...]
    fit_error: float = 0.0

    def quantile(self, probability: np.ndarray) -> np.ndarray:
        """Return the values below which a share `probability` (inside 0..1) lies."""
        return QUANTILES[self.family](np.asarray(probability, dtype=float), self.numbers)


@dataclass(frozen=True)
class _Range:
    """Low, value and high of a row, with what is physically possible."""

    low: float
    value: float
    high: float
    lowest: float
    highest: float

    @property
    def width(self) -> float:
        return self.high - self.low

    @property
    def targets(self) -> np.ndarray:
        return np.array([self.low, self.value, self.high])


@lru_cache(maxsize=4096)
def fit(row: Parameter) -> Fitted:
    """Return the distribution of `row`.

    Parameters
    ----------
    row : Parameter
        A checked row that holds a number.

    Returns
    -------
    Fitted
        Its values stay inside the physical range of the row's unit.
    """
    require(row.value is not None, f"evidence: {row.id}", "states a fact, not a number")
    assert row.value is not None
    if row.low is None or row.high is None or row.low == row.high:
        return Fitted("constant", (row.value,))
    limits = _Range(row.low, row.value, row.high, *bounds(row.unit))
    return _FITS[row.distribution](limits)


def _with_error(family: str, numbers: tuple[float, ...], limits: _Range) -> Fitted:
    """Return the distribution with its largest miss of the three quantiles."""
    miss = np.abs(QUANTILES[family](INTERVAL, numbers) - limits.targets) / limits.width
    return Fitted(family, numbers, float(miss.max()))


def _nearest(
    miss: Callable[[np.ndarray], np.ndarray], start: tuple[float, float], reach: float
) -> tuple[float, float]:
    """Return the pair of numbers within `reach` of `start` with the least weighted misses."""
    weight = np.array([1.0, _MEDIAN_WEIGHT, 1.0])
    box = (np.array(start) - reach, np.array(start) + reach)
    found = least_squares(lambda pair: weight * miss(pair), start, bounds=box, xtol=1e-10)
    return round(float(found.x[0]), _DECIMALS), round(float(found.x[1]), _DECIMALS)


def _fit_constant(limits: _Range) -> Fitted:
    """Hold the parameter at its value."""
    return Fitted("constant", (limits.value,))


def _fit_uniform(limits: _Range) -> Fitted:
    """Take low and high as ends; the miss is that of the value from the middle."""
    middle = (limits.low + limits.high) / 2
    error = abs(middle - limits.value) / limits.width
    return Fitted("uniform", (limits.low, limits.high), error)


def _fit_triangular(limits: _Range) -> Fitted:
    """Take low and high as ends, value as the mode."""
    return Fitted("triangular", (limits.low, limits.value, limits.high))


def _fit_discrete(limits: _Range) -> Fitted:
    """Take whole numbers between the ends, value as the mode."""
    return Fitted("discrete", (limits.low, limits.value, limits.high))


def _fit_pert(limits: _Range) -> Fitted:
    """Stretch a beta between the ends with its mode at value (PERT, Malcolm et al. 1959)."""
    mode = (limits.value - limits.low) / limits.width
    return Fitted("beta", (1 + 4 * mode, 5 - 4 * mode, limits.low, limits.high))


def _fit_gumbel(limits: _Range) -> Fitted:
    """Put the median at value and the long tail on the longer side; least squares for the scale."""
    sign = 1.0 if limits.high - limits.value >= limits.value - limits.low else -1.0
    standard = QUANTILES["gumbel"](INTERVAL, (0.0, sign))
    reach = standard[[0, 2]] - standard[1]
    scale = float(reach @ (limits.targets[[0, 2]] - limits.value) / (reach @ reach))
    numbers = (limits.value - scale * float(standard[1]), sign * scale)
    return _with_error("gumbel", numbers, limits)


def _normal_numbers(limits: _Range) -> tuple[float, ...]:
    """Return median, spread below, spread above and cut of the normal that meets `limits`."""
    least = _NO_SPREAD * limits.width
    below = max(limits.value - limits.low, least) / _Z
    above = max(limits.high - limits.value, least) / _Z
    return (limits.value, below, above, limits.lowest, limits.highest)


def _fit_normal(limits: _Range) -> Fitted:
    """Fit a normal with two spreads, cut at the physical limits."""
    return _with_error("normal", _normal_numbers(limits), limits)


def _fit_lognormal(limits: _Range) -> Fitted:
    """Fit a lognormal with two spreads, cut at the highest possible value."""
    low, value, high, highest = np.log(
        [limits.low, limits.value, limits.high, limits.highest]
    ).tolist()
    logs = _Range(low, value, high, -math.inf, highest)
    return _with_error("lognormal", _normal_numbers(logs), limits)


def _fit_gamma(limits: _Range) -> Fitted:
    """Find shape and scale with the least misses on the log scale."""
    targets = np.log(limits.targets)
    span = targets[2] - targets[0]

    def miss(pair: np.ndarray) -> np.ndarray:
        quantiles = QUANTILES["gamma"](INTERVAL, (math.exp(pair[0]), math.exp(pair[1])))
        return (np.log(np.maximum(quantiles, 1e-300)) - targets) / span

    shape = (2 * _Z / span) ** 2
    log_shape, log_scale = _nearest(
        miss, (math.log(shape), math.log(limits.value / shape)), reach=5.0
    )
    return _with_error("gamma", (math.exp(log_shape), math.exp(log_scale)), limits)


def _fit_beta(limits: _Range) -> Fitted:
    """Find both shapes of the beta with the least misses."""

    def shapes(pair: np.ndarray | tuple[float, float]) -> tuple[float, ...]:
        mean = 1 / (1 + math.exp(-pair[0]))
        size = math.exp(pair[1])
        return (mean * size, (1 - mean) * size, 0.0, 1.0)

    def miss(pair: np.ndarray) -> np.ndarray:
        return (QUANTILES["beta"](INTERVAL, shapes(pair)) - limits.targets) / limits.width

    variance = (limits.width / (2 * _Z)) ** 2
    size = max(limits.value * (1 - limits.value) / variance - 1, 2.0)
    start = (math.log(limits.value / (1 - limits.value)), math.log(size))
    return _with_error("beta", shapes(_nearest(miss, start, reach=4.0)), limits)


_FITS: dict[str, Callable[[_Range], Fitted]] = {
    "beta": _fit_beta,
    "beta-scaled": _fit_pert,
    "constant": _fit_constant,
    "dirichlet": _fit_beta,
    "discrete": _fit_discrete,
    "gamma": _fit_gamma,
    "gumbel": _fit_gumbel,
    "logistic threshold": _fit_beta,
    "lognormal": _fit_lognormal,
    "negative binomial": _fit_constant,
    "normal": _fit_normal,
    "poisson": _fit_constant,
    "triangular": _fit_triangular,
    "truncated poisson": _fit_constant,
    "uniform": _fit_uniform,
}
