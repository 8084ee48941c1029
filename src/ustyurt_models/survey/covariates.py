"""Covariates of a survey model: a formula in words of the data, turned into columns.

The language is small on purpose (a formula library would evaluate whatever code stands in a study
file): terms joined by ``+``; a term is a name, a power ``name^2``, an interaction ``a:b``, or
``a*b``, which stands for ``a + b + a:b``; ``factor(name)`` makes levels of numbers, and
``name(ref=LEVEL)`` chooses the level that the others are compared with.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import Faults, did_you_mean

__all__ = ["Design", "Variable", "names_in"]

Floats = NDArray[np.float64]
Table = Mapping[str, NDArray]

_NAME = r"[^\W\d][\w.]*"
_PIECE = re.compile(
    rf"(?:factor\(\s*(?P<forced>{_NAME})\s*\)"
    rf"|(?P<plain>{_NAME})(?:\(\s*ref\s*=\s*(?P<ref>[^()]+?)\s*\))?"
    r"(?:\s*\^\s*(?P<power>[2-9]))?)"
)


@dataclass(frozen=True)
class _Piece:
    """One factor of a product: a variable, its power, and how its levels are made."""

    name: str
    power: int = 1
    forced: bool = False
    reference: str = ""


@dataclass(frozen=True)
class Variable:
    """How a variable enters a model.

    Attributes
    ----------
    name : str
        Column of the data.
    centre, scale : float
        A number x enters as (x - centre) / scale: mean and standard deviation (n - 1) of the data
        that the design was learnt from.
    levels : tuple of str
        Levels of a factor, the first one is the reference; empty for a number.
    low, high : float
        Lowest and highest of these data, in the unit of the number.
    """

    name: str
    centre: float = 0.0
    scale: float = 1.0
    levels: tuple[str, ...] = ()
    low: float = -np.inf
    high: float = np.inf


def _pieces(term: str, where: str, faults: Faults) -> tuple[_Piece, ...]:
    """Read one product such as ``sex:exposure``."""
    found = []
    for text in re.split(r":", term):
        match = _PIECE.fullmatch(text.strip())
        if match is None:
            advice = "a term is a name, name^2, a:b, a*b, factor(name) or name(ref=level)"
            faults.add(where, "must be terms joined by +", text.strip() or term, advice)
            continue
        name = match["forced"] or match["plain"]
        power, reference = int(match["power"] or 1), match["ref"] or ""
        found.append(_Piece(name, power, match["forced"] is not None, reference))
    return tuple(found)


def _terms(formula: str, where: str, faults: Faults) -> list[tuple[_Piece, ...]]:
    """Expand a formula into products, each once, in the order of the formula."""
    found: dict[tuple[_Piece, ...], None] = {}
    for text in (part.strip() for part in formula.split("+")) if formula.strip() else ():
        parts = [_pieces(part.strip(), where, faults) for part in text.split("*")]
        for size in range(1, len(parts) + 1):
            for chosen in combinations(parts, size):
                found.setdefault(tuple(piece for part in chosen for piece in part))
    return list(found)


def names_in(formula: str, where: str) -> tuple[str, ...]:
    """Return the variables that a formula speaks of.

    Parameters
    ----------
    formula : str
        See the module.
    where : str
        Survey and option, for messages.

    Raises
    ------
    InputError
        When the formula cannot be read.
    """
    faults = Faults()
    terms = _terms(formula, where, faults)
    faults.raise_if_any()
    return tuple(dict.fromkeys(piece.name for term in terms for piece in term))


def _text(values: NDArray) -> list[str]:
    """Return cells as text; whole numbers without a decimal point."""
    if values.dtype.kind in "fiu":
        return [f"{value:g}" for value in values]
    return [str(value) for value in values]


def _learn_variable(piece: _Piece, values: NDArray, where: str, faults: Faults) -> Variable:
    """Take mean and spread of a number, or the levels of a factor."""
    place = f"{where}: {piece.name}"
    number = values.dtype.kind in "fiub" and not piece.forced and not piece.reference
    if number:
        x = values.astype(float)
        if np.isnan(x).any():
            count = f"{np.isnan(x).sum()} of {x.size} are missing"
            faults.add(place, "must be known for every row that the model uses", count)
            return Variable(piece.name)
        scale = float(np.std(x, ddof=1)) if x.size > 1 else 0.0
        if not scale > 1e-12 * max(abs(float(x.mean())) if x.size else 1.0, 1e-300):
            faults.add(place, "must differ between rows; a constant explains nothing")
            scale = 1.0
        if not x.size:
            return Variable(piece.name, 0.0, scale)
        low, high = float(x.min()), float(x.max())
        return Variable(piece.name, float(x.mean()), scale, low=low, high=high)
    cells = _text(values)
    if any(cell in ("", "nan") for cell in cells):
        faults.add(place, "must be known for every row that the model uses")
    levels = sorted(set(cells), key=lambda cell: (_as_number(cell), cell))
    if len(levels) < 2:
        faults.add(place, "must have at least two levels", ", ".join(levels))
    if piece.reference:
        if piece.reference not in levels:
            advice = did_you_mean(piece.reference, levels)
            faults.add(place, f"ref must be one of {levels}", piece.reference, advice)
        levels = [piece.reference, *(level for level in levels if level != piece.reference)]
    return Variable(piece.name, levels=tuple(levels))


def _as_number(cell: str) -> float:
    """Sort levels that are numbers as numbers."""
    try:
        return float(cell)
    except ValueError:
        return np.inf


@dataclass(frozen=True)
class Design:
    """Columns of a formula, with constants learnt from one table and usable on another.

    Attributes
    ----------
    terms : tuple
        Products of the formula.
    variables : dict of str to Variable
        How each variable enters.
    names : tuple of str
        Names of the columns.
    where : str
        Survey and option, for messages.

    Examples
    --------
    >>> import numpy as np
    >>> table = {"elevation": np.array([10.0, 20.0, 30.0]), "observer": np.array(["B", "A", "B"])}
    >>> design = Design.learn("elevation + observer", table, "example")
    >>> design.names
    ('elevation', 'observer[B]')
    >>> design.matrix(table).tolist()
    [[-1.0, 1.0], [0.0, 0.0], [1.0, 1.0]]
    """

    terms: tuple[tuple[_Piece, ...], ...]
    variables: Mapping[str, Variable]
    names: tuple[str, ...]
    where: str

    @classmethod
    def learn(cls, formula: str, table: Table, where: str) -> "Design":
        """Learn means, spreads and levels from the rows that a model is fitted to.

        Parameters
        ----------
        formula : str
            See the module; empty for no covariate.
        table : mapping of str to numpy.ndarray
            Variables, float64 or text, each shape (row,).
        where : str
            Survey and option, for messages.

        Returns
        -------
        Design
            Ready for `matrix`.

        Raises
        ------
        InputError
            With every unknown name, missing value, constant, and the like.
        """
        faults = Faults()
        terms = _terms(formula, where, faults)
        variables: dict[str, Variable] = {}
        for piece in dict.fromkeys(piece for term in terms for piece in term):
            if piece.name not in table:
                advice = did_you_mean(piece.name, table)
                faults.add(where, "must name columns of the survey", piece.name, advice)
            elif piece.name not in variables or piece.reference or piece.forced:
                values = np.asarray(table[piece.name])
                variables[piece.name] = _learn_variable(piece, values, where, faults)
        for piece in (piece for term in terms for piece in term):
            if piece.power > 1 and variables.get(piece.name, Variable("")).levels:
                faults.add(f"{where}: {piece.name}", "a factor has no powers", piece.power)
        faults.raise_if_any()
        named = tuple(name for term in terms for name in _column_names(term, variables))
        return cls(tuple(terms), variables, named, where)

    def matrix(self, table: Table) -> Floats:
        """Return the columns for the rows of `table`.

        Parameters
        ----------
        table : mapping of str to numpy.ndarray
            The same variables, each shape (row,).

        Returns
        -------
        numpy.ndarray
            float64, shape (row, column); numbers are centred and scaled as learnt. NaN where a
            number is missing.

        Raises
        ------
        InputError
            When a variable is absent or a factor has a level that was not there when learning.
        """
        rows = next((np.asarray(values).shape[0] for values in table.values()), 0)
        self.require_known(table)
        columns = [
            np.prod(choice, axis=0)
            for term in self.terms
            for choice in product(*(self._columns(piece, table) for piece in term))
        ]
        return np.column_stack(columns) if columns else np.empty((rows, 0))

    def at(self, table: Table, **fixed: float) -> Floats:
        """Return the columns with some numbers held at a value in their own unit."""
        rows = next(np.asarray(values).shape[0] for values in table.values())
        return self.matrix({**table, **{k: np.full(rows, float(v)) for k, v in fixed.items()}})

    def require_known(self, table: Table) -> None:
        """Refuse absent variables, and levels that were not there when learning."""
        faults = Faults()
        for name, variable in self.variables.items():
            if name not in table:
                faults.add(self.where, "must name columns of the table", name)
            elif variable.levels:
                unseen = sorted(set(_text(np.asarray(table[name]))) - set(variable.levels))
                if unseen:
                    rule = f"levels must be among those of the survey {list(variable.levels)}"
                    advice = "the survey says nothing about the others"
                    faults.add(f"{self.where}: {name}", rule, ", ".join(unseen), advice)
        faults.raise_if_any()

    def _columns(self, piece: _Piece, table: Table) -> Iterable[Floats]:
        """Return the columns of one variable."""
        variable, values = self.variables[piece.name], np.asarray(table[piece.name])
        if variable.levels:
            cells = np.array(_text(values))
            return [(cells == level).astype(float) for level in variable.levels[1:]]
        return [((values.astype(float) - variable.centre) / variable.scale) ** piece.power]


def _column_names(term: tuple[_Piece, ...], variables: Mapping[str, Variable]) -> Iterable[str]:
    """Return the names of the columns of a product, in the order of `Design.matrix`."""
    parts = []
    for piece in term:
        levels = variables[piece.name].levels
        power = f"^{piece.power}" if piece.power > 1 else ""
        named = [f"{piece.name}[{level}]" for level in levels[1:]]
        parts.append(named or [f"{piece.name}{power}"])
    return (":".join(choice) for choice in product(*parts))
