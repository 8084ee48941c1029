"""How a study is cut into tasks: one scenario and one block of draws each."""

import math
from dataclasses import dataclass

from ustyurt_models.batch.layout import Layout, stored_dtype
from ustyurt_models.checks import require
from ustyurt_models.contracts import MAPS, RESULTS

__all__ = ["Estimate", "Plan", "Task", "estimate", "make_plan"]

#: Enough tasks per scenario that little is lost when a run is killed and workers stay busy.
TASKS_PER_SCENARIO = 40
#: Beyond any use; keeps a slip of the finger from filling memory with labels.
_MOST = 1_000_000


@dataclass(frozen=True, order=True)
class Task:
    """One block of draws of one scenario: the unit of work, of writing and of loss.

    Attributes
    ----------
    block : int
        Number of the block of draws.
    scenario : int
        Number of the scenario.
    first_draw, end_draw : int
        The draws ``first_draw <= draw < end_draw``.
    """

    block: int
    scenario: int
    first_draw: int
    end_draw: int

    @property
    def draws(self) -> range:
        """Draws of this task."""
        return range(self.first_draw, self.end_draw)


@dataclass(frozen=True)
class Plan:
    """All tasks of a study.

    Attributes
    ----------
    scenarios, draws, block_draws : int
        Number of scenarios, of draws, and of draws per block (the last may hold fewer).
    """

    scenarios: int
    draws: int
    block_draws: int

    @property
    def blocks(self) -> int:
        """Number of blocks of draws."""
        return math.ceil(self.draws / self.block_draws)

    def tasks(self) -> tuple[Task, ...]:
        """Return the tasks, all scenarios of a block before the next block.

        An unfinished study then holds the same draws of every scenario, which can be compared.
        """
        return tuple(
            Task(
                block,
                scenario,
                block * self.block_draws,
                min((block + 1) * self.block_draws, self.draws),
            )
            for block in range(self.blocks)
            for scenario in range(self.scenarios)
        )


def make_plan(layout: Layout, block_draws: int | None = None) -> Plan:
    """Cut a study into tasks.

    Parameters
    ----------
    layout : Layout
        Shape of the study.
    block_draws : int, optional
        Draws per task; by default so few that a scenario has about 40 tasks or more.

    Returns
    -------
    Plan
        The tasks. Results do not depend on `block_draws`.
    """
    for name, count in (("draws", layout.draws), ("replicates", layout.replicates)):
        require(1 <= count <= _MOST, name, f"must lie in 1..{_MOST:,}", count)
    size = max(1, layout.draws // TASKS_PER_SCENARIO) if block_draws is None else block_draws
    require(size >= 1, "block_draws", "must be >= 1", size)
    return Plan(len(layout.scenarios), layout.draws, min(size, layout.draws))


@dataclass(frozen=True)
class Estimate:
    """What a study will need, before it runs.

    Attributes
    ----------
    runs : int
        Futures to simulate: scenarios x draws x replicates.
    tasks : int
        Units of work.
    memory_bytes : int
        Results held in memory at once, without the simulation itself [B].
    disk_bytes : int
        Upper bound of the store, before compression [B].
    """

    runs: int
    tasks: int
    memory_bytes: int
    disk_bytes: int

    def __str__(self) -> str:
        """Say it in one line."""
        return (
            f"{self.runs:,} runs in {self.tasks:,} tasks; results in memory at most "
            f"{self.memory_bytes / 2**20:,.0f} MiB, on disk at most "
            f"{self.disk_bytes / 2**20:,.0f} MiB"
        )


def estimate(layout: Layout, plan: Plan, workers: int) -> Estimate:
    """Return what a study will need.

    Parameters
    ----------
    layout : Layout
        Shape of the study.
    plan : Plan
        Its tasks.
    workers : int
        Tasks at work at the same time.

    Returns
    -------
    Estimate
        Counts and bytes.
    """
    run_bytes = _bytes(layout, RESULTS)
    map_bytes = _bytes(layout, MAPS)
    runs = plan.scenarios * plan.draws * layout.replicates
    tasks = plan.scenarios * plan.blocks
    block_bytes = run_bytes * plan.block_draws * layout.replicates + map_bytes
    # One more block for what a worker hands to the compressor.
    return Estimate(runs, tasks, (workers + 1) * block_bytes, runs * run_bytes + tasks * map_bytes)


def _bytes(layout: Layout, contract) -> int:
    """Bytes of what one replicate returns for all variables of `contract`."""
    return sum(
        math.prod(layout.inner_shape(variable)) * stored_dtype(variable).itemsize
        for variable in contract.values()
    )
