"""Run replicates of a source population."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from ustyurt_models.bridge.source_setup import founders_of, setup_of
from ustyurt_models.checks import require
from ustyurt_models.ibm.chance import child
from ustyurt_models.ibm.source.run import advance, begin
from ustyurt_models.ibm.source.state import Record, empty_record, empty_state
from ustyurt_models.ibm.source.supply import Supply
from ustyurt_models.seeds import stream_key
from ustyurt_models.study.source_populations import SourcePopulation

__all__ = ["SourceSimulator"]

_LEAST_SLOTS = 256
#: Beyond this a setting is at fault, not luck.
_MOST_SLOTS = 2**28
#: Sub-stream of a replicate's key, beyond the numbers of seasons that any study reaches.
_SOURCES = 1_000_000_010


class SourceSimulator:
    """Simulates replicates of one source population; safe to call from several threads.

    Parameters
    ----------
    population : SourcePopulation
        Settings.
    steps : int
        Steps to run.
    seed : int
        Seed of the study.
    place : int
        Number of the population in its study: populations have chances of their own.
    kept : int
        Animals at most that releases take and whose kinship is followed on.
    """

    def __init__(
        self, population: SourcePopulation, steps: int, seed: int, place: int = 0, kept: int = 0
    ) -> None:
        """Start with room for the founders and some growth; more is taken when needed."""
        self.setup = setup_of(population, steps, kept)
        self.steps = steps
        self.steps_per_year = population.rate_per_year
        self.seed = seed
        self.place = place
        founders = founders_of(self.setup.start)
        limits = self.setup.capacity.number
        room = float(limits.sum()) if np.isfinite(limits).all() else founders
        self._slots = max(_LEAST_SLOTS, 2 * founders, min(int(2.5 * room), _MOST_SLOTS))

    def key(self, draw: int, replicate: int) -> np.uint64:
        """Return the key of a replicate; scenarios share it, so that they can be compared."""
        whole = stream_key(self.seed, draw, replicate)
        return np.uint64(child(np.uint64(child(whole, _SOURCES)), self.place))

    def __call__(self, draw: int, replicate: int) -> Record:
        """Return what happened in one replicate.

        A replicate that outgrows its arrays is run again with larger ones; all chance is
        addressed, so that changes nothing in it.
        """
        key = self.key(draw, replicate)
        while True:
            state, record = empty_state(self.setup, self._slots), empty_record(self.steps)
            if begin(self.setup, state, record, key) and advance(
                self.setup, state, record, key, 0, self.steps
            ):
                return record
            self._slots *= 2
            require(
                self._slots <= _MOST_SLOTS,
                "source",
                f"must stay below {_MOST_SLOTS:,} animals",
                remedy="check births, deaths and capacity",
            )

    def supply(self, draw: int, replicate: int) -> Supply:
        """Return the population of a replicate at its start, ready to give animals."""
        key, per_year = self.key(draw, replicate), self.steps_per_year
        return Supply(self.setup, self._slots, self.steps, key, per_year)

    def many(self, replicates: Iterable[int], draw: int = 0, workers: int = 1) -> Record:
        """Return replicates stacked, first axis replicate, run on so many threads."""
        with ThreadPoolExecutor(workers) as pool:
            runs = list(pool.map(lambda replicate: self(draw, replicate), replicates))
        return Record(*(np.stack(field) for field in zip(*runs, strict=True)))
