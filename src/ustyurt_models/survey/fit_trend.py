"""Fit the state-space trend to a series of counts that has been read."""

from dataclasses import asdict

import xarray as xr

from ustyurt_models.seeds import generator
from ustyurt_models.survey.diagnostics import (
    leave_one_out,
    predictive,
    prior_shift,
    sampler_findings,
)
from ustyurt_models.survey.judgement import table
from ustyurt_models.survey.models import trend, trend_checks, trend_results
from ustyurt_models.survey.read.counts import Counts
from ustyurt_models.survey.sampling import Progress, draw_posterior, settings_attrs
from ustyurt_models.survey.settings import DEFAULT_GATE, Gate, Sampler, TrendSettings

__all__ = ["fit_trend"]


def fit_trend(
    counts: Counts,
    settings: TrendSettings,
    sampler: Sampler,
    seed: int,
    mass: float = 0.95,
    last_year: int = 0,
    progress: Progress | None = None,
    gate: Gate = DEFAULT_GATE,
) -> xr.DataTree:
    """Fit the trend model to a series of counts that has been read.

    Parameters
    ----------
    counts : Counts
        The series.
    settings : TrendSettings
        Priors, periods, changes of detection.
    sampler : Sampler
        How the posterior is drawn.
    seed : int
        The same seed gives the same posterior.
    mass : float
        Mass of equal-tailed intervals.
    last_year : int
        Year for which abundance is wanted; the last count's unless later.
    progress : callable, optional
        Called with the share done.
    gate : Gate
        Limits of the diagnostics.

    Returns
    -------
    xarray.DataTree
        Nodes ``posterior``, ``sample_stats``, ``observed_data``, ``abundance``, ``trend`` and
        ``diagnostics``.
    """
    data = trend.prepare(counts, settings)
    draws = draw_posterior(trend.build(data, settings), sampler, seed, progress)
    rng = generator(seed, "survey", "derived")
    posterior = trend_results.derive(draws.posterior, data, settings, last_year, rng)
    checks = trend_checks.predictive_p_values(posterior, data, rng)
    findings = [
        *sampler_findings(posterior, draws.stats, gate),
        *prior_shift(posterior, trend_checks.prior_sd(settings), gate),
        *predictive(checks, gate),
        *leave_one_out(trend_checks.log_likelihood(posterior, data), "count", gate),
    ]
    tree = xr.DataTree.from_dict(
        {
            "posterior": posterior,
            "sample_stats": draws.stats,
            "observed_data": trend_results.observed_node(counts),
            "abundance": trend_results.abundance_node(posterior, settings),
            "trend": trend_results.trend_node(posterior, data, settings, counts, mass),
            "diagnostics": table(findings),
        }
    )
    tree.attrs |= settings_attrs("trend", asdict(settings), sampler, seed, mass)
    return tree
