"""The weather of one replicate, in the form the kernels take."""

from collections.abc import Mapping

import numpy as np

from ustyurt_models.ibm.world import Weather
from ustyurt_models.landscape.climate import Series, weather
from ustyurt_models.seeds import generator
from ustyurt_models.study.schema import Scenario

__all__ = ["weather_of"]


def weather_of(
    scenario: Scenario,
    parameters: Mapping[str, float],
    draw: int,
    replicate: int,
    series: Series | None,
) -> Weather:
    """Return the weather of one replicate; the year before the study comes first.

    The stream is addressed by seed, draw and replicate, so all scenarios share the weather.
    Processes that are switched off leave their part of the mean year.
    """
    years = np.arange(scenario.start - 1, scenario.start + scenario.years)
    rng = generator(scenario.seed, "climate", draw, replicate)
    made = weather(scenario.climate, parameters, years, rng, series)
    on = scenario.processes
    drought = made.summer_drought if on.drought else np.zeros(years.size)
    disasters = on.catastrophes
    return Weather(
        winter_severity=made.winter_severity.astype(float),
        summer_drought=drought.astype(float),
        forage=(made.forage_anomaly if on.drought else np.ones(years.size)).astype(float),
        jut=(made.jut & (disasters and on.winter)).astype(np.int64),
        disease=(made.disease_dieoff & (disasters and on.disease)).astype(np.int64),
    )
