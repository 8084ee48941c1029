"""What source populations give to the releases that fall due; the one part that is not compiled."""

from collections.abc import Sequence

import numpy as np

from ustyurt_models.ibm.management import DUE, release_due
from ustyurt_models.ibm.source.supply import Supply, Taking
from ustyurt_models.ibm.world import State, World

__all__ = ["from_populations", "grant"]


def from_populations(world: World) -> bool:
    """Tell whether some release takes its animals from a source population."""
    return bool((world.releases.population >= 0).any())


def grant(world: World, state: State, supplies: Sequence[Supply], step: int) -> None:
    """Decide on the releases from source populations in season `step`, before it begins.

    Parameters
    ----------
    world : World
        The kinship of those taken becomes that within their group of founders.
    state : State
        ``granted`` receives decision, females and males of each release; ``progress`` goes on.
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
            taking = _taking(world, supply, r, year + season / world.calendar.seasons)
            females, males, kinship = supply.take(taking)
            plan.source_kinship[plan.source[r], plan.source[r]] = kinship
        state.granted[r] = decision, females, males


def _taking(world: World, supply: Supply, r: int, years: float) -> Taking:
    """Return what release `r` asks of its source so many years after the start."""
    plan, per_season = world.releases, supply.steps_per_year / world.calendar.seasons
    return Taking(
        step=supply.at_year(years),
        females=int(plan.females[r]),
        males=int(plan.males[r]),
        youngest=round(plan.age_min[r] * per_season),
        oldest=round(plan.age_max[r] * per_season),
        number=r,
    )
