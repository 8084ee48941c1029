"""One ungulate in 64 bits: where it is, its sex and age, and the mark that addresses its chance.

==========  =======  ==========================================================
bits        content
==========  =======  ==========================================================
0 to 19     cell     flat index ``y * nx + x``
20          male     0 female, 1 male
21 to 32    age      seasons lived; who is older than 4,095 seasons stays at it
33 to 63    mark     random, given at birth or arrival, kept for life
==========  =======  ==========================================================

All but the cell is the *address* of an animal in a season: mark, age and sex. Two animals share
an address, and so their chance of that season, only when all three agree: among a million
animals of twenty age and sex classes, about ten pairs.
"""

from typing import Any

import numpy as np

from ustyurt_models.ibm.compiled import inlined

__all__ = [
    "MOST_AGE",
    "MOST_CELLS",
    "address_of",
    "age_of",
    "cell_of",
    "class_of",
    "kin_of",
    "male_of",
    "moved_to",
    "older",
    "pack",
]

#: Highest age that is told apart [seasons].
MOST_AGE = 4095
#: Number of cells that can be told apart.
MOST_CELLS = 1 << 20

_CELL_BITS = np.uint64(0xFFFFF)
_PLACE = np.uint64(20)
_AGE = np.uint64(21)
_AGE_BITS = np.uint64(0xFFF)
_KIN_BITS = np.uint64(0x1FFF)
_MARK = np.uint64(33)
_ONE = np.uint64(1)
_ELSE = ~_CELL_BITS


@inlined
def pack(identity: Any, age: Any, male: Any, cell: Any) -> Any:
    """Return the word of an animal; its mark is the upper 31 bits of `identity`."""
    word = (np.uint64(identity) >> _MARK) << _MARK
    return word | (np.uint64(age) << _AGE) | (np.uint64(male) << _PLACE) | np.uint64(cell)


@inlined
def cell_of(word: Any) -> Any:
    """Return the cell, uint64."""
    return word & _CELL_BITS


@inlined
def male_of(word: Any) -> Any:
    """Return 1 for males, 0 for females, uint64."""
    return (word >> _PLACE) & _ONE


@inlined
def age_of(word: Any) -> Any:
    """Return the age [seasons], uint64."""
    return (word >> _AGE) & _AGE_BITS


@inlined
def kin_of(word: Any) -> Any:
    """Return ``2 * age + male``, uint64: the row of tables by age and sex."""
    return (word >> _PLACE) & _KIN_BITS


@inlined
def class_of(word: Any, adult_age: Any) -> Any:
    """Return ``2 * adult + male``, uint64; `adult_age` is uint64."""
    kin = (word >> _PLACE) & _KIN_BITS
    return (np.uint64((kin >> _ONE) >= adult_age) << _ONE) | (kin & _ONE)


@inlined
def address_of(word: Any) -> Any:
    """Return what addresses the chance of the animal in this season, uint64."""
    return word >> _PLACE


@inlined
def moved_to(word: Any, cell: Any) -> Any:
    """Return the word of the same animal in `cell`."""
    return (word & _ELSE) | np.uint64(cell)


@inlined
def older(word: Any) -> Any:
    """Return the word of the same animal one season later."""
    return word + (np.uint64(((word >> _AGE) & _AGE_BITS) < _AGE_BITS) << _AGE)
