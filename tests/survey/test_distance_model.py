"""Points, covariates, adjustments, truncation: what went in comes out."""

from dataclasses import replace

import numpy as np
import pytest

from ustyurt_models.checks import InputError
from ustyurt_models.formulas.design_based import encounter_rate_variance
from ustyurt_models.formulas.detection_function import DetectionForm
from ustyurt_models.study.surveys import LineTransect, PointTransect, Sampler
from ustyurt_models.study.surveys.common import Trials
from ustyurt_models.survey.draws import thin
from ustyurt_models.survey.fit import fit_model
from ustyurt_models.survey.models.distance.data import describe, survey_of
from ustyurt_models.survey.models.distance.prepare import prepare
from ustyurt_models.survey.models.distance.simulate_points import DistanceTruth, simulate_transects
from ustyurt_models.survey.models.distance.survey_model import survey_model

QUICK = Sampler(engine="laplace", draws=250)
W = 100.0


def simulated(form, density=400.0, seed=11, **truth):
    told = {"sigma_m": 45.0, "shape": 3.0} | truth
    where = DistanceTruth((density,), (10.0,), form, **told)
    effort = np.full(60, 1.0 if form.point else 0.15)
    return simulate_transects(where, (effort,), np.random.default_rng(seed))


def block(transects, **options):
    model = PointTransect if transects.kind == "point" else LineTransect
    told = {"file": "-", "truncation": "100 m", "group_size": "single", "sampler": QUICK}
    return model(**(told | options))


def posterior_of(transects, **options):
    settings = block(transects, **options)
    tree = fit_model(survey_model(survey_of(transects, settings)), 5)
    posterior = tree["posterior"].to_dataset()
    for name, variable in posterior.data_vars.items():
        assert np.all(np.isfinite(variable)), name
        assert {"units", "long_name"} <= set(variable.attrs), name
    return posterior


def distance_from(posterior, name, truth):
    values = np.log(posterior[name].values.ravel())
    return abs(values.mean() - np.log(truth)) / values.std()


KEYS = [
    ("half-normal", {}),
    ("hazard-rate", {}),
    ("negative-exponential", {}),
    ("uniform", {"adjustment": "cosine", "orders": (1,)}),
    ("half-normal", {"adjustment": "cosine", "orders": (2,)}),
]


@pytest.mark.parametrize("point", [False, True])
@pytest.mark.parametrize(("key", "options"), KEYS)
def test_density_is_recovered(key, options, point):
    orders = options.get("orders", ())
    form = DetectionForm(key, W, 0.0, point, "cosine", orders)
    transects = simulated(form, coefficients=(0.7,) if key == "uniform" else (0.1,) * len(orders))
    posterior = posterior_of(transects, key=key, **options)
    # Three standard deviations are left with probability 0.003 by each of ten surveys.
    assert distance_from(posterior, "density_total_per_km2", 400.0) < 3
    width = posterior["density_total_per_km2"]
    assert float(width.std() / width.mean()) < 0.3


@pytest.mark.parametrize("point", [False, True])
def test_left_truncation_leaves_density_unbiased(point):
    form = DetectionForm("half-normal", W, 0.0, point)
    transects = simulated(form, density=1500.0)
    whole = posterior_of(transects)
    cut = posterior_of(transects, left_truncation="15 m")
    assert distance_from(cut, "density_total_per_km2", 1500.0) < 3
    gap = np.log(float(cut["density_per_km2"].median() / whole["density_per_km2"].median()))
    assert abs(gap) < 3 * float(np.log(cut["density_per_km2"]).std())
    assert float(cut["p_detect"].median()) < float(whole["p_detect"].median())


def test_points_speak_of_radius_and_visits():
    posterior = posterior_of(simulated(DetectionForm("half-normal", W, 0.0, True)))
    assert "encounter_rate_per_visit" in posterior
    assert "esw_m" not in posterior
    radius = posterior["effective_radius_m"]
    assert np.allclose(radius, W * np.sqrt(posterior["p_detect"]))
    density = posterior["encounter_rate_per_visit"] / (np.pi * radius**2 / 1e6)
    assert np.allclose(density, posterior["group_density_per_km2"].transpose(*density.dims))


def test_classes_lose_little_against_exact_distances():
    transects = simulated(DetectionForm("hazard-rate", W, 0.0, True), density=1000.0)
    edges = ("0 m", "10 m", "25 m", "35 m", "50 m", "70 m", "100 m")
    exact = posterior_of(transects, key="hazard-rate")
    classes = posterior_of(transects, key="hazard-rate", cutpoints=edges)
    gap = float(exact["p_detect"].median() - classes["p_detect"].median())
    assert abs(gap) < float(exact["p_detect"].std())


