"""What fixes tell of movement: steps, day range, home range, impossible speeds."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.formulas.movement import convex_polygon_km2, distance_m, spikes
from ustyurt_models.survey.read.movebank.fixes import Fixes

__all__ = ["FASTEST_M_PER_S", "Track", "day_range_limits", "tracks_of"]

Floats = NDArray[np.float64]

#: No land animal keeps this between two fixes; a receiver's error does.
FASTEST_M_PER_S = 30.0
#: Steps longer in time than this many usual intervals hold a gap and tell no speed.
_GAP = 1.5
_DAY_S = 86_400.0
_Z = 1.959963984540054


@dataclass(frozen=True)
class Track:
    """Movement of one animal.

    Attributes
    ----------
    animal : str
        Its name.
    fixes, outliers : int
        Positions, and those left out because of an impossible speed to them and from them.
    first_s, last_s : float
        Seconds since 1970.
    interval_min : float
        Median time between fixes.
    step_m : float
        Median length of steps without a gap.
    day_range_km : float
        Length of the path in a day: all steps without a gap over their time. Too short where fixes
        are far apart, since corners are cut; NaN without a step.
    home_range_km2 : float
        Convex polygon around 95 % of the fixes.
    """

    animal: str
    fixes: int
    outliers: int
    first_s: float
    last_s: float
    interval_min: float
    step_m: float
    day_range_km: float
    home_range_km2: float


def _track(name: str, time: Floats, position: Floats) -> Track:
    """Summarise one animal."""
    bad = spikes(position, time, FASTEST_M_PER_S)
    time, position = time[~bad], position[~bad]
    gap, step = np.diff(time), distance_m(position[:-1], position[1:])
    usual = float(np.median(gap)) if gap.size else float("nan")
    near = gap <= _GAP * usual
    known = bool(near.any())
    range_km = step[near].sum() / gap[near].sum() * _DAY_S / 1000.0 if known else float("nan")
    return Track(
        name,
        time.size,
        int(bad.sum()),
        float(time[0]),
        float(time[-1]),
        usual / 60.0,
        float(np.median(step[near])) if known else float("nan"),
        float(range_km),
        convex_polygon_km2(position),
    )


def tracks_of(fixes: Fixes) -> tuple[Track, ...]:
    """Summarise the movement of every animal.

    Parameters
    ----------
    fixes : Fixes
        Positions in order of animal and time.
    """
    found = []
    for index, name in enumerate(fixes.animals):
        own = fixes.animal == index
        found.append(_track(name, fixes.utc_s[own], fixes.position[own]))
    return tuple(found)


def day_range_limits(tracks: tuple[Track, ...]) -> tuple[float, float, float] | None:
    """Return low, middle and high of the mean day range [km] of the species, 95 %.

    Parameters
    ----------
    tracks : tuple of Track
        Of the animals; each counts once, however long it was tracked.

    Returns
    -------
    tuple of float or None
        Geometric mean with log-normal limits from the spread between animals; None for fewer than
        three animals, whose spread tells nothing.
    """
    ranges = np.array([one.day_range_km for one in tracks])
    logs = np.log(ranges[np.isfinite(ranges) & (ranges > 0)])
    if logs.size < 3:
        return None
    middle, error = float(logs.mean()), float(logs.std(ddof=1)) / np.sqrt(logs.size)
    low, mid, high = (float(np.exp(middle + z * error)) for z in (-_Z, 0.0, _Z))
    return low, mid, high
