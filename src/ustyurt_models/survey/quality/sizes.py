"""Group sizes: how large, how uneven, how much rounded."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.survey.quality.chance import quantile
from ustyurt_models.survey.quality.heaping import Heap, heaps_of
from ustyurt_models.survey.read.survey_data import Transects

__all__ = ["SizeQuality", "assess_sizes", "describe_sizes"]

_MOST_SINGLE = 12  # sizes up to this one have a bar of their own


@dataclass(frozen=True)
class SizeQuality:
    """Sizes of the groups that were seen.

    Attributes
    ----------
    label : tuple of str
        Size or range of sizes per bar.
    bar : numpy.ndarray
        Groups per bar, int64, shape (bar,).
    mean, median, largest : float
        Animals per group.
    share_of_largest : float
        Part of all animals that stood in the largest group.
    heaps : tuple of Heap
        Rounding to multiples of 5, 10, 50 ... animals, among groups of ten and more.
    with_distance : float
        Spearman's rank correlation of size with distance; NaN where one of them does not vary.
    """

    label: tuple[str, ...]
    bar: NDArray[np.int64]
    mean: float
    median: float
    largest: int
    share_of_largest: float
    heaps: tuple[Heap, ...]
    with_distance: float

    @property
    def size_bias(self) -> bool:
        """Whether size rises with distance by more than two standard errors, 1 / sqrt(n - 1)."""
        return self.with_distance * max(int(self.bar.sum()) - 1, 0) ** 0.5 > 2.0


def _bars(size: NDArray[np.int64]) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Count groups by size; large ones in ranges that double."""
    largest = int(size.max())
    if largest <= _MOST_SINGLE:
        return tuple(map(str, range(1, largest + 1))), np.bincount(size, minlength=largest + 1)[1:]
    ends = [1, 2, 3, 5, 10]
    while ends[-1] < largest:
        # 10, 20, 50, 100: round numbers that about double
        lead = int(str(ends[-1])[0])
        ends.append(ends[-1] * 5 // 2 if lead == 2 else ends[-1] * 2)
    begins = [1, *(end + 1 for end in ends[:-1])]
    label = tuple(
        str(end) if begin == end else f"{begin}\N{EN DASH}{end}"
        for begin, end in zip(begins, ends, strict=True)
    )
    return label, np.histogram(size, [*begins, ends[-1] + 1])[0].astype(np.int64)


def _ranks(values: NDArray) -> NDArray[np.float64]:
    """Return ranks; equal values share their mean rank."""
    known, inverse, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return (last - (count - 1) / 2)[inverse.ravel()] if known.size else np.empty(0)


def assess_sizes(survey: Transects) -> SizeQuality | None:
    """Describe the sizes of groups; nothing where the file gives none."""
    if not survey.has_size or not survey.size.size:
        return None
    return describe_sizes(survey.size, survey.distance_m)


def describe_sizes(
    size: NDArray[np.int64], distance_m: NDArray[np.float64] | None = None
) -> SizeQuality:
    """Describe sizes of groups.

    Parameters
    ----------
    size : numpy.ndarray
        Animals, >= 1, shape (group,), at least one.
    distance_m : numpy.ndarray, optional
        Distances of the groups, shape (group,).
    """
    label, bars = _bars(size)
    varies = distance_m is not None and np.ptp(size) > 0 and np.ptp(distance_m) > 0
    relation = (
        np.corrcoef(_ranks(size), _ranks(distance_m))[0, 1]
        if distance_m is not None and varies
        else np.nan
    )
    large = size[size >= 10].astype(np.float64)
    return SizeQuality(
        label=label,
        bar=bars.astype(np.int64),
        mean=float(size.mean()),
        median=quantile(size.astype(np.float64), 0.5),
        largest=int(size.max()),
        share_of_largest=float(size.max() / size.sum()),
        heaps=heaps_of(large, 1.0),
        with_distance=float(relation),
    )