OBSERVERS = {"ann": 1.0, "bob": 1.6, "cat": 0.7}


def test_observers_are_told_apart_and_density_is_unbiased():
    form = DetectionForm("half-normal", W, 0.0, True)
    transects = simulated(form, density=1200.0, sigma_m=35.0, observers=OBSERVERS)
    posterior = posterior_of(transects, scale="observer")
    effect = posterior["scale_effect"].sel(scale_term="observer[bob]").values
    assert abs(effect.mean() - np.log(1.6)) < 3 * effect.std()
    assert distance_from(posterior, "density_total_per_km2", 1200.0) < 3


def test_random_observers_are_told_apart():
    form = DetectionForm("half-normal", W, 0.0, True)
    transects = simulated(form, density=1200.0, sigma_m=35.0, observers=OBSERVERS)
    posterior = posterior_of(transects, scale_random=("observer",))
    effect = posterior["scale_observer"]
    order = effect.mean(("chain", "draw")).sortby("observer_level").values
    assert order[1] > order[0] > order[2]
    assert distance_from(posterior, "density_total_per_km2", 1200.0) < 3


@pytest.mark.parametrize("shift", [0.0, 1e6])
def test_uncentred_covariates_give_the_same_answer(shift):
    transects = simulated(DetectionForm("half-normal", W), density=300.0)
    hour = np.random.default_rng(2).uniform(0, 10, transects.distance_m.size)
    moved = replace(transects, covariates={"hour": hour + shift})
    posterior = posterior_of(moved, scale="hour")
    plain = posterior_of(replace(transects, covariates={"hour": hour}), scale="hour")
    assert posterior["p_detect"].values == pytest.approx(plain["p_detect"].values, rel=1e-5)


def test_bootstrap_of_transects_has_the_design_based_spread():
    form = DetectionForm("half-normal", W, 0.0, True)
    transects = simulated(form, encounter_spread=1.5)
    posterior = posterior_of(transects, encounter="bootstrap")
    rate = posterior["encounter_rate_per_visit"].values.ravel()
    found = np.bincount(transects.detection_transect, minlength=60)
    variance = encounter_rate_variance(found, transects.effort, "P2")
    assert rate.mean() == pytest.approx(found.mean(), rel=0.02)
    assert rate.std() == pytest.approx(np.sqrt(variance), rel=0.12)


def test_partial_pooling_draws_a_poor_stratum_towards_the_others():
    form = DetectionForm("half-normal", W)
    truth = DistanceTruth((300.0, 300.0, 300.0, 300.0), (5.0,) * 4, form, 45.0)
    effort = (*(np.full(12, 0.15) for _ in range(3)), np.full(2, 0.02))
    transects = simulate_transects(truth, effort, np.random.default_rng(8))
    own, shared = (posterior_of(transects, pooling=how) for how in ("none", "partial"))
    spread = [np.log(p["density_per_km2"].isel(stratum=3)).std() for p in (own, shared)]
    assert float(spread[1]) < float(spread[0])


def test_larger_groups_seen_farther_are_weighed_down():
    transects = simulated(DetectionForm("half-normal", W), density=600.0)
    size = np.where(transects.distance_m > 40.0, 6, 2).astype(np.int64)
    grouped = replace(transects, size=size, has_size=True)
    naive = posterior_of(grouped, group_size="mean")
    weighed = posterior_of(grouped, scale="size", group_size="model")
    assert float(weighed["mean_size"].median()) < float(naive["mean_size"].median())
    same = posterior_of(grouped, group_size="weighted")
    assert float(same["mean_size"].median()) == pytest.approx(size.mean(), rel=0.05)


def test_lognormal_sizes_give_their_mean():
    transects = simulated(DetectionForm("half-normal", W), density=600.0)
    rng = np.random.default_rng(5)
    size = rng.poisson(rng.lognormal(1.6, 0.7, 6 * transects.distance_m.size))
    size = size[size > 0][: transects.distance_m.size].astype(np.int64)
    posterior = posterior_of(replace(transects, size=size, has_size=True), group_size="lognormal")
    assert float(posterior["mean_size"].median()) == pytest.approx(size.mean(), rel=0.1)


def test_own_trials_of_availability_raise_density():
    transects = simulated(DetectionForm("half-normal", W))
    plain = posterior_of(transects)
    half = posterior_of(transects, availability=Trials(seen=500, trials=1000))
    ratio = float(half["density_total_per_km2"].median() / plain["density_total_per_km2"].median())
    assert ratio == pytest.approx(2.0, rel=0.05)


