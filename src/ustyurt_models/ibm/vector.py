"""Reading and writing arrays so that the compiler may work on several animals at once.

A loop that looks up tables by index and writes rows is not vectorised unless the compiler knows
that rows and tables never share memory, and numba has no way to say so. `fetch` reads a table,
`take` and `put` read and write a row; together they promise exactly that, as scoped alias
metadata of LLVM. Rows and tables of one loop must be different arrays, indices must be in range
and not negative. Uncompiled they are plain indexing, with the same result.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic, overload

__all__ = ["fetch", "put", "take"]


def fetch(table: np.ndarray, index: Any) -> Any:
    """Return ``table[index]`` of an array that no row of the loop overlaps."""
    return table[index]


def take(row: np.ndarray, index: Any) -> Any:
    """Return ``row[index]`` of an array that no table of the loop overlaps."""
    return row[index]


def put(row: np.ndarray, index: Any, value: Any) -> None:
    """Set ``row[index]`` of an array that no table of the loop overlaps, in place."""
    row[index] = value


def _promise(instruction: Any, module: ir.Module, kind: str) -> None:
    """Attach the scope of the tables to a load or store."""
    domain = module.add_metadata(["ustyurt_models.ibm"])
    scope = module.add_metadata(["tables", domain])
    instruction.set_metadata(kind, module.add_metadata([scope]))


def _pointer(context: Any, builder: Any, array_type: Any, array: Any, index: Any) -> Any:
    """Return the address of an element."""
    made = context.make_array(array_type)(context, builder, array)
    return builder.gep(made.data, [index])


def _loading(kind: str) -> Any:
    """Return an intrinsic that loads an element under a promise."""

    @intrinsic
    def load(typing_context: Any, array: Any, index: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            array_type = signature.args[0]
            place = _pointer(context, builder, array_type, *arguments)
            loaded = builder.load(place)
            loaded.align = array_type.dtype.bitwidth // 8
            _promise(loaded, builder.module, kind)
            return loaded

        return array.dtype(array, types.int64), generate

    return load


@intrinsic
def _store(typing_context: Any, array: Any, index: Any, value: Any) -> Any:
    """Store an element under a promise."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array_type = signature.args[0]
        place = _pointer(context, builder, array_type, *arguments[:2])
        stored = builder.store(arguments[2], place)
        stored.align = array_type.dtype.bitwidth // 8
        _promise(stored, builder.module, "noalias")
        return context.get_dummy_value()

    return types.none(array, types.int64, array.dtype), generate


_load_table = _loading("alias.scope")
_load_row = _loading("noalias")


@overload(fetch)
def _fetch(table: Any, index: Any) -> Any:
    def compiled(table: Any, index: Any) -> Any:
        return _load_table(table, np.int64(index))

    return compiled


@overload(take)
def _take(row: Any, index: Any) -> Any:
    def compiled(row: Any, index: Any) -> Any:
        return _load_row(row, np.int64(index))

    return compiled


@overload(put)
def _put(row: Any, index: Any, value: Any) -> Any:
    def compiled(row: Any, index: Any, value: Any) -> Any:
        return _store(row, np.int64(index), value)

    return compiled
