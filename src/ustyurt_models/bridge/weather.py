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
    Processes that are switched off leave their part of the mean year; without climate, winters
    and summers are those of the mean year, and no winter is a jut.
    """
    years = np.arange(scenario.start - 1, scenario.start + scenario.years)
    rng = generator(scenario.seed, "climate", draw, replicate)
    made = weather(scenario.climate, parameters, years, rng, series)
    on = scenario.processes
    dry = on.climate and on.drought
    severe = on.climate and on.winter and on.catastrophes
    sick = on.disease and on.catastrophes
    mean_year = np.zeros(years.size)
    return Weather(
        winter_severity=made.winter_severity.astype(float) if on.climate else mean_year,
        summer_drought=made.summer_drought.astype(float) if dry else mean_year,
        forage=made.forage_anomaly.astype(float) if dry else mean_year + 1.0,
        jut=(made.jut & severe).astype(np.int64),
        disease=(made.disease_dieoff & sick).astype(np.int64),
    )
