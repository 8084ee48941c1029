"""Detection: how wide the effective strip, how many are missed, and what that rests on."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from ustyurt_models.report.chapters.survey_reading import (
    draws,
    interval,
    interval_column,
    mass_of,
    node,
    settings_of,
)
from ustyurt_models.report.content import Block, Cell, Column, Section, Table
from ustyurt_models.report.figures.survey_detection import (
    curve_from,
    detection_function,
)
from ustyurt_models.report.figures.survey_observers import conditional_detection, observers_from
from ustyurt_models.report.figures.survey_quantiles import quantile_plot, quantiles_from
from ustyurt_models.report.inputs import SurveyResult
from ustyurt_models.report.words import readable, shown_number, unit_words

__all__ = ["detection_part", "detection_table"]

#: Quantities of the node ``posterior`` in plain words, and what they rest on unless said otherwise.
_QUANTITIES = {
    "esw_m": ("effective strip half-width", "the distances"),
    "effective_radius_m": ("effective detection radius", "the distances"),
    "p_detect": ("chance to detect a group within the truncation distance", "the distances"),
    "detection_on_line": ("g(0): chance to detect at distance zero", ""),
    "detection_on_line_1": ("g(0) of observer 1", "what observer 2 saw"),
    "detection_on_line_2": ("g(0) of observer 2", "what observer 1 saw"),
    "availability": ("availability: share that can be seen at all", ""),
    "perception": ("share of those that can be seen that is counted", ""),
    "found": ("share of the animals in the strip that is counted", ""),
    "day_range_km": ("day range: how far a group moves in a day", "speed and activity"),
    "speed_m_per_s": ("mean speed while active", "speeds measured in the pictures"),
    "activity": ("share of the day that animals are active", "the hours of the passages"),
    "radius_m": ("effective radius of the camera", "distances measured in the pictures"),
    "angle_deg": ("effective angle of the camera", "angles measured in the pictures"),
    "viewed_m2": ("area in view of a camera", "radius and angle"),
    "crossing_s": ("mean time in which a group crosses the view", "day range and view"),
    "detection_shift": ("change of log detection over the counts", "the counts and the prior"),
}


def _belief(given: Any) -> str:
    """Say a belief of the study file: an interval, own trials, or the name of an evidence row."""
    if isinstance(given, Mapping):
        return f"own trials: {given['seen']} of {given['trials']} seen"
    if isinstance(given, list | tuple):
        low, middle, high = (shown_number(float(value)) for value in given)
        return f"belief in the study file: {middle} ({low} to {high}), not this survey"
    return f"evidence row {given}, not this survey"


def _rests_on(survey: SurveyResult, name: str, values: np.ndarray) -> str:
    """Say what a quantity rests on."""
    settings = settings_of(survey)
    if settings.get(name) not in (None, "data"):
        return _belief(settings[name])
    if np.ptp(values) == 0:
        return "assumed, neither estimated nor believed otherwise"
    if name == "detection_on_line" and survey.model == "double_observer":
        return "what each observer saw of the other's"
    return _QUANTITIES[name][1] or "evidence that the survey file names, not this survey"


def detection_table(survey: SurveyResult) -> Table | None:
    """Return what the survey says of detection, with what each number rests on.

    Parameters
    ----------
    survey : SurveyResult
        A fitted survey; nothing when its posterior has no such variable.
    """
    mass, rows = mass_of(survey), []
    for name, drawn in draws(survey, _QUANTITIES).items():
        for label, values in _by_place(_QUANTITIES[name][0], drawn):
            unit = unit_words(str(drawn.attrs.get("units", "1")))
            basis = _rests_on(survey, name, values)
            row: tuple[Cell, ...] = (label, interval(values, mass), unit, basis)
            rows.append(row)
    if not rows:
        return None
    columns = (
        Column("quantity", kind="long"),
        interval_column(survey, "value"),
        Column("unit"),
        Column("rests on", kind="long"),
    )
    caption = f"Detection in the survey of {readable(survey.species)}."
    return Table(f"detection_{survey.name}", caption, columns, tuple(rows))


def _by_place(label: str, drawn: xr.DataArray) -> list[tuple[str, np.ndarray]]:
    """Return one entry per stratum, or a single one; other dimensions are left out."""
    extra = [str(dim) for dim in drawn.dims if dim not in ("chain", "draw")]
    if not extra:
        return [(label, drawn.to_numpy())]
    if extra != ["stratum"]:
        return []
    names = drawn["stratum"].values
    return [(f"{label}, {name}", drawn.sel(stratum=name).to_numpy()) for name in names]


def _figures(survey: SurveyResult) -> tuple[Block, ...]:
    """Return the pictures that the file has the numbers for."""
    blocks: list[Block] = []
    detection, qq = node(survey, "detection"), node(survey, "qq")
    if detection is not None:
        curve = curve_from(detection)
        name = f"detection_{survey.name}"
        blocks.append(detection_function(name, survey.species, curve))
        if observers := observers_from(detection):
            name = f"observers_{survey.name}"
            blocks.append(conditional_detection(name, survey.species, observers, curve.kind))
    if qq is not None and qq["empirical"].size:
        found = quantiles_from(qq)
        blocks.append(quantile_plot(f"qq_{survey.name}", survey.species, found))
    return tuple(blocks)


def detection_part(survey: SurveyResult) -> Section | None:
    """Return the part on detection, if the survey has one.

    Parameters
    ----------
    survey : SurveyResult
        A fitted survey.
    """
    seen = node(survey, "observed_data")
    if seen is not None and "site_visits" in seen:
        return None  # detection on a visit has nothing to do with distances
    table = detection_table(survey)
    blocks = (*((table,) if table else ()), *_figures(survey))
    if not blocks:
        return None
    return Section(f"survey-{survey.name}-detection", "What is detected", blocks)
