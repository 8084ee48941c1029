"""Coverage of the trend: count series whose truth is drawn from what the model believes."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ustyurt_models.study.surveys import Trend
from ustyurt_models.survey.beliefs import logit_moments, lognormal_moments
from ustyurt_models.survey.model import SurveyModel
from ustyurt_models.survey.models.trend import survey_model as trend_model
from ustyurt_models.survey.models.trend.data import TrendSurvey
from ustyurt_models.survey.models.trend.simulate import TrendTruth, simulate_counts

__all__ = ["trend"]

Simulate = Callable[[np.random.Generator], tuple[SurveyModel, float]]


def trend(form: str) -> Simulate:
    """Return the simulation of a count series whose truth is drawn from what the model believes."""
    spec = Trend(file="-", growth=form, full_growth_at=100.0)
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
        )
        counts, states = simulate_counts(truth, rng)
        return trend_model.survey_model(TrendSurvey(counts, told, spec)), float(states[-1])

    return simulate
