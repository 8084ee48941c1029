"""What happens to all prey species within one step: the events in terms of single species."""

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.ibm import prey_predation
from ustyurt_models.ibm.chance import child
from ustyurt_models.ibm.prey_pass import live_through
from ustyurt_models.ibm.prey_state import CLASSES, PreyFlows, PreyHarvest, PreyStep
from ustyurt_models.ibm.record import Record
from ustyurt_models.ibm.world import Now, State, World

__all__ = ["bring_prey", "count_all_prey", "kill_prey", "pass_prey"]

_NO_SLOT = -1
_NO_HARVEST = PreyHarvest(np.zeros(0), np.zeros(0), np.zeros((0, CLASSES), np.int64))


def _step_of(world: World, state: State, now: Now, s: int) -> PreyStep:
    """Return the moment as species `s` meets it."""
    return PreyStep(
        now.season,
        now.step,
        now.regime,
        np.uint64(child(now.key, s)),
        state.conception[s : s + 1],
        world.regimes.pressure[now.regime],
        state.harvest,
        now.climate,
    )


def _harvest_of(world: World, now: Now, s: int) -> PreyHarvest:
    """Return the legal offtake of species `s` that falls due."""
    plan = world.harvests
    if plan.species.size == 0:
        return _NO_HARVEST
    in_time = (plan.first_year <= now.year) & (now.year <= plan.last_year)
    due = (plan.species == s) & in_time & (plan.season == now.season)
    return PreyHarvest(plan.fraction[due], plan.quota[due].astype(float), plan.eligible[due])


def bring_prey(world: World, state: State, record: Record, now: Now) -> int:
    """Set free the prey of translocations that fall due; return 0, or -1 without slots."""
    plan = world.translocations
    for t in range(plan.year.size):
        if plan.year[t] != now.year or plan.season[t] != now.season:
            continue
        s = plan.species[t]
        key = np.uint64(child(np.uint64(child(now.key, s)), 1_000 + t))
        n = prey_predation.arrive(
            state.herds[s],
            state.alive[s],
            plan.cell[t],
            (plan.females[t], plan.males[t]),
            plan.age[t],
            key,
        )
        if n < 0:
            return _NO_SLOT
        record.prey_translocated[now.year + 1, s] += n - state.alive[s]
        state.alive[s] = n
    return 0


def pass_prey(
    world: World, state: State, record: Record, now: Now, events: NDArray[np.int64]
) -> int:
    """Carry consecutive events out on all species; return 0, or -1 without slots.

    Species meet only through cheetahs and managers, so one may go through all events before the
    next begins.
    """
    row = now.year + 1
    for s in range(state.alive.size):
        flows = PreyFlows(
            record.prey_births[row, s : s + 1],
            record.prey_deaths[row, s],
            record.prey_moved[row, s],
        )
        n = live_through(
            state.herds[s],
            state.alive[s],
            world.grid,
            world.kinds[s],
            state.prey_scratch,
            _step_of(world, state, now, s),
            events,
            _harvest_of(world, now, s),
            flows,
        )
        if n < 0:
            return _NO_SLOT
        state.alive[s] = n
    return 0


def count_all_prey(world: World, state: State) -> None:
    """Count prey by type and cell for the cheetahs, in place."""
    state.counts[:] = 0
    for s in range(state.alive.size):
        adult_age = world.kinds[s].rates.adult_age
        prey_predation.count_prey(state.herds[s], state.alive[s], adult_age, 2 * s, state.counts)


def kill_prey(world: World, state: State, record: Record, now: Now) -> None:
    """Take the animals that cheetahs killed out of the herds, where they stood."""
    record.map_prey_kills[:] += state.quota.sum(axis=0)
    for s in range(state.alive.size):
        adult_age = world.kinds[s].rates.adult_age
        state.alive[s] = prey_predation.remove_killed(
            state.herds[s],
            state.alive[s],
            adult_age,
            2 * s,
            state.counts,
            state.quota,
            np.uint64(child(now.key, s)),
            record.prey_deaths[now.year + 1, s],
        )
