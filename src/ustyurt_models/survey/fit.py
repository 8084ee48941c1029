"""The one fit path: survey block and file in, posterior tree with diagnostics out."""

import json
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import xarray as xr

from ustyurt_models.evidence import Catalogue
from ustyurt_models.provenance import digest_files, library_versions
from ustyurt_models.study.surveys import SurveyBlock
from ustyurt_models.study.surveys.candidates import blocks_of_candidates
from ustyurt_models.survey.context import Context
from ustyurt_models.survey.fitting import fit_once, tree_of
from ustyurt_models.survey.model import SurveyModel
from ustyurt_models.survey.registry import load_survey, model_of
from ustyurt_models.survey.sampling import Progress
from ustyurt_models.survey.settings import Gate

__all__ = ["fit_model", "fit_models", "fit_survey"]

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
    models = [
        model_of(load_survey(one, Path(folder), catalogue, context))
        for one in (spec, *blocks_of_candidates(spec))
    ]
    tree = fit_models(models, seed, progress)
    tree.attrs |= _provenance(models[0], Path(folder))
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
        Nodes ``posterior``, ``sample_stats``, ``diagnostics``, ``sensitivity``, ``abundance`` and
        those of the model.
    """
    return tree_of(fit_once(model, seed, progress, gate))


def fit_models(
    models: Sequence[SurveyModel], seed: int, progress: Progress | None = None
) -> xr.DataTree:
    """Fit a model and candidates to the same data and compare them.

    Parameters
    ----------
    models : sequence of SurveyModel
        The model of the study, then candidates; one alone is fitted as by `fit_model`.
    seed : int
        The same seed gives the same posteriors.
    progress : callable, optional
        Called with the share done.

    Returns
    -------
    xarray.DataTree
        That of the first model, with node ``comparison``; see `candidates.tree_of_candidates`.
    """
    fits = []
    for number, model in enumerate(models):
        part = None if progress is None else _part_of(progress, number, len(models))
        fits.append(fit_once(model, seed, part))
    if len(fits) == 1:
        return tree_of(fits[0])
    # An optimiser is imported with it, which a single fit must not pay for.
    return import_module("ustyurt_models.survey.candidates").tree_of_candidates(fits, seed)


def _part_of(progress: Progress, number: int, count: int) -> Progress:
    """Report a share of one fit as a share of all."""
    return lambda share: progress((number + share) / count)


def _provenance(model: SurveyModel, folder: Path) -> dict[str, str]:
    """Say where the posterior comes from; the report repeats status and source."""
    header, file = model.header, _file_of(model, folder)
    return {
        "species": model.settings.species,
        **file,
        "status": header.get("status", "not stated"),
        "title": header.get("title", Path(file["survey_file"]).stem),
        "source": header.get("source", "not stated"),
        "versions": json.dumps(library_versions()),
    }


def _file_of(model: SurveyModel, folder: Path) -> dict[str, str]:
    """Name the file and its hash; a survey made of others says what theirs are."""
    if not model.settings.file:
        return {key: model.header[key] for key in ("survey_file", "survey_digest")}
    path = folder / model.settings.file
    return {"survey_file": path.name, "survey_digest": digest_files([path])}
