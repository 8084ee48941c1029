"""A survey of lines or points in our units, whatever file it came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.survey.read.units import UnitFound

__all__ = ["Kind", "Transects"]

Kind = Literal["line", "point"]


@dataclass(frozen=True)
class Transects:
    """A survey of lines or points in metres, kilometres and square kilometres.

    Attributes
    ----------
    stratum : tuple of str
        Names of the strata.
    area_km2 : numpy.ndarray
        Area of each stratum, NaN where the file does not say, shape (stratum,).
    transect : tuple of str
        Names, ``stratum/label``.
    transect_stratum : numpy.ndarray
        Stratum of each transect, int64, shape (transect,).
    effort : numpy.ndarray
        Length of each line [km], or visits to each point, shape (transect,).
    detection_transect : numpy.ndarray
        Transect of each detected group, int64, shape (detection,).
    distance_m : numpy.ndarray
        Perpendicular distance from the line, or distance from the point, shape (detection,).
    size : numpy.ndarray
        Animals in the group, int64, shape (detection,); 1 when the file has no sizes.
    has_size : bool
        Whether the file gives group sizes.
    header : dict of str to str
        ``# key: value`` lines of the file, among them ``status`` (real or simulated).
    kind : str
        ``"line"`` or ``"point"``.
    cutpoints_m : numpy.ndarray
        Edges of the classes that the file was recorded in, shape (cutpoint,); empty for exact
        distances. Distances are then the middles of classes.
    covariates : mapping of str to numpy.ndarray
        Further columns by detection, float64 (NaN: missing) or text (empty: missing), each shape
        (detection,).
    transect_covariates : mapping of str to numpy.ndarray
        Columns that are given and the same all along every transect, each shape (transect,).
    position : numpy.ndarray or None
        Where each transect lies, NaN where not known, shape (transect, 2).
    position_kind : str
        ``"lonlat"`` (degrees), ``"projected"`` (metres) or empty.
    seen : numpy.ndarray or None
        Whether each of two observers saw the group, bool, shape (detection, 2).
    form : str
        Which kind of file it was.
    units : tuple of UnitFound
        Unit of each quantity in the file, and how it was known.
    notes : tuple of str
        What was taken for granted in reading.
    detection_place : tuple of str
        File and row of each detection, for messages.
    radial_m, angle_deg : numpy.ndarray
        Distance and angle as measured, shape (detection,); empty unless measured so.
    """

    stratum: tuple[str, ...]
    area_km2: NDArray[np.float64]
    transect: tuple[str, ...]
    transect_stratum: NDArray[np.int64]
    effort: NDArray[np.float64]
    detection_transect: NDArray[np.int64]
    distance_m: NDArray[np.float64]
    size: NDArray[np.int64]
    has_size: bool
    header: dict[str, str]
    kind: Kind = "line"
    cutpoints_m: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    covariates: Mapping[str, NDArray] = field(default_factory=dict)
    transect_covariates: Mapping[str, NDArray] = field(default_factory=dict)
    position: NDArray[np.float64] | None = None
    position_kind: Literal["", "lonlat", "projected"] = ""
    seen: NDArray[np.bool_] | None = None
    form: str = ""
    units: tuple[UnitFound, ...] = ()
    notes: tuple[str, ...] = ()
    detection_place: tuple[str, ...] = ()
    radial_m: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    angle_deg: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
