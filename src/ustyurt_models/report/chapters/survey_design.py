"""The estimate by the survey's design beside the model's, and what it means when they differ."""

import math
from dataclasses import dataclass

import xarray as xr

from ustyurt_models.report.chapters.survey_reading import (
    DEFAULT_MASS,
    Interval,
    every_group_is_one,
    has_area,
    mass_words,
    node,
)
from ustyurt_models.report.content import Block, Cell, Column, Paragraph, Section, Table
from ustyurt_models.report.figures.survey_forest import Estimate, side_by_side
from ustyurt_models.report.inputs import SurveyResult
from ustyurt_models.report.words import readable, share, shown_number

__all__ = ["ESTIMATORS", "design_part"]

#: What the estimators of the encounter rate's variance take for granted.
ESTIMATORS = {
    "R2": "lines laid at random, whatever their lengths",
    "R3": "lines laid at random, variance in proportion to length",
    "R4": "lines laid at random, variance rising faster than length",
    "S1": "lines laid systematically, compared in pairs of neighbours",
    "S2": "lines laid systematically, compared in pairs of neighbours",
    "O1": "lines laid systematically, each compared with both neighbours",
    "O2": "lines laid systematically, each compared with both neighbours",
    "O3": "lines laid systematically, each compared with both neighbours",
    "P2": "points laid at random, whatever their visits",
    "P3": "points laid at random, variance in proportion to visits",
}

_MODEL = "model_abundance_median"
_SAME = 0.005
_FAR_MIDDLES = 0.25
_FAR_WIDTHS = 1.5
_KINDS = ("animals", "groups")


def _interval(part: xr.Dataset, name: str) -> Interval:
    return float(part[name]), float(part[f"{name}_low"]), float(part[f"{name}_high"])


def _model(part: xr.Dataset, per: float = 1.0) -> Interval:
    names = (f"model_abundance_{end}" for end in ("median", "low", "high"))
    median, low, high = (float(part[name]) / per for name in names)
    return median, low, high


@dataclass(frozen=True)
class _Design:
    """The node ``design`` with what decides how it is told.

    Attributes
    ----------
    node : xarray.Dataset
        As stored.
    areas : bool
        Whether areas are known; if not, only densities are shown.
    """

    node: xr.Dataset
    areas: bool

    @property
    def mass(self) -> float:
        """Mass of the intervals."""
        return float(self.node.attrs.get("interval_mass", DEFAULT_MASS))

    @property
    def estimator(self) -> str:
        """Name of the variance estimator."""
        return str(self.node.attrs.get("estimator", ""))

    @property
    def places(self) -> str:
        """What was laid out: transects, points, strips or cameras."""
        if "places" in self.node.attrs:
            return str(self.node.attrs["places"])
        if self.estimator.startswith("P"):
            return "points"
        return "strips" if self.estimator.startswith("Jolly") else "transects"

    @property
    def compared(self) -> bool:
        """Whether the model's numbers stand beside."""
        return _MODEL in self.node

    @property
    def strata(self) -> list[str]:
        """Strata shown; a total only where there is something to add up."""
        names = [str(name) for name in self.node["stratum"].values]
        return names if self.areas and len(names) > 2 else names[:-1]

    def both(self, stratum: str) -> tuple[Interval, Interval]:
        """Return animals by design and by model: numbers, or densities without area."""
        part = self.node.sel(kind="animals", stratum=stratum)
        if self.areas:
            return _interval(part, "abundance"), _model(part)
        return _interval(part, "density_per_km2"), _model(part, float(part["area_km2"]))


def _columns(design: _Design, kind: str) -> list[tuple[Column, str]]:
    """Return the columns that the node has numbers for, each with its variable."""
    mass = design.mass
    effort = "visit" if design.estimator.startswith("P") else "km"
    effort = str(design.node.attrs.get("effort", effort))
    columns = [
        (Column(design.places, "", "count"), "transects"),
        (Column("area of strips", "km²", "count"), "searched_km2"),
        (Column("encounter rate", f"{kind} per {effort}", "number"), "encounter_rate"),
        (Column("CV of encounter rate", "", "probability"), "encounter_rate_cv"),
        (
            Column("density", f"{kind} per km²", "interval", "estimate", mass=mass),
            "density_per_km2",
        ),
        (Column("abundance", kind, "interval", "estimate", mass=mass), "abundance"),
        (Column("the model's abundance", kind, "interval", mass=mass), _MODEL),
    ]
    hidden = () if design.areas else ("abundance", _MODEL)
    return [pair for pair in columns if pair[1] in design.node and pair[1] not in hidden]


