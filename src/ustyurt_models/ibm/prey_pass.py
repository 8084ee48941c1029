"""One prey species through consecutive events of a season, in one compiled call.

The order is data: it comes from the study and is carried out here, without Python in between,
so threads run side by side for as long as possible.
"""

import math

import numpy as np

from ustyurt_models.ibm.compiled import kernel
from ustyurt_models.ibm.prey_births import give_birth, measure_crowding, rut_conception
from ustyurt_models.ibm.prey_deaths import die, grow_older, weigh_hazards
from ustyurt_models.ibm.prey_movement import immigrate, walk_prey
from ustyurt_models.ibm.prey_predation import count_eligible
from ustyurt_models.ibm.prey_state import (
    Grid,
    Prey,
    PreyFlows,
    PreyHarvest,
    PreyKind,
    PreyScratch,
    PreyStep,
)
from ustyurt_models.ibm.prey_word import cell_of

__all__ = ["AGE", "BEAR", "LOSE", "MOVE", "live_through"]

#: Codes of the events of prey, as `live_through` takes them.
MOVE, BEAR, LOSE, AGE = range(4)
_LARGEST_SHARE = 0.95


@kernel
def _set_harvest(
    prey: Prey, n: int, adult_age: int, harvest: PreyHarvest, hazard: np.ndarray
) -> None:
    """Write the harvest hazard by class into `hazard`, in place.

    A fraction f is the hazard -log(1 - f). A quota is taken as the fraction of the eligible
    animals alive that it makes, so the expected bag is the quota.
    """
    hazard[:] = 0.0
    for h in range(harvest.share.size):
        share = harvest.share[h]
        if share < 0.0:
            eligible = count_eligible(prey, n, adult_age, harvest.eligible[h])
            share = harvest.quota[h] / max(1, eligible)
        taken = -math.log(1.0 - min(share, _LARGEST_SHARE))
        for k in range(hazard.size):
            hazard[k] += taken * harvest.eligible[h, k]


@kernel
def _place_births(prey: Prey, before: int, n: int, births_in_cell: np.ndarray) -> None:
    """Add the newborn, which are the animals `before` .. `n` - 1, to their cells, in place."""
    word = prey.word
    for i in range(before, n):
        births_in_cell[cell_of(word[i])] += 1


@kernel
def live_through(
    prey: Prey,
    n: int,
    grid: Grid,
    kind: PreyKind,
    scratch: PreyScratch,
    step: PreyStep,
    events: np.ndarray,
    harvest: PreyHarvest,
    flows: PreyFlows,
) -> int:
    """Carry out `events` of one season on one species, in place and in the order given.

    Crowding is measured before births and before deaths; births do not change it, so deaths
    right after births use what is there.

    Parameters
    ----------
    prey : Prey
        State.
    n : int
        Number alive.
    grid : Grid
        The land.
    kind : PreyKind
        The species.
    scratch : PreyScratch
        Overwritten.
    step : PreyStep
        The moment; `conception` is set in the rut, `harvest` before deaths, both in place.
    events : numpy.ndarray
        int64, shape (event,), of MOVE, BEAR, LOSE, AGE.
    harvest : PreyHarvest
        Offtake that falls due.
    flows : PreyFlows
        Added to.

    Returns
    -------
    int
        New number alive, or -1 when the slots do not suffice.
    """
    rates = kind.rates
    crowding_known = False
    for event in events:
        if event == MOVE:
            n = walk_prey(prey, n, grid, kind, scratch, step, flows.moved)
            n = immigrate(prey, n, kind, step, flows.moved)
            crowding_known = False
        elif event == BEAR and step.season == rates.birth_season:
            measure_crowding(prey, n, grid, kind, scratch, step)
            before = n
            n = give_birth(prey, n, kind, scratch, step)
            flows.births[0] += n - before
            if flows.births_in_cell.size:
                _place_births(prey, before, n, flows.births_in_cell)
            crowding_known = True
        elif event == LOSE:
            _set_harvest(prey, n, rates.adult_age, harvest, step.harvest)
            if step.season == rates.rut_season:
                step.conception[0] = rut_conception(prey, n, rates)
            if not crowding_known:
                measure_crowding(prey, n, grid, kind, scratch, step)
            weigh_hazards(kind, scratch, step)
            n = die(prey, n, kind, scratch, step, flows)
            crowding_known = False
        elif event == AGE:
            grow_older(prey, n)
            crowding_known = False
        if n < 0:
            return n
    return n
