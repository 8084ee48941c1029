"""How many: animals and groups, each in a table of its own, per stratum and in total."""

from typing import NamedTuple

import numpy as np
import xarray as xr

from ustyurt_models.report.chapters.survey_reading import (
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
    if not has_area(abundance):
        return [_without_area(one) for one in places]
    return [*places, _total(places)] if len(places) > 1 else places


def _without_area(place: _Place) -> _Place:
    """Forget numbers that belong to the area searched only."""
    unknown = np.full_like(place.number, np.nan)
    groups = None if place.group_number is None else unknown
    return place._replace(area_km2=float("nan"), number=unknown, group_number=groups)


def _total(places: list[_Place]) -> _Place:
    """Add up the strata draw by draw."""
    area = sum(one.area_km2 for one in places)
    number = np.sum([one.number for one in places], axis=0)
    if any(one.group_number is None for one in places):
        return _Place("total", area, number, number / area, None, None)
    groups = np.sum([one.group_number for one in places], axis=0)
    return _Place("total", area, number, number / area, groups, groups / area)


def _area(place: _Place) -> Cell:
    return place.area_km2 if np.isfinite(place.area_km2) else None


def _caption(survey: SurveyResult, thing: str) -> str:
    interval_words = f"{mass_words(mass_of(survey))} equal-tailed intervals"
    return (
        f"{thing.upper()}: number and density of {thing} of {readable(survey.species)}; "
        f"{interval_words}; CV: standard deviation over mean."
    )


def _note(places: list[_Place]) -> str:
    """Explain dashes."""
    if all(np.isfinite(one.area_km2) for one in places):
        return ""
    return "No number and no total, since the survey knows no area."


def abundance_table(survey: SurveyResult) -> Table:
    """Return number and density of animals by stratum and in total.

    Parameters
    ----------
    survey : SurveyResult
        A fitted survey with the node ``abundance``.
    """
    places = _places(survey.tree["abundance"].to_dataset())
    mass = mass_of(survey)
    rows = tuple(
        (
            one.label,
            _area(one),
            interval(one.number, mass),
            interval(one.density, mass),
            spread(one.density),
        )
        for one in places
    )
    columns = (
        Column("stratum"),
        Column("area", "km²", "count"),
        interval_column(survey, "abundance", "animals"),
        interval_column(survey, "density", "animals per km²"),
        Column("CV", "", "probability"),
    )
    caption = _caption(survey, "animals")
    return Table(f"abundance_{survey.name}", caption, columns, rows, _note(places))


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
    places = _places(survey.tree["abundance"].to_dataset())
    if any(one.group_density is None or one.group_number is None for one in places):
        return None
    mass, rows = mass_of(survey), []
    for one in places:
        assert one.group_number is not None
        assert one.group_density is not None
        cells: tuple[Cell, ...] = (
            one.label,
            interval(one.group_number, mass),
            interval(one.group_density, mass),
            interval(_sizes(one), mass),
            spread(one.group_density),
        )
        rows.append(cells)
    columns = (
        Column("stratum"),
        interval_column(survey, "abundance", "groups"),
        interval_column(survey, "density", "groups per km²"),
        interval_column(survey, "size", "animals per group"),
        Column("CV of groups", "", "probability"),
    )
    caption = f"{_caption(survey, 'groups')} Do not read them as animals."
    return Table(f"groups_{survey.name}", caption, columns, tuple(rows), _note(places))


def numbers(survey: SurveyResult) -> tuple[Block, ...]:
    """Return the tables of animals and of groups."""
    abundance = node(survey, "abundance")
    if abundance is None:
        return ()
    animals, groups = abundance_table(survey), group_table(survey)
    if groups is None:
        return (animals,)
    same = np.array_equal(abundance["density_per_km2"], abundance["group_density_per_km2"])
    if same:
        return (animals, Paragraph("Every detection is one animal, so groups are animals."))
    return (animals, groups)
