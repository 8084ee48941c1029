"""What happens to all prey species within one step: the events in terms of single species.

Each function is written out in full in the compiled season of `replicate`.
"""

import numpy as np

from ustyurt_models.ibm.chance import child
from ustyurt_models.ibm.cheetah_state import CheetahScratch
from ustyurt_models.ibm.compiled import inlined, kernel
from ustyurt_models.ibm.prey_pass import live_through
from ustyurt_models.ibm.prey_predation import CHEETAH, arrive, count_prey, remove_killed
from ustyurt_models.ibm.prey_state import PreyFlows, PreyHarvest, PreyStep
from ustyurt_models.ibm.record import Record
from ustyurt_models.ibm.world import Flocks, Managers, Now, Pasture

__all__ = ["bring_prey", "count_all_prey", "kill_prey", "pass_prey"]

_NO_SLOT = -1


@inlined
def _step_of(pasture: Pasture, now: Now, s: int) -> PreyStep:
    """Return the moment as species `s` meets it."""
    return PreyStep(
        now.season,
        now.step,
        now.regime,
        np.uint64(child(now.key, s)),
        pasture.conception[s : s + 1],
        pasture.pressure[now.regime],
        pasture.harvest,
        now.climate,
    )


@inlined
def _harvest_of(pasture: Pasture, now: Now, s: int) -> PreyHarvest:
    """Return the legal offtake of species `s` that falls due, in the work space of the state."""
    plan, bag = pasture.harvests, pasture.bag
    due = 0
    for h in range(plan.species.size):
        in_time = plan.first_year[h] <= now.year <= plan.last_year[h]
        if plan.species[h] == s and in_time and plan.season[h] == now.season:
            bag.share[due] = plan.fraction[h]
            bag.quota[due] = plan.quota[h]
            for k in range(plan.eligible.shape[1]):
                bag.eligible[due, k] = plan.eligible[h, k]
            due += 1
    return PreyHarvest(bag.share[:due], bag.quota[:due], bag.eligible[:due])


@kernel
def bring_prey(managers: Managers, flocks: Flocks, record: Record, now: Now) -> int:
    """Set free the prey of translocations that fall due; return 0, or -1 without slots."""
    plan = managers.translocations
    for t in range(plan.year.size):
        if plan.year[t] != now.year or plan.season[t] != now.season:
            continue
        s = plan.species[t]
        females, males = plan.females[t], plan.males[t]
        if plan.population[t] >= 0:
            missing = females + males
            females, males = managers.granted_prey[t]
            record.prey_withheld[now.year + 1, s] += missing - females - males
        key = np.uint64(child(np.uint64(child(now.key, s)), 1_000 + t))
        n = arrive(
            flocks.herds[s],
            flocks.alive[s],
            plan.cell[t],
            (females, males),
            managers.prey_ages[t],
            key,
        )
        if n < 0:
            return _NO_SLOT
        record.prey_translocated[now.year + 1, s] += n - flocks.alive[s]
        flocks.alive[s] = n
    return 0


@kernel
def pass_prey(
    flocks: Flocks, pasture: Pasture, record: Record, now: Now, events: np.ndarray
) -> int:
    """Carry consecutive events out on all species; return 0, or -1 without slots.

    Species meet only through cheetahs and managers, so one may go through all events before the
    next begins.
    """
    row = now.year + 1
    for s in range(flocks.alive.size):
        flows = PreyFlows(
            record.prey_births[row, s : s + 1],
            record.prey_deaths[row, s],
            record.prey_moved[row, s],
            record.map_prey_births[s],
            record.map_prey_deaths[s],
        )
        n = live_through(
            flocks.herds[s],
            flocks.alive[s],
            pasture.grid,
            pasture.kinds[s],
            pasture.scratch,
            _step_of(pasture, now, s),
            events,
            _harvest_of(pasture, now, s),
            flows,
        )
        if n < 0:
            return _NO_SLOT
        flocks.alive[s] = n
    return 0


@kernel
def count_all_prey(flocks: Flocks) -> None:
    """Count prey by type and cell for the cheetahs, in place."""
    for cell in range(flocks.counts.shape[1]):
        for kind in range(flocks.counts.shape[0]):
            flocks.counts[kind, cell] = 0
    for s in range(flocks.alive.size):
        count_prey(flocks.herds[s], flocks.alive[s], flocks.adult_age[s], 2 * s, flocks.counts)


@kernel
def kill_prey(flocks: Flocks, scratch: CheetahScratch, record: Record, now: Now) -> None:
    """Take the animals that cheetahs killed out of the herds, where they stood."""
    for k in range(scratch.hunted_cells[0] if record.map_prey_deaths.size else 0):
        cell = scratch.hunted[k]
        for kind in range(flocks.quota.shape[0]):
            record.map_prey_deaths[kind // 2, cell, CHEETAH] += flocks.quota[kind, cell]
    for s in range(flocks.alive.size):
        flocks.alive[s] = remove_killed(
            flocks.herds[s],
            flocks.alive[s],
            flocks.adult_age[s],
            2 * s,
            flocks.counts,
            flocks.quota,
            np.uint64(child(now.key, s)),
            record.prey_deaths[now.year + 1, s],
        )
