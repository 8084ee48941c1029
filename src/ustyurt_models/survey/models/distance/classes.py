"""Which distance classes a survey is analysed in."""

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import Faults
from ustyurt_models.study.surveys import DistanceBlock
from ustyurt_models.survey.read.distance import Transects

__all__ = ["distance_edges"]


def distance_edges(
    survey: Transects, settings: DistanceBlock, truncation_m: float, faults: Faults
) -> NDArray[np.float64]:
    """Return the limits of distance classes, empty when exact distances are analysed.

    Distances that were recorded in classes are analysed in those classes; the study file may
    join classes but not split them.

    Parameters
    ----------
    survey : Transects
        With the classes the file was recorded in, if any.
    settings : DistanceBlock
        Classes wanted, truncation distances.
    truncation_m : float
        Right truncation distance [m].
    faults : Faults
        Where classes that do not fit are noted.

    Returns
    -------
    numpy.ndarray
        Increasing [m], from the left to the right truncation distance, shape (cutpoint,).
    """
    recorded, left = survey.cutpoints_m, settings.left_truncation
    wanted = np.asarray(settings.cutpoints, float)
    if wanted.size:
        if wanted[0] != left or np.any(np.diff(wanted) <= 0):
            start = f"{left:g}" if left else "0"
            faults.add("survey: cutpoints", f"must start at {start} and increase", list(wanted))
        if wanted[-1] != truncation_m:
            faults.add("survey: cutpoints", "must end at the truncation distance", wanted[-1])
    if not recorded.size:
        return wanted
    if not wanted.size:
        wanted = recorded[(recorded >= left) & (recorded <= truncation_m)]
    needed = np.concatenate([wanted, [left, truncation_m]])
    split = [edge for edge in needed if not np.isclose(edge, recorded).any()]
    if split:
        rule = f"must be limits of the classes that were recorded, {recorded.tolist()}"
        faults.add("survey: cutpoints", rule, sorted(set(split)))
    return wanted
