"""How much the answer leans on the priors, and how much on the data."""

import xarray as xr

from ustyurt_models.report.chapters.survey_reading import draws, node
from ustyurt_models.report.content import Cell, Column, Paragraph, Section, Table
from ustyurt_models.report.inputs import SurveyResult
from ustyurt_models.report.words import readable
from ustyurt_models.survey.sensitivity import diagnosis

__all__ = ["sensitivity_part"]

#: Sensitivity that counts as much where the node does not say it;
#: Kallioinen, Paananen, Bürkner & Vehtari 2024, Statistics and Computing 34:57.
_MUCH = 0.05
_UNSURE = 0.7


def _reading(part: xr.Dataset, much: float) -> str:
    """Say in words what power-scaling shows."""
    said = diagnosis(float(part["prior"]), float(part["likelihood"]), much)
    rough = "khat" in part and float(part["khat"]) > _UNSURE
    return f"{said} (a rough number)" if rough else said


def _label(survey: SurveyResult, name: str) -> str:
    """Return what a result is, as the posterior says it."""
    drawn = draws(survey, [name]).get(name)
    return readable(name) if drawn is None else str(drawn.attrs.get("long_name", readable(name)))


def _table(survey: SurveyResult, found: xr.Dataset, much: float) -> Table:
    """Return prior and likelihood sensitivity of every result."""
    dim, rows = str(found["prior"].dims[0]), []
    for i, name in enumerate(found[dim].values):
        part = found.isel({dim: i})
        row: tuple[Cell, ...] = (
            _label(survey, str(name)),
            float(part["prior"]),
            float(part["likelihood"]),
            _reading(part, much),
        )
        rows.append(row)
    columns = (
        Column("result"),
        Column("moved by the prior", "", "probability"),
        Column("moved by the data", "", "probability"),
        Column("reading", kind="long"),
    )
    return Table(
        f"sensitivity_{survey.name}",
        "Power-scaling: how far a result moves when the prior, or the data, are given twice the "
        "weight (0: not at all, 1: completely).",
        columns,
        tuple(rows),
        f"Below {much:g}: hardly moves (Kallioinen et al. 2024).",
    )


def sensitivity_part(survey: SurveyResult) -> Section | None:
    """Return the part on priors, if the posterior has the node ``sensitivity``.

    Parameters
    ----------
    survey : SurveyResult
        A fitted survey.
    """
    found = node(survey, "sensitivity")
    if found is None or "prior" not in found:
        return None
    much = float(found.attrs.get("limit", _MUCH))
    names = found["prior"][found["prior"].dims[0]].values
    moved = found["prior"].to_numpy() >= much
    strong = [_label(survey, str(name)) for name in names[moved]]
    text = "Priors of other strength would give nearly the same numbers."
    if strong:
        text = f"The priors have a say in: {', '.join(strong)}. See the method below."
    blocks = (Paragraph(text), _table(survey, found, much))
    return Section(f"survey-{survey.name}-sensitivity", "How much the priors matter", blocks)
