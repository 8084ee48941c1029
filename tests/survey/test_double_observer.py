from dataclasses import replace

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from double_observer_case import FULL, POINT, QUICK, block, fit, posterior_of, simulated
from scipy.special import expit

from ustyurt_models.contracts import ABUNDANCE, check_dataset
from ustyurt_models.formulas.mark_recapture import log_history
from ustyurt_models.formulas.mark_recapture import log_seen as log_seen_formula
from ustyurt_models.survey.models.double_observer.data import describe, survey_of
from ustyurt_models.survey.models.double_observer.detect import average, detection_at, rule_of
from ustyurt_models.survey.models.double_observer.model import (
    build,
    log_marks,
    log_seen,
    mark_times,
)
from ustyurt_models.survey.models.double_observer.results import derive
from ustyurt_models.survey.sampling import draw_posterior


@pytest.fixture(scope="module")
def fitted():
    return fit(simulated(POINT), block())


@pytest.mark.parametrize("configuration", ["independent", "trial"])
@pytest.mark.parametrize("scale", [0.1, 3.0, 200.0])
def test_tensor_likelihood_equals_its_numpy_twin_with_finite_slopes(configuration, scale):
    rng = np.random.default_rng(20261122)
    logit = scale * rng.normal(size=(40, 2))
    seen = np.array([[True, False], [False, True], [True, True]])[rng.integers(0, 3, 40)]
    times = np.eye(3)[seen @ np.array([1, 2]) - 1]
    value = pt.dmatrix("logit")
    total = log_marks(value, pt.as_tensor(times), configuration)
    slopes = pytensor.grad(total, value)
    found, slope = pytensor.function([value], [total, slopes], mode="FAST_COMPILE")(logit)
    assert found == pytest.approx(log_history(seen, logit, configuration).sum())
    assert np.all(np.isfinite(slope))
    pooled = log_seen(pt.as_tensor(logit), configuration).eval()
    np.testing.assert_allclose(pooled, log_seen_formula(logit, configuration), atol=1e-12)


def test_reduced_marks_keep_every_object():
    survey = survey_of(simulated(), block(mark_recapture="bright + observer"))
    told = mark_times(survey)
    assert told["mark_columns"].shape == (2, 2, 2)
    assert told["mark_times"].sum() == survey.marks.seen.shape[0]
    trial = survey_of(simulated(), block(mark_recapture="bright", configuration="trial"))
    assert mark_times(trial)["mark_times"].sum() == trial.marks.seen[:, 1].sum()


@pytest.mark.parametrize("distances", [False, True])
def test_graph_of_full_independence_equals_the_formulas(distances):
    settings = block(independence="full", distances=distances)
    survey = survey_of(simulated(), settings)
    model = build(survey)
    effect = np.array([-0.8, 0.7, -0.3])
    point = model.initial_point() | {"mark_intercept": np.array(0.4), "mark_effect": effect}
    names = ["log_marks"] + (["log_distances"] if distances else [])
    heights = model.logp(vars=[model[name] for name in names], sum=False)
    values = [point[v.name] for v in model.value_vars]
    ready = pytensor.function(
        model.value_vars, heights, mode="FAST_COMPILE", on_unused_input="ignore"
    )
    found = ready(*values)
    logit = 0.4 + survey.marks.columns @ effect
    marks = log_history(survey.marks.seen, logit, "independent").sum()
    assert sum(found[:1]) == pytest.approx(marks)
    if distances:
        p = average(posterior_of(survey, mark_intercept=0.4, mark_effect=effect), survey)[0]
        at = log_seen_formula(logit, "independent") - np.log(p[survey.kinds.of_object])
        assert found[1] == pytest.approx(at.sum())


def test_swapping_the_observers_swaps_their_detection_and_nothing_else():
    one = simulated()
    other = replace(one, seen=one.seen[:, ::-1])
    values = {"mark_intercept": 0.4, "encounter_rate_per_km": np.array([0.5, 0.7])}
    found = []
    for transects, sign in ((one, 1.0), (other, -1.0)):
        survey = survey_of(transects, block(independence="full"))
        # "observer" is a level, not a number: swapping moves its effect into the intercept.
        effect = np.array([-0.8, 0.7, -0.3 * sign])
        start = values | {"mark_intercept": 0.4 - (0.3 if sign < 0 else 0.0)}
        posterior = posterior_of(survey, mark_effect=effect, **start)
        found.append(derive(posterior, survey, np.random.default_rng(1)))
    for name in ("p_detect", "abundance_total", "detection_on_line"):
        assert float(found[0][name][0, 0]) == pytest.approx(float(found[1][name][0, 0]))
    first, second = (float(found[0][f"detection_on_line_{i}"][0, 0]) for i in (1, 2))
    assert first > second
    assert float(found[1]["detection_on_line_2"][0, 0]) == pytest.approx(first)


