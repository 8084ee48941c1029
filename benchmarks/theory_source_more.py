"""Source populations against exact answers: B4, C1, C2, D2 to D4, G3, G5 and more of A1 and A9."""

import math
from itertools import pairwise
from typing import Any

import numpy as np

from source_world import SEED, alive, population, run, simulator
from theory_cases import TOLERANCE, Metric, of_band, of_mean, of_share
from theory_source_genes import discrete
from theory_sources import A1, poisson_block
from ustyurt_models.bridge.source_setup import projection_of, setup_of
from ustyurt_models.formulas.source_projection import growth_and_structure
from ustyurt_models.ibm.source.dispersal import disperse
from ustyurt_models.ibm.source.state import Now, empty_state

#: Reproductive values of A1 by age, age 1 = 1.
_VALUES = {4: 1.595740, 8: 1.228611, 11: 0.651904}
_ELASTICITIES = {"first year": 0.17093, "age 1": 0.17093, "age 2": 0.17093, "adults": 0.48721}


def reproductive_values(replicates: int, years: int = 40) -> list[Metric]:
    """A1: descendants of a female of age a over those of one of age 1, after many years."""
    descendants = {}
    for age in (1, *_VALUES):
        block = A1 | {"founders": {"females": [0] * age + [50]}}
        descendants[age] = alive(run(replicates, years, **block))[:, years] / 50.0
    base = descendants[1]
    found = []
    for age, value in _VALUES.items():
        ratio = float(descendants[age].mean() / base.mean())
        parts = [x.std(ddof=1) / x.mean() for x in (descendants[age], base)]
        error = TOLERANCE * ratio * math.hypot(*parts) / math.sqrt(replicates)
        found.append(of_band(f"A1 source, reproductive value of age {age}", ratio, value, error))
    return found


def elasticities(step: float = 1e-4) -> list[Metric]:
    """A1: elasticities of growth, by small changes of the rates of the study block."""
    survival = np.array([0.5, 0.85, 0.85, 0.88])

    def growth(of: np.ndarray) -> float:
        block = {**A1, "death": {"female": [float(1.0 - s) for s in of]}}
        one = population(**block, founders={"females": 100})
        return float(growth_and_structure(projection_of(one))[0])

    found = []
    for row, (name, expected) in enumerate(_ELASTICITIES.items()):
        more = survival.copy()
        more[row] *= 1.0 + step
        value = (growth(more) / growth(survival) - 1.0) / step
        found.append(of_band(f"A1 source, elasticity of survival, {name}", value, expected, 1e-4))
    return found


def copula(replicates: int, animals: int = 20_000) -> list[Metric]:
    """A9: rates are Beta; normal scores correlated by 0.6 give rates correlated by 0.59."""
    block = {
        "sexes": 1,
        "death": {"female": [0.0, 0.2], "female_sd": [0.0, 0.1]},
        "noise": "beta",
        "noise_correlation": 0.6,
        "breeding": {"first_age_female": 1, "share": 0.5, "share_sd": 0.1, "brood": [0.0, 1.0]},
        "founders": {"females": [0, animals]},
    }
    found = run(replicates, 1, **block)
    survival = 1.0 - found.deaths[:, 1] / animals
    births = found.births[:, 1] / animals
    r = float(np.corrcoef(survival, births)[0, 1])
    error = TOLERANCE * (1.0 - 0.59**2) / math.sqrt(replicates)
    return [
        of_share("A9 source, years with survival below 0.6", survival < 0.6, 0.0397916),
        of_band("A9 source, correlation of survival and births", r, 0.5900, error),
    ]


def truncated_normal(replicates: int, animals: int = 20_000) -> list[Metric]:
    """A9: normal noise cut at 0 and 1 lowers a mean near 1; the realised mean."""
    block = {
        "sexes": 1,
        "death": {"female": [0.0, 0.05], "female_sd": [0.0, 0.1]},
        "breeding": {"first_age_female": 1, "brood": [1.0]},
        "founders": {"females": [0, animals]},
    }
    survival = 1.0 - run(replicates, 1, **block).deaths[:, 1] / animals
    z = (1.0 - 0.95) / 0.1
    inside = 0.5 * (1.0 + math.erf(z / math.sqrt(2.0)))
    density = math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)
    expected = 0.95 * inside - 0.1 * density + (1.0 - inside)
    return [of_mean("A9 source, mean survival, normal noise cut at 1", survival, expected)]


