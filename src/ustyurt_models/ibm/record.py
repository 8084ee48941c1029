"""What a replicate writes down: one row per census, flows of the year before it, maps as sums."""

from typing import NamedTuple

import numpy as np

from ustyurt_models.contracts import CHEETAH_DEATH_CAUSES, CHEETAH_STAGES, PREY_DEATH_CAUSES
from ustyurt_models.ibm.cheetah_dispersal import mark_ranges
from ustyurt_models.ibm.cheetah_slots import squared_cells
from ustyurt_models.ibm.cheetah_state import CUB, CheetahRates, Cheetahs
from ustyurt_models.ibm.compiled import inlined, kernel
from ustyurt_models.ibm.genetics import genetic_summary
from ustyurt_models.ibm.loci import measure_loci
from ustyurt_models.ibm.prey_predation import add_to_map, biomass, census
from ustyurt_models.ibm.world import Calendar, Colony, Flocks, Zones

__all__ = ["Record", "empty_record", "record_census"]


class Record(NamedTuple):
    """Rows by census (0 = start, y + 1 = end of year y); names as in `contracts.RESULTS`."""

    prey_number: np.ndarray  # int64, shape (census, species, sex, stage)
    prey_biomass: np.ndarray  # float64, shape (census, species, zone) [kg km-2]
    prey_births: np.ndarray  # int64, shape (census, species)
    prey_deaths: np.ndarray  # int64, shape (census, species, cause)
    prey_moved: np.ndarray  # int64, shape (census, species, 2), immigrants and emigrants
    prey_translocated: np.ndarray  # int64, shape (census, species)
    prey_withheld: np.ndarray  # int64, shape (census, species)
    cheetah_number: np.ndarray  # int64, shape (census, sex, stage)
    adult_females: np.ndarray  # int64, shape (census,)
    females_without_male: np.ndarray  # int64, shape (census,), ready to conceive
    cheetah_births: np.ndarray  # int64, shape (census,)
    cheetah_deaths: np.ndarray  # int64, shape (census, cause)
    cheetah_emigrants: np.ndarray  # int64, shape (census,)
    cheetah_released: np.ndarray  # int64, shape (census,)
    cheetah_withheld: np.ndarray  # int64, shape (census,)
    livestock_killed: np.ndarray  # float64, shape (census,), sheep units
    genetics: np.ndarray  # float64, shape (census, 3): mean F, gene diversity, founder genomes
    loci: np.ndarray  # float64, shape (census, 3): heterozygosity expected, observed; alleles
    occupied_cells: np.ndarray  # int64, shape (census,)
    mean_condition: np.ndarray  # float64, shape (census,)
    map_prey: np.ndarray  # int64, shape (map, species, cell inside)
    map_cheetah: np.ndarray  # int64, shape (map, cell inside), in a home range
    map_cheetah_number: np.ndarray  # int64, shape (map, cell inside)
    map_prey_births: np.ndarray  # int32, shape (species, cell), all years; no cells if not asked
    map_prey_deaths: np.ndarray  # int32, shape (species, cell, cause), likewise
    occupied: np.ndarray  # uint8, shape (cell,), work space
    part_kg: np.ndarray  # float64, shape (part,), work space
    truth: np.ndarray  # float64, shape (column of `Monitoring.seen`,), work space


def empty_record(years: int, maps: int, species: int, zones: Zones, *, flow_maps: bool) -> Record:
    """Return a record at zero.

    Parameters
    ----------
    years, maps, species : int
        How many.
    zones : Zones
        Zones and cells.
    flow_maps : bool
        Whether births and deaths of prey are counted by cell.
    """
    rows, cells, inside = years + 1, zones.part.size, zones.inside_cell.size
    counted = cells if flow_maps else 0
    prey_causes, cheetah_causes = len(PREY_DEATH_CAUSES), len(CHEETAH_DEATH_CAUSES)

    def whole(*shape: int) -> np.ndarray:
        return np.zeros(shape, np.int64)

    return Record(
        prey_number=whole(rows, species, 2, 2),
        prey_biomass=np.zeros((rows, species, zones.area_km2.size)),
        prey_births=whole(rows, species),
        prey_deaths=whole(rows, species, prey_causes),
        prey_moved=whole(rows, species, 2),
        prey_translocated=whole(rows, species),
        prey_withheld=whole(rows, species),
        cheetah_number=whole(rows, 2, len(CHEETAH_STAGES)),
        adult_females=whole(rows),
        females_without_male=whole(rows),
        cheetah_births=whole(rows),
        cheetah_deaths=whole(rows, cheetah_causes),
        cheetah_emigrants=whole(rows),
        cheetah_released=whole(rows),
        cheetah_withheld=whole(rows),
        livestock_killed=np.zeros(rows),
        genetics=np.zeros((rows, 3)),
        loci=np.zeros((rows, 3)),
        occupied_cells=whole(rows),
        mean_condition=np.zeros(rows),
        map_prey=whole(maps, species, inside),
        map_cheetah=whole(maps, inside),
        map_cheetah_number=whole(maps, inside),
        map_prey_births=np.zeros((species, counted), np.int32),
        map_prey_deaths=np.zeros((species, counted, prey_causes), np.int32),
        occupied=np.zeros(cells, np.uint8),
        part_kg=np.zeros(zones.member.shape[1]),
        truth=np.zeros(zones.area_km2.size + species + 3),
    )


