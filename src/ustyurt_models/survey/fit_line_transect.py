"""Fit the line-transect model to a survey that has been read."""

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
from ustyurt_models.survey.models import (
    line_transect,
    line_transect_checks,
    line_transect_data,
    line_transect_results,
)
from ustyurt_models.survey.read.distance import Transects
from ustyurt_models.survey.sampling import Progress, draw_posterior, settings_attrs
from ustyurt_models.survey.settings import DEFAULT_GATE, Gate, LineTransectSettings, Sampler

__all__ = ["fit_line_transect"]


def fit_line_transect(
    survey: Transects,
    settings: LineTransectSettings,
    sampler: Sampler,
    seed: int,
    mass: float = 0.95,
    progress: Progress | None = None,
    gate: Gate = DEFAULT_GATE,
) -> xr.DataTree:
    """Fit the line-transect model to a survey that has been read.

    Parameters
    ----------
    survey : Transects
        The survey.
    settings : LineTransectSettings
        Key, truncation, priors.
    sampler : Sampler
        How the posterior is drawn.
    seed : int
        The same seed gives the same posterior.
    mass : float
        Mass of equal-tailed intervals.
    progress : callable, optional
        Called with the share done.
    gate : Gate
        Limits of the diagnostics.

    Returns
    -------
    xarray.DataTree
        Nodes ``posterior``, ``sample_stats``, ``observed_data``, ``abundance``, ``detection``
        and ``diagnostics``.
    """
    data = line_transect_data.prepare(survey, settings)
    model = line_transect.build(data, settings)
    draws = draw_posterior(model, sampler, seed, progress)
    rng = generator(seed, "survey", "derived")
    posterior = line_transect_results.derive(draws.posterior, data, settings, rng)
    checks = line_transect_checks.predictive_p_values(posterior, data, settings, rng)
    points = line_transect_checks.log_likelihood(posterior, data, settings)
    findings = [
        *sampler_findings(posterior, draws.stats, gate),
        *prior_shift(posterior, line_transect_checks.prior_sd(settings), gate),
        *predictive(checks, gate),
        *leave_one_out(points, "transect", gate),
    ]
    tree = xr.DataTree.from_dict(
        {
            "posterior": posterior,
            "sample_stats": draws.stats,
            "observed_data": line_transect_results.observed_node(survey, data),
            "abundance": line_transect_results.abundance_node(posterior),
            "detection": line_transect_results.detection_node(posterior, data, settings.key, mass),
            "diagnostics": table(findings),
        }
    )
    said = asdict(settings) | {"truncation_m": data.truncation_m}
    tree.attrs |= settings_attrs("line_transect", said, sampler, seed, mass)
    return tree
