"""The report: content model, figures, maps and HTML; each name is imported when first used."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ustyurt_models.report.build import build_report, compose
    from ustyurt_models.report.gathering import DrawnInputs, gather, open_run
    from ustyurt_models.report.inputs import (
        ReportInputs,
        ResultInfluence,
        StudyFacts,
        SurveyResult,
    )
    from ustyurt_models.report.viewing import as_frame, view

__all__ = [
    "DrawnInputs",
    "ReportInputs",
    "ResultInfluence",
    "StudyFacts",
    "SurveyResult",
    "as_frame",
    "build_report",
    "compose",
    "gather",
    "open_run",
    "view",
]

# Drawing takes seconds to import; the page of data quality must not wait for it.
_HOMES = {
    "DrawnInputs": "gathering",
    "ReportInputs": "inputs",
    "ResultInfluence": "inputs",
    "StudyFacts": "inputs",
    "SurveyResult": "inputs",
    "as_frame": "viewing",
    "build_report": "build",
    "compose": "build",
    "gather": "gathering",
    "open_run": "gathering",
    "view": "viewing",
}


def __getattr__(name: str) -> Any:
    """Import the module that holds `name`."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
