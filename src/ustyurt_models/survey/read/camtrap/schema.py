"""What the tables of a Camtrap DP 1.0 package must hold: the constraints of the standard.

References
----------
Camtrap DP 1.0: ``deployments-table-schema.json``, ``media-table-schema.json`` and
``observations-table-schema.json``, https://camtrap-dp.tdwg.org/data/. Bubnicki et al. 2024, Remote
Sensing in Ecology and Conservation 10:283-295.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

__all__ = ["COMPULSORY", "TABLES", "Field", "Kind"]

Kind = Literal["string", "number", "integer", "boolean", "datetime"]


@dataclass(frozen=True)
class Field:
    """A column and what its cells must be.

    Attributes
    ----------
    name : str
        As the standard writes it.
    kind : str
        Type of the cells.
    required, unique : bool
        Whether a cell may be empty, and whether a value may come twice.
    low, high : float
        Smallest and largest number.
    allowed : tuple of str
        The only words; empty when any will do.
    pattern : str
        Regular expression that a cell must match.
    parent : str
        Table whose first column must hold the value.
    """

    name: str
    kind: Kind = "string"
    required: bool = False
    unique: bool = False
    low: float = float("-inf")
    high: float = float("inf")
    allowed: tuple[str, ...] = ()
    pattern: str = ""
    parent: str = ""


_FEATURES = (
    "roadPaved",
    "roadDirt",
    "trailHiking",
    "trailGame",
    "roadUnderpass",
    "roadOverpass",
    "roadBridge",
    "culvert",
    "burrow",
    "nestSite",
    "carcass",
    "waterSource",
    "fruitingTree",
)

_DEPLOYMENTS = (
    Field("deploymentID", required=True, unique=True),
    Field("locationID"),
    Field("locationName"),
    Field("latitude", "number", required=True, low=-90, high=90),
    Field("longitude", "number", required=True, low=-180, high=180),
    Field("coordinateUncertainty", "integer", low=1),
    Field("deploymentStart", "datetime", required=True),
    Field("deploymentEnd", "datetime", required=True),
    Field("setupBy"),
    Field("cameraID"),
    Field("cameraModel"),
    Field("cameraDelay", "integer", low=0),
    Field("cameraHeight", "number", low=0),
    Field("cameraDepth", "number", low=0),
    Field("cameraTilt", "integer", low=-90, high=90),
    Field("cameraHeading", "integer", low=0, high=360),
    Field("detectionDistance", "number", low=0),
    Field("timestampIssues", "boolean"),
    Field("baitUse", "boolean"),
    Field("featureType", allowed=_FEATURES),
    Field("habitat"),
    Field("deploymentGroups"),
    Field("deploymentTags"),
    Field("deploymentComments"),
)

_MEDIA = (
    Field("mediaID", required=True, unique=True),
    Field("deploymentID", required=True, parent="deployments"),
    Field("captureMethod", allowed=("activityDetection", "timeLapse")),
    Field("timestamp", "datetime", required=True),
    Field("filePath", required=True, pattern=r"(?=[^./~])((?!\.\.).)*"),
    Field("filePublic", "boolean", required=True),
    Field("fileName"),
    Field("fileMediatype", required=True, pattern=r"(image|video|audio)/.*"),
    Field("exifData"),
    Field("favorite", "boolean"),
    Field("mediaComments"),
)

_OBSERVATIONS = (
    Field("observationID", required=True, unique=True),
    Field("deploymentID", required=True, parent="deployments"),
    Field("mediaID", parent="media"),
    Field("eventID"),
    Field("eventStart", "datetime", required=True),
    Field("eventEnd", "datetime", required=True),
    Field("observationLevel", required=True, allowed=("media", "event")),
    Field(
        "observationType",
        required=True,
        allowed=("animal", "human", "vehicle", "blank", "unknown", "unclassified"),
    ),
    Field("cameraSetupType", allowed=("setup", "calibration")),
    Field("scientificName"),
    Field("count", "integer", low=1),
    Field("lifeStage", allowed=("adult", "subadult", "juvenile")),
    Field("sex", allowed=("female", "male")),
    Field("behavior"),
    Field("individualID"),
    Field("individualPositionRadius", "number", low=0),
    Field("individualPositionAngle", "number", low=-90, high=90),
    Field("individualSpeed", "number", low=0),
    Field("bboxX", "number", low=0, high=1),
    Field("bboxY", "number", low=0, high=1),
    Field("bboxWidth", "number", low=1e-15, high=1),
    Field("bboxHeight", "number", low=1e-15, high=1),
    Field("classificationMethod", allowed=("human", "machine")),
    Field("classifiedBy"),
    Field("classificationTimestamp", "datetime"),
    Field("classificationProbability", "number", low=0, high=1),
    Field("observationTags"),
    Field("observationComments"),
)

#: No part of the standard: when a camera stood in the field but took no pictures.
_FAILURES = (
    Field("deploymentID", required=True, parent="deployments"),
    Field("failureStart", "datetime", required=True),
    Field("failureEnd", "datetime"),
    Field("reason"),
)

TABLES: Mapping[str, tuple[Field, ...]] = {
    "deployments": _DEPLOYMENTS,
    "media": _MEDIA,
    "observations": _OBSERVATIONS,
    "failures": _FAILURES,
}
#: Tables without which a package is none.
COMPULSORY = ("deployments", "media", "observations")
