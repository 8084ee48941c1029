"""Source populations against exact answers: extinction, noise, offtake (A2 to A12)."""

import math
from typing import Any

import numpy as np

from source_world import alive, run
from theory_cases import (
    A2_EXTINCT,
    A2_YEARS,
    TOLERANCE,
    Metric,
    exactly,
    of_band,
    of_mean,
    of_share,
)
from theory_sources import A1, poisson_block

_SURVIVE = {"sexes": 1, "death": {"female": [0.0, 0.2]}}


def galton_watson(mean: float, founders: int, replicates: int) -> list[Metric]:
    """A2: discrete generations with Poisson offspring."""
    number = alive(run(replicates, A2_YEARS[-1], **poisson_block(mean, founders)))
    label = f"A2 source m={mean:g}, {founders} founders"
    return [
        of_share(f"{label}, extinct by t={t}", number[:, t] == 0, chance**founders)
        for t, chance in zip(A2_YEARS, A2_EXTINCT[mean], strict=True)
    ]


def survive_and_breed(replicates: int) -> list[Metric]:
    """A3: survival 0.8 and Poisson(0.3) recruits: mean, spread and extinction."""
    breeding = {"first_age_female": 1, "poisson": 0.3}
    number = alive(
        run(replicates, 30, **_SURVIVE, breeding=breeding, founders={"females": [0, 20]})
    )
    one = alive(run(replicates, 30, **_SURVIVE, breeding=breeding, founders={"females": [0, 1]}))
    width = TOLERANCE / math.sqrt(2.0 * replicates)
    return [
        of_mean("A3 source, mean at t=10", number[:, 10], 51.8748, "animals"),
        of_band("A3 source, sd ratio at t=10", number[:, 10].std() / 18.5939, 1.0, width),
        of_mean("A3 source, mean at t=30", number[:, 30], 348.9880, "animals"),
        of_share("A3 source, one founder, extinct by t=10", one[:, 10] == 0, 0.523376),
        of_share("A3 source, one founder, extinct by t=30", one[:, 30] == 0, 0.618849),
    ]


def ricker(replicates: int) -> list[Metric]:
    """A4: Poisson offspring with a shared Ricker factor, exact by transition matrix."""
    breeding = {
        "first_age_female": 1,
        "poisson": math.exp(0.5),
        "density": "ricker",
        "strength": 0.5,
    }
    block = poisson_block(1.0, 20, breeding=breeding, capacity={"number": 20.0})
    number = alive(run(replicates, 100, **block))
    left = number[number[:, 100] > 0, 100]
    return [
        of_share("A4 source, extinct by t=50", number[:, 50] == 0, 0.002649),
        of_share("A4 source, extinct by t=100", number[:, 100] == 0, 0.005683),
        of_mean("A4 source, mean at t=100", number[:, 100], 18.7411, "animals"),
        of_mean("A4 source, mean of the extant at t=100", left, 18.8482, "animals"),
    ]


#: (founders of each sex) -> P(all dead), P(one sex missing) by t = 10, 50, 100.
A6 = {
    5: ((0.007593, 0.146852, 0.249463), (0.046753, 0.166779, 0.266678)),
    2: ((0.185909, 0.512194, 0.571571), (0.388209, 0.524244, 0.581398)),
}


def mate_limitation(founders: int, replicates: int) -> list[Metric]:
    """A6: births need both sexes; hard ceilings of ten by sex."""
    block: dict[str, Any] = {
        "death": {"female": [0.0, 0.2]},
        "breeding": {"first_age_female": 1, "poisson": 0.6},
        "capacity": {"rule": "ceiling_hard", "females": 10, "males": 10},
        "founders": {"females": [0, founders], "males": [0, founders]},
    }
    by_sex = run(replicates, 100, **block).number.sum(axis=3)
    dead, missing = by_sex.sum(axis=2) == 0, (by_sex == 0).any(axis=2)
    found = []
    for place, t in enumerate((10, 50, 100)):
        label = f"A6 source from {founders} of each sex, t={t}"
        found.append(of_share(f"{label}, all dead", dead[:, t], A6[founders][0][place]))
        found.append(of_share(f"{label}, one sex missing", missing[:, t], A6[founders][1][place]))
    return found


def random_walk(replicates: int, scale: int = 100) -> list[Metric]:
    """A7: log N as a random walk; quasi-extinction at a tenth, seen at yearly censuses.

    The answer is that of numbers without demographic chance, so all numbers are multiplied.
    """
    breeding = {"first_age_female": 1, "poisson": 1.0, "poisson_log_sd": 0.2}
    number = alive(run(replicates, 50, **poisson_block(1.0, 100 * scale, breeding=breeding)))
    low = (number <= 10 * scale).any(axis=1)
    return [of_share("A7 source, quasi-extinct within 50 years", low, 0.08796)]


