"""Groups: the animals of a cell gather; observers see groups, not animals."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Groups", "gather", "sizes"]

Ints = NDArray[np.int64]

_EVEN = 1e-3  # below this the spread beyond Poisson is nothing


class Groups(NamedTuple):
    """Groups of one species. All arrays have shape (group,)."""

    cell: Ints
    size: Ints  # animals, at least one


def sizes(count: int, mean: float, cv: float, rng: np.random.Generator) -> Ints:
    """Draw sizes: one animal and a negative binomial number of others.

    Parameters
    ----------
    count : int
        Groups.
    mean : float
        Mean size [animals], at least one.
    cv : float
        Coefficient of variation, beyond Poisson, of the others.
    rng : numpy.random.Generator
        Chance.

    Returns
    -------
    numpy.ndarray
        int64, shape (count,).
    """
    others = np.full(count, mean - 1.0)
    if cv > _EVEN:
        others *= rng.gamma(cv**-2, cv**2, count)
    return 1 + rng.poisson(others)


def gather(cell: Ints, mean: float, cv: float, rng: np.random.Generator) -> Groups:
    """Let the animals of every cell gather in groups.

    Animals of a cell are cut into groups one after the other; what is left at the end is a group
    of its own, so groups are smaller than asked for where few animals stand in a cell.

    Parameters
    ----------
    cell : numpy.ndarray
        Where each animal stands, shape (animal,).
    mean, cv : float
        As `sizes`.
    rng : numpy.random.Generator
        Chance.

    Returns
    -------
    Groups
        Every animal is in one group; groups do not cross the borders of cells.
    """
    if cell.size == 0:
        return Groups(np.zeros(0, np.int64), np.zeros(0, np.int64))
    ordered = np.sort(cell)
    ends = np.cumsum(sizes(cell.size, mean, cv, rng))
    cuts = np.flatnonzero(np.diff(ordered)) + 1
    begins = np.unique(np.concatenate([[0], ends[ends < cell.size], cuts]))
    return Groups(ordered[begins], np.diff(np.append(begins, cell.size)))
