"""A source population over many steps: one compiled call, events in the order of the study."""

import numpy as np

from ustyurt_models.ibm.chance import child
from ustyurt_models.ibm.compiled import kernel
from ustyurt_models.ibm.source.breeding import breed
from ustyurt_models.ibm.source.dispersal import disperse
from ustyurt_models.ibm.source.environment import draw_environment, set_survival
from ustyurt_models.ibm.source.exchange import settle_founders, supplement, take
from ustyurt_models.ibm.source.genes import measure_genes
from ustyurt_models.ibm.source.state import ADULT, NEWBORN, SUBADULT, Now, Record, Setup, State
from ustyurt_models.ibm.source.survival import age, cut_to_capacity, die

__all__ = ["advance", "begin"]

(
    _ENVIRONMENT,
    _BREEDING,
    _MORTALITY,
    _AGEING,
    _DISPERSAL,
    _HARVEST,
    _REMOVAL,
    _SUPPLEMENT,
    _CEILING,
    _CENSUS,
) = range(10)
# As typed numbers: a kernel is compiled once more for every literal that it is called with.
_HARVEST_KEY, _REMOVAL_KEY, _START = np.int64(6), np.int64(7), np.int64(0)


@kernel
def _census(setup: Setup, state: State, record: Record, row: int) -> None:
    """Count who is alive by sex and stage, and measure genes when due, into `row`."""
    animals, n = state.animals, state.alive[0]
    by_class = state.class_count
    by_class[:] = 0
    for i in range(n):
        by_class[animals.kind[i]] += 1
    for kind in range(by_class.size):
        sex = kind & 1
        grown = (kind >> 1) >= setup.adult[sex]
        stage = NEWBORN if kind < 2 else (ADULT if grown else SUBADULT)
        record.number[row, sex, stage] += by_class[kind]
    if setup.patches > 1:
        state.present[: setup.patches] = 0
        for i in range(n):
            state.present[animals.patch[i]] += 1
        for p in range(setup.patches):
            record.occupied[row] += state.present[p] > 0
    else:
        record.occupied[row] = n > 0
    if row % setup.heredity.every == 0:
        measures = state.measures
        measure_genes(setup.heredity, state)
        record.inbreeding[row] = measures[0]
        record.heterozygosity[row] = measures[1]
        record.alleles[row] = measures[2]
        record.gene_diversity[row] = measures[3]


@kernel
def begin(setup: Setup, state: State, record: Record, key: np.uint64) -> bool:
    """Settle the founders and count them; return whether there was room. Changes in place."""
    set_survival(setup.rates, state)
    room = settle_founders(setup, state, key)
    _census(setup, state, record, _START)
    return room


@kernel
def advance(
    setup: Setup, state: State, record: Record, key: np.uint64, first: int, last: int
) -> bool:
    """Run the steps from `first` up to, not including, `last`, in place.

    Returns
    -------
    bool
        Whether there was room. Otherwise the results are void and the replicate must be run
        again with more slots, which gives the same animals the same fates.
    """
    for step in range(first, last):
        now = Now(step, np.uint64(child(key, step)))
        row = step + 1
        for event in setup.schedule:
            added = 0
            if event == _ENVIRONMENT:
                draw_environment(setup, state, now)
            elif event == _BREEDING:
                added = breed(setup, state, now)
                record.births[row] = added
            elif event == _MORTALITY:
                record.deaths[row] = die(setup, state, now)
            elif event == _AGEING:
                age(setup, state)
            elif event == _DISPERSAL:
                disperse(setup, state, now)
            elif event == _HARVEST:
                state.taken[:] = 0
                take(setup, state, setup.harvest, now, _HARVEST_KEY, state.taken)
                record.harvested[row] = state.taken[0] + state.taken[1]
            elif event == _REMOVAL:
                take(setup, state, setup.removal, now, _REMOVAL_KEY, record.removed[row])
            elif event == _SUPPLEMENT:
                added = supplement(setup, state, now)
                record.supplemented[row] = added
            elif event == _CEILING:
                record.cut[row] = cut_to_capacity(setup, state, now)
            elif event == _CENSUS:
                _census(setup, state, record, row)
            if added < 0:
                return False
    return True
