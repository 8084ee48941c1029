"""What the coverage benchmark simulates: one or more cases for each survey model."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from coverage_cameras import cameras
from coverage_sites import points, sites, surface
from coverage_trend import herd, trend
from coverage_visits import believed_community, community, dynamic, occupancy, present, sources
from ustyurt_models.study.surveys import (
    DoubleObserver,
    JointSurvey,
    LineTransect,
    Sampler,
    StripCounts,
)
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
from ustyurt_models.survey.models.joint import survey_model as joint_model
from ustyurt_models.survey.models.joint.data import prepare as joint_data
from ustyurt_models.survey.models.joint.simulate import JointTruth, simulate_posteriors
from ustyurt_models.survey.models.strip import survey_model as strip_model
from ustyurt_models.survey.models.strip.data import survey_of as strip_survey
from ustyurt_models.survey.models.strip.simulate import StripTruth, simulate_strips

__all__ = ["CASES", "Case"]

_QUICK = Sampler(engine="laplace", draws=500)
_HERD = Sampler(engine="nutpie", draws=500, tune=500, chains=2, cores=1, target_accept=0.9)
_FIELD = Sampler(engine="nutpie", draws=250, tune=400, chains=2, cores=1)

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
    sampler : Sampler
        How the posterior is drawn.
    conservative : str
        Why intervals are wider than they need be, where they are.
    remark : str
        What a reader should know of the coverage found.
    most : int
        Surveys at most, where a fit takes long; 0 for as many as asked for.
    """

    words: str
    simulate: Simulate
    variable: str
    sampler: Sampler = _QUICK
    conservative: str = ""
    remark: str = ""
    most: int = 0

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


def _joint(rng: np.random.Generator) -> tuple[SurveyModel, float]:
    """Simulate the posteriors of three surveys, two of them biased."""
    truth = JointTruth(
        (3000.0, 5000.0),
        (4000.0, 2500.0),
        {"lines": (0.15, 0.15), "air": (0.1, 0.1), "drone": (0.1, 0.2)},
        {"air": 0.3, "drone": 0.2},
    )
    block = JointSurvey(surveys=tuple(truth.error), reference="lines", bias_sd=dict(truth.bias_sd))
    data = joint_data(block, simulate_posteriors(truth, rng))
    return joint_model.survey_model(data), 8000.0


_BOTH = DoubleObserverTruth(
    group_density_per_km2=(0.15, 0.3),
    area_km2=(4000.0, 2500.0),
    truncation_m=300.0,
    logit_on_line=(0.8, 0.4),
    sigma_m=150.0,
)
_STRIP = StripTruth(density_per_km2=(0.3, 0.6), area_km2=(4000.0, 2500.0), spread=0.8)
# Animals without groups clump as herds do: variance 26 times the mean, amid what the prior allows.
_HERDS = StripTruth(density_per_km2=(1.5, 3.0), area_km2=(4000.0, 2500.0), spread=5.0)
_IN_GROUPS = replace(_LINE, mean_size_untruncated=untruncated_mean_for(4.0, 0.6), size_cv=0.6)

