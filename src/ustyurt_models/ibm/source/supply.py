"""A source population that runs beside a replicate and gives animals to its releases."""

from typing import NamedTuple

import numpy as np

from ustyurt_models.ibm.chance import child
from ustyurt_models.ibm.source.exchange import Wanted, take_some
from ustyurt_models.ibm.source.run import advance, begin
from ustyurt_models.ibm.source.state import Record, Setup, State, empty_record, empty_state

__all__ = ["Supply", "Taking"]

#: Sub-stream of a step's key for releases; the kernels of the step use small numbers.
_RELEASES = 1_000


class Taking(NamedTuple):
    """Animals that a release asks for."""

    step: int  # before this step
    females: int
    males: int
    youngest: int  # age in steps
    oldest: int
    number: int  # which taking of the step it is


class Supply:
    """One source population in one replicate, as far as its releases have brought it.

    Parameters
    ----------
    setup : Setup
        Its settings.
    slots : int
        Room for animals; grows when needed.
    steps : int
        Steps to the end of the study.
    key : numpy.uint64
        Key of the population in this replicate. The same population without releases has the
        same key, so the two differ by the animals taken and by nothing else.
    steps_per_year : float
        Steps in a year of the study.
    """

    def __init__(
        self, setup: Setup, slots: int, steps: int, key: np.uint64, steps_per_year: float
    ) -> None:
        """Settle the founders."""
        self.setup, self.slots, self.steps, self.key = setup, slots, steps, key
        self.steps_per_year = steps_per_year
        self.past: list[Taking] = []
        self._start()

    def _start(self) -> None:
        """Begin anew with nobody taken."""
        self.state: State = empty_state(self.setup, self.slots)
        self.record: Record = empty_record(self.steps)
        #: Animals taken for releases by the step before which they went.
        self.taken_by_step = np.zeros(self.steps, np.int64)
        self.step = 0
        if not begin(self.setup, self.state, self.record, self.key):
            self._grow()

    def _grow(self) -> None:
        """Begin anew with twice the room and take again what was taken: nobody's fate changes."""
        self.slots *= 2
        past, self.past = self.past, []
        self._start()
        for taking in past:
            self.take(taking)

    def bring_to(self, step: int) -> None:
        """Run up to `step`, or to the end of the study."""
        last = min(step, self.steps)
        while not advance(self.setup, self.state, self.record, self.key, self.step, last):
            self._grow()
        self.step = max(self.step, last)

    def at_year(self, years: float) -> int:
        """Return the step that has begun so many years after the start."""
        return int(years * self.steps_per_year + 1e-9)

    def take(self, taking: Taking) -> tuple[int, int, float]:
        """Take animals for a release.

        Returns
        -------
        females, males : int
            Taken; fewer than asked for when there are no more of that age.
        kinship : float
            Mean kinship between two of them, by pedigree, or by loci with unique founder genes;
            0 when neither is kept or fewer than two were taken.
        """
        self.bring_to(taking.step)
        taken, animals = np.zeros(2, np.int64), self.state.animals
        before = int(self.state.alive[0])
        identity = animals.identity[:before].copy()
        genes = animals.genes[:before].copy()
        rows = animals.row[:before].copy()
        base = np.uint64(child(self.key, taking.step))
        event = np.uint64(child(base, _RELEASES + taking.number))
        low, high = 2 * taking.youngest, 2 * taking.oldest + 1
        for sex, number in enumerate((taking.females, taking.males)):
            wanted = Wanted(low, high, sex, number, 0.0)
            take_some(self.state, wanted, np.uint64(child(event, sex)), taken)
        gone = np.isin(identity, animals.identity[: self.state.alive[0]], invert=True)
        self.taken_by_step[min(taking.step, self.steps - 1)] += taken.sum()
        self.past.append(taking)
        heredity = self.setup.heredity
        kinship = 0.0
        if gone.sum() > 1 and heredity.pedigree:
            kinship = _mean_between(self.state.kinship, rows[gone])
        elif gone.sum() > 1 and heredity.loci and not heredity.frequencies.size:
            kinship = _shared_genes(genes[gone, : 2 * heredity.loci])
        return int(taken[0]), int(taken[1]), kinship


def _mean_between(kinship: np.ndarray, rows: np.ndarray) -> float:
    """Return the mean kinship of different animals."""
    block = kinship[np.ix_(rows, rows)]
    n = rows.size
    return float((block.sum() - np.trace(block)) / (n * (n - 1)))


def _shared_genes(genes: np.ndarray) -> float:
    """Return the chance that genes of different animals at a locus are the same founder gene."""
    n, places = genes.shape
    total = 0.0
    for locus in range(places // 2):
        pair = genes[:, 2 * locus : 2 * locus + 2]
        _, counts = np.unique(pair, return_counts=True)
        # Ordered pairs of places with equal genes, less those within one animal.
        within = 2 * n + 2 * int((pair[:, 0] == pair[:, 1]).sum())
        total += ((counts**2).sum() - within) / (4.0 * n * (n - 1))
    return total / (places // 2)
