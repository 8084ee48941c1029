"""How kernels are compiled.

Every kernel releases the GIL, is cached on disk and divides as NumPy does. It counts no
references to the arrays it is given: they live longer than the call, and in a loop over animals
the counting of the dozens of arrays of a state cost up to 300 times the work itself. So a kernel
cannot allocate an array; it is handed all it needs. ``kernel.py_func`` is the plain function.

Most kernels are called by kernels alone. Numba would optimise each of them, turn it into machine
code together with what unpacks its arguments from Python, and do both again for every kernel that
calls it: half of the time of a first run. Here a kernel stays unoptimised intermediate code for
other kernels, and what Python calls is optimised once, as a whole.
"""

from collections.abc import Callable
from typing import Any

from llvmlite.binding import Linkage
from numba import config, njit
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler
from numba.core.registry import CPUDispatcher

__all__ = ["inlined", "kernel"]

_OPTIONS = {"nogil": True, "error_model": "numpy", "_nrt": False}


class _Whole(JITCodeLibrary):
    """Machine code of a kernel with all it calls, optimised when all of it is there."""

    def _optimize_functions(self, ll_module: Any) -> None:
        """Leave single functions as they are."""
        ll_module.data_layout = self._codegen._data_layout


class _Part(_Whole):
    """Intermediate code of a kernel, for others to link in."""

    _shared_module: Any

    def _optimize_final_module(self) -> None:
        """Leave that to the whole."""

    def _finalize_final_module(self) -> None:
        """Make no machine code."""
        self._finalize_dynamic_globals()
        self._finalized = True

    def _get_module_for_linking(self) -> Any:
        """Return the module; others link copies of it in, so the linker may merge them."""
        self._ensure_finalized()
        if self._shared_module is None:
            for function in self._final_module.functions:
                if not function.is_declaration and function.linkage == Linkage.external:
                    function.linkage = Linkage.linkonce_odr
            self._shared_module = self._final_module
        return self._shared_module


class _WholeCompiler(Compiler):
    """Numba's compiler, with machine code as `_Whole`."""

    def __init__(self, typing: Any, target: Any, library: Any, *rest: Any) -> None:
        """Take what numba hands over, see `numba.core.compiler.CompilerBase`."""
        library = _Whole(target.codegen(), "kernel")
        library.enable_object_caching()
        super().__init__(typing, target, library, *rest)


class _PartCompiler(Compiler):
    """Numba's compiler, stopping at intermediate code."""

    def __init__(
        self,
        typing: Any,
        target: Any,
        library: Any,
        types: Any,
        answer: Any,
        flags: Any,
        names: Any,
    ) -> None:
        """Take what numba hands over, see `numba.core.compiler.CompilerBase`."""
        flags.no_compile = flags.no_cpython_wrapper = flags.no_cfunc_wrapper = True
        library = _Part(target.codegen(), "kernel")
        super().__init__(typing, target, library, types, answer, flags, names)


class _Kernel(CPUDispatcher):
    """A function as kernels see it; called from Python it runs its machine code, `whole`."""

    def __init__(self, function: Callable, forceinline: bool) -> None:
        """Prepare both; nothing is compiled before it is called."""
        options = {**_OPTIONS, "nopython": True, "boundscheck": None, "forceinline": forceinline}
        super().__init__(function, targetoptions=options, pipeline_class=_PartCompiler)
        self.whole = njit(
            cache=True, no_cfunc_wrapper=True, pipeline_class=_WholeCompiler, **_OPTIONS
        )(function)

    def __call__(self, *args: Any) -> Any:
        """Run the machine code."""
        return self.whole(*args)

    def __reduce__(self) -> str:
        """Travel between processes by name: a kernel belongs to its module."""
        return self.py_func.__qualname__

    def add_overload(self, cres: Any) -> None:
        """Offer intermediate code to other kernels; there is no address to call from Python."""
        types = tuple(cres.signature.args)
        cres = cres._replace(entry_point=(self.py_func, types))
        self.targetctx.insert_user_function(cres.entry_point, cres.fndesc, [cres.library])
        self.overloads[types] = cres


def _kernel(function: Callable, forceinline: bool) -> Any:
    return function if config.DISABLE_JIT else _Kernel(function, forceinline)


def kernel(function: Callable) -> Any:
    """Compile `function` on first use."""
    return _kernel(function, forceinline=False)


def inlined(function: Callable) -> Any:
    """Compile `function`, written out in full wherever a kernel calls it."""
    return _kernel(function, forceinline=True)
