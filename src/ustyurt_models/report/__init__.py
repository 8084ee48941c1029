"""The report: content model, figures, maps and the HTML page made from them."""

from ustyurt_models.report.build import build_report, compose
from ustyurt_models.report.inputs import (
    ReportInputs,
    ResultInfluence,
    ResultShares,
    StudyFacts,
    SurveyResult,
)

__all__ = [
    "ReportInputs",
    "ResultInfluence",
    "ResultShares",
    "StudyFacts",
    "SurveyResult",
    "build_report",
    "compose",
]
