"""When a population is lost, from its numbers year by year."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["extinction_time"]


def extinction_time(number: np.ndarray, arrived: np.ndarray | int = 0) -> NDArray[np.float64]:
    """Return when the last animal was lost for good.

    Parameters
    ----------
    number : numpy.ndarray
        Animals alive at the start and at the end of every year, shape (census, ...).
    arrived : numpy.ndarray, optional
        Animals set free in the year before each census; they count even if none lives to it.

    Returns
    -------
    numpy.ndarray
        Years from the start to the first census of those without animals that last to the end,
        shape (...), or to the first arrival when none ever lived to a census; NaN where animals
        live at the end or never came.
    """
    alive = np.asarray(number) > 0
    came = alive | (np.broadcast_to(arrived, alive.shape) > 0)
    last = alive.shape[0] - 1 - np.argmax(alive[::-1], axis=0)
    time = np.where(alive.any(axis=0), last + 1.0, np.argmax(came, axis=0))
    lost: NDArray[np.float64] = np.where(came.any(axis=0) & ~alive[-1], time, np.nan)
    return lost
