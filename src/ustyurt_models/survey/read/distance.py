"""Flat files of line and point transects: one row per detected group, empty transects kept."""

from collections.abc import Mapping
from pathlib import Path

from ustyurt_models.survey.read.flat import survey_from_table
from ustyurt_models.survey.read.survey_data import Kind, Transects
from ustyurt_models.survey.read.table import read_table

__all__ = ["Transects", "read_transects"]


def read_transects(
    path: Path,
    units: Mapping[str, str | None] | None = None,
    encoding: str | None = None,
    kind: Kind | None = None,
) -> Transects:
    """Read a flat file of a survey of lines or points; `read_survey` takes any form of file.

    Parameters
    ----------
    path : Path
        Table with the columns Region.Label, Area, Sample.Label, Effort, distance and,
        optionally, size and object; further columns become covariates. A transect without
        detections has one row with an empty distance. The effort of a point is its visits.
    units : mapping of str to str, optional
        Units of ``distance``, ``effort`` and ``area`` where the file's header has no
        ``# units: distance=m, effort=km, area=km2``.
    encoding : str, optional
        Encoding where the file cannot tell it.
    kind : str, optional
        ``"line"`` or ``"point"``; lines unless the file says points.

    Returns
    -------
    Transects
        The survey in metres, kilometres and square kilometres.

    Raises
    ------
    InputError
        With every fault of the file at once, by row and column.
    """
    return survey_from_table(read_table(path, encoding), units, kind)
