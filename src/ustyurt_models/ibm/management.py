"""Releases as managers decide them: by year or by a gate, on what monitoring would see.

Managers never see the hidden truth. Prey biomass is known through a yearly survey with a
lognormal error, deaths of adult cheetahs through tracking that notices a share of them.
"""

import math
from typing import NamedTuple

import numpy as np

from ustyurt_models.ibm.chance import binomial, child, normal
from ustyurt_models.ibm.compiled import kernel

__all__ = [
    "COMPARISONS",
    "DUE",
    "NOTHING",
    "WITHHELD",
    "Gates",
    "Monitoring",
    "Progress",
    "Releases",
    "Translocations",
    "compare",
    "notice_deaths",
    "planned_ages",
    "release_due",
    "see",
]

NOTHING, DUE, WITHHELD = 0, 1, 2
#: Comparisons by code.
COMPARISONS = (">=", "<=", ">", "<", "==", "!=")

_SEEN, _DEATHS = 101, 102


class Releases(NamedTuple):
    """Planned cheetah releases. All arrays have shape (release,) unless stated."""

    first_year: np.ndarray  # int64, index of the first year in which it may be decided
    last_year: np.ndarray  # int64, index of the last year in which it may be decided
    held_years: np.ndarray  # int64, years from the decision to the release of animals held on site
    repeats: np.ndarray  # int64, number of releases once started
    every: np.ndarray  # int64, years from one release to the next
    season: np.ndarray  # int64
    females: np.ndarray  # int64, animals per release
    males: np.ndarray  # int64
    age_min: np.ndarray  # int64, seasons
    age_max: np.ndarray  # int64, seasons
    cell: np.ndarray  # int64
    soft: np.ndarray  # int64, 1 soft, 0 hard
    captive: np.ndarray  # int64, 1 raised in captivity, 0 wild-caught
    african: np.ndarray  # int64, 1 from a population without cold winters
    source: np.ndarray  # int64, founder group
    partners: np.ndarray  # int64, males per coalition, 1 for single males
    population: np.ndarray  # int64, source population they are taken from; -1 without one
    column: np.ndarray  # int64, column of ancestry of the first animal from a population; -1
    source_kinship: np.ndarray  # float64, shape (column, column), between columns of ancestry
    stop_column: np.ndarray  # int64, column of `Monitoring.seen`; -1 no rule, -2 adult deaths
    stop_comparison: np.ndarray  # int64, code of COMPARISONS
    stop_threshold: np.ndarray  # float64, in the unit of the column; a share for adult deaths
    stop_years: np.ndarray  # int64, window of the stop rule


class Gates(NamedTuple):
    """Conditions that must all hold before a release starts. Shape (condition,)."""

    release: np.ndarray  # int64, release that waits for it
    column: np.ndarray  # int64, column of `Monitoring.seen`
    comparison: np.ndarray  # int64, code of COMPARISONS
    threshold: np.ndarray  # float64
    years: np.ndarray  # int64, consecutive censuses, the present one included


class Progress(NamedTuple):
    """What has become of each release so far. Changed in place; shape (release,)."""

    started: np.ndarray  # int64, year index of the first release; -1 not yet
    done: np.ndarray  # int64, releases made or withheld by the stop rule
    stopped: np.ndarray  # int64, 1 after the stop rule fired


class Translocations(NamedTuple):
    """Prey brought in. All arrays have shape (translocation,)."""

    year: np.ndarray  # int64, year index
    season: np.ndarray  # int64
    species: np.ndarray  # int64
    females: np.ndarray  # int64
    males: np.ndarray  # int64
    age: np.ndarray  # int64, seasons
    age_min: np.ndarray  # int64, seasons, youngest taken from a source population
    age_max: np.ndarray  # int64, seasons, oldest
    cell: np.ndarray  # int64
    population: np.ndarray  # int64, source population they are taken from; -1 without one


def planned_ages(plan: Translocations) -> np.ndarray:
    """Return the ages of all animals as planned, int64, shape (translocation, animal) [seasons]."""
    most = int((plan.females + plan.males).max(initial=0))
    return np.repeat(plan.age[:, None], most, axis=1)


