"""Run one replicate of a prepared scenario and name what comes out of it."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.bridge.assemble import DrawWorld, ScenarioModel, map_rows
from ustyurt_models.bridge.costs import money_spent
from ustyurt_models.bridge.genes import founding_of
from ustyurt_models.bridge.prey_land import start_places
from ustyurt_models.bridge.source_results import source_results, source_simulators
from ustyurt_models.bridge.start import start_structure
from ustyurt_models.bridge.weather import weather_of
from ustyurt_models.checks import require
from ustyurt_models.contracts import CHEETAH_DEATH_CAUSES
from ustyurt_models.formulas.persistence import extinction_time
from ustyurt_models.ibm.chance import child, uniform
from ustyurt_models.ibm.cheetah_founders import new_brought
from ustyurt_models.ibm.cheetah_releases import add_residents
from ustyurt_models.ibm.cheetah_state import (
    CheetahRelease,
    new_cheetahs,
    new_kinship,
    new_scratch,
    new_tally,
)
from ustyurt_models.ibm.loci import draw_common, found_loci, new_loci
from ustyurt_models.ibm.management import Monitoring, Progress, planned_ages
from ustyurt_models.ibm.prey_movement import settle
from ustyurt_models.ibm.prey_state import CLASSES, Prey, empty_bag, empty_prey, empty_scratch
from ustyurt_models.ibm.record import Record, empty_record
from ustyurt_models.ibm.replicate import DONE, FULL_CHEETAHS, FULL_PREY, Watch, run_replicate
from ustyurt_models.ibm.world import State, World
from ustyurt_models.seeds import stream_key

__all__ = ["Simulator"]

# Sub-streams of a replicate's key, beyond the numbers of seasons that any study reaches.
_PLACES, _RESIDENTS, _ROUNDING = 1_000_000_001, 1_000_000_002, 1_000_000_003
_ALLELES = 1_000_000_004
_LEAST_PREY, _LEAST_CHEETAHS = 4096, 128
#: Beyond this no landscape of this kind holds ungulates: a fault of the input, not of luck.
_MOST_PREY = 2**25


def _key(*path: int | np.uint64) -> np.uint64:
    """Return the key at an address below a key."""
    key = np.uint64(path[0])
    for part in path[1:]:
        key = np.uint64(child(key, int(part)))
    return key


class Simulator:
    """Simulates replicates of one scenario; safe to call from several threads.

    Parameters
    ----------
    model : ScenarioModel
        The scenario with its inputs.
    """

    def __init__(self, model: ScenarioModel) -> None:
        """Start with small arrays; they grow when a replicate needs more."""
        self.model = model
        self._prey_slots = [_LEAST_PREY] * len(model.prey)
        scenario = model.scenario
        self._sources = source_simulators(scenario)
        alleles = [source.setup.heredity.alleles for source in self._sources]
        self._founding = founding_of(scenario, alleles)
        residents = model.scenario.cheetah.females + model.scenario.cheetah.males
        self._cheetah_slots = max(_LEAST_CHEETAHS, 2 * residents)

    def __call__(
        self, draw: int, replicate: int, watch: Watch | None = None
    ) -> dict[str, np.ndarray]:
        """Return the variables of `contracts.RESULTS` and `contracts.MAPS` of one replicate.

        A replicate whose arrays turn out too small is run again with larger ones; all chance is
        addressed, so that changes nothing in it. `watch` then sees its censuses again.
        """
        made = self.model.at(draw)
        scenario = self.model.scenario
        weather = weather_of(scenario, made.parameters, draw, replicate, self.model.series)
        # Kinship within a group of founders is written when its source gives them.
        releases = made.world.releases
        releases = releases._replace(source_kinship=releases.source_kinship.copy())
        world = made.world._replace(weather=weather, releases=releases)
        untouched = [source(draw, replicate) for source in self._sources]
        key = stream_key(scenario.seed, draw, replicate)
        while True:
            releases.source_kinship[:] = made.world.releases.source_kinship
            supplies = tuple(source.supply(draw, replicate) for source in self._sources)
            state = self._start(made, key)
            record = self._empty_record(world)
            status = run_replicate(world, state, record, key, supplies, watch)
            if status == DONE:
                named = self._named(world, state, record)
                return named | source_results(supplies, untouched, world.calendar.years)
            if status == FULL_PREY:
                self._prey_slots = [2 * slots for slots in self._prey_slots]
                require(
                    max(self._prey_slots) <= _MOST_PREY,
                    f"{scenario.name}: draw {draw}, replicate {replicate}",
                    f"prey must stay below {_MOST_PREY:,} animals per species",
                    remedy="check capacity, growth and immigration of the species files",
                )
            elif status == FULL_CHEETAHS:
                self._cheetah_slots *= 2

    def _empty_record(self, world: World) -> Record:
        """Return a record at zero."""
        scenario = self.model.scenario
        return empty_record(
            world.calendar.years,
            map_rows(scenario).size,
            len(world.kinds),
            world.zones,
            flow_maps=scenario.output.prey_flow_maps,
        )

    def _start(self, made: DrawWorld, key: np.uint64) -> State:
        """Return the animals at the start of the study."""
        world, model = made.world, self.model
        species, cells = len(world.kinds), world.grid.inside.size
        herds, alive = self._place_prey(made, key)
        causes = len(CHEETAH_DEATH_CAUSES)
        slots = self._cheetah_slots
        releases, columns = world.releases.first_year.size, len(model.columns)
        state = State(
            herds=herds,
            alive=alive,
            conception=np.ones(species),
            harvest=np.zeros(CLASSES),
            bag=empty_bag(world.harvests.species.size),
            prey_scratch=empty_scratch(cells, max(kind.land.herds for kind in world.kinds)),
            # The types of a cell lie side by side.
            counts=np.zeros((cells, 2 * species), np.int32).T,
            quota=np.zeros((cells, 2 * species), np.int32).T,
            cheetahs=new_cheetahs(slots, len(model.ancestry)),
            kinship=new_kinship(slots),
            loci=new_loci(self._founding, slots),
            cheetah_scratch=new_scratch(slots, 2 * species, world.cheetah_land, causes),
            tally=new_tally(causes, 2 * species, cells),
            progress=Progress(
                np.full(releases, -1, np.int64),
                np.zeros(releases, np.int64),
                np.zeros(releases, np.int64),
            ),
            granted=np.zeros((releases, 3), np.int64),
            granted_prey=np.zeros((world.translocations.year.size, 2), np.int64),
            prey_ages=planned_ages(world.translocations),
            brought=new_brought(len(model.ancestry), self._founding.number),
            monitoring=self._monitoring(made.parameters, world.calendar.years, columns),
        )
        draw_common(state.loci, _key(key, _ALLELES))
        self._place_cheetahs(world, state, key)
        return state

    def _monitoring(self, parameters: Mapping[str, float], years: int, columns: int) -> Monitoring:
        """Return monitoring before its first look; prey surveys share one error by species."""
        zones = len(self.model.zones.names)
        species = len(self.model.prey)
        cv = np.full(columns, parameters["sai_survey_cv"])
        cv[zones + species :] = parameters["man_cheetah_cv"]
        # One prey survey gives all biomass columns and species; cheetah counts share another.
        shared = np.zeros(columns, np.int64)
        shared[zones + species :] = 1
        return Monitoring(
            cv=cv,
            shares_error=shared,
            notice_death=parameters["man_notice_death"],
            seen=np.zeros((years + 1, columns)),
            deaths=np.zeros(years + 1, np.int64),
            adults=np.zeros(years + 1, np.int64),
        )

    def _place_prey(
        self, made: DrawWorld, key: np.uint64
    ) -> tuple[tuple[Prey, ...], NDArray[np.int64]]:
        """Put the prey of the start into cells, with their structure."""
        herds = []
        scenario = self.model.scenario
        alive = np.zeros(len(self.model.prey), np.int64)
        for s, start in enumerate(self.model.starts):
            numbers = [
                self._whole(amount, _key(key, _ROUNDING, s, z))
                for z, amount in enumerate(start.abundance[made.draw])
            ]
            slots = max(self._prey_slots[s], 2 * sum(numbers))
            prey, n = empty_prey(slots), 0
            spec = scenario.prey[self.model.prey[s].id]
            stable = made.demography[s].structure[0]
            surveyed = None if start.structure is None else start.structure[made.draw]
            structure = start_structure(spec, stable, scenario.engine.seasons_per_year, surveyed)
            for z, (zone, number) in enumerate(zip(start.zones, numbers, strict=True)):
                cells, cumulative = start_places(self._weight(made, s, zone))
                if cells.size and number:
                    place_key = _key(key, _PLACES, s, z)
                    n = settle(prey, n, number, cells, cumulative, structure, place_key)
            herds.append(prey)
            alive[s] = n
        return tuple(herds), alive

    @staticmethod
    def _whole(amount: float, key: np.uint64) -> int:
        """Round an expected number to a whole one without bias."""
        return int(np.floor(amount + uniform(key, np.uint64(0), 0)))

    def _weight(self, made: DrawWorld, s: int, zone: str) -> np.ndarray:
        """Return how the animals of a zone share its cells at the start.

        As a density surface of the same draw says; without one by the capacity of today, and by
        suitability where there is none.
        """
        world = made.world
        names, zones = self.model.zones.names, world.zones
        inside = zones.member[names.index(zone)][zones.part] > 0
        places = self.model.starts[s].places
        if places is not None:
            return places.weight(made.draw, inside.size) * inside
        weight = world.regimes.capacity[0, s] * inside
        if weight.sum() > 0.0:
            return weight
        layer = f"suitability_{self.model.prey[s].id}"
        suitable = self.model.land_of(made.draw)[layer].to_numpy().ravel()
        return np.nan_to_num(suitable).astype(float) * inside

    def _place_cheetahs(self, world: World, state: State, key: np.uint64) -> None:
        """Put the cheetahs that are there before any release into cells by suitability."""
        spec, steps = self.model.scenario.cheetah, world.calendar.seasons
        total = spec.females + spec.males
        if total == 0:
            return
        land = world.cheetah_land
        cells, cumulative = start_places(land.suitability * land.inside)
        where = f"{self.model.scenario.name}: cheetah"
        require(cells.size > 0, where, "needs a cell that suits cheetahs", f"{total} residents")
        old = spec.age.low_yr if spec.age.high_yr is None else spec.age.high_yr
        residents = CheetahRelease(
            event=_key(key, _RESIDENTS),
            key=np.uint64(0),
            females=spec.females,
            males=spec.males,
            age_least=round(spec.age.low_yr * steps),
            age_most=round(old * steps),
            cell=-1,
            source=0,
            captive=0,
            african=0,
            soft=0,
            partners=1,
        )
        added = add_residents(
            state.cheetahs,
            state.kinship,
            world.releases.source_kinship,
            residents,
            cells,
            cumulative,
            state.tally,
        )
        assert added == total, "more resident cheetahs than slots"
        found_loci(state.loci, state.cheetahs)
        state.cheetahs.since_release[:total] = -1
        state.tally.released[0] = 0

    def _named(self, world: World, state: State, record: Record) -> dict[str, np.ndarray]:
        """Return the record under the names of the contracts."""
        weather, inside = world.weather, world.zones.inside_cell
        named = {name: getattr(record, name) for name in Record._fields if name not in _WORK_SPACE}
        return named | {
            "money_spent": money_spent(self.model.scenario, named),
            "prey_immigrants": record.prey_moved[:, :, 0],
            "prey_emigrants": record.prey_moved[:, :, 1],
            "mean_inbreeding": record.genetics[:, 0],
            "gene_diversity": record.genetics[:, 1],
            "founder_genomes": record.genetics[:, 2],
            "expected_heterozygosity": record.loci[:, 0],
            "observed_heterozygosity": record.loci[:, 1],
            "alleles_per_locus": record.loci[:, 2],
            "winter_severity": weather.winter_severity,
            "summer_drought": weather.summer_drought,
            "jut": weather.jut,
            "prey_biomass_estimate": state.monitoring.seen[:, 0],
            "range_area": record.occupied_cells * self.model.cell_km**2,
            "cheetah_extinction_time": extinction_time(
                record.cheetah_number.sum(axis=(1, 2)), record.cheetah_released
            ),
            "prey_extinction_time": extinction_time(record.prey_number.sum(axis=(2, 3))),
            "map_prey_squared": record.map_prey**2,
            "map_prey_present": (record.map_prey > 0).astype(np.int64),
            "map_cheetah_squared": record.map_cheetah_number**2,
            "map_cheetah_deaths": state.tally.deaths_in_cell[:, inside],
            **_flow_maps(record, inside),
        }


def _flow_maps(record: Record, inside: NDArray[np.int64]) -> dict[str, NDArray[np.int64]]:
    """Return births and deaths of prey in the cells of maps, over all years, and their squares.

    They are 0 where the study does not ask for these maps.
    """
    species, cells, causes = record.map_prey_deaths.shape
    births = np.zeros((species, inside.size), np.int64)
    deaths = np.zeros((species, causes, inside.size), np.int64)
    if cells:
        births[:] = record.map_prey_births[:, inside]
        deaths[:] = record.map_prey_deaths[:, inside].transpose(0, 2, 1)
    return {
        "map_prey_births": births,
        "map_prey_births_squared": births**2,
        "map_prey_deaths": deaths,
        "map_prey_deaths_squared": deaths**2,
    }


_WORK_SPACE = frozenset({"prey_moved", "genetics", "loci", "occupied", "part_kg", "truth"})
