"""Cases of cheetahs with exact answers (G4, P3 to P6), through study files and the full engine."""

import math
from pathlib import Path
from typing import Any

import numpy as np

from theory_cases import Metric, exactly, of_band, of_mean, of_share
from theory_demography import of_spread
from theory_world import only, simulate, simulators, write_case
from ustyurt_models.ibm.world import State

_NO_PREY = {"saiga": {"start": 0}}
_DEATHS = {"order": ["cheetah_deaths", "record"]}


def lifespans(folder: Path, replicates: int) -> list[Metric]:
    """P3: under one cause lives are geometric; from the start of old age, as tabulated."""
    study = {
        "years": 6,
        "prey": _NO_PREY,
        "cheetah": {"females": 50, "males": 50, "age": "3 y"},
        "processes": only("cheetah_disease", "old_age"),
        "engine": _DEATHS,
    }
    survival = {"female": 0.8, "male": 0.7, "old": 0.4}
    found = []
    for name, old_age in (("geometric", 100), ("tabulated", 5)):
        cheetah = {"survival": {**survival, "old_age_yr": old_age}}
        (one,) = simulators(write_case(folder / name, study, None, cheetah))
        (number,) = simulate(one, replicates, "cheetah_number")
        by_sex = number.sum(axis=3)
        for sex, yearly in enumerate((0.8, 0.7)):
            ages = 3 + np.arange(6)
            table = np.cumprod(np.where(ages < old_age, yearly, 0.4))
            alive, year = by_sex[:, :, sex], 4
            label = f"P3 {name} lives, {('females', 'males')[sex]} alive after {year} years"
            chance = float(table[year - 1])
            found.append(of_mean(label, alive[:, year] / 50.0, chance))
            spread = math.sqrt(chance * (1.0 - chance) / 50.0)
            found.append(of_spread(label, alive[:, year] / 50.0, spread))
    return found