def catastrophes(replicates: int, years: int = 30) -> list[Metric]:
    """A8: growth of the logarithm and of the mean under halving with chance 0.05."""
    more = {"catastrophe": [{"chance": 0.05, "births": 0.5}]}
    number = alive(run(replicates, years, **poisson_block(1.09, 2_000, **more)))
    ratio = number[:, years] / 2_000
    return [
        of_mean("A8 source, mean log growth", np.log(ratio) / years, 0.0515203),
        of_mean("A8 source, mean number over start", ratio, math.exp(0.0608599 * years)),
    ]


def beta_noise(replicates: int, years: int = 5) -> list[Metric]:
    """A9: beta survival of mean 0.8 and sd 0.1, and 0.25 young: mean and variance of log growth."""
    block = {
        "sexes": 1,
        "death": {"female": [0.0, 0.2], "female_sd": [0.0, 0.1]},
        "noise": "beta",
        "breeding": {"first_age_female": 1, "poisson": 0.25},
        "founders": {"females": [0, 20_000]},
    }
    number = alive(run(replicates, years, **block))
    growth = np.log(number[:, 1:] / number[:, :-1]).ravel()
    kurtosis = float(((growth - growth.mean()) ** 4).mean() / growth.var() ** 2)
    width = TOLERANCE * math.sqrt((kurtosis - 1.0) / growth.size)
    return [
        of_mean("A9 source, mean log growth", growth, 0.0439680),
        of_band("A9 source, variance ratio", growth.var() / 0.00997299, 1.0, width),
    ]


def supplementation(replicates: int) -> list[Metric]:
    """A10: five animals brought in every year: stationary mean and spread."""
    block = {
        "sexes": 1,
        "death": {"female": [0.0, 0.4]},
        "breeding": {"first_age_female": 1, "poisson": 0.3},
        "supplement": [{"females": 5}],
        "founders": {"females": [0, 50]},
    }
    number = alive(run(replicates, 100, **block))[:, 100]
    width = TOLERANCE / math.sqrt(2.0 * replicates)
    return [
        of_mean("A10 source, stationary mean", number, 50.0, "animals"),
        of_band("A10 source, sd ratio", number.std() / 11.9208, 1.0, width),
    ]


A11 = {
    "growth, harvest, census": (["breeding", "mortality", "ageing", "harvest", "census"], 129.760),
    "harvest, growth, census": (["harvest", "breeding", "mortality", "ageing", "census"], 144.178),
}


def harvest(scale: int = 100) -> list[Metric]:
    """A11: a tenth taken each year from Ricker growth, in both orders; numbers times `scale`."""
    breeding = {
        "first_age_female": 1,
        "poisson": math.exp(0.3),
        "density": "ricker",
        "strength": 0.3,
    }
    found = []
    for label, (order, expected) in A11.items():
        block = poisson_block(
            1.0,
            130 * scale,
            breeding=breeding,
            capacity={"number": 200.0 * scale},
            harvest=[{"share": 0.1}],
            order=order,
        )
        level = float(alive(run(1, 300, **block))[0, 60:].mean()) / scale
        found.append(of_band(f"A11 source, {label}", level, expected, 0.6))
    return found


def housekeeping(replicates: int, animals: int) -> list[Metric]:
    """A12: sex of cubs, lifespan, and exact counts when rates are 0 and 1."""
    litters = run(
        replicates,
        1,
        death={"female": [0.0]},
        breeding={"first_age_female": 1, "brood": [0.0] * 6 + [1.0]},
        founders={"females": [0, 1], "males": [0, 1]},
    ).number.sum(axis=3)[:, 1, 0]
    barren = {**A1, "breeding": {"first_age_female": 3, "brood": [1.0]}}
    number = alive(run(1, 12, **barren, founders={"females": [0, 0, 0, animals]}))[0]
    years = np.repeat(np.arange(12), number[:-1] - number[1:])
    certain = {"sexes": 1, "death": {"female": [0.0]}}
    born = {"first_age_female": 2, "brood": [0.0, 1.0]}
    grown = alive(run(1, 10, **certain, breeding=born, founders={"females": [0, 1]}))[0]
    take = [{"from": 3, "number": 4, "youngest": 1}]
    barren_born = {"first_age_female": 1, "brood": [1.0]}
    kept = {**certain, "breeding": barren_born, "founders": {"females": [0, 10]}}
    left = alive(run(1, 6, **kept, harvest=take))[0]
    return [
        of_share("A12 source, six cubs of one sex", (litters == 1) | (litters == 7), 0.03125),
        of_mean("A12 source, further years from age 3", years, 5.012492, "yr"),
        exactly("A12 source, nobody outlives age 12", number[10:], np.zeros(3, np.int64)),
        exactly("A12 source, Fibonacci", grown, np.array([1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89])),
        exactly("A12 source, harvest from step 3", left, np.array([10, 10, 10, 6, 2, 0, 0])),
    ]
