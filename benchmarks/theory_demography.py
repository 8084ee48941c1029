"""Cases of demography with exact answers (D1, D4 to D9), through study files and the full engine.

Moments of branching processes with several types follow Harris 1963, *The Theory of Branching
Processes*, ch. II: means m' = M m, covariances V' = M V M^T + sum of m_i times the covariance of
what one animal of type i leaves.
"""

import math
from pathlib import Path

import numpy as np

from theory_cases import A1_PREY, TOLERANCE, Metric, of_band, of_mean, of_share
from theory_space import chi_square
from theory_world import only, simulate, simulators, write_case
from ustyurt_models.contracts import PREY_DEATH_CAUSES
from ustyurt_models.ibm.world import State

_LIFE = only("births", "baseline_mortality", "old_age")
_OLDEST = 12
#: Litters of A1: chances of 1 to 5.
_LITTER = np.array([0.10, 0.20, 0.30, 0.25, 0.15])
_SURVIVAL = np.array([0.85, 0.85, *[0.88] * 9, 0.0])
A1_STABLE = (
    0.219774, 0.171206, 0.133371, 0.107564, 0.086751, 0.069965,
    0.056427, 0.045509, 0.036703, 0.029601, 0.023873, 0.019254,
)  # fmt: skip


def of_spread(metric: str, values: np.ndarray, expected_sd: float) -> Metric:
    """Compare the standard deviation of replicates with its expectation, as a ratio.

    Within 0.95 to 1.05 as asked for at 4,000 replicates, and within 4 standard errors of a normal
    sample where there are fewer.
    """
    width = max(0.05, TOLERANCE / math.sqrt(2.0 * values.size))
    return of_band(f"{metric}, sd ratio", float(values.std(ddof=1)) / expected_sd, 1.0, width)


def _by_type(state: State) -> np.ndarray:
    """Count animals by sex and completed years, shape (sex, year), to the highest age and one."""
    herd, n = state.herds[0], int(state.alive[0])
    years = np.minimum(herd.age[:n].astype(int), _OLDEST)
    return np.bincount(herd.male[:n].astype(int) * (_OLDEST + 1) + years, minlength=26)


def _moments(years: int, founders: float) -> tuple[np.ndarray, np.ndarray]:
    """Return means and covariances of A1 from females of age 3, types (sex, age 1 to 12)."""
    types = 2 * _OLDEST
    mean = np.zeros((types, types))
    spread = np.zeros((types, types, types))
    young = 0.5 * float(_LITTER @ np.arange(1, 6))
    square = 0.5 * float(_LITTER @ np.arange(1, 6) ** 2)
    variance = square - young**2
    # A quarter of the young are daughters that live, a quarter sons that live.
    own = young * 0.25 * 0.75 + variance / 16.0
    across = (variance - young) / 16.0
    for sex in range(2):
        for age in range(1, _OLDEST + 1):
            i = sex * _OLDEST + age - 1
            if age < _OLDEST:
                lives = _SURVIVAL[age - 1]
                mean[i + 1, i] += lives
                spread[i, i + 1, i + 1] += lives * (1.0 - lives)
            if sex == 0 and age >= 3:
                mean[[0, _OLDEST], i] += young / 4.0
                spread[i, 0, 0] += own
                spread[i, _OLDEST, _OLDEST] += own
                spread[i, 0, _OLDEST] += across
                spread[i, _OLDEST, 0] += across
    m, v = np.zeros(types), np.zeros((types, types))
    m[2] = founders
    for _ in range(years):
        v = mean @ v @ mean.T + np.tensordot(m, spread, axes=1)
        m = mean @ m
    return m, v


