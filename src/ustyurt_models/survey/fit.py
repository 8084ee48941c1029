"""The one fit path: survey block and file in, posterior tree with diagnostics out."""

import json
from pathlib import Path

import xarray as xr

from ustyurt_models.evidence import Catalogue
from ustyurt_models.provenance import digest_files, library_versions
from ustyurt_models.survey.fit_line_transect import fit_line_transect
from ustyurt_models.survey.fit_trend import fit_trend
from ustyurt_models.survey.read.counts import read_counts
from ustyurt_models.survey.read.distance import read_transects
from ustyurt_models.survey.sampling import Progress
from ustyurt_models.survey.spec import (
    SurveySpec,
    line_transect_settings,
    sampler_of,
    survey_path,
    trend_settings,
)

__all__ = ["fit_line_transect", "fit_survey", "fit_trend"]


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
    tree.attrs["verdict"] = tree["diagnostics"].attrs["verdict"]
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
