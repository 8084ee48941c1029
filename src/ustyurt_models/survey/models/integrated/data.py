"""What the integrated population model needs: counts, ratios and collars on one yearly axis."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import Faults, require
from ustyurt_models.evidence import Catalogue
from ustyurt_models.study.surveys import Trend
from ustyurt_models.study.surveys.integrated import IntegratedPopulation
from ustyurt_models.survey.beliefs import belief_from
from ustyurt_models.survey.context import Context
from ustyurt_models.survey.models.trend.beliefs import trend_settings
from ustyurt_models.survey.models.trend.data import TrendData, prepare
from ustyurt_models.survey.models.trend.settings import TrendSettings
from ustyurt_models.survey.read.composition import (
    AGES,
    Collars,
    Ratios,
    read_collars,
    read_ratios,
)
from ustyurt_models.survey.read.counts import Counts, read_counts
from ustyurt_models.survey.read.movebank.study import read_movebank_collars
from ustyurt_models.survey.settings import Belief

__all__ = ["Demography", "IntegratedData", "IntegratedSurvey", "describe", "load", "survey_of"]

#: Beliefs on demography that the survey file names, and evidence rows where it names none.
_KEYS = {
    "young_yearling": "",
    "young_adult": "",
    "calf_survival": "",
    "female_survival": "",
    "male_relative": "",
    "male_at_birth": "",
    "adult_males": "",
    "poaching_male": "",
    "poaching_young": "pre_poach_young",
    "shortage": "pre_shortage",
    "shortage_steepness": "pre_shortage_steep",
}


@dataclass(frozen=True)
class Demography:
    """Beliefs on the life of the species.

    Attributes
    ----------
    young_yearling, young_adult : Belief
        Young per female about one year old, and older.
    calf_survival, female_survival : Belief
        Share that lives through a normal year without poaching.
    male_relative : Belief
        Survival of males relative to females.
    male_at_birth : Belief
        Share of newborns that are male.
    adult_males : Belief
        Adult males among adult males and females in the first year.
    poaching_male, poaching_young : Belief
        Poaching hazard of males and of young relative to females.
    shortage, shortage_steepness : Belief
        Adult-male share at which half the conceptions fail, and power of that curve.
    """

    young_yearling: Belief
    young_adult: Belief
    calf_survival: Belief
    female_survival: Belief
    male_relative: Belief
    male_at_birth: Belief
    adult_males: Belief
    poaching_male: Belief
    poaching_young: Belief
    shortage: Belief
    shortage_steepness: Belief


@dataclass(frozen=True)
class IntegratedSurvey:
    """Counts, ratios and collars with all that the model is told.

    Attributes
    ----------
    counts : Counts
        As read.
    told : TrendSettings
        Beliefs on counting, losses by period and immigration.
    demography : Demography
        Beliefs on the life of the species.
    settings : IntegratedPopulation
        Block of the study file.
    ratios : Ratios or None
        As read.
    collars : Collars or None
        As read.
    last_year : int
        Year for which abundance is wanted; the last count's unless later.
    """

    counts: Counts
    told: TrendSettings
    demography: Demography
    settings: IntegratedPopulation
    ratios: Ratios | None = None
    collars: Collars | None = None
    last_year: int = 0

    @property
    def header(self) -> dict[str, str]:
        """``# key: value`` lines of the file of counts; simulated if any part is."""
        parts = [one.header for one in (self.ratios, self.collars) if one is not None]
        simulated = any(part.get("status", "").startswith("simulated") for part in parts)
        return self.counts.header | ({"status": "simulated in part"} if simulated else {})


@dataclass(frozen=True)
class IntegratedData:
    """All on the yearly axis of the counts.

    Attributes
    ----------
    counts : TrendData
        Counts, with their detection and error.
    with_young : numpy.ndarray
        1 for a count that holds the young of the year, shape (count,).
    ratio_year, collar_year : numpy.ndarray
        Year index, int64, shape (ratio,) and (row,).
    ratios : Ratios or None
        Numbers.
    collars : Collars or None
        Numbers.
    herding : float
        Animals of a ratio that tell as much as one.
    """

    counts: TrendData
    with_young: NDArray[np.float64]
    ratio_year: NDArray[np.int64]
    collar_year: NDArray[np.int64]
    ratios: Ratios | None
    collars: Collars | None
    herding: float


