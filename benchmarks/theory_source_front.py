"""Source populations against the theory of invasions: C4, how a population spreads in space."""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import k0

from source_world import simulator
from theory_cases import Metric, of_band, of_mean
from ustyurt_models.bridge.source_simulate import SourceSimulator

#: Growth at low density, and the deterministic speed on the plane [cells per year].
GROWTH, SPEED = 1.5, 1.04492
#: Speed over the deterministic one: the band of the case, and the capacities that it is for.
_LOW, _HIGH = 0.78, 1.0
_CASE = (50, 200)
_WIDTH, _FOUNDED, _YEARS, _BURN_IN = 20, 5, 100, 30
#: Columns of the strip: no front of the case has gone further than 1.1 cells a year.
_LENGTH = 140


def moves(most: int = 200) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return moves along one axis [cells] and the chance of each between cells of a grid.

    Seen along an axis a radial exponential distance of mean 1 has density K0(|x|)/pi. From a
    uniform point of its cell an animal ends k cells on with chance max(0, 1 - |x - k|).
    """
    # Midpoints of unequal steps: K0 is infinite, but integrable, at 0.
    edge = np.linspace(0.0, 1.0, 100_001) ** 3 * most
    x, width = 0.5 * (edge[1:] + edge[:-1]), np.diff(edge)
    whole = np.floor(x).astype(int)
    weight, part = k0(x) / math.pi * width, x - whole
    ahead = np.bincount(whole, weight * (1.0 - part), most + 1)
    ahead[1:] += np.bincount(whole, weight * part, most)
    ahead[0] *= 2.0
    return np.arange(-most, most + 1), np.concatenate([ahead[:0:-1], ahead])


def lowest_speed(spread: Callable[[float], float]) -> float:
    """Return min over s of ln(growth M(s)) / s, M the moment generating function of a move.

    Weinberger 1982 (SIAM J Math Anal 13:353); Kot, Lewis & van den Driessche 1996 (Ecology
    77:2027).
    """
    speed = minimize_scalar(
        lambda s: math.log(GROWTH * spread(s)) / s, bounds=(0.1, 0.95), method="bounded"
    )
    return float(speed.fun)


def speeds() -> tuple[float, float]:
    """Return the deterministic speeds on the plane and between cells [cells per year]."""
    ways, chance = moves()
    return (
        lowest_speed(lambda s: (1.0 - s * s) ** -0.5),
        lowest_speed(lambda s: float(chance @ np.exp(s * ways))),
    )


def spreading(rows: int, columns: int, founders: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return animals that leave Poisson young and die; all the young disperse."""
    return {
        "sexes": 1,
        "maximum_age": 1,
        "order": ["breeding", "mortality", "ageing", "dispersal", "census"],
        "death": {"female": [0.0]},
        "breeding": {"first_age_female": 1, "poisson": GROWTH},
        "patches": {
            "rows": rows,
            "columns": columns,
            "emigration": 1.0,
            "natal": True,
            "youngest": 1,
            "oldest": 1,
        },
        "founders": founders,
    } | more


def linear_spread(replicates: int, years: int = 8, founders: int = 20) -> list[Metric]:
    """C4: founders in the middle of a plane, no crowding: mean numbers so many columns away."""
    side, beyond = 101, (0, 4, 8)
    middle = {"rows": [51, 51], "columns": [51, 51], "females": [0, founders]}
    one = simulator(years, **spreading(side, side, middle))
    number = np.zeros((replicates, side))
    for replicate in range(replicates):
        supply = one.supply(0, replicate)
        supply.bring_to(years)
        number[replicate] = supply.by_patch().reshape(side, side).sum(axis=0)
    _, chance = moves(25)
    shares = chance
    for _ in range(years - 1):
        shares = np.convolve(shares, chance)
    apart = np.abs(np.arange(shares.size) - shares.size // 2)
    total = founders * GROWTH**years
    columns = np.abs(np.arange(side) - side // 2)
    name = f"C4 source, animals {{}} or more columns from their origin after {years} years"
    return [
        of_mean(
            name.format(far),
            number[:, columns >= far].sum(axis=1),
            total * float(shares[apart >= far].sum()),
            "animals",
        )
        for far in beyond
    ]


def front_speed(one: SourceSimulator, replicate: int, capacity: int) -> float:
    """Return the speed of the front of one replicate [cells per year].

    The front is the furthest column with half of the animals that it can hold; its speed the
    slope of the least-squares line through its position at every census after the burn-in.
    """
    supply, position = one.supply(0, replicate), []
    for year in range(_YEARS + 1):
        supply.bring_to(year)
        column = supply.by_patch().reshape(_WIDTH, _LENGTH).sum(axis=0)
        position.append(np.flatnonzero(column >= 0.5 * _WIDTH * capacity)[-1])
    assert position[-1] < 0.9 * _LENGTH
    after = np.arange(_BURN_IN, _YEARS + 1)
    return float(np.polyfit(after, np.array(position, float)[after], 1)[0])


def invasion(replicates: dict[int, int]) -> list[Metric]:
    """C4: a strip 20 wide, founders at one end; speed of the front over the deterministic one.

    Parameters
    ----------
    replicates : dict
        Replicates by capacity of a cell.
    """
    plane, cells = speeds()
    found = [of_band("C4 deterministic speed on the plane", plane, SPEED, 1e-5)]
    shares = {}
    for capacity, number in replicates.items():
        crowding = {"density": "ricker", "strength": math.log(GROWTH)}
        block = spreading(
            _WIDTH,
            _LENGTH,
            {"columns": [1, _FOUNDED], "females": [0, capacity]},
            capacity={"number": float(capacity)},
        )
        block["breeding"] |= crowding
        one = simulator(_YEARS, **block)
        share = np.array([front_speed(one, r, capacity) for r in range(number)]) / SPEED
        shares[capacity] = share
        if capacity in _CASE:
            found.append(_in_band(share, capacity, SPEED / cells))
    found += [_faster(shares, low, high) for low, high in pairwise(shares)]
    return found


def _in_band(share: NDArray[np.float64], capacity: int, on_cells: float) -> Metric:
    """Say whether the mean speed lies in the band of the case."""
    mean, error = float(share.mean()), float(share.std(ddof=1)) / math.sqrt(share.size)
    text = f"{_LOW} to {_HIGH:.2f} (SE {error:.2g}; {mean * on_cells:.3f} of the speed on cells)"
    name = f"C4 source, speed over {SPEED}, K={capacity}, {share.size} fronts"
    return Metric(name, mean, "1", text, _LOW <= mean <= _HIGH)


def _faster(shares: dict[int, NDArray[np.float64]], low: int, high: int) -> Metric:
    """Say whether fronts are faster at the higher capacity."""
    gain = float(shares[high].mean() - shares[low].mean())
    name = f"C4 source, the same, K={high} less K={low}"
    errors = [one.std(ddof=1) / math.sqrt(one.size) for one in (shares[low], shares[high])]
    return Metric(name, gain, "1", f"above 0 (SE {math.hypot(*errors):.2g})", gain > 0.0)
