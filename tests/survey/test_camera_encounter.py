"""The random encounter model: recovery from walking animals, measured sectors, misuse."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from scipy.stats import nbinom

import camtrap_case as case
from ustyurt_models.checks import InputError
from ustyurt_models.contracts import ABUNDANCE, check_dataset
from ustyurt_models.formulas.detection import SPREAD_FLOOR
from ustyurt_models.ibm.observe.cameras import Camera, contact_rate
from ustyurt_models.seeds import generator
from ustyurt_models.study.surveys import CameraEncounter, Sampler
from ustyurt_models.survey.fit import fit_model, fit_survey
from ustyurt_models.survey.models.encounter.data import Encounters, describe, survey_of
from ustyurt_models.survey.models.encounter.model import build, size_mean_and_error, sufficient
from ustyurt_models.survey.models.encounter.results import derive
from ustyurt_models.survey.models.encounter.simulate import EncounterTruth, simulate_encounters
from ustyurt_models.survey.models.encounter.simulate_walk import Walk, walk_past
from ustyurt_models.survey.models.encounter.survey_model import survey_model
from ustyurt_models.survey.samplers.flat import FlatModel
from ustyurt_models.survey.samplers.laplace import sample_flat

QUICK = Sampler(engine="laplace", draws=250)
TRUTH = EncounterTruth((0.9,), spread=0.8)
#: Limits so close that nothing but passages is uncertain.
SURE = {
    "day_range_km": (7.999, 8.0, 8.001),
    "radius_m": (9.999, 10.0, 10.001),
    "angle_deg": (41.99, 42.0, 42.01),
}


INPUTS = {"event_rate": "event_rate_log__", "spread_z": "spread_z"}


def block(**options):
    base = {"file": "-", "species": "x", "areas": {"stratum_1": "500 km2"}, "sampler": QUICK}
    return CameraEncounter(**(base | SURE | options))


def drawn(truth=TRUTH, replicate=0, cameras=40):
    rng = generator(5, "encounter", replicate)
    return simulate_encounters(truth, (rng.uniform(20.0, 60.0, cameras),), rng)


def fit(seen, **options):
    return fit_model(survey_model(survey_of(seen, block(**options))), 7)


def middle(tree, name="group_density_per_km2"):
    return float(tree["posterior"][name].median())


def interval(tree, name="group_density_per_km2", mass=0.9):
    values = tree["posterior"][name].values.ravel()
    return np.quantile(values, [(1 - mass) / 2, (1 + mass) / 2])


@pytest.fixture(scope="module")
def tree():
    return fit(drawn())


def test_answer_has_the_declared_form_and_passes_the_gate(tree):
    check_dataset(tree["abundance"].to_dataset(), ABUNDANCE, "cameras")
    assert tree.attrs["verdict"] != "stop"
    for variable in tree["posterior"].data_vars.values():
        assert np.isfinite(variable).all(), variable.name
        assert {"units", "long_name"} <= set(variable.attrs)
    low, high = interval(tree, mass=0.999)
    assert low < 0.9 < high
    low, high = interval(tree, "mean_size", 0.999)
    assert low < 3.0 < high


def test_the_likelihood_is_the_negative_binomial_of_the_encounter_rate():
    survey = survey_of(drawn(), block())
    model = build(survey)
    point = model.initial_point()
    rate = np.exp(point["event_rate_log__"])
    spread = model["spread"].eval({model["spread_z"]: np.asarray(point["spread_z"])})
    k = 1.0 / (spread**2 + SPREAD_FLOOR**2)
    expected = rate[0] * survey.seen.effort
    wanted = nbinom.logpmf(survey.seen.events, k, k / (k + expected)).sum()
    passages = next(one for one in model.potentials if one.name == "log_events")
    graph = model.replace_rvs_by_values([passages])[0]
    values = {model.rvs_to_values[model[name]]: point[key] for name, key in INPUTS.items()}
    found = graph.eval({variable: np.asarray(value) for variable, value in values.items()})
    assert float(found) == pytest.approx(float(wanted), rel=1e-9)


def test_intervals_cover_the_true_number_of_animals():
    truth, settings, hits, count = replace(TRUTH, mean_size=2.5), block(), 0, 80
    days = np.linspace(20.0, 60.0, 30)
    model = build(survey_of(simulate_encounters(truth, (days,), generator(4, "first")), settings))
    flat = FlatModel(model)
    for replicate in range(count):
        rng = generator(4, "cover", replicate)
        survey = survey_of(simulate_encounters(truth, (days,), rng), settings)
        for name, value in sufficient(survey).items():
            model[name].set_value(np.asarray(value, model[name].dtype))
        weighted = sample_flat(flat, QUICK, generator(4, "fit", replicate))
        dims = ("chain", "draw", "stratum")
        posterior = xr.Dataset(
            {name: (dims[: part.ndim], part) for name, part in weighted.variables.items()}
        )
        animals = derive(posterior, survey, rng)["abundance_total"]
        low, high = np.quantile(animals, [0.05, 0.95])
        hits += low < 0.9 * 500.0 * 2.5 < high
    assert 0.9 - 5 * np.sqrt(0.09 / count) < hits / count < 0.9 + 5 * np.sqrt(0.09 / count)


def test_density_follows_the_formula_of_the_simulated_cameras(tree):
    posterior = tree["posterior"].to_dataset().isel(chain=0, draw=0)
    camera = Camera(float(posterior["radius_m"]), np.deg2rad(float(posterior["angle_deg"])), 1.0)
    per_m2 = contact_rate(camera, 1000.0 * float(posterior["day_range_km"]))
    wanted = float(posterior["event_rate"][0]) / per_m2 * 1e6
    assert float(posterior["group_density_per_km2"][0]) == pytest.approx(wanted)


def walked(replicate, **changed):
    """Cameras among groups that walk; returns passages and the walk."""
    walk = replace(Walk(1000.0, 25, 2000.0), **changed)
    rng = generator(8, "walk", replicate)
    events = walk_past(walk, 36, 20.0, rng)
    seen = Encounters(
        site=tuple(f"cam{i}" for i in range(events.size)),
        effort=np.full(events.size, 20.0),
        events=events,
        stratum=np.zeros(events.size, np.int64),
        strata=("stratum_1",),
        size=np.empty(0),
        size_site=np.empty(0, np.int64),
    )
    known = {
        "day_range_km": (1.99, 2.0, 2.01),
        "radius_m": (19.9, 20.0, 20.1),
        "angle_deg": tuple(np.rad2deg(0.73) + np.array([-0.1, 0.0, 0.1])),
        "group_size": "single",
    }
    return walk, seen, known


def test_groups_that_walk_past_real_sectors_are_recovered():
    ratios, hits = [], 0
    for replicate in range(5):
        walk, seen, known = walked(replicate)
        true = walk.groups / (walk.side_m / 1000.0) ** 2
        tree = fit(seen, **known)
        low, high = interval(tree, "density_per_km2", 0.95)
        hits += low < true < high
        ratios.append(middle(tree, "density_per_km2") / true)
    assert hits >= 4
    # About 600 passages each; steps of a fortieth of the radius cut off few corners.
    assert np.mean(ratios) == pytest.approx(1.0, abs=0.1)


def test_a_speed_without_rest_makes_density_too_low():
    walk, seen, known = walked(0, active=0.4)
    true = walk.groups / (walk.side_m / 1000.0) ** 2
    ratio = middle(fit(seen, **known), "density_per_km2") / true
    assert 0.25 < ratio < 0.6
    rest = {"day_range_km": None, "speed_m_per_s": tuple(2000 / 86400 * np.array([0.99, 1, 1.01]))}
    right = fit(seen, **(known | rest | {"activity": (0.39, 0.4, 0.41)}))
    assert middle(right, "density_per_km2") / true == pytest.approx(1.0, abs=0.3)


def test_uncertain_movement_widens_the_answer():
    wide = fit(drawn(), day_range_km=(5.0, 8.0, 12.8))
    narrow = fit(drawn())
    spreads = [np.log(one["posterior"]["density_per_km2"]).values.std() for one in (wide, narrow)]
    belief = np.log(12.8 / 5.0) / 3.92
    assert spreads[0] == pytest.approx(np.hypot(spreads[1], belief), rel=0.12)


def test_sector_and_speed_are_learned_from_pictures():
    seen = drawn(replace(TRUTH, density_per_km2=(3.0,)))
    rng = generator(6, "speeds")
    median, sd = 0.4, 0.7  # of animals; those that pass are faster
    passing = median * np.exp(sd**2 + sd * rng.standard_normal(seen.size.size))
    measured = replace(seen, speed_m_per_s=passing)
    told = {"radius_m": "data", "angle_deg": "data", "speed_m_per_s": "data"}
    tree = fit(measured, day_range_km=None, activity=(0.49, 0.5, 0.51), **told)
    for name, true in (
        ("radius_m", 10.0),
        ("angle_deg", 42.0),
        ("speed_m_per_s", median * np.exp(sd**2 / 2)),
    ):
        low, high = interval(tree, name, 0.99)
        assert low < true < high, name
        assert high / low < 1.6, name


def test_activity_is_learned_from_the_hours_of_passages():
    seen = drawn(replace(TRUTH, density_per_km2=(3.0,)))
    rng = generator(6, "hours")
    night = rng.random(seen.size.size) < 0.5  # half of all within six hours: twice the mean
    clocked = replace(
        seen,
        hour=np.where(night, rng.uniform(0.0, 6.0, night.size), rng.uniform(6.0, 24.0, night.size)),
        hour_site=seen.size_site,
    )
    told = {"day_range_km": None, "speed_m_per_s": (0.299, 0.3, 0.301), "activity": "data"}
    tree = fit(clocked, **told)
    low, high = interval(tree, "activity", 0.99)
    assert low < 0.5 < high
    assert high / low < 1.7
    with pytest.raises(InputError, match="50 passages with a sure clock"):
        survey_of(replace(seen, hour=np.ones(3)), block(**told))


def test_no_passage_at_all_gives_an_honest_wide_answer_near_zero():
    tree = fit(drawn(EncounterTruth((0.0,))))
    low, high = interval(tree, "density_per_km2")
    assert low < 0.001
    assert 0.0 < high < 0.2
    assert np.isfinite(tree["posterior"]["abundance_total"]).all()


def test_one_camera_is_enough_for_an_answer_that_admits_its_width():
    tree = fit(drawn(cameras=1))
    low, high = interval(tree, "density_per_km2")
    assert high / low > 5


def test_error_of_group_size_is_that_between_sites():
    seen = replace(
        drawn(), size=np.array([2.0, 2, 2, 8, 8, 8]), size_site=np.array([0, 0, 0, 1, 1, 1])
    )
    mean, error = size_mean_and_error(survey_of(seen, block()))
    assert mean == 5.0
    assert error == pytest.approx(3.0 * np.sqrt(2.0 / 1.0) / np.sqrt(2.0))
    alike = replace(seen, size=np.full(6, 2.0))
    assert size_mean_and_error(survey_of(alike, block()))[1] == pytest.approx(0.5 / np.sqrt(6))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"areas": {}}, "area of stratum 'stratum_1': must be given"),
        ({"areas": {"stratum_1": "5 km2", "east": "5 km2"}}, "must name a stratum"),
        ({"radius_m": "data", "angle_deg": "data"}, "must be measured at 10 passages"),
        ({"day_range_km": "no_such_row"}, "evidence catalogue"),
    ],
)
def test_misuse_is_refused(options, words):
    seen = replace(drawn(), radius_m=np.full(3, 5.0), angle_deg=np.full(30, 4.0))
    with pytest.raises(InputError, match=words):
        survey_of(seen, block(**options))


@pytest.mark.parametrize(
    "options",
    [
        {"day_range_km": None},
        {"speed_m_per_s": (0.1, 0.2, 0.3)},
        {"day_range_km": None, "speed_m_per_s": "data"},
        {"radius_m": (12.0, 10.0, 8.0)},
        {"angle_deg": (300.0, 350.0, 400.0)},
    ],
)
def test_blocks_that_contradict_themselves_are_refused(options):
    with pytest.raises(ValueError, match=r"must|at most"):
        block(**options)


def test_a_package_is_fitted_from_its_zip(tmp_path):
    folder = case.many(tmp_path / "pack")
    spec = block(file="pack", taxon=case.GAZELLE.upper(), areas={"all": "2000 km2"})
    tree = fit_survey(spec, tmp_path, seed=3)
    assert float(tree["observed_data"]["camera_days"].sum()) == pytest.approx(1312, abs=2)
    assert tree.attrs["status"] == "simulated"
    assert folder.is_dir()
    with pytest.raises(InputError, match="folder or zip"):
        fit_survey(spec.model_copy(update={"file": "pack/datapackage.json"}), tmp_path, seed=3)


def test_the_line_about_the_file_counts_sites_days_and_passages():
    said = describe(survey_of(drawn(), block()))
    assert "40 sites" in said
    assert "passages at" in said
