"""A population of known density for the tests of survey design."""

import numpy as np

from ustyurt_models.study.power import Power
from ustyurt_models.survey.power.plan import Plan
from ustyurt_models.survey.power.simulate import gathered, run_chunk
from ustyurt_models.survey.power.summarise import summarise
from ustyurt_models.survey.power.task import Task, chunks
from ustyurt_models.survey.power.today import Today

AREA = np.array([5000.0, 2000.0])
DENSITY = np.array([0.15, 0.3])


def today(draws=40, spread=0.8, size=0.0, shape=None, seen=1.0, strata=2, density=DENSITY):
    """Everything is known: all draws are alike."""
    one = np.ones(draws)
    return Today(
        stratum=("A", "B")[:strata],
        area_km2=AREA[:strata],
        group_density_per_km2=np.outer(one, np.asarray(density)[:strata]),
        spread=np.full((draws, strata), spread),
        mean_size_untruncated=size * one,
        size_cv=0.6 * one,
        seen=seen * one,
        half_width_m=200.0 * one,
        shape=None if shape is None else shape * one,
        truncation_m=500.0,
    )


def plan(method="line_transect", transects=(15, 15), length=(60.0, 40.0), years=(0,), width=500.0):
    """A design; widths are half widths [m]."""
    return Plan(
        name="planned",
        survey="gazelle",
        method=method,
        stratum=("A", "B")[: len(transects)],
        transects=np.array(transects),
        length_km=np.array(length[: len(transects)]),
        repeats=1,
        years=years,
        half_width_m=width,
        cost_per_survey=1000.0,
    )


def task(design, truth, rates=(0.0,), process_sd=0.0, block=None, seed=1):
    """A design with its truth."""
    return Task(design, truth, truth.seen, block, rates, process_sd, seed)


def simulated(one):
    """Run all futures in this process."""
    return gathered(one, [run_chunk(chunk) for chunk in chunks(one)])


def summary(one, **options):
    """Run and summarise."""
    return summarise(one.plan, simulated(one), Power(**options), one.process_sd)
