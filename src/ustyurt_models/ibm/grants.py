"""What source populations give to releases and translocations; the part that is not compiled."""

from collections.abc import Sequence

import numpy as np

from ustyurt_models.ibm.management import DUE, release_due
from ustyurt_models.ibm.source.supply import Supply, Taken, Taking
from ustyurt_models.ibm.world import State, World

__all__ = ["from_populations", "grant"]

#: Takings of a source are numbered: cheetah releases 0, 1, ..., translocations from here on.
_TRANSLOCATIONS = 100_000


def from_populations(world: World) -> bool:
    """Tell whether some release or translocation takes its animals from a source population."""
    taken = (world.releases.population, world.translocations.population)
    return any(bool((population >= 0).any()) for population in taken)


def grant(world: World, state: State, supplies: Sequence[Supply], step: int) -> None:
    """Decide on the releases from source populations in season `step`, before it begins.

    Parameters
    ----------
    world : World
        ``releases.source_kinship`` receives the kinship of those taken with all taken so far.
    state : State
        ``granted`` and ``granted_prey`` receive what each release and translocation gets,
        ``prey_ages`` the ages of the latter, ``brought`` ages, F and alleles of the former;
        ``progress`` goes on.
    supplies : sequence of Supply
        Source populations in the order of ``releases.population``; they give what they have.
    step : int
        Seasons since the start.
    """
    plan, (year, season) = world.releases, divmod(step, world.calendar.seasons)
    for r in map(int, np.flatnonzero((plan.population >= 0) & (plan.season == season))):
        decision = release_due(plan, world.gates, state.progress, r, year, state.monitoring)
        females = males = 0
        if decision == DUE:
            supply = supplies[plan.population[r]]
            number = int(state.progress.done[r]) - 1
            taking = _taking(world, supply, r, number, year + season / world.calendar.seasons)
            taken = supply.take(taking)
            females, males = taken.females, taken.males
            _remember(world, state, taken)
        state.granted[r] = decision, females, males
    _grant_prey(world, state, supplies, step)


def _remember(world: World, state: State, taken: Taken) -> None:
    """Keep the ages, relatives, F and alleles of those taken, in place."""
    related, everyone = world.releases.source_kinship, taken.columns
    columns = everyone[everyone.size - taken.inbreeding.size :]
    related[np.ix_(columns, everyone)] = taken.kinship
    related[np.ix_(everyone, columns)] = taken.kinship.T
    state.brought.age[columns] = np.rint(taken.years * world.calendar.seasons)
    state.brought.inbreeding[columns] = taken.inbreeding
    places = state.brought.genes.shape[1]
    state.brought.genes[columns] = taken.genes[:, :places]


def _grant_prey(world: World, state: State, supplies: Sequence[Supply], step: int) -> None:
    """Let source populations give to the translocations that fall due in season `step`."""
    plan, seasons = world.translocations, world.calendar.seasons
    year, season = divmod(step, seasons)
    due = (plan.population >= 0) & (plan.year == year) & (plan.season == season)
    for t in map(int, np.flatnonzero(due)):
        supply = supplies[plan.population[t]]
        per_season = supply.steps_per_year / seasons
        taking = Taking(
            step=supply.at_year(year + season / seasons),
            into_step=supply.into_step(year + season / seasons),
            females=int(plan.females[t]),
            males=int(plan.males[t]),
            youngest=round(plan.age_min[t] * per_season),
            oldest=round(plan.age_max[t] * per_season),
            number=_TRANSLOCATIONS + t,
        )
        taken = supply.take(taking)
        state.granted_prey[t] = taken.females, taken.males
        state.prey_ages[t, : taken.years.size] = np.rint(taken.years * seasons)


def _taking(world: World, supply: Supply, r: int, number: int, years: float) -> Taking:
    """Return what release `r` asks the `number`-th time so many years after the start."""
    plan, per_season = world.releases, supply.steps_per_year / world.calendar.seasons
    return Taking(
        step=supply.at_year(years),
        into_step=supply.into_step(years),
        females=int(plan.females[r]),
        males=int(plan.males[r]),
        youngest=round(plan.age_min[r] * per_season),
        oldest=round(plan.age_max[r] * per_season),
        number=r,
        column=int(plan.column[r] + number * (plan.females[r] + plan.males[r])),
    )
