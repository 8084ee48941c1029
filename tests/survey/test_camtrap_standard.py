"""Field lists of Camtrap DP against facts read in its repository, tdwg/camtrap-dp.

Facts: ``deployments-table-schema.json`` at commit 7fd0136 and ``media-table-schema.json`` at
01632ac, drafts between 0.6 and 1.0, in which ``start`` and ``end`` had not yet become
``deploymentStart`` and ``deploymentEnd``, ``cameraDepth`` was missing and ``captureMethod`` said
``motionDetection``; and ``observations-table-schema.json`` at 016b306 (0.6).
"""

import math

import pytest

import camtrap_case as case
from ustyurt_models.survey.read.camtrap.schema import TABLES

#: Name to (type, required, smallest, largest); only what the drafts share with 1.0.
DEPLOYMENTS = {
    "deploymentID": ("string", True, None, None),
    "locationID": ("string", False, None, None),
    "locationName": ("string", False, None, None),
    "latitude": ("number", True, -90, 90),
    "longitude": ("number", True, -180, 180),
    "coordinateUncertainty": ("integer", False, 1, None),
    "setupBy": ("string", False, None, None),
    "cameraID": ("string", False, None, None),
    "cameraModel": ("string", False, None, None),
    "cameraDelay": ("integer", False, 0, None),
    "cameraHeight": ("number", False, 0, None),
    "cameraTilt": ("integer", False, -90, 90),
    "cameraHeading": ("integer", False, 0, 360),
    "detectionDistance": ("number", False, 0, None),
    "timestampIssues": ("boolean", False, None, None),
    "baitUse": ("boolean", False, None, None),
    "featureType": ("string", False, None, None),
    "habitat": ("string", False, None, None),
    "deploymentGroups": ("string", False, None, None),
    "deploymentTags": ("string", False, None, None),
    "deploymentComments": ("string", False, None, None),
}
MEDIA = {
    "mediaID": ("string", True, None, None),
    "deploymentID": ("string", True, None, None),
    "captureMethod": ("string", False, None, None),
    "timestamp": ("datetime", True, None, None),
    "filePath": ("string", True, None, None),
    "filePublic": ("boolean", True, None, None),
    "fileName": ("string", False, None, None),
    "fileMediatype": ("string", True, None, None),
    "favorite": ("boolean", False, None, None),
    "mediaComments": ("string", False, None, None),
}
OBSERVATIONS = {
    "observationID": ("string", True, None, None),
    "deploymentID": ("string", True, None, None),
    "mediaID": ("string", False, None, None),
    "observationType": ("string", True, None, None),
    "cameraSetupType": ("string", False, None, None),
    "scientificName": ("string", False, None, None),
    "count": ("integer", False, 1, None),
    "lifeStage": ("string", False, None, None),
    "sex": ("string", False, None, None),
    "behavior": ("string", False, None, None),
    "individualID": ("string", False, None, None),
    "individualPositionRadius": ("number", False, 0, None),
    "individualPositionAngle": ("number", False, -90, 90),
    "individualSpeed": ("number", False, 0, None),
    "classificationMethod": ("string", False, None, None),
    "classifiedBy": ("string", False, None, None),
    "classificationTimestamp": ("datetime", False, None, None),
    "classificationProbability": ("number", False, 0, 1),
    "observationTags": ("string", False, None, None),
    "observationComments": ("string", False, None, None),
}
WORDS = {
    ("deployments", "featureType"): {
        *("roadPaved", "roadDirt", "trailHiking", "trailGame", "roadUnderpass", "roadOverpass"),
        *("roadBridge", "culvert", "burrow", "nestSite", "carcass", "waterSource"),
        "fruitingTree",
    },
    ("observations", "observationType"): {
        *("animal", "human", "vehicle", "blank", "unknown", "unclassified"),
    },
    ("observations", "cameraSetupType"): {"setup", "calibration"},
    ("observations", "lifeStage"): {"adult", "subadult", "juvenile"},
    ("observations", "sex"): {"female", "male"},
    ("observations", "classificationMethod"): {"human", "machine"},
}
FACTS = {"deployments": DEPLOYMENTS, "media": MEDIA, "observations": OBSERVATIONS}


@pytest.mark.parametrize("table", sorted(FACTS))
def test_fields_have_the_type_and_limits_of_the_standard(table):
    ours = {one.name: one for one in TABLES[table]}
    for name, (kind, required, low, high) in FACTS[table].items():
        field = ours[name]
        assert (field.kind, field.required) == (kind, required), name
        assert field.low == (-math.inf if low is None else low), name
        assert field.high == (math.inf if high is None else high), name


def test_words_are_those_of_the_standard():
    for (table, name), words in WORDS.items():
        field = next(one for one in TABLES[table] if one.name == name)
        assert set(field.allowed) == words, name


def test_names_that_only_1_0_has_are_the_only_others():
    newer = {
        "deployments": {"deploymentStart", "deploymentEnd", "cameraDepth"},
        "media": {"exifData"},
        "observations": {
            *("eventID", "eventStart", "eventEnd", "observationLevel"),
            *("bboxX", "bboxY", "bboxWidth", "bboxHeight"),
        },
    }
    for table, facts in FACTS.items():
        assert {one.name for one in TABLES[table]} - set(facts) == newer[table]


@pytest.mark.parametrize(
    ("table", "text"),
    [
        ("deployments", case.DEPLOYMENTS),
        ("media", case.MEDIA),
        ("observations", case.OBSERVATIONS),
    ],
)
def test_packages_of_the_tests_use_names_of_the_standard_only(table, text):
    columns = text.splitlines()[0].split(",")
    names = [one.name for one in TABLES[table]]
    assert set(columns) <= set(names)
    assert {one.name for one in TABLES[table] if one.required} <= set(columns)
