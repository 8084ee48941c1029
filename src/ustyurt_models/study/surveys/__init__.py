"""Surveys: which file, which statistical model, and its options; one block per model."""

from typing import Annotated

from pydantic import Field

from ustyurt_models.study.surveys.cameras import (
    CameraBlock,
    CameraEncounter,
    CameraPriors,
    InstantaneousSampling,
    InstantBlock,
    MovementBlock,
    SpaceToEvent,
    TimeToEvent,
)
from ustyurt_models.study.surveys.candidates import (
    Candidate,
    CountCandidate,
    DynamicCandidate,
    OccupancyCandidate,
    TrendCandidate,
)
from ustyurt_models.study.surveys.common import Sampler, SurveyBlock
from ustyurt_models.study.surveys.community import CommunityOccupancy
from ustyurt_models.study.surveys.distance import (
    DistanceBlock,
    LineTransect,
    PointTransect,
    TransectBlock,
)
from ustyurt_models.study.surveys.double_observer import DoubleObserver
from ustyurt_models.study.surveys.dynamic_occupancy import DynamicOccupancy
from ustyurt_models.study.surveys.gate import Gate
from ustyurt_models.study.surveys.hierarchical import (
    DensitySurface,
    HierarchicalBlock,
    HierarchicalDistance,
)
from ustyurt_models.study.surveys.integrated import IntegratedPopulation
from ustyurt_models.study.surveys.joint import JointSurvey
from ustyurt_models.study.surveys.occupancy import Occupancy
from ustyurt_models.study.surveys.priors import DistancePriors, LogNormal, Normal, Share
from ustyurt_models.study.surveys.site_counts import NMixture, Removal, RoyleNichols, SiteCounts
from ustyurt_models.study.surveys.sites import PlacedBlock, SiteBlock
from ustyurt_models.study.surveys.sources import SourceOccupancy, VisitSource
from ustyurt_models.study.surveys.strip import StripCounts
from ustyurt_models.study.surveys.trend import CountMethod, Trend

__all__ = [
    "CameraBlock",
    "CameraEncounter",
    "CameraPriors",
    "Candidate",
    "CommunityOccupancy",
    "CountCandidate",
    "CountMethod",
    "DensitySurface",
    "DistanceBlock",
    "DistancePriors",
    "DoubleObserver",
    "DynamicCandidate",
    "DynamicOccupancy",
    "Gate",
    "HierarchicalBlock",
    "HierarchicalDistance",
    "InstantBlock",
    "InstantaneousSampling",
    "IntegratedPopulation",
    "JointSurvey",
    "LineTransect",
    "LogNormal",
    "MovementBlock",
    "NMixture",
    "Normal",
    "Occupancy",
    "OccupancyCandidate",
    "PlacedBlock",
    "PointTransect",
    "Removal",
    "RoyleNichols",
    "Sampler",
    "Share",
    "SiteBlock",
    "SiteCounts",
    "SourceOccupancy",
    "SpaceToEvent",
    "StripCounts",
    "Survey",
    "SurveyBlock",
    "TimeToEvent",
    "TransectBlock",
    "Trend",
    "TrendCandidate",
    "VisitSource",
]

#: A survey of a study; its key ``model`` says which block it is.
Survey = Annotated[
    LineTransect
    | PointTransect
    | DoubleObserver
    | HierarchicalDistance
    | DensitySurface
    | StripCounts
    | CameraEncounter
    | TimeToEvent
    | SpaceToEvent
    | InstantaneousSampling
    | JointSurvey
    | Trend
    | Occupancy
    | DynamicOccupancy
    | CommunityOccupancy
    | SourceOccupancy
    | IntegratedPopulation
    | NMixture
    | RoyleNichols
    | Removal,
    Field(discriminator="model"),
]
