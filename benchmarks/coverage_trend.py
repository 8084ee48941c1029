"""Coverage of trends and of the integrated model: truth drawn from what the model believes."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from ustyurt_models.evidence import load_catalogue
from ustyurt_models.formulas.stages import Rates, yearlings_per_adult
from ustyurt_models.study.surveys import IntegratedPopulation, Trend
from ustyurt_models.study.surveys.candidates import Process
from ustyurt_models.survey.beliefs import draw_positive, logit_moments, lognormal_moments
from ustyurt_models.survey.context import Context
from ustyurt_models.survey.model import SurveyModel
from ustyurt_models.survey.models.integrated import survey_model as herd_model
from ustyurt_models.survey.models.integrated.data import Demography, IntegratedSurvey, load
from ustyurt_models.survey.models.integrated.simulate import HerdTruth, simulate_herd
from ustyurt_models.survey.models.trend import survey_model as trend_model
from ustyurt_models.survey.models.trend.data import TrendSurvey
from ustyurt_models.survey.models.trend.moved import draw_share
from ustyurt_models.survey.models.trend.settings import TrendSettings
from ustyurt_models.survey.models.trend.simulate import TrendTruth, simulate_counts

__all__ = ["herd", "trend"]

Simulate = Callable[[np.random.Generator], tuple[SurveyModel, float]]


def _shape(told: TrendSettings, rng: np.random.Generator) -> dict[str, float]:
    """Draw the power of the response and the degrees of freedom, where the model has them."""
    drawn = {}
    if told.growth == "theta_ricker" and told.theta is not None:
        drawn["theta"] = float(np.exp(rng.normal(*lognormal_moments(told.theta))))
    if told.process == "student":
        drawn["freedom"] = 1.0 + float(rng.gamma(2.0, 10.0))  # the model's own prior
    return drawn


def trend(form: str, process: Process = "normal") -> Simulate:
    """Return the simulation of a count series whose truth is drawn from what the model believes."""
    spec = Trend(file="-", growth=form, process=process, full_growth_at=100.0)
    middle = TrendTruth(tuple(range(2000, 2020)), 2000.0, (0.0,) * 19, 0.8, 0.25, 0.15, form)
    told = middle.settings(spec)

    def simulate(rng: np.random.Generator) -> tuple[SurveyModel, float]:
        seen, at = logit_moments(told.detection), logit_moments(told.loss[0])
        cv, sd = (lognormal_moments(one) for one in (told.observation_cv, told.process_sd))
        assert told.capacity is not None
        loss = 1 / (1 + np.exp(-rng.normal(*at)))
        belief = told.growth_ceiling
        width = belief.high - belief.low
        peak = 4.0 * (belief.value - belief.low) / width
        ceiling = belief.low + width * rng.beta(1.0 + peak, 5.0 - peak)
        step = np.log1p(-loss) + (np.log(ceiling) if form == "exponential" else 0.0)
        truth = replace(
            middle,
            growth=(float(step),) * 19,
            detection=float(1 / (1 + np.exp(-rng.normal(*seen)))),
            observation_cv=float(np.exp(rng.normal(*cv))),
            process_sd=float(np.exp(rng.normal(*sd))),
            ceiling=float(ceiling),
            capacity=float(np.exp(rng.normal(*lognormal_moments(told.capacity)))),
            **_shape(told, rng),
        )
        counts, states = simulate_counts(truth, rng)
        return trend_model.survey_model(TrendSurvey(counts, told, spec)), float(states[-1])

    return simulate


def _herd_truth(told: TrendSettings, life: Demography, rng: np.random.Generator) -> HerdTruth:
    """Draw a herd from what the model believes, in the stable structure of its own rates."""
    sd, cv = (draw_positive(one, 2, rng) for one in (told.process_sd, told.observation_cv))
    share = {
        name: float(draw_share(getattr(life, name), rng, 1)[0])
        for name in (
            "calf_survival",
            "female_survival",
            "male_relative",
            "male_at_birth",
            "adult_males",
        )
    }
    rate = {
        name: float(draw_positive(getattr(life, name), 1, rng)[0])
        for name in ("young_yearling", "young_adult", "shortage", "shortage_steepness")
    }
    truth = HerdTruth(
        young_yearling=rate["young_yearling"],
        young_adult=rate["young_adult"],
        calf=share["calf_survival"],
        female=share["female_survival"],
        male_relative=share["male_relative"],
        poached=float(draw_share(told.loss[0], rng, 1)[0]),
        poaching_male=float(draw_positive(life.poaching_male, 1, rng)[0]),
        poaching_young=float(draw_positive(life.poaching_young, 1, rng)[0]),
        male_at_birth=share["male_at_birth"],
        shortage=rate["shortage"],
        steepness=rate["shortage_steepness"],
        detection=float(draw_share(told.detection, rng, 1)[0]),
        observation_cv=float(cv[0]),
        survival_sd=float(sd[0]),
        births_sd=float(sd[1]),
    )
    return replace(truth, start=_stable(truth, share["adult_males"]))


def _stable(truth: HerdTruth, males: float) -> tuple[int, int, int, int]:
    """Return 2,900 females in the stable structure, with their males."""
    kept = 1.0 - truth.poached
    rates = Rates(
        truth.young_yearling,
        truth.young_adult,
        truth.calf * kept**truth.poaching_young,
        truth.female * kept,
        0.0,
        truth.male_at_birth,
        truth.shortage,
        truth.steepness,
    )
    ratio = yearlings_per_adult(rates)
    young = 2900.0 * ratio / (1.0 + ratio)
    sexes = truth.male_at_birth / (1.0 - truth.male_at_birth)
    start = (young, 2900.0 - young, young * sexes, 2900.0 * males / (1.0 - males))
    yearlings, adults, bulls_to_be, bulls = (round(one) for one in start)
    return yearlings, adults, bulls_to_be, bulls


def herd(rng: np.random.Generator) -> tuple[SurveyModel, float]:
    """Simulate a closed herd, counted, classified and collared, and what the model is told of it.

    Beliefs are those of the shipped series of the saiga.
    """
    folder = Path(__file__).parents[1] / "scenarios" / "surveys"
    spec = IntegratedPopulation(file="saiga_counts.csv", immigration=False)
    shipped = load(spec, folder, load_catalogue(), Context())
    told = replace(
        shipped.told, periods=(), loss=(shipped.told.loss[-1],), detection_changes=(), capacity=None
    )
    counts, ratios, collars, animals = simulate_herd(
        _herd_truth(told, shipped.demography, rng), rng
    )
    survey = IntegratedSurvey(counts, told, shipped.demography, spec, ratios, collars)
    return herd_model.survey_model(survey), float(animals[-1].sum())
