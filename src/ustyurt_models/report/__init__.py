"""The report: content model, figures, maps and the HTML page made from them."""

from ustyurt_models.report.build import build_report, compose
from ustyurt_models.report.inputs import (
    Finding,
    ReportInputs,
    StudyFacts,
    SurveyResult,
    VarianceShare,
)

__all__ = [
    "Finding",
    "ReportInputs",
    "StudyFacts",
    "SurveyResult",
    "VarianceShare",
    "build_report",
    "compose",
]
