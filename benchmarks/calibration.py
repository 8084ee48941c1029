"""What this machine can do at this minute: the yardstick of every other figure.

Two small compiled loops. `stream_ns` is the time to read, change and write one animal of 8 bytes
in an array that fits the second-level cache; `random_ns` the time of one 64-bit random number.
A loop that does both cannot be faster than their larger one, so they are the limit that the
kernels are held against.
"""

import time
from collections.abc import Callable

import numpy as np
from numba import njit

from ustyurt_models.ibm.chance import mix

__all__ = ["best_ns", "random_ns", "stream_ns", "yardstick_ns"]

_ANIMALS = 50_000


@njit(nogil=True, error_model="numpy")
def _stream(word: np.ndarray) -> None:
    """Change every word, in place."""
    for i in range(word.size):
        word[i] = word[i] + np.uint64(1)


@njit(nogil=True, error_model="numpy")
def _numbers(count: int, key: np.uint64) -> np.uint64:
    """Return the bits that `count` random numbers have in common, exclusive or."""
    total = np.uint64(0)
    for i in range(count):
        total ^= mix(key, np.uint64(i))
    return total


@njit(nogil=True, error_model="numpy")
def _yardstick(word: np.ndarray, table: np.ndarray) -> np.uint64:
    """Do what every kernel does, plainly: one random number and one look into a table."""
    total = np.uint64(0)
    for i in range(word.size):
        drawn = np.uint64(mix(word[i], np.uint64(i)))
        word[i] = drawn
        total += table[drawn & np.uint64(0x1FFF)]
    return total


def best_ns(run: Callable[[], object], items: int, rounds: int = 5, repeats: int = 8) -> float:
    """Return the smallest CPU ns per item over `rounds` of `repeats` calls."""
    run()
    spent = []
    for _ in range(rounds):
        started = time.process_time_ns()
        for _ in range(repeats):
            run()
        spent.append(time.process_time_ns() - started)
    return min(spent) / (repeats * items)


def stream_ns() -> float:
    """Return CPU ns to read, change and write one animal."""
    word = np.arange(_ANIMALS, dtype=np.uint64)
    return best_ns(lambda: _stream(word), _ANIMALS, repeats=200)


def random_ns() -> float:
    """Return CPU ns of one random number of 64 bits."""
    return best_ns(lambda: _numbers(_ANIMALS, np.uint64(7)), _ANIMALS, repeats=100)


def yardstick_ns() -> float:
    """Return CPU ns per item of the plain loop that stored figures are divided by."""
    word, table = np.arange(_ANIMALS, dtype=np.uint64), np.arange(8192, dtype=np.uint64)
    return best_ns(lambda: _yardstick(word, table), _ANIMALS, repeats=40)