def binomial_noise(replicates: int, animals: int = 20_000) -> list[Metric]:
    """A9: binomial noise takes the trials nearest to the spread; years without survivors occur."""
    block = {
        "sexes": 1,
        "death": {"female": [0.0, 0.64], "female_sd": [0.0, 0.2]},
        "noise": "binomial",
        "breeding": {"first_age_female": 1, "brood": [1.0]},
        "founders": {"females": [0, animals]},
    }
    survival = 1.0 - run(replicates, 1, **block).deaths[:, 1] / animals
    # 0.64 * 0.36 / 0.2^2 = 5.76: six trials.
    steps = np.round(6.0 * survival)
    near = float(np.abs(survival - steps / 6.0).mean())
    return [
        of_mean("A9 source, mean survival, binomial noise", survival, 0.36),
        of_share("A9 source, years without survivors, binomial noise", steps == 0, 0.64**6),
        of_share(
            "A9 source, years with half surviving, binomial noise", steps == 3, 20 * 0.2304**3
        ),
        of_band("A9 source, mean distance from sixths, binomial noise", near, 0.0, 0.005),
    ]


#: Variance of gametes passed on -> females that breed, and young of each, before fifty are kept.
B4 = {0.0: (25, 2), 2.0: (24, 47), 8.0: (9, 11)}


def variance_size(replicates: int, size: int = 50) -> list[Metric]:
    """B4: Ne = (4N - 2) / (Vk + 2) from the heterozygosity that one generation keeps.

    Pairs bear equal broods and a random fifty of the young are kept, so the variance Vk of the
    gametes that an animal passes on is exact: hypergeometric within pairs, and between those that
    breed and those that do not.
    """
    found = []
    for asked, (breeders, brood) in B4.items():
        young = breeders * brood
        within = size / breeders * (1 - 1 / breeders) * (young - size) / max(1, young - 1)
        variance = 2 * breeders / size * (within + (size / breeders) ** 2) - 4.0
        assert abs(variance - asked) < 1e-3
        block: dict[str, Any] = {
            "death": {"female": [0.0, 1.0]},
            "breeding": {
                "first_age_female": 2,
                "first_age_male": 1,
                "brood": [0.0] * brood + [1.0],
                "mating": "monogamy",
            },
            "capacity": {"rule": "ceiling_hard", "number": float(size)},
            "genetics": {"loci": 30},
            "founders": {"females": [0, 25 - breeders, breeders], "males": [0, 25, 0]},
        }
        kept = run(replicates, 1, **block).heterozygosity
        effective = (4 * size - 2) / (variance + 2)
        ratio = kept[:, 1] / (1.0 - 1.0 / (2 * size))
        label = f"B4 source, He kept, Vk = {asked:g}, Ne = {effective:.4g}"
        found.append(of_mean(label, ratio, 1.0 - 1.0 / (2.0 * effective)))
    return found


def effective_size(males: int, females: int, replicates: int) -> list[Metric]:
    """G3: Ne = 4 Nm Nf / (Nm + Nf), from how fast kinship takes gene diversity; + 1/2 here.

    The formula is that of large numbers; the exact rate of decline with two sexes (Crow & Kimura
    1970, ch. 7) is that of half an animal more.
    """
    block = discrete(females, males, genetics={"pedigree": True})
    kept = 1.0 - run(replicates, 20, **block).inbreeding
    rate = (kept[:, 20].mean() / kept[:, 5].mean()) ** (1.0 / 15.0)
    formula = 4.0 * males * females / (males + females)
    found = float(0.5 / (1.0 - rate)) - 0.5
    label = f"G3 source, Ne of {males} males and {females} females"
    return [of_band(label, found, formula, 0.03 * formula)]


