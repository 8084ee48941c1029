"""Declarations of every Dataset that crosses a border between rooms, and their check."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ustyurt_models.checks import Faults

if TYPE_CHECKING:
    import xarray as xr

__all__ = [
    "ABUNDANCE",
    "CELLS",
    "CHEETAH_DEATH_CAUSES",
    "CHEETAH_STAGES",
    "COMMUNITY",
    "GRID",
    "LAND",
    "MAPS",
    "NO_SOURCE",
    "OCCUPANCY",
    "OCCUPANCY_CELLS",
    "PREY_DEATH_CAUSES",
    "PREY_STAGES",
    "RESULTS",
    "RICHNESS",
    "SEXES",
    "Variable",
    "check_dataset",
]

SEXES = ("female", "male")
#: The one entry of the dimension ``source`` in a study without source populations.
NO_SOURCE = ("none",)
PREY_STAGES = ("young", "adult")
CHEETAH_STAGES = ("cub", "disperser", "resident")
PREY_DEATH_CAUSES = (
    "background",
    "density",
    "winter",
    "drought",
    "wolf",
    "poaching",
    "harvest",
    "disease",
    "cheetah",
    "old_age",
)
CHEETAH_DEATH_CAUSES = (
    "starvation",
    "cub_loss",
    "road",
    "herders_dogs",
    "snare_poaching",
    "other_carnivores",
    "cold",
    "disease",
    "old_age",
    "post_release",
    "orphaned",
    "ceiling",
)


@dataclass(frozen=True)
class Variable:
    """What one variable of a Dataset must be.

    Attributes
    ----------
    dims : tuple of str
        Named dimensions, in order.
    dtype : str
        NumPy kind letters allowed: ``"f"``, ``"i"``, ``"u"``, ``"b"``, joined.
    unit : str
        CF-style unit, ``"1"`` when dimensionless.
    long_name : str
        What it is, for axes and tables.
    """

    dims: tuple[str, ...]
    dtype: str
    unit: str
    long_name: str


_CELL = ("y", "x")

#: Landscape. Besides these, one ``suitability_<species>`` per species is required, and every
#: variable carries the attributes ``units``, ``provenance`` (real, derived, schematic,
#: placeholder or synthetic), ``source`` and ``licence``.
LAND: Mapping[str, Variable] = {
    "inside": Variable(_CELL, "b", "1", "cell belongs to the study region"),
    "country": Variable(_CELL, "i", "1", "country: 0 none, 1 KAZ, 2 UZB, 3 TKM"),
    "elevation": Variable(_CELL, "f", "m", "mean elevation"),
    "slope": Variable(_CELL, "f", "degree", "mean slope"),
    "forage": Variable(_CELL, "f", "kg ha-1", "dry forage in the mean year"),
    "distance_to_water": Variable(_CELL, "f", "km", "distance to permanent water"),
    "snow_depth": Variable(_CELL, "f", "cm", "mean snow depth, early January"),
    "livestock_share": Variable(_CELL, "f", "1", "share of forage taken by livestock"),
    "poaching_pressure": Variable(_CELL, "f", "1", "relative poaching pressure, mean 1 inside"),
    "road_exposure": Variable(_CELL, "f", "1", "relative exposure to traffic, 0..1"),
    "people_exposure": Variable(_CELL, "f", "1", "relative exposure to herders and dogs, 0..1"),
    "protection": Variable(_CELL, "f", "1", "share of the cell under protection now, 0..1"),
    "protected_area": Variable(_CELL, "i", "1", "index into attrs protected_area_names; 0 none"),
    "barrier_east": Variable(("barrier", "y", "x"), "b", "1", "line crosses the edge to the east"),
    "barrier_south": Variable(
        ("barrier", "y", "x"), "b", "1", "line crosses the edge to the south"
    ),
}

#: A survey's answer in the form the simulation takes.
ABUNDANCE: Mapping[str, Variable] = {
    "abundance": Variable(("draw", "stratum"), "f", "1", "animals in the stratum"),
    "density_per_km2": Variable(("draw", "stratum"), "f", "km-2", "animals per square kilometre"),
    "area_km2": Variable(("stratum",), "f", "km2", "area of the stratum"),
}

#: Where a survey that counts nobody found the species, by season; draws of the posterior in order.
OCCUPANCY: Mapping[str, Variable] = {
    "occupied_sites": Variable(
        ("draw", "season"),
        "f",
        "1",
        "sites occupied among those visited, given what was seen",
    ),
    "occupied_share": Variable(("draw", "season"), "f", "1", "the same as a share of the sites"),
    "psi_mean": Variable(
        ("draw", "season"), "f", "1", "mean probability of occupancy of the visited sites"
    ),
    "p_detect": Variable(
        ("draw", "season"), "f", "1", "mean probability of detection on a visit, where occupied"
    ),
}

#: Several species at the visited sites; draws as in `ABUNDANCE`.
COMMUNITY: Mapping[str, Variable] = {
    "occupied_sites": Variable(
        ("draw", "species"), "f", "1", "sites that the species occupies, given what was seen"
    ),
    "occupied_share": Variable(("draw", "species"), "f", "1", "the same as a share of the sites"),
    "psi_mean": Variable(
        ("draw", "species"), "f", "1", "mean probability of occupancy of the visited sites"
    ),
    "p_detect": Variable(
        ("draw", "species"), "f", "1", "mean probability of detection on a visit, where it lives"
    ),
    "richness_mean": Variable(("draw",), "f", "1", "species per visited site, given what was seen"),
    "species_present": Variable(("draw",), "f", "1", "species that occupy any visited site"),
    "sites_seen": Variable(("species",), "f", "1", "sites where the species was seen"),
    "borrowed_psi": Variable(("species",), "f", "1", "share of what is known of psi from others"),
    "borrowed_p": Variable(("species",), "f", "1", "share of what is known of p from others"),
}

#: Species at every visited site, among those looked for; draws are some of those of `COMMUNITY`.
RICHNESS: Mapping[str, Variable] = {
    "richness": Variable(("draw", "site"), "iu", "1", "species at the site, given what was seen"),
    "seen": Variable(("site",), "iu", "1", "species seen at the site"),
}

#: Cells that a survey may be predicted to, over ``cell``: the flat index into the landscape. Every
#: other variable is a covariate. Attributes: ``crs_wkt``, ``zone_names`` (JSON list), ``cell_km``.
GRID: Mapping[str, Variable] = {
    "x_m": Variable(("cell",), "f", "m", "centre of the cell, east"),
    "y_m": Variable(("cell",), "f", "m", "centre of the cell, north"),
    "area_km2": Variable(("cell",), "f", "km2", "area of the cell"),
    "zone": Variable(("cell",), "iu", "1", "zone of the cell, index into zone_names"),
}

#: A density surface; draws as in `ABUNDANCE`. ``cell`` is the flat index into the landscape where
#: the attribute ``on_landscape`` is 1, else the row of the survey's own grid, whose projection is
#: the attribute ``crs_wkt`` where it is known.
CELLS: Mapping[str, Variable] = {
    "density_per_km2": Variable(("draw", "cell"), "f", "km-2", "animals per square kilometre"),
    "area_km2": Variable(("cell",), "f", "km2", "area of the cell"),
    "x_km": Variable(("cell",), "f", "km", "place of the cell, east"),
    "y_km": Variable(("cell",), "f", "km", "place of the cell, north"),
    "zone_index": Variable(("cell",), "iu", "1", "zone of the cell, index into the strata"),
    "extrapolated": Variable(("cell",), "b", "1", "a covariate lies outside the surveyed range"),
}

#: Occupancy of cells of a map, by draw.
OCCUPANCY_CELLS: Mapping[str, Variable] = {
    "psi": Variable(("draw", "cell"), "f", "1", "probability that a site in the cell is occupied"),
    **{name: CELLS[name] for name in ("area_km2", "x_km", "y_km", "zone_index", "extrapolated")},
}

_FUTURE = ("scenario", "draw", "replicate")
_RUN = (*_FUTURE, "year")
_PREY = (*_RUN, "species")

#: The result cube. ``year`` holds start-of-study (index 0) and the end of each year.
RESULTS: Mapping[str, Variable] = {
    "prey_number": Variable((*_PREY, "sex", "prey_stage"), "i", "1", "prey animals alive"),
    "prey_biomass": Variable((*_PREY, "zone"), "f", "kg km-2", "prey biomass density by zone"),
    "prey_births": Variable(_PREY, "i", "1", "prey young born in the year"),
    "prey_deaths": Variable((*_PREY, "prey_cause"), "i", "1", "prey deaths in the year by cause"),
    "prey_immigrants": Variable(_PREY, "i", "1", "prey entering over the window edge"),
    "prey_emigrants": Variable(_PREY, "i", "1", "prey leaving over the window edge"),
    "prey_translocated": Variable(_PREY, "i", "1", "prey brought in by management"),
    "prey_withheld": Variable(
        _PREY, "i", "1", "planned prey withheld because their source did not have them"
    ),
    "cheetah_number": Variable((*_RUN, "sex", "cheetah_stage"), "i", "1", "cheetahs alive"),
    "adult_females": Variable(_RUN, "i", "1", "female cheetahs of breeding age"),
    "females_without_male": Variable(
        _RUN, "i", "1", "adult females ready to conceive with no grown male in reach"
    ),
    "cheetah_births": Variable(_RUN, "i", "1", "cheetah cubs born in the year"),
    "cheetah_deaths": Variable(
        (*_RUN, "cheetah_cause"), "i", "1", "cheetah deaths in the year by cause"
    ),
    "cheetah_emigrants": Variable(_RUN, "i", "1", "cheetahs leaving over the window edge"),
    "cheetah_released": Variable(_RUN, "i", "1", "cheetahs released in the year"),
    "cheetah_withheld": Variable(_RUN, "i", "1", "planned releases withheld by gate or stop rule"),
    "source_number": Variable((*_RUN, "source"), "i", "1", "animals in the source population"),
    "source_number_untouched": Variable(
        (*_RUN, "source"), "i", "1", "animals in the source population without releases from it"
    ),
    "source_taken": Variable(
        (*_RUN, "source"), "i", "1", "animals taken from the source population for releases"
    ),
    "source_inbreeding": Variable((*_RUN, "source"), "f", "1", "mean F of the source population"),
    "source_inbreeding_untouched": Variable(
        (*_RUN, "source"), "f", "1", "mean F of the source population without releases from it"
    ),
    "livestock_killed": Variable(_RUN, "f", "1", "livestock killed by cheetahs, sheep units"),
    "money_spent": Variable(_RUN, "f", "1", "money spent in the year, currency of the study"),
    "mean_inbreeding": Variable(_RUN, "f", "1", "mean inbreeding coefficient F of the living"),
    "gene_diversity": Variable(_RUN, "f", "1", "1 - mean kinship of the living"),
    "founder_genomes": Variable(_RUN, "f", "1", "founder genome equivalents"),
    "expected_heterozygosity": Variable(
        _RUN, "f", "1", "expected heterozygosity of the living at neutral loci"
    ),
    "observed_heterozygosity": Variable(
        _RUN, "f", "1", "observed heterozygosity of the living at neutral loci"
    ),
    "alleles_per_locus": Variable(_RUN, "f", "1", "alleles per neutral locus among the living"),
    "occupied_cells": Variable(_RUN, "i", "1", "cells inside at least one cheetah home range"),
    "range_area": Variable(_RUN, "f", "km2", "area inside at least one cheetah home range"),
    "mean_condition": Variable(_RUN, "f", "1", "mean body condition of independent cheetahs"),
    "cheetah_extinction_time": Variable(
        _FUTURE,
        "f",
        "yr",
        "from the start to the loss of the last cheetah",
    ),
    "prey_extinction_time": Variable(
        (*_FUTURE, "species"), "f", "yr", "from the start to the loss of the last animal"
    ),
    "winter_severity": Variable(_RUN, "f", "1", "winter severity anomaly W"),
    "summer_drought": Variable(_RUN, "f", "1", "summer drought anomaly D"),
    "jut": Variable(_RUN, "i", "1", "1 where the winter was a jut"),
    "prey_biomass_estimate": Variable(_RUN, "f", "kg km-2", "monitored prey biomass, with error"),
}

_MAP = ("scenario", "block", "map_year")
_BIRTH_MAP = ("scenario", "block", "species", "cell")
_DEATH_MAP = ("scenario", "block", "species", "prey_cause", "cell")

#: Maps as exact integer sums over the replicates of a block (block = chunk of draws).
MAPS: Mapping[str, Variable] = {
    "map_prey": Variable((*_MAP, "species", "cell"), "i", "1", "sum over runs of prey in the cell"),
    "map_prey_squared": Variable(
        (*_MAP, "species", "cell"), "i", "1", "sum over runs of squared prey in the cell"
    ),
    "map_prey_present": Variable(
        (*_MAP, "species", "cell"), "i", "1", "runs in which there are prey in the cell"
    ),
    "map_cheetah": Variable(
        (*_MAP, "cell"), "i", "1", "runs in which the cell lies in a cheetah home range"
    ),
    "map_cheetah_number": Variable(
        (*_MAP, "cell"), "i", "1", "sum over runs of cheetahs with their range centre in the cell"
    ),
    "map_cheetah_squared": Variable(
        (*_MAP, "cell"), "i", "1", "sum over runs of squared cheetahs in the cell"
    ),
    "map_cheetah_deaths": Variable(
        ("scenario", "block", "cheetah_cause", "cell"),
        "i",
        "1",
        "cheetah deaths by cause, all years",
    ),
    "map_prey_births": Variable(_BIRTH_MAP, "i", "1", "sum over runs of prey births, all years"),
    "map_prey_births_squared": Variable(
        _BIRTH_MAP, "i", "1", "sum over runs of squared prey births in the cell, all years"
    ),
    "map_prey_deaths": Variable(
        _DEATH_MAP, "i", "1", "sum over runs of prey deaths by cause, all years"
    ),
    "map_prey_deaths_squared": Variable(
        _DEATH_MAP, "i", "1", "sum over runs of squared prey deaths by cause, all years"
    ),
}


def check_dataset(dataset: "xr.Dataset", contract: Mapping[str, Variable], where: str) -> None:
    """Check that `dataset` holds what `contract` declares.

    Parameters
    ----------
    dataset : xarray.Dataset
        What arrived at the border.
    contract : mapping of str to Variable
        What must be there.
    where : str
        Name of the file or stage for the error.

    Raises
    ------
    InputError
        With every missing variable, wrong dimension, type or unit.
    """
    faults = Faults()
    for name, variable in contract.items():
        if name not in dataset:
            faults.add(where, f"must hold the variable {name!r}", None, variable.long_name)
            continue
        found = dataset[name]
        if found.dims != variable.dims:
            faults.add(f"{where}: {name}", f"must have dims {variable.dims}", found.dims)
        if found.dtype.kind not in variable.dtype:
            kinds = " or ".join(variable.dtype)
            faults.add(f"{where}: {name}", f"must be of kind {kinds}", str(found.dtype))
        unit = found.attrs.get("units", "1")
        if unit != variable.unit:
            faults.add(f"{where}: {name}", f"must have unit {variable.unit!r}", unit)
    faults.raise_if_any()
