"""Weather of one replicate: generated for a pathway, or taken from a supplied series."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ustyurt_models.checks import require
from ustyurt_models.formulas.climate import (
    anomalies,
    extreme_threshold,
    forage_anomaly,
    shifted,
    warming_c,
)
from ustyurt_models.landscape.climate_file import Series, read_series

__all__ = ["PARAMETERS", "PATHWAYS", "Pathway", "Weather", "weather"]


@dataclass(frozen=True)
class Pathway:
    """Warming of one pathway, relative to that of SSP2-4.5 by 2050 (``cli_dT_mid``).

    Attributes
    ----------
    middle : str or None
        Parameter id of the ratio by 2050; None for the ratio 1.
    end : str or None
        Parameter id of the ratio by 2090; None for no change at all (the reference climate).
    """

    middle: str | None
    end: str | None


PATHWAYS: Mapping[str, Pathway] = {
    "historical": Pathway(None, None),
    "ssp126": Pathway("cli_mid_126", "cli_end_126"),
    "ssp245": Pathway(None, "cli_end_245"),
    "ssp585": Pathway("cli_mid_585", "cli_end_585"),
}


#: Rows of the evidence that `weather` reads, under any pathway.
PARAMETERS = (
    "cli_w_ar",
    "cli_d_ar",
    "cli_wd_corr",
    "cli_dT_mid",
    "cli_dP",
    "cli_w_warm",
    "cli_d_warm",
    "cli_d_ppt",
    "cli_var_warm",
    "cli_forage_sd",
    "cli_drought",
    "sai_jut_freq",
    "sai_die_freq",
    *(id for path in PATHWAYS.values() for id in (path.middle, path.end) if id),
)


class ClimateChoice(Protocol):
    """What a study says about climate."""

    @property
    def pathway(self) -> str:
        """One of `PATHWAYS`."""

    @property
    def file(self) -> str:
        """Path of a supplied series, or empty."""


@dataclass(frozen=True)
class Weather:
    """Weather of one replicate. All arrays have shape (year,).

    Attributes
    ----------
    years : numpy.ndarray
        Calendar years, int64.
    winter_severity, summer_drought : numpy.ndarray
        Anomalies W and D [SD of the reference climate].
    forage_anomaly : numpy.ndarray
        Forage over that of the mean year, around 1.
    jut, drought, disease_dieoff : numpy.ndarray
        bool; severe winter, failed growth, mass mortality of saiga by disease.
    warming_c : numpy.ndarray
        Warming since 1995-2014 [degree C]; NaN for a supplied series.
    """

    years: np.ndarray
    winter_severity: np.ndarray
    summer_drought: np.ndarray
    forage_anomaly: np.ndarray
    jut: np.ndarray
    drought: np.ndarray
    disease_dieoff: np.ndarray
    warming_c: np.ndarray


def weather(
    climate: ClimateChoice,
    parameters: Mapping[str, float],
    years: np.ndarray,
    generator: np.random.Generator,
    series: Series | None = None,
) -> Weather:
    """Return the weather of one replicate.

    The noise is drawn first and in the same amount for every pathway, and year by year, so
    pathways share their shocks, and a longer run begins with the weather of a shorter one.

    Parameters
    ----------
    climate : ClimateChoice
        Pathway, and perhaps the path of a supplied series.
    parameters : mapping of str to float
        One draw of the evidence: the rows ``cli_*``, ``sai_jut_freq`` and ``sai_die_freq``.
    years : numpy.ndarray
        Calendar years, consecutive, shape (year,).
    generator : numpy.random.Generator
        Addressed by seed, draw and replicate; not by scenario.
    series : Series, optional
        A supplied series that was read before; else `climate.file` is read.

    Returns
    -------
    Weather
    """
    years = np.asarray(years, dtype=np.int64)
    noise = generator.standard_normal((years.size, 3))
    if series is None and climate.file:
        series = read_series(climate.file)
    if series is None:
        winter, drought, warming = _generated(climate.pathway, parameters, years, noise[:, :2])
    else:
        winter, drought = series.of(years)
        warming = np.full(years.size, np.nan)
    return Weather(
        years=years,
        winter_severity=winter,
        summer_drought=drought,
        forage_anomaly=forage_anomaly(drought, parameters["cli_forage_sd"]),
        jut=winter > extreme_threshold(parameters["sai_jut_freq"]),
        drought=drought > extreme_threshold(parameters["cli_drought"]),
        disease_dieoff=noise[:, 2] > extreme_threshold(parameters["sai_die_freq"]),
        warming_c=warming,
    )


def _generated(
    pathway: str, parameters: Mapping[str, float], years: np.ndarray, noise: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return W, D and warming of a pathway."""
    require(pathway in PATHWAYS, "climate.pathway", f"must be one of {list(PATHWAYS)}", pathway)
    memory = (parameters["cli_w_ar"], parameters["cli_d_ar"])
    series = anomalies(noise, memory, parameters["cli_wd_corr"])
    relative = _relative_warming(PATHWAYS[pathway], parameters, years)
    warming = parameters["cli_dT_mid"] * relative
    wetter_percent = parameters["cli_dP"] * relative
    spread = parameters["cli_var_warm"] * warming
    winter = shifted(series[:, 0], parameters["cli_w_warm"] * warming, spread)
    drier = parameters["cli_d_warm"] * warming + parameters["cli_d_ppt"] * wetter_percent
    return winter, shifted(series[:, 1], drier, spread), warming


def _relative_warming(
    pathway: Pathway, parameters: Mapping[str, float], years: np.ndarray
) -> np.ndarray:
    """Return the warming of a pathway over that of SSP2-4.5 by 2050, shape (year,)."""
    if pathway.end is None:
        return np.zeros(years.size)
    by_2050 = parameters[pathway.middle] if pathway.middle else 1.0
    return warming_c(years, by_2050, parameters[pathway.end])