def lethal_equivalents(replicates: int, load: float = 6.29) -> list[Metric]:
    """G5: regression of log survival on F gives back B, half of the diploid number."""
    levels = np.array([0.0, 0.125, 0.25, 0.375])
    logs = []
    for level in levels:
        genes = {
            "pedigree": True,
            "founder_kinship": float(level),
            "diploid_lethal_equivalents": load,
        }
        block = {
            "sexes": 1,
            "death": {"female": [0.5]},
            "breeding": {"first_age_female": 1, "brood": [1.0]},
            "genetics": genes,
            "founders": {"females": [400]},
        }
        dead = run(replicates, 1, **block).deaths[:, 1].sum()
        logs.append((math.log(1.0 - dead / (400.0 * replicates)), dead))
    y = np.array([one for one, _ in logs])
    share = np.exp(y)
    error = np.sqrt((1.0 - share) / (share * 400.0 * replicates))
    weight = (levels - levels.mean()) / ((levels - levels.mean()) ** 2).sum()
    slope = float(weight @ y)
    width = TOLERANCE * float(np.sqrt((weight**2 * error**2).sum()))
    return [of_band("G5 source, lethal equivalents recovered", -2 * slope, load, 2 * width)]


def removed_lethals(replicates: int, load: float = 2.0) -> list[Metric]:
    """G5: lines of one selfing animal: how many young live as selection removes its lethals.

    A founder gene is lethal with chance p. At a locus with one lethal a quarter of the young die
    and two thirds of those that live carry it on; with two, half die and all that live are like
    their parent. Loci are independent, and broods so large that every line goes on.
    """
    block = discrete(1, 0, sexes=1)
    block["breeding"] = block["breeding"] | {"poisson": 100.0}
    block["capacity"] = {"rule": "ceiling_hard", "number": 1.0}
    block["genetics"] = {
        "pedigree": True,
        "diploid_lethal_equivalents": load,
        "lethal_share": 1.0,
    }
    one = simulator(5, **block)
    found = one.many(range(replicates))
    # Whoever bred in a step dies in it too.
    live = 1.0 - (found.deaths[:, 1:] - 1.0) / found.births[:, 1:]
    loci, p = one.setup.heredity.lethal_loci, one.setup.heredity.lethal_chance
    expected = []
    for generation in range(5):
        single = 2.0 * p * (1.0 - p) * (2.0 / 3.0) ** generation
        expected.append((1.0 - 0.25 * single - 0.5 * p * p) ** loci)
    name = "G5 source, young that live, generation {} of selfing, lethals removed"
    return [of_mean(name.format(g), live[:, g - 1], expected[g - 1]) for g in (1, 2, 3, 5)]


def given_offspring(replicates: int) -> list[Metric]:
    """D2: any offspring distribution: the generating function, iterated, and its fixed point."""
    brood = [0.35, 0.25, 0.25, 0.15]
    block = poisson_block(1.0, 1, breeding={"first_age_female": 1, "brood": brood})
    number = alive(run(replicates, 40, **block))
    chance, by_year = 0.0, []
    for _ in range(1000):
        chance = float(np.polyval(brood[::-1], chance))
        by_year.append(chance)
    label = "D2 source, broods of 0 to 3, extinct"
    return [
        *(of_share(f"{label} by t={t}", number[:, t] == 0, by_year[t - 1]) for t in (1, 5, 10)),
        of_share(f"{label} ultimately (t=40)", number[:, 40] == 0, by_year[-1]),
    ]


def birth_death(replicates: int) -> list[Metric]:
    """D3: linear birth and death, N0 = 5: the chain of each step length, and its limit."""
    birth, death, years, start = 0.6, 0.4, 5, 5
    decay = math.exp(-(birth - death) * years)
    limit = (death * (1.0 - decay) / (birth - death * decay)) ** start
    found, apart = [], []
    for per_year in (1, 4, 16, 64):
        b, d = birth / per_year, death / per_year
        block = {
            "sexes": 1,
            "steps_per_year": per_year,
            "order": ["breeding", "mortality", "ageing", "census"],
            "death": {"female": [d]},
            "breeding": {"first_age_female": 1, "share": b, "brood": [0.0, 1.0]},
            "founders": {"females": [0, start]},
        }
        number = alive(run(replicates, years * per_year, **block))[:, -1]
        dies = 0.0
        for _ in range(years * per_year):
            one = d + (1.0 - d) * dies
            dies = one * (1.0 - b + b * one)
        exact = dies**start
        apart.append(abs(exact - limit))
        label = f"D3 source, extinct by 5 years, {per_year} steps a year"
        found.append(of_share(label, number == 0, exact))
    nearer = all(b < a for a, b in pairwise(apart))
    found.append(
        of_share("D3 source, the same against the limit of small steps", number == 0, limit)
    )
    words = f"falls to {apart[-1]:.2g}"
    return [
        *found,
        Metric("D3 source, distance of the chains from the limit", apart[0], "1", words, nearer),
    ]