@inlined
def _record_prey(
    flocks: Flocks, zones: Zones, calendar: Calendar, record: Record, row: int
) -> None:
    """Count prey and weigh them by zone at census `row`, in place."""
    part_kg = record.part_kg
    for s in range(flocks.alive.size):
        prey, n = flocks.herds[s], flocks.alive[s]
        census(prey, n, calendar.seasons + 1, record.prey_number[row, s])
        part_kg[:] = 0.0
        biomass(prey, n, flocks.mass_kg[s], flocks.adult_age[s], zones.part, part_kg)
        for zone in range(zones.area_km2.size):
            kg = 0.0
            for part in range(part_kg.size):
                kg += zones.member[zone, part] * part_kg[part]
            if zones.area_km2[zone] > 0.0:
                record.prey_biomass[row, s, zone] = kg / zones.area_km2[zone]


@inlined
def _is_ready(cheetahs: Cheetahs, i: int, rates: CheetahRates) -> bool:
    """Return whether slot `i` holds a female that would conceive if she met a male."""
    return (
        cheetahs.stage[i] >= rates.breed_stage
        and cheetahs.male[i] == 0
        and cheetahs.litter_due[i] == 0
        and cheetahs.dependents[i] == 0
        and rates.breed_age_female <= cheetahs.age[i] <= rates.last_breed_age
        and cheetahs.condition[i] >= rates.breed_condition
    )


@inlined
def _count_without_male(colony: Colony) -> int:
    """Count females ready to conceive that have no male of breeding age within their reach."""
    cheetahs, rates, nx = colony.cheetahs, colony.rates, colony.land.nx
    limit = squared_cells(rates.mate_radius_km, colony.land.cell_km)
    alone = 0
    for i in range(cheetahs.top[0]):
        if not _is_ready(cheetahs, i, rates):
            continue
        near = 0
        y, x = cheetahs.cell[i] // nx, cheetahs.cell[i] % nx
        for j in range(cheetahs.top[0]):
            grown = cheetahs.stage[j] > CUB and cheetahs.age[j] >= rates.breed_age_male
            dy, dx = cheetahs.cell[j] // nx - y, cheetahs.cell[j] % nx - x
            near += cheetahs.male[j] == 1 and grown and dy * dy + dx * dx <= limit
        alone += near == 0
    return alone


@kernel
def _record_cheetahs(colony: Colony, record: Record, row: int) -> None:
    """Count cheetahs, their genes, condition and ranges at census `row`, in place."""
    cheetahs = colony.cheetahs
    stage, male = cheetahs.stage, cheetahs.male
    independent = 0
    condition = 0.0
    for i in range(cheetahs.top[0]):
        if stage[i] < 0:
            continue
        record.cheetah_number[row, male[i], stage[i]] += 1
        of_age = cheetahs.age[i] >= colony.rates.breed_age_female
        record.adult_females[row] += male[i] == 0 and of_age
        if stage[i] > CUB:
            independent += 1
            condition += cheetahs.condition[i]
    if independent > 0:
        record.mean_condition[row] = condition / independent
    record.females_without_male[row] = _count_without_male(colony)
    genetic_summary(cheetahs, colony.kinship, record.genetics[row])
    measure_loci(colony.loci, cheetahs, record.loci[row])
    record.occupied_cells[row] = mark_ranges(cheetahs, colony.land, record.occupied)


@kernel
def _add_maps(
    flocks: Flocks, colony: Colony, zones: Zones, record: Record, number: np.ndarray, place: int
) -> None:
    """Add prey and cheetahs and their ranges to map `place`; `number` is work space (cell,)."""
    inside, cheetahs = zones.inside_cell, colony.cheetahs
    for s in range(flocks.alive.size):
        number[:] = 0
        add_to_map(flocks.herds[s], flocks.alive[s], number)
        for k in range(inside.size):
            record.map_prey[place, s, k] += number[inside[k]]
    number[:] = 0
    for i in range(cheetahs.top[0]):
        number[cheetahs.cell[i]] += cheetahs.stage[i] >= 0
    for k in range(inside.size):
        record.map_cheetah[place, k] += record.occupied[inside[k]]
        record.map_cheetah_number[place, k] += number[inside[k]]


@kernel
def record_census(
    flocks: Flocks,
    colony: Colony,
    zones: Zones,
    calendar: Calendar,
    record: Record,
    number: np.ndarray,
    row: int,
) -> None:
    """Write census `row` and the cheetah flows since the one before; tallies go back to zero.

    `number` is work space, int32, shape (cell,).
    """
    _record_prey(flocks, zones, calendar, record, row)
    _record_cheetahs(colony, record, row)
    tally = colony.tally
    record.cheetah_births[row] = tally.births[0]
    for cause in range(tally.deaths.size):
        record.cheetah_deaths[row, cause] = tally.deaths[cause]
        tally.deaths[cause] = 0
    record.cheetah_emigrants[row] = tally.emigrants[0]
    record.cheetah_released[row] = tally.released[0]
    record.livestock_killed[row] = tally.livestock[0]
    tally.births[0] = 0
    tally.emigrants[0] = 0
    tally.released[0] = 0
    tally.livestock[0] = 0.0
    if calendar.map_index[row] >= 0:
        _add_maps(flocks, colony, zones, record, number, calendar.map_index[row])
