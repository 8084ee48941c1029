"""Effort, events and detection histories of cameras."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import camtrap_case as case
from ustyurt_models.checks import InputError
from ustyurt_models.study.surveys import Occupancy
from ustyurt_models.survey.fit import fit_survey
from ustyurt_models.survey.read.camtrap.effort import (
    Watch,
    effort_days,
    occasions_of,
    watch_of,
)
from ustyurt_models.survey.read.camtrap.events import events_of, species_of
from ustyurt_models.survey.read.camtrap.histories import VisitRules, camera_histories
from ustyurt_models.survey.read.camtrap.package import read_camtrap
from ustyurt_models.survey.read.camtrap.times import DAY_S


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    return read_camtrap(case.write(tmp_path_factory.mktemp("cams") / "pack"))


def test_failures_that_overlap_are_taken_from_the_effort_once(package):
    watch = watch_of(package)
    days = np.bincount(watch.deployment, (watch.end_s - watch.start_s) / DAY_S)
    assert days.tolist() == [10.0, 5.0, 20.0 - 3.5 - 8.0]


def test_occasions_begin_at_local_midnight_and_can_be_anchored(package):
    occasions = occasions_of(package, 10.0)
    assert occasions.names == ("2027-05-01", "2027-05-11", "2027-05-21")
    assert occasions_of(package, 10.0, "2027-01-01").names[0] == "2027-05-01"
    assert occasions_of(package, 10.0, "2027-05-04").names[0] == "2027-04-24"
    assert occasions_of(package, 0.25).names[1] == "2027-05-01T18:00:00"
    for length, anchor, words in ((0.0, "", "longer"), (1e-4, "", "pieces"), (1, "4.5.", "day")):
        with pytest.raises(InputError, match=words):
            occasions_of(package, length, anchor)


def test_a_partial_occasion_keeps_its_effort_and_an_idle_one_is_missing(package):
    histories = camera_histories(package, case.GAZELLE, VisitRules(10.0))
    assert histories.site == ("A", "B")
    assert histories.occasion == ("2027-05-01", "2027-05-11", "2027-05-21")
    wanted = [[9.5, 5.5, np.nan], [9.0 - 3.5, 1.0 + 1.0, 1.0]]
    np.testing.assert_allclose(histories.effort, wanted)
    np.testing.assert_array_equal(histories.y, [[1.0, 0.0, np.nan], [0.0, 0.0, 0.0]])
    assert histories.effort_unit == "day"
    assert histories.site_covariates["habitat"].tolist() == ["saxaul", "takyr"]
    np.testing.assert_allclose(histories.position, [[55.1, 43.5], [55.3, 43.1]])
    assert "10 days; 2 events at least 30 minutes apart" in histories.notes[0]


def test_the_pause_between_events_decides_how_many_there_are(package):
    counts = {pause: events_of(package, case.GAZELLE, pause) for pause in (0, 20, 30, 60)}
    # Pauses of 23 and 54 minutes after the end of the event before.
    assert [one.start_s.size for one in counts.values()] == [3, 3, 2, 1]
    assert counts[30].size[0] == 3.0  # two females and a male, in two rows
    assert np.isnan(counts[30].size[1])
    assert counts[60].size.tolist() == [3.0]
    assert counts[30].level == "event"


def test_counts_of_events_can_be_kept(package):
    rules = VisitRules(1.0, record="counts", seasons="year")
    histories = camera_histories(package, case.GAZELLE, rules)
    assert np.nanmax(histories.y) == 2.0
    assert histories.seasons == ("2027",)
    assert np.nansum(histories.effort) == pytest.approx(15.0 + 8.5)


def test_a_species_never_seen_is_refused_with_the_nearest_name(package):
    assert species_of(package) == {case.GAZELLE: 5, "Vulpes corsac": 1}
    with pytest.raises(InputError, match="did you mean 'Gazella subgutturosa'"):
        events_of(package, "Gazela subguturosa", 30)
    with pytest.raises(InputError, match="at least 0"):
        events_of(package, case.GAZELLE, -1)


def test_cameras_that_saw_no_animal_give_zeros(tmp_path):
    none = case.OBSERVATIONS.splitlines()[0] + "\n"
    package = read_camtrap(case.write(tmp_path / "pack", observations_csv=none))
    histories = camera_histories(package, case.GAZELLE, VisitRules(5.0))
    assert np.nansum(histories.y) == 0
    assert histories.visited.sum() > 5


def test_an_event_at_the_last_moment_of_a_deployment_is_kept(tmp_path):
    seen = case.OBSERVATIONS.replace("2027-05-03T07:30:00", "2027-05-11T12:00:00")
    package = read_camtrap(case.write(tmp_path / "pack", observations_csv=seen))
    rules = VisitRules(0.5, anchor="2027-05-11", record="counts")
    assert np.nansum(camera_histories(package, case.GAZELLE, rules).y) == 2.0


def test_deployments_with_a_doubtful_clock_lose_effort_and_detections(tmp_path):
    head, *rows = case.DEPLOYMENTS.splitlines()
    text = "\n".join([f"{head},timestampIssues", f"{rows[0]},true", *(f"{r}," for r in rows[1:])])
    package = read_camtrap(case.write(tmp_path / "pack", deployments_csv=text + "\n"))
    histories = camera_histories(package, case.GAZELLE, VisitRules(10.0))
    assert np.nansum(histories.y) == 0
    assert np.nansum(histories.effort[0]) == pytest.approx(5.0)
    assert any("doubtful clock" in note for note in histories.notes)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 50)), min_size=1, max_size=8))
def test_cutting_time_into_occasions_loses_none_of_it(pieces):
    start = np.array([begin for begin, _ in pieces]) * DAY_S
    end = start + np.array([length for _, length in pieces]) * DAY_S
    watch = Watch(np.zeros(len(pieces), np.int64), start, end)
    edges = np.arange(0, 161, 7.0) * DAY_S
    days = effort_days(watch, 1, edges)
    inside = np.minimum(end, edges[-1]) - np.minimum(start, edges[-1])
    assert days.sum() == pytest.approx(inside.sum() / DAY_S)
    assert (days >= 0).all()


def test_occupancy_is_fitted_from_a_package(tmp_path):
    case.many(tmp_path / "pack")
    rules = {"taxon": case.GAZELLE, "occasion_days": 10.0}
    block = Occupancy(file="pack", cameras=rules, sampler={"engine": "laplace"})
    tree = fit_survey(block, tmp_path, seed=1)
    # Of 24 cameras 20 % have no gazelles; those that have see one every four days.
    low, high = np.quantile(tree["occupancy"]["psi_mean"].values, [0.0005, 0.9995])
    assert low < 0.8 < high
    assert tree.attrs["status"] == "simulated"
    with pytest.raises(InputError, match="folder or zip"):
        fit_survey(block.model_copy(update={"file": "pack/datapackage.json"}), tmp_path, seed=1)
