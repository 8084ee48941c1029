"""A source population that runs beside a replicate and gives animals to its releases."""

from typing import NamedTuple

import numpy as np

from ustyurt_models.ibm.chance import child
from ustyurt_models.ibm.source.exchange import Wanted, take_some
from ustyurt_models.ibm.source.run import advance, begin
from ustyurt_models.ibm.source.state import Record, Setup, State, empty_record, empty_state

__all__ = ["Supply", "Taken", "Taking"]

#: Sub-stream of a step's key for releases; the kernels of the step use small numbers.
_RELEASES = 1_000


class Taking(NamedTuple):
    """Animals that a release asks for."""

    step: int  # before this step
    into_step: float  # time since it began [yr]
    females: int
    males: int
    youngest: int  # age in steps
    oldest: int
    number: int  # which taking of the step it is
    column: int = -1  # column of ancestry of the first; -1 when relatives do not matter


class Taken(NamedTuple):
    """Animals that a release gets, females first."""

    females: int
    males: int
    years: np.ndarray  # float64 (animal,), age at the release [yr]; oldest class: its least age
    kinship: np.ndarray  # float64 (animal, column), with those taken so far, themselves included
    inbreeding: np.ndarray  # float64 (animal,), F; 0 when the source knows neither
    genes: np.ndarray  # uint16 (animal, 2 * loci)
    columns: np.ndarray  # int64 (column,), columns of ancestry of all taken so far


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
        #: Columns of ancestry and genes of animals taken whose relatives matter.
        self.columns: list[int] = []
        self.genes = np.zeros((0, 2 * self.setup.heredity.loci), np.uint16)
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

    def by_patch(self) -> np.ndarray:
        """Return the animals of every patch now, int64, shape (patch,)."""
        alive = self.state.alive
        if self.setup.patches == 1:
            return alive.copy()
        return np.bincount(self.state.animals.patch[: alive[0]], minlength=self.setup.patches)

    def at_year(self, years: float) -> int:
        """Return the step that has begun so many years after the start."""
        return int(years * self.steps_per_year + 1e-9)

    def into_step(self, years: float) -> float:
        """Return for how long that step has been under way [yr]."""
        return years - self.at_year(years) / self.steps_per_year

    def take(self, taking: Taking) -> Taken:
        """Take animals for a release; fewer than asked for when there are no more of that age."""
        self.bring_to(taking.step)
        number, animals = np.zeros(2, np.int64), self.state.animals
        before = animals.identity[: self.state.alive[0]].copy()
        # Traits that are not in use have one entry only.
        kinds, rows = animals.kind.copy(), np.resize(animals.row, before.size)
        genes = np.resize(animals.genes, (before.size, animals.genes.shape[1]))
        inbreeding = np.resize(animals.inbreeding, before.size)
        event = np.uint64(child(np.uint64(child(self.key, taking.step)), _RELEASES + taking.number))
        low, high = 2 * taking.youngest, 2 * taking.oldest + 1
        for sex, wanted in enumerate((taking.females, taking.males)):
            some = Wanted(low, high, sex, wanted, 0.0)
            take_some(self.state, some, np.uint64(child(event, sex)), number)
        gone = np.isin(before, animals.identity[: self.state.alive[0]], invert=True).nonzero()[0]
        gone = gone[np.argsort(kinds[gone] & 1, kind="stable")]
        self.taken_by_step[min(taking.step, self.steps - 1)] += gone.size
        self.past.append(taking)
        heredity = self.setup.heredity
        known = heredity.pedigree or heredity.loci
        return Taken(
            females=int(number[0]),
            males=int(number[1]),
            years=(kinds[gone] >> 1) / self.steps_per_year + taking.into_step,
            kinship=self._kinship(rows[gone], genes[gone, : 2 * heredity.loci], taking),
            inbreeding=inbreeding[gone].astype(float) if known else np.zeros(gone.size),
            genes=genes[gone, : 2 * heredity.loci],
            columns=np.array(self.columns, dtype=np.int64),
        )

    def _kinship(self, rows: np.ndarray, genes: np.ndarray, taking: Taking) -> np.ndarray:
        """Return kinship of those taken now with all taken so far; remember them."""
        if taking.column < 0:
            return np.zeros((rows.size, 0))
        new = slice(len(self.columns), len(self.columns) + rows.size)
        self.columns += range(taking.column, taking.column + rows.size)
        heredity, kept = self.setup.heredity, self.state.kept_rows
        if heredity.pedigree:
            kept[new] = rows
            self.state.kept[0] = new.stop
            return self.state.kinship[np.ix_(rows, kept[: new.stop])]
        self.genes = np.concatenate([self.genes, genes])
        if heredity.loci and not heredity.frequencies.size:
            return _shared_genes(genes, self.genes)
        return np.zeros((rows.size, new.stop))


def _shared_genes(some: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return by pair the chance that genes of two animals at a locus are the same founder gene."""
    pairs = [(some[:, None, p::2] == others[None, :, q::2]) for p in range(2) for q in range(2)]
    similarity: np.ndarray = np.mean(pairs, axis=(0, 3))
    return similarity
