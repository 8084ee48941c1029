"""Read a distance survey as its block says; light enough for `ustyurt check`."""

from dataclasses import dataclass
from pathlib import Path

from ustyurt_models.evidence import Catalogue
from ustyurt_models.study.surveys import TransectBlock
from ustyurt_models.survey.beliefs import Known, known_probability
from ustyurt_models.survey.context import Context
from ustyurt_models.survey.models.distance.prepare import DistanceData, prepare
from ustyurt_models.survey.read.survey_data import Kind, Transects
from ustyurt_models.survey.read.transects import read_survey

__all__ = ["DistanceData", "DistanceSurvey", "describe", "load", "prepare", "survey_of"]


@dataclass(frozen=True)
class DistanceSurvey:
    """A survey with all that the model is told.

    Attributes
    ----------
    transects : Transects
        As read.
    data : DistanceData
        Truncated.
    settings : TransectBlock
        Block of the study file.
    on_line, availability : Belief, Trials or None
        What is known of detection on the line, and of being available for detection.
    """

    transects: Transects
    data: DistanceData
    settings: TransectBlock
    on_line: Known | None = None
    availability: Known | None = None

    @property
    def header(self) -> dict[str, str]:
        """``# key: value`` lines of the file."""
        return self.transects.header


def survey_of(
    transects: Transects, settings: TransectBlock, catalogue: Catalogue | None = None
) -> DistanceSurvey:
    """Prepare a survey that has been read or simulated.

    Parameters
    ----------
    transects : Transects
        The survey.
    settings : TransectBlock
        Key, truncation, priors.
    catalogue : Catalogue, optional
        Evidence for what the survey does not tell.

    Returns
    -------
    DistanceSurvey
        What the model takes.
    """
    known = {
        name: known_probability(
            getattr(settings, name), transects.header.get(name, ""), catalogue, f"survey: {name}"
        )
        for name in ("detection_on_line", "availability")
    }
    data = prepare(transects, settings)
    return DistanceSurvey(
        transects, data, settings, known["detection_on_line"], known["availability"]
    )


def load(
    spec: TransectBlock, folder: Path, catalogue: Catalogue | None, context: Context
) -> DistanceSurvey:
    """Read the file of a survey block; see `registry`."""
    kind: Kind = "point" if spec.model == "point_transect" else "line"
    transects = read_survey(folder / spec.file, spec.units, spec.encoding, kind)
    return survey_of(transects, spec, catalogue)


def describe(survey: DistanceSurvey) -> str:
    """Say in one line what the file holds."""
    data = survey.data
    if data.form.point:
        where = f"{data.effort.size} points, {data.effort.sum():,.0f} visits"
    else:
        where = f"{data.effort.size} transects, {data.effort.sum():,.0f} km"
    left = f"{data.form.left_m:g} to " if data.form.left_m else ""
    area = "" if data.area_known else ", areas unknown: densities only"
    return f"{where}, {data.distance_m.size} groups within {left}{data.truncation_m:g} m{area}"
