"""What hierarchical distance sampling needs: counts by site and class, covariates, places."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import Faults, did_you_mean
from ustyurt_models.evidence import Catalogue
from ustyurt_models.formulas.detection_form import DetectionForm
from ustyurt_models.study.surveys import DensitySurface, HierarchicalBlock
from ustyurt_models.survey.beliefs import Known, known_probability
from ustyurt_models.survey.context import Context
from ustyurt_models.survey.covariates import names_in
from ustyurt_models.survey.models.distance.prepare import DistanceData, prepare
from ustyurt_models.survey.read.columns import index_of
from ustyurt_models.survey.read.grid import GridTable, GridUnits, in_metres, read_grid
from ustyurt_models.survey.read.survey_data import Transects
from ustyurt_models.survey.read.table import MISSING
from ustyurt_models.survey.read.transects import SurveyFile, open_survey
from ustyurt_models.survey.read.transects import survey_of as transects_of
from ustyurt_models.survey.read.units import declared_units

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["HierarchicalSurvey", "SiteData", "describe", "load", "prepare_sites", "survey_of"]


@dataclass(frozen=True)
class SiteData:
    """Counts by site, truncated.

    Attributes
    ----------
    site : tuple of str
        Names.
    truncated : DistanceData
        Effort (0 where nobody went), groups by site, distances and sizes of detections.
    covariates : mapping of str to numpy.ndarray
        Columns of the file that are the same all along a site, each shape (site,).
    position : numpy.ndarray or None
        Shape (site, 2).
    position_kind : str
        ``"lonlat"``, ``"projected"`` or empty.
    """

    site: tuple[str, ...]
    truncated: DistanceData
    covariates: Mapping[str, NDArray]
    position: NDArray[np.float64] | None
    position_kind: Literal["", "lonlat", "projected"]

    @property
    def effort(self) -> NDArray[np.float64]:
        """Length [km] or visits, shape (site,)."""
        return self.truncated.effort

    @property
    def visited(self) -> NDArray[np.bool_]:
        """Sites with effort, shape (site,)."""
        return self.truncated.effort > 0

    @property
    def groups(self) -> NDArray[np.int64]:
        """Groups detected, shape (site,)."""
        return self.truncated.groups

    @property
    def form(self) -> DetectionForm:
        """Key and truncation distances."""
        return self.truncated.form

    @property
    def classes(self) -> NDArray[np.float64]:
        """Limits of the distance classes [m]; of the only one where distances are exact."""
        edges = self.truncated.cutpoints_m
        return edges if edges.size else np.array([self.form.left_m, self.form.truncation_m])


@dataclass(frozen=True)
class HierarchicalSurvey:
    """A survey with all that the model is told.

    Attributes
    ----------
    transects : Transects
        As read.
    data : SiteData
        Counts.
    settings : HierarchicalBlock
        Block of the study file; every detection is one animal where the file has no sizes.
    on_line, availability : Belief, Trials or None
        What is known of detection at distance zero, and of being available for detection.
    own_grid : GridTable or None
        Cells of the file named in the study.
    grid : xarray.Dataset or None
        Cells of the landscape, as `contracts.GRID`.
    """

    transects: Transects
    data: SiteData
    settings: HierarchicalBlock
    on_line: Known | None = None
    availability: Known | None = None
    own_grid: GridTable | None = None
    grid: "xr.Dataset | None" = None

    @property
    def header(self) -> Mapping[str, str]:
        """``# key: value`` lines of the file."""
        return self.transects.header

    @property
    def is_surface(self) -> bool:
        """Whether density has a spatial field."""
        return isinstance(self.settings, DensitySurface)


def prepare_sites(transects: Transects, settings: HierarchicalBlock) -> SiteData:
    """Truncate a survey and count by site and class.

    Parameters
    ----------
    transects : Transects
        The survey; sites without visits have effort 0 or NaN.
    settings : HierarchicalBlock
        Key, truncation, classes.

    Returns
    -------
    SiteData
        What the likelihood needs.

    Raises
    ------
    InputError
        As `distance.data.prepare`; for detections where nobody went.
    """
    effort = np.nan_to_num(np.asarray(transects.effort, float))
    _check_effort(transects, effort)
    # Covariates of the scale are learnt from sites, not from detections; see `places`.
    plain = settings.model_copy(update={"scale": "", "scale_random": ()})
    data = prepare(replace(transects, effort=effort), plain)
    return SiteData(
        transects.transect,
        data,
        in_metres(transects.transect_covariates, declared_units(transects.header.get("units", ""))),
        transects.position,
        transects.position_kind,
    )


def _check_effort(transects: Transects, effort: NDArray[np.float64]) -> None:
    """Refuse detections where nobody went, and a survey without any effort."""
    faults = Faults()
    for site in np.unique(transects.detection_transect[effort[transects.detection_transect] <= 0]):
        rule = "must have effort, for something was detected there"
        faults.add(f"survey: {transects.transect[site]}", rule, float(effort[site]))
    if not np.any(effort > 0):
        faults.add("survey: effort", "must be > 0 at some site")
    faults.raise_if_any()


