"""A small package written to the standard, and what breaks it."""

import csv
import datetime as dt
import io
import json
import zipfile
from pathlib import Path

import numpy as np

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


def many(folder: Path, sites=24, days=75, seed=3) -> Path:
    """Write a package of many cameras with failures and hours of the day."""
    rng, head = np.random.default_rng(seed), OBSERVATIONS.splitlines()[0].split(",")
    zone, start = dt.timezone(dt.timedelta(hours=5)), dt.datetime(2027, 4, 10, 9)
    stands, seen, failed = [], [], []
    for site in range(sites):
        begin = start + dt.timedelta(days=float(rng.uniform(0, 12)))
        end = begin + dt.timedelta(days=days * float(rng.uniform(0.6, 1.0)))
        ends = [one.replace(microsecond=0, tzinfo=zone) for one in (begin, end)]
        place = (round(55 + rng.uniform(0, 0.8), 4), round(43 + rng.uniform(0, 0.5), 4))
        name = f"cam{site + 1:02d}"
        stands.append((name, f"S{site + 1}", "", place[1], place[0], *map(_iso, ends), 12, ""))
        if rng.random() < 0.4:
            broke = ends[0] + (ends[1] - ends[0]) * float(rng.uniform(0.3, 0.9))
            until = min(broke + dt.timedelta(days=float(rng.uniform(3, 20))), ends[1])
            failed.append((name, _iso(broke), _iso(until), "battery"))
        for species, rate, hour in ((GAZELLE, 0.25, 6), ("Vulpes corsac", 0.3, 23)):
            for _ in range(rng.poisson(rate * days) if rng.random() < 0.8 else 0):
                day = ends[0] + dt.timedelta(days=int(rng.integers(0, days)))
                at = day.replace(hour=0) + dt.timedelta(hours=float(rng.normal(hour, 2.5)))
                lost = [one for one in failed if one[0] == name and one[1] <= _iso(at) <= one[2]]
                if ends[0] <= at <= ends[1] and not lost:
                    row = (f"o{len(seen)}", name, "", f"e{len(seen)}", _iso(at), _iso(at))
                    more = ("event", "animal", species, int(rng.geometric(0.4)), "", "")
                    seen.append(row + more)
    return write(
        folder,
        deployments_csv=table(stands, DEPLOYMENTS.splitlines()[0].split(",")),
        observations_csv=table(seen, head),
        failures_csv=table(failed, FAILURES.splitlines()[0].split(",")),
        media_csv=MEDIA.splitlines()[0] + "\n",
    )


def _iso(moment: dt.datetime) -> str:
    return moment.isoformat(timespec="seconds")
