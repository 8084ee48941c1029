"""From the study file's plans (releases, translocations, harvests) to arrays for the kernels."""

import math
from collections.abc import Sequence

import numpy as np
import xarray as xr

from ustyurt_models.bridge.places import cell_of
from ustyurt_models.bridge.prey_hazards import step_of_season
from ustyurt_models.checks import require
from ustyurt_models.evidence.prey_species import SEASONS
from ustyurt_models.ibm.management import (
    COMPARISONS,
    Gates,
    Releases,
    Translocations,
)
from ustyurt_models.ibm.world import Harvests
from ustyurt_models.study.quantities import AgeRange
from ustyurt_models.study.releases import Release
from ustyurt_models.study.schema import Scenario

__all__ = [
    "ancestry_groups",
    "gates_of",
    "harvests_of",
    "monitored_columns",
    "releases_of",
    "source_kinship",
    "sources_of",
    "translocations_of",
]

_ADULT_DEATHS = -2
_NO_RULE = -1
_NEVER = 1_000_000
_ROUNDING = 1e-12
#: A range such as "2-? y" is read as prime adults of that age and up to so many years more.
_OPEN_SPAN_YR = 4.0


def _held_years(release: Release) -> int:
    """Return the years from the decision, at the start of a year, to the release.

    Animals are let go in the first spring, summer, ... of the study file's `season` that lies at
    least the holding seasons after the decision.
    """
    seasons = release.holding_seasons if release.soft else 0
    return math.ceil(max(0, seasons - SEASONS.index(release.season)) / len(SEASONS))


def monitored_columns(zones: Sequence[str], species: Sequence[str]) -> list[str]:
    """Return the names of what managers watch, in the order of `Monitoring.seen`."""
    biomass = [f"prey_biomass_kg_per_km2:{zone}" for zone in zones]
    return [*biomass, *species, "cheetah", "adult_females", "livestock_killed"]


def _column(statistic: str, zone: str, columns: Sequence[str]) -> int:
    """Return the column of a statistic; biomass is watched by zone."""
    named = f"{statistic}:{zone}"
    return columns.index(named if named in columns else statistic)


def _oldest(age: AgeRange, steps: int) -> int:
    """Return the oldest age in steps; an open range spans `_OPEN_SPAN_YR` years."""
    high = age.low_yr + _OPEN_SPAN_YR if age.high_yr is None else age.high_yr
    return round(high * steps)


def sources_of(scenario: Scenario) -> list[str]:
    """Return the founder groups: sources or origins of releases, and animals at the start."""
    return ["resident", *dict.fromkeys(_group(release) for release in scenario.release)]


def _group(release: Release) -> str:
    """Return the founder group of a release: its source population, or where they come from."""
    return f"source:{release.source}" if release.source else release.animals.origin


def ancestry_groups(scenario: Scenario) -> list[str]:
    """Return the founder group of every column of ancestry.

    The groups themselves come first, as in `sources_of`. Animals of a source population are related
    each in its own way, so each that may be taken has a column.
    """
    groups = sources_of(scenario)
    for release in scenario.release:
        if release.source:
            groups += [_group(release)] * (release.animals.number * release.repeat.years)
    return groups


def _first_columns(scenario: Scenario) -> list[int]:
    """Return the first column of ancestry of each release from a source; -1 without one."""
    first, place = [], len(sources_of(scenario))
    for release in scenario.release:
        first.append(place if release.source else -1)
        place += release.animals.number * release.repeat.years if release.source else 0
    return first


def source_kinship(scenario: Scenario) -> np.ndarray:
    """Return the mean kinship of two founders by group, shape (source, source).

    Parameters
    ----------
    scenario : Scenario
        Groups in the order of `sources_of`; what ``cheetah.kinship`` leaves out is 0.

    Returns
    -------
    numpy.ndarray
        Symmetric, float64; the diagonal holds two different founders of one group.

    Raises
    ------
    InputError
        When a pair is given twice with different values, or no pedigree has such kinship: it is
        a covariance (of allele frequencies), so it has no negative eigenvalue.
    """
    where = "cheetah.kinship"
    given = scenario.cheetah.kinship
    for one, row in given.items():
        for other, value in row.items():
            back = given.get(other, {}).get(one, value)
            require(back == value, f"{where}.{one}.{other}", "must be the same both ways", value)
    groups = sources_of(scenario)
    table = np.zeros((len(groups), len(groups)))
    place = {group: number for number, group in enumerate(groups)}
    for one, row in given.items():
        for other, value in row.items():
            if one in place and other in place:
                table[place[one], place[other]] = table[place[other], place[one]] = value
    require(
        bool(np.linalg.eigvalsh(table).min() >= -_ROUNDING),
        where,
        "kinship between groups must not exceed the geometric mean of that within them",
        remedy="give kinship within each group too",
    )
    return table


def _columns_of(rows: list[dict], kind: type, real: frozenset[str], **more: np.ndarray):
    """Turn rows into a NamedTuple of arrays, int64 but for the names in `real`."""
    names = [name for name in kind._fields if name not in more]  # type: ignore[attr-defined]
    arrays = {
        name: np.array([row[name] for row in rows], dtype=float if name in real else np.int64)
        for name in names
    }
    return kind(**arrays, **more)


