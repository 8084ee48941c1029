"""What happens to all prey species within one step: the events in terms of single species."""

import math

import numpy as np

from ustyurt_models.ibm import prey_births, prey_deaths, prey_movement, prey_predation
from ustyurt_models.ibm.chance import child
from ustyurt_models.ibm.prey_predation import count_eligible
from ustyurt_models.ibm.prey_state import PreyStep
from ustyurt_models.ibm.record import Record
from ustyurt_models.ibm.world import Now, State, World

__all__ = [
    "age_prey",
    "bear_prey",
    "bring_prey",
    "count_all_prey",
    "kill_prey",
    "lose_prey",
    "move_prey",
]

_NO_SLOT = -1
_LARGEST_SHARE = 0.95


def _step_of(world: World, state: State, now: Now, s: int) -> PreyStep:
    """Return the moment as species `s` meets it."""
    return PreyStep(
        now.season,
        now.step,
        now.regime,
        np.uint64(child(now.key, s)),
        float(state.conception[s]),
        world.regimes.pressure[now.regime],
        state.harvest,
        now.climate,
    )


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


def move_prey(world: World, state: State, record: Record, now: Now) -> int:
    """Walk all prey and exchange them over the window edge; return 0, or -1 without slots."""
    for s in range(state.alive.size):
        step = _step_of(world, state, now, s)
        kind = world.kinds[s]
        moved = record.prey_moved[now.year + 1, s]
        n = prey_movement.walk_prey(
            state.herds[s], state.alive[s], world.grid, kind, state.prey_scratch, step, moved
        )
        n = prey_movement.immigrate(state.herds[s], n, kind, step, moved)
        if n < 0:
            return _NO_SLOT
        state.alive[s] = n
    return 0


def bear_prey(world: World, state: State, record: Record, now: Now) -> int:
    """Bear the young of all species due in this season; return 0, or -1 without slots."""
    for s in range(state.alive.size):
        kind = world.kinds[s]
        if now.season != kind.rates.birth_season:
            continue
        step = _step_of(world, state, now, s)
        prey, n = state.herds[s], state.alive[s]
        prey_births.measure_crowding(prey, n, world.grid, kind, state.prey_scratch, step)
        total = prey_births.give_birth(prey, n, kind, state.prey_scratch, step)
        if total < 0:
            return _NO_SLOT
        record.prey_births[now.year + 1, s] += total - n
        state.alive[s] = total
    return 0


def _harvest_hazards(world: World, state: State, now: Now, s: int) -> None:
    """Write the harvest hazard of this season by class into `state.harvest`, in place.

    A fraction f is the hazard -log(1 - f). A quota is taken as the fraction of the eligible
    animals alive that it makes, so the expected bag is the quota.
    """
    state.harvest[:] = 0.0
    plan = world.harvests
    for h in range(plan.species.size):
        due = plan.first_year[h] <= now.year <= plan.last_year[h] and plan.season[h] == now.season
        if plan.species[h] != s or not due:
            continue
        share = plan.fraction[h]
        if share < 0.0:
            eligible = count_eligible(
                state.herds[s], state.alive[s], world.kinds[s].rates.adult_age, plan.eligible[h]
            )
            share = plan.quota[h] / max(1, eligible)
        hazard = -math.log(1.0 - min(share, _LARGEST_SHARE))
        state.harvest[:] += hazard * plan.eligible[h]


def lose_prey(world: World, state: State, record: Record, now: Now) -> None:
    """Let all causes but cheetahs act on all species; in the rut, note the males left."""
    for s in range(state.alive.size):
        kind = world.kinds[s]
        prey, n = state.herds[s], state.alive[s]
        _harvest_hazards(world, state, now, s)
        step = _step_of(world, state, now, s)
        if now.season == kind.rates.rut_season:
            state.conception[s] = prey_births.rut_conception(prey, n, kind.rates)
        prey_births.measure_crowding(prey, n, world.grid, kind, state.prey_scratch, step)
        prey_deaths.weigh_hazards(kind, state.prey_scratch, step)
        deaths = record.prey_deaths[now.year + 1, s]
        state.alive[s] = prey_deaths.die(prey, n, kind, state.prey_scratch, step, deaths)


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


def age_prey(state: State) -> None:
    """Make all prey one season older."""
    for s in range(state.alive.size):
        prey_deaths.grow_older(state.herds[s], state.alive[s])
