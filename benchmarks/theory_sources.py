"""Source populations against exact answers and other programs: demography.

A1 to A12 of standard theory (Caswell 2001; Harris 1963) and of exact recursions; see
`theory_source_programs` for the cases that other programs have run.
"""

from typing import Any

import numpy as np

from source_world import alive, population, run
from theory_cases import TOLERANCE, Metric, of_band, of_mean, of_share
from ustyurt_models.bridge.source_setup import projection_of
from ustyurt_models.formulas.source_projection import growth_and_structure

#: Litters of one to five.
LITTER = [0.0, 0.10, 0.20, 0.30, 0.25, 0.15]
A1: dict[str, Any] = {
    "sexes": 1,
    "maximum_age": 12,
    "death": {"female": [0.5, 0.15, 0.15, 0.12]},
    # Half of a litter of mean 3.15 are daughters: shares of 0 to 5 daughters.
    "breeding": {"first_age_female": 3, "share": 0.5, "poisson": 1.575},
}
A1_LAMBDA, A1B_LAMBDA = 1.0911286, 1.0579066
A1_STABLE = (
    0.219774, 0.171206, 0.133371, 0.107564, 0.086751, 0.069965,
    0.056427, 0.045509, 0.036703, 0.029601, 0.023873, 0.019254,
)  # fmt: skip
A1_MEANS = {1: 127.375, 5: 194.5217, 10: 300.1840, 20: 733.7768}
A1B_ORDER = ["mortality", "ageing", "breeding", "census"]


def leslie(replicates: int) -> list[Metric]:
    """A1: projection of the mean rates, and the mean of individuals from 100 of age 3."""
    growth, structure = growth_and_structure(
        projection_of(population(**A1, founders={"females": 100}))
    )
    found = [
        of_band("A1 source, growth by projection", growth, A1_LAMBDA, 1e-7),
        of_band(
            "A1 source, largest error of stable ages",
            float(np.abs(structure[0, 1:] - A1_STABLE).max()),
            0.0,
            1e-6,
        ),
    ]
    number = alive(run(replicates, 20, **A1, founders={"females": [0, 0, 0, 100]}))
    return found + [
        of_mean(f"A1 source, females at t={t}", number[:, t], mean, "animals")
        for t, mean in A1_MEANS.items()
    ]


def order_matters(animals: int) -> list[Metric]:
    """A1b: deaths before births; growth by projection and of individuals, years 20-30."""
    # Counted after breeding, an animal is a year older when it breeds than at the census before.
    block = {
        **A1,
        "maximum_age": 13,
        "breeding": A1["breeding"] | {"first_age_female": 4},
        "order": A1B_ORDER,
        "founders": {"females": animals},
    }
    growth, _ = growth_and_structure(projection_of(population(**block)))
    number = alive(run(1, 30, **block))[0].astype(float)
    return [
        of_band("A1b source, growth by projection", growth, A1B_LAMBDA, 1e-7),
        of_band("A1b source, growth", float((number[30] / number[20]) ** 0.1), A1B_LAMBDA, 0.002),
    ]


def poisson_block(mean: float, founders: int, **more: Any) -> dict[str, Any]:
    """Return animals that leave Poisson(mean) young and die."""
    return {
        "sexes": 1,
        "maximum_age": 1,
        "death": {"female": [0.0]},
        "breeding": {"first_age_female": 1, "poisson": mean},
        "founders": {"females": [0, founders]},
    } | more


#: rule -> growth -> P(extinct by 50, by 100), K = N0 = 20.
A5_EXTINCT = {
    "ceiling_probabilistic": {1.1: (0.163954, 0.341457), 1.0: (0.704885, 0.942210)},
    "ceiling_hard": {1.1: (0.149080, 0.314675), 1.0: (0.698094, 0.939422)},
}


def ceiling(rule: str, growth: float, replicates: int) -> list[Metric]:
    """A5: Poisson growth under a ceiling, exact by transition matrix."""
    block = poisson_block(growth, 20, capacity={"rule": rule, "number": 20.0})
    number = alive(run(replicates, 100, **block))
    label = f"A5 source, {rule}, growth {growth:g}"
    found = [
        of_share(f"{label}, extinct by t={t}", number[:, t] == 0, chance)
        for t, chance in zip((50, 100), A5_EXTINCT[rule][growth], strict=True)
    ]
    if (rule, growth) == ("ceiling_probabilistic", 1.1):
        left = number[number[:, 100] > 0, 100]
        spread = TOLERANCE * 5.2136 / np.sqrt(2.0 * left.size)
        found.append(of_mean(f"{label}, survivors at t=100", left, 15.7969, "animals"))
        found.append(of_band(f"{label}, sd of survivors", float(left.std()), 5.2136, spread))
    return found
