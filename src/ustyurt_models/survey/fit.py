"""The one fit path: survey block and file in, posterior tree with diagnostics out."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pymc as pm
import xarray as xr

from ustyurt_models.checks import require
from ustyurt_models.evidence import Catalogue
from ustyurt_models.provenance import digest_files, library_versions
from ustyurt_models.seeds import generator
from ustyurt_models.survey.models import (
    line_transect,
    line_transect_data,
    line_transect_results,
    trend,
    trend_results,
)
from ustyurt_models.survey.read.counts import Counts, read_counts
from ustyurt_models.survey.read.distance import Transects, read_transects
from ustyurt_models.survey.settings import LineTransectSettings, Sampler, TrendSettings
from ustyurt_models.survey.spec import (
    SurveySpec,
    line_transect_settings,
    sampler_of,
    survey_path,
    trend_settings,
)

__all__ = ["Draws", "draw_posterior", "fit_line_transect", "fit_survey", "fit_trend"]

Progress = Callable[[float], None]

_SAMPLERS = {"laplace": "laplace", "nutpie": "nuts", "pymc": "nuts"}


@dataclass(frozen=True)
class Draws:
    """Raw result of a sampler.

    Attributes
    ----------
    posterior : xarray.Dataset
        Free variables, dims (chain, draw, ...).
    stats : xarray.Dataset
        What the sampler says about itself.
    """

    posterior: xr.Dataset
    stats: xr.Dataset


def draw_posterior(
    model: pm.Model, sampler: Sampler, seed: int, progress: Progress | None = None
) -> Draws:
    """Draw from the posterior of any model of this package.

    Parameters
    ----------
    model : pymc.Model
        The model.
    sampler : Sampler
        How.
    seed : int
        The same seed gives the same draws.
    progress : callable, optional
        Called with the share done.

    Returns
    -------
    Draws
        Posterior and sampler statistics.
    """
    known = sorted(_SAMPLERS)
    require(sampler.name in _SAMPLERS, "survey: sampler", f"must be one of {known}", sampler.name)
    # The compiled samplers cost seconds to import; the fast path must not pay for them.
    room = import_module(f"ustyurt_models.survey.samplers.{_SAMPLERS[sampler.name]}")
    if sampler.name != "laplace":
        return Draws(*room.sample(model, sampler, _sampler_seed(seed), progress))
    weighted = room.sample(model, sampler, generator(seed, "survey", "laplace"))
    dims = {v.name: model.named_vars_to_dims.get(v.name, ()) for v in model.free_RVs}
    variables = {
        name: (("chain", "draw", *dims.get(name, ())), values)
        for name, values in weighted.variables.items()
    }
    coords: dict[str, Any] = {
        name: list(values) for name, values in model.coords.items() if values is not None
    }
    coords |= {"chain": np.arange(sampler.chains), "draw": np.arange(sampler.draws)}
    stats = xr.Dataset({name: ((), value) for name, value in weighted.stats.items()})
    return Draws(xr.Dataset(variables, coords), stats)


def _sampler_seed(seed: int) -> int:
    """Return a 32-bit seed addressed by the study seed."""
    return int(generator(seed, "survey", "nuts").integers(2**31))


def fit_line_transect(
    survey: Transects,
    settings: LineTransectSettings,
    sampler: Sampler,
    seed: int,
    mass: float = 0.95,
    progress: Progress | None = None,
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
    tree = xr.DataTree.from_dict(
        {
            "posterior": posterior,
            "sample_stats": draws.stats,
            "observed_data": line_transect_results.observed_node(survey, data),
            "abundance": line_transect_results.abundance_node(posterior),
            "detection": line_transect_results.detection_node(posterior, data, settings.key, mass),
        }
    )
    said = asdict(settings) | {"truncation_m": data.truncation_m}
    tree.attrs |= _settings_attrs("line_transect", said, sampler, seed, mass)
    return tree


def fit_trend(
    counts: Counts,
    settings: TrendSettings,
    sampler: Sampler,
    seed: int,
    mass: float = 0.95,
    last_year: int = 0,
    progress: Progress | None = None,
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
    tree = xr.DataTree.from_dict(
        {
            "posterior": posterior,
            "sample_stats": draws.stats,
            "observed_data": trend_results.observed_node(counts),
            "abundance": trend_results.abundance_node(posterior, settings),
            "trend": trend_results.trend_node(posterior, data, settings, counts, mass),
        }
    )
    tree.attrs |= _settings_attrs("trend", asdict(settings), sampler, seed, mass)
    return tree


def _settings_attrs(
    model: str, settings: dict[str, Any], sampler: Sampler, seed: int, mass: float
) -> dict[str, Any]:
    """Say how the posterior was made."""
    return {
        "model": model,
        "settings": json.dumps(settings),
        "sampler": json.dumps(asdict(sampler)),
        "seed": seed,
        "interval_mass": mass,
        "interval_type": "equal-tailed",
    }


def fit_survey(
    spec: SurveySpec,
    folder: Path,
    seed: int,
    catalogue: Catalogue | None = None,
    start_year: int | None = None,
    progress: Progress | None = None,
) -> xr.DataTree:
    """Fit the survey of a study file.

    Parameters
    ----------
    spec : SurveySpec
        Survey block of the study.
    folder : Path
        Folder of the study file.
    seed : int
        Study seed.
    catalogue : Catalogue, optional
        Evidence for what the survey does not tell.
    start_year : int, optional
        First year of the study: a trend gives the abundance of that year.
    progress : callable, optional
        Called with the share done.

    Returns
    -------
    xarray.DataTree
        The posterior with its provenance; see `fit_line_transect`.

    Raises
    ------
    InputError
        Faults of the survey file or the settings.
    """
    path = survey_path(spec, Path(folder))
    sampler, mass = sampler_of(spec), float(getattr(spec, "interval", 0.95))
    if spec.model == "trend":
        counts = read_counts(path, getattr(spec, "encoding", None))
        header = counts.header
        told = trend_settings(spec, header, catalogue, path.name)
        tree = fit_trend(counts, told, sampler, seed, mass, start_year or 0, progress)
    else:
        names = ("distance", "effort", "area")
        units = {name: getattr(spec, f"{name}_unit", None) for name in names}
        survey = read_transects(path, units, getattr(spec, "encoding", None))
        header = survey.header
        settings = line_transect_settings(spec, header, catalogue)
        tree = fit_line_transect(survey, settings, sampler, seed, mass, progress)
    tree.attrs |= _provenance(spec, path, header)
    return tree


def _provenance(spec: SurveySpec, path: Path, header: dict[str, str]) -> dict[str, str]:
    """Say where the posterior comes from; the report repeats status and source."""
    return {
        "species": spec.species,
        "survey_file": path.name,
        "survey_digest": digest_files([path]),
        "status": header.get("status", "not stated"),
        "title": header.get("title", path.stem),
        "source": header.get("source", "not stated"),
        "versions": json.dumps(library_versions()),
    }