def litter_intervals(folder: Path) -> list[Metric]:
    """P3: reared litters come at the interval asked for, lost ones every other season.

    A gestation is one season. A mother is free when her cubs leave her, so an interval beyond
    dependence and gestation together cannot be asked for.
    """
    births = {
        "first_litter_months": 24,
        "sire_months": 24,
        "conceive": 1.0,
        "litter_mean": 1.0,
        "litter_most": 1,
        "independence_months": 18,
        "male_share": 1.0,
    }
    found = []
    for name, cub, months, seasons in (
        ("reared, 21 months apart", 1.0, 21, 7),
        ("reared, 18 months apart", 1.0, 18, 6),
        ("lost", 0.0, 21, 2),
    ):
        study = {
            "years": 8,
            "prey": _NO_PREY,
            "cheetah": {"females": 1, "males": 1, "age": "3 y"},
            "processes": only("cheetah_births", "cub_loss"),
            "engine": {
                "seasons_per_year": 4,
                "order": ["cheetah_deaths", "cheetah_births", "dispersal", "record"],
            },
        }
        cheetah = {
            "births": {**births, "interval_months": months},
            "survival": {"cub": cub, "den_share": 1.0},
        }
        (one,) = simulators(write_case(folder / name.split(",")[-1], study, None, cheetah))
        born = one(0, 0)["cheetah_births"]
        expected = np.zeros(9, np.int64)
        # Conceived in the first season, born in the second.
        np.add.at(expected, np.arange(1, 32, seasons) // 4 + 1, 1)
        found.append(exactly(f"P3 births by year, litters {name}", born, expected))
    return found


#: Cubs to independence per female and year, litters per year, cubs per litter, adult survival:
#: Kelly et al. 1998 (Serengeti); Bissett & Bernard 2011 without lions, survival as in Serengeti.
SERENGETI = (0.36, 12.0 / 20.1, 3.5, math.exp(-1.0 / 6.2))
_RATES = {
    "Serengeti-like": SERENGETI,
    "predator-free": (4.7 * 12.0 / 17.8, 12.0 / 17.8, 4.7, math.exp(-1.0 / 6.2)),
}


def growth(folder: Path, name: str, replicates: int, years: int = 5) -> list[Metric]:
    """P4: growth is that of the two-sex stage matrix built from the same rates."""
    recruits, litters, size, survival = _RATES[name]
    cub = min(1.0, recruits / (litters * size))
    study = {
        "years": years,
        "prey": _NO_PREY,
        "cheetah": {"females": 40, "males": 40, "age": "3 y"},
        "processes": only("cheetah_births", "cub_loss", "cheetah_disease"),
        "engine": {"order": ["cheetah_births", "cheetah_deaths", "dispersal", "record"]},
    }
    cheetah = {
        "survival": {
            "cub": cub,
            "subadult": survival,
            "female": survival,
            "male": survival,
            "subadult_end_months": 12,
        },
        "births": {
            # First litters at 2.4 and 2.3 years: the third birthday is the first pulse after them.
            "first_litter_months": 36,
            "sire_months": 36,
            "gestation_days": 0,
            "independence_months": 12,
            "interval_months": 12,
            "conceive": 1.0 - (1.0 - litters) ** 0.25,
            "litter_mean": size,
            "litter_most": 8,
        },
    }
    (one,) = simulators(write_case(folder / name, study, None, cheetah))
    (number,) = simulate(one, replicates, "cheetah_number")
    young = 0.5 * litters * size * cub
    # Ages 1, 2 and more; of females, then of males, which females alone bring forth.
    matrix = np.zeros((6, 6))
    matrix[[0, 3], 2] = young
    for row, column in ((1, 0), (2, 1), (2, 2), (4, 3), (5, 4), (5, 5)):
        matrix[row, column] = survival
    start = np.array([0.0, 0.0, 40.0, 0.0, 0.0, 40.0])
    expected = np.linalg.matrix_power(matrix, years) @ start
    root = float(np.abs(np.linalg.eigvals(matrix[:3, :3])).max())
    by_sex = number.sum(axis=3)[:, years]
    side = root > 1.0
    rows = [
        of_mean(f"P4 {name}, females after {years} years", by_sex[:, 0], expected[:3].sum()),
        of_mean(f"P4 {name}, males after {years} years", by_sex[:, 1], expected[3:].sum()),
    ]
    wanted = "above 1" if name == "predator-free" else "below 1"
    return [*rows, Metric(f"P4 {name}, growth", root, "1", wanted, side == (wanted == "above 1"))]


def territories(folder: Path, replicates: int) -> list[Metric]:
    """P5: four territories fit on 4 x 4 cells; of ten males at most four hold one."""
    study: dict[str, Any] = {
        "years": 6,
        "prey": {"saiga": {"start": 40_000}},
        "cheetah": {"females": 0, "males": 10, "age": "3 y"},
        "processes": only("dispersal", "territoriality"),
        "engine": {
            "seasons_per_year": 4,
            "order": ["predation", "condition", "cheetah_deaths", "dispersal", "record"],
        },
    }
    space = {"territory_km": 15.0, "range_most_km2": 25.0, "matrix": 1.0, "float_months": 6}
    prey = {"mass": {"adult_kg": 30.0, "birth_kg": 3.0}}
    land = {"ny": 4, "nx": 4}
    (one,) = simulators(write_case(folder, study, prey, {"space": space}, land))
    holders, others, near = [], [], []

    def watch(state: State, census: int) -> None:
        cats = state.cheetahs
        alive = np.flatnonzero(cats.stage[: cats.top[0]] >= 0)
        own = alive[cats.territorial[alive] == 1]
        row, column = np.divmod(cats.cell[own].astype(int), 6)
        apart = 5.0 * np.hypot(row[:, None] - row, column[:, None] - column)
        near.append(int((apart[np.triu_indices(own.size, 1)] < 15.0).sum()))
        if census == study["years"]:
            holders.append(own.size)
            others.append(alive.size - own.size)

    for k in range(replicates):
        one(0, k, watch)
    most = max(holders)
    mean = float(np.mean(holders))
    return [
        Metric("P5 most territory holders", most, "males", "at most 4", most <= 4),
        Metric("P5 mean territory holders", mean, "males", "in (1, 4]", 1.0 < mean <= 4.0),
        exactly("P5 holders and floaters", np.add(holders, others), np.full(replicates, 10)),
        exactly("P5 pairs of holders nearer than 15 km", np.array(near), np.zeros(len(near))),
    ]


def release(folder: Path, replicates: int) -> list[Metric]:
    """P6: ten are released, 0.6 live through the pulse; whoever walks out is recorded."""
    found = []
    for name, moves in (("stay", ()), ("walk", ("dispersal",))):
        study = {
            "years": 3,
            "prey": _NO_PREY,
            "release": [
                {
                    "when": 2027,
                    "site": "middle",
                    "method": "hard",
                    "animals": {"females": 5, "males": 5, "age": "3-6 y"},
                }
            ],
            "processes": only("post_release", *moves),
            "engine": {
                "seasons_per_year": 4,
                "order": ["management", "cheetah_deaths", *moves, "record"],
                "edge": "open",
            },
        }
        cheetah = {"threats": {"hard_release": 0.6}}
        land = {"ny": 15, "nx": 15}
        (one,) = simulators(write_case(folder / name, study, None, cheetah, land))
        names = ("cheetah_number", "cheetah_deaths", "cheetah_emigrants")
        number, deaths, left = simulate(one, replicates, *names)
        alive = number.sum(axis=(2, 3))
        if moves:
            all_of_them = alive[:, 3] + deaths.sum(axis=(1, 2)) + left.sum(axis=1)
            found.append(exactly("P6 alive, dead and emigrated", all_of_them, 10 + 0 * all_of_them))
            some = float(left.sum(axis=1).mean())
            found.append(Metric("P6 emigrants of ten", some, "animals", "above 0", some > 0.0))
        else:
            label = "P6 alive of ten after the pulse"
            found.append(of_mean(label, alive[:, 1], 6.0, "animals"))
            found.append(of_spread(label, alive[:, 1], math.sqrt(10 * 0.6 * 0.4)))
            found.append(exactly("P6 nobody dies of it later", alive[:, 3], alive[:, 1]))
            all_live = 0.6**10
            found.append(of_share("P6 all ten alive", alive[:, 1] == 10, all_live))
    return found


def founders(folder: Path) -> list[Metric]:
    """G4: unrelated founders: gene diversity 1 - 1/(2n), founder genome equivalents n."""
    found = []
    for n in (6, 12, 20):
        study = {
            "years": 1,
            "prey": _NO_PREY,
            "cheetah": {"females": n // 2, "males": n // 2, "age": "3 y"},
            "engine": _DEATHS,
        }
        (one,) = simulators(write_case(folder / str(n), study))
        run = one(0, 0)
        diversity, genomes = float(run["gene_diversity"][0]), float(run["founder_genomes"][0])
        found.append(of_band(f"G4 gene diversity of {n}", diversity, 1.0 - 0.5 / n, 1e-12))
        found.append(of_band(f"G4 founder genomes of {n}", genomes, n, 1e-9))
    return found
