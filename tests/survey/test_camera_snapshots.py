"""Camera-trap distance sampling: cameras as points, searched at snapshot moments."""

import numpy as np
import pytest

import camtrap_case as case
from ustyurt_models.checks import InputError
from ustyurt_models.seeds import generator
from ustyurt_models.study.surveys import PointTransect
from ustyurt_models.survey.fit import fit_survey
from ustyurt_models.survey.models.distance.data import _per_day
from ustyurt_models.survey.models.encounter.simulate_walk import Walk, snapshots_of
from ustyurt_models.survey.read.camtrap.package import read_camtrap
from ustyurt_models.survey.read.camtrap.snapshots import SnapshotRules, snapshot_survey

GROUPS, SIDE_M, DAYS, CAMERAS, SIGMA_M = 40, 1000.0, 12.0, 40, 12.0
WALK = Walk(SIDE_M, GROUPS, 4000.0, radius_m=30.0, angle_rad=np.deg2rad(50.0), step_m=10.0)
#: Seconds between the steps of the walk.
EVERY_S = 216
ANIMAL = ("event", "animal", case.GAZELLE, 1, "")


def package(folder, replicate=0):
    """Write a package of what cameras saw of walking groups."""
    assert WALK.step_m / WALK.speed_m_per_day * 86_400 == EVERY_S
    rng = generator(12, "snapshots", replicate)
    camera, distance, steps = snapshots_of(WALK, CAMERAS, DAYS, SIGMA_M, rng)
    start = np.datetime64("2027-05-01T00:00:00")
    end = start + np.timedelta64(steps * EVERY_S, "s")
    stands = [
        (f"c{i}", f"S{i}", "", 43 + 0.01 * i, 55 + 0.01 * i, f"{start}Z", f"{end}Z", "", "")
        for i in range(CAMERAS)
    ]
    moment = start + np.timedelta64(EVERY_S, "s") * rng.integers(0, steps, camera.size)
    seen = [
        (f"o{i}", f"c{at}", "", f"e{i}", f"{t}Z", f"{t}Z", *ANIMAL, round(float(r), 3))
        for i, (at, t, r) in enumerate(zip(camera, moment, distance, strict=True))
    ]
    return case.write(
        folder,
        deployments_csv=case.table(stands, case.DEPLOYMENTS.splitlines()[0].split(",")),
        observations_csv=case.table(seen, case.OBSERVATIONS.splitlines()[0].split(",")),
        media_csv=case.MEDIA.splitlines()[0] + "\n",
        failures_csv=case.FAILURES.splitlines()[0] + "\n",
    )


def block(**options):
    cameras = {"taxon": case.GAZELLE, "snapshot_s": float(EVERY_S), "angle_deg": 50.0}
    base = {"file": "pack", "truncation": "30 m", "group_size": "single", "cameras": cameras}
    return PointTransect(**(base | {"sampler": {"engine": "laplace"}} | options))


def test_density_of_walking_groups_is_recovered(tmp_path):
    true, ratios, hits = GROUPS / (SIDE_M / 1000.0) ** 2, [], 0
    for replicate in range(4):
        folder = tmp_path / str(replicate)
        package(folder / "pack", replicate)
        tree = fit_survey(block(), folder, seed=1)
        draws = tree["posterior"]["density_per_km2"].values.ravel()
        low, high = np.quantile(draws, [0.025, 0.975])
        hits += low < true < high
        ratios.append(np.median(draws) / true)
    assert hits >= 3
    assert np.mean(ratios) == pytest.approx(1.0, abs=0.15)


def test_activity_goes_into_availability(tmp_path):
    package(tmp_path / "pack")
    plain, halved = (
        fit_survey(block(**more), tmp_path, seed=1)
        for more in ({}, {"availability": (0.49, 0.5, 0.51)})
    )
    medians = [float(tree["posterior"]["density_per_km2"].median()) for tree in (plain, halved)]
    assert medians[1] / medians[0] == pytest.approx(2.0, rel=0.05)


def test_effort_is_snapshot_moments_times_the_share_of_the_circle(tmp_path):
    found = read_camtrap(package(tmp_path / "walk"))
    survey = snapshot_survey(found, case.GAZELLE, SnapshotRules(float(EVERY_S), 90.0))
    steps = int(DAYS * WALK.speed_m_per_day / WALK.step_m)
    np.testing.assert_allclose(survey.effort, steps / 4.0)
    assert survey.kind == "point"
    assert survey.distance_m.size == found.observations.radius_m.size


def test_the_default_prior_of_the_rate_is_per_camera_day():
    told = _per_day(block()).priors.encounter_rate
    assert told.median * 86_400 / EVERY_S * 50 / 360 == pytest.approx(0.1)
    own = {"encounter_rate": {"median": 0.5, "sd_log": 2.0}}
    assert _per_day(block(priors=own)).priors.encounter_rate.median == 0.5


def test_what_is_no_snapshot_has_no_part_or_is_refused(tmp_path):
    found = read_camtrap(case.write(tmp_path / "pack"))
    # All gazelles but one last, and that one has no distance.
    with pytest.raises(InputError, match="must be measured for every animal"):
        snapshot_survey(found, case.GAZELLE, SnapshotRules(2.0, 50.0))
    with pytest.raises(InputError, match="multiples of 7"):
        snapshot_survey(found, "Vulpes corsac", SnapshotRules(7.0, 50.0))
    with pytest.raises(InputError, match="did you mean"):
        snapshot_survey(found, "Vulpes corsak", SnapshotRules(2.0, 50.0))
    (tmp_path / "flat.csv").write_text("x\n1\n", encoding="utf-8")
    with pytest.raises(InputError, match="folder or zip of a Camtrap DP package"):
        fit_survey(block(file="flat.csv"), tmp_path, seed=1)
