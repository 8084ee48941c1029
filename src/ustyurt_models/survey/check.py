"""Check a survey file against its study without fitting: cheap enough for `ustyurt check`."""

from dataclasses import dataclass
from pathlib import Path

from ustyurt_models.evidence import Catalogue
from ustyurt_models.survey.models.line_transect_data import prepare
from ustyurt_models.survey.read.counts import read_counts
from ustyurt_models.survey.read.distance import read_transects
from ustyurt_models.survey.read.table import read_table
from ustyurt_models.survey.spec import (
    SurveySpec,
    line_transect_settings,
    survey_path,
    trend_settings,
)

__all__ = ["check_file", "check_survey"]


@dataclass(frozen=True)
class _Plain:
    """A survey of which only the file is known; `spec.SurveySpec` with all options unset."""

    file: str
    model: str
    species: str = ""


def check_survey(spec: SurveySpec, folder: Path, catalogue: Catalogue | None = None) -> str:
    """Read a survey, apply truncation and areas, and say what it holds.

    Parameters
    ----------
    spec : SurveySpec
        Survey block of the study.
    folder : Path
        Folder of the study file.
    catalogue : Catalogue, optional
        Evidence; compulsory for a trend.

    Returns
    -------
    str
        One line, e.g. ``180 transects, 13,700 km, 56 groups within 800 m, simulated``.

    Raises
    ------
    InputError
        With every fault of the file.
    """
    path = survey_path(spec, Path(folder))
    encoding = getattr(spec, "encoding", None)
    if spec.model == "trend":
        counts = read_counts(path, encoding)
        trend_settings(spec, counts.header, catalogue, path.name)
        status = counts.header.get("status", "status not stated")
        return f"{counts.year.size} counts, {counts.year[0]}-{counts.year[-1]}, {status}"
    names = ("distance", "effort", "area")
    units = {name: getattr(spec, f"{name}_unit", None) for name in names}
    survey = read_transects(path, units, encoding)
    data = prepare(survey, line_transect_settings(spec, survey.header, catalogue))
    status = survey.header.get("status", "status not stated")
    return (
        f"{data.effort_km.size} transects, {data.effort_km.sum():,.0f} km, "
        f"{data.distance_m.size} groups within {data.truncation_m:g} m, {status}"
    )


def check_file(path: Path, catalogue: Catalogue | None = None) -> str:
    """Check a survey file that no study describes; its columns tell which kind it is.

    Parameters
    ----------
    path : Path
        The file; units stand in its header.
    catalogue : Catalogue, optional
        Evidence; compulsory for a trend.

    Returns
    -------
    str
        One line, as `check_survey`.

    Raises
    ------
    InputError
        With every fault of the file.
    """
    columns = {column.strip().lower() for column in read_table(path).columns}
    yearly = "year" in columns and not any("distance" in column for column in columns)
    plain = _Plain(path.name, "trend" if yearly else "line_transect")
    return check_survey(plain, path.parent, catalogue)
