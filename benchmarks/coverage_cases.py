"""What the coverage benchmark simulates: one or more cases for each survey model."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.study.surveys import DoubleObserver, LineTransect, StripCounts
from ustyurt_models.survey.model import SurveyModel
from ustyurt_models.survey.models.distance import survey_model as distance_model
from ustyurt_models.survey.models.distance.data import survey_of as distance_survey
from ustyurt_models.survey.models.distance.simulate import (
    LineTransectTruth,
    simulate_line_transect,
    untruncated_mean_for,
)
from ustyurt_models.survey.models.double_observer import survey_model as observer_model
from ustyurt_models.survey.models.double_observer.data import survey_of as observer_survey
from ustyurt_models.survey.models.double_observer.simulate import (
    DoubleObserverTruth,
    simulate_double_observer,
)
from ustyurt_models.survey.models.strip import survey_model as strip_model
from ustyurt_models.survey.models.strip.data import survey_of as strip_survey
from ustyurt_models.survey.models.strip.simulate import StripTruth, simulate_strips

__all__ = ["CASES", "Case"]

Simulate = Callable[[np.random.Generator], tuple[SurveyModel, float]]


@dataclass(frozen=True)
class Case:
    """A model with the truth that its surveys are simulated from.

    Attributes
    ----------
    words : str
        Model and quantity, for people.
    simulate : callable
        Gives the model of a fresh survey and the true value of the quantity.
    variable : str
        Name of the quantity in the posterior.
    """

    words: str
    simulate: Simulate
    variable: str

    def quantity(self, posterior: xr.Dataset) -> NDArray[np.float64]:
        """Return the draws of the quantity."""
        return posterior[self.variable].to_numpy()


_EFFORT_KM = (np.full(15, 60.0), np.full(15, 40.0))
_LINE = LineTransectTruth(
    group_density_per_km2=(0.15, 0.3),
    area_km2=(4000.0, 2500.0),
    sigma_m=180.0,
    shape=None,
    truncation_m=500.0,
    encounter_spread=0.8,
)


def _line(truth: LineTransectTruth, groups: bool, **options: Any) -> Simulate:
    """Return the simulation of a line-transect case."""
    block = LineTransect(file="-", truncation=f"{truth.truncation_m} m", **options)

    def simulate(rng: np.random.Generator) -> tuple[SurveyModel, float]:
        survey = simulate_line_transect(truth, _EFFORT_KM, rng)
        total = float(np.dot(truth.group_density_per_km2, truth.area_km2))
        model = distance_model.survey_model(distance_survey(survey, block))
        return model, total if groups else float(truth.abundance.sum())

    return simulate


def _observers(truth: DoubleObserverTruth, **options: Any) -> Simulate:
    """Return the simulation of a double-observer case."""
    told = {"file": "-", "truncation": f"{truth.truncation_m} m", "group_size": "single"}
    block = DoubleObserver(**(told | options))

    def simulate(rng: np.random.Generator) -> tuple[SurveyModel, float]:
        survey = simulate_double_observer(truth, _EFFORT_KM, rng)
        return observer_model.survey_model(observer_survey(survey, block)), truth.group_abundance

    return simulate


def _strips(truth: StripTruth, **options: Any) -> Simulate:
    """Return the simulation of a strip count."""
    block = StripCounts(file="-", **options)
    strips = tuple((np.full(n, 40.0), np.full(n, 0.8)) for n in (14, 18))

    def simulate(rng: np.random.Generator) -> tuple[SurveyModel, float]:
        survey, animals = simulate_strips(truth, strips, rng)
        return strip_model.survey_model(strip_survey(survey, block)), float(animals.sum())

    return simulate


_BOTH = DoubleObserverTruth(
    group_density_per_km2=(0.15, 0.3),
    area_km2=(4000.0, 2500.0),
    truncation_m=300.0,
    logit_on_line=(0.8, 0.4),
    sigma_m=150.0,
)
_STRIP = StripTruth(density_per_km2=(0.3, 0.6), area_km2=(4000.0, 2500.0), spread=0.8)
_IN_GROUPS = replace(_LINE, mean_size_untruncated=untruncated_mean_for(4.0, 0.6), size_cv=0.6)

CASES: dict[str, Case] = {
    "line.half_normal": Case(
        "line transect, half-normal: groups",
        _line(_LINE, True, group_size="single"),
        "group_abundance_total",
    ),
    "line.hazard_rate": Case(
        "line transect, hazard-rate: groups",
        _line(replace(_LINE, shape=3.0), True, group_size="single", key="hazard-rate"),
        "group_abundance_total",
    ),
    "line.group_size": Case(
        "line transect with group sizes: animals",
        _line(_IN_GROUPS, False),
        "abundance_total",
    ),
    "line.bootstrap": Case(
        "line transect, transects weighed at random: groups",
        _line(_LINE, True, group_size="single", encounter="bootstrap"),
        "group_abundance_total",
    ),
    "observers.point": Case(
        "double observer, point independence: groups",
        _observers(_BOTH, mark_recapture="distance + observer"),
        "group_abundance_total",
    ),
    "observers.full": Case(
        "double observer, full independence: groups",
        _observers(
            replace(_BOTH, sigma_m=None, slope_per_m=-0.008, logit_on_line=(1.2, 0.8)),
            mark_recapture="distance + observer",
            independence="full",
        ),
        "group_abundance_total",
    ),
    "observers.trial": Case(
        "double observer, trials: groups",
        _observers(_BOTH, mark_recapture="distance", configuration="trial"),
        "group_abundance_total",
    ),
    "strip.animals": Case("strip counts: animals", _strips(_STRIP), "abundance_total"),
    "strip.groups": Case(
        "strip counts with eye and photo sizes: animals",
        _strips(replace(_STRIP, median_size=5.0, eye_bias=0.8, eye_error=0.3, photographed=0.4)),
        "abundance_total",
    ),
}
