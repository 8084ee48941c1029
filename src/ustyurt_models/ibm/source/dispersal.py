"""Young animals leave their patch for another one."""

import math

import numpy as np

from ustyurt_models.ibm.chance import child, mix
from ustyurt_models.ibm.compiled import kernel
from ustyurt_models.ibm.source.draws import unit
from ustyurt_models.ibm.source.state import Dispersal, Now, Setup, State

__all__ = ["disperse"]

_KEY = 5
_HALF_TURN = math.pi
_S32 = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)
_TO_UNIT = 1.0 / 4294967296.0


@kernel
def _low(bits: np.uint64) -> float:
    """Return the number in (0, 1) that the lower 32 bits stand for."""
    return (float(np.int64(np.uint64(bits) & _LOW)) + 0.5) * _TO_UNIT


@kernel
def _high(bits: np.uint64) -> float:
    """Return the number in (0, 1) that the upper 32 bits stand for."""
    return (float(np.int64(np.uint64(bits) >> _S32)) + 0.5) * _TO_UNIT


@kernel
def _target_on_grid(dispersal: Dispersal, natal: int, key: np.uint64) -> int:
    """Return the patch that a disperser reaches on a grid.

    From a uniform point of its patch in a uniform direction over a negative-exponential
    distance; drawn again until it lies inside the grid and, unless allowed, in another patch
    (the kernel of RangeShifter, Bocedi et al. 2014, Methods Ecol. Evol. 5:388).
    """
    rows, columns = dispersal.rows, dispersal.columns
    row, column = natal // columns, natal % columns
    draw = 0
    while True:
        start = mix(key, np.uint64(2 * draw))
        way = mix(key, np.uint64(2 * draw + 1))
        draw += 1
        distance = -dispersal.mean_distance * math.log(_low(way))
        angle = _HALF_TURN * (2.0 * _high(way) - 1.0)
        y = math.floor(row + _low(start) + distance * math.sin(angle))
        x = math.floor(column + _high(start) + distance * math.cos(angle))
        if x < 0 or y < 0 or x >= columns or y >= rows:
            continue
        target = int(y) * columns + int(x)
        if target != natal or dispersal.natal == 1:
            return target


@kernel
def _any_target(patches: int, natal: int, may_stay: bool, chance: float) -> int:
    """Return a patch drawn with equal chances (island model)."""
    if may_stay:
        return min(patches - 1, int(chance * patches))
    target = min(patches - 2, int(chance * (patches - 1)))
    return target + (target >= natal)


@kernel
def disperse(setup: Setup, state: State, now: Now) -> None:
    """Move the dispersers among the animals of dispersing age, in place; nobody is lost."""
    dispersal, animals = setup.dispersal, state.animals
    if setup.patches == 1:
        return
    key = np.uint64(child(now.key, _KEY))
    low, high = 2 * dispersal.youngest, 2 * dispersal.oldest + 1
    for i in range(state.alive[0]):
        kind = animals.kind[i]
        if kind < low or kind > high:
            continue
        own = np.uint64(mix(key, animals.identity[i]))
        chance = unit(own)
        if chance >= dispersal.chance:
            continue
        natal = np.int64(animals.patch[i])
        if dispersal.rows > 0:
            animals.patch[i] = _target_on_grid(dispersal, natal, own)
        else:
            share = chance / dispersal.chance
            animals.patch[i] = _any_target(setup.patches, natal, dispersal.natal == 1, share)
