"""The report: content model, figures, maps and the HTML page made from them."""

from ustyurt_models.report.build import build_report, compose
from ustyurt_models.report.gather import DrawnInputs, gather, open_run
from ustyurt_models.report.inputs import (
    ReportInputs,
    ResultInfluence,
    StudyFacts,
    SurveyResult,
)
from ustyurt_models.report.view import as_frame, view

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
