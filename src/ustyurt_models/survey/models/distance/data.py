"""Read a distance survey as its block says; light enough for `ustyurt check`."""

from dataclasses import dataclass
from pathlib import Path

from ustyurt_models.checks import require
from ustyurt_models.evidence import Catalogue
from ustyurt_models.study.surveys import DistancePriors, LogNormal, PointTransect, TransectBlock
from ustyurt_models.survey.beliefs import Known, known_probability
from ustyurt_models.survey.context import Context
from ustyurt_models.survey.models.distance.prepare import DistanceData, prepare
from ustyurt_models.survey.read.camtrap.package import read_camtrap
from ustyurt_models.survey.read.camtrap.snapshots import SnapshotRules, snapshot_survey
from ustyurt_models.survey.read.camtrap.source import DESCRIPTOR, is_package
from ustyurt_models.survey.read.survey_data import Kind, Transects
from ustyurt_models.survey.read.transects import read_survey

__all__ = ["DistanceData", "DistanceSurvey", "describe", "load", "prepare", "survey_of"]

_DAY_S = 86_400.0


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


def _read(spec: TransectBlock, folder: Path) -> Transects:
    """Read lines, points, or cameras as points."""
    path = folder / spec.file
    if isinstance(spec, PointTransect) and spec.cameras is not None:
        rule = "must be the folder or zip of a Camtrap DP package"
        fits = is_package(path) and path.name != DESCRIPTOR
        require(fits, "survey: file", rule, spec.file)
        told = spec.cameras
        rules = SnapshotRules(told.snapshot_s, told.angle_deg)
        return snapshot_survey(read_camtrap(path), told.taxon or spec.species, rules)
    kind: Kind = "point" if spec.model == "point_transect" else "line"
    return read_survey(path, spec.units, spec.encoding, kind)


def _per_day(spec: TransectBlock) -> TransectBlock:
    """Take the default prior of the encounter rate per camera day, since visits last seconds."""
    default = DistancePriors().encounter_rate
    given = spec.priors.encounter_rate
    if not isinstance(spec, PointTransect) or spec.cameras is None or given != default:
        return spec
    visits = _DAY_S / spec.cameras.snapshot_s * spec.cameras.angle_deg / 360.0
    rate = LogNormal(median=default.median / visits, sd_log=default.sd_log)
    priors = spec.priors.model_copy(update={"encounter_rate": rate})
    return spec.model_copy(update={"priors": priors})


def load(
    spec: TransectBlock, folder: Path, catalogue: Catalogue | None, context: Context
) -> DistanceSurvey:
    """Read the file of a survey block; see `registry`."""
    return survey_of(_read(spec, folder), _per_day(spec), catalogue)


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
