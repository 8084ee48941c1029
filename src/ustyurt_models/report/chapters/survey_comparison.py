"""Which detection function: how well each foretells, and what the choice does to the numbers."""

import numpy as np
import xarray as xr

from ustyurt_models.report.chapters.survey_reading import (
    DEFAULT_MASS,
    mass_words,
    node,
    stored_interval,
)
from ustyurt_models.report.content import Block, Cell, Column, Note, Paragraph, Section, Table
from ustyurt_models.report.figures.survey_forest import Estimate, side_by_side
from ustyurt_models.report.inputs import SurveyResult
from ustyurt_models.report.words import readable, share

__all__ = ["KEY_MATTERS", "comparison_part"]

#: The reader is warned when the choice of the key moves abundance by more than this share.
KEY_MATTERS = 0.25

_NUMBERS = {
    "elpd": ("elpd", "number"),
    "elpd_difference": ("difference to the best", "number"),
    "difference_se": ("SE of the difference", "number"),
    "p_loo": ("effective parameters", "number"),
    "pareto_k": ("largest Pareto k", "number"),
    "weight": ("stacking weight", "probability"),
}


def _quantity(found: xr.Dataset) -> tuple[str, str] | None:
    """Return the variable that is compared over the keys, and its unit."""
    for name, unit in (("abundance", "animals"), ("density_per_km2", "animals per km²")):
        if f"{name}_median" in found:
            return name, unit
    return None


def _averaged(found: xr.Dataset) -> bool:
    return bool(int(found.attrs.get("averaged", 0)))


def _chosen(found: xr.Dataset) -> str:
    return str(found.attrs.get("chosen", ""))


def _table(survey: SurveyResult, found: xr.Dataset) -> Table:
    """Return predictive accuracy and weights of the keys."""
    numbers = {name: look for name, look in _NUMBERS.items() if name in found}
    quantity, mass = _quantity(found), float(found.attrs.get("interval_mass", DEFAULT_MASS))
    rows = []
    for key in found["key"].values:
        part = found.sel(key=key)
        label = f"{key} (used)" if key == _chosen(found) and not _averaged(found) else str(key)
        row: list[Cell] = [label, *(float(part[name]) for name in numbers)]
        if quantity:
            row.append(stored_interval(part, quantity[0]))
        if "verdict" in found:
            row.append(str(part["verdict"].values))
        rows.append(tuple(row))
    columns = [
        Column("detection function"),
        *(Column(label, "", kind) for label, kind in numbers.values()),  # type: ignore[arg-type]
        *((Column(readable(quantity[0]), quantity[1], "interval", mass=mass),) if quantity else ()),
        *((Column("diagnostics"),) if "verdict" in found else ()),
    ]
    unit = found.attrs.get("unit", "transect")
    caption = (
        f"Detection functions compared by leave-one-out: how well each foretells a {unit} that it "
        "has not seen (elpd, larger is better; PSIS-LOO)."
    )
    note = "A difference below twice its standard error says nothing."
    return Table(f"comparison_{survey.name}", caption, tuple(columns), tuple(rows), note)


def _range(found: xr.Dataset, quantity: tuple[str, str]) -> Block:
    """Say how far the choice of the key moves the numbers."""
    middles = found[f"{quantity[0]}_median"].to_numpy()
    keys = [str(key) for key in found["key"].values]
    low, high = int(np.argmin(middles)), int(np.argmax(middles))
    moved = float(middles[high] / middles[low] - 1) if middles[low] > 0 else float("inf")
    said = (
        f"From the lowest ({keys[low]}) to the highest ({keys[high]}) the median rises by "
        f"{share(moved) if np.isfinite(moved) else 'any factor'}"
    )
    if moved > KEY_MATTERS:
        return Note(
            f"{said}: the choice of the detection function alone moves the numbers by more than "
            f"{share(KEY_MATTERS)}. The intervals above do not hold this doubt unless the keys are "
            "averaged; more distances near zero would settle it.",
            "warning",
        )
    return Paragraph(f"{said}: the choice of the detection function matters little here.")


def _figure(survey: SurveyResult, found: xr.Dataset, quantity: tuple[str, str]) -> Block:
    """Draw the numbers under each key."""
    name, unit = quantity
    rows = [
        Estimate(
            str(key),
            *stored_interval(found.sel(key=key), name),
            role="main" if _averaged(found) or key == _chosen(found) else "other",
        )
        for key in found["key"].values
    ]
    mass = mass_words(float(found.attrs.get("interval_mass", DEFAULT_MASS)))
    used = "all are averaged" if _averaged(found) else "circle: the one used"
    caption = f"Animals under each detection function, {mass} equal-tailed interval; {used}."
    return side_by_side(f"comparison_{survey.name}", rows, unit, caption)


def comparison_part(survey: SurveyResult) -> Section | None:
    """Return the part on keys, if the posterior has the node ``comparison``.

    Parameters
    ----------
    survey : SurveyResult
        A fitted survey.
    """
    found = node(survey, "comparison")
    if found is None or found.sizes.get("key", 0) < 2:
        return None
    used = (
        "The numbers above are averaged over the detection functions with stacking weights."
        if _averaged(found)
        else f"The numbers above use the {_chosen(found)} key alone; nothing is averaged."
    )
    blocks: list[Block] = [Paragraph(used)]
    if quantity := _quantity(found):
        blocks += [_range(found, quantity), _figure(survey, found, quantity)]
    blocks.append(_table(survey, found))
    title = "Which detection function"
    return Section(f"survey-{survey.name}-comparison", title, tuple(blocks))
