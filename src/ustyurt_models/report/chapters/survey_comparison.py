"""Which candidate: how well each foretells, and what the choice does to the numbers."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from ustyurt_models.report.chapters.survey_forms import forms_of_growth
from ustyurt_models.report.chapters.survey_reading import (
    DEFAULT_MASS,
    Interval,
    has_area,
    interval,
    mass_words,
    node,
    settings_of,
)
from ustyurt_models.report.content import (
    Block,
    Cell,
    Column,
    Kind,
    Note,
    Paragraph,
    Section,
    Table,
)
from ustyurt_models.report.figures.survey_forest import Estimate, side_by_side
from ustyurt_models.report.inputs import SurveyResult
from ustyurt_models.report.words import share

__all__ = ["KEY_MATTERS", "comparison_part"]

#: The reader is warned when the choice of the key moves abundance by more than this share.
KEY_MATTERS = 0.25

#: Keys whose elpd lies this close to the best are not told apart, nor are those within two
#: standard errors; Sivula, Magnusson, Matamoros & Vehtari 2025, Bayesian Analysis.
_NEAR = 4.0

_NUMBERS: tuple[tuple[str, str, Kind], ...] = (
    ("elpd", "elpd", "number"),
    ("difference", "difference to the best", "number"),
    ("difference_se", "SE of the difference", "number"),
    ("parameters", "effective parameters", "number"),
    ("pareto_k", "largest Pareto k", "number"),
    ("stacking", "stacking weight", "probability"),
    ("weight", "share of the average", "probability"),
)


_MANY = {
    "detection function": "Detection functions",
    "form of growth": "Forms of growth",
    "model of the visits": "Models of the visits",
}
_ADVICE = {
    "detection function": "average the keys, or collect more distances near zero",
    "form of growth": "average the forms, or keep counting",
    "model of the visits": "average the models, or visit more sites and each more often",
}


@dataclass(frozen=True)
class _Keys:
    """The node ``comparison`` with what decides how it is told.

    Attributes
    ----------
    node : xarray.Dataset
        As stored, over ``fit``; the first is the one used unless all are averaged.
    averaged : bool
        Whether the numbers of the survey are a mixture of all.
    per_km2 : float
        Square kilometres that numbers are divided by; 1 where areas are known.
    thing : str
        What is compared.
    unit : str
        Unit of the numbers.
    """

    node: xr.Dataset
    averaged: bool
    per_km2: float
    thing: str
    unit: str

    @property
    def names(self) -> list[str]:
        """Names of the keys."""
        return [str(name) for name in self.node["fit"].values]

    @property
    def mass(self) -> float:
        """Mass of the intervals."""
        return float(self.node.attrs.get("interval_mass", DEFAULT_MASS))

    @property
    def quantity(self) -> str:
        """Variable whose values under each are compared."""
        return str(self.node.attrs.get("quantity", "abundance"))

    @property
    def middle(self) -> np.ndarray:
        """Median under each key, shape (fit,)."""
        return self.node[self.quantity].to_numpy() / self.per_km2

    def interval(self, index: int) -> Interval:
        """Return median and interval under a key."""
        part = self.node.isel(fit=index)
        ends = (part[f"{self.quantity}{end}"] for end in ("", "_low", "_high"))
        median, low, high = (float(end) / self.per_km2 for end in ends)
        return median, low, high

    @property
    def near(self) -> np.ndarray:
        """Keys that the data cannot tell from the best, shape (fit,)."""
        behind = -self.node["difference"].to_numpy()
        return behind <= np.maximum(_NEAR, 2 * self.node["difference_se"].to_numpy())


def _thing(survey: SurveyResult, found: xr.Dataset) -> str:
    """Say what is compared."""
    if "growth_closed" in found:
        return "form of growth"
    return "model of the visits" if "visits" in settings_of(survey) else "detection function"


def _unit(found: xr.Dataset, abundance: xr.Dataset | None) -> tuple[str, float]:
    """Return the unit of what is compared, and the km² that numbers are divided by."""
    if abundance is None:
        last = "" if found.attrs.get("seasons", 1) == 1 else ", last season"
        return f"share of the visited sites{last}", 1.0
    if abundance.attrs.get("area_basis") == "sites":
        return "animals at the visited sites", 1.0
    if has_area(abundance):
        return "animals", 1.0
    return "animals per km²", float(abundance["area_km2"].sum())


def _keys(survey: SurveyResult) -> _Keys | None:
    """Return the comparison, if there is one."""
    found, abundance = node(survey, "comparison"), node(survey, "abundance")
    if found is None or found.sizes.get("fit", 0) < 2:
        return None
    occupancy = node(survey, "occupancy")
    mixed = any(one is not None and "fit" in one for one in (abundance, occupancy))
    averaged = mixed or bool(settings_of(survey).get("average"))
    if occupancy is not None:
        found = found.assign_attrs(seasons=occupancy.sizes["season"])
    unit, per_km2 = _unit(found, abundance)
    return _Keys(found, averaged, per_km2, _thing(survey, found), unit)


def _table(survey: SurveyResult, keys: _Keys) -> Table:
    """Return predictive accuracy and weights of the keys."""
    shown = [row for row in _NUMBERS if row[0] in keys.node]
    rows = []
    for index, name in enumerate(keys.names):
        part = keys.node.isel(fit=index)
        used = index == 0 and not keys.averaged
        row: list[Cell] = [f"{name} (used)" if used else name]
        row += [float(part[variable]) for variable, _, _ in shown]
        row += [keys.interval(index), str(part["verdict"].values) if "verdict" in part else ""]
        rows.append(tuple(row))
    whole = keys.quantity.replace("_", " ")
    quantity = whole if keys.per_km2 == 1 else "density"
    columns = (
        Column(keys.thing),
        *(Column(label, "", kind) for _, label, kind in shown),
        Column(quantity, keys.unit, "interval", mass=keys.mass),
        Column("diagnostics"),
    )
    unit = keys.node.attrs.get("unit", "transect")
    caption = (
        f"{_MANY[keys.thing]} compared by leave-one-out: how well each foretells a {unit} that it "
        "has not seen (elpd, larger is better; PSIS-LOO)."
    )
    note = f"Differences below {_NEAR:g}, or below two standard errors, say nothing."
    return Table(f"comparison_{survey.name}", caption, columns, tuple(rows), note)


def _moved(keys: _Keys, some: np.ndarray) -> float:
    """Return by what share the median rises from the lowest to the highest of some keys."""
    middle = keys.middle[some]
    return float(middle.max() / max(float(middle.min()), 1e-300) - 1)


def _range(keys: _Keys) -> Block:
    """Say how far the choice of the key moves the numbers."""
    every, near = np.ones(len(keys.names), bool), keys.near
    low, high = (keys.names[int(pick(keys.middle))] for pick in (np.argmin, np.argmax))
    whole, alike = _moved(keys, every), _moved(keys, near)
    said = f"From the lowest ({low}) to the highest ({high}) the median rises by {share(whole)}."
    if alike > KEY_MATTERS:
        doubt = (
            "The candidates are averaged, so the intervals hold this doubt."
            if keys.averaged
            else f"The intervals above do not hold this doubt: {_ADVICE[keys.thing]}."
        )
        return Note(
            f"{said} The choice of the {keys.thing} alone moves the numbers by more than "
            f"{share(KEY_MATTERS)} among candidates that the data cannot tell apart. {doubt}",
            "warning",
        )
    if whole > KEY_MATTERS:
        return Paragraph(
            f"{said} Among those that predict nearly as well as the best it is {share(alike)}; the "
            "others fit clearly worse."
        )
    return Paragraph(f"{said} The choice of the {keys.thing} matters little here.")


def _figure(survey: SurveyResult, keys: _Keys) -> Block:
    """Draw the numbers under each key."""
    rows = [
        Estimate(name, *keys.interval(i), role="main" if keys.averaged or i == 0 else "other")
        for i, name in enumerate(keys.names)
    ]
    used = "all are averaged" if keys.averaged else "circle: the one used"
    abundance = node(survey, "abundance")
    occupancy = node(survey, "occupancy")
    if keys.averaged and abundance is not None:
        total = abundance["abundance"].sum("stratum") / keys.per_km2
        rows.append(Estimate("averaged", *interval(total, keys.mass), role="pooled"))
    elif keys.averaged and occupancy is not None:
        share_now = occupancy["occupied_share"].isel(season=-1)
        rows.append(Estimate("averaged", *interval(share_now, keys.mass), role="pooled"))
    caption = (
        f"{keys.unit[0].upper()}{keys.unit[1:]} under each {keys.thing}, "
        f"{mass_words(keys.mass)} equal-tailed interval; {used}."
    )
    return side_by_side(f"comparison_{survey.name}", rows, keys.unit, caption)


def _reason(keys: _Keys) -> str:
    """Say how the one that is used stands against the others."""
    used, best = keys.names[0], keys.names[int(np.argmax(keys.node["difference"].to_numpy()))]
    rivals = [name for name, near in zip(keys.names, keys.near, strict=True) if near]
    if used not in rivals:
        behind, se = -float(keys.node["difference"][0]), float(keys.node["difference_se"][0])
        return (
            f"It foretells clearly worse than {best} (by {behind:.1f}, standard error {se:.1f}): "
            f"take {best} unless there is a reason that the data cannot know."
        )
    if len(rivals) == 1:
        return "It foretells better than all others."
    others = ", ".join(name for name in rivals if name != used)
    return f"It foretells as well as any; the data cannot tell it from {others}."


def comparison_part(survey: SurveyResult) -> Section | None:
    """Return the part on keys, if the posterior has the node ``comparison``.

    Parameters
    ----------
    survey : SurveyResult
        A fitted survey.
    """
    keys = _keys(survey)
    if keys is None:
        return None
    used = (
        f"The numbers above are averaged over the {_MANY[keys.thing].lower()} with stacking "
        "weights; what is said beside them, of the checks and all else, is that of "
        f"{keys.names[0]}."
        if keys.averaged
        else f"The numbers above use {keys.names[0]} alone; nothing is averaged. {_reason(keys)}"
    )
    forms = forms_of_growth(survey.name, keys.node)
    blocks = (*forms, Paragraph(used), _range(keys), _figure(survey, keys), _table(survey, keys))
    return Section(f"survey-{survey.name}-comparison", f"Which {keys.thing}", blocks)
