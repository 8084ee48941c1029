"""Source populations against exact answers: genes (B1 to B7) and patches (C5, C6, D2)."""

import math
from typing import Any

import numpy as np

from source_world import alive, run
from theory_cases import Metric, exactly, of_band, of_mean
from ustyurt_models.formulas.genetics import inbreeding_two_sexes
from ustyurt_models.ibm.source.state import SUBADULT

#: Broods so large that ceilings are always reached; given the total, mothers are multinomial.
_MANY = 12.0


def discrete(females: int, males: int, **more: Any) -> dict[str, Any]:
    """Return discrete generations of constant numbers, random mating with replacement."""
    return {
        "maximum_age": 1,
        "death": {"female": [0.0]},
        "breeding": {"first_age_female": 1, "poisson": _MANY, "paternity": "young"},
        "capacity": {"rule": "ceiling_hard", "females": females, "males": males},
        "founders": {"females": [0, females], "males": [0, males]},
    } | more


def ideal_population(replicates: int) -> list[Metric]:
    """B1: ten animals that are both sexes, selfing at random: H falls by 1 - 1/(2N)."""
    block = discrete(10, 0, sexes=1, genetics={"loci": 20})
    block["capacity"] = {"rule": "ceiling_hard", "number": 10.0}
    ratio = run(replicates, 50, **block).heterozygosity / 0.95
    return [
        of_mean(f"B1 source, H_t / H_0 at t={t}", ratio[:, t], 0.95**t) for t in (1, 5, 10, 20, 50)
    ]


def two_sexes(males: int, females: int, replicates: int, *, pedigree: bool) -> list[Metric]:
    """B2: F by the recursion of Crow & Kimura (1970, ch. 7), by pedigree or by loci."""
    genes = {"pedigree": True} if pedigree else {"loci": 20}
    found = run(replicates, 20, **discrete(females, males, genetics=genes)).inbreeding
    expected = inbreeding_two_sexes(males, females, 20)
    way = "pedigree" if pedigree else "loci"
    return [
        of_mean(f"B2 source ({males}, {females}), F by {way} at t={t}", found[:, t], expected[t])
        for t in (2, 3, 5, 10, 20)
    ]


B3 = (0.0, 0.25, 0.375, 0.5, 0.59375, 0.671875, 0.734375, 0.785156, 0.826172)


def full_sibs(replicates: int) -> list[Metric]:
    """B3: a line of full sibs; exact by pedigree, in the mean by loci."""
    breeding = {"first_age_female": 1, "poisson": 60.0}
    line = discrete(1, 1, breeding=breeding, genetics={"pedigree": True})
    exact = np.round(run(1, 9, **line).inbreeding[0, 1:], 6)
    line["genetics"] = {"loci": 10}
    dropped = run(replicates, 9, **line).inbreeding
    return [
        exactly("B3 source, F by pedigree, generations 1 to 9", exact, np.array(B3)),
        *(
            of_mean(f"B3 source, F by loci, generation {t}", dropped[:, t], B3[t - 1])
            for t in (2, 5, 9)
        ),
    ]


def depression(replicates: int) -> list[Metric]:
    """B5: survival of founders with F = 0.25 at age 0 is S0 exp(-B F)."""
    found = []
    for load in (6.29, 3.14, 12.0):
        block = {
            "sexes": 1,
            "death": {"female": [0.5]},
            "breeding": {"first_age_female": 1, "brood": [1.0]},
            "genetics": {
                "pedigree": True,
                "founder_kinship": 0.25,
                "diploid_lethal_equivalents": load,
            },
            "founders": {"females": [400]},
        }
        share = alive(run(replicates, 1, **block))[:, 1] / 400.0
        expected = 0.5 * math.exp(-0.5 * load * 0.25)
        found.append(of_mean(f"B5 source, survival at F = 0.25, {load:g} LE", share, expected))
    return found


def founding(replicates: int) -> list[Metric]:
    """B6: a rare allele is lost with chance (1 - p)^(2 N0); B7: He of unique founder genes."""
    found = []
    for founders, lost in ((10, 0.358486), (20, 0.128512)):
        block = discrete(founders, 0, sexes=1, genetics={"loci": 50, "frequencies": [0.05, 0.95]})
        block["capacity"] = {}
        alleles = run(replicates, 1, **block).alleles[:, 0]
        found.append(of_mean(f"B6 source, rare allele lost, N0={founders}", 2.0 - alleles, lost))
    for founders in (6, 12, 20, 50, 300):
        block = discrete(founders, 0, sexes=1, genetics={"loci": 1, "pedigree": founders < 100})
        first = run(1, 1, **block | {"capacity": {}})
        expected = 1.0 - 1.0 / (2.0 * founders)
        found.append(
            of_band(f"B7 source, He, N0={founders}", first.heterozygosity[0, 0], expected, 1e-9)
        )
    return found


