"""What a replicate writes down: one row per census, flows of the year before it, maps as sums."""

from typing import NamedTuple

import numpy as np

from ustyurt_models.contracts import CHEETAH_DEATH_CAUSES, CHEETAH_STAGES, PREY_DEATH_CAUSES
from ustyurt_models.ibm.cheetah_dispersal import mark_ranges
from ustyurt_models.ibm.cheetah_state import CUB
from ustyurt_models.ibm.genetics import genetic_summary
from ustyurt_models.ibm.prey_predation import add_to_map, biomass, census
from ustyurt_models.ibm.world import State, World

__all__ = ["Record", "empty_record", "record_census"]


class Record(NamedTuple):
    """Rows by census (0 = start, y + 1 = end of year y); names as in `contracts.RESULTS`."""

    prey_number: np.ndarray  # int64, shape (census, species, sex, stage)
    prey_biomass: np.ndarray  # float64, shape (census, species, zone) [kg km-2]
    prey_births: np.ndarray  # int64, shape (census, species)
    prey_deaths: np.ndarray  # int64, shape (census, species, cause)
    prey_moved: np.ndarray  # int64, shape (census, species, 2), immigrants and emigrants
    prey_translocated: np.ndarray  # int64, shape (census, species)
    cheetah_number: np.ndarray  # int64, shape (census, sex, stage)
    adult_females: np.ndarray  # int64, shape (census,)
    cheetah_births: np.ndarray  # int64, shape (census,)
    cheetah_deaths: np.ndarray  # int64, shape (census, cause)
    cheetah_emigrants: np.ndarray  # int64, shape (census,)
    cheetah_released: np.ndarray  # int64, shape (census,)
    cheetah_withheld: np.ndarray  # int64, shape (census,)
    livestock_killed: np.ndarray  # float64, shape (census,), sheep units
    genetics: np.ndarray  # float64, shape (census, 3): mean F, gene diversity, founder genomes
    occupied_cells: np.ndarray  # int64, shape (census,)
    mean_condition: np.ndarray  # float64, shape (census,)
    map_prey: np.ndarray  # int64, shape (map, species, cell inside)
    map_cheetah: np.ndarray  # int64, shape (map, cell inside)
    map_prey_kills: np.ndarray  # int64, shape (cell,)
    occupied: np.ndarray  # uint8, shape (cell,), work space
    part_kg: np.ndarray  # float64, shape (part,), work space


def empty_record(
    years: int, species: int, zones: int, parts: int, maps: int, inside: int, cells: int
) -> Record:
    """Return a record at zero for `years` years and the given sizes."""
    rows = years + 1
    prey_causes, cheetah_causes = len(PREY_DEATH_CAUSES), len(CHEETAH_DEATH_CAUSES)

    def whole(*shape: int) -> np.ndarray:
        return np.zeros(shape, np.int64)

    return Record(
        prey_number=whole(rows, species, 2, 2),
        prey_biomass=np.zeros((rows, species, zones)),
        prey_births=whole(rows, species),
        prey_deaths=whole(rows, species, prey_causes),
        prey_moved=whole(rows, species, 2),
        prey_translocated=whole(rows, species),
        cheetah_number=whole(rows, 2, len(CHEETAH_STAGES)),
        adult_females=whole(rows),
        cheetah_births=whole(rows),
        cheetah_deaths=whole(rows, cheetah_causes),
        cheetah_emigrants=whole(rows),
        cheetah_released=whole(rows),
        cheetah_withheld=whole(rows),
        livestock_killed=np.zeros(rows),
        genetics=np.zeros((rows, 3)),
        occupied_cells=whole(rows),
        mean_condition=np.zeros(rows),
        map_prey=whole(maps, species, inside),
        map_cheetah=whole(maps, inside),
        map_prey_kills=whole(cells),
        occupied=np.zeros(cells, np.uint8),
        part_kg=np.zeros(parts),
    )


def _record_prey(world: World, state: State, record: Record, row: int) -> None:
    """Count prey and weigh them by zone at census `row`, in place."""
    zones = world.zones
    known = zones.area_km2 > 0.0
    for s, prey in enumerate(state.herds):
        n, rates = state.alive[s], world.kinds[s].rates
        census(prey, n, world.calendar.seasons + 1, record.prey_number[row, s])
        record.part_kg[:] = 0.0
        biomass(prey, n, rates, zones.part, record.part_kg)
        kg = zones.member @ record.part_kg
        record.prey_biomass[row, s, known] = kg[known] / zones.area_km2[known]


def _record_cheetahs(world: World, state: State, record: Record, row: int) -> None:
    """Count cheetahs, their genes, condition and ranges at census `row`, in place."""
    cheetahs = state.cheetahs
    top = cheetahs.top[0]
    stage, male = cheetahs.stage[:top], cheetahs.male[:top]
    living = stage >= 0
    np.add.at(record.cheetah_number[row], (male[living], stage[living]), 1)
    of_age = cheetahs.age[:top] >= world.cheetah_rates.breed_age_female
    record.adult_females[row] = (living & (male == 0) & of_age).sum()
    independent = stage > CUB
    if independent.any():
        record.mean_condition[row] = cheetahs.condition[:top][independent].mean()
    genetic_summary(cheetahs, state.kinship, record.genetics[row])
    record.occupied[:] = 0
    mark_ranges(cheetahs, world.cheetah_land, record.occupied)
    record.occupied_cells[row] = record.occupied.sum(dtype=np.int64)


def _add_maps(world: World, state: State, record: Record, place: int) -> None:
    """Add prey numbers and cheetah ranges to map `place`, in place."""
    inside = world.zones.inside_cell
    number = state.prey_scratch.grazers
    for s, prey in enumerate(state.herds):
        number[:] = 0
        add_to_map(prey, state.alive[s], number)
        record.map_prey[place, s] += number[inside]
    record.map_cheetah[place] += record.occupied[inside]


def record_census(world: World, state: State, record: Record, row: int) -> None:
    """Write census `row` and the cheetah flows since the one before; tallies go back to zero."""
    _record_prey(world, state, record, row)
    _record_cheetahs(world, state, record, row)
    tally = state.tally
    record.cheetah_births[row] = tally.births[0]
    record.cheetah_deaths[row] = tally.deaths
    record.cheetah_emigrants[row] = tally.emigrants[0]
    record.cheetah_released[row] = tally.released[0]
    record.livestock_killed[row] = tally.livestock[0]
    tally.births[0] = 0
    tally.deaths[:] = 0
    tally.emigrants[0] = 0
    tally.released[0] = 0
    tally.livestock[0] = 0.0
    if world.calendar.map_index[row] >= 0:
        _add_maps(world, state, record, world.calendar.map_index[row])
