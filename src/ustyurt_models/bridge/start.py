"""Prey at the start: numbers, and places where a survey tells them, one set per draw."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr

from ustyurt_models.checks import Fault, InputError
from ustyurt_models.contracts import CELLS, check_dataset
from ustyurt_models.seeds import generator
from ustyurt_models.study.populations import Prey, Start
from ustyurt_models.study.schema import Scenario

__all__ = ["StartDraws", "StartMap", "start_draws", "start_structure"]

#: Strata of a survey are matched to the zones of the landscape by name; this one is all of it.
WHOLE = "region"
_DENSITIES = ("ind/km2", "animals/km2")


@dataclass(frozen=True)
class StartMap:
    """Where the animals are, by draw: a density surface.

    Attributes
    ----------
    density_per_km2 : numpy.ndarray
        float32, shape (sample, cell): all samples of the posterior.
    rows : numpy.ndarray
        Sample of each draw, int64, shape (draw,).
    cell : numpy.ndarray
        Flat index into the landscape, int64, shape (cell,).
    area_km2 : numpy.ndarray
        Shape (cell,).
    """

    density_per_km2: np.ndarray
    rows: np.ndarray
    cell: np.ndarray
    area_km2: np.ndarray

    def weight(self, draw: int, cells: int) -> np.ndarray:
        """Return the animals expected in every cell of the landscape, float64, shape (cells,)."""
        animals = np.zeros(cells)
        animals[self.cell] = self.density_per_km2[self.rows[draw]].astype(float) * self.area_km2
        return animals


@dataclass(frozen=True)
class StartDraws:
    """Abundance of one species by draw and zone.

    Attributes
    ----------
    zones : tuple of str
        Zones of the landscape that the numbers speak of; ``("region",)`` for one total.
    abundance : numpy.ndarray
        float64, shape (draw, zone), animals.
    places : StartMap or None
        Where they are; by habitat unless given. The same sample of the posterior as the number.
    structure : numpy.ndarray or None
        Share of yearlings and of older animals by sex, where a survey tells it, from the same
        sample, float64, shape (draw, sex, age).
    """

    zones: tuple[str, ...]
    abundance: np.ndarray
    places: StartMap | None = None
    structure: np.ndarray | None = None


def start_draws(
    scenario: Scenario,
    species: str,
    zones: tuple[str, ...],
    posteriors: Mapping[str, xr.DataTree],
    evidence: xr.Dataset,
    habitat_km2: float,
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
    habitat_km2 : float
        Area of habitat: sum of suitability times cell area [km2]; densities of the evidence
        speak of it.

    Returns
    -------
    StartDraws
        Draw k takes the same posterior sample in every scenario, however many draws there are.
    """
    start: Start = scenario.prey[species].start
    if start.kind == "survey":
        return _from_survey(scenario, start.name, zones, posteriors[start.name])
    if start.kind == "evidence":
        row = evidence[start.name]
        scale = habitat_km2 if row.attrs["units"] in _DENSITIES else 1.0
        return StartDraws((WHOLE,), scale * row.to_numpy().astype(float)[:, None])
    value = start.value * (habitat_km2 if start.kind == "density" else 1.0)
    return StartDraws((WHOLE,), np.full((scenario.draws, 1), value))


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
    scenario: Scenario, name: str, zones: tuple[str, ...], posterior: xr.DataTree
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
    rng = generator(scenario.seed, "posterior", name)
    rows = (rng.random(scenario.draws) * samples.shape[0]).astype(np.int64)
    places, structure = _places(posterior, rows, f"survey.{name}"), _structure(posterior, rows)
    if set(strata) <= set(zones):
        return StartDraws(strata, samples[rows], places, structure)
    if len(strata) == 1:
        return StartDraws((WHOLE,), samples[rows], places, structure)
    rule = f"strata must be zones of the landscape {sorted(zones)}, or a single stratum"
    raise InputError([Fault(f"survey.{name}", rule, sorted(strata), "name strata after zones")])


def _places(posterior: xr.DataTree, rows: np.ndarray, where: str) -> StartMap | None:
    """Return where the animals are, if the survey is a density surface on the landscape."""
    if "cells" not in posterior.children:
        return None
    cells = posterior["cells"].to_dataset()
    if not int(cells.attrs.get("on_landscape", 0)):
        return None
    check_dataset(cells, CELLS, f"{where}: cells")
    density = cells["density_per_km2"].to_numpy()
    samples = posterior["abundance"].sizes["draw"]
    if density.shape[0] != samples:
        rule = f"cells must have the {samples} draws of the abundance"
        raise InputError([Fault(where, rule, density.shape[0], "fit the survey again")])
    area = cells["area_km2"].to_numpy()
    return StartMap(density, rows, cells["cell"].to_numpy().astype(np.int64), area)


def _structure(posterior: xr.DataTree, rows: np.ndarray) -> np.ndarray | None:
    """Return ages and sexes of the same samples, if the survey tells them."""
    if "structure" not in posterior.children:
        return None
    share = posterior["structure"]["share"].transpose("draw", "sex", "age")
    return share.to_numpy().astype(float)[rows]
