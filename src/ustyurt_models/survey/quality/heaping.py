"""Heaping: numbers that were rounded more often than their resolution allows."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.survey.quality.chance import binomial_tail, chi_square_tail, quantile

__all__ = ["Heap", "Pile", "heaps_of", "pile_at_end", "pile_at_zero", "resolution_of"]

Floats = NDArray[np.float64]

_DIGITS = 6  # of the largest value; more are the trace of a conversion, not of a measurement
_FINEST = 1000  # bases below this part of the largest value say nothing about observers
_FEWEST = 10
_SMALL = 5.0  # expected number below which the chi-square approximation is poor
_REACH = 10  # steps of resolution that the neighbourhood of zero or of the end is made of


@dataclass(frozen=True)
class Heap:
    """How many values are multiples of a base.

    Attributes
    ----------
    base : float
        Multiples of what, in the unit of the file.
    count : int
        Values in whole periods around multiples of the base.
    observed, expected : float
        Multiples among them, and how many a smooth distribution would have.
    index : float
        100 x observed / expected: 100 is no heaping (Whipple's index).
    p_value : float
        Of a chi-square test with one degree of freedom; exact binomial where few are expected.
    heaped : bool
        Whether there are clearly more multiples than by chance (index at least 120, p < 0.001),
        also among the multiples of the next smaller base that is heaped: multiples of 5 alone make
        multiples of 10 frequent, which proves nothing about 10.
    """

    base: float
    count: int
    observed: int
    expected: float
    index: float
    p_value: float
    heaped: bool = False


@dataclass(frozen=True)
class Pile:
    """How many values stand at one end, against their neighbourhood.

    Attributes
    ----------
    at : float
        The value, in the unit of the file.
    observed : int
        Values equal to it.
    expected : float
        How many the neighbourhood lets expect.
    p_value : float
        Binomial probability of so many or more.
    """

    at: float
    observed: int
    expected: float
    p_value: float

    @property
    def piled(self) -> bool:
        """Whether there are clearly more values than by chance."""
        return self.observed >= 3 and self.p_value < 0.001


def _plain(values: Floats) -> tuple[Floats, int]:
    """Drop digits that conversions have added; return the values and the decimals left."""
    values = np.asarray(values, np.float64)
    largest = float(np.abs(values).max(initial=0.0)) or 1.0
    places = _DIGITS - 1 - math.floor(math.log10(largest))
    return np.round(values, places), places


def resolution_of(values: Floats) -> float:
    """Return the decimal place that values were recorded to.

    Parameters
    ----------
    values : numpy.ndarray
        As recorded, in the unit of the file.

    Returns
    -------
    float
        1, 0.1, 0.01 ...; 1 for whole numbers, also when all are multiples of 5. Digits beyond the
        sixth of the largest value do not count.
    """
    plain, finest = _plain(values)
    for places in range(max(finest, 0)):
        if np.allclose(plain, np.round(plain, places), rtol=0, atol=10.0 ** -(finest + 1)):
            return 10.0**-places
    return 10.0 ** -max(finest, 0)


def _bases(resolution: float, largest: float) -> list[float]:
    """Return the bases worth testing: 5, 10, 50, 100 ... steps, of which the values hold two."""
    powers = range(round(math.log10(resolution)), 6)
    bases = [step * 10.0**power for power in powers for step in (1.0, 5.0)]
    least = max(2 * resolution, largest / _FINEST)
    return [base for base in bases if least <= base * (1 + 1e-9) and base <= largest / 2]


def _multiples(values: Floats, base: float, resolution: float) -> NDArray[np.bool_]:
    """Return which values are multiples of a base, to within a fraction of the resolution."""
    return np.abs(values - base * np.round(values / base)) < 0.25 * resolution


def heaps_of(values: Floats, resolution: float) -> tuple[Heap, ...]:
    """Test whether values are heaped at multiples of 5, 10, 50, 100 ... steps.

    Each base is tested on whole periods centred on its multiples, from base / 2 on, so that a
    density that rises or falls evenly has no effect; zero, which has half a period, is left to
    `pile_at_zero`, and what lies beyond the last whole period to `pile_at_end`.

    Parameters
    ----------
    values : numpy.ndarray
        As recorded, >= 0, in the unit of the file.
    resolution : float
        Of `resolution_of`.

    Returns
    -------
    tuple of Heap
        One per base; empty with fewer than 10 values.

    References
    ----------
    Shryock & Siegel 1976, *The Methods and Materials of Demography*, ch. 8 (Whipple's index).
    Buckland et al. 2001, *Introduction to Distance Sampling*, section 7.4.1.2 (heaping).
    """
    plain, _ = _plain(values)
    heaps: list[Heap] = []
    if plain.size < _FEWEST:
        return ()
    grain = resolution
    for base in _bases(resolution, float(plain.max())):
        periods = math.floor((plain.max() + resolution) / base - 0.5 + 1e-6)
        step = 0.25 * resolution
        inside = plain[(plain >= 0.5 * base - step) & (plain < (periods + 0.5) * base - step)]
        if inside.size < _FEWEST:
            continue
        observed = int(np.count_nonzero(_multiples(inside, base, resolution)))
        heap = _heap(base, inside.size, observed, inside.size * resolution / base)
        among = int(np.count_nonzero(_multiples(inside, grain, resolution)))
        beyond = _heap(base, among, observed, among * grain / base) if among else heap
        if _clear(heap) and _clear(beyond):
            heap = replace(heap, heaped=True)
            grain = base
        heaps.append(heap)
    return tuple(heaps)


def _clear(heap: Heap) -> bool:
    return heap.index >= 120 and heap.p_value < 0.001


def _heap(base: float, count: int, observed: int, expected: float) -> Heap:
    """Test one base."""
    rest = count - expected
    if min(expected, rest) < _SMALL:
        p_value = binomial_tail(observed, count, expected / count)
    else:
        p_value = chi_square_tail((observed - expected) ** 2 * (1 / expected + 1 / rest))
    return Heap(base, count, observed, expected, 100 * observed / expected, p_value)


def pile_at_zero(values: Floats, resolution: float, *, point: bool = False) -> Pile | None:
    """Test whether more values are exactly zero than their neighbourhood lets expect.

    Sides are folded: zero stands for half a step on either side, every other value for a step on
    each. Around a point the expected number grows with the area of the ring.

    Parameters
    ----------
    values : numpy.ndarray
        As recorded, >= 0.
    resolution : float
        Of `resolution_of`.
    point : bool
        Whether these are distances from a point.

    Returns
    -------
    Pile or None
        Nothing with fewer than 10 values.
    """
    plain, _ = _plain(values)
    if plain.size < _FEWEST:
        return None
    positive = np.sort(plain[plain > 0])
    if not positive.size:
        return Pile(0.0, plain.size, 0.0, 0.0)
    reach = max(_REACH, round(quantile(positive, 0.2) / resolution)) * resolution
    zeros = int(np.count_nonzero(plain == 0))
    near = int(np.count_nonzero(positive <= reach * (1 + 1e-9)))
    steps = reach / resolution
    share = 0.5 / (steps + 0.5)
    share = share**2 if point else share
    total = zeros + near
    p_value = binomial_tail(zeros, total, share) if total else 1.0
    return Pile(0.0, zeros, near * share / (1 - share), p_value)


def pile_at_end(values: Floats, resolution: float) -> Pile | None:
    """Test whether more values equal the largest than their neighbourhood lets expect.

    Parameters
    ----------
    values : numpy.ndarray
        As recorded, >= 0.
    resolution : float
        Of `resolution_of`.

    Returns
    -------
    Pile or None
        Nothing with fewer than 10 values.
    """
    plain, _ = _plain(values)
    if plain.size < _FEWEST:
        return None
    largest = float(plain.max())
    reach = max(_REACH * resolution, 0.2 * largest)
    at_end = int(np.count_nonzero(plain == largest))
    near = int(np.count_nonzero((plain < largest) & (plain >= largest - reach)))
    share = 1.0 / (reach / resolution + 1.0)
    # One value stands there by definition, so it proves nothing.
    p_value = binomial_tail(at_end - 1, at_end - 1 + near, share) if at_end > 1 else 1.0
    return Pile(largest, at_end, 1 + near * share / (1 - share), p_value)
