"""What the strip model needs: counts by strip, group sizes, what is known of undercounting."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import Faults, require
from ustyurt_models.evidence import Catalogue
from ustyurt_models.study.surveys import StripCounts
from ustyurt_models.study.surveys.common import Believed
from ustyurt_models.survey.beliefs import Known, belief_from, known_probability
from ustyurt_models.survey.context import Context
from ustyurt_models.survey.read.strips import Strips, read_strips

__all__ = ["StripSurvey", "describe", "load", "survey_of"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class StripSurvey:
    """A strip survey with all that the model is told.

    Attributes
    ----------
    strips : Strips
        As read.
    area_km2 : numpy.ndarray
        Area of each stratum, shape (stratum,).
    settings : StripCounts
        Block of the study file.
    availability, perception : Belief, Trials or None
        What is known of being there to be seen, and of being seen.
    """

    strips: Strips
    area_km2: Floats
    settings: StripCounts
    availability: Known | None = None
    perception: Known | None = None

    @property
    def header(self) -> dict[str, str]:
        """``# key: value`` lines of the file."""
        return self.strips.header

    @property
    def counted(self) -> NDArray[np.int64]:
        """Groups by strip, or animals where the file has no groups, int64, shape (strip,)."""
        strips = self.strips
        if not strips.has_groups:
            return strips.count
        return np.bincount(strips.group_strip, minlength=len(strips.strip)).astype(np.int64)

    @property
    def searched_km2(self) -> Floats:
        """Area searched by stratum, shape (stratum,)."""
        return self.by_stratum(self.strips.searched_km2)

    def by_stratum(self, values: Floats) -> Floats:
        """Add up a quantity of strips by stratum, shape (stratum,)."""
        return np.bincount(self.strips.strip_stratum, values, self.area_km2.size)

    @property
    def paired(self) -> NDArray[np.bool_]:
        """Groups with both estimate and photograph, shape (group,)."""
        return ~np.isnan(self.strips.eye) & ~np.isnan(self.strips.photo)

    @property
    def by_eye(self) -> NDArray[np.bool_]:
        """Groups with an estimate by eye only, shape (group,)."""
        return np.isnan(self.strips.photo)

    @property
    def calibrated(self) -> bool:
        """Whether photographs correct the estimates by eye."""
        return bool(self.paired.any())


def _areas(strips: Strips, settings: StripCounts, faults: Faults) -> Floats:
    """Take the areas of the study file over those of the survey file; none may be missing."""
    for name in sorted(set(settings.areas) - set(strips.stratum)):
        rule = f"must name a stratum of the survey {list(strips.stratum)}"
        faults.add("survey: area", rule, name)
    known = dict(zip(strips.stratum, strips.area_km2, strict=True))
    area = np.array([settings.areas.get(name, known[name]) for name in strips.stratum])
    searched = np.bincount(strips.strip_stratum, strips.searched_km2, area.size)
    for name, value, inside in zip(strips.stratum, area, searched, strict=True):
        place = f"survey: area of stratum {name!r}"
        if not value > 0:
            advice = "fill the column area or write areas = { ... } in the study file"
            faults.add(place, "must be known and > 0", None, advice)
        elif inside > value * 1.01:
            rule = f"must not be smaller than its strips of {inside:g} km2"
            faults.add(place, rule, f"{value:g} km2", "units mixed up?")
    return area


def _known(
    given: Believed | str | None, row: str, catalogue: Catalogue | None, where: str
) -> Known | None:
    """Return what is known of a probability; a name in the study file must be an evidence row."""
    if isinstance(given, str):
        require(catalogue is not None, where, "needs the evidence catalogue", given)
        assert catalogue is not None
        return belief_from(catalogue, given, where)
    return known_probability(given, row, catalogue, where)


def survey_of(
    strips: Strips, settings: StripCounts, catalogue: Catalogue | None = None
) -> StripSurvey:
    """Prepare a survey that has been read or simulated.

    Parameters
    ----------
    strips : Strips
        The survey.
    settings : StripCounts
        Undercounting, areas, priors.
    catalogue : Catalogue, optional
        Evidence for what the survey does not tell.

    Returns
    -------
    StripSurvey
        What the model takes.

    Raises
    ------
    InputError
        Missing areas, strata smaller than their strips, evidence rows that are not there,
        Jolly's first method for unequal strips.
    """
    faults = Faults()
    area = _areas(strips, settings, faults)
    searched = strips.searched_km2
    if settings.design == "jolly1" and np.ptp(searched) > 0.01 * searched.mean():
        rule = "'jolly1' is for strips of equal area; write 'jolly2'"
        faults.add("survey: design", rule, f"{searched.min():g} to {searched.max():g} km2")
    faults.raise_if_any()
    known = {
        name: _known(
            getattr(settings, name), strips.header.get(name, ""), catalogue, f"survey: {name}"
        )
        for name in ("availability", "perception")
    }
    return StripSurvey(strips, area, settings, known["availability"], known["perception"])


def load(
    spec: StripCounts, folder: Path, catalogue: Catalogue | None, context: Context
) -> StripSurvey:
    """Read the file of a survey block; see `registry`."""
    strips = read_strips(folder / spec.file, spec.units, spec.encoding)
    return survey_of(strips, spec, catalogue)


def describe(survey: StripSurvey) -> str:
    """Say in one line what the file holds."""
    strips, covered = survey.strips, survey.searched_km2.sum() / survey.area_km2.sum()
    seen = f"{strips.count.sum():,} animals"
    if strips.has_groups:
        seen = f"{strips.group_strip.size} groups, {survey.paired.sum()} with eye and photo"
    return (
        f"{len(strips.strip)} strips, {strips.searched_km2.sum():,.0f} km2 "
        f"({covered:.1%} of the area), {seen}"
    )
