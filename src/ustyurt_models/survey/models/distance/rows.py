"""Distinct rows of covariates: detections with equal covariates share a detection function."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.survey.steps import Step

__all__ = ["ScaleRows", "scale_rows"]


@dataclass(frozen=True)
class ScaleRows:
    """Covariates of the scale, reduced to distinct rows.

    Attributes
    ----------
    names : tuple of str
        Columns of fixed effects.
    fixed : numpy.ndarray
        Their values, shape (row, column); without covariates there is one row.
    levels : mapping of str to tuple of str
        Levels of each factor with random effects.
    random : numpy.ndarray
        Level of each factor, int64, shape (row, factor).
    row : numpy.ndarray
        Row of each detection, int64, shape (detection,).
    with_size : bool
        Whether sizes are taken as seen, each weighed by the detection of its group.
    steps : mapping of str to Step
        What one unit of a column is in the covariate's own unit, for numbers and their powers.
    """

    names: tuple[str, ...]
    fixed: NDArray[np.float64]
    levels: Mapping[str, tuple[str, ...]]
    random: NDArray[np.int64]
    row: NDArray[np.int64]
    with_size: bool
    steps: Mapping[str, Step] = field(default_factory=dict)

    @property
    def plain(self) -> bool:
        """Whether the scale depends on nothing."""
        return not self.names and not self.levels

    @property
    def times(self) -> NDArray[np.int64]:
        """Detections per row, shape (row,)."""
        return np.bincount(self.row, minlength=self.fixed.shape[0]).astype(np.int64)


def scale_rows(
    matrix: NDArray[np.float64],
    names: tuple[str, ...],
    factors: Mapping[str, NDArray],
    with_size: bool,
) -> ScaleRows:
    """Reduce covariates to distinct rows.

    Parameters
    ----------
    matrix : numpy.ndarray
        Fixed effects, shape (detection, column).
    names : tuple of str
        Names of the columns.
    factors : mapping of str to numpy.ndarray
        Factors with random effects, each shape (detection,).
    with_size : bool
        Whether sizes are taken as seen, each weighed by the detection of its group.

    Returns
    -------
    ScaleRows
        With one row when there are no covariates.
    """
    levels, codes = {}, []
    for name, values in factors.items():
        found, code = np.unique(np.asarray(values).astype(str), return_inverse=True)
        levels[name] = tuple(str(level) for level in found)
        codes.append(code)
    random = np.column_stack(codes) if codes else np.empty((matrix.shape[0], 0), np.int64)
    both = np.column_stack([matrix, random])
    if not both.shape[1]:
        fixed, nothing = np.empty((1, 0)), np.empty((1, 0), np.int64)
        row = np.zeros(matrix.shape[0], np.int64)
        return ScaleRows(names, fixed, levels, nothing, row, with_size)
    distinct, row = np.unique(both, axis=0, return_inverse=True)
    columns = matrix.shape[1]
    return ScaleRows(
        names,
        distinct[:, :columns],
        levels,
        distinct[:, columns:].astype(np.int64),
        row.ravel().astype(np.int64),
        with_size,
    )
