"""Stages decide and report: what the futures mean, as files and as one HTML page."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import xarray as xr

from ustyurt_models.batch import finished_digest
from ustyurt_models.bridge.assemble import ScenarioModel
from ustyurt_models.decide import write_summaries
from ustyurt_models.evidence import Catalogue
from ustyurt_models.provenance import digest_files, digest_json, library_versions
from ustyurt_models.report import build_report
from ustyurt_models.report.gathering import DrawnInputs, gather
from ustyurt_models.resources import models_dir
from ustyurt_models.study.load import Study
from ustyurt_models.workflow.console import say
from ustyurt_models.workflow.land import land_of
from ustyurt_models.workflow.simulation import identity_of, models_of
from ustyurt_models.workflow.stamps import code_digest, is_current, stamp

__all__ = ["report_study"]


def _survey_inputs(model: ScenarioModel) -> np.ndarray:
    """Return what each draw took from surveys, shape (draw, input)."""
    scenario = model.scenario
    taken = [
        start.abundance
        for species, start in zip(model.prey, model.starts, strict=True)
        if scenario.prey[species.id].start.kind == "survey"
    ]
    return np.hstack(taken) if taken else np.empty((scenario.draws, 0))


def _drawn(models: tuple[ScenarioModel, ...]) -> Mapping[str, DrawnInputs]:
    """Return scenario -> what its draws were made of."""
    return {
        model.scenario.name: DrawnInputs(model.evidence, _survey_inputs(model), model.map_warnings)
        for model in models
    }


def _inputs(study: Study, land: xr.Dataset, catalogue: Catalogue, folder: Path) -> str:
    """Return the hash of everything that the report depends on."""
    return digest_json(
        {
            **identity_of(study, land, catalogue, folder),
            "settings": digest_json([one.model_dump(mode="json") for one in study.scenarios]),
            "results": finished_digest(folder),
            "description": digest_files([models_dir() / "ODD.md"]),
            "code": code_digest("batch", "bridge", "decide", "report", "workflow"),
            "libraries": library_versions(),
        }
    )


def _products(folder: Path) -> list[Path]:
    """Return the files that the stage has written, the page first."""
    beside = [
        path for part in ("tables", "figures") for path in sorted((folder / part).rglob("*.*"))
    ]
    return [folder / "report.html", folder / "summaries.nc", *beside]


def report_study(study: Study, catalogue: Catalogue, folder: Path, fresh: bool) -> Path:
    """Summarise finished results and write the report, unless that is up to date.

    Parameters
    ----------
    study : Study
        The study.
    catalogue : Catalogue
        The evidence.
    folder : Path
        Results folder.
    fresh : bool
        Write again what is up to date.

    Returns
    -------
    Path
        ``report.html``.
    """
    land = land_of(study)
    made_from = _inputs(study, land, catalogue, folder)
    if not fresh and is_current(folder, "report", made_from, *_products(folder)):
        say("report: up to date")
        return folder / "report.html"
    models = models_of(study, land, catalogue, folder)
    say("decide: summaries, criteria, sources of uncertainty")
    inputs = gather(study, folder, land, catalogue, _drawn(models))
    write_summaries(inputs.summary, folder)
    say("report: figures and pages")
    page = build_report(inputs)
    stamp(folder, "report", made_from, *_products(folder))
    return page
