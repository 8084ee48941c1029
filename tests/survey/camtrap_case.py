"""A small package written to the standard, and what breaks it."""

import csv
import io
import json
import zipfile
from pathlib import Path

PROFILE = "https://raw.githubusercontent.com/tdwg/camtrap-dp/1.0/camtrap-dp-profile.json"

DEPLOYMENTS = """\
deploymentID,locationID,locationName,latitude,longitude,deploymentStart,deploymentEnd,detectionDistance,habitat
d1,A,north,43.50,55.10,2027-05-01T12:00:00+05:00,2027-05-11T12:00:00+05:00,12,saxaul
d2,A,north,43.50,55.10,2027-05-15T00:00:00+05:00,2027-05-20T00:00:00+05:00,12,saxaul
d3,B,south,43.10,55.30,2027-05-02T00:00:00+05:00,2027-05-22T00:00:00+05:00,10,takyr
"""
MEDIA = """\
mediaID,deploymentID,captureMethod,timestamp,filePath,filePublic,fileName,fileMediatype
m1,d1,activityDetection,2027-05-03T06:10:00+05:00,media/m1.jpg,true,m1.jpg,image/jpeg
"""
OBSERVATIONS = """\
observationID,deploymentID,mediaID,eventID,eventStart,eventEnd,observationLevel,observationType,scientificName,count,sex,individualPositionRadius
o1,d1,,e1,2027-05-03T06:10:00+05:00,2027-05-03T06:12:00+05:00,event,animal,Gazella subgutturosa,2,female,4.5
o2,d1,,e1,2027-05-03T06:10:00+05:00,2027-05-03T06:12:00+05:00,event,animal,Gazella subgutturosa,1,male,6.0
o3,d1,,e2,2027-05-03T06:35:00+05:00,2027-05-03T06:36:00+05:00,event,animal,Gazella subgutturosa,2,,
o4,d1,,e3,2027-05-03T07:30:00+05:00,2027-05-03T07:30:00+05:00,event,animal,Gazella subgutturosa,,,
o5,d1,m1,,2027-05-03T06:10:00+05:00,2027-05-03T06:10:00+05:00,media,animal,Gazella subgutturosa,3,,
o6,d3,,e4,2027-05-21T23:00:00+05:00,2027-05-21T23:00:00+05:00,event,animal,Vulpes corsac,1,,
o7,d3,,e5,2027-05-02T00:00:00+05:00,2027-05-02T00:10:00+05:00,event,blank,,,,
"""  # noqa: E501
FAILURES = """\
deploymentID,failureStart,failureEnd,reason
d3,2027-05-04T00:00:00+05:00,2027-05-06T00:00:00+05:00,battery
d3,2027-05-05T00:00:00+05:00,2027-05-07T12:00:00+05:00,sand
d3,2027-05-12T00:00:00+05:00,2027-05-20T00:00:00+05:00,camel
"""
GAZELLE = "Gazella subgutturosa"


def descriptor(tables=("deployments", "media", "observations", "failures"), **changed):
    """Return the text of ``datapackage.json``."""
    base = PROFILE.rsplit("/", 1)[0]
    resources = [
        {
            "name": name,
            "path": f"{name}.csv",
            "profile": "tabular-data-resource",
            "schema": f"{base}/{name}-table-schema.json",
        }
        for name in tables
    ]
    known = {key: {} for key in ("project", "spatial", "temporal")}
    whole = {"profile": PROFILE, "resources": resources, "created": "2027-06-01T00:00:00Z"}
    whole |= {"contributors": [], "taxonomic": [], "title": "Test", "status": "simulated"} | known
    return json.dumps(whole | changed)


def files(**changed):
    """Return the files of the package by name; None leaves one out."""
    whole = {
        "datapackage.json": descriptor(),
        "deployments.csv": DEPLOYMENTS,
        "media.csv": MEDIA,
        "observations.csv": OBSERVATIONS,
        "failures.csv": FAILURES,
    }
    whole |= {key.replace("_csv", ".csv"): value for key, value in changed.items()}
    return {key: value for key, value in whole.items() if value is not None}


def write(folder: Path, **changed) -> Path:
    """Write the package into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files(**changed).items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def zipped(path: Path, home="", **changed) -> Path:
    """Write the package into a zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files(**changed).items():
            archive.writestr(home + name, text)
    return path


def table(rows, head) -> str:
    """Write rows as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return out.getvalue()
