"""The stages of a study in order: check, fit, simulate, decide, report. Each can run alone."""

from ustyurt_models.workflow.options import Options, options
from ustyurt_models.workflow.stages import compare, fit, report, run, simulate

__all__ = ["Options", "compare", "fit", "options", "report", "run", "simulate"]
