"""Prey at the start: numbers, and places where a survey tells them, one set per draw."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from ustyurt_models.bridge.survey_map import (
    SurveyMap,
    overlap_of_node,
    sample_rows,
    survey_map,
)
from ustyurt_models.checks import Fault, InputError
from ustyurt_models.study.populations import Prey, Start
from ustyurt_models.study.schema import Scenario

__all__ = ["StartDraws", "start_draws", "start_structure"]

#: Strata of a survey are matched to the zones of the landscape by name; this one is all of it.
WHOLE = "region"
_DENSITIES = ("ind/km2", "animals/km2")


@dataclass(frozen=True)
class StartDraws:
    """Abundance of one species by draw and zone.

    Attributes
    ----------
    zones : tuple of str
        Zones of the landscape that the numbers speak of; ``("region",)`` for one total.
    abundance : numpy.ndarray
        float64, shape (draw, zone), animals.
    places : SurveyMap or None
        Where they are; by habitat unless given. The same sample of the posterior as the number.
    structure : numpy.ndarray or None
        Share of yearlings and of older animals by sex, where a survey tells it, from the same
        sample, float64, shape (draw, sex, age).
    """

    zones: tuple[str, ...]
    abundance: np.ndarray
    places: SurveyMap | None = None
    structure: np.ndarray | None = None


def start_draws(
    scenario: Scenario,
    species: str,
    zones: tuple[str, ...],
    posteriors: Mapping[str, xr.DataTree],
    evidence: xr.Dataset,
    habitat_km2: np.ndarray,
    land: xr.Dataset,
) -> StartDraws:
    """Return the abundance at the start of one species for every draw of the study.

    Parameters
    ----------
    scenario : Scenario
        The scenario.
    species : str
        The species.
    zones : tuple of str
        Zones of the landscape.
    posteriors : mapping of str to xarray.DataTree
        Posterior of each survey: node ``abundance``, as `contracts.ABUNDANCE`, and for a density
        surface on the landscape ``cells``, as `contracts.CELLS`.
    evidence : xarray.Dataset
        Evidence draws with their units, dim draw; a row may be a number or a density.
    habitat_km2 : numpy.ndarray
        Area of habitat: sum of suitability times cell area [km2], shape (draw,); densities of the
        evidence speak of it.
    land : xarray.Dataset
        Landscape, cut to the study region.

    Returns
    -------
    StartDraws
        Draw k takes the same posterior sample in every scenario, however many draws there are.
    """
    spec = scenario.prey[species]
    start: Start = spec.start
    if start.kind == "survey":
        found = _from_survey(scenario, start.name, zones, posteriors[start.name], land)
    elif start.kind == "evidence":
        row = evidence[start.name]
        scale = habitat_km2 if row.attrs["units"] in _DENSITIES else 1.0
        found = StartDraws((WHOLE,), (scale * row.to_numpy().astype(float))[:, None])
    else:
        value = start.value * (habitat_km2 if start.kind == "density" else 1.0)
        found = StartDraws((WHOLE,), np.broadcast_to(value, scenario.draws)[:, None])
    if not spec.places:
        return found
    if found.places is not None:
        rule = f"survey {start.name!r} of 'start' tells already where animals are"
        advice = "leave out 'places', or start from a number"
        raise InputError([Fault(f"prey.{species}.places", rule, spec.places, advice)])
    name = spec.places.partition(":")[2]
    places = survey_map(name, posteriors[name], scenario.seed, scenario.draws, land)
    return replace(found, places=places)


def start_structure(
    prey: Prey, stable: np.ndarray, steps: int, surveyed: np.ndarray | None = None
) -> np.ndarray:
    """Return the structure of a species at the start.

    Parameters
    ----------
    prey : Prey
        What the study says of the species; ages and share of females, where it gives them,
        replace those of the stable structure.
    stable : numpy.ndarray
        Cumulative stable structure, shape (2 * age in steps,): females by age, then males.
    steps : int
        Steps per year.
    surveyed : numpy.ndarray, optional
        Share of animals about one year old and of older ones by sex, shape (sex, age): what a
        survey says of the start; ages within a class stay those of the stable structure, and what
        the study says goes before.

    Returns
    -------
    numpy.ndarray
        Of the same form.
    """
    if surveyed is not None:
        stable = _reweighted(stable, steps, surveyed)
    if prey.age is None and prey.female_share is None:
        return stable
    shares = np.diff(stable, prepend=0.0).reshape(2, -1)
    of_sex = shares.sum(axis=1)
    if prey.female_share is not None:
        of_sex = np.array([prey.female_share, 1.0 - prey.female_share])
    if prey.age is not None:
        oldest = shares.shape[1] - 1
        high = oldest if prey.age.high_yr is None else round(prey.age.high_yr * steps)
        shares = np.zeros_like(shares)
        shares[:, min(round(prey.age.low_yr * steps), oldest) : min(high, oldest) + 1] = 1.0
    total = shares.sum(axis=1, keepdims=True)
    within = np.divide(shares, total, out=np.zeros_like(shares), where=total > 0.0)
    cumulative = (of_sex[:, None] * within).ravel().cumsum()
    return cumulative / cumulative[-1]


def _reweighted(stable: np.ndarray, steps: int, surveyed: np.ndarray) -> np.ndarray:
    """Return the stable structure with the shares of a survey's classes.

    Animals younger than two years at the start are the yearlings of the count; a class that the
    stable structure lacks keeps nothing, so the shares are renewed over those it has.
    """
    shares = np.diff(stable, prepend=0.0).reshape(2, -1)
    young = np.arange(shares.shape[1]) < 2 * steps
    made = np.zeros_like(shares)
    for sex in range(2):
        for age, inside in enumerate((young, ~young)):
            total = shares[sex, inside].sum()
            if total > 0.0:
                made[sex, inside] = surveyed[sex, age] * shares[sex, inside] / total
    cumulative = made.ravel().cumsum()
    return cumulative / cumulative[-1]


def _from_survey(
    scenario: Scenario,
    name: str,
    zones: tuple[str, ...],
    posterior: xr.DataTree,
    land: xr.Dataset,
) -> StartDraws:
    """Return posterior samples of a survey, by stratum where strata are zones of the landscape."""
    if "abundance" not in posterior.children:
        rule = "must tell how many animals there are; it tells only where they are (occupancy)"
        raise InputError([Fault(f"survey.{name}", rule, None, "start from a survey that counts")])
    abundance = posterior["abundance"].to_dataset()
    if abundance.attrs.get("area_basis") == "sites":
        rule = "must give abundance in a region; it counts the animals of the sites visited"
        raise InputError([Fault(f"survey.{name}", rule, None, "take a survey with distances")])
    if abundance.attrs.get("area_basis", "stratum") != "stratum":
        rule = (
            "must give abundance in a region; it has no areas, so it speaks of the strips searched"
        )
        advice = "fill the column Area of the survey file, or write areas = { ... }"
        raise InputError([Fault(f"survey.{name}", rule, None, advice)])
    samples = abundance["abundance"].transpose("draw", "stratum").to_numpy()
    strata = tuple(str(stratum) for stratum in abundance["stratum"].to_numpy())
    rows = sample_rows(scenario.seed, name, scenario.draws, samples.shape[0])
    places, structure = None, _structure(posterior, rows)
    if "cells" in posterior.children and _has_the_region(name, posterior, land):
        places = survey_map(name, posterior, scenario.seed, scenario.draws, land)
        if places.resampled:
            # Its own cells may reach beyond the region: only the animals inside start there.
            inside = places.value[rows].astype(float) @ places.area_km2
            return StartDraws((WHOLE,), inside[:, None], places, structure)
    if set(strata) <= set(zones):
        return StartDraws(strata, samples[rows], places, structure)
    if len(strata) == 1:
        return StartDraws((WHOLE,), samples[rows], places, structure)
    rule = f"strata must be zones of the landscape {sorted(zones)}, or a single stratum"
    raise InputError([Fault(f"survey.{name}", rule, sorted(strata), "name strata after zones")])


def _has_the_region(name: str, posterior: xr.DataTree, land: xr.Dataset) -> bool:
    """Tell whether the cells of a density cover the region; else it is a number without places."""
    cells = posterior["cells"].to_dataset()
    if int(cells.attrs.get("on_landscape", 0)):
        return True
    return bool(cells.attrs.get("crs_wkt")) and not overlap_of_node(name, cells, land).unknown


def _structure(posterior: xr.DataTree, rows: np.ndarray) -> np.ndarray | None:
    """Return ages and sexes of the same samples, if the survey tells them."""
    if "structure" not in posterior.children:
        return None
    share = posterior["structure"]["share"].transpose("draw", "sex", "age")
    return share.to_numpy().astype(float)[rows]