def related_founders(replicates: int) -> list[Metric]:
    """G6: loci of related founders have the similarity that their kinship says."""
    genes = {"loci": 200, "pedigree": True, "founder_kinship": 0.2}
    found = run(replicates, 1, **discrete(10, 10, genetics=genes))
    # Of two genes drawn with replacement, 1 in 40 is the same gene.
    expected = (1.0 - 1.0 / 40.0) * (1.0 - 0.2)
    return [
        of_mean("G6 source, He of related founders", found.heterozygosity[:, 0], expected),
        of_band(
            "G6 source, gene diversity by pedigree", found.gene_diversity[0, 0], expected, 1e-9
        ),
    ]


def patch_occupancy(replicates: int) -> list[Metric]:
    """C5: 50 patches of one animal each: quasi-stationary mean and spread of the occupied."""
    block = {
        "sexes": 1,
        "order": ["mortality", "breeding", "dispersal", "ceiling", "ageing", "census"],
        "death": {"female": [0.1]},
        "breeding": {"first_age_female": 1, "poisson": 0.3},
        "capacity": {"rule": "ceiling_hard", "number": 1.0},
        "patches": {"count": 50, "emigration": 1.0, "natal": True},
        "founders": {"females": [0, 1]},
    }
    occupied = run(replicates, 80, **block).occupied[:, 80]
    width = 4.0 / math.sqrt(2.0 * replicates)
    return [
        of_mean("C5 source, occupied patches", occupied, 32.4163, "patches"),
        of_band("C5 source, sd ratio", occupied.std() / 4.4713, 1.0, width),
    ]


def conservation() -> list[Metric]:
    """C6: nobody is born or dies: numbers stay whatever moves."""
    found = []
    for name, patches in {
        "grid": {"grid": 7, "emigration": 1.0, "mean_distance": 3.0, "oldest": 50},
        "islands": {"count": 9, "emigration": 0.6, "oldest": 50},
    }.items():
        block = {
            "death": {"female": [0.0]},
            "breeding": {"first_age_female": 1, "brood": [1.0]},
            "patches": patches,
            "founders": {"females": [0, 3], "males": [0, 2]},
        }
        number = alive(run(2, 10, **block))
        found.append(
            exactly(f"C6 source, {name}", number, np.broadcast_to(number[:, :1], number.shape))
        )
    return found


#: side, K, years, mean N before births of the second half, tolerance.
B_CASES = {
    "B1": (50, 3.2, 100, 7_930.0, 120.0),
    "B2": (100, 8.0, 50, 95_800.0, 600.0),
    "B3": (200, 20.0, 20, 988_000.0, 6_000.0),
}


def grid_block(side: int, capacity: float) -> dict[str, Any]:
    """Return case B of the simulation benchmarks: stages on a grid, dispersal of newborns."""
    start = round(1.25 * capacity)
    young = round(0.3 * start)
    return {
        "sexes": 1,
        "order": ["breeding", "dispersal", "mortality", "ageing", "census"],
        "death": {"female": [0.5, 0.3, 0.2]},
        "breeding": {"first_age_female": 2, "poisson": 2.0, "density": "ricker"},
        "capacity": {"number": capacity},
        "patches": {"grid": side, "emigration": 0.3, "mean_distance": 2.0},
        "founders": {"females": [0, young, start - young]},
    }


def grid_gate(case: str, found) -> list[Metric]:
    """D2: numbers, share of subadults and births against RangeShifter, SLiM and Mesa."""
    _, _, years, expected, width = B_CASES[case]
    number, half = alive(found), years // 2
    subadults = found.number[:, half:, :, SUBADULT].sum() / number[:, half:].sum()
    births = found.births[:, half + 1 :].sum() / number[:, half:-1].sum()
    return [
        of_band(f"D2 {case}, N before births", float(number[:, half:].mean()), expected, width),
        of_band(f"D2 {case}, share of subadults", float(subadults), 0.2222, 0.001),
        of_band(f"D2 {case}, newborns per animal", float(births), 0.444, 0.002),
    ]


def grid(case: str, replicates: int) -> list[Metric]:
    """D2: one of the grid cases."""
    side, capacity, years, *_ = B_CASES[case]
    return grid_gate(case, run(replicates, years, **grid_block(side, capacity)))
