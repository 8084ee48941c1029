"""Genes of cheetahs against exact answers: drift by loci, related founders, crosses (G2, G6).

Expected heterozygosity of loci whose founder genes all differ is 1 minus mean kinship, animals
with themselves included, in the mean over loci; drawn from frequencies it is that times the
heterozygosity of the frequencies (Lynch & Walsh 1998, ch. 7).
"""

import math
from pathlib import Path
from typing import Any

import numpy as np

from theory_cases import (
    _CHEETAH_LIFE,
    _CHEETAH_YEAR,
    _YEARLY_BREEDERS,
    Metric,
    _litters,
    exactly,
    of_band,
    of_mean,
    of_share,
)
from theory_world import only, simulate, simulators, write_case
from ustyurt_models.formulas.genetics import inbreeding_two_sexes

#: Unique alleles of founders leave nothing to chance but rounding.
_EXACT = 1e-9


def mean_kinship(males: int, females: int, generations: int) -> np.ndarray:
    """Return mean kinship by generation, animals with themselves included.

    Two different animals of a generation have the kinship that is F of the next.
    """
    inbreeding = inbreeding_two_sexes(males, females, generations + 1)
    n = males + females
    return ((1.0 + inbreeding[:-1]) / 2.0 + (n - 1) * inbreeding[1:]) / n


def locus_drift(
    folder: Path, males: int, females: int, generations: int, replicates: int
) -> list[Metric]:
    """G2: discrete generations of constant numbers; He by kinship, unique alleles and two."""
    kinship = mean_kinship(males, females, generations)
    inbreeding = inbreeding_two_sexes(males, females, generations)
    found = []
    for name, founders, start in (("unique", None, 1.0), ("two", [0.3, 0.7], 0.42)):
        one = _drifting(folder / name, males, females, generations, founders)
        names = ("gene_diversity", "expected_heterozygosity", "observed_heterozygosity")
        diversity, expected, observed = simulate(one, replicates, *names)
        label = f"G2 drift, {males} males and {females} females, {name} alleles"
        for t in sorted({0, 1, 3, generations}):
            he = start * (1.0 - kinship[t])
            if expected[:, t].std() < _EXACT:
                found.append(of_band(f"{label}: He at t={t}", expected[0, t], he, _EXACT))
            else:
                found.append(of_mean(f"{label}: He at t={t}", expected[:, t], he))
            ho = start * (1.0 - inbreeding[t])
            if t > 1 or start < 1.0:
                found.append(of_mean(f"{label}: Ho at t={t}", observed[:, t], ho))
        t = generations
        gap = expected[:, t] - start * diversity[:, t]
        found.append(of_mean(f"{label}: He less 1 - kinship at t={t}", gap, 0.0))
        if start == 1.0:
            found.append(of_mean(f"{label}: 1 - kinship at t={t}", diversity[:, t], 1 - kinship[t]))
    return found


def _drifting(folder: Path, males: int, females: int, generations: int, founders):
    """Return the simulator of one population in discrete generations with 64 loci."""
    loci: dict[str, Any] = {"number": 64} | ({} if founders is None else {"founders": founders})
    study = {
        "years": generations,
        "prey": {"saiga": {"start": 0}},
        "cheetah": {"females": females, "males": males, "age": "1 y", "loci": loci},
        "processes": _CHEETAH_LIFE,
        "engine": {
            "order": _CHEETAH_YEAR,
            "cheetah_capacity_rule": "ceiling_hard",
            "ceiling_females": females,
            "ceiling_males": males,
        },
    }
    cheetah = {
        "survival": {"old_age_yr": 1, "old": 0.0, "subadult_end_months": 12},
        "births": _YEARLY_BREEDERS | _litters(8.0) | {"paternity": "cub"},
    }
    (one,) = simulators(write_case(folder, study, None, cheetah))
    return one


def related_founders(folder: Path, replicates: int) -> list[Metric]:
    """G6: founders of three groups whose kinship the study gives; loci have that similarity."""
    kinship = {
        "resident": {"resident": 0.2, "captive_jubatus": 0.05},
        "captive_jubatus": {"captive_jubatus": 0.1, "wild_jubatus": 0.04},
        "wild_jubatus": {"wild_jubatus": 0.08},
    }
    found = []
    for name, founders, start in (("unique", {}, 1.0), ("drawn", {"founders": 4}, 0.75)):
        study = {
            "years": 1,
            "prey": {"saiga": {"start": 0}},
            "cheetah": {
                "females": 4,
                "males": 3,
                "kinship": kinship,
                "loci": {"number": 200} | founders,
            },
            "release": [
                {
                    "when": 2027,
                    "site": "middle",
                    "method": "hard",
                    "animals": {"females": 3, "males": 2, "origin": origin},
                }
                for origin in ("captive_jubatus", "wild_jubatus")
            ],
            "engine": {"order": ["management", "record"]},
        }
        (one,) = simulators(write_case(folder / name, study))
        names = ("gene_diversity", "expected_heterozygosity", "observed_heterozygosity")
        diversity, expected, observed = simulate(one, replicates, *names)
        for t, who in enumerate(("residents", "all three groups")):
            he = start * diversity[0, t]
            found.append(of_mean(f"G6 {who}, {name} alleles: He", expected[:, t], he))
        if start == 1.0:
            label = "G6 founders that are not inbred, Ho"
            found.append(exactly(label, observed, np.ones_like(observed)))
        else:
            found.append(of_mean("G6 drawn alleles: Ho", observed[:, 1], start))
    return found


def crosses(folder: Path, replicates: int) -> list[Metric]:
    """Cubs of residents with released males: survival S0 exp(hybridity), all first crosses."""
    found = []
    for hybridity in (-0.6, 0.3):
        study = {
            "years": 1,
            "prey": {"saiga": {"start": 0}},
            "cheetah": {
                "females": 40,
                "age": "3 y",
                "outbreeding": {"hybridity": hybridity, "breakdown": -5.0},
            },
            "release": [
                {
                    "when": 2027,
                    "site": "middle",
                    "method": "hard",
                    "animals": {"females": 0, "males": 5, "age": "3 y"},
                }
            ],
            "processes": only("cheetah_births", "cub_loss", "cheetah_disease"),
            "engine": {"order": ["management", *_CHEETAH_YEAR]},
        }
        cheetah = {"survival": {"cub": 0.5}, "births": _YEARLY_BREEDERS | {"conceive": 1.0}}
        name = folder / f"cross_{hybridity:g}"
        (one,) = simulators(write_case(name, study, None, cheetah))
        born, number = simulate(one, replicates, "cheetah_births", "cheetah_number")
        alive = number[:, 1].sum(axis=(1, 2)) - 45
        lived = np.repeat([1, 0], [alive.sum(), born[:, 1].sum() - alive.sum()])
        label = f"cubs of a first cross at hybridity {hybridity:g}, survival"
        found.append(of_share(label, lived, 0.5 * math.exp(hybridity)))
    return found
