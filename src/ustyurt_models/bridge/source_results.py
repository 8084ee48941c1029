"""Source populations of a study: their simulators, and what the results say of them."""

from collections.abc import Sequence

import numpy as np

from ustyurt_models.bridge.source_simulate import SourceSimulator
from ustyurt_models.contracts import NO_SOURCE
from ustyurt_models.ibm.source.state import Record
from ustyurt_models.ibm.source.supply import Supply
from ustyurt_models.study.schema import Scenario

__all__ = ["source_results", "source_simulators"]


def source_simulators(scenario: Scenario) -> tuple[SourceSimulator, ...]:
    """Return a simulator for every source population, in the order of the file."""
    kept = dict.fromkeys(scenario.source, 0)
    for release in scenario.release:
        if release.source:
            kept[release.source] += release.animals.number * release.repeat.years
    return tuple(
        SourceSimulator(one, one.steps(scenario.years), scenario.seed, place, kept[name])
        for place, (name, one) in enumerate(scenario.source.items())
    )


def source_results(
    supplies: Sequence[Supply], untouched: Sequence[Record], years: int
) -> dict[str, np.ndarray]:
    """Return the variables of `contracts.RESULTS` on sources, shape (year, source).

    Years are read at the last census of a source before them. Extinction shows as a number of 0.

    Parameters
    ----------
    supplies : sequence of Supply
        Every source as the releases left it; run to the end here.
    untouched : sequence of Record
        The same replicates of the same sources without releases.
    years : int
        Years of the study.
    """
    columns = len(supplies) or len(NO_SOURCE)
    number, without, taken = np.zeros((3, years + 1, columns), np.int64)
    inbreeding, inbreeding_without = np.full((2, years + 1, columns), np.nan)
    for s, (supply, alone) in enumerate(zip(supplies, untouched, strict=True)):
        supply.bring_to(supply.steps)
        rows = np.array([min(supply.at_year(year), supply.steps) for year in range(years + 1)])
        number[:, s] = supply.record.number.sum(axis=(1, 2))[rows]
        without[:, s] = alone.number.sum(axis=(1, 2))[rows]
        inbreeding[:, s] = supply.record.inbreeding[rows]
        inbreeding_without[:, s] = alone.inbreeding[rows]
        flow = np.concatenate([[0], supply.taken_by_step.cumsum()])
        taken[1:, s] = np.diff(flow[rows])
    return {
        "source_number": number,
        "source_number_untouched": without,
        "source_taken": taken,
        "source_inbreeding": inbreeding,
        "source_inbreeding_untouched": inbreeding_without,
    }