def branching(folder: Path, replicates: int, years: int = 12) -> list[Metric]:
    """D1: 100 females, both sexes of young: means and covariances by class after 12 years."""
    study = {
        "years": years,
        "prey": {"saiga": {"age": "3 y", "female_share": 1.0}},
        "processes": _LIFE,
    }
    (one,) = simulators(write_case(folder, study, A1_PREY))
    counts = np.zeros((replicates, 26), np.int64)
    for k in range(replicates):

        def watch(state: State, census: int, k: int = k) -> None:
            if census == years:
                counts[k] = _by_type(state)

        one(0, k, watch)
    m, v = _moments(years, 100.0)
    classes = {
        "females of 1 year": (1, 2),
        "females of 2": (2, 3),
        "females of 3 and more": (3, 13),
    }
    found, sums = [], {}
    for name, (low, high) in {**classes, "males": (14, 26)}.items():
        at = slice(low - 1, high - 1) if low < 13 else slice(_OLDEST, 2 * _OLDEST)
        seen = counts[:, low:high].sum(axis=1)
        label = f"D1 {name} after {years} years"
        found.append(of_mean(f"{label}, mean", seen, float(m[at].sum()), "animals"))
        found.append(of_spread(label, seen, math.sqrt(v[at, at].sum())))
        sums[name] = (seen, at)
    (f, i), (s, j) = sums["females of 3 and more"], sums["males"]
    expected = v[i, j].sum() / math.sqrt(v[i, i].sum() * v[j, j].sum())
    error = TOLERANCE * (1.0 - expected**2) / math.sqrt(replicates)
    correlation = float(np.corrcoef(f, s)[0, 1])
    found.append(of_band("D1 correlation of adult females and males", correlation, expected, error))
    return found


def stable_ages(folder: Path, animals: int, years: int = 25) -> list[Metric]:
    """D1: ages approach the right eigenvector, from one age."""
    study = {
        "years": years,
        "prey": {"saiga": {"start": animals, "age": "3 y", "female_share": 1.0}},
        "processes": _LIFE,
    }
    (one,) = simulators(write_case(folder, study, A1_PREY))
    last = np.zeros(26, np.int64)

    def watch(state: State, census: int) -> None:
        if census == years:
            last[:] = _by_type(state)

    one(0, 0, watch)
    share = last[1:13] / last[1:13].sum()
    worst = float(np.abs(share - A1_STABLE).max())
    return [of_band(f"D1 largest error of ages after {years} years", worst, 0.0, 0.004)]


_CROWDED = {
    **A1_PREY,
    "density": {
        "maximum_per_km2": 200.0,
        "theta": 1.5,
        "young": 1.0,
        "adult": 0.2,
        "births": 0.4,
        "radius_km": 40.0,
    },
}


def capacity(folder: Path, replicates: int) -> list[Metric]:
    """D4: numbers settle at the capacity asked for, from below and above; growth there is 0."""
    level = 200.0 * 25.0 * 36.0
    land = {"ny": 6, "nx": 6}
    found = []
    base = {
        "processes": {**_LIFE, "density_dependence": True},
        "engine": {"capacity_rule": "logistic"},
    }
    for share in (0.05, 1.8):
        # From a twentieth of the capacity, growing by 9 % a year, the approach takes a century.
        study = {"years": 150, "prey": {"saiga": {"start": share * level}}, **base}
        (one,) = simulators(write_case(folder / f"{share}", study, _CROWDED, None, land))
        (numbers,) = simulate(one, 1, "prey_number")
        settled = numbers.sum(axis=(2, 3, 4))[0, -30:].mean() / level
        label = f"D4 numbers over capacity, started at {share:g}"
        found.append(of_band(label, float(settled), 1.0, 0.01))
    # The start has the ages of a growing population; they settle first.
    study = {"years": 60, "prey": {"saiga": {"start": level}}, **base}
    (one,) = simulators(write_case(folder / "level", study, _CROWDED, None, land))
    (numbers,) = simulate(one, replicates, "prey_number")
    growth = np.log(numbers.sum(axis=(2, 3, 4))[:, 60] / numbers.sum(axis=(2, 3, 4))[:, 30]) / 30
    return [*found, of_mean("D4 mean log growth at capacity, years 30 to 60", growth, 0.0)]


def weather(folder: Path, replicates: int) -> list[Metric]:
    """D5: yearly anomalies have the mean, variance, memory and correlation asked for."""
    asked = {"cli_w_ar": 0.5, "cli_d_ar": 0.3, "cli_wd_corr": 0.4}
    study = {
        "years": 8,
        "prey": {"saiga": {"start": 0}},
        "climate": {"pathway": "historical"},
        "parameters": asked,
        "processes": only("climate", "winter", "drought"),
        "engine": {"order": ["climate", "record"]},
    }
    (one,) = simulators(write_case(folder, study))
    winter, drought = simulate(one, replicates, "winter_severity", "summer_drought")
    w, d = winter[:, 4], drought[:, 4]
    return [
        of_mean("D5 winter severity, mean", w, 0.0),
        of_mean("D5 winter severity, mean square", w**2, 1.0),
        of_mean("D5 summer drought, mean square", d**2, 1.0),
        of_mean("D5 winter severity, lag 1", w * winter[:, 5], asked["cli_w_ar"]),
        of_mean("D5 winter severity, lag 2", w * winter[:, 6], asked["cli_w_ar"] ** 2),
        of_mean("D5 summer drought, lag 1", d * drought[:, 5], asked["cli_d_ar"]),
        of_mean("D5 winter and drought of a year", w * d, asked["cli_wd_corr"]),
    ]


