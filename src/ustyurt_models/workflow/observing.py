"""Stage observe: survey files of a simulated world, in the formats of real ones."""

import csv
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyproj
import xarray as xr

from ustyurt_models.batch import full_disk_is_reported
from ustyurt_models.bridge.assemble import ScenarioModel
from ustyurt_models.bridge.observe import CameraVisit, LineVisit, Observer, Truth
from ustyurt_models.checks import require
from ustyurt_models.ibm.observe.collars import ALIVE, EXPIRED, Fixes
from ustyurt_models.landscape.grid import unproject
from ustyurt_models.study.load import Study
from ustyurt_models.study.observation import Cameras, LineWalk
from ustyurt_models.workflow.address import read_address
from ustyurt_models.workflow.fitting import fit_surveys
from ustyurt_models.workflow.land import land_of
from ustyurt_models.workflow.options import Options
from ustyurt_models.workflow.simulation import models_of
from ustyurt_models.workflow.stages import open_study

__all__ = ["observe", "write_cameras", "write_lines"]

_STATUS = {ALIVE: "alive", EXPIRED: "expired"}


def _write(path: Path, head: Sequence[str], rows: Iterable[Sequence[object]], notes: str) -> None:
    """Write a table; lines that begin with ``#`` say what it is."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(notes)
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)


def _notes(study: Study, model: ScenarioModel, name: str, at: tuple[int, int]) -> str:
    """Say in comment lines that nobody ever saw these animals."""
    title = f"SIMULATED survey {name!r} of the simulated world of {study.path.name}"
    draw, replicate = at
    source = (
        f"scenario {model.scenario.name}, draw {draw}, replicate {replicate}, "
        f"seed {model.scenario.seed}"
    )
    return f"# title: {title}\n# status: simulated\n# source: {source}\n"


def _lon_lat(land: xr.Dataset, x_m: np.ndarray, y_m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return longitude and latitude [degree] of points on the landscape."""
    crs = pyproj.CRS.from_wkt(land["spatial_ref"].attrs["crs_wkt"])
    return unproject(crs, x_m, y_m)


def _truth_rows(year: int, zone: str, species: str, truth: Truth) -> tuple[object, ...]:
    return (year, zone, species, f"{truth.area_km2:g}", truth.animals, truth.groups)


_TRUTH = ("year", "zone", "species", "area_km2", "animals", "groups")


def _flat_rows(visits: Sequence[LineVisit]) -> Iterable[tuple[object, ...]]:
    """Yield rows of a Distance flat file; a line on which nothing was seen is a row too."""
    number = 0
    for visit in visits:
        area = f"{visit.truth.area_km2:g}"
        for line, effort_m in enumerate(visit.lines.effort_m):
            first = (visit.zone, area, f"{visit.zone}-{line + 1}", f"{effort_m / 1000:.4f}")
            seen = np.flatnonzero(visit.seen.line == line)
            if not seen.size:
                yield (*first, "", "", "")
            for i in seen:
                number += 1
                yield (*first, f"{visit.seen.distance_m[i]:.2f}", visit.seen.size[i], number)


def write_lines(observer: Observer, name: str, folder: Path, notes: str) -> list[Path]:
    """Write the line transects `name`: one flat file per year, and the truth.

    Parameters
    ----------
    observer : Observer
        Who looked.
    name : str
        Of the survey, as in the study file.
    folder : Path
        Folder to write to; it exists.
    notes : str
        Comment lines for the head of every file.

    Returns
    -------
    list of Path
        The flat files.
    """
    one = observer.model.scenario.observation[name]
    assert isinstance(one, LineWalk)
    visits = observer.lines(name)
    head = ("Region.Label", "Area", "Sample.Label", "Effort", "distance", "size", "object")
    units = "# units: distance=m, effort=km, area=km2\n"
    paths = []
    for year in observer.years(one):
        now = [visit for visit in visits if visit.year == year]
        paths.append(folder / f"{name}_{year}.csv")
        _write(paths[-1], head, _flat_rows(now), notes + units)
    truth = [_truth_rows(v.year, v.zone, one.species, v.truth) for v in visits]
    _write(folder / "truth.csv", _TRUTH, truth, notes)
    return paths