def survey_of(survey: IntegratedSurvey) -> IntegratedData:
    """Lay counts, ratios and collars on one yearly axis."""
    counts = prepare(survey.counts, survey.told)
    none = np.zeros(0, np.int64)
    first = counts.years[0]
    ratios, collars = survey.ratios, survey.collars
    return IntegratedData(
        counts,
        np.array([covers == "all" for covers in survey.counts.covers], float),
        none if ratios is None else ratios.year - first,
        none if collars is None else collars.year - first,
        ratios,
        collars,
        survey.settings.herding,
    )


def _demography(header: dict[str, str], catalogue: Catalogue, name: str) -> Demography:
    """Return beliefs on demography; a file that names too few is refused with all it lacks."""
    faults, ids = Faults(), {}
    for key, usual in _KEYS.items():
        ids[key] = header.get(key, usual)
        if not ids[key]:
            advice = f"write '# {key}: <id>' above the table, an id of models/parameters.csv"
            faults.add(name, f"must name the evidence row for {key!r}", None, advice)
    faults.raise_if_any()
    found = {key: belief_from(catalogue, id, f"{name}: {key}") for key, id in ids.items()}
    return Demography(**found)


def _within(survey: IntegratedSurvey) -> None:
    """Refuse ratios and collars of years without counts around them."""
    years, faults = survey.counts.year, Faults()
    parts = (
        (survey.settings.ratios, survey.ratios, years[-1]),
        (survey.settings.collars, survey.collars, years[-1] - 1),
    )
    for name, part, last in parts:
        if part is None:
            continue
        for year in sorted(set(part.year.tolist())):
            if not years[0] <= year <= last:
                rule = f"must lie in the years of the counts, {years[0]} to {last}"
                faults.add(f"{name}: year", rule, year)
    faults.raise_if_any()


def _collars(spec: IntegratedPopulation, folder: Path) -> Collars:
    """Read collared animals by year, or as Movebank exports them."""
    path = folder / spec.collars
    require(path.exists(), f"survey file {spec.collars}", "must exist", str(path))
    found = read_movebank_collars(path, spec.year_begins, spec.encoding)
    return read_collars(path, spec.encoding) if found is None else found


def load(
    spec: IntegratedPopulation, folder: Path, catalogue: Catalogue | None, context: Context
) -> IntegratedSurvey:
    """Read the files of a survey block; see `registry`."""
    require(catalogue is not None, spec.file, "needs the evidence catalogue for its priors")
    assert catalogue is not None
    path = folder / spec.file
    counts = read_counts(path, spec.encoding)
    counting = Trend(
        file=spec.file,
        immigration=spec.immigration,
        detection_shifts=spec.detection_shifts,
        methods=spec.methods,
        beliefs=spec.beliefs,
    )
    survey = IntegratedSurvey(
        counts,
        trend_settings(counting, counts.header, catalogue, path.name),
        _demography(counts.header, catalogue, path.name),
        spec,
        read_ratios(folder / spec.ratios, spec.encoding) if spec.ratios else None,
        _collars(spec, folder) if spec.collars else None,
        context.start_year,
    )
    _within(survey)
    return survey


def describe(survey: IntegratedSurvey) -> str:
    """Say in one line what the files hold."""
    years = survey.counts.year
    parts = [f"{years.size} counts, {years[0]}-{years[-1]}"]
    if survey.ratios is not None:
        parts.append(f"{survey.ratios.year.size} ratios of {survey.ratios.of.sum():,.0f} animals")
    if survey.collars is not None:
        adults = survey.collars.age == AGES.index("adult")
        risk = survey.collars.at_risk * survey.collars.months / 12.0
        parts.append(
            f"{risk[adults].sum():.4g} adult and {risk[~adults].sum():.4g} calf collar years"
        )
    return ", ".join(parts)