def partial_catastrophe(folder: Path, replicates: int) -> list[Metric]:
    """D6: a die-off of chance q takes a share: mean and second factorial moment of survivors."""
    start, years, frequency, loss = 200, 20, 0.1, 0.4
    study = {
        "years": years,
        "prey": {"saiga": {"start": start}},
        "climate": {"pathway": "historical"},
        "parameters": {"sai_die_freq": frequency},
        "processes": only("climate", "catastrophes", "disease"),
        "engine": {"order": ["climate", "prey_deaths", "ageing", "record"]},
    }
    (one,) = simulators(write_case(folder, study, {"threats": {"disease_loss": loss}}))
    (numbers,) = simulate(one, replicates, "prey_number")
    left = numbers[:, years].sum(axis=(1, 2, 3)).astype(float)
    once = 1.0 - frequency * loss
    both = 1.0 - frequency + frequency * (1.0 - loss) ** 2
    pairs = left * (left - 1.0) / (start * (start - 1.0))
    label = f"D6 die-offs of {loss:g} with chance {frequency:g}, {years} years"
    return [
        of_mean(f"{label}, survivors", left, start * once**years, "animals"),
        of_mean(f"{label}, pairs that survive", pairs, both**years),
    ]


def competing_causes(folder: Path, animals: int) -> list[Metric]:
    """D7: survival is exp(-sum of hazards); causes share the deaths by their hazards."""
    study = {
        "years": 1,
        "prey": {"saiga": {"start": animals, "age": "3 y"}},
        "climate": {"pathway": "historical"},
        "parameters": {"sai_die_freq": 1.0},
        "management": {"harvest": [{"species": "saiga", "fraction": 0.05}]},
        "processes": only(
            "baseline_mortality",
            "wolf",
            "poaching",
            "harvest",
            "climate",
            "catastrophes",
            "disease",
        ),
        "engine": {"order": ["climate", "management", "prey_deaths", "ageing", "record"]},
    }
    threats = {"wolf_take": 0.1, "poaching_take": 0.15, "disease_loss": 0.3}
    prey = {"survival": {"by_age": [0.8]}, "threats": threats}
    land = {"layers": {"poaching_pressure": 1.0}}
    (one,) = simulators(write_case(folder, study, prey, None, land))
    run = one(0, 0)
    hazards = {
        # Survival of the evidence holds the wolves.
        "background": -math.log(0.8 / 0.9),
        "wolf": -math.log(0.9),
        "poaching": -math.log(0.85),
        "harvest": -math.log(0.95),
        "disease": -math.log(0.7),
    }
    total = sum(hazards.values())
    dead = run["prey_deaths"][1, 0]
    lives = np.arange(animals) < animals - dead.sum()
    found = [of_share("D7 survival under five causes", lives, math.exp(-total))]
    for name, hazard in hazards.items():
        of_this = np.arange(dead.sum()) < dead[PREY_DEATH_CAUSES.index(name)]
        found.append(of_share(f"D7 share of deaths by {name}", of_this, hazard / total))
    return found


_SINGLE = {"chance": 0.8, "litter": {"shares": [1.0]}}


