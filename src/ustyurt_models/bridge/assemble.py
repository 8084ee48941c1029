"""Where survey, evidence, land and plans meet: one scenario, ready to be simulated."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr

from ustyurt_models.bridge.cheetah import cheetah_rates
from ustyurt_models.bridge.cheetah_land import cheetah_land, livestock_per_km2
from ustyurt_models.bridge.genes import crossing_of
from ustyurt_models.bridge.places import ZoneMap, zone_map
from ustyurt_models.bridge.plans import (
    ancestry_groups,
    gates_of,
    harvests_of,
    monitored_columns,
    releases_of,
    translocations_of,
)
from ustyurt_models.bridge.prey import PreyDemography, prey_demography
from ustyurt_models.bridge.prey_land import (
    StepClasses,
    barrier_values,
    capacity_around,
    prey_capacity,
    prey_grid,
    prey_range,
)
from ustyurt_models.bridge.regimes import Regime, regime_by_year, regimes_of
from ustyurt_models.bridge.species import parameters_of, species_of
from ustyurt_models.bridge.start import StartDraws, start_draws
from ustyurt_models.bridge.survey_map import SurveyMap, survey_map
from ustyurt_models.evidence import Catalogue
from ustyurt_models.evidence.draws import draw_parameters, parameters_at
from ustyurt_models.evidence.prey_species import PreySpecies
from ustyurt_models.ibm.cheetah_state import (
    CEILING_EMERGENT,
    CEILING_HARD,
    CEILING_PROBABILISTIC,
    CheetahLand,
    CheetahRates,
)
from ustyurt_models.ibm.prey_state import Grid, PreyKind
from ustyurt_models.ibm.world import Calendar, Regimes, World
from ustyurt_models.landscape.climate_file import Series, read_series
from ustyurt_models.landscape.land import cell_size_km
from ustyurt_models.study.engine import EVENTS
from ustyurt_models.study.schema import Scenario

__all__ = ["DrawWorld", "ScenarioModel", "map_rows"]

_CEILINGS = {
    "emergent": CEILING_EMERGENT,
    "ceiling_hard": CEILING_HARD,
    "ceiling_probabilistic": CEILING_PROBABILISTIC,
}


def map_rows(scenario: Scenario) -> np.ndarray:
    """Return the census of each map: those asked for, or start, end and every tenth year."""
    asked = [year - scenario.start for year in scenario.output.map_years]
    usual = [*range(0, scenario.years, 10), scenario.years]
    return np.array(sorted(set(asked or usual)), dtype=np.int64)


@dataclass(frozen=True)
class DrawWorld:
    """One parameter set of a scenario.

    Attributes
    ----------
    draw : int
        Number of the draw.
    parameters : mapping of str to float
        Its values.
    world : World
        Everything but weather, which is that of the mean year.
    demography : tuple of PreyDemography
        Vital rates of each prey species.
    """

    draw: int
    parameters: Mapping[str, float]
    world: World
    demography: tuple[PreyDemography, ...]


class ScenarioModel:
    """One scenario with all its inputs read.

    Parameters
    ----------
    scenario : Scenario
        The scenario.
    folder : Path
        Folder of the study file.
    land : xarray.Dataset
        The landscape, cut to the study region.
    catalogue : Catalogue
        The evidence.
    posteriors : mapping of str to xarray.DataTree
        Posterior of each survey of the scenario.

    Raises
    ------
    InputError
        When a place, file or species does not fit.
    """

    def __init__(
        self,
        scenario: Scenario,
        folder: Path,
        land: xr.Dataset,
        catalogue: Catalogue,
        posteriors: Mapping[str, xr.DataTree],
    ) -> None:
        """Read species, draw the evidence and lay out what all draws share."""
        self.scenario = scenario
        self.folder = folder
        self.land = land
        self.cell_km = cell_size_km(land)
        self.prey, self.cheetah = species_of(scenario, folder)
        self.evidence = self._draw_evidence(catalogue)
        self.grid: Grid
        self.classes: StepClasses
        self.grid, self.classes = prey_grid(land)
        self.zones: ZoneMap = zone_map(scenario.area.core, land)
        self.columns = monitored_columns(self.zones.names, scenario.species)
        self.releases = releases_of(scenario, land, self.columns)
        self.gates = gates_of(scenario, self.columns)
        self.translocations = translocations_of(scenario, land)
        self.harvests = harvests_of(scenario)
        self.ancestry = ancestry_groups(scenario)
        self.crossing = crossing_of(scenario)
        self.series: Series | None = (
            read_series(folder / scenario.climate.file) if scenario.climate.file else None
        )
        self.habitats = self._surveyed_habitats(posteriors)
        self.starts: list[StartDraws] = [
            start_draws(
                scenario,
                species.id,
                self.zones.names,
                posteriors,
                self.evidence,
                self._habitat_km2(species.id),
                land,
            )
            for species in self.prey
        ]
        self._made = threading.local()

    def _draw_evidence(self, catalogue: Catalogue) -> xr.Dataset:
        """Return the evidence draws, with the parameters that the study holds fixed."""
        scenario = self.scenario
        ids = parameters_of(scenario, self.folder)
        drawn = draw_parameters(catalogue, ids, scenario.seed, scenario.draws)
        fixed = {
            id: drawn[id].copy(data=np.full(scenario.draws, value))
            for id, value in scenario.parameters.items()
            if id in drawn
        }
        return drawn.assign(fixed)

    def _surveyed_habitats(self, posteriors: Mapping[str, xr.DataTree]) -> Mapping[str, SurveyMap]:
        """Return the map of suitability of each species that a survey tells."""
        scenario = self.scenario
        sources = {name: spec.suitability for name, spec in scenario.prey.items()}
        sources["cheetah"] = scenario.cheetah.suitability
        names = {species: source.partition(":")[2] for species, source in sources.items() if source}
        return {
            species: survey_map(name, posteriors[name], scenario.seed, scenario.draws, self.land)
            for species, name in names.items()
        }

    @property
    def map_warnings(self) -> tuple[str, ...]:
        """What to know of the maps of surveys that this scenario takes for habitat and places."""
        used = {f"habitat of {species}": found for species, found in self.habitats.items()}
        for species, start in zip(self.prey, self.starts, strict=True):
            if start.places is not None:
                used[f"places of {species.id} at the start"] = start.places
        said = [found.resampled for found in used.values()]
        said += [found.warning(use) for use, found in used.items()]
        return tuple(dict.fromkeys(one for one in said if one))

    def land_of(self, draw: int) -> xr.Dataset:
        """Return the landscape with the suitability that surveys tell in one draw."""
        if not self.habitats:
            return self.land
        shape = self.land["inside"].shape
        size = self.land["inside"].size
        return self.land.assign(
            {
                f"suitability_{species}": (
                    ("y", "x"),
                    habitat.suitability(draw, size).reshape(shape),
                )
                for species, habitat in self.habitats.items()
            }
        )

    def _habitat_km2(self, species: str) -> np.ndarray:
        """Return suitability times area, summed over the region [km2], shape (draw,)."""
        inside = self.land["inside"].to_numpy().ravel()
        if species in self.habitats:
            habitat = self.habitats[species]
            draws = range(self.scenario.draws)
            suitable = [habitat.suitability(draw, inside.size)[inside].sum() for draw in draws]
        else:
            layer = self.land[f"suitability_{species}"].to_numpy().ravel() * inside
            suitable = [layer.sum()] * self.scenario.draws
        return np.array(suitable, float) * self.cell_km**2

    def at(self, draw: int) -> DrawWorld:
        """Return the world of one draw; each thread keeps its last one.

        The arrays of working land inside are overwritten by kernels, so a world must not be
        used by two threads at once.
        """
        made: DrawWorld | None = getattr(self._made, "last", None)
        if made is None or made.draw != draw:
            made = self._build(draw)
            self._made.last = made
        return made

    def _build(self, draw: int) -> DrawWorld:
        """Translate one parameter set."""
        scenario = self.scenario
        parameters = parameters_at(self.evidence, draw)
        land_now = self.land_of(draw)
        regimes = regimes_of(scenario, land_now, parameters["man_enforcement_now"], self.folder)
        demography = tuple(
            prey_demography(species, parameters, scenario.engine, scenario.processes)
            for species in self.prey
        )
        kinds = tuple(
            self._kind(species, one, parameters, regimes, land_now)
            for species, one in zip(self.prey, demography, strict=True)
        )
        rates, land = self._cheetahs(parameters, demography, regimes, land_now)
        world = World(
            calendar=self._calendar(),
            grid=self.grid,
            kinds=kinds,
            adult_age=np.array([kind.rates.adult_age for kind in kinds], np.int64),
            mass_kg=np.array([kind.rates.mass_kg for kind in kinds]),
            regimes=self._regimes(parameters, regimes, kinds),
            weather=None,  # type: ignore[arg-type]
            releases=self.releases,
            gates=self.gates,
            translocations=self.translocations,
            harvests=self.harvests,
            zones=self.zones.zones,
            cheetah_rates=rates,
            cheetah_land=land,
            crossing=self.crossing,
            prey_are_killed=scenario.processes.predation,
        )
        return DrawWorld(draw, parameters, world, demography)

    def _calendar(self) -> Calendar:
        """Return years, steps and the order of events."""
        scenario = self.scenario
        map_index = np.full(scenario.years + 1, -1, np.int64)
        rows = map_rows(scenario)
        map_index[rows] = np.arange(rows.size)
        return Calendar(
            scenario.years,
            scenario.engine.seasons_per_year,
            np.array([EVENTS.index(event) for event in scenario.engine.order], np.int64),
            regime_by_year(scenario).astype(np.int64),
            map_index,
        )

    def _kind(
        self,
        species: PreySpecies,
        demography: PreyDemography,
        parameters: Mapping[str, float],
        regimes: list[Regime],
        land_now: xr.Dataset,
    ) -> PreyKind:
        """Return one prey species on its land."""
        land = prey_range(
            species,
            parameters,
            land_now,
            self.classes,
            self.scenario.engine,
            self.scenario.processes,
            structure=demography.structure,
            openings=[regime.openings.get(species.id, {}) for regime in regimes],
            immigration=self.scenario.prey[species.id].immigration,
        )
        return PreyKind(land, demography.rates)

    def _cheetahs(
        self,
        parameters: Mapping[str, float],
        demography: tuple[PreyDemography, ...],
        regimes: list[Regime],
        land_now: xr.Dataset,
    ) -> tuple[CheetahRates, CheetahLand]:
        """Return rates and land of the cheetahs."""
        scenario, engine = self.scenario, self.scenario.engine
        masses = [(one.rates.mass_kg[0], one.rates.mass_kg[2]) for one in demography]
        rates = cheetah_rates(
            self.cheetah,
            parameters,
            masses,
            self.cell_km,
            engine.seasons_per_year,
            scenario.processes.model_dump(),
        )._replace(
            ceiling_rule=_CEILINGS[engine.cheetah_capacity_rule],
            ceiling_per_sex=int(engine.ceiling_females is not None),
            ceiling=np.array(engine.ceilings, np.int64),
        )
        known = barrier_values(self.cheetah, parameters, self.classes.barriers)
        crossing = [
            self.classes.permeability({**known, **regime.openings.get("cheetah", {})})
            if scenario.processes.barriers
            else self.classes.permeability({})
            for regime in regimes
        ]
        permeability = np.repeat(np.stack(crossing)[:, None, :], engine.seasons_per_year, axis=1)
        land = cheetah_land(
            land_now,
            self.cheetah,
            parameters,
            self.grid.step_class,
            permeability,
            self.cell_km,
            engine.edge == "open",
        )
        return rates, land

    def _regimes(
        self, parameters: Mapping[str, float], regimes: list[Regime], kinds: tuple[PreyKind, ...]
    ) -> Regimes:
        """Return the land of every regime as arrays."""
        capacity = np.array(
            [
                [prey_capacity(species, parameters, regime.land) for species in self.prey]
                for regime in regimes
            ]
        )
        around = np.array(
            [
                [
                    capacity_around(each, self.grid.nx, kind.land.radius)
                    for each, kind in zip(of_regime, kinds, strict=True)
                ]
                for of_regime in capacity
            ]
        )
        stock = livestock_per_km2(self.land, self.cheetah, parameters)
        return Regimes(
            capacity=capacity,
            capacity_around=around,
            pressure=np.array([regime.pressure.ravel() for regime in regimes]),
            protection=np.array([regime.removed.ravel() for regime in regimes]),
            mitigation=np.array([regime.mitigation.ravel() for regime in regimes]),
            livestock_per_km2=np.array(
                [(stock * regime.livestock_factor).ravel() for regime in regimes]
            ),
        )