def _cell(part: xr.Dataset, column: Column, name: str) -> Cell:
    if name == _MODEL:
        return _model(part)
    return _interval(part, name) if column.kind == "interval" else float(part[name])


def _table(survey: SurveyResult, design: _Design, kind: str) -> Table:
    """Return the design-based numbers of groups or of animals, beside the model's."""
    chosen, columns = design.node.sel(kind=kind), _columns(design, kind)
    rows = tuple(
        (stratum, *(_cell(chosen.sel(stratum=stratum), *pair) for pair in columns))
        for stratum in design.strata
    )
    words = ESTIMATORS.get(design.estimator)
    how = f"variance of the encounter rate by {design.estimator} ({words})"
    caption = (
        f"{kind.upper()}: {readable(survey.species)} by the design of the survey, with the model's "
        f"detection; {how if words else design.estimator}; log-normal {mass_words(design.mass)} "
        "confidence limits. CV: standard error over estimate."
    )
    headings = (Column("stratum"), *(column for column, _ in columns))
    return Table(f"design_{kind}_{survey.name}", caption, headings, rows)


def _verdict(design: _Design) -> str:
    """Compare design and model for all animals in one sentence."""
    own, model = design.both(design.strata[-1])
    if not min(*own[:2], *model[:2]) > 0:
        return "The design gives no interval here, so nothing can be compared."
    off = model[0] / own[0] - 1
    said = f"The model says {share(abs(off))} {'more' if off > 0 else 'fewer'} than the design"
    if abs(off) < _SAME:
        said = "The model says the same as the design"
    if abs(off) > _FAR_MIDDLES:
        return (
            f"{said}. They differ by much: the model's assumptions about encounters or group sizes "
            f"do not fit these {design.places} (few detections, one very large group, or strata "
            "that share what they should not). Find out which before using either."
        )
    wider = math.log(model[2] / model[1]) / math.log(own[2] / own[1])
    if max(wider, 1 / wider) > _FAR_WIDTHS:
        which = "narrower" if wider < 1 else "wider"
        return (
            f"{said}, but its interval is much {which}. The design looks only at how much "
            f"{design.places} differ, the model at what it assumes about them; with few "
            f"{design.places} trust the wider of the two."
        )
    return f"{said}, with an interval of like width: the two agree, as they should."


def _figure(survey: SurveyResult, design: _Design) -> Block:
    """Draw the animals of every stratum by design and by model."""
    rows = []
    for stratum in design.strata:
        own, model = design.both(stratum)
        rows += [
            Estimate(f"{stratum}, model", *model),
            Estimate(f"{stratum}, design", *own, role="other"),
        ]
    mass = mass_words(design.mass)
    unit = "animals" if design.areas else "animals per km²"
    caption = (
        f"{unit[0].upper()}{unit[1:]} by the model (circles, {mass} equal-tailed interval) and by "
        f"the design of the survey (squares, {mass} log-normal confidence limits)."
    )
    return side_by_side(f"design_{survey.name}", rows, unit, caption)


def _group_size(design: xr.Dataset) -> str:
    """Say the mean group size by design."""
    names = ("mean_size", "mean_size_se")
    size, error = (shown_number(float(design[name].isel(stratum=-1))) for name in names)
    return f" Mean size of the groups by design: {size} animals (standard error {error})."


def design_part(survey: SurveyResult) -> Section | None:
    """Return the part on the design-based estimate, if the posterior has the node ``design``.

    Parameters
    ----------
    survey : SurveyResult
        A fitted survey.
    """
    found, abundance = node(survey, "design"), node(survey, "abundance")
    if found is None:
        return None
    design = _Design(found, abundance is None or has_area(abundance))
    text = (
        f"The classical estimate asks only how the {design.places} were laid and how much they "
        "differ, and takes detection from the model."
    )
    blocks: list[Block] = []
    if design.compared:
        text += f" {_verdict(design)}"
        blocks.append(_figure(survey, design))
    kinds = [kind for kind in _KINDS if kind in found["kind"].values]
    if abundance is not None and every_group_is_one(abundance):
        kinds = ["animals"]
    if "mean_size" in found and len(kinds) > 1:
        text += _group_size(found)
    tables = [_table(survey, design, kind) for kind in kinds]
    title = "Beside the model: the estimate by design"
    return Section(f"survey-{survey.name}-design", title, (Paragraph(text), *blocks, *tables))
