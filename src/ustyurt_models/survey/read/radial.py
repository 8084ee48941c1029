"""Perpendicular distance from radial distance and sighting angle."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import Faults

__all__ = ["angle_range", "perpendicular_m"]

#: Named ranges of angles: lowest, highest [degrees], and what they mean.
_RANGES: dict[str, tuple[float, float, str]] = {
    "0..90": (0.0, 90.0, "ahead on either side"),
    "0..180": (0.0, 180.0, "ahead and behind on either side"),
    "-90..90": (-90.0, 90.0, "ahead, left negative"),
    "-180..180": (-180.0, 180.0, "all around, left negative"),
    "0..360": (0.0, 360.0, "clockwise all around"),
}


def angle_range(
    angle_deg: NDArray[np.float64], declared: str, where: str, faults: Faults
) -> tuple[float, float, str]:
    """Return the range that angles were measured in: as declared, or the narrowest that fits.

    Parameters
    ----------
    angle_deg : numpy.ndarray
        Angles from the line of travel [degrees], NaN where missing.
    declared : str
        One of ``0..90``, ``0..180``, ``-90..90``, ``-180..180``, ``0..360``; empty when the file
        does not say.
    where : str
        File name for messages.
    faults : Faults
        Takes an unknown range, and angles that are negative here and above 180 there.

    Returns
    -------
    tuple
        Lowest and highest angle [degrees], and the range in words.
    """
    name = declared.replace(" ", "").replace("to", "..")
    if name and name not in _RANGES:
        faults.add(f"{where}: angles", f"must be one of {sorted(_RANGES)}", declared)
    if name in _RANGES:
        low, high, words = _RANGES[name]
        return low, high, f"{name} degrees, {words}, as declared"
    known = angle_deg[np.isfinite(angle_deg)]
    least, most = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
    if least < 0 and most > 180:
        rule = f"must be readable in one way only; found {least:g} and {most:g} degrees"
        faults.add(f"{where}: angle", rule, None, "-180..180 or 0..360? write '# angles: 0..360'")
    for name, (low, high, words) in _RANGES.items():
        if low <= least and most <= high:
            return low, high, f"{name} degrees, {words}, the narrowest range that fits"
    return -180.0, 360.0, "all around"


def perpendicular_m(
    radial_m: NDArray[np.float64],
    angle_deg: NDArray[np.float64],
    limits: tuple[float, float],
    places: Sequence[str],
    faults: Faults,
) -> NDArray[np.float64]:
    """Return the perpendicular distance x = r |sin(theta)|.

    The side of the line does not count, nor does it whether the animals were ahead or behind.

    Parameters
    ----------
    radial_m : numpy.ndarray
        Distance from observer to animals [m], NaN for none, shape (row,).
    angle_deg : numpy.ndarray
        Angle from the line of travel [degrees], shape (row,).
    limits : tuple of float
        Lowest and highest possible angle [degrees].
    places : sequence of str
        Place of each row, for messages.
    faults : Faults
        Takes angles outside the limits, and a distance without an angle or the reverse.

    Returns
    -------
    numpy.ndarray
        Perpendicular distance [m], shape (row,).

    References
    ----------
    Buckland et al. 2001, *Introduction to Distance Sampling*, section 1.5.2.
    """
    low, high = limits
    for place, radius, angle in zip(places, radial_m, angle_deg, strict=True):
        if np.isnan(radius) != np.isnan(angle):
            rule = "radial distance and angle must both be given or both be empty"
            faults.add(place, rule)
        elif angle < low or angle > high:
            rule = f"must lie in {low:g}..{high:g} degrees"
            advice = "" if -180 <= angle <= 360 else "no such angle"
            faults.add(f"{place}, angle", rule, float(angle), advice)
    # Rounding would leave 1e-14 m on the line itself.
    return np.round(radial_m * np.abs(np.sin(np.radians(angle_deg))), 9)