def test_monotone_adjustments_never_let_detection_rise_in_any_draw():
    transects = simulated(DetectionForm("uniform", W))
    settings = block(transects, key="half-normal", adjustment="cosine", orders=(2, 3))
    tree = fit_model(survey_model(survey_of(transects, settings)), 5)
    median = tree["detection"]["median"].values
    assert np.all(np.diff(median) <= 1e-3)
    assert tree["detection"]["high"].max() <= 1 + 1e-3


def test_tree_holds_what_the_report_draws():
    form = DetectionForm("half-normal", W, 0.0, True)
    transects = simulated(form, observers=OBSERVERS)
    settings = block(transects, scale="observer")
    survey = survey_of(transects, settings)
    tree = fit_model(survey_model(survey), 5)
    assert {"abundance", "detection", "design", "effects", "qq", "observed_data"} <= set(
        tree.children
    )
    assert tree["effects"]["term"].values.tolist() == [
        "scale: observer[bob]",
        "scale: observer[cat]",
    ]
    assert tree["detection"].attrs["transect"] == "point"
    assert tree["detection"].attrs["covariates"] == 1
    assert "60 points, 60 visits" in describe(survey)


@pytest.mark.parametrize("left_m", [0.0, 17.0])
def test_density_of_distances_from_points_is_that_of_the_drawn_curves(left_m):
    form = DetectionForm("half-normal", W, left_m, True)
    transects = simulated(form)
    settings = block(transects, left_truncation=f"{left_m} m")
    tree = fit_model(survey_model(survey_of(transects, settings)), 5)
    some = thin(tree["posterior"].to_dataset(), 500)  # as many as the node draws
    node, sigma = tree["detection"], some["sigma_m"].values.reshape(-1, 1)
    r = node["distance_m"].values
    whole = np.exp(-0.5 * (left_m / sigma) ** 2) - np.exp(-0.5 * (W / sigma) ** 2)
    f = r * np.exp(-0.5 * (r / sigma) ** 2) / (sigma**2 * whole)
    tail = (1 - node.attrs["interval_mass"]) / 2
    counted = r >= left_m
    for name, mass in (("low", tail), ("median", 0.5), ("high", 1 - tail)):
        found = node[f"density_{name}"]
        assert found.attrs["units"] == "m-1"
        expected = np.quantile(f, mass, axis=0)[counted]
        np.testing.assert_allclose(found.values[counted], expected, rtol=1e-3, atol=1e-7)
        assert np.isnan(found.values[~counted]).all()
    edge, count = node["edge_m"].values, node["count"].values
    middle = (edge[1:] + edge[:-1]) / 2
    density = np.interp(middle, r[counted], node["density_median"].values[counted])
    expected = count.sum() * density * np.diff(edge)
    assert np.all(np.abs(count - expected) < 4 * np.sqrt(expected))


def test_lines_have_no_density_of_rings():
    form = DetectionForm("half-normal", W, 0.0, False)
    transects = simulated(form)
    node = fit_model(survey_model(survey_of(transects, block(transects))), 5)["detection"]
    assert not [name for name in node.data_vars if str(name).startswith("density")]
    assert node.attrs["covariates"] == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"scale": "observr"}, "did you mean 'observer'"),
        ({"scale_random": ("obs",)}, "must name columns of the survey"),
        ({"key": "uniform", "scale": "observer"}, "has no scale"),
        ({"encounter": "bootstrap"}, "at least 3 transects"),
        ({"cutpoints": ("0 m", "30 m", "90 m"), "truncation": "90 m"}, "limits of the classes"),
    ],
)
def test_what_cannot_be_done_is_refused(options, message):
    transects = simulated(DetectionForm("half-normal", W), observers=OBSERVERS)
    if "encounter" in options:
        few = np.isin(transects.detection_transect, [0, 1])
        transects = replace(
            transects,
            transect=transects.transect[:2],
            transect_stratum=transects.transect_stratum[:2],
            effort=transects.effort[:2],
            detection_transect=transects.detection_transect[few],
            distance_m=transects.distance_m[few],
            size=transects.size[few],
            transect_covariates={},
        )
    if "cutpoints" in options:
        transects = replace(transects, cutpoints_m=np.array([0.0, 20.0, 50.0, 90.0, 100.0]))
    with pytest.raises(InputError, match=message):
        prepare(transects, block(transects, **options))


def test_classes_of_the_file_are_used_without_being_asked_for():
    transects = simulated(DetectionForm("half-normal", W))
    edges = np.array([0.0, 20.0, 50.0, 100.0])
    middle = ((edges[:-1] + edges[1:]) / 2)[np.digitize(transects.distance_m, edges[1:-1])]
    data = prepare(replace(transects, distance_m=middle, cutpoints_m=edges), block(transects))
    assert data.cutpoints_m.tolist() == edges.tolist()
