"""One model, many data sets: the log posterior of a whole stack of surveys in one pass.

A model of this package holds its survey in data variables (sufficient statistics). The graph is
built once; the data variables are then given a leading dimension for the survey, so that one walk
through the graph serves all simulated surveys of a design. Gradients are not needed: the density
alone costs a tenth of it here, because gradients of gathered rates loop in Python.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.graph.replace import clone_replace, vectorize_graph

from ustyurt_models.checks import require
from ustyurt_models.survey.power.plain_numpy import PLAIN_NUMPY

__all__ = ["StackedModel", "stack"]

Floats = NDArray[np.float64]

_AT_ONCE = 1 << 18  # numbers in the largest array of a pass: 2 MiB, about one cache


def stack(told: Sequence[Mapping[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Lay the sufficient statistics of several surveys on top of each other.

    Surveys differ in how many distinct distances or sizes they hold; short ones are filled with
    an entry that occurs zero times. A survey without any detection has zeros throughout.

    Parameters
    ----------
    told : sequence of mapping
        Values of the data variables of each survey, by name.

    Returns
    -------
    dict of str to numpy.ndarray
        Leading dimension is the survey; names in alphabetical order.
    """
    names = sorted({name for one in told for name in one})
    return {name: _pile([one.get(name) for one in told], name) for name in names}


def _pile(values: Sequence[np.ndarray | None], name: str) -> np.ndarray:
    """Stack one variable; see `stack`."""
    given = [np.asarray(value) for value in values if value is not None]
    shape = tuple(np.max([value.shape for value in given], axis=0)) if given[0].ndim else ()
    is_weight = name.endswith(("times", "detections", "squares", "shares", "counts", "groups"))
    filler = 0 if is_weight else given[0].flat[0]
    out = np.full((len(values), *shape), filler, given[0].dtype)
    for i, value in enumerate(values):
        if value is not None:
            inner = tuple(slice(0, size) for size in np.shape(value))
            out[i][inner] = value
    return out


class StackedModel:
    """Log posterior density of a model at many points for many data sets at once.

    Parameters
    ----------
    model : pymc.Model
        Model of one survey; its data variables are those of `data`.
    data : mapping of str to numpy.ndarray
        Data variables of one survey, to know their names.

    Attributes
    ----------
    start : numpy.ndarray
        The model's initial point on the unconstrained scale, shape (parameter,).
    names : tuple of str
        Free variables and deterministics, in the order of `constrain`.
    """

    def __init__(self, model: pm.Model, data: Mapping[str, np.ndarray]) -> None:
        initial = model.initial_point()
        shapes = [np.shape(initial[value.name]) for value in model.value_vars]
        self.start: Floats = np.concatenate(
            [np.ravel(initial[value.name]) for value in model.value_vars]
        ).astype(np.float64)
        one = pt.dvector("one")
        many = pt.tensor("many", dtype="float64", shape=(None, None, self.start.size))
        swap = dict(zip(model.value_vars, _cut(one, shapes), strict=True))
        self._names = tuple(sorted(data))
        single = {name: model[name].type(f"{name}_one") for name in self._names}
        spread = {
            name: pt.tensor(name, dtype=kind.dtype, shape=_ahead(name) + (None,) * kind.ndim)
            for name, kind in single.items()
        }
        put = {model[name]: single[name] for name in self._names}
        density = clone_replace(clone_replace(model.logp(), swap), put)
        grow = {one: many} | {single[name]: spread[name] for name in self._names}
        self._density: Callable = pytensor.function(
            [many, *spread.values()],
            vectorize_graph(density, grow),
            mode=PLAIN_NUMPY,
            on_unused_input="ignore",
        )
        wanted = [*model.free_RVs, *model.deterministics]
        self.names = tuple(str(variable.name) for variable in wanted)
        by_name = {variable.name: variable for variable in model.unobserved_value_vars}
        free = [clone_replace(by_name[name], swap) for name in self.names]
        self._free: Callable = pytensor.function(
            [many], vectorize_graph(free, {one: many}), mode=PLAIN_NUMPY
        )
        self._dtypes = {name: kind.dtype for name, kind in single.items()}

    def log_densities(self, points: Floats, data: Mapping[str, np.ndarray]) -> Floats:
        """Return log densities.

        Parameters
        ----------
        points : numpy.ndarray
            On the unconstrained scale, shape (survey, point, parameter).
        data : mapping of str to numpy.ndarray
            From `stack`; leading dimension is the survey.

        Returns
        -------
        numpy.ndarray
            Shape (survey, point); minus infinity where the density cannot be computed.
        """
        require(set(data) == set(self._names), "refit", "data must be those of the model")
        width = points.shape[1] * max(int(np.prod(value.shape[1:])) for value in data.values())
        step = max(1, _AT_ONCE // max(width, 1))
        parts = []
        with np.errstate(all="ignore"):
            for begin in range(0, len(points), step):
                some = slice(begin, begin + step)
                told = [self._shaped(name, data[name][some]) for name in self._names]
                # The buffers are reused by the next call.
                parts.append(np.array(self._density(points[some], *told)))
        found = np.concatenate(parts)
        return np.where(np.isnan(found), -np.inf, found)

    def _shaped(self, name: str, values: np.ndarray) -> np.ndarray:
        """Make room for the dimension of the point; an index is the same for all surveys."""
        values = values.astype(self._dtypes[name])
        if _ahead(name):
            return values[:, None]
        require(bool(np.all(values == values[:1])), "refit", f"{name} must not differ")
        return values[0]

    def constrain(self, points: Floats) -> dict[str, Floats]:
        """Return the variables on their natural scale, leading dimensions (survey, point)."""
        return dict(zip(self.names, map(np.array, self._free(points)), strict=True))


def _ahead(name: str) -> tuple[int | None, ...]:
    """Return the dimensions (survey, point) of a data variable: none for an index.

    Gathering with an index that differs between surveys would loop in Python.
    """
    return () if name.endswith(("_row", "_stratum")) else (None, 1)


def _cut(one, shapes: Sequence[tuple[int, ...]]) -> list:
    """Cut the flat vector into the values of the free variables.

    Numbers and vectors are not reshaped: reshaping a stack loops in Python.
    """
    parts, begin = [], 0
    for shape in shapes:
        end = begin + int(np.prod(shape, dtype=int))
        piece = one[begin] if shape == () else one[begin:end]
        parts.append(piece if len(shape) < 2 else piece.reshape(shape))
        begin = end
    return parts