_ANIMALS = "animals_mean"

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
        conservative="the count of observer 1 and his success in trials share the groups that both "
        "saw; the likelihood of trials takes them for independent, which widens "
        "the interval.",
    ),
    "strip.animals": Case("strip counts: animals", _strips(_HERDS), "abundance_total"),
    "strip.groups": Case(
        "strip counts with eye and photo sizes: animals",
        _strips(replace(_STRIP, median_size=5.0, eye_bias=0.8, eye_error=0.3, photographed=0.4)),
        "abundance_total",
    ),
    "camera.encounter": Case(
        "random encounter model: animals",
        cameras("encounter"),
        "abundance_total",
    ),
    "camera.time": Case("time to event: animals", cameras("time"), "abundance_total"),
    "camera.space": Case("space to event: animals", cameras("space"), "abundance_total"),
    "camera.instants": Case(
        "instantaneous sampling: animals", cameras("instants"), "abundance_total"
    ),
    "point.half_normal": Case(
        "point transect, half-normal: groups", points("half-normal", ""), "group_abundance_total"
    ),
    "point.hazard_rate": Case(
        "point transect, hazard-rate: groups", points("hazard-rate", ""), "group_abundance_total"
    ),
    "point.covariate": Case(
        "point transect, covariate on the scale: groups",
        points("half-normal", "cover"),
        "group_abundance_total",
    ),
    "sites.poisson": Case(
        "hierarchical distance sampling, Poisson: groups",
        sites("poisson"),
        "group_abundance_total",
    ),
    "sites.negative_binomial": Case(
        "hierarchical distance sampling, negative binomial: groups",
        sites("negative-binomial", site_cv=0.8),
        "group_abundance_total",
    ),
    "sites.zero_inflated": Case(
        "hierarchical distance sampling, zero-inflated: groups",
        sites("zero-inflated", empty=0.3),
        "group_abundance_total",
    ),
    "visits.occupancy": Case("occupancy: mean psi of the sites", occupancy, "psi_mean"),
    "visits.dynamic": Case("dynamic occupancy: mean colonisation", dynamic, "gamma_mean"),
    "visits.community": Case(
        "community occupancy: species per site",
        community("richness"),
        "richness_mean",
        _FIELD,
        most=100,
    ),
    "visits.community_typical": Case(
        "community occupancy: psi of a typical species",
        community("typical"),
        "psi_at_average",
        _FIELD,
        remark="the truth is the same in every survey, a psi of 0.40. Of 120 surveys 13 gave an "
        "interval above it and 2 one below: with eight species, 60 sites and three visits at "
        "p = 0.38 the logit came out 0.15 too high on average (in 80 of them), a third of its "
        "standard deviation. Drawn from the priors (next row) neither side is favoured, so this is "
        "what prior and few data make of one place of the prior, not a fault of the fit.",
        most=120,
    ),
    "visits.community_believed": Case(
        "community occupancy: psi of a typical species, truth drawn from the priors",
        believed_community,
        "psi_at_average",
        _FIELD,
        most=100,
    ),
    "visits.sources": Case("occupancy of two sources: mean psi of the sites", sources, "psi_mean"),
    "visits.n_mixture": Case("N-mixture: mean animals per site", present("n_mixture"), _ANIMALS),
    "visits.n_mixture_nb": Case(
        "N-mixture, negative binomial: mean animals per site", present("n_mixture", 0.8), _ANIMALS
    ),
    "visits.royle_nichols": Case(
        "Royle-Nichols: mean animals per site", present("royle_nichols"), _ANIMALS
    ),
    "visits.removal": Case("removal: mean animals per site", present("removal"), _ANIMALS),
    "joint": Case("joint estimate of three surveys: animals", _joint, "abundance_total"),
    "trend.exponential": Case(
        "trend of counts, exponential: animals in the last year",
        trend("exponential"),
        "abundance_total",
    ),
    "trend.gompertz": Case(
        "trend of counts, Gompertz: animals in the last year",
        trend("gompertz"),
        "abundance_total",
    ),
    "trend.theta_ricker": Case(
        "trend of counts, theta-Ricker: animals in the last year",
        trend("theta_ricker"),
        "abundance_total",
        most=100,
    ),
    "trend.student": Case(
        "trend of counts, heavy tail: animals in the last year",
        trend("exponential", "student"),
        "abundance_total",
        most=100,
    ),
    "integrated": Case(
        "counts, ratios and collars: animals in the last year",
        herd,
        "abundance_total",
        _HERD,
        most=100,
    ),
    "surface": Case(
        "density surface with covariate and field: groups",
        surface,
        "group_abundance_total",
        _FIELD,
    ),
}
