"""A double-observer survey drawn from a known truth, for several tests."""

from dataclasses import replace

import numpy as np
import xarray as xr

from ustyurt_models.seeds import generator
from ustyurt_models.study.surveys import DoubleObserver, Sampler
from ustyurt_models.survey.fit import fit_model
from ustyurt_models.survey.models.double_observer.data import survey_of
from ustyurt_models.survey.models.double_observer.simulate import (
    DoubleObserverTruth,
    simulate_double_observer,
)
from ustyurt_models.survey.models.double_observer.survey_model import survey_model

QUICK = Sampler(engine="laplace", draws=250)
EFFORT = (np.full(12, 20.0), np.full(10, 15.0))
FULL = DoubleObserverTruth(
    group_density_per_km2=(1.2, 2.0),
    area_km2=(3000.0, 1000.0),
    truncation_m=300.0,
    logit_on_line=(1.2, 0.6),
    slope_per_m=-0.012,
    bright_share=0.4,
    bright_logit=1.5,
    mean_size=(2.0, 5.0),
)
POINT = replace(FULL, slope_per_m=0.0, sigma_m=140.0, bright_logit=1.0)
MARKS = "distance + bright + observer"


def block(**options):
    """A double-observer block with some options changed."""
    told = {"file": "-", "truncation": "300 m", "mark_recapture": MARKS, "sampler": QUICK}
    return DoubleObserver(**(told | options))


def simulated(truth=FULL, replicate=0):
    return simulate_double_observer(truth, EFFORT, generator(5, "double_observer", replicate))


def fit(transects, settings, seed=9):
    return fit_model(survey_model(survey_of(transects, settings)), seed)


def posterior_of(survey, **values):
    """A posterior with one chain of equal draws."""
    draws = values.pop("draws", 1)
    dims = {"mark_effect": "mark_term", "encounter_rate_per_km": "stratum"}
    found = {}
    for name, value in values.items():
        tiled = np.broadcast_to(value, (1, draws, *np.shape(value))).copy()
        found[name] = (("chain", "draw", *([dims[name]] if np.ndim(value) else [])), tiled)
    return xr.Dataset(found)
