from dataclasses import replace

import numpy as np
import pytest
from scipy.special import logsumexp

from ustyurt_models.checks import InputError
from ustyurt_models.formulas.detection import (
    esw_half_normal,
    esw_hazard_rate,
    log_overdispersed_count,
)
from ustyurt_models.seeds import generator
from ustyurt_models.study.surveys import DistancePriors, LineTransect, LogNormal, Sampler
from ustyurt_models.survey.fit import fit_model
from ustyurt_models.survey.models.distance.data import prepare
from ustyurt_models.survey.models.distance.data import survey_of as prepared
from ustyurt_models.survey.models.distance.model import build
from ustyurt_models.survey.models.distance.results import derive
from ustyurt_models.survey.models.distance.simulate import (
    LineTransectTruth,
    simulate_line_transect,
    untruncated_mean_for,
)
from ustyurt_models.survey.models.distance.sufficient import sufficient
from ustyurt_models.survey.models.distance.survey_model import survey_model
from ustyurt_models.survey.samplers.flat import FlatModel
from ustyurt_models.survey.samplers.laplace import sample_flat

QUICK = Sampler(engine="laplace", draws=250)


def block(**options):
    """A line-transect block with some options changed."""
    told = {"file": "-", "truncation": "500 m", "sampler": QUICK} | options
    return LineTransect(**told)


def fit_line_transect(survey, settings, sampler, seed):
    settings = settings.model_copy(update={"sampler": sampler})
    return fit_model(survey_model(prepared(survey, settings)), seed)


EFFORT = (np.full(15, 60.0), np.full(15, 40.0))
TRUTH = LineTransectTruth(
    group_density_per_km2=(0.15, 0.3),
    area_km2=(5000.0, 2000.0),
    sigma_m=180.0,
    shape=None,
    truncation_m=500.0,
    encounter_spread=0.8,
    mean_size_untruncated=untruncated_mean_for(4.0, 0.6),
    size_cv=0.6,
)


PLAIN = block()


def survey_of(truth=TRUTH, replicate=0, effort=EFFORT):
    return simulate_line_transect(truth, effort, generator(5, "line_transect", replicate))


@pytest.fixture(scope="module")
def fitted():
    return fit_line_transect(survey_of(), PLAIN, QUICK, 9)


@pytest.mark.parametrize("key", ["half-normal", "hazard-rate"])
@pytest.mark.parametrize("cutpoints", [(), (0.0, 40.0, 100.0, 250.0, 500.0)])
def test_gradient_is_finite_at_extremes(key, cutpoints):
    settings = block(key=key, cutpoints=tuple(f"{c} m" for c in cutpoints))
    flat = FlatModel(build(prepare(survey_of(), settings), settings))
    for shift in (-6.0, -2.0, 0.0, 2.0, 6.0):
        value, gradient = flat.log_density(flat.start + shift)
        assert np.isfinite(value)
        assert np.all(np.isfinite(gradient))


def test_gradient_equals_finite_differences():
    settings = block(key="hazard-rate", size_bias=True)
    flat = FlatModel(build(prepare(survey_of(), settings), settings))
    point = flat.start + 0.1
    _, gradient = flat.log_density(point)
    for i in range(point.size):
        step = np.zeros_like(point)
        step[i] = 1e-5
        slope = (flat.log_density(point + step)[0] - flat.log_density(point - step)[0]) / 2e-5
        assert gradient[i] == pytest.approx(slope, rel=1e-4, abs=1e-4)


def test_batched_density_equals_single_density():
    settings = block()
    flat = FlatModel(build(prepare(survey_of(), settings), settings))
    points = flat.start + np.random.default_rng(3).normal(0, 0.4, (5, flat.start.size))
    single = [flat.log_density(point)[0] for point in points]
    assert flat.log_densities(points) == pytest.approx(single, rel=1e-12)


@pytest.mark.parametrize("spread", [1e-6, 0.5, 3.0])
def test_probabilities_of_counts_sum_to_one(spread):
    counts = np.arange(3000)
    chance = log_overdispersed_count(counts, 7.3, spread)
    assert float(logsumexp(chance)) == pytest.approx(0.0, abs=1e-6)


def test_variance_of_counts_is_the_stated_multiple_of_the_mean():
    counts = np.arange(3000)
    p = np.exp(log_overdispersed_count(counts, 7.3, 1.5))
    mean = (p * counts).sum()
    assert mean == pytest.approx(7.3)
    assert (p * (counts - mean) ** 2).sum() == pytest.approx((1 + 1.5**2) * 7.3, rel=1e-3)


def test_cutting_transects_in_two_leaves_the_answer_unchanged():
    # Totals of both halves carry the likelihood of the whole only in distribution, so compare
    # the exact law: the sum of two halves has the law of the whole.
    whole = np.exp(log_overdispersed_count(np.arange(80), 6.0, 1.2))
    half = np.exp(log_overdispersed_count(np.arange(80), 3.0, 1.2))
    assert np.convolve(half, half)[:80] == pytest.approx(whole, abs=1e-12)


