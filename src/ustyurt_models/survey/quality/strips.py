"""Strip counts: effort by stratum and sizes of groups."""

import numpy as np

from ustyurt_models.survey.quality.effort import EffortQuality, by_stratum
from ustyurt_models.survey.quality.sizes import SizeQuality, describe_sizes
from ustyurt_models.survey.read.strips import Strips

__all__ = ["assess_strip_effort", "assess_strip_sizes"]


def _sizes(strips: Strips) -> np.ndarray:
    """Return the size of each group: of the photograph where there is one, else by eye."""
    return np.where(np.isfinite(strips.photo), strips.photo, strips.eye)


def assess_strip_effort(strips: Strips) -> EffortQuality:
    """Summarise strips and counts by stratum and by strip.

    Parameters
    ----------
    strips : Strips
        As read.
    """
    count = len(strips.strip)
    animals = strips.count.astype(np.float64)
    if strips.has_groups:
        animals = np.bincount(strips.group_strip, np.nan_to_num(_sizes(strips)), count)
    counted = np.bincount(strips.group_strip, minlength=count) if strips.has_groups else animals
    counted = counted.astype(np.int64)
    return EffortQuality(
        "line",
        by_stratum(strips, strips.strip_stratum, strips.length_km, counted, animals),
        strips.strip,
        strips.strip_stratum,
        strips.length_km,
        counted,
        None,
        "",
        "strips",
        "groups" if strips.has_groups else "animals",
    )


def assess_strip_sizes(strips: Strips) -> SizeQuality | None:
    """Describe the sizes of groups; nothing where the file counts animals by strip."""
    size = _sizes(strips)[np.isfinite(_sizes(strips))]
    whole = np.rint(size).astype(np.int64)
    return describe_sizes(whole) if whole.size and whole.min() >= 1 else None