class Monitoring(NamedTuple):
    """How well managers see, and what they have seen so far (arrays changed in place)."""

    cv: np.ndarray  # float64 (column,), coefficient of variation of each yearly estimate
    shares_error: np.ndarray  # int64 (column,), columns with the same number share one error
    notice_death: float  # chance that the death of an adult cheetah is noticed
    seen: np.ndarray  # float64 (census, column), estimates
    deaths: np.ndarray  # int64 (census,), noticed deaths of adult cheetahs in the year
    adults: np.ndarray  # int64 (census,), adults alive at the end of the year plus its deaths


@kernel
def compare(value: float, comparison: int, threshold: float) -> bool:
    """Apply the comparison with the given code."""
    if comparison == 0:
        return value >= threshold
    if comparison == 1:
        return value <= threshold
    if comparison == 2:
        return value > threshold
    if comparison == 3:
        return value < threshold
    return (value == threshold) == (comparison == 4)


@kernel
def see(monitoring: Monitoring, census: int, truth: np.ndarray, key: np.uint64) -> None:
    """Write what managers see of `truth` (shape (column,)) at `census`, in place.

    The error is lognormal with mean 1 and the coefficient of variation of the column. Columns
    that rest on the same survey share one error.
    """
    address = np.uint64(child(key, census))
    for column in range(truth.size):
        variance = math.log(1.0 + monitoring.cv[column] ** 2)
        survey = np.uint64(monitoring.shares_error[column])
        error = math.sqrt(variance) * normal(address, survey, _SEEN)
        monitoring.seen[census, column] = truth[column] * math.exp(error - 0.5 * variance)


@kernel
def notice_deaths(monitoring: Monitoring, year: int, deaths: int, adults: int, key: np.uint64):
    """Record what tracking notices of the year's adult deaths, in place."""
    address = np.uint64(child(key, year))
    monitoring.deaths[year] = binomial(
        deaths, monitoring.notice_death, address, np.uint64(0), _DEATHS
    )
    monitoring.adults[year] = adults


@kernel
def _gate_open(gates: Gates, r: int, year: int, monitoring: Monitoring) -> bool:
    """Tell whether the last estimates meet all conditions of release `r` (true without any)."""
    for g in range(gates.release.size):
        if gates.release[g] != r:
            continue
        first = year - gates.years[g] + 1
        if first < 0:
            return False
        for census in range(first, year + 1):
            value = monitoring.seen[census, gates.column[g]]
            if not compare(value, gates.comparison[g], gates.threshold[g]):
                return False
    return True


@kernel
def _share_dead(monitoring: Monitoring, first: int, year: int) -> float:
    """Return noticed adult deaths of the years `first` to `year` - 1 over the adults known.

    The denominator is the largest number of adults known at the end of a year in the window.
    """
    deaths = 0
    at_risk = 0
    for past in range(first, year):
        deaths += monitoring.deaths[past]
        at_risk = max(at_risk, monitoring.adults[past])
    return deaths / at_risk if at_risk > 0 else 0.0


@kernel
def _must_stop(releases: Releases, r: int, year: int, monitoring: Monitoring) -> bool:
    """Tell whether what was seen since the first release, within the window, fires the rule."""
    column = releases.stop_column[r]
    if column == -1 or year < 0:
        return False
    comparison, threshold = releases.stop_comparison[r], releases.stop_threshold[r]
    window = releases.stop_years[r]
    if column == -2:
        return compare(_share_dead(monitoring, max(0, year - window), year), comparison, threshold)
    return compare(monitoring.seen[year, column], comparison, threshold)


@kernel
def release_due(
    releases: Releases,
    gates: Gates,
    progress: Progress,
    r: int,
    year: int,
    monitoring: Monitoring,
) -> int:
    """Decide about release `r`: NOTHING, DUE or WITHHELD; progress is updated in place.

    Animals that are held on site first are let go in `year` on a decision of `held_years` before,
    on what was seen then. Decisions before the study (negative years) know nothing.
    """
    decided = year - releases.held_years[r]
    if progress.done[r] >= releases.repeats[r] or decided < releases.first_year[r]:
        return NOTHING
    if progress.started[r] < 0:
        if decided > releases.last_year[r]:
            return NOTHING
        if not _gate_open(gates, r, decided, monitoring):
            return WITHHELD
        progress.started[r] = year
    elif (year - progress.started[r]) % releases.every[r] != 0:
        return NOTHING
    elif _must_stop(releases, r, decided, monitoring):
        progress.stopped[r] = 1
    progress.done[r] += 1
    return WITHHELD if progress.stopped[r] == 1 else DUE