def test_same_seed_gives_the_same_posterior(fitted):
    again = fit_line_transect(survey_of(), PLAIN, QUICK, 9)
    assert fitted["posterior"].to_dataset().equals(again["posterior"].to_dataset())
    other = fit_line_transect(survey_of(), PLAIN, QUICK, 10)
    assert not fitted["posterior"].to_dataset().equals(other["posterior"].to_dataset())


def test_groups_and_animals_are_told_apart(fitted):
    posterior = fitted["posterior"].to_dataset()
    animals = posterior["group_abundance"] * posterior["mean_size"]
    assert np.allclose(posterior["abundance"], animals.transpose(*posterior["abundance"].dims))
    assert np.all(posterior["mean_size"] > 1)
    total = posterior["abundance"].sum("stratum")
    assert np.allclose(total, posterior["abundance_total"])


def derived(fitted, settings):
    free = fitted["posterior"].to_dataset()
    names = ["encounter_rate_per_km", "sigma_m", "mean_size_untruncated", "size_cv"]
    return derive(free[names], prepared(survey_of(), settings), generator(1, "derived"))[
        "abundance"
    ]


def test_detection_on_the_line_raises_abundance_in_proportion(fitted):
    half = block(detection_on_line=(0.4999, 0.5, 0.5001))
    ratio = derived(fitted, half) / derived(fitted, PLAIN)
    assert float(ratio.median()) == pytest.approx(2.0, rel=1e-3)


def test_one_side_searched_doubles_density(fitted):
    one = derived(fitted, block(sides=1))
    assert np.allclose(one, 2 * derived(fitted, PLAIN))


def test_weak_prior_hardly_moves_and_strong_prior_moves_the_answer(fitted):
    plain = fitted["posterior"]["esw_m"]
    esw = {}
    for name, prior in {"weak": (0.5, 2.0), "strong": (2.0, 0.02)}.items():
        settings = block(
            priors=DistancePriors(sigma_share=LogNormal(median=prior[0], sd_log=prior[1]))
        )
        tree = fit_line_transect(survey_of(), settings, QUICK, 9)
        esw[name] = float(tree["posterior"]["esw_m"].median())
    middle, sd = float(plain.median()), float(plain.std())
    assert abs(esw["weak"] - middle) < 0.5 * sd
    assert esw["strong"] > middle + 3 * sd


def test_group_size_is_estimated_free_of_size_bias_in_detection():
    # Sizes fall off with distance only among the seen: the model with a slope finds the mean on
    # the line.
    truth = LineTransectTruth((2.0,), (100.0,), 180.0, None, 500.0, 0.0, 5.0, 0.3)
    survey = simulate_line_transect(truth, (np.full(20, 50.0),), generator(6, "size"))
    settings = block(size_bias=True)
    tree = fit_line_transect(survey, settings, QUICK, 9)
    slope = tree["posterior"]["size_slope"].values
    assert abs(slope.mean()) < 4 * slope.std()
    assert float(tree["posterior"]["mean_size"].median()) == pytest.approx(truth.mean_size, rel=0.1)


def coverage(truth, settings, count, mass=0.9):
    """Share of simulated surveys whose interval covers the true total."""
    effort = (np.full(15, 60.0), np.full(15, 40.0))
    first = prepare(survey_of(truth, 0, effort), settings)
    model = build(first, settings)
    flat = FlatModel(model)
    hits = 0
    for replicate in range(count):
        data = prepare(survey_of(truth, replicate, effort), settings)
        for name, value in sufficient(data, settings).items():
            model[name].set_value(np.asarray(value, model[name].dtype))
        drawn = sample_flat(
            flat, Sampler(engine="laplace", draws=250), generator(7, "fit", replicate)
        )
        sigma = drawn.variables["sigma_m"]
        if settings.key == "half-normal":
            esw = esw_half_normal(sigma, settings.truncation)
        else:
            esw = esw_hazard_rate(sigma, 1 + drawn.variables["shape_excess"], settings.truncation)
        rate = drawn.variables["encounter_rate_per_km"]
        groups = (rate / (2 * esw[..., None] / 1000) * first.area_km2).sum(-1)
        low, high = np.quantile(groups, [(1 - mass) / 2, (1 + mass) / 2])
        true = float(np.dot(truth.group_density_per_km2, truth.area_km2))
        hits += low <= true <= high
    return hits / count


def test_intervals_of_the_half_normal_cover_at_their_rate():
    # 20 surveys: 90 % coverage is at least 0.7 with probability 0.998; the slow test is stricter.
    settings = block(group_size="single")
    assert coverage(TRUTH, settings, 20) >= 0.7


@pytest.mark.slow
def test_intervals_of_the_hazard_rate_cover_at_their_rate():
    truth = replace(TRUTH, shape=3.0)
    settings = block(key="hazard-rate", group_size="single")
    # 100 surveys: 0.82..0.98 holds 99 % of a binomial with 0.9.
    assert 0.82 <= coverage(truth, settings, 100) <= 0.98


def test_all_distances_equal_is_refused():
    truth = survey_of()
    same = replace(truth, distance_m=np.full(truth.distance_m.size, 25.0))
    with pytest.raises(InputError, match="must differ among detections"):
        prepare(same, block())
