"""How many: animals and groups, each in a table of its own, per stratum and in total."""

from typing import NamedTuple

import numpy as np
import xarray as xr

from ustyurt_models.report.chapters.survey_reading import (
    every_group_is_one,
    has_area,
    interval,
    interval_column,
    mass_of,
    mass_words,
    node,
    spread,
)
from ustyurt_models.report.content import Block, Cell, Column, Paragraph, Table
from ustyurt_models.report.inputs import SurveyResult
from ustyurt_models.report.words import readable

__all__ = ["abundance_table", "group_table", "numbers"]


class _Place(NamedTuple):
    """Draws of one stratum, or of all of them; shape (draw,)."""

    label: str
    area_km2: float
    number: np.ndarray
    density: np.ndarray
    group_number: np.ndarray | None
    group_density: np.ndarray | None


def _draws(part: xr.Dataset, name: str) -> np.ndarray | None:
    return np.asarray(part[name], dtype=float) if name in part else None


def _places(abundance: xr.Dataset) -> list[_Place]:
    """Return the strata and, where every area is known, their total."""
    places = []
    for stratum in abundance["stratum"].values:
        part = abundance.sel(stratum=stratum)
        parts = ("abundance", "density_per_km2", "group_abundance", "group_density_per_km2")
        number, density, groups, group_density = (_draws(part, name) for name in parts)
        assert number is not None
        assert density is not None
        area = float(part["area_km2"])
        places.append(_Place(str(stratum), area, number, density, groups, group_density))
    return [*places, _total(places)] if has_area(abundance) and len(places) > 1 else places


def _total(places: list[_Place]) -> _Place:
    """Add up the strata draw by draw."""
    area = sum(one.area_km2 for one in places)
    number = np.sum([one.number for one in places], axis=0)
    if any(one.group_number is None for one in places):
        return _Place("total", area, number, number / area, None, None)
    groups = np.sum([one.group_number for one in places], axis=0)
    return _Place("total", area, number, number / area, groups, groups / area)


def _caption(survey: SurveyResult, thing: str) -> str:
    interval_words = f"{mass_words(mass_of(survey))} equal-tailed intervals"
    return (
        f"{thing.upper()}: number and density of {thing} of {readable(survey.species)}; "
        f"{interval_words}; CV: standard deviation over mean."
    )


def _table(
    survey: SurveyResult, thing: str, columns: tuple[Column, ...], rows: list[tuple[Cell, ...]]
) -> Table:
    """Return a table without the columns of numbers where the survey knows no area."""
    areas = has_area(survey.tree["abundance"].to_dataset())
    kept = [i for i, one in enumerate(columns) if areas or one.label not in ("area", "abundance")]
    note = "" if areas else "No number and no total, since the survey knows no area."
    name = "abundance" if thing == "animals" else thing
    caption = _caption(survey, thing) + " Do not read them as animals." * (thing == "groups")
    cells = tuple(tuple(row[i] for i in kept) for row in rows)
    return Table(f"{name}_{survey.name}", caption, tuple(columns[i] for i in kept), cells, note)


def abundance_table(survey: SurveyResult) -> Table:
    """Return number and density of animals by stratum and in total.

    Parameters
    ----------
    survey : SurveyResult
        A fitted survey with the node ``abundance``.
    """
    mass = mass_of(survey)
    rows: list[tuple[Cell, ...]] = [
        (
            one.label,
            one.area_km2,
            interval(one.number, mass),
            interval(one.density, mass),
            spread(one.density),
        )
        for one in _places(survey.tree["abundance"].to_dataset())
    ]
    columns = (
        Column("stratum"),
        Column("area", "km²", "count"),
        interval_column(survey, "abundance", "animals"),
        interval_column(survey, "density", "animals per km²"),
        Column("CV", "", "probability"),
    )
    return _table(survey, "animals", columns, rows)


def _sizes(place: _Place) -> np.ndarray:
    """Return the mean size of the groups of a place, shape (draw,)."""
    groups = np.asarray(place.group_density)
    return np.divide(place.density, groups, out=np.full_like(groups, np.nan), where=groups > 0)


def group_table(survey: SurveyResult) -> Table | None:
    """Return number, density and mean size of groups; nothing for surveys without groups.

    Parameters
    ----------
    survey : SurveyResult
        A fitted survey with the node ``abundance``.
    """
    mass = mass_of(survey)
    rows: list[tuple[Cell, ...]] = []
    for one in _places(survey.tree["abundance"].to_dataset()):
        if one.group_number is None or one.group_density is None:
            return None
        row = (
            one.label,
            interval(one.group_number, mass),
            interval(one.group_density, mass),
            interval(_sizes(one), mass),
            spread(one.group_density),
        )
        rows.append(row)
    columns = (
        Column("stratum"),
        interval_column(survey, "abundance", "groups"),
        interval_column(survey, "density", "groups per km²"),
        interval_column(survey, "size", "animals per group"),
        Column("CV of groups", "", "probability"),
    )
    return _table(survey, "groups", columns, rows)


def numbers(survey: SurveyResult) -> tuple[Block, ...]:
    """Return the tables of animals and of groups."""
    abundance = node(survey, "abundance")
    if abundance is None or str(abundance.attrs.get("area_basis", "")) == "sites":
        return ()
    animals, groups = abundance_table(survey), group_table(survey)
    if groups is None:
        return (animals,)
    if every_group_is_one(abundance):
        return (animals, Paragraph("Every detection is one animal, so groups are animals."))
    return (animals, groups)
