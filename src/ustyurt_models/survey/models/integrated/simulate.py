"""A simulated population with counts, ratios and collars: the twin of the integrated model.

Animals are whole: every birth, death and sighting is drawn, which the model's states leave out.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.formulas.stages import Classes, conception
from ustyurt_models.formulas.trend import sd_of_log
from ustyurt_models.survey.read.composition import Collars, Ratios
from ustyurt_models.survey.read.counts import Counts

__all__ = ["HerdTruth", "simulate_herd"]


@dataclass(frozen=True)
class HerdTruth:
    """What a herd is drawn from.

    Attributes
    ----------
    years : int
        Springs with a count.
    start : tuple of int
        Yearling and adult females, yearling and adult males of the first spring.
    young_yearling, young_adult : float
        Young per female about one year old, and older.
    calf, female, male_relative : float
        Survival of calves and females, and of males relative to females.
    poached, poaching_male, poaching_young : float
        Share of females poached a year, and hazards relative to it.
    male_at_birth, shortage, steepness : float
        Sex of newborns, and the male-shortage curve.
    immigration : float
        Net immigration as a share of abundance per year.
    detection, observation_cv : float
        Of counts.
    survival_sd, births_sd : float
        Spread between years on the logit of survival and on the logarithm of births.
    herding : int
        Animals of a herd that are alike in a ratio.
    ratio_herds, collared : int
        Independent herds seen a year, and animals of each class with a collar; 0 for none.
    """

    years: int = 12
    start: tuple[int, int, int, int] = (900, 2000, 900, 500)
    young_yearling: float = 0.88
    young_adult: float = 1.65
    calf: float = 0.65
    female: float = 0.88
    male_relative: float = 0.8
    poached: float = 0.05
    poaching_male: float = 4.0
    poaching_young: float = 0.5
    male_at_birth: float = 0.5
    shortage: float = 0.01
    steepness: float = 4.0
    immigration: float = 0.0
    detection: float = 0.8
    observation_cv: float = 0.25
    survival_sd: float = 0.2
    births_sd: float = 0.1
    herding: int = 5
    ratio_herds: int = 40
    collared: int = 15


def _lives(truth: HerdTruth, good: float) -> tuple[float, float, float]:
    """Return the chance of females, males and calves to live through a year."""

    def moved(share: float) -> float:
        return float(1 / (1 + np.exp(-(np.log(share / (1 - share)) + good))))

    hazard = -np.log1p(-truth.poached)
    grown = moved(truth.female)
    return (
        grown * float(np.exp(-hazard)),
        grown * truth.male_relative * float(np.exp(-hazard * truth.poaching_male)),
        moved(truth.calf) * float(np.exp(-hazard * truth.poaching_young)),
    )


def _year(
    now: Classes, truth: HerdTruth, lives: tuple[float, float, float], rng: np.random.Generator
) -> tuple[Classes, int]:
    """Draw births, deaths and arrivals of one year, animal by animal."""
    fecund = float(np.exp(truth.births_sd * rng.standard_normal()))
    allowed = conception(max(now.male_share, 1e-9), truth.shortage, truth.steepness) * fecund
    expected = now.yearling_females * truth.young_yearling + now.adult_females * truth.young_adult
    born = int(rng.poisson(expected * allowed))
    males = int(rng.binomial(born, truth.male_at_birth))
    after = Classes(
        int(rng.binomial(born - males, lives[2])),
        int(rng.binomial(now.females, lives[0])),
        int(rng.binomial(males, lives[2])),
        int(rng.binomial(now.yearling_males + now.adult_males, lives[1])),
    )
    come = [one + int(rng.poisson(max(truth.immigration, 0.0) * one)) for one in after]
    return Classes(*come), born


def _ratios(
    path: list[Classes], births: list[int], truth: HerdTruth, rng: np.random.Generator
) -> Ratios | None:
    """Draw calves per female and adult males in herds whose animals are alike."""
    herds = truth.ratio_herds
    if not herds:
        return None
    rows: list[tuple[int, int, float, float]] = []
    for year, (now, born) in enumerate(zip(path, births, strict=True)):
        calves = int(rng.binomial(herds, born / (born + now.females)))
        rows.append((year, 0, truth.herding * calves, truth.herding * (herds - calves)))
        males = int(rng.binomial(herds, now.male_share))
        rows.append((year, 1, truth.herding * males, truth.herding * herds))
    table = np.array(rows, np.float64)
    kind = table[:, 1].astype(np.int64)
    of = np.where((kind == 0) & (table[:, 3] == 0), 1.0, table[:, 3])
    spring = table[:, 0].astype(np.int64) + 2000
    return Ratios(spring, kind, table[:, 2], of, np.zeros(spring.size), {})


def _collars(
    lives: list[tuple[float, float, float]], truth: HerdTruth, rng: np.random.Generator
) -> Collars | None:
    """Draw deaths of collared females, males and calves."""
    if not truth.collared:
        return None
    rows = [
        (year, sex, age, int(rng.binomial(truth.collared, 1 - chances[which])))
        for year, chances in enumerate(lives)
        for which, (sex, age) in enumerate(((0, 0), (1, 0), (0, 1)))
    ]
    year, sex, age, deaths = np.array(rows, np.int64).T
    risk = np.full(year.size, float(truth.collared))
    return Collars(year + 2000, sex, age, risk, deaths.astype(float), np.full(year.size, 12.0), {})


def simulate_herd(
    truth: HerdTruth, rng: np.random.Generator
) -> tuple[Counts, Ratios | None, Collars | None, NDArray[np.int64]]:
    """Draw a herd and what is seen of it.

    Parameters
    ----------
    truth : HerdTruth
        Rates and effort.
    rng : numpy.random.Generator
        Chance.

    Returns
    -------
    tuple
        Counts, ratios and collars as if read from files, and animals by year and class, int64,
        shape (year, 4).
    """
    now, path, births, lives = Classes(*truth.start), [], [], []
    for _ in range(truth.years):
        chances = _lives(truth, truth.survival_sd * float(rng.standard_normal()))
        after, born = _year(now, truth, chances, rng)
        path.append(now)
        births.append(born)
        lives.append(chances)
        now = after
    animals = np.array(path, np.int64)
    total = animals.sum(axis=1)
    error = float(sd_of_log(truth.observation_cv)) * rng.standard_normal(truth.years)
    nothing, words = np.full(truth.years, np.nan), ("simulated",) * truth.years
    counts = Counts(
        year=np.arange(2000, 2000 + truth.years),
        estimate=np.maximum(total * truth.detection, 1.0) * np.exp(error),
        low=nothing,
        high=nothing,
        method=words,
        source=words,
        confidence=("",) * truth.years,
        header={"status": "simulated"},
        survey=("",) * truth.years,
        sd_log=nothing,
        at_least=np.zeros(truth.years, bool),
        covers=("adults",) * truth.years,
    )
    return (
        counts,
        _ratios(path, births, truth, rng),
        _collars(lives[:-1], truth, rng),
        animals,
    )