def test_density_is_the_horvitz_thompson_sum_over_the_area_searched():
    transects = simulated()
    survey = survey_of(transects, block(independence="full"))
    effect = np.array([-0.8, 0.7, -0.3])
    rate = survey.data.groups.reshape(-1)
    by_stratum = np.bincount(survey.data.transect_stratum, rate) / survey.data.stratum_effort
    posterior = posterior_of(
        survey, mark_intercept=0.4, mark_effect=effect, encounter_rate_per_km=by_stratum, draws=4000
    )
    out = derive(posterior, survey, np.random.default_rng(2))
    p = average(posterior.isel(draw=[0]), survey)[0, survey.kinds.of_object]
    share = survey.data.area_km2 / (survey.data.stratum_effort * 2 * 0.3)
    stratum = survey.data.detection_stratum
    groups = np.bincount(stratum, 1 / p) * share
    animals = np.bincount(stratum, survey.data.size / p) * share
    mean, sd = (
        getattr(out["group_abundance"], what)(("chain", "draw")) for what in ("mean", "std")
    )
    assert np.all(np.abs(mean - groups) < 5 * sd / np.sqrt(4000))
    mean, sd = (getattr(out["abundance"], what)(("chain", "draw")) for what in ("mean", "std"))
    assert np.all(np.abs(mean - animals) < 5 * sd / np.sqrt(4000))
    ratio = out["abundance_total"] / out["group_abundance_total"]
    np.testing.assert_allclose(out["mean_size"], ratio)


def test_detection_at_a_node_does_not_depend_on_how_objects_are_gathered():
    survey = survey_of(simulated(), block(independence="full"))
    effect = np.array([-0.8, 0.7, -0.3])
    posterior = posterior_of(survey, mark_intercept=0.4, mark_effect=effect)
    found = detection_at(posterior, survey, np.array([100.0]))[0, :, 0]
    missed = np.ones(survey.kinds.count)
    for table, observer in zip(survey.kinds.table, ("1", "2"), strict=True):
        rows = dict(table) | {
            "distance": np.full(survey.kinds.count, 100.0),
            "observer": np.full(survey.kinds.count, observer),
        }
        missed *= 1 - expit(0.4 + survey.design.matrix(rows) @ effect)
    np.testing.assert_allclose(found, 1 - missed)


def test_nodes_hold_what_the_simulation_and_the_report_take(fitted):
    check_dataset(fitted["abundance"].to_dataset(), ABUNDANCE, "double observer")
    detection = fitted["detection"].to_dataset()
    assert detection["conditional_median"].dims == ("observer", "distance_m")
    assert np.all(detection["low"] <= detection["high"])
    assert np.all(detection["seen_by"] <= detection["tried"])
    qq = fitted["qq"].to_dataset()
    assert np.all(np.diff(qq["fitted"]) >= 0)
    assert qq.attrs["outside"] < 0.2
    assert fitted["effects"]["term"].values.tolist() == ["distance", "bright", "observer[2]"]
    for name, variable in fitted["posterior"].data_vars.items():
        assert variable.attrs["units"], name
    assert fitted.attrs["verdict"] in ("pass", "look")


def test_drawn_conditional_detection_follows_the_observed_shares(fitted):
    """Of what the other saw, each observer saw as many as the curve says, class by class."""
    node = fitted["detection"].to_dataset()
    middle = (node["edge_m"].values[1:] + node["edge_m"].values[:-1]) / 2
    for who in (1, 2):
        part = node.sel(observer=who)
        chance = np.interp(middle, node["distance_m"], part["conditional_median"])
        expected = part["tried"].values * chance
        spread = np.sqrt((part["tried"].values * chance * (1 - chance)).sum())
        assert abs(part["seen_by"].values.sum() - expected.sum()) < 3 * spread


def test_groups_and_animals_are_never_confused(fitted):
    posterior = fitted["posterior"]
    size = float(posterior["mean_size"].median())
    ratio = float((posterior["abundance_total"] / posterior["group_abundance_total"]).median())
    assert size == pytest.approx(ratio)
    assert 2.0 < size < 5.0
    single = fit(simulated(POINT), block(group_size="single"))["posterior"]
    np.testing.assert_allclose(single["abundance"], single["group_abundance"])


def test_design_based_estimate_stands_beside_the_model(fitted):
    design = fitted["design"].to_dataset().sel(stratum="all strata")
    posterior = fitted["posterior"]
    for kind, name in (("groups", "group_abundance_total"), ("animals", "abundance_total")):
        number, error = (float(design[v].sel(kind=kind)) for v in ("abundance", "abundance_se"))
        assert abs(number - float(posterior[name].median())) < error


