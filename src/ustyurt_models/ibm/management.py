"""Releases as managers decide them: by year or by a gate, on what monitoring would see.

Managers never see the hidden truth. Prey biomass is known through a yearly survey with a
lognormal error, deaths of adult cheetahs through tracking that notices a share of them.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from ustyurt_models.ibm.chance import binomial, child, normal

__all__ = [
    "DUE",
    "NOTHING",
    "WITHHELD",
    "Monitoring",
    "Progress",
    "Releases",
    "Translocations",
    "estimate_biomass",
    "notice_deaths",
    "release_due",
]

NOTHING, DUE, WITHHELD = 0, 1, 2

_BIOMASS, _DEATHS = 101, 102


class Releases(NamedTuple):
    """Planned cheetah releases. All arrays have shape (release,) unless stated."""

    first_year: np.ndarray  # int64, index of the first year in which it may start
    last_year: np.ndarray  # int64, index of the last year in which it may start
    repeats: np.ndarray  # int64, number of yearly releases once started
    every: np.ndarray  # int64, years from one release to the next
    season: np.ndarray  # int64
    females: np.ndarray  # int64, animals per release
    males: np.ndarray  # int64
    age_min: np.ndarray  # int64, seasons
    age_max: np.ndarray  # int64, seasons
    cell: np.ndarray  # int64
    soft: np.ndarray  # int64, 1 soft, 0 hard
    captive: np.ndarray  # int64, 1 captive-bred, 0 wild-caught
    african: np.ndarray  # int64, 1 from a population without cold winters
    source: np.ndarray  # int64, founder group
    partners: np.ndarray  # int64, 1 where the males form one coalition
    source_kinship: np.ndarray  # float64, shape (source, source), between founder groups
    gate_zone: np.ndarray  # int64, zone of the prey gate; -1 without a gate
    gate_kg_per_km2: np.ndarray  # float64, threshold of the estimated prey biomass
    gate_below: np.ndarray  # int64, 1 where the gate asks for less than the threshold
    gate_years: np.ndarray  # int64, consecutive yearly estimates that must pass
    stop_share: np.ndarray  # float64, stop above this share of noticed adult deaths; inf: never
    stop_years: np.ndarray  # int64, window of the stop rule


class Progress(NamedTuple):
    """What has become of each release so far. Changed in place; shape (release,)."""

    started: np.ndarray  # int64, year index of the first release; -1 not yet
    done: np.ndarray  # int64, releases made
    stopped: np.ndarray  # int64, 1 after the stop rule fired


class Translocations(NamedTuple):
    """Prey brought in. All arrays have shape (translocation,)."""

    year: np.ndarray  # int64, year index
    season: np.ndarray  # int64
    species: np.ndarray  # int64
    females: np.ndarray  # int64
    males: np.ndarray  # int64
    age: np.ndarray  # int64, seasons
    cell: np.ndarray  # int64


class Monitoring(NamedTuple):
    """How well managers see, and what they have seen so far (arrays changed in place)."""

    survey_cv: float  # coefficient of variation of the yearly prey estimate
    notice_death: float  # chance that the death of an adult cheetah is noticed
    biomass: np.ndarray  # float64 (year + 1, zone), estimated prey biomass [kg km-2]
    deaths: np.ndarray  # int64 (year + 1,), noticed deaths of adult cheetahs
    adults: np.ndarray  # int64 (year + 1,), adults alive at the end of the year plus its deaths


@njit(nogil=True, cache=True, error_model="numpy")
def estimate_biomass(monitoring: Monitoring, census: int, truth: np.ndarray, key: np.uint64):
    """Write the estimate of prey biomass per zone at `census`, in place.

    The error is lognormal with mean 1 and the survey's coefficient of variation, one error
    per census shared by the zones, because one survey covers them all.
    """
    variance = math.log(1.0 + monitoring.survey_cv**2)
    error = math.sqrt(variance) * normal(np.uint64(child(key, census)), np.uint64(0), _BIOMASS)
    factor = math.exp(error - 0.5 * variance)
    for zone in range(truth.size):
        monitoring.biomass[census, zone] = truth[zone] * factor


@njit(nogil=True, cache=True, error_model="numpy")
def notice_deaths(monitoring: Monitoring, year: int, deaths: int, adults: int, key: np.uint64):
    """Record what tracking notices of the year's adult deaths, in place."""
    address = np.uint64(child(key, year))
    monitoring.deaths[year] = binomial(
        deaths, monitoring.notice_death, address, np.uint64(0), _DEATHS
    )
    monitoring.adults[year] = adults


@njit(nogil=True, cache=True, error_model="numpy")
def gate_open(releases: Releases, r: int, year: int, monitoring: Monitoring) -> bool:
    """Tell whether the last estimates pass the gate of release `r` (always, without a gate)."""
    zone = releases.gate_zone[r]
    if zone < 0:
        return True
    wanted = releases.gate_years[r]
    if year + 1 < wanted:
        return False
    for census in range(year - wanted + 1, year + 1):
        passes = monitoring.biomass[census, zone] >= releases.gate_kg_per_km2[r]
        if passes == (releases.gate_below[r] == 1):
            return False
    return True


@njit(nogil=True, cache=True, error_model="numpy")
def must_stop(releases: Releases, r: int, year: int, monitoring: Monitoring) -> bool:
    """Tell whether noticed adult deaths within the window exceed the stop rule of release `r`.

    The share is deaths noticed in the window over the largest number of adults known at the
    end of a year inside it, which is what a monitoring team could compute.
    """
    if not np.isfinite(releases.stop_share[r]):
        return False
    first = max(0, year - releases.stop_years[r])
    deaths = 0
    at_risk = 0
    for past in range(first, year):
        deaths += monitoring.deaths[past]
        at_risk = max(at_risk, monitoring.adults[past])
    return at_risk > 0 and deaths > releases.stop_share[r] * at_risk


@njit(nogil=True, cache=True, error_model="numpy")
def release_due(
    releases: Releases, progress: Progress, r: int, year: int, monitoring: Monitoring
) -> int:
    """Decide about release `r`: NOTHING, DUE or WITHHELD; progress is updated in place."""
    if progress.done[r] >= releases.repeats[r] or year < releases.first_year[r]:
        return NOTHING
    if progress.started[r] < 0:
        if year > releases.last_year[r]:
            return NOTHING
        if not gate_open(releases, r, year, monitoring):
            return WITHHELD
        progress.started[r] = year
    if (year - progress.started[r]) % releases.every[r] != 0:
        return NOTHING
    if progress.stopped[r] == 0 and must_stop(releases, r, year, monitoring):
        progress.stopped[r] = 1
    if progress.stopped[r] == 1:
        progress.done[r] += 1
        return WITHHELD
    progress.done[r] += 1
    return DUE