def _moment(year: int, days: float) -> str:
    """Return a moment after 1 March of a year, as Camtrap DP writes it."""
    return (datetime(year, 3, 1, tzinfo=UTC) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _names(observer: Observer) -> Mapping[str, str]:
    """Return the scientific name of every species."""
    model = observer.model
    named = {species.id: species.scientific or species.id for species in model.prey}
    return named | {"cheetah": "Acinonyx jubatus"}


def _observed(
    visits: Sequence[CameraVisit], names: Mapping[str, str]
) -> Iterable[tuple[object, ...]]:
    """Yield rows of the table of observations."""
    number = 0
    for visit in visits:
        for species, contacts in visit.contacts.items():
            for i, camera in enumerate(contacts.camera):
                number += 1
                moment = _moment(visit.year, float(contacts.day[i]))
                cat, sex = "", ""
                if contacts.who[i] >= 0:
                    cats = visit.snapshot.cats
                    cat = f"{cats.identity[contacts.who[i]]:016x}"
                    sex = "male" if cats.male[contacts.who[i]] else "female"
                place = f"{visit.zone}-{visit.year}-{camera + 1}"
                kind = ("event", "animal", names[species], contacts.size[i], sex, cat)
                yield (f"obs{number}", place, moment, moment, *kind)


_OBSERVATIONS = (
    "observationID",
    "deploymentID",
    "eventStart",
    "eventEnd",
    "observationLevel",
    "observationType",
    "scientificName",
    "count",
    "sex",
    "individualID",
)
_DEPLOYMENTS = (
    "deploymentID",
    "latitude",
    "longitude",
    "deploymentStart",
    "deploymentEnd",
    "detectionDistance",
    "locationName",
)
_MEDIA = ("mediaID", "deploymentID", "timestamp", "filePath", "filePublic", "fileMediatype")


def write_cameras(observer: Observer, name: str, folder: Path, notes: str) -> list[Path]:
    """Write the tables of Camtrap DP 1.0; there are no pictures, so the table of media is empty."""
    one = observer.model.scenario.observation[name]
    assert isinstance(one, Cameras)
    visits = observer.cameras(name)
    deployments = []
    for visit in visits:
        lon, lat = _lon_lat(observer.model.land, *visit.place)
        ends = (_moment(visit.year, 0.0), _moment(visit.year, float(one.days)))
        rest = (*ends, f"{one.radius:g}", visit.zone)
        deployments += [
            (f"{visit.zone}-{visit.year}-{i + 1}", f"{lat[i]:.6f}", f"{lon[i]:.6f}", *rest)
            for i in range(lon.size)
        ]
    tables = {
        "deployments": (_DEPLOYMENTS, deployments),
        "media": (_MEDIA, []),
        "observations": (_OBSERVATIONS, _observed(visits, _names(observer))),
    }
    for table, (head, rows) in tables.items():
        _write(folder / f"{table}.csv", head, rows, "")
    species = [_names(observer)[name] for name in one.species]
    _describe(folder, notes, list(tables), _scope(deployments, species))
    truth = [
        _truth_rows(v.year, v.zone, species, found)
        for v in visits
        for species, found in v.truth.items()
    ]
    _write(folder / "truth.csv", _TRUTH, truth, notes)
    return [folder / "datapackage.json"]


def _scope(deployments: Sequence[tuple[object, ...]], species: Sequence[str]) -> dict[str, object]:
    """Return what the standard asks a descriptor to say of place, time, species and design."""
    south, north = (end(float(str(row[1])) for row in deployments) for end in (min, max))
    west, east = (end(float(str(row[2])) for row in deployments) for end in (min, max))
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    first, last = (end(str(row[at]) for row in deployments) for end, at in ((min, 3), (max, 4)))
    return {
        # No clock: the same world gives the same files.
        "created": last,
        "contributors": [{"title": "ustyurt_models"}],
        "project": {
            "title": "Simulated camera traps",
            "samplingDesign": "systematicRandom",
            "captureMethod": ["activityDetection"],
            "individualAnimals": "Acinonyx jubatus" in species,
            "observationLevel": ["event"],
        },
        "spatial": {"type": "Polygon", "coordinates": [ring]},
        "temporal": {"start": first[:10], "end": last[:10]},
        "taxonomic": [{"scientificName": name} for name in species],
    }


def _describe(folder: Path, notes: str, tables: Sequence[str], scope: Mapping[str, object]) -> None:
    """Write the descriptor of the package."""
    base = "https://raw.githubusercontent.com/tdwg/camtrap-dp/1.0"
    words = dict(line[2:].split(": ", 1) for line in notes.splitlines())
    package = {
        "profile": f"{base}/camtrap-dp-profile.json",
        "title": words["title"],
        "description": f"{words['status']}; {words['source']}",
        "status": words["status"],
        "source": words["source"],
        "resources": [
            {
                "name": table,
                "path": f"{table}.csv",
                "profile": "tabular-data-resource",
                "schema": f"{base}/{table}-table-schema.json",
            }
            for table in tables
        ],
        **scope,
    }
    text = json.dumps(package, indent=2) + "\n"
    (folder / "datapackage.json").write_text(text, encoding="utf-8")


def _fix_rows(observer: Observer, fixes: Fixes) -> Iterable[tuple[object, ...]]:
    """Yield one row per collared animal and census."""
    ground, model = observer.ground, observer.model
    row, column = np.divmod(np.maximum(fixes.cell, 0), ground.columns)
    lon, lat = _lon_lat(model.land, ground.x_m[column], ground.y_m[row])
    for i, who in enumerate(fixes.identity):
        status = _STATUS.get(int(fixes.status[i]), "lost")
        place = (f"{lon[i]:.4f}", f"{lat[i]:.4f}") if fixes.cell[i] >= 0 else ("", "")
        sex = "male" if fixes.male[i] else "female"
        year = model.scenario.start + int(fixes.census[i])
        yield (f"{who:016x}", sex, f"{year}-03-01", status, *place)


def _write_collars(observer: Observer, name: str, folder: Path, notes: str) -> list[Path]:
    """Write who was alive, lost or out of power at every census."""
    path = folder / f"{name}.csv"
    head = ("animal", "sex", "date", "status", "longitude", "latitude")
    _write(path, head, _fix_rows(observer, observer.collars(name)), notes)
    return [path]


_WRITERS: Mapping[str, Callable[[Observer, str, Path, str], list[Path]]] = {
    "lines": write_lines,
    "cameras": write_cameras,
    "collars": _write_collars,
}


def observe(path: Path, how: Options, only: str = "") -> list[Path]:
    """Survey one replicate the way the study file says, and write the files.

    Parameters
    ----------
    path : Path
        Study file with tables ``[observation.NAME]``.
    how : Options
        Output folder.
    only : str
        ``SCENARIO:DRAW:REPLICATE``; the very first replicate if empty.

    Returns
    -------
    list of Path
        Survey files, in ``observed/SCENARIO_DRAW_REPLICATE/NAME`` of the results folder.

    Raises
    ------
    InputError
        When there is nothing to observe, or no such replicate.
    """
    with full_disk_is_reported(path):
        study, catalogue, folder = open_study(path, how)
        address = read_address(only, study)
        scenario = study.scenarios[address.scenario]
        where, remedy = f"{path.name}: observation", "write a table [observation.NAME]"
        require(bool(scenario.observation), where, "needs a survey", None, remedy)
        fit_surveys(study, catalogue, folder, how.fresh)
        model = models_of(study, land_of(study), catalogue, folder)[address.scenario]
        at = (address.draw, address.replicate)
        observer = Observer(model, *at)
        below = folder / "observed" / f"{scenario.name}_{at[0]}_{at[1]}"
        written = []
        for name, block in scenario.observation.items():
            (below / name).mkdir(parents=True, exist_ok=True)
            notes = _notes(study, model, name, at)
            written += _WRITERS[block.method](observer, name, below / name, notes)
        return written