def drawn_from(truth, options, replicate):
    """Draws of the animals, without diagnostics."""
    survey = survey_of(simulated(truth, replicate), block(**options))
    draws = draw_posterior(build(survey), QUICK, replicate)
    out = derive(draws.posterior, survey, np.random.default_rng(replicate))
    return out["abundance_total"].values.ravel()


@pytest.mark.parametrize(
    ("truth", "options", "surveys"),
    [
        (FULL, {"independence": "full"}, 6),
        (FULL, {"independence": "full", "distances": True}, 2),
        (POINT, {"scale": "bright"}, 6),
        (POINT, {"configuration": "trial", "mark_recapture": "distance + bright"}, 2),
    ],
)
def test_numbers_find_the_truth_they_were_simulated_from(truth, options, surveys):
    """The mean miss lies within 5 standard errors, and 90 % intervals mostly hold the truth."""
    misses, hits = [], 0
    for replicate in range(surveys):
        numbers = drawn_from(truth, options, replicate)
        logs = np.log(numbers)
        misses.append((logs.mean() - np.log(truth.abundance)) / logs.std())
        low, high = np.quantile(numbers, [0.05, 0.95])
        hits += bool(low <= truth.abundance <= high)
    assert abs(np.mean(misses)) < 5 / np.sqrt(surveys)
    assert hits >= surveys // 2  # at a chance of 0.9 each, missed once in 800 (six) or 100 (two)


def test_detection_on_the_line_is_found():
    drawn = fit(simulated(POINT), block())["posterior"]
    rng = np.random.default_rng(3)
    bright = rng.random(100_000) < POINT.bright_share
    p = POINT.detection(np.zeros(bright.size), bright)
    truth = {"": 1 - (1 - p).prod(axis=1), "_1": p[:, 0], "_2": p[:, 1]}
    for suffix, chance in truth.items():
        found = drawn[f"detection_on_line{suffix}"].values.ravel()
        assert abs(found.mean() - chance.mean()) < 4 * found.std()


def test_ignoring_that_some_are_missed_on_the_line_would_bias():
    """Point independence matters: detection on the line is clearly below one here."""
    dull = replace(POINT, logit_on_line=(-0.5, -0.5), bright_share=0.0)
    settings = block(mark_recapture="distance")
    drawn = fit(simulated(dull), settings)["posterior"]["detection_on_line"]
    assert float(drawn.quantile(0.975)) < 0.9


@pytest.mark.parametrize(
    "options", [{}, {"independence": "full", "distances": True, "mark_recapture": "distance"}]
)
def test_distance_classes_and_exact_distances_agree(options):
    edges = tuple(f"{x} m" for x in (0, 40, 80, 120, 180, 240, 300))
    exact, classes = (
        survey_of(simulated(POINT), block(cutpoints=cuts, **options)) for cuts in ((), edges)
    )
    found = []
    for survey in (exact, classes):
        draws = draw_posterior(build(survey), QUICK, 3).posterior
        found.append(average(draws, survey).mean(axis=1))
    assert abs(found[0].mean() - found[1].mean()) < found[0].std()


def test_points_and_left_truncation_are_served():
    transects = replace(simulated(), kind="point")
    settings = block(independence="full", transect="point", left_truncation="20 m")
    survey = survey_of(transects, settings)
    tree = fit(transects, settings)
    posterior, node = tree["posterior"], tree["detection"]
    for name in ("low", "median", "high"):
        density = node[f"density_{name}"].values
        assert np.all(density >= 0)
    assert np.trapezoid(node["density_median"], node["distance_m"]) == pytest.approx(1, abs=0.02)
    assert survey.data.unit_area_km2 == pytest.approx(np.pi * (0.3**2 - 0.02**2))
    assert "effective_radius_m" in posterior
    rule = rule_of(survey)
    assert rule.weight.sum() == pytest.approx(1.0)
    assert rule.distance_m.min() > 20


def test_transects_weighed_at_random_need_no_encounter_model():
    plain = fit(simulated(POINT), block())["posterior"]["group_abundance_total"]
    random = fit(simulated(POINT), block(encounter="bootstrap"))["posterior"]
    assert "encounter_spread" not in random
    ratio = float(random["group_abundance_total"].median() / plain.median())
    assert ratio == pytest.approx(1.0, abs=0.1)


def test_description_says_who_saw_how_many():
    survey = survey_of(simulated(), block())
    seen = survey.marks.seen
    said = describe(survey)
    assert f"{seen[:, 0].sum()} seen by observer 1" in said
    assert f"{seen.all(axis=1).sum()} by both" in said
