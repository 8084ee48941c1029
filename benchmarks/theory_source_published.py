"""E: published directions: what a load, a density rule and adult survival do."""

import math

import numpy as np
from scipy.optimize import brentq
from scipy.stats import poisson

from source_world import alive, population, run
from theory_cases import Metric, of_band, of_share
from theory_cheetahs import SERENGETI
from theory_source_quoll import extant, quolls
from theory_sources import poisson_block
from ustyurt_models.bridge.source_setup import projection_of
from ustyurt_models.formulas.source_projection import growth_and_structure

#: Brook et al. 2002 (Conserv Ecol 6(1):16): 20 species, 50 founders, 3.14 diploid lethal
#: equivalents: median time to extinction 28.5 % shorter; a band for one species.
_SHORTER = (0.15, 0.45)
_HORIZON = 250


def _median_year(load: float, replicates: int) -> int:
    """Return the census at which half of the populations of quolls have lost a sex."""
    genes = {"pedigree": True, "diploid_lethal_equivalents": load, "lethal_share": 0.5}
    block = quolls(genetics={**genes, "census_every": _HORIZON} if load > 0.0 else {})
    left = extant(run(replicates, _HORIZON, **block)).mean(axis=0)
    assert left[-1] < 0.5
    return int(np.argmax(left <= 0.5))


def inbreeding_hastens(replicates: int) -> list[Metric]:
    """E: median time to extinction of quolls, with and without inbreeding depression."""
    years = {load: _median_year(load, replicates) for load in (0.0, 3.14, 6.29)}
    shorter = 1.0 - years[3.14] / years[0.0]
    low, high = _SHORTER
    falls = years[6.29] < years[3.14]
    name = "E inbreeding, quolls, median time to extinction"
    return [
        Metric(
            f"{name}, share lost at 3.14 LE", shorter, "1",
            f"{low} to {high} (0.285 in 20 species)", low <= shorter <= high,
        ),
        Metric(f"{name}, 6.29 LE", years[6.29], "yr", f"below {years[3.14]} of 3.14 LE", falls),
    ]  # fmt: skip


def two_density_rules(replicates: int, growth: float = 1.1, capacity: int = 20) -> list[Metric]:
    """E: the same growth and K, a ceiling or births that respond: both exact, far apart."""
    size = 20 * capacity
    number = np.arange(size + 1)
    means = {
        "hard ceiling": growth * number,
        "Ricker births": number * growth ** (1.0 - number / capacity),
    }
    blocks = {
        "hard ceiling": {"capacity": {"rule": "ceiling_hard", "number": float(capacity)}},
        "Ricker births": {
            "capacity": {"number": float(capacity)},
            "breeding": {
                "first_age_female": 1,
                "poisson": growth,
                "density": "ricker",
                "strength": math.log(growth),
            },
        },
    }
    found = []
    for name, mean in means.items():
        step = poisson.pmf(number[None, :], mean[:, None])
        if name == "hard ceiling":
            step[:, capacity] += step[:, capacity + 1 :].sum(axis=1)
            step[:, capacity + 1 :] = 0.0
        chance = np.zeros(size + 1)
        chance[capacity] = 1.0
        for _ in range(100):
            chance = chance @ step
        gone = alive(run(replicates, 100, **poisson_block(growth, capacity) | blocks[name]))
        label = f"E density rules, {name}, extinct by t=100"
        found.append(of_share(label, gone[:, 100] == 0, float(chance[0])))
    return found


def _growth(cub: float, adult: float) -> float:
    """Return growth of a population of Serengeti rates with other survival."""
    _, litters, size, survival = SERENGETI
    block = {
        "sexes": 1,
        "death": {"female": [1.0 - cub, 1.0 - survival, 1.0 - survival, 1.0 - adult]},
        "breeding": {"first_age_female": 3, "share": litters, "poisson": 0.5 * size},
        "founders": {"females": 1},
    }
    return float(growth_and_structure(projection_of(population(**block)))[0])


def cheetah_elasticities(step: float = 1e-4) -> list[Metric]:
    """E: growth hangs on adult survival most; how much more of it makes the Serengeti grow."""
    recruits, litters, size, adult = SERENGETI
    cub = recruits / (litters * size)
    now = _growth(cub, adult)
    of_adults = (_growth(cub, adult * (1.0 + step)) / now - 1.0) / step
    of_cubs = (_growth(cub * (1.0 + step), adult) / now - 1.0) / step
    more = float(brentq(lambda rise: _growth(cub, adult * (1.0 + rise)) - 1.0, 0.0, 0.15))
    ratio = of_adults / of_cubs
    name = "E cheetahs, Serengeti rates"
    return [
        of_band(f"{name}, growth", now, 0.985327, 1e-6),
        Metric(f"{name}, elasticity of adult over cub survival", ratio, "1", "above 1", ratio > 1),
        Metric(
            f"{name}, rise of adult survival for growth", more, "1",
            "above 0 (about 0.05 in another matrix)", more > 0.0,
        ),
    ]  # fmt: skip
