"""Groups of arrays that kernels take as one address.

The state of a replicate is hundreds of arrays and numbers in nested named tuples. Numba hands each
of them over by value, five to seven machine words an array, at every call, and compiling that took
longer than compiling what the kernels do. `hold` writes the words of a group into memory once; a
kernel takes its address, and reads ``group.part.array`` when it asks for it. The words do not
change while a kernel runs, and LLVM is told so; the arrays they point to may change.
"""

import ctypes
import operator
from collections.abc import Iterator
from typing import Any

import numpy as np
from llvmlite import ir
from numba import config, typeof, types
from numba._dispatcher import compute_fingerprint
from numba.core import cgutils
from numba.core.datamodel import models
from numba.core.typing.templates import (
    AbstractTemplate,
    AttributeTemplate,
    infer_getattr,
    infer_global,
    signature,
)
from numba.extending import (
    NativeValue,
    lower_builtin,
    lower_getattr_generic,
    register_model,
    typeof_impl,
    unbox,
)
from numba.np.arrayobj import populate_array

__all__ = ["Held", "hold"]

_WORD = 8  # bytes
_INT64 = ir.IntType(64)


# What every Python object begins with; an array goes on with the address of its data (NumPy C API,
# PyArrayObject_fields). To ask NumPy for that address takes 20 times as long.
_HEAD = object.__basicsize__
_address_at = ctypes.c_size_t.from_address


def _address(array: np.ndarray) -> int:
    """Return where the data of an array begin."""
    return _address_at(id(array) + _HEAD).value


_SAMPLE = np.arange(8)[::-2]
if _address(_SAMPLE) != _SAMPLE.ctypes.data:
    raise ImportError(f"NumPy {np.__version__} lays arrays out in another way; install numpy<3")


class _HeldType(types.Type):
    """Type of the address of a group."""

    def __init__(self, group: types.BaseTuple) -> None:
        """Wrap `group`, the tuple type of the group itself."""
        self.group = group
        super().__init__(name=f"held({group.name})")


def _words(kind: types.Type) -> int:
    """Return how many words a value of type `kind` takes.

    An array takes its address and its shape, and its strides unless they follow from the shape.
    """
    if isinstance(kind, types.BaseTuple):
        return sum(_words(part) for part in kind)
    if isinstance(kind, types.Array):
        return 1 + kind.ndim * (1 if kind.layout == "C" else 2)
    return 1


def _leaves(kind: types.Type) -> Iterator[types.Type]:
    """Yield the types of arrays and numbers in a group, in order."""
    if isinstance(kind, types.BaseTuple):
        for part in kind:
            yield from _leaves(part)
    else:
        yield kind


def _flatten(group: tuple, values: list[Any]) -> None:
    """Append the arrays and numbers of a group to `values`, in order."""
    for value in group:
        if isinstance(value, tuple):
            _flatten(value, values)
        else:
            values.append(value)


class _Layout:
    """Where the words of a group of one type go."""

    def __init__(self, group: types.BaseTuple) -> None:
        """Find the places; raise TypeError for what is neither an array nor a plain number."""
        self.type = _HeldType(group)
        self.arrays: list[int] = []  # places among the values
        self.strided: list[int] = []
        self.numbers: dict[Any, list[int]] = {np.int64: [], np.uint64: [], np.float64: []}
        self.address: list[int] = []  # places among the words
        self.shape: list[int] = []
        self.strides: list[int] = []
        self.number: dict[Any, list[int]] = {np.int64: [], np.uint64: [], np.float64: []}
        self.size = 0
        for place, kind in enumerate(_leaves(group)):
            self._add(place, kind)
            self.size += _words(kind)

    def _add(self, place: int, kind: types.Type) -> None:
        """Give a value its words, from `size` on."""
        if isinstance(kind, types.Array):
            shape = range(self.size + 1, self.size + 1 + kind.ndim)
            self.arrays.append(place)
            self.address.append(self.size)
            self.shape.extend(shape)
            if kind.layout != "C":
                self.strided.append(place)
                self.strides.extend(word + kind.ndim for word in shape)
            return
        if isinstance(kind, types.Boolean) or (isinstance(kind, types.Integer) and kind.signed):
            number: Any = np.int64
        elif isinstance(kind, types.Integer):
            number = np.uint64
        elif kind == types.float64:
            number = np.float64
        else:
            raise TypeError(f"a kernel cannot be handed a group with {kind}; take it out")
        self.numbers[number].append(place)
        self.number[number].append(self.size)

    def write(self, group: tuple) -> np.ndarray:
        """Return the words of a group, uint64."""
        values: list[Any] = []
        _flatten(group, values)
        words = np.zeros(self.size, np.uint64)
        arrays = [values[place] for place in self.arrays]
        words[self.address] = [_address(array) for array in arrays]
        words[self.shape] = [items for array in arrays for items in array.shape]
        strides = [step for place in self.strided for step in values[place].strides]
        words.view(np.int64)[self.strides] = strides
        for number, places in self.numbers.items():
            words.view(number)[self.number[number]] = [values[place] for place in places]
        return words


class Held:
    """A group in memory: where it stands, its type, and what must live as long as it does."""

    def __init__(self, group: tuple, layout: _Layout) -> None:
        """Write `group` into memory."""
        self.group = group
        self.type = layout.type
        self.words = layout.write(group)
        self.address = self.words.ctypes.data


