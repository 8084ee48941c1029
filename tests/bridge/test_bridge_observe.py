"""The closed loop: surveys of the simulated world, fitted like real ones, find its animals."""

import json

import numpy as np
import pytest

from ustyurt_models.bridge.assemble import ScenarioModel
from ustyurt_models.bridge.observe import Observer
from ustyurt_models.checks import InputError
from ustyurt_models.evidence import load_catalogue
from ustyurt_models.landscape import load_land
from ustyurt_models.study.schema import Scenario
from ustyurt_models.study.surveys import CameraEncounter, LineTransect
from ustyurt_models.survey import fit_survey
from ustyurt_models.survey.read.camtrap.histories import VisitRules, camera_histories
from ustyurt_models.survey.read.camtrap.package import read_camtrap
from ustyurt_models.workflow.observing import write_cameras, write_lines

LINES = {
    "method": "lines",
    "species": "goitered_gazelle",
    "zones": ["KAZ", "UZB"],
    "lines": 60,
    "length": "60 km",
    "group_size": 4.0,
    "sigma": "300 m",
    "truncation": "800 m",
}


def world(**observation):
    scenario = Scenario.model_validate_json(
        json.dumps(
            {
                "title": "loop",
                "start": 2030,
                "years": 1,
                "draws": 2,
                "replicates": 40,
                "seed": 7,
                "prey": {"goitered_gazelle": {"start": 9000}},
                "observation": observation,
            }
        )
    )
    return ScenarioModel(scenario, None, load_land("ustyurt_5km"), load_catalogue(), {})


@pytest.fixture(scope="module")
def model():
    return world(gazelle=LINES)


def fitted(observer, folder):
    """Fit the files that a survey of one world left behind."""
    (path,) = write_lines(observer, "gazelle", folder, "# status: simulated\n")
    survey = LineTransect(
        file=path.name,
        species="goitered_gazelle",
        truncation="800 m",
        sampler={"engine": "laplace"},
    )
    return fit_survey(survey, folder, 1)


def test_surveys_of_simulated_worlds_find_their_animals(model, tmp_path):
    z, truths = [], []
    for replicate in range(8):
        observer = Observer(model, 0, replicate)
        truth = sum(visit.truth.animals for visit in observer.lines("gazelle"))
        folder = tmp_path / str(replicate)
        folder.mkdir()
        tree = fitted(observer, folder)
        found = np.log(tree["abundance"]["abundance_total"].to_numpy().ravel())
        z.append((found.mean() - np.log(truth)) / found.std())
        truths.append(truth)
    assert len(set(truths)) == 8  # worlds differ by chance
    assert np.abs(z).max() < 3.5
    assert abs(np.mean(z)) < 5 / np.sqrt(8)


def test_truth_is_what_the_simulation_recorded(model):
    observer = Observer(model, 1, 3)
    (first,) = {visit.year for visit in observer.lines("gazelle")}
    assert first == 2031
    herd = observer.snapshot(2031).herds[0]
    names = model.zones.names
    recorded = observer.recorded["map_prey"][-1, 0].sum()
    assert herd.cell.size == recorded
    inside = sum(visit.truth.animals for visit in observer.lines("gazelle"))
    assert {"KAZ", "UZB"} <= set(names)
    assert inside <= recorded


def test_the_same_replicate_is_seen_in_the_same_way(model):
    one, two = Observer(model, 0, 5), Observer(model, 0, 5)
    for a, b in zip(one.lines("gazelle"), two.lines("gazelle"), strict=True):
        assert np.array_equal(a.seen.distance_m, b.seen.distance_m)
        assert np.array_equal(a.lines.x_m, b.lines.x_m)


def test_unknown_and_overlapping_zones_are_refused_all_at_once():
    bad = world(a=LINES | {"zones": ["region", "KAZ"]}, b=LINES | {"zones": ["UZZ"]})
    with pytest.raises(InputError) as error:
        Observer(bad, 0, 0)
    text = str(error.value)
    assert "observation.a.zones" in text
    assert "overlap" in text
    assert "UZB" in text  # did you mean


CAMERAS = {
    "method": "cameras",
    "zones": ["KAZ", "UZB"],
    "cameras": 200,
    "days": 120,
    "radius": "15 m",
    "angle": "42 degrees",
    "species": {"goitered_gazelle": {"day_range": "6 km/day", "group_size": 4.0}},
}


def encountered(observer, folder):
    """Fit the random encounter model to the package that cameras in one world left behind."""
    folder.mkdir()
    notes = "# title: t\n# status: simulated\n# source: s\n"
    write_cameras(observer, "traps", folder, notes)
    truth = {v.zone: v.truth["goitered_gazelle"] for v in observer.cameras("traps")}
    survey = CameraEncounter(
        file=folder.name,
        taxon="Gazella subgutturosa",
        areas={zone: f"{one.area_km2} km2" for zone, one in truth.items()},
        strata="locationName",
        independence_min=0,
        day_range_km=(5.9, 6.0, 6.1),
        radius_m=(14.9, 15.0, 15.1),
        angle_deg=(41.5, 42.0, 42.5),
        sampler={"engine": "laplace"},
    )
    return fit_survey(survey, folder.parent, 1), sum(one.animals for one in truth.values())


def test_cameras_in_simulated_worlds_find_their_animals(tmp_path):
    model, z, seen = world(traps=CAMERAS), [], []
    for replicate in range(4):
        tree, truth = encountered(Observer(model, 0, replicate), tmp_path / str(replicate))
        found = np.log(tree["abundance"]["abundance_total"].to_numpy().ravel())
        z.append((found.mean() - np.log(truth)) / found.std())
        seen.append(float(tree["observed_data"]["passages"].sum()))
    assert np.abs(z).max() < 3.5
    assert abs(np.mean(z)) < 5 / np.sqrt(4)
    package = read_camtrap(tmp_path / "0")
    assert package.notes == ()  # nothing that the standard asks for is missing
    rules = VisitRules(30.0, 0.0, record="counts")
    histories = camera_histories(package, "Gazella subgutturosa", rules)
    cameras = len(package.deployments.identity)
    assert histories.y.shape == (cameras, 4)
    assert np.nansum(histories.effort) == pytest.approx(cameras * 120)
    assert np.nansum(histories.y) == seen[0]
