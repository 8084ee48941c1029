"""Chance inside kernels: a counter-based generator without state.

Every number is a function of an address (key, identity, purpose), so nothing depends on the
order of animals, on threads or on chunks. The mixer is the finaliser of SplitMix64 (Steele,
Lea & Flood 2014, OOPSLA, "Fast splittable pseudorandom number generators").

Uncompiled (``.py_func``) the same integers come out; NumPy then warns about the intended
wrap-around of 64-bit products, so run it under ``np.errstate(over="ignore")``.
"""

import math

import numpy as np

from ustyurt_models.ibm.compiled import inlined, kernel

__all__ = ["binomial", "child", "mix", "normal", "poisson", "uniform"]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_S11 = np.uint64(11)
_S27 = np.uint64(27)
_S30 = np.uint64(30)
_S31 = np.uint64(31)
_ONE = np.uint64(1)
#: Means whose quantiles are tabulated; what is left of a mean is drawn by inversion.
_LARGE, _MIDDLE = 16.0, 4.0
_GUIDES = 256
#: Steps of an inversion, and parts of mean 4, that are worked out whether they count or not: the
#: machine cannot foresee which, and a wrong guess costs more than all of them.
_STEPS, _PARTS = 6, 4
#: One over 0 (unused), 1, 2, ...: a product is five times faster than a division.
_INVERSES = 64
_INVERSE = np.concatenate([np.zeros(1), 1.0 / np.arange(1, _INVERSES)])


def _poisson_table(mean: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the chances of at most 0, 1, ..., and the number at each 1/256 of chance."""
    numbers = range(int(mean + 20.0 * math.sqrt(mean)))
    chances = [math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in numbers]
    cumulative = np.cumsum(chances)
    cumulative[-1] = 1.0
    return cumulative, np.searchsorted(cumulative, np.arange(_GUIDES) / _GUIDES)


_CUMULATIVE_LARGE, _GUIDE_LARGE = _poisson_table(_LARGE)
_CUMULATIVE_MIDDLE, _GUIDE_MIDDLE = _poisson_table(_MIDDLE)


@inlined
def mix(key: np.uint64, counter: np.uint64) -> np.uint64:
    """Return 64 well-mixed bits for `counter` under `key`."""
    z = np.uint64(key) + (np.uint64(counter) + _ONE) * _GOLDEN
    z = (z ^ (z >> _S30)) * _FIRST
    z = (z ^ (z >> _S27)) * _SECOND
    return z ^ (z >> _S31)


@inlined
def child(key: np.uint64, part: int) -> np.uint64:
    """Return the key of the sub-stream `part` of `key` (season, litter position, herd ...)."""
    return np.uint64(mix(key, np.uint64(part)))


@inlined
def uniform(key: np.uint64, identity: np.uint64, purpose: int) -> float:
    """Return the uniform number in (0, 1) at the address (key, identity, purpose)."""
    bits = mix(np.uint64(mix(key, identity)), np.uint64(purpose))
    return (float(np.uint64(bits) >> _S11) + 0.5) * (1.0 / 9007199254740992.0)


@kernel
def normal(key: np.uint64, identity: np.uint64, purpose: int) -> float:
    """Return a standard normal number (Box & Muller 1958) at the address."""
    address = np.uint64(mix(np.uint64(mix(key, identity)), np.uint64(purpose)))
    radius = math.sqrt(-2.0 * math.log(uniform(address, np.uint64(0), 0)))
    return radius * math.cos(2.0 * math.pi * uniform(address, np.uint64(0), 1))


@inlined
def _quantile(chance: float, cumulative: np.ndarray, guide: np.ndarray) -> int:
    """Return the tabulated number at `chance`: a step or two on from where the guide points."""
    number = guide[np.uint64(chance * _GUIDES)]
    number += int(chance > cumulative[number])
    while chance > cumulative[number]:
        number += 1
    return number


@kernel
def poisson(mean: float, key: np.uint64, identity: np.uint64, purpose: int) -> int:
    """Return a Poisson number with the given mean, exact for any mean.

    The sum of independent Poisson numbers: as many of mean 16 as fit, of mean 4 as fit in the
    rest, both from tables (guide tables: Chen & Asau 1974, AIIE Transactions 6:163), and one by
    inversion. It grows with `mean` at an address, but where another part begins.
    """
    if mean <= 0.0:
        return 0
    address = np.uint64(mix(np.uint64(mix(key, identity)), np.uint64(purpose)))
    large = int(mean / _LARGE)
    rest = mean - large * _LARGE
    middle = int(rest / _MIDDLE)
    rest -= middle * _MIDDLE
    u = uniform(address, np.uint64(0), 0)
    term = math.exp(-rest)
    cumulative = term
    total = 0
    for step in range(1, _STEPS + 1):
        total += int(u > cumulative)
        term *= rest * _INVERSE[step]
        cumulative += term
    if total == _STEPS:
        while u > cumulative and term > 0.0:
            total += 1
            term *= rest * (_INVERSE[total] if total < _INVERSES else 1.0 / total)
            cumulative += term
    if mean < _MIDDLE:
        return total
    for part in range(1, _PARTS):
        u = uniform(address, np.uint64(part), 0)
        total += int(part <= middle) * _quantile(u, _CUMULATIVE_MIDDLE, _GUIDE_MIDDLE)
    for part in range(_PARTS, large + _PARTS):
        u = uniform(address, np.uint64(part), 0)
        total += _quantile(u, _CUMULATIVE_LARGE, _GUIDE_LARGE)
    return total


@kernel
def binomial(trials: int, chance: float, key: np.uint64, identity: np.uint64, purpose: int) -> int:
    """Return a binomial number by geometric skips between successes, exact.

    Expected cost is proportional to ``trials * min(chance, 1 - chance)`` (Devroye 1986,
    *Non-Uniform Random Variate Generation*, ch. X.4, "second waiting time method").
    """
    if trials <= 0 or chance <= 0.0:
        return 0
    if chance >= 1.0:
        return trials
    rare = min(chance, 1.0 - chance)
    address = np.uint64(mix(np.uint64(mix(key, identity)), np.uint64(purpose)))
    log_fail = math.log1p(-rare)
    position = 0
    successes = 0
    while True:
        gap = math.log(uniform(address, np.uint64(successes), 0)) / log_fail
        if gap >= trials - position:
            break
        position += int(gap) + 1
        if position > trials:
            break
        successes += 1
    return successes if chance <= 0.5 else trials - successes
