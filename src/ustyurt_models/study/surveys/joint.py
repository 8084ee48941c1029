"""One estimate from several surveys of the same animals."""

from typing import Literal

from ustyurt_models.study.surveys.common import SurveyBlock

__all__ = ["JointSurvey"]


class JointSurvey(SurveyBlock):
    """Several surveys with a bias of their own each."""

    model: Literal["joint"] = "joint"
    """One estimate from several surveys of this study."""
    file: str = ""
    """Not used: the data are other surveys."""
    surveys: tuple[str, ...]
    """Names of the surveys of this study that count the same animals."""
