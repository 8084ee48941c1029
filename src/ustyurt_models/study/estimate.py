"""What a study will cost: time, memory and disk, from its size and measured constants.

The constants describe one core of the machine class named in ``benchmarks/``; they are for
planning, not for promises.
"""

import os
from dataclasses import dataclass

from ustyurt_models.contracts import PREY_DEATH_CAUSES
from ustyurt_models.study.load import Study
from ustyurt_models.study.schema import Scenario

__all__ = ["Estimate", "estimate"]

#: Cells inside the shipped plateau at 5 km.
CELLS = 8_000
#: Prey animals simulated at a time, all species together, in a typical replicate.
PREY = 200_000
#: Time per prey animal and season [s].
SECONDS_PER_PREY_SEASON = 55e-9
#: Time per cell, species and season [s].
SECONDS_PER_CELL_SEASON = 15e-9
#: Fixed time per replicate [s].
SECONDS_PER_REPLICATE = 0.02
#: Reading, compiling and reporting [s].
SECONDS_FIXED = 75.0
#: Time per fitted survey: compiling and sampling [s].
SECONDS_PER_SURVEY = 40.0
#: Memory of the program with its libraries, while fitting [MB].
MB_FIXED = 1600.0
#: Memory per prey animal and worker [bytes].
BYTES_PER_PREY = 16
#: Numbers kept per species and year, and per year, of a replicate.
NUMBERS_PER_SPECIES_YEAR, NUMBERS_PER_YEAR = 26, 40
#: Size on disk of a stored number with indices and small chunks, over its plain size.
COMPRESSION = 1.2
#: Draws whose maps are summed into one block.
DRAWS_PER_BLOCK = 25


@dataclass(frozen=True)
class Estimate:
    """Expected cost of a study.

    Attributes
    ----------
    scenarios, replicates : int
        Scenarios, and replicates over all scenarios and draws.
    workers : int
        Parallel workers that the time assumes.
    wall_seconds : float
        Time to the report [s].
    memory_mb, disk_mb : float
        Peak memory and size of the results [MB].
    """

    scenarios: int
    replicates: int
    workers: int
    wall_seconds: float
    memory_mb: float
    disk_mb: float

    def __str__(self) -> str:
        """Write the estimate for people."""
        minutes = self.wall_seconds / 60
        time = f"{minutes:.0f} min" if minutes >= 2 else f"{self.wall_seconds:.0f} s"
        return (
            f"{self.scenarios} scenario(s), {self.replicates} replicates in all: "
            f"about {time} on {self.workers} worker(s), "
            f"{self.memory_mb / 1000:.1f} GB memory, {max(self.disk_mb, 1):.0f} MB disk"
        )


def estimate(study: Study, workers: int | None = None) -> Estimate:
    """Return what a study is expected to cost.

    Parameters
    ----------
    study : Study
        A validated study.
    workers : int, optional
        Parallel workers; those of the study, or all cores, unless given.

    Returns
    -------
    Estimate
        Simulation time is replicates x steps x (animals + cells x species) at the constants
        of this module, plus a fixed time for compiling, fitting and reporting.
    """
    first = study.scenarios[0]
    count = workers or first.engine.workers or os.cpu_count() or 1
    replicates = sum(each.draws * each.replicates for each in study.scenarios)
    simulating = sum(
        each.draws * each.replicates * _replicate_seconds(each) for each in study.scenarios
    )
    return Estimate(
        scenarios=len(study.scenarios),
        replicates=replicates,
        workers=count,
        wall_seconds=SECONDS_FIXED + SECONDS_PER_SURVEY * len(first.survey) + simulating / count,
        memory_mb=MB_FIXED + count * PREY * BYTES_PER_PREY / 1e6,
        disk_mb=sum(map(_disk_mb, study.scenarios)),
    )


def _replicate_seconds(scenario: Scenario) -> float:
    """Return the time of one replicate [s]."""
    steps = scenario.years * scenario.engine.seasons_per_year
    cells = CELLS * (len(scenario.prey) + 1)
    per_step = PREY * SECONDS_PER_PREY_SEASON + cells * SECONDS_PER_CELL_SEASON
    return SECONDS_PER_REPLICATE + steps * per_step


def _disk_mb(scenario: Scenario) -> float:
    """Return the size of one scenario's results [MB]."""
    species = len(scenario.prey)
    per_year = species * NUMBERS_PER_SPECIES_YEAR + NUMBERS_PER_YEAR
    cube = scenario.draws * scenario.replicates * (scenario.years + 1) * per_year
    blocks = -(-scenario.draws // DRAWS_PER_BLOCK)
    map_years = len(scenario.output.map_years) or 2 + scenario.years // 10
    maps = blocks * map_years * CELLS * (2 * species + 1)
    flows = scenario.output.prey_flow_maps * 2 * species * (1 + len(PREY_DEATH_CAUSES))
    maps += blocks * CELLS * flows
    return 8 * COMPRESSION * (cube + maps) / 1e6
