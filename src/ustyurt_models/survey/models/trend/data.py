"""What the trend needs: the counts on a yearly axis, and the beliefs that the file names."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import Faults, require
from ustyurt_models.evidence import Catalogue
from ustyurt_models.formulas.trend import detection_weights
from ustyurt_models.study.surveys import Trend
from ustyurt_models.survey.beliefs import belief_from
from ustyurt_models.survey.context import Context
from ustyurt_models.survey.models.trend.settings import TrendSettings
from ustyurt_models.survey.read.counts import Counts, read_counts
from ustyurt_models.survey.settings import Belief

__all__ = ["TrendData", "TrendSurvey", "describe", "load", "prepare", "trend_settings"]


@dataclass(frozen=True)
class TrendData:
    """A count series on a yearly axis.

    Attributes
    ----------
    years : numpy.ndarray
        All years from the first to the last count, int64, shape (year,).
    index : numpy.ndarray
        Year index of each count, int64, shape (count,).
    log_count : numpy.ndarray
        Shape (count,).
    period : numpy.ndarray
        Period of each transition from a year to the next, int64, shape (year - 1,).
    detection_weight : numpy.ndarray
        Share of each detection level in each count, shape (count, level).
    start : tuple of float
        Prior mean and standard deviation of log abundance in the first year.
    """

    years: NDArray[np.int64]
    index: NDArray[np.int64]
    log_count: NDArray[np.float64]
    period: NDArray[np.int64]
    detection_weight: NDArray[np.float64]
    start: tuple[float, float]


def prepare(counts: Counts, settings: TrendSettings) -> TrendData:
    """Lay the counts on a yearly axis.

    Parameters
    ----------
    counts : Counts
        As read.
    settings : TrendSettings
        Periods and changes of detection.

    Returns
    -------
    TrendData
        What the likelihood needs.
    """
    years = np.arange(counts.year[0], counts.year[-1] + 1)
    return TrendData(
        years=years,
        index=counts.year - years[0],
        log_count=np.log(counts.estimate),
        period=np.searchsorted(settings.periods, years[:-1], side="right").astype(np.int64),
        detection_weight=detection_weights(counts.year, settings.detection_changes),
        start=(float(np.log(counts.estimate[0])), settings.start_sd_log),
    )


@dataclass(frozen=True)
class TrendSurvey:
    """A series of counts with all that the model is told.

    Attributes
    ----------
    counts : Counts
        As read.
    told : TrendSettings
        Priors and years of change.
    settings : Trend
        Block of the study file.
    last_year : int
        Year for which abundance is wanted; the last count's unless later.
    """

    counts: Counts
    told: TrendSettings
    settings: Trend
    last_year: int = 0

    @property
    def header(self) -> dict[str, str]:
        """``# key: value`` lines of the file."""
        return self.counts.header


def load(spec: Trend, folder: Path, catalogue: Catalogue | None, context: Context) -> TrendSurvey:
    """Read the counts of a survey block; see `registry`."""
    path = folder / spec.file
    counts = read_counts(path, spec.encoding)
    told = trend_settings(spec, counts.header, catalogue, path.name)
    return TrendSurvey(counts, told, spec, context.start_year)


def describe(survey: TrendSurvey) -> str:
    """Say in one line what the file holds."""
    years = survey.counts.year
    return f"{years.size} counts, {years[0]}-{years[-1]}"


def _years(text: str) -> tuple[int, ...]:
    """Read ``2004, 2015``."""
    return tuple(int(part) for part in text.split(",") if part.strip())


def _changes(text: str) -> tuple[tuple[int, int], ...]:
    """Read ``2015-2022, 2024``: a gradual change and a step."""
    spans = (part.strip().split("-") for part in text.split(",") if part.strip())
    return tuple((int(span[0]), int(span[-1])) for span in spans)


def trend_settings(
    spec: Trend, header: dict[str, str], catalogue: Catalogue | None, name: str
) -> TrendSettings:
    """Return the settings of a trend analysis.

    Parameters
    ----------
    spec : Trend
        Block of the study file; ``detection_shifts`` replaces the file's own.
    header : dict of str to str
        Header of the survey file, which names the evidence rows of the priors.
    catalogue : Catalogue or None
        Evidence; a trend cannot be fitted without.
    name : str
        Name of the survey file, for messages.

    Returns
    -------
    TrendSettings
        Priors and the years of change.

    Raises
    ------
    InputError
        When the header lacks an evidence row or has unreadable years.
    """
    require(catalogue is not None, name, "needs the evidence catalogue for its priors")
    assert catalogue is not None
    faults = Faults()
    for key in ("detection", "observation_cv", "process_sd", "growth_ceiling", "loss"):
        if key not in header:
            advice = f"write '# {key}: <id>' above the table, an id of models/parameters.csv"
            faults.add(name, f"must name the evidence row for {key!r}", None, advice)
    faults.raise_if_any()

    def belief(key: str) -> Belief:
        return belief_from(catalogue, header[key], f"{name}: {key}")

    try:
        periods = _years(header.get("periods", ""))
        changes = _changes(header.get("detection_change", ""))
        area = float(header.get("area_km2", "1"))
    except ValueError as error:
        require(False, name, f"must have whole years and a number for the area ({error})")
        raise
    shifts = spec.detection_shifts
    ids = [id.strip() for id in header["loss"].split(",")]
    rule = f"must name one evidence row for each of {len(periods) + 1} periods"
    require(len(ids) == len(periods) + 1, f"{name}: loss", rule, ids)
    return TrendSettings(
        growth_ceiling=belief("growth_ceiling"),
        loss=tuple(belief_from(catalogue, id, f"{name}: loss") for id in ids),
        detection=belief("detection"),
        observation_cv=belief("observation_cv"),
        process_sd=belief("process_sd"),
        immigration=(
            belief("immigration") if "immigration" in header and spec.immigration else None
        ),
        capacity=belief("capacity") if "capacity" in header else None,
        periods=periods,
        detection_changes=tuple((year, year) for year in shifts) or changes,
        stratum=header.get("stratum", "all"),
        area_km2=area,
    )
