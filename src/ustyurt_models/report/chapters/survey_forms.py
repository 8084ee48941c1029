"""Forms of growth side by side: what of the growth of counts holds whatever the form."""

import numpy as np
import xarray as xr

from ustyurt_models.report.chapters.survey_reading import DEFAULT_MASS, mass_words
from ustyurt_models.report.content import Block, Cell, Column, Paragraph, Table
from ustyurt_models.report.words import shown_number, shown_probability

__all__ = ["forms_of_growth"]

_PARTS = {
    "growth_closed": "closed population",
    "growth_immigration": "immigration",
    "growth_detection": "better detection",
    "growth_lucky_years": "lucky years",
}
_FLOOR = 0.001  # a share of draws says nothing finer


def _range(values: np.ndarray) -> str:
    """Write the smallest and the largest, or the one number that both are."""
    ends = [shown_number(float(end), 2) for end in (values.min(), values.max())]
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def _held(found: xr.Dataset) -> str:
    """Say what holds under every form, and what the form decides."""
    count = found.sizes["fit"]
    reach = shown_probability(max(float(found["reach"].max()), _FLOOR))
    least = f"below {reach.removeprefix('<').strip()}" if "<" in reach else f"at most {reach}"
    beyond = found["growth_beyond"].to_numpy()
    above = bool((found["growth_beyond_low"] > 0).all())
    sure = "lies above zero under each" if above else "holds zero under some"
    return (
        f"Under all {count} forms the chance that a closed population could grow as the published "
        f"counts is {least}. Growth of the counts beyond that of a "
        f"closed population is {_range(beyond)} per year (medians of the forms); its interval "
        f"{sure}."
    )


def _leaning(found: xr.Dataset) -> str:
    """Say how the forms divide growth, and how much of the answer is belief."""
    told = [
        f"{label} {_range(found[name].to_numpy())}"
        for name, label in _PARTS.items()
        if name != "growth_closed"
    ]
    moves = found["prior_moves"].to_numpy()
    said = f"How that is divided is not told by the counts: by form, {', '.join(told)} per year. "
    if np.isfinite(moves).all():
        said += (
            "Doubling the weight of the beliefs moves the growth of a closed population by "
            f"{_range(moves)} (a distance from 0 to 1; above 0.05 a result leans on beliefs)."
        )
    return said


def forms_of_growth(name: str, found: xr.Dataset) -> tuple[Block, ...]:
    """Return words and a table of growth under each form; nothing where the fits are no trends.

    Parameters
    ----------
    name : str
        Of the survey.
    found : xarray.Dataset
        Node ``comparison`` of its posterior.
    """
    if "growth_beyond" not in found:
        return ()
    mass = float(found.attrs.get("interval_mass", DEFAULT_MASS))
    rows: list[tuple[Cell, ...]] = []
    for index, fit in enumerate(found["fit"].values):
        one = found.isel(fit=index)
        parts: list[Cell] = [
            (float(one[part]), float(one[f"{part}_low"]), float(one[f"{part}_high"]))
            for part in _PARTS
        ]
        rows.append((str(fit), *parts, float(one["reach"]), float(one["prior_moves"])))
    columns = (
        Column("form of growth"),
        *(Column(label, "per yr", "interval", mass=mass) for label in _PARTS.values()),
        Column("closed could reach the counts", "", "probability"),
        Column("moved by beliefs", "", "number"),
    )
    caption = (
        "What the growth of the counts is made of under each form, last period, log growth; median "
        f"and {mass_words(mass)} equal-tailed interval."
    )
    table = Table(f"forms_{name}", caption, columns, tuple(rows))
    return (Paragraph(_held(found), lead=True), Paragraph(_leaning(found)), table)
