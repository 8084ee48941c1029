"""Which package holds which statistical model; each is imported when it is first used.

The home of a model holds two modules: ``data`` with ``load(spec, folder, catalogue, context)`` and
``describe(prepared)``, which need NumPy only, and ``survey_model`` with ``survey_model(prepared)``,
which needs PyMC.
"""

from importlib import import_module
from pathlib import Path
from typing import Any

from ustyurt_models.checks import require
from ustyurt_models.evidence import Catalogue
from ustyurt_models.study.surveys import SurveyBlock
from ustyurt_models.survey.context import Context
from ustyurt_models.survey.model import SurveyModel

__all__ = ["describe_survey", "load_survey", "model_of"]

_HOMES = {
    "line_transect": "distance",
    "point_transect": "distance",
    "double_observer": "double_observer",
    "hierarchical_distance": "hierarchical",
    "density_surface": "hierarchical",
    "strip_counts": "strip",
    "camera_encounter": "encounter",
    "time_to_event": "encounter",
    "space_to_event": "encounter",
    "instantaneous_sampling": "encounter",
    "joint": "joint",
    "trend": "trend",
    "integrated_population": "integrated",
    "occupancy": "sites",
    "dynamic_occupancy": "sites",
    "community_occupancy": "community",
    "source_occupancy": "sources",
    "n_mixture": "sites",
    "royle_nichols": "sites",
    "removal": "sites",
}


def _home(spec: SurveyBlock, module: str) -> Any:
    """Import a module of the home of a model."""
    return import_module(f"ustyurt_models.survey.models.{_HOMES[spec.model]}.{module}")


def load_survey(
    spec: SurveyBlock, folder: Path, catalogue: Catalogue | None, context: Context
) -> Any:
    """Read the file of a survey block and prepare it as the block says.

    Parameters
    ----------
    spec : SurveyBlock
        Survey block of the study.
    folder : Path
        Folder of the study file.
    catalogue : Catalogue or None
        Evidence for what the survey does not tell.
    context : Context
        The study around the survey.

    Returns
    -------
    object
        What `describe_survey` and `model_of` take; its ``settings`` are `spec`.

    Raises
    ------
    InputError
        With every fault of the file.
    """
    if spec.file:
        path = folder / spec.file
        require(path.exists(), f"survey file {spec.file}", "must exist", str(path))
    return _home(spec, "data").load(spec, folder, catalogue, context)


def describe_survey(prepared: Any) -> str:
    """Say in one line what a prepared survey holds."""
    return _home(prepared.settings, "data").describe(prepared)


def model_of(prepared: Any) -> SurveyModel:
    """Return the statistical model of a prepared survey."""
    return _home(prepared.settings, "survey_model").survey_model(prepared)
