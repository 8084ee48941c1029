"""Whether to trust a fit: diagnostics, and what simulated surveys say of the real one."""

from typing import Literal

import numpy as np
import xarray as xr

from ustyurt_models.report.chapters.survey_reading import node, settings_of
from ustyurt_models.report.content import Cell, Column, Section, Table
from ustyurt_models.report.inputs import SurveyResult
from ustyurt_models.report.words import readable

__all__ = [
    "checks_part",
    "diagnostics_table",
    "is_predictive",
    "predictive_limits",
    "predictive_table",
    "predictive_words",
]

#: What a predictive check compares, by a word in its name.
_COMPARES = {
    "near zero": "the distribution of distances, near zero above all (Cramér-von Mises)",
    "kolmogorov": "the largest gap between the distributions (Kolmogorov)",
    "chi-square": "counts by class with their expectation (chi-square)",
    "cramer-von mises": "the whole distribution with that of the model (Cramér-von Mises)",
    "freeman-tukey": "counts per unit with their expectation (Freeman-Tukey)",
    "dispersion": "how much the units differ from each other (dispersion)",
    "size bias": "whether sizes change with distance (rank correlation)",
}
#: Look and stop of predictive tail probabilities where the settings do not say them.
_LIMITS = (0.05, 0.001)


def predictive_limits(survey: SurveyResult) -> tuple[float, float]:
    """Return the limits of the gate that mark a diagnostic as predictive.

    Parameters
    ----------
    survey : SurveyResult
        A fitted survey.
    """
    look, stop = settings_of(survey).get("gate", {}).get("predictive_p", _LIMITS)
    return float(look), float(stop)


def is_predictive(finding: xr.Dataset, limits: tuple[float, float]) -> bool:
    """Return whether a diagnostic is a posterior predictive tail probability.

    Parameters
    ----------
    finding : xarray.Dataset
        One entry of the node ``diagnostics``.
    limits : tuple of float
        From `predictive_limits`.
    """
    return (float(finding["look"]), float(finding["stop"])) == limits


def _compares(check: str, meaning: str) -> str:
    """Return what a predictive check compares."""
    plain = check.lower().replace("é", "e")
    return next((words for key, words in _COMPARES.items() if key in plain), meaning)


def predictive_table(survey: SurveyResult) -> Table | None:
    """Return the posterior predictive checks in plain words.

    Parameters
    ----------
    survey : SurveyResult
        A fitted survey; nothing when it has no such check.
    """
    found = node(survey, "diagnostics")
    if found is None:
        return None
    rows, limits = [], predictive_limits(survey)
    for i, check in enumerate(found["check"].values):
        part = found.isel(check=i)
        if is_predictive(part, limits):
            p, verdict = float(part["value"]), str(part["verdict"].values)
            row: tuple[Cell, ...] = (
                readable(str(check)),
                _compares(str(check), str(part["meaning"].values)),
                p,
                predictive_words(p, verdict),
                verdict,
            )
            rows.append(row)
    if not rows:
        return None
    columns = (
        Column("check"),
        Column("compares", kind="long"),
        Column("tail probability", "", "probability"),
        Column("reading", kind="long"),
        Column("verdict"),
    )
    return Table(
        f"predictive_{survey.name}",
        "Does the model produce surveys like this one? Surveys simulated from the posterior "
        "against the real one.",
        columns,
        tuple(rows),
        "Tail probability: share of simulated surveys that fit as badly as the real one or worse.",
    )


def predictive_words(p: float, verdict: str) -> str:
    """Say a tail probability in words.

    Parameters
    ----------
    p : float
        Share of simulated surveys that fit as badly as the real one or worse.
    verdict : str
        ``pass``, ``look`` or ``stop``.
    """
    if not np.isfinite(p):
        return "could not be computed"
    like = f"{100 * p:.0f} of 100" if p >= 0.01 else "fewer than 1 of 100"
    said = f"{like} simulated surveys fit as badly or worse"
    if verdict == "pass":
        return f"{said}: nothing to see"
    return f"{said}: the data are {'hardly' if verdict == 'stop' else 'not quite'} like the model's"


def _columns(found: xr.Dataset) -> tuple[Column, ...]:
    """Return the columns of the diagnostics table."""
    headings = {"look": "look beyond", "stop": "stop beyond"}
    numbers = [name for name in found.data_vars if found[name].dtype.kind in "fiu"]
    return (
        Column("check"),
        *(
            Column(headings.get(str(name), readable(str(name))), kind="number")
            if name in numbers
            else Column(readable(str(name)), kind=_text(str(name)))
            for name in found.data_vars
        ),
    )


def _text(name: str) -> Literal["text", "long"]:
    """Return how a column of words is shown: verdicts short, explanations long."""
    return "text" if name == "verdict" else "long"


def diagnostics_table(survey: SurveyResult) -> Table:
    """Return the diagnostics with their words pass, look or stop.

    Parameters
    ----------
    survey : SurveyResult
        A fitted survey with the node ``diagnostics``.
    """
    found = survey.tree["diagnostics"].to_dataset()
    names = [str(name) for name in found.data_vars]
    rows = []
    for index, label in enumerate(found["check"].values):
        cells: list[Cell] = [readable(str(label))]
        for name in names:
            value = found[name].values[index]
            cells.append(float(value) if found[name].dtype.kind in "fiu" else str(value))
        rows.append(tuple(cells))
    return Table(
        f"diagnostics_{survey.name}",
        f"Diagnostics of the survey “{survey.name}”.",
        _columns(found),
        tuple(rows),
        "pass: nothing to see; look: read the note before use; stop: not to be used. A dash as "
        "limit: shown for information only.",
        folded=len(rows) > 12,
    )


def checks_part(survey: SurveyResult) -> Section | None:
    """Return the part on diagnostics, if the posterior has them.

    Parameters
    ----------
    survey : SurveyResult
        A fitted survey.
    """
    if node(survey, "diagnostics") is None:
        return None
    tables = filter(None, (predictive_table(survey), diagnostics_table(survey)))
    return Section(f"survey-{survey.name}-checks", "How the fit was checked", tuple(tables))