def survey_of(
    transects: Transects,
    settings: HierarchicalBlock,
    catalogue: Catalogue | None = None,
    own_grid: GridTable | None = None,
    grid: "xr.Dataset | None" = None,
) -> HierarchicalSurvey:
    """Prepare a survey that has been read or simulated.

    Parameters
    ----------
    transects : Transects
        The survey.
    settings : HierarchicalBlock
        Block of the study file.
    catalogue : Catalogue, optional
        Evidence for what the survey does not tell.
    own_grid : GridTable, optional
        Cells of a file.
    grid : xarray.Dataset, optional
        Cells of the landscape.

    Returns
    -------
    HierarchicalSurvey
        What the model takes.

    Raises
    ------
    InputError
        With every fault that can be seen without the landscape.
    """
    on_line, availability = (
        known_probability(
            getattr(settings, name), transects.header.get(name, ""), catalogue, f"survey: {name}"
        )
        for name in ("detection_on_line", "availability")
    )
    if not transects.has_size:
        settings = settings.model_copy(update={"group_size": "single"})
    data = prepare_sites(transects, settings)
    survey = HierarchicalSurvey(transects, data, settings, on_line, availability, own_grid, grid)
    _check_names(survey)
    return survey


def _check_names(survey: HierarchicalSurvey) -> None:
    """Note variables that neither the sites nor a known grid have."""
    faults, settings = Faults(), survey.settings
    known = set(survey.data.covariates)
    if survey.own_grid is not None:
        cells = set(survey.own_grid.covariates)
    elif survey.grid is not None:
        cells = {str(name) for name in survey.grid.data_vars}
    else:
        cells = set()
    unknown_land = survey.own_grid is None and survey.grid is None
    for option in ("density", "scale"):
        for name in names_in(getattr(settings, option), f"survey: {option}"):
            places = ("x_km", "y_km") if option == "density" else ()
            if name not in {*known, *cells, *places} and not unknown_land:
                advice = did_you_mean(name, known | cells)
                faults.add(f"survey: {option}", "must name columns of sites", name, advice)
    for option in ("density_random", "scale_random"):
        for name in getattr(settings, option):
            if name not in known:
                faults.add(
                    f"survey: {option}", "must name columns that are the same all along a site",
                    name, did_you_mean(name, known),
                )  # fmt: skip
    if settings.key == "uniform" and (settings.scale or settings.scale_random):
        rule = "the uniform key has no scale that could depend on covariates"
        faults.add("survey: scale", rule)
    if survey.is_surface and survey.data.position is None:
        advice = "add columns longitude and latitude, or x and y"
        faults.add("survey: position", "must be known for a density surface", None, advice)
    faults.raise_if_any()


def _visited_rows(file: SurveyFile) -> tuple[SurveyFile, int]:
    """Leave out rows of sites that nobody visited: effort empty or 0, and nothing seen."""
    table = file.table
    effort = index_of(table, "effort")
    seen = [index_of(table, name) for name in ("distance", "begin", "radial")]
    if effort is None:
        return file, 0
    nothing = {*MISSING, "0", "0.0"}
    kept = [
        row[effort].lower() not in nothing
        or any(row[index].lower() not in MISSING for index in seen if index is not None)
        for row in table.rows
    ]
    if all(kept) or not any(kept):
        return file, 0

    def only(values: tuple) -> tuple:
        return tuple(value for value, keep in zip(values, kept, strict=True) if keep)

    places = only(table.places) if table.places else ()
    fewer = replace(table, rows=only(table.rows), lines=only(table.lines), places=places)
    return replace(file, table=fewer), len(kept) - sum(kept)


def load(
    spec: HierarchicalBlock, folder: Path, catalogue: Catalogue | None, context: Context
) -> HierarchicalSurvey:
    """Read the files of a survey block; see `registry`."""
    file, idle = _visited_rows(open_survey(folder / spec.file, spec.encoding))
    transects = transects_of(file, spec.units, spec.encoding, spec.transect)
    if idle:
        note = f"{idle} sites without visits left out: nothing is known of them"
        transects = replace(transects, notes=(*transects.notes, note))
    own = None
    if spec.grid:
        told = GridUnits(spec.area_unit, spec.grid_units, spec.cell_area)
        own = read_grid(folder / spec.grid, told, spec.encoding)
    return survey_of(transects, spec, catalogue, own, None if own else context.grid)


def describe(survey: HierarchicalSurvey) -> str:
    """Say in one line what the file holds."""
    data = survey.data
    kind = "points" if data.form.point else "segments"
    effort = data.effort.sum()
    how = f"{effort:,.0f} visits" if data.form.point else f"{effort:,.0f} km"
    idle = int((~data.visited).sum())
    never = f" ({idle} not visited)" if idle else ""
    return (
        f"{data.effort.size} {kind}{never}, {how}, {data.truncated.distance_m.size} groups within "
        f"{data.form.truncation_m:g} m"
    )
