"""Check a survey file against its study without fitting: cheap enough for `ustyurt check`."""

from pathlib import Path

from ustyurt_models.evidence import Catalogue
from ustyurt_models.survey.models.line_transect_data import prepare
from ustyurt_models.survey.read.counts import read_counts
from ustyurt_models.survey.read.distance import read_transects
from ustyurt_models.survey.spec import (
    SurveySpec,
    line_transect_settings,
    survey_path,
    trend_settings,
)

__all__ = ["check_survey"]


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
