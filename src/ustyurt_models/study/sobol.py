"""Sobol points without scrambling, so that a design is the same everywhere and for ever."""

import math

__all__ = ["MOST_DIMENSIONS", "sobol_points"]

_BITS = 32
#: Degree, coefficients and initial numbers per dimension after the first.
#: Joe & Kuo 2008, *SIAM J. Sci. Comput.* 30:2635, table new-joe-kuo-6, first rows.
_DIRECTIONS: tuple[tuple[int, int, tuple[int, ...]], ...] = (
    (1, 0, (1,)),
    (2, 1, (1, 3)),
    (3, 1, (1, 3, 1)),
    (3, 2, (1, 1, 1)),
    (4, 1, (1, 1, 3, 3)),
    (4, 4, (1, 3, 5, 13)),
    (5, 2, (1, 1, 5, 5, 17)),
    (5, 4, (1, 1, 5, 5, 5)),
    (5, 7, (1, 1, 7, 11, 19)),
)
MOST_DIMENSIONS = len(_DIRECTIONS) + 1


def _numbers(dimension: int) -> list[int]:
    """Return the direction numbers of one dimension, scaled to `_BITS` bits."""
    if dimension == 0:
        return [1 << (_BITS - 1 - bit) for bit in range(_BITS)]
    degree, coefficients, initial = _DIRECTIONS[dimension - 1]
    numbers = [first << (_BITS - 1 - bit) for bit, first in enumerate(initial)]
    for bit in range(degree, _BITS):
        new = numbers[bit - degree] ^ (numbers[bit - degree] >> degree)
        for step in range(1, degree):
            if (coefficients >> (degree - 1 - step)) & 1:
                new ^= numbers[bit - step]
        numbers.append(new)
    return numbers


def sobol_points(n: int, dimensions: int) -> list[tuple[float, ...]]:
    """Return the first `n` points of the Sobol sequence, the origin included.

    Parameters
    ----------
    n : int
        Number of points; powers of two fill the cube evenly.
    dimensions : int
        At most `MOST_DIMENSIONS`.

    Returns
    -------
    list of tuple of float
        Points in [0, 1), `n` by `dimensions`.

    References
    ----------
    Antonov & Saleev 1979, *USSR Comput. Math. Math. Phys.* 19:252 (Gray-code order).
    """
    directions = [_numbers(dimension) for dimension in range(dimensions)]
    state = [0] * dimensions
    points = []
    for index in range(n):
        points.append(tuple(math.ldexp(value, -_BITS) for value in state))
        lowest_zero = (~index & (index + 1)).bit_length() - 1
        state = [
            value ^ numbers[lowest_zero] for value, numbers in zip(state, directions, strict=True)
        ]
    return points