_LAYOUTS: dict[bytes, _Layout] = {}


def hold(group: tuple) -> Any:
    """Return a group as kernels take it.

    Parameters
    ----------
    group : tuple
        Named tuple of arrays, numbers and such tuples. Its arrays may change, itself may not.

    Returns
    -------
    Held or tuple
        `group` itself where nothing is compiled.

    Raises
    ------
    TypeError
        If the group holds something else.
    """
    if config.DISABLE_JIT:
        return group
    mark = compute_fingerprint(group)  # a thirtieth of the time of `typeof`
    if mark not in _LAYOUTS:
        _LAYOUTS[mark] = _Layout(typeof(group))
    return Held(group, _LAYOUTS[mark])


def _seen(kind: types.Type) -> types.Type:
    """Return the type that a kernel gets for a part of type `kind`."""
    return _HeldType(kind) if isinstance(kind, types.BaseTuple) else kind


@typeof_impl.register(Held)
def _typeof_held(value: Held, _: Any) -> _HeldType:
    return value.type


register_model(_HeldType)(models.OpaqueModel)


@unbox(_HeldType)
def _unbox_held(_: _HeldType, value: Any, c: Any) -> NativeValue:
    number = c.pyapi.object_getattr_string(value, "address")
    address = c.pyapi.long_as_voidptr(number)
    c.pyapi.decref(number)
    return NativeValue(address)


def _beyond(builder: Any, address: Any, words: Any) -> Any:
    """Return the address so many words further on."""
    return builder.gep(address, [builder.mul(words, ir.Constant(_INT64, _WORD))])


def _word(builder: Any, address: Any, place: int, kind: ir.Type) -> Any:
    """Read word `place` after `address` as LLVM type `kind`; it never changes."""
    at = _beyond(builder, address, ir.Constant(_INT64, place))
    word = builder.load(builder.bitcast(at, kind.as_pointer()))
    word.set_metadata("invariant.load", builder.module.add_metadata([]))
    return word


def _read_array(context: Any, builder: Any, kind: types.Array, address: Any, place: int) -> Any:
    """Return the array of type `kind` whose words begin at `place`."""
    made = context.make_array(kind)(context, builder)
    itemsize = ir.Constant(_INT64, context.get_abi_sizeof(context.get_data_type(kind.dtype)))
    shape = [_word(builder, address, place + 1 + axis, _INT64) for axis in range(kind.ndim)]
    if kind.layout == "C":
        strides = [itemsize]
        for items in reversed(shape[1:]):
            strides.insert(0, builder.mul(strides[0], items))
    else:
        first = place + 1 + kind.ndim
        strides = [_word(builder, address, first + axis, _INT64) for axis in range(kind.ndim)]
    data = _word(builder, address, place, made.data.type)
    populate_array(made, data, shape, strides, itemsize, None)
    return made._getvalue()


def _read(context: Any, builder: Any, kind: types.Type, address: Any, place: int) -> Any:
    """Return the part of type `kind` whose words begin at `place`."""
    if isinstance(kind, types.BaseTuple):
        return _beyond(builder, address, ir.Constant(_INT64, place))
    if isinstance(kind, types.Array):
        return _read_array(context, builder, kind, address, place)
    if isinstance(kind, types.Boolean):
        return cgutils.is_not_null(builder, _word(builder, address, place, _INT64))
    if isinstance(kind, types.Float):
        return _word(builder, address, place, ir.DoubleType())
    return builder.trunc(_word(builder, address, place, _INT64), context.get_value_type(kind))


@infer_getattr
class _Fields(AttributeTemplate):
    """Types of the fields of a group."""

    key = _HeldType

    def generic_resolve(self, held: _HeldType, name: str) -> types.Type | None:
        """Return the type of field `name`, None if there is no such field."""
        group = held.group
        if not isinstance(group, types.BaseNamedTuple) or name not in group.fields:
            return None
        return _seen(group.types[group.fields.index(name)])


@lower_getattr_generic(_HeldType)
def _read_field(context: Any, builder: Any, held: _HeldType, address: Any, name: str) -> Any:
    kinds, field = held.group.types, held.group.fields.index(name)
    place = sum(_words(kind) for kind in kinds[:field])
    return _read(context, builder, kinds[field], address, place)


@infer_global(operator.getitem)
class _Element(AbstractTemplate):
    """Type of an element of a tuple of equal groups."""

    def generic(self, args: Any, kws: Any) -> Any:
        """Return the signature of ``groups[index]``, None for what is no such tuple."""
        held, index = args
        if not isinstance(held, _HeldType) or not isinstance(index, types.Integer):
            return None
        group = held.group
        alike = isinstance(group, types.UniTuple) and isinstance(group.dtype, types.BaseTuple)
        return signature(_seen(group.dtype), held, index) if alike else None


@lower_builtin(operator.getitem, _HeldType, types.Integer)
def _find_element(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    held, kind = sig.args
    step = ir.Constant(_INT64, _words(held.group.dtype))
    index = context.cast(builder, args[1], kind, types.int64)
    return _beyond(builder, args[0], builder.mul(index, step))
