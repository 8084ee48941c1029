"""The one fit path: survey block and file in, posterior tree with diagnostics out."""

import json
from pathlib import Path

import xarray as xr

from ustyurt_models.evidence import Catalogue
from ustyurt_models.provenance import digest_files, library_versions
from ustyurt_models.seeds import generator
from ustyurt_models.study.surveys import SurveyBlock
from ustyurt_models.survey.context import Context
from ustyurt_models.survey.diagnostics import (
    leave_one_out,
    predictive,
    prior_shift,
    sampler_findings,
)
from ustyurt_models.survey.judgement import table
from ustyurt_models.survey.model import SurveyModel
from ustyurt_models.survey.registry import load_survey, model_of
from ustyurt_models.survey.sampling import Progress, draw_posterior, settings_attrs
from ustyurt_models.survey.settings import Gate

__all__ = ["fit_model", "fit_survey"]

_NOWHERE = Context()


def fit_survey(
    spec: SurveyBlock,
    folder: Path,
    seed: int,
    catalogue: Catalogue | None = None,
    context: Context = _NOWHERE,
    progress: Progress | None = None,
) -> xr.DataTree:
    """Fit the survey of a study file.

    Parameters
    ----------
    spec : SurveyBlock
        Survey block of the study.
    folder : Path
        Folder of the study file.
    seed : int
        Study seed.
    catalogue : Catalogue, optional
        Evidence for what the survey does not tell.
    context : Context
        What the model may need of the rest of the study.
    progress : callable, optional
        Called with the share done.

    Returns
    -------
    xarray.DataTree
        The posterior with its provenance; see `fit_model`.

    Raises
    ------
    InputError
        Faults of the survey file or the settings.
    """
    prepared = load_survey(spec, Path(folder), catalogue, context)
    model = model_of(prepared)
    tree = fit_model(model, seed, progress)
    tree.attrs |= _provenance(model, Path(folder))
    return tree


def fit_model(
    model: SurveyModel, seed: int, progress: Progress | None = None, gate: Gate | None = None
) -> xr.DataTree:
    """Draw from the posterior of a model, derive what is wanted, and judge the result.

    Parameters
    ----------
    model : SurveyModel
        A statistical model with its data; sampler and interval stand in its settings.
    seed : int
        The same seed gives the same posterior.
    progress : callable, optional
        Called with the share done.
    gate : Gate, optional
        Limits of the diagnostics; those of the settings unless given.

    Returns
    -------
    xarray.DataTree
        Nodes ``posterior``, ``sample_stats``, ``diagnostics``, ``abundance`` and those of the
        model.
    """
    spec = model.settings
    gate = spec.gate if gate is None else gate
    latent = tuple(getattr(model, "latent", ()))
    draws = draw_posterior(model.build(), spec.sampler, seed, progress, gate, latent)
    rng = generator(seed, "survey", "derived")
    posterior = model.derive(draws.posterior, rng)
    findings = [
        *sampler_findings(posterior, draws.stats, gate),
        *prior_shift(posterior, model.prior_sd(), gate),
        *predictive(model.checks(posterior, rng), gate),
        *leave_one_out(*model.log_likelihood(posterior), gate),
    ]
    nodes = {
        "posterior": posterior,
        "sample_stats": draws.stats,
        "diagnostics": table(findings),
        **model.nodes(posterior, spec.interval),
    }
    tree = xr.DataTree.from_dict(nodes)
    tree.attrs |= settings_attrs(spec, seed)
    tree.attrs |= {"engine": draws.stats.attrs["engine"], "why_engine": draws.stats.attrs["why"]}
    tree.attrs["preview"] = int(draws.stats.attrs["engine"] == "preview")
    tree.attrs["verdict"] = tree["diagnostics"].attrs["verdict"]
    return tree


def _provenance(model: SurveyModel, folder: Path) -> dict[str, str]:
    """Say where the posterior comes from; the report repeats status and source."""
    path, header = folder / model.settings.file, model.header
    return {
        "species": model.settings.species,
        "survey_file": path.name,
        "survey_digest": digest_files([path]) if model.settings.file else "",
        "status": header.get("status", "not stated"),
        "title": header.get("title", path.stem),
        "source": header.get("source", "not stated"),
        "versions": json.dumps(library_versions()),
    }
