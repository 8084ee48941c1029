"""How kernels are compiled.

Every kernel releases the GIL, is cached on disk and divides as NumPy does. It counts no
references to the arrays it is given: they live longer than the call, and in a loop over animals
the counting of the dozens of arrays of a state cost up to 300 times the work itself. So a kernel
cannot allocate an array; it is handed all it needs. ``kernel.py_func`` is the plain function.
"""

from collections.abc import Callable
from typing import Any

from numba import njit

__all__ = ["inlined", "kernel"]


def kernel(function: Callable) -> Any:
    """Compile `function` on first use."""
    return njit(nogil=True, cache=True, error_model="numpy", _nrt=False)(function)


def inlined(function: Callable) -> Any:
    """Compile `function`, written out in full wherever a kernel calls it."""
    return njit(nogil=True, cache=True, error_model="numpy", _nrt=False, inline="always")(function)