def theta_logistic(replicates: int) -> list[Metric]:
    """D4: births by 1 - b (N/K)^theta, large numbers: the deterministic map within 1 %."""
    level = 1_000_000.0
    found = []
    for share in (0.05, 1.8):
        block = {
            "sexes": 1,
            "death": {"female": [0.2]},
            "breeding": {
                "first_age_female": 1,
                "poisson": 0.5,
                "density": "theta_logistic",
                "strength": 0.5,
                "theta": 2.0,
            },
            "capacity": {"number": level},
            "founders": {"females": [0, int(share * level)]},
        }
        number = alive(run(replicates, 20, **block)).mean(axis=0)
        n, expected = share * level, []
        for _ in range(20):
            n *= 0.8 * (1.0 + 0.5 * max(0.0, 1.0 - 0.5 * (n / level) ** 2))
            expected.append(n)
        worst = float(np.abs(number[1:] / np.array(expected) - 1.0).max())
        label = f"D4 source, largest error over the map, from {share:g} K"
        found.append(of_band(label, worst, 0.0, 0.01))
    return found


def _index_moments() -> tuple[float, float]:
    """Return E of the squared displacement in cells, per axis, and the chance to stay.

    From a uniform point of a cell over a negative exponential distance of mean 2, by quadrature.
    """
    u = (np.arange(4_000) + 0.5) / 4_000
    angle = (np.arange(720) + 0.5) * (math.pi / 1440.0)
    distance = -2.0 * np.log1p(-u)
    x, y = distance[:, None] * np.cos(angle), distance[:, None] * np.sin(angle)
    part = x - np.floor(x)
    square = float((x**2 + part * (1.0 - part)).mean())
    stays = float((np.clip(1.0 - x, 0.0, None) * np.clip(1.0 - y, 0.0, None)).mean())
    return square, stays


def kernel_moments(animals: int, steps: int = 100) -> list[Metric]:
    """C1 and C2: one move, and a walk of a hundred, through the kernel of dispersal.

    Patches are cells, and every move starts at a fresh uniform point of one, which adds
    E f(1 - f), f the fraction of a cell, to the variance of a move on each axis: 4.16 for 4.
    """
    side = 255
    block = {
        "sexes": 1,
        "death": {"female": [0.0]},
        "breeding": {"first_age_female": 1, "brood": [1.0]},
        "patches": {"grid": side, "emigration": 1.0, "mean_distance": 2.0, "natal": True},
        "founders": {"females": [1]},
    }
    setup = setup_of(population(**block), steps)
    state = empty_state(setup, animals)
    middle = side // 2
    state.alive[0] = animals
    state.animals.kind[:] = 0
    state.animals.identity[:] = np.arange(animals, dtype=np.uint64)
    state.animals.patch[:] = middle * side + middle
    square, stays = _index_moments()
    found = []
    for step in range(steps):
        disperse(setup, state, Now(step, np.uint64(SEED + step)))
        if step in (0, steps - 1):
            row, column = np.divmod(state.animals.patch[:animals].astype(int), side)
            south, east = row - middle, column - middle
            if step == 0:
                here = (south == 0) & (east == 0)
                found.append(of_share("C1 stays in the cell", here, stays))
                found.append(of_band("C1 chance to stay, by quadrature", stays, 0.2014, 5e-4))
            moved = (south**2 + east**2).astype(float)
            name = "C1 mean square of a move" if step == 0 else "C2 mean square of 100 moves"
            found.append(of_mean(name, moved, 2.0 * square * (step + 1), "cells2"))
    return found
