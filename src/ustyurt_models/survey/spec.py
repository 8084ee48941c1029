"""From the study file's survey block to the settings of a model."""

from dataclasses import replace
from pathlib import Path
from typing import Protocol

from ustyurt_models.checks import require
from ustyurt_models.evidence import Catalogue
from ustyurt_models.survey.settings import Belief, LineTransectSettings, Sampler

__all__ = ["SurveySpec", "belief_from", "line_transect_settings", "sampler_of", "survey_path"]


class SurveySpec(Protocol):
    """What is read of a survey block; `ustyurt_models.study` declares it with all its options."""

    @property
    def file(self) -> str:
        """Path of the data, relative to the study file."""

    @property
    def model(self) -> str:
        """``line_transect`` or ``trend``."""

    @property
    def species(self) -> str:
        """Species counted."""


def survey_path(spec: SurveySpec, folder: Path) -> Path:
    """Return the survey's file; it must exist."""
    path = folder / spec.file
    require(path.is_file(), f"survey file {spec.file}", "must exist", str(path))
    return path


def belief_from(catalogue: Catalogue, id: str, where: str) -> Belief:
    """Return a catalogue row as a belief; it needs a value and both limits.

    Parameters
    ----------
    catalogue : Catalogue
        Evidence.
    id : str
        Row.
    where : str
        Who asks, for the message.

    Returns
    -------
    Belief
        Value and limits.
    """
    row = catalogue.require_ids([id], where)[0]
    complete = row.value is not None and row.low is not None and row.high is not None
    require(complete, where, "needs an evidence row with value, low and high", id)
    return Belief(float(row.value or 0), float(row.low or 0), float(row.high or 0), id)


def sampler_of(spec: SurveySpec) -> Sampler:
    """Return the sampler of the survey block, or the default one."""
    given = getattr(spec, "sampler", None)
    if given is None:
        return Sampler()
    return Sampler(given.engine, given.draws, given.tune, given.chains)


def _on_line(
    spec: SurveySpec, header: dict[str, str], catalogue: Catalogue | None
) -> Belief | None:
    """Return what is known of detection on the line: from the study, else an evidence row."""
    given = getattr(spec, "detection_on_line", None)
    if given is not None:
        low, value, high = given
        return Belief(value, low, high, "study file")
    id = header.get("detection_on_line")
    if not id or catalogue is None:
        return None
    return belief_from(catalogue, id, "survey: detection_on_line")


def line_transect_settings(
    spec: SurveySpec, header: dict[str, str], catalogue: Catalogue | None
) -> LineTransectSettings:
    """Return the settings of a line-transect analysis.

    Parameters
    ----------
    spec : SurveySpec
        Block of the study file.
    header : dict of str to str
        Header of the survey file; ``detection_on_line`` names an evidence row.
    catalogue : Catalogue or None
        Evidence for what the survey does not tell.

    Returns
    -------
    LineTransectSettings
        With the defaults of priors where nothing is said.
    """
    default = LineTransectSettings()
    truncation = getattr(spec, "truncation", None)
    group_size = getattr(spec, "group_size", default.group_size)
    if isinstance(group_size, bool):
        group_size = "model" if group_size else "single"
    poisson = getattr(spec, "encounter", "negative-binomial") == "poisson"
    return replace(
        default,
        key=getattr(spec, "key", default.key),
        truncation_m=None if truncation is None else float(truncation),
        cutpoints_m=tuple(getattr(spec, "cutpoints", ()) or ()),
        group_size=group_size,
        size_bias=bool(getattr(spec, "size_bias", False)),
        sides=int(getattr(spec, "sides", 2)),
        area_km2=dict(getattr(spec, "areas", {}) or {}),
        detection_on_line=_on_line(spec, header, catalogue),
        encounter_spread_sd=0.0 if poisson else default.encounter_spread_sd,
    )
