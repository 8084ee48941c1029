"""One task: run the replicates of a block of draws and gather what they return."""

from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np

from ustyurt_models.batch.layout import Layout, stored_dtype
from ustyurt_models.batch.plan import Task
from ustyurt_models.contracts import MAPS, RESULTS

__all__ = ["Simulate", "StopFlag", "Stopped", "run_task"]

#: (scenario number, draw, replicate) -> every variable of RESULTS and MAPS for that replicate.
Simulate = Callable[[int, int, int], Mapping[str, np.ndarray]]


class StopFlag(Protocol):
    """An event of threads or of processes."""

    def is_set(self) -> bool:
        """Whether to stop."""
        ...

    def set(self) -> None:
        """Ask to stop."""
        ...


class Stopped(Exception):
    """The user asked to stop; the task at hand is given up."""


def run_task(
    simulate: Simulate,
    layout: Layout,
    task: Task,
    stop: StopFlag,
    tick: Callable[[], None],
) -> dict[str, np.ndarray]:
    """Simulate all replicates of a task.

    Parameters
    ----------
    simulate : callable
        Runs one replicate. Returns variables of `contracts.RESULTS` without the dimensions
        scenario, draw and replicate, and of `contracts.MAPS` without scenario and block.
    layout : Layout
        Shapes.
    task : Task
        What to run.
    stop : StopFlag
        Looked at before each replicate.
    tick : callable
        Called after each replicate.

    Returns
    -------
    dict of str to numpy.ndarray
        What `ResultStore.write` takes. Maps are exact integer sums over the replicates.

    Raises
    ------
    Stopped
        When `stop` was set.
    """
    data = _empty(layout, task)
    for row, draw in enumerate(task.draws):
        for replicate in range(layout.replicates):
            if stop.is_set():
                raise Stopped
            found = simulate(task.scenario, draw, replicate)
            assert found.keys() == data.keys(), _difference(found, data)
            for name in RESULTS:
                _place(data[name][row, replicate, ...], found[name], name)
            for name in MAPS:
                _add(data[name], found[name], name)
            tick()
    return data


def _empty(layout: Layout, task: Task) -> dict[str, np.ndarray]:
    """Allocate what a task fills."""
    runs = (len(task.draws), layout.replicates)
    data = {
        name: np.empty(runs + layout.inner_shape(variable), stored_dtype(variable))
        for name, variable in RESULTS.items()
    }
    for name, variable in MAPS.items():
        data[name] = np.zeros(layout.inner_shape(variable), np.int64)
    return data


def _place(target: np.ndarray, value: np.ndarray, name: str) -> None:
    """Copy the value of one replicate; shape and kind must be as declared."""
    assert target.shape == np.shape(value), f"{name}: {np.shape(value)} is not {target.shape}"
    np.copyto(target, value, casting="same_kind")


def _add(target: np.ndarray, value: np.ndarray, name: str) -> None:
    """Add the integer map of one replicate."""
    assert target.shape == np.shape(value), f"{name}: {np.shape(value)} is not {target.shape}"
    np.add(target, value, out=target, casting="same_kind")


def _difference(found: Mapping, wanted: Mapping) -> str:
    """Say which variables are missing or too many."""
    missing, extra = sorted(wanted.keys() - found.keys()), sorted(found.keys() - wanted.keys())
    return f"simulate must return the contract: missing {missing}, unknown {extra}"
