"""Stages decide and report: what the futures mean, as files and as one HTML page."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ustyurt_models.bridge.assemble import ScenarioModel
from ustyurt_models.decide import write_summaries
from ustyurt_models.evidence import Catalogue
from ustyurt_models.report import build_report
from ustyurt_models.report.gather import DrawnInputs, gather
from ustyurt_models.study.load import Study
from ustyurt_models.workflow.console import say
from ustyurt_models.workflow.simulation import land_of, models_of

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
        model.scenario.name: DrawnInputs(model.evidence, _survey_inputs(model)) for model in models
    }


def report_study(study: Study, catalogue: Catalogue, folder: Path) -> Path:
    """Summarise finished results and write the report.

    Parameters
    ----------
    study : Study
        The study.
    catalogue : Catalogue
        The evidence.
    folder : Path
        Results folder.

    Returns
    -------
    Path
        ``report.html``.
    """
    land = land_of(study)
    models = models_of(study, land, catalogue, folder)
    say("decide: summaries, criteria, sources of uncertainty")
    inputs = gather(study, folder, land, catalogue, _drawn(models))
    write_summaries(inputs.summary, folder)
    say("report: figures and pages")
    return build_report(inputs)
