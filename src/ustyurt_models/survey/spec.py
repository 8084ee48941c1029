"""From the study file's survey block to the settings of a model."""

from dataclasses import replace
from pathlib import Path
from typing import Protocol

from ustyurt_models.checks import Faults, require
from ustyurt_models.evidence import Catalogue
from ustyurt_models.survey.settings import Belief, LineTransectSettings, Sampler, TrendSettings

__all__ = [
    "SurveySpec",
    "belief_from",
    "line_transect_settings",
    "sampler_of",
    "survey_path",
    "trend_settings",
]


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
        encounter_spread_mean=0.0 if poisson else default.encounter_spread_mean,
    )


def _years(text: str) -> tuple[int, ...]:
    """Read ``2004, 2015``."""
    return tuple(int(part) for part in text.split(",") if part.strip())


def _changes(text: str) -> tuple[tuple[int, int], ...]:
    """Read ``2015-2022, 2024``: a gradual change and a step."""
    spans = (part.strip().split("-") for part in text.split(",") if part.strip())
    return tuple((int(span[0]), int(span[-1])) for span in spans)


def trend_settings(
    spec: SurveySpec, header: dict[str, str], catalogue: Catalogue | None, name: str
) -> TrendSettings:
    """Return the settings of a trend analysis.

    Parameters
    ----------
    spec : SurveySpec
        Block of the study file; ``detection_shifts`` replaces the file's own.
    header : dict of str to str
        Header of the survey file, which names the evidence rows of the priors.
    catalogue : Catalogue or None
        Evidence; a trend cannot be fitted without.
    name : str
        Name of the survey file, for messages.

    Returns
    -------
    TrendSettings
        Priors and the years of change.

    Raises
    ------
    InputError
        When the header lacks an evidence row or has unreadable years.
    """
    require(catalogue is not None, name, "needs the evidence catalogue for its priors")
    assert catalogue is not None
    faults = Faults()
    for key in ("detection", "observation_cv", "process_sd", "growth_ceiling", "loss"):
        if key not in header:
            advice = f"write '# {key}: <id>' above the table, an id of models/parameters.csv"
            faults.add(name, f"must name the evidence row for {key!r}", None, advice)
    faults.raise_if_any()

    def belief(key: str) -> Belief:
        return belief_from(catalogue, header[key], f"{name}: {key}")

    try:
        periods = _years(header.get("periods", ""))
        changes = _changes(header.get("detection_change", ""))
        area = float(header.get("area_km2", "1"))
    except ValueError as error:
        require(False, name, f"must have whole years and a number for the area ({error})")
        raise
    shifts = getattr(spec, "detection_shifts", ())
    ids = [id.strip() for id in header["loss"].split(",")]
    rule = f"must name one evidence row for each of {len(periods) + 1} periods"
    require(len(ids) == len(periods) + 1, f"{name}: loss", rule, ids)
    return TrendSettings(
        growth_ceiling=belief("growth_ceiling"),
        loss=tuple(belief_from(catalogue, id, f"{name}: loss") for id in ids),
        detection=belief("detection"),
        observation_cv=belief("observation_cv"),
        process_sd=belief("process_sd"),
        immigration=(
            belief("immigration")
            if "immigration" in header and getattr(spec, "immigration", True)
            else None
        ),
        capacity=belief("capacity") if "capacity" in header else None,
        periods=periods,
        detection_changes=tuple((year, year) for year in shifts) or changes,
        stratum=header.get("stratum", "all"),
        area_km2=area,
    )
