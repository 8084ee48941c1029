"""What the trend needs: the counts on a yearly axis, and what each count is compared with."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import Faults
from ustyurt_models.evidence import Catalogue
from ustyurt_models.formulas.trend import detection_weights
from ustyurt_models.study.surveys import Trend
from ustyurt_models.survey.context import Context
from ustyurt_models.survey.models.trend.beliefs import trend_settings
from ustyurt_models.survey.models.trend.settings import TrendSettings, folded
from ustyurt_models.survey.read.counts import Counts, read_counts
from ustyurt_models.survey.settings import Belief

__all__ = ["Level", "TrendData", "TrendSurvey", "describe", "load", "main_survey", "prepare"]

Floats = NDArray[np.float64]

_INDEX_SD_LOG = 3.0  # an index may differ from the animals by a factor of 350 either way (95 %)


@dataclass(frozen=True)
class Level:
    """One level of detection.

    Attributes
    ----------
    name : str
        Way of counting, and its number where that changed over the years.
    belief : Belief or None
        Share of the animals found; ``None`` for an index.
    scale : tuple of float
        Of an index: prior mean and standard deviation of the logarithm of counts per animal.
    """

    name: str
    belief: Belief | None
    scale: tuple[float, float] = (0.0, 0.0)


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
    levels : tuple of Level
        Levels of detection; those of the main way of counting first.
    sd_log : numpy.ndarray
        Stated error of each count, NaN where it states none, shape (count,).
    cv_group : numpy.ndarray
        Which observation error a count without own has: 0 that of all, then those of
        `cv_groups`, int64, shape (count,).
    cv_groups : tuple of str
        Ways of counting with an error of their own.
    at_least : numpy.ndarray
        bool, shape (count,): a lower limit.
    main_levels : int
        Levels of the main way of counting.
    """

    years: NDArray[np.int64]
    index: NDArray[np.int64]
    log_count: Floats
    period: NDArray[np.int64]
    detection_weight: Floats
    start: tuple[float, float]
    levels: tuple[Level, ...]
    sd_log: Floats
    cv_group: NDArray[np.int64]
    cv_groups: tuple[str, ...]
    at_least: NDArray[np.bool_]
    main_levels: int = 1

    @property
    def alike(self) -> bool:
        """Whether all counts have one and the same error."""
        return bool(np.isnan(self.sd_log).all() and len(set(self.cv_group.tolist())) == 1)


def main_survey(counts: Counts, told: TrendSettings) -> str:
    """Return the way of counting that detection changes speak of: the most frequent of shares."""
    times = Counter(
        name
        for name, least in zip(counts.survey, counts.at_least, strict=True)
        if not told.is_index(name) and not least
    )
    return times.most_common(1)[0][0]


def _index_level(counts: Counts, name: str, start: float) -> Level:
    """Return the level of an index: centred where its first count meets the first of the main."""
    first = next(i for i, survey in enumerate(counts.survey) if survey == name)
    middle = float(np.log(counts.estimate[first])) - start
    return Level(name, None, (middle, _INDEX_SD_LOG))


def _names(label: str, changes: tuple[tuple[int, int], ...]) -> list[str]:
    """Name levels of detection by the years in which they hold fully."""
    if not changes:
        return [label]
    begins = ["", *(f"from {end}" for _, end in changes)]
    ends = [*(f"until {begin - (begin == end)}" for begin, end in changes), ""]
    return [" ".join(filter(None, [label, *both])) for both in zip(begins, ends, strict=True)]


def _levels(counts: Counts, told: TrendSettings, start: float) -> tuple[tuple[Level, ...], Floats]:
    """Return all levels of detection and the share of each in each count."""
    main = main_survey(counts, told)
    others = [name for name in dict.fromkeys(counts.survey) if name != main]
    changing = detection_weights(counts.year, told.detection_changes)
    of_main = np.array([name == main for name in counts.survey])
    weight = np.zeros((counts.year.size, changing.shape[1] + len(others)))
    weight[of_main, : changing.shape[1]] = changing[of_main]
    belief, count = told.method(main).detection, changing.shape[1]
    levels = [Level(name, belief) for name in _names(main or "counts", told.detection_changes)]
    for i, name in enumerate(others):
        weight[[survey == name for survey in counts.survey], count + i] = 1.0
        if told.is_index(name):
            levels.append(_index_level(counts, name, start))
        else:
            levels.append(Level(name, told.method(name).detection))
    return tuple(levels), weight


def prepare(counts: Counts, settings: TrendSettings) -> TrendData:
    """Lay the counts on a yearly axis.

    Parameters
    ----------
    counts : Counts
        As read.
    settings : TrendSettings
        Periods, ways of counting and changes of detection.

    Returns
    -------
    TrendData
        What the likelihood needs.
    """
    years = np.arange(counts.year[0], counts.year[-1] + 1)
    main = main_survey(counts, settings)
    first = next(
        i for i, name in enumerate(counts.survey) if name == main and not counts.at_least[i]
    )
    start = float(np.log(counts.estimate[first]))
    levels, weight = _levels(counts, settings, start)
    ways = dict.fromkeys(counts.survey)
    groups = [name for name in ways if settings.method(name).cv is not None]
    numbers = {name: i + 1 for i, name in enumerate(groups)}
    return TrendData(
        years=years,
        index=counts.year - years[0],
        log_count=np.log(counts.estimate),
        period=np.searchsorted(settings.periods, years[:-1], side="right").astype(np.int64),
        detection_weight=weight,
        start=(start, settings.start_sd_log),
        levels=levels,
        sd_log=counts.sd_log,
        cv_group=np.array([numbers.get(name, 0) for name in counts.survey], np.int64),
        cv_groups=tuple(groups),
        at_least=counts.at_least,
        main_levels=len(settings.detection_changes) + 1,
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
    _check_methods(counts, spec, told, path.name)
    return TrendSurvey(counts, told, spec, context.start_year)


def _check_methods(counts: Counts, spec: Trend, told: TrendSettings, name: str) -> None:
    """Refuse methods that no count has, and series without a count of animals."""
    faults = Faults()
    known = sorted(set(counts.survey))
    for method in spec.methods:
        if folded(method) not in map(folded, known):
            rule = f"must be a name in the column 'survey', one of {known}"
            faults.add(f"{name}: methods.{method}", rule)
    whole = [
        not told.is_index(survey) and not least
        for survey, least in zip(counts.survey, counts.at_least, strict=True)
    ]
    if not any(whole):
        rule = "must hold a count of animals: an index or a lower limit alone gives no number"
        faults.add(name, rule)
    faults.raise_if_any()


def describe(survey: TrendSurvey) -> str:
    """Say in one line what the file holds."""
    counts = survey.counts
    ways = sorted(set(counts.survey) - {""})
    by = f" by {', '.join(ways)}" if len(ways) > 1 else ""
    least = int(counts.at_least.sum())
    limits = f", {least} of them lower limits" if least else ""
    return f"{counts.year.size} counts{by}, {counts.year[0]}-{counts.year[-1]}{limits}"