def male_biased_offtake(folder: Path, replicates: int, years: int = 10) -> list[Metric]:
    """D8: poachers take five times as many males: the two-sex matrix by sex."""
    study = {
        "years": years,
        "prey": {"saiga": {"start": 200, "age": "1 y", "female_share": 1.0}},
        "processes": only("births", "baseline_mortality", "poaching"),
    }
    prey = {
        "survival": {"by_age": [0.9]},
        "births": {"first": _SINGLE, "full": _SINGLE},
        "threats": {"poaching_take": 0.1, "poaching_male": 5.0},
    }
    land = {"layers": {"poaching_pressure": 1.0}}
    (one,) = simulators(write_case(folder, study, prey, None, land))
    (numbers,) = simulate(one, replicates, "prey_number")
    by_sex = numbers[:, years, 0].sum(axis=2).astype(float)
    lives, male = 0.9 * 0.9, 0.9 * 0.9**5
    matrix = np.array([[1.4 * lives, 0.0], [0.4 * lives, male]])
    expected = np.linalg.matrix_power(matrix, years) @ [200.0, 0.0]
    ratio = by_sex[:, 1].sum() / by_sex[:, 0].sum()
    limit = 0.4 * lives / (1.4 * lives - male)
    return [
        of_mean(f"D8 females after {years} years", by_sex[:, 0], expected[0], "animals"),
        of_mean(f"D8 males after {years} years", by_sex[:, 1], expected[1], "animals"),
        of_band("D8 males per female, the stable ratio", ratio, limit, 0.01),
    ]


def male_shortage(folder: Path, animals: int) -> list[Metric]:
    """D8: conception falls with the share of adult males as the curve says."""
    found = []
    for share in (0.01, 0.025, 0.1):
        study = {
            "years": 2,
            "prey": {"saiga": {"start": animals, "age": "2 y", "female_share": 1.0 - share}},
            "processes": only("births", "male_shortage"),
            "engine": {"seasons_per_year": 4},
        }
        prey = {
            "births": {"first_age_yr": 3, "full_age_yr": 3, "first": _SINGLE, "full": _SINGLE},
            "male_shortage": {"half_share": 0.025, "steepness": 3.0, "male_age_yr": 1},
        }
        (one,) = simulators(write_case(folder / f"{share:g}", study, prey))
        run = one(0, 0)
        females, males = run["prey_number"][0, 0].sum(axis=1)
        really = males / (males + females)
        expected = 0.8 / (1.0 + (0.025 / really) ** 3.0)
        born = np.arange(females) < run["prey_births"][2, 0]
        found.append(of_share(f"D8 births per female at {share:g} adult males", born, expected))
    return found


def _cohorts(rng: np.random.Generator, runs: int, years: int, founders: int) -> np.ndarray:
    """Project A1 by counts of animals, with binomial and multinomial draws, shape (run, sex)."""
    number = np.zeros((runs, 2, _OLDEST + 1), np.int64)
    number[:, 0, 3] = founders
    for _ in range(years):
        litters = rng.binomial(number[:, 0, 3:].sum(axis=1), 0.5)
        by_size = rng.multinomial(litters, _LITTER)
        young = by_size @ np.arange(1, 6)
        daughters = rng.binomial(young, 0.5)
        kept = rng.binomial(number[:, :, 1:], _SURVIVAL)
        number[:, :, 2:] = kept[:, :, :-1]
        number[:, 0, 1] = rng.binomial(daughters, 0.5)
        number[:, 1, 1] = rng.binomial(young - daughters, 0.5)
    return number.sum(axis=2)


def cohorts(folder: Path, replicates: int, years: int = 10) -> list[Metric]:
    """D9: one by one and as cohorts: mean, spread, extinction and joint distribution by sex."""
    study = {
        "years": years,
        "prey": {"saiga": {"start": 6, "age": "3 y", "female_share": 1.0}},
        "processes": _LIFE,
    }
    (one,) = simulators(write_case(folder, study, A1_PREY))
    (numbers,) = simulate(one, replicates, "prey_number")
    single = numbers[:, years, 0].sum(axis=2)
    counted = _cohorts(np.random.default_rng(9), 40 * replicates, years, 6)
    found = []
    for sex, name in enumerate(("females", "males")):
        label = f"D9 {name} after {years} years"
        found.append(of_mean(label, single[:, sex], counted[:, sex].mean(), "animals"))
        found.append(of_spread(label, single[:, sex], counted[:, sex].std()))
    gone = (counted == 0).all(axis=1).mean()
    found.append(of_share("D9 extinct", (single == 0).all(axis=1), float(gone)))
    edges = [np.unique(np.quantile(counted[:, sex], (0.25, 0.5, 0.75))) for sex in range(2)]

    def table(of: np.ndarray) -> np.ndarray:
        places = [np.searchsorted(edges[sex], of[:, sex], side="left") for sex in range(2)]
        return np.bincount(4 * places[0] + places[1], minlength=16).astype(float)

    expected = table(counted) / 40.0
    used = expected >= 5.0
    found.append(chi_square("D9 joint classes of both sexes", table(single)[used], expected[used]))
    return found
