"""Limiting cases with exact answers, run through study files and the full engine.

Each case writes a study in which everything is off but what the case names, simulates it, and
compares with theory. Tests take few replicates, `theory.py` takes many.

The answers are those of standard theory: Leslie projection (Caswell 2001, *Matrix Population
Models*), branching processes (Harris 1963), inbreeding with separate sexes (Crow & Kimura 1970,
*An Introduction to Population Genetics Theory*, ch. 7).
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from theory_world import only, simulate, simulators, write_case
from ustyurt_models.formulas.cheetah_demography import truncated_poisson
from ustyurt_models.formulas.genetics import inbreeding_two_sexes

#: Standard errors within which an estimate must lie.
TOLERANCE = 4.0


@dataclass(frozen=True)
class Metric:
    """One number found, and whether it is what theory says.

    Attributes
    ----------
    metric : str
        What was measured.
    value : float
        Found.
    unit : str
        Its unit, 1 when dimensionless.
    target : str
        Exact answer and tolerance.
    ok : bool
        Whether the number lies within the tolerance.
    expected, error : float
        Exact answer and standard error, where there is one; NaN otherwise.
    """

    metric: str
    value: float
    unit: str
    target: str
    ok: bool
    expected: float = math.nan
    error: float = math.nan


def of_mean(metric: str, values: np.ndarray, expected: float, unit: str = "1") -> Metric:
    """Compare the mean of replicates with its expectation."""
    error = float(values.std(ddof=1)) / math.sqrt(values.size)
    mean = float(values.mean())
    target = f"{expected:.6g}, 4 SE = {TOLERANCE * error:.3g}"
    ok = abs(mean - expected) <= TOLERANCE * error
    return Metric(metric, mean, unit, target, ok, expected, error)


def of_share(metric: str, events: np.ndarray, expected: float) -> Metric:
    """Compare the share of replicates with an event with its chance."""
    error = math.sqrt(expected * (1.0 - expected) / events.size)
    share = float(events.mean())
    target = f"{expected:.6g}, 4 SE = {TOLERANCE * error:.3g}"
    ok = abs(share - expected) <= TOLERANCE * error
    return Metric(metric, share, "1", target, ok, expected, error)


def of_band(metric: str, value: float, expected: float, half_width: float) -> Metric:
    """Compare one number with an answer that has a stated tolerance."""
    ok = abs(value - expected) <= half_width
    return Metric(metric, value, "1", f"{expected:.7g} +- {half_width:g}", ok)


def exactly(metric: str, found: np.ndarray, expected: np.ndarray) -> Metric:
    """Count the entries that differ from an answer without chance."""
    differ = int((found != expected).sum())
    return Metric(metric, differ, "1", "0 entries differ", differ == 0)


# ------------------------------------------------------------------ growth (A1, A1b, A3, A12)

_A1_BIRTHS: dict[str, Any] = {
    name: {"chance": 0.5, "litter": {"shares": [0.10, 0.20, 0.30, 0.25, 0.15]}}
    for name in ("first", "full")
}
A1_PREY: dict[str, Any] = {
    "survival": {"by_age": [0.5, 0.85, 0.85, 0.88], "maximum_age_yr": 12},
    "births": {"first_age_yr": 3, "full_age_yr": 3, **_A1_BIRTHS},
}
# Counted after breeding, an animal is a year older when it breeds than at the census before.
A1B_PREY: dict[str, Any] = {
    "survival": {"by_age": [0.5, 0.85, 0.85, 0.88], "maximum_age_yr": 13},
    "births": {"first_age_yr": 4, "full_age_yr": 4, **_A1_BIRTHS},
}
A1_MEANS = {1: 127.375, 5: 194.5217, 10: 300.1840}
_LIFE = only("births", "baseline_mortality", "old_age")


def _of_sex(numbers: np.ndarray, sex: int) -> np.ndarray:
    """Return animals of one sex, shape (replicate, census)."""
    return numbers[:, :, 0, sex].sum(axis=-1)


def leslie_growth(folder: Path, replicates: int, seasons: int = 1) -> list[Metric]:
    """A1: 100 females of age 3; mean females by year are the Leslie projection."""
    study = {
        "prey": {"saiga": {"age": "3 y", "female_share": 1.0}},
        "processes": _LIFE,
        "engine": {"seasons_per_year": seasons},
    }
    (one,) = simulators(write_case(folder, study, A1_PREY))
    (numbers,) = simulate(one, replicates, "prey_number")
    females = _of_sex(numbers, 0)
    step = "yearly" if seasons == 1 else f"{seasons} steps a year"
    return [
        of_mean(f"A1 Leslie growth, {step}, females at t={year}", females[:, year], mean, "animals")
        for year, mean in A1_MEANS.items()
    ]


def order_of_events(folder: Path, animals: int) -> list[Metric]:
    """A1b: deaths before births, counted after breeding; growth over years 15-30."""
    study = {
        "years": 30,
        "prey": {"saiga": {"start": animals}},
        "processes": _LIFE,
        "engine": {"order": ["prey_deaths", "ageing", "births", "record"]},
    }
    (one,) = simulators(write_case(folder, study, A1B_PREY))
    (numbers,) = simulate(one, 1, "prey_number")
    females = _of_sex(numbers, 0)[0].astype(float)
    growth = (females[30] / females[15]) ** (1 / 15)
    return [of_band("A1b growth, mortality before births", growth, 1.0579066, 0.002)]


def _poisson(mean: float, survival: float, oldest: int) -> dict[str, Any]:
    """Return females that leave a Poisson number of daughters every year from age 1."""
    group = {"chance": 1.0, "litter": {"poisson": mean}}
    return {
        "survival": {"by_age": [1.0, survival], "maximum_age_yr": oldest},
        "births": {"male_share": 0.0, "first": group, "full": group},
    }


def survive_and_breed(folder: Path, replicates: int) -> list[Metric]:
    """A3: survival 0.8 and Poisson(0.3) recruits; mean and spread of a branching process."""
    study = {
        "prey": {"saiga": {"start": 20, "age": "1 y", "female_share": 1.0}},
        "processes": _LIFE,
    }
    (one,) = simulators(write_case(folder, study, _poisson(0.3, 0.8, 400)))
    (numbers,) = simulate(one, replicates, "prey_number")
    final = _of_sex(numbers, 0)[:, 10]
    # Relative standard error of a standard deviation, without excess kurtosis.
    width = TOLERANCE / math.sqrt(2.0 * replicates)
    return [
        of_mean("A3 survive-and-breed, mean at t=10", final, 51.8748, "animals"),
        of_band("A3 survive-and-breed, sd ratio at t=10", final.std() / 18.5939, 1.0, width),
    ]


def lifespan(folder: Path, animals: int) -> list[Metric]:
    """A12: further full years of an animal of age 3 with survival 0.88 and a last age of 12."""
    study = {
        "prey": {"saiga": {"start": animals, "age": "3 y"}},
        "processes": only("baseline_mortality", "old_age"),
    }
    (one,) = simulators(write_case(folder, study, A1_PREY))
    (numbers,) = simulate(one, 1, "prey_number")
    alive = numbers[0].sum(axis=(1, 2, 3))
    lived = np.arange(10)
    # Lifespans by animal, from the numbers that end at each year.
    years = np.repeat(lived, alive[:-1] - alive[1:])
    return [
        of_mean("A12 further years from age 3", years, 5.012492, "yr"),
        exactly("A12 nobody outlives the highest age", alive[10:], np.zeros(1, np.int64)),
    ]


def quarterly_survival(folder: Path, animals: int, survival: float = 0.8) -> list[Metric]:
    """F4: four steps with the fourth root of a survival give that survival over a year."""
    study = {
        "years": 1,
        "prey": {"saiga": {"start": animals}},
        "cheetah": {"females": 50, "males": 50, "age": "3 y"},
        "processes": only("baseline_mortality", "cheetah_disease"),
        "engine": {
            "seasons_per_year": 4,
            "order": ["prey_deaths", "cheetah_deaths", "ageing", "record"],
        },
    }
    prey = {"survival": {"by_age": [survival]}}
    cheetah = {"survival": {"female": survival, "male": survival}}
    (one,) = simulators(write_case(folder, study, prey, cheetah))
    (prey_number,) = simulate(one, 1, "prey_number")
    cheetahs = simulate(one, max(1, animals // 200), "cheetah_number")[0].sum(axis=(2, 3))
    alive = np.repeat([1.0, 0.0], [prey_number[0, 1].sum(), animals - prey_number[0, 1].sum()])
    return [
        of_share("F4 yearly survival of prey, four steps", alive, survival),
        of_mean("F4 yearly survival of cheetahs, four steps", cheetahs[:, 1] / 100.0, survival),
    ]


def rates_of_zero_and_one(folder: Path) -> list[Metric]:
    """A12: survival and births of 0 and 1 give exact counts."""
    certain = {"chance": 1.0, "litter": {"shares": [1.0]}}
    births = {"male_share": 0.0, "first": certain, "full": certain}
    cases = {
        "doubling from first age 1": (
            {"births": births},
            ("births",),
            [2**t for t in range(11)],
        ),
        "Fibonacci from first age 2": (
            {"births": births | {"first_age_yr": 2, "full_age_yr": 2}},
            ("births",),
            [1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89],
        ),
        "survival 1": ({}, ("baseline_mortality",), [1] * 11),
        "survival 0": ({"survival": {"by_age": [0.0]}}, ("baseline_mortality",), [1] + [0] * 10),
    }
    found = []
    for name, (prey, processes, expected) in cases.items():
        study = {
            "prey": {"saiga": {"start": 1, "age": "1 y", "female_share": 1.0}},
            "processes": only(*processes),
        }
        (one,) = simulators(write_case(folder / name.replace(" ", "_"), study, prey))
        (numbers,) = simulate(one, 1, "prey_number")
        found.append(exactly(f"A12 {name}", _of_sex(numbers, 0)[0], np.array(expected)))
    return found


# ------------------------------------------------------------------ extinction (A2, A6, D6)

#: P(extinct by t) of a line of one founder, t = 1, 5, 10, 20.
A2_EXTINCT = {
    0.9: (0.406570, 0.802771, 0.915083, 0.976331),
    1.0: (0.367879, 0.731923, 0.841765, 0.912429),
    1.2: (0.301194, 0.584697, 0.654690, 0.682148),
    1.5: (0.223130, 0.394979, 0.415140, 0.417170),
}
A2_YEARS = (1, 5, 10, 20)


def galton_watson(folder: Path, mean: float, founders: int, replicates: int) -> list[Metric]:
    """A2: discrete generations with Poisson offspring; lines of founders die independently."""
    study = {
        "years": A2_YEARS[-1],
        "prey": {"saiga": {"start": founders, "age": "1 y", "female_share": 1.0}},
        "processes": _LIFE,
    }
    (one,) = simulators(write_case(folder, study, _poisson(mean, 1.0, 1)))
    (numbers,) = simulate(one, replicates, "prey_number")
    females = _of_sex(numbers, 0)
    label = f"A2 Galton-Watson m={mean:g}, {founders} founder{'s' * (founders > 1)}"
    return [
        of_share(f"{label}, extinct by t={year}", females[:, year] == 0, chance**founders)
        for year, chance in zip(A2_YEARS, A2_EXTINCT[mean], strict=True)
    ]


def catastrophe(folder: Path, replicates: int, frequency: float = 0.05) -> list[Metric]:
    """D6: a total die-off with yearly chance q leaves nobody with chance 1 - (1 - q)^T."""
    study = {
        "years": 20,
        "prey": {"saiga": {"start": 20}},
        "climate": {"pathway": "historical"},
        "parameters": {"sai_die_freq": frequency},
        "processes": only("climate", "catastrophes", "disease"),
        "engine": {"order": ["climate", "prey_deaths", "ageing", "record"]},
    }
    prey = {"threats": {"disease_loss": 1.0}}
    (one,) = simulators(write_case(folder, study, prey))
    (numbers,) = simulate(one, replicates, "prey_number")
    alive = numbers.sum(axis=(2, 3, 4))
    return [
        of_share(
            f"D6 total catastrophe q={frequency:g}, extinct by t={year}",
            alive[:, year] == 0,
            1.0 - (1.0 - frequency) ** year,
        )
        for year in (1, 5, 20)
    ]


#: P(all dead) and P(one sex missing) by t = 10, 50, 100 from (females, males).
A6_CHANCES = {
    (5, 5): ((0.007593, 0.146852, 0.249463), (0.046753, 0.166779, 0.266678)),
    (2, 2): ((0.185909, 0.512194, 0.571571), (0.388209, 0.524244, 0.581398)),
}
A6_YEARS = (10, 50, 100)


def _litters(mean: float, most: int = 30) -> dict[str, float]:
    """Return conception and litters that make a Poisson number of cubs a year, 0 included."""
    chance = -math.expm1(-mean)
    return {
        # Per three months; over a year it is `chance`.
        "conceive": 1.0 - (1.0 - chance) ** 0.25,
        "litter_mean": float(truncated_poisson(mean, most) @ np.arange(1, most + 1)),
        "litter_most": most,
    }


_YEARLY_BREEDERS: dict[str, Any] = {
    "first_litter_months": 12,
    "sire_months": 12,
    "gestation_days": 0,
    "independence_months": 12,
}
_CHEETAH_YEAR = ["cheetah_births", "cheetah_deaths", "dispersal", "record"]
_CHEETAH_LIFE = only("cheetah_births", "cub_loss", "cheetah_disease", "old_age")


def mate_limitation(
    folder: Path, founders: tuple[int, int], years: int, replicates: int
) -> list[Metric]:
    """A6: two sexes under a ceiling of 10 each; no births without a male."""
    females, males = founders
    study = {
        "years": years,
        "prey": {"saiga": {"start": 0}},
        "cheetah": {"females": females, "males": males, "age": "1 y"},
        "processes": _CHEETAH_LIFE,
        "engine": {
            "order": _CHEETAH_YEAR,
            "cheetah_capacity_rule": "ceiling_hard",
            "ceiling_females": 10,
            "ceiling_males": 10,
        },
    }
    cheetah = {
        "survival": {"female": 0.8, "male": 0.8, "subadult_end_months": 12},
        "births": _YEARLY_BREEDERS | _litters(0.6),
    }
    (one,) = simulators(write_case(folder, study, None, cheetah))
    (numbers,) = simulate(one, replicates, "cheetah_number")
    by_sex = numbers.sum(axis=3)
    dead, missing = (by_sex == 0).all(axis=2), (by_sex == 0).any(axis=2)
    label = f"A6 two sexes from ({females}, {males})"
    found = []
    for t, both, either in zip(A6_YEARS, *A6_CHANCES[founders], strict=True):
        if t <= years:
            found.append(of_share(f"{label}, all dead at t={t}", dead[:, t], both))
            found.append(of_share(f"{label}, one sex missing at t={t}", missing[:, t], either))
    return found


# ------------------------------------------------------------------ genetics (B2)

#: F by generation for (males, females).
B2_INBREEDING = {
    (3, 12): {2: 0.052083, 3: 0.098741, 5: 0.185556, 10: 0.367733, 20: 0.618952},
    (20, 20): {5: 0.048617, 10: 0.105903, 20: 0.210336},
}


def kinship_drift(
    folder: Path, males: int, females: int, generations: int, replicates: int
) -> list[Metric]:
    """B2: random mating of `males` and `females` in discrete generations, constant numbers."""
    study = {
        "years": generations,
        "prey": {"saiga": {"start": 0}},
        "cheetah": {"females": females, "males": males, "age": "1 y"},
        "processes": _CHEETAH_LIFE,
        "engine": {
            "order": _CHEETAH_YEAR,
            "cheetah_capacity_rule": "ceiling_hard",
            "ceiling_females": females,
            "ceiling_males": males,
        },
    }
    cheetah = {
        # Parents die after they have bred once; all young live.
        "survival": {"old_age_yr": 1, "old": 0.0, "subadult_end_months": 12},
        "births": _YEARLY_BREEDERS | _litters(8.0) | {"paternity": "cub"},
    }
    (one,) = simulators(write_case(folder, study, None, cheetah))
    numbers, inbreeding = simulate(one, replicates, "cheetah_number", "mean_inbreeding")
    label = f"B2 drift, {males} males and {females} females"
    expected = np.broadcast_to([females, males], (replicates, generations + 1, 2))
    theory = inbreeding_two_sexes(males, females, generations)
    found = [exactly(f"{label}, numbers", numbers.sum(axis=3), expected)]
    for t, published in B2_INBREEDING[males, females].items():
        if t <= generations:
            assert abs(theory[t] - published) < 1e-6
            found.append(of_mean(f"{label}, F at t={t}", inbreeding[:, t], published))
    return found