def _release_row(
    scenario: Scenario, release: Release, cell: int, columns: Sequence[str]
) -> dict[str, float]:
    """Return one release as numbers; years become indices, ages engine steps.

    A calendar year is that in which animals are let go; a gate is that in which it is decided.
    """
    steps = scenario.engine.seasons_per_year
    when = release.when
    first = when.year if when.year is not None else (when.not_before or scenario.start)
    last = when.year if when.year is not None else (when.not_after or scenario.last_year)
    held = _held_years(release)
    ahead = held if when.gate is None else 0
    stop = release.stop
    row = {
        "first_year": first - ahead - scenario.start,
        "last_year": last - ahead - scenario.start,
        "held_years": held,
        "repeats": release.repeat.years,
        "every": release.repeat.every,
        "season": step_of_season(release.season, steps),
        "females": release.animals.females,
        "males": release.animals.males,
        "age_min": round(release.animals.age.low_yr * steps),
        "age_max": _oldest(release.animals.age, steps),
        "cell": cell,
        "soft": int(release.soft),
        "captive": int(release.animals.captive),
        "african": int(release.animals.african),
        "source": sources_of(scenario).index(_group(release)),
        "population": list(scenario.source).index(release.source) if release.source else -1,
        "partners": release.animals.coalition,
        "stop_column": _NO_RULE,
        "stop_comparison": 0,
        "stop_threshold": 0.0,
        "stop_years": 1,
    }
    if stop is not None:
        deaths = stop.statistic == "adult_deaths"
        column = _ADULT_DEATHS if deaths else _column(stop.statistic, "region", columns)
        row |= {
            "stop_column": column,
            "stop_comparison": COMPARISONS.index(stop.comparison),
            "stop_threshold": stop.threshold,
            "stop_years": stop.within_years,
        }
    return row


def releases_of(scenario: Scenario, land: xr.Dataset, columns: Sequence[str]) -> Releases:
    """Return the planned releases as arrays.

    Raises
    ------
    InputError
        When a site is unknown or lies outside the region, or kinship is impossible.
    """
    rows = [
        _release_row(scenario, release, cell_of(release.site, land, f"release[{r}].site"), columns)
        for r, release in enumerate(scenario.release)
    ]
    given = source_kinship(scenario)
    related = np.zeros((len(ancestry_groups(scenario)),) * 2)
    related[: len(given), : len(given)] = given
    column = np.array(_first_columns(scenario), dtype=np.int64)
    real = frozenset({"stop_threshold"})
    return _columns_of(rows, Releases, real, source_kinship=related, column=column)


def gates_of(scenario: Scenario, columns: Sequence[str]) -> Gates:
    """Return the conditions that releases wait for, as arrays."""
    rows = [
        {
            "release": r,
            "column": _column(condition.statistic, condition.zone, columns),
            "comparison": COMPARISONS.index(condition.comparison),
            "threshold": condition.threshold,
            "years": condition.years,
        }
        for r, release in enumerate(scenario.release)
        if release.when.gate is not None
        for condition in release.when.gate.conditions
    ]
    return _columns_of(rows, Gates, frozenset({"threshold"}))


def translocations_of(scenario: Scenario, land: xr.Dataset) -> Translocations:
    """Return the prey translocations as arrays, one entry per group and year."""
    steps = scenario.engine.seasons_per_year
    species = list(scenario.species)
    rows = [
        {
            "year": year - scenario.start,
            "season": step_of_season(plan.season, steps),
            "species": species.index(plan.species),
            "females": plan.females,
            "males": plan.males,
            "age": (round(plan.age.low_yr * steps) + _oldest(plan.age, steps)) // 2,
            "age_min": round(plan.age.low_yr * steps),
            "age_max": _oldest(plan.age, steps),
            "population": list(scenario.source).index(plan.source) if plan.source else -1,
            "cell": cell_of(plan.site, land, f"management.prey_translocation[{t}].site"),
        }
        for t, plan in enumerate(scenario.management.prey_translocation)
        for year in plan.years
    ]
    return _columns_of(rows, Translocations, frozenset())


def harvests_of(scenario: Scenario) -> Harvests:
    """Return legal offtake as arrays; classes are young and adult, female and male."""
    steps = scenario.engine.seasons_per_year
    species = list(scenario.species)
    active = scenario.management.harvest if scenario.processes.harvest else ()
    rows = [
        {
            "species": species.index(plan.species),
            "first_year": (plan.from_year or scenario.start) - scenario.start,
            "last_year": (plan.to_year or scenario.start + _NEVER) - scenario.start,
            "season": step_of_season(plan.season, steps),
            "fraction": -1.0 if plan.fraction is None else plan.fraction,
            "quota": plan.quota or 0,
        }
        for plan in active
    ]
    eligible = np.array(
        [
            [
                plan.age in ("any", stage) and plan.sex in ("any", sex)
                for stage in ("young", "adult")
                for sex in ("female", "male")
            ]
            for plan in active
        ],
        dtype=np.int64,
    ).reshape(len(active), 4)
    return _columns_of(rows, Harvests, frozenset({"fraction"}), eligible=eligible)
