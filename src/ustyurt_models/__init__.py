"""Survey data to feasibility verdict for prey restoration and cheetah reintroduction.

The survey models can be used without a study file:

>>> from ustyurt_models import LineTransect, fit_survey
>>> survey = LineTransect(file="gazelle_transects.csv", key="hazard-rate", truncation="800 m")
>>> tree = fit_survey(survey, "scenarios/surveys", seed=1)  # doctest: +SKIP
>>> tree["abundance"]["abundance_total"].median()  # doctest: +SKIP

Every name is imported when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ustyurt_models.study.load import load_study
    from ustyurt_models.study.surveys import (
        CameraEncounter,
        DensitySurface,
        DistancePriors,
        DoubleObserver,
        DynamicOccupancy,
        HierarchicalDistance,
        IntegratedPopulation,
        JointSurvey,
        LineTransect,
        LogNormal,
        NMixture,
        Occupancy,
        PointTransect,
        Removal,
        RoyleNichols,
        Sampler,
        StripCounts,
        Trend,
    )
    from ustyurt_models.survey.check import check_survey
    from ustyurt_models.survey.context import Context
    from ustyurt_models.survey.fit import fit_survey
    from ustyurt_models.survey.judgement import require_pass
    from ustyurt_models.survey.posterior import load_posterior, save_posterior

__version__ = "0.1.0"

__all__ = [
    "CameraEncounter",
    "Context",
    "DensitySurface",
    "DistancePriors",
    "DoubleObserver",
    "DynamicOccupancy",
    "HierarchicalDistance",
    "IntegratedPopulation",
    "JointSurvey",
    "LineTransect",
    "LogNormal",
    "NMixture",
    "Occupancy",
    "PointTransect",
    "Removal",
    "RoyleNichols",
    "Sampler",
    "StripCounts",
    "Trend",
    "check_survey",
    "fit_survey",
    "load_posterior",
    "load_study",
    "require_pass",
    "save_posterior",
]

_BLOCKS = "study.surveys"
_HOMES = {
    "CameraEncounter": _BLOCKS,
    "Context": "survey.context",
    "DensitySurface": _BLOCKS,
    "DistancePriors": _BLOCKS,
    "DoubleObserver": _BLOCKS,
    "DynamicOccupancy": _BLOCKS,
    "HierarchicalDistance": _BLOCKS,
    "IntegratedPopulation": _BLOCKS,
    "JointSurvey": _BLOCKS,
    "LineTransect": _BLOCKS,
    "LogNormal": _BLOCKS,
    "NMixture": _BLOCKS,
    "Occupancy": _BLOCKS,
    "PointTransect": _BLOCKS,
    "Removal": _BLOCKS,
    "RoyleNichols": _BLOCKS,
    "Sampler": _BLOCKS,
    "StripCounts": _BLOCKS,
    "Trend": _BLOCKS,
    "check_survey": "survey.check",
    "fit_survey": "survey.fit",
    "load_posterior": "survey.posterior",
    "load_study": "study.load",
    "require_pass": "survey.judgement",
    "save_posterior": "survey.posterior",
}


def __getattr__(name: str) -> Any:
    """Import the module that holds `name`: the command line starts without PyMC or pandas."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
