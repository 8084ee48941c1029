import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest
from arviz_stats.base import array_stats
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ustyurt_models.seeds import generator
from ustyurt_models.study.surveys import Sampler
from ustyurt_models.survey import sampling
from ustyurt_models.survey.diagnostics import sampler_findings
from ustyurt_models.survey.judgement import worst
from ustyurt_models.survey.psis import effective_draws, least_effective, pareto_smooth
from ustyurt_models.survey.samplers import flat as flat_module
from ustyurt_models.survey.samplers.climb import climb
from ustyurt_models.survey.samplers.flat import FlatModel
from ustyurt_models.survey.samplers.laplace import sample_flat, search
from ustyurt_models.survey.samplers.optima import Optimum, find_optima, optimum_near, shares
from ustyurt_models.survey.samplers.preview import preview_flat
from ustyurt_models.survey.samplers.proposal import split_component
from ustyurt_models.survey.sampling import draw_posterior, weaknesses
from ustyurt_models.survey.settings import DEFAULT_GATE

QUICK = Sampler(engine="laplace", draws=250)


class Hill:
    """A function to climb, without a model."""

    def __init__(self, slopes):
        self.slopes = slopes

    def log_densities(self, points):
        return self.slopes(points)[0]


def rng(*path):
    return np.random.default_rng(path)


def counts_model(counts=(3, 5, 4, 8, 2)):
    """Poisson counts with a lognormal mean and a normal effect."""
    with pm.Model() as model:
        mean = pm.LogNormal("mean", np.log(4.0), 1.0)
        effect = pm.Normal("effect", 0.0, 0.5)
        pm.Potential("prior_of_sum", -0.5 * (mean * pt.exp(effect) / 10) ** 2)
        x = np.linspace(-1, 1, len(counts))
        rate = mean * pt.exp(effect * x)
        pm.Deterministic("rate", rate)
        pm.Potential("log_counts", pt.sum(np.array(counts) * pt.log(rate) - rate))
    return model


def two_hills(heights=(0.7, 0.3), at=(-6.0, 9.0), spread=(1.0, 0.5)):
    """A mixture of two normals in the first of two parameters, nearly flat prior."""
    with pm.Model() as model:
        place = pm.Normal("place", 0.0, 10.0)
        pm.Normal("other")
        parts = [
            np.log(h / s) - 0.5 * ((place - m) / s) ** 2
            for h, m, s in zip(heights, at, spread, strict=True)
        ]
        pm.Potential("log_hills", pt.logaddexp(*parts))
    return model


def funnel(k=8):
    """Neal's funnel: no Gaussian proposal covers it."""
    with pm.Model() as model:
        log_sd = pm.Normal("log_sd", 0.0, 2.0)
        pm.Normal("x", 0.0, pt.exp(log_sd), shape=k)
    return model


@given(st.integers(0, 1000), st.integers(50, 600), st.floats(0.05, 3.0))
@settings(max_examples=40, deadline=None)
def test_smoothed_weights_equal_those_of_arviz(seed, draws, spread):
    ratios = spread * rng(seed).standard_t(4, (draws, 3))
    log_weights, khat = pareto_smooth(ratios)
    for column in range(3):
        theirs, k = array_stats.psislw(-ratios[:, column])
        assert khat[column] == pytest.approx(float(k), rel=1e-9)
        theirs = theirs - np.logaddexp.reduce(theirs)
        assert log_weights[:, column] == pytest.approx(theirs, abs=1e-9)


def test_equal_and_empty_weights_are_recognised():
    log_weights, khat = pareto_smooth(np.zeros(100))
    assert khat == -np.inf
    assert effective_draws(log_weights) == pytest.approx(100)
    lonely = np.full(100, -np.inf)
    lonely[3] = 0.0
    log_weights, khat = pareto_smooth(lonely)
    assert khat == np.inf
    assert effective_draws(log_weights) == pytest.approx(1)


def test_effective_draws_of_a_mean_are_those_of_theory():
    rng = generator(3, "worth")
    equal = np.full(500, -np.log(500.0))
    assert least_effective(rng.normal(size=(500, 2)), equal) == pytest.approx(500)
    # A standard normal drawn from one twice as wide: the integral of p^2 x^2 / q is
    # (8 / 7)^1.5 / sqrt(2).
    points = rng.normal(size=(200_000, 1)) * 2.0
    log_weights = -0.5 * points[:, 0] ** 2 * (1 - 1 / 4)
    log_weights -= np.logaddexp.reduce(log_weights)
    found = least_effective(points, log_weights) / len(points)
    assert found == pytest.approx(np.sqrt(2) / (8 / 7) ** 1.5, rel=0.02)


def test_density_gradient_and_prior_equal_plain_formulas():
    counts, flat = np.array([3, 5, 4, 8, 2]), FlatModel(counts_model())
    point = np.array([1.2, 0.3])
    mean, effect = np.exp(point[0]), point[1]
    rate = mean * np.exp(effect * np.linspace(-1, 1, 5))
    prior = stats.norm.logpdf(point[0], np.log(4), 1) + stats.norm.logpdf(effect, 0, 0.5)
    prior += -0.5 * (mean * np.exp(effect) / 10) ** 2
    likelihood = (counts * np.log(rate) - rate).sum()
    value, gradient = flat.log_density(point)
    assert value == pytest.approx(prior + likelihood)
    whole, part = flat.log_priors(point[None], ["effect"])
    assert whole[0] == pytest.approx(prior)
    assert part[0] == pytest.approx(prior - stats.norm.logpdf(effect, 0, 0.5))
    for axis in range(2):
        step = 1e-6 * np.eye(2)[axis]
        ends = flat.log_densities(np.stack([point + step, point - step]))
        assert gradient[axis] == pytest.approx((ends[0] - ends[1]) / 2e-6, rel=1e-5)


def test_passes_change_memory_and_not_results(monkeypatch):
    points = rng(1).normal(size=(100, 2))
    flat = FlatModel(counts_model())
    whole = flat.log_densities(points), *flat.slopes(points), flat.constrain(points)["rate"]
    monkeypatch.setattr(flat_module, "_AT_ONCE", 5 * flat._work.largest)
    cut = flat.log_densities(points), *flat.slopes(points), flat.constrain(points)["rate"]
    for one, other in zip(whole, cut, strict=True):
        assert np.array_equal(one, other)


def test_work_grows_with_the_data():
    small, large = (FlatModel(counts_model(np.ones(n, int))) for n in (10, 1000))
    assert large._work.largest == 1000
    assert small._work.largest == 10
    assert 20 < large.work / small.work < 101


def test_starts_are_spread_as_the_prior_is():
    points = FlatModel(counts_model()).prior_points(2000, 3)
    # Standard errors of mean and spread of 2,000 normal numbers, five of them.
    assert points.mean(axis=0) == pytest.approx([np.log(4), 0.0], abs=5 / np.sqrt(2000))
    assert points.std(axis=0) == pytest.approx([1.0, 0.5], rel=5 / np.sqrt(4000))
    again = FlatModel(counts_model()).prior_points(5, 3)
    assert np.array_equal(again, points[:5])


@given(st.integers(0, 1000), st.integers(1, 12), st.floats(1.0, 1e4))
@settings(max_examples=30, deadline=None)
def test_climb_reaches_the_top_of_any_quadratic_hill(seed, k, worst_scale):
    chance = rng(seed)
    axes = np.linalg.qr(chance.normal(size=(k, k)))[0]
    curve = (axes * np.geomspace(1.0, worst_scale, k)) @ axes.T
    top = 3 * chance.normal(size=k)

    def slopes(points):
        gap = points - top
        return -0.5 * np.einsum("pi,ij,pj->p", gap, curve, gap), -gap @ curve

    for newton in (False, True):
        reached = climb(Hill(slopes), top + 5 * chance.normal(size=(4, k)), newton=newton)
        assert reached.arrived.all()
        # A climb ends where a further step promises little; 0.05 moves no weight by more than 5 %.
        assert reached.height.max() == pytest.approx(0.0, abs=0.05)


def test_climb_leaves_places_without_density():
    def slopes(points):
        inside = points[:, 0] > 0
        safe = np.where(inside, points[:, 0], 1.0)
        value = np.where(inside, np.log(safe) - safe, np.nan)
        return np.where(np.isnan(value), -np.inf, value), np.where(inside, 1 / safe - 1, np.nan)[
            :, None
        ]

    reached = climb(Hill(slopes), np.array([[-1.0], [5.0], [0.01]]))
    assert reached.height[0] == -np.inf
    # The lower of two climbers on one hill stops once it is close to the higher one.
    assert reached.height.max() == pytest.approx(-1.0, abs=1e-3)
    assert reached.height[1:] == pytest.approx([-1.0, -1.0], abs=0.2)


def test_both_hills_are_found_and_weighed():
    flat = FlatModel(two_hills())
    optima = search(flat, rng(4))
    assert len(optima) == 2
    assert sorted(round(float(o.point[0])) for o in optima) == [-6, 9]
    prior = stats.norm.pdf([-6.0, 9.0], 0, 10)
    exact = np.array([0.7, 0.3]) * prior
    assert shares(optima) == pytest.approx(np.sort(exact / exact.sum())[::-1], abs=0.01)


def test_weights_put_the_right_probability_on_either_hill():
    drawn = sample_flat(FlatModel(two_hills()), Sampler(draws=1000), rng(5))
    assert drawn.stats["optima"] == 2
    share = float(np.mean(drawn.variables["place"] > 0))
    exact = (
        0.3
        * stats.norm.pdf(9, 0, 10)
        / (0.7 * stats.norm.pdf(6, 0, 10) + 0.3 * stats.norm.pdf(9, 0, 10))
    )
    # About 3,000 effective draws: standard error 0.008; five of them.
    assert share == pytest.approx(exact, abs=0.04)
    assert weaknesses(drawn.stats, DEFAULT_GATE) == ["2 optima that matter"]


def test_hill_at_the_start_does_not_hide_a_larger_one():
    # The model's own starting point is on the lesser hill, which holds 4 % of the probability.
    flat = FlatModel(two_hills(heights=(0.04, 0.96), at=(0.0, 14.0)))
    assert abs(float(optimum_near(flat, flat.start).point[0])) < 0.1
    best = search(flat, rng(6))[0]
    assert float(best.point[0]) == pytest.approx(14.0, abs=0.1)


def test_flat_direction_keeps_a_finite_spread():
    with pm.Model() as model:
        pm.Normal("known", 0.0, 1.0)
        pm.Normal("unknown", 0.0, 1e4)
    best = find_optima(FlatModel(model), np.zeros((1, 2)))[0]
    spread = np.sqrt(np.diag(best.root @ best.root.T))
    assert spread[0] == pytest.approx(1.0, rel=1e-3)
    assert spread[1] == pytest.approx(0.05**-0.5)


def test_a_proposal_is_as_narrow_as_the_hill_along_every_axis():
    axes = np.linalg.qr(rng(12).normal(size=(6, 6)))[0]
    widths = np.array([4.0, 1.0, 0.1, 1e-3, 1e-7, 1e-9])
    covariance_root = axes * widths
    # A lower root without forming the covariance, in which rounding would hide narrow axes.
    lower = np.linalg.qr(covariance_root.T)[1].T
    hill = Optimum(np.zeros(6), 0.0, lower * np.sign(np.diag(lower)), True)

    def log_densities(points):
        return -0.5 * ((points @ axes / widths) ** 2).sum(axis=1)

    component = split_component(log_densities, hill)
    found = np.linalg.svd(component.root, compute_uv=False)
    np.testing.assert_allclose(found, widths, rtol=1e-5)
    np.testing.assert_allclose(component.stretch, 1.0, rtol=1e-3)
    at_top = component.log_density(np.zeros((1, 6)))[0]
    expected = stats.multivariate_t(np.zeros(6), np.eye(6), df=5).logpdf(np.zeros(6))
    assert at_top == pytest.approx(expected - np.log(widths).sum(), rel=1e-6)


def test_laplace_draws_have_the_exact_moments_of_a_normal_posterior():
    with pm.Model() as model:
        a = pm.Normal("a", 0.0, 2.0)
        b = pm.Normal("b", a, 1.0)
        pm.Potential("log_data", -0.5 * ((b - 3.0) / 0.5) ** 2)
    drawn = sample_flat(FlatModel(model), Sampler(draws=1000), rng(7))
    precision = np.array([[1 / 4 + 1, -1.0], [-1.0, 1 + 4]])
    mean = np.linalg.solve(precision, [0.0, 12.0])
    found = np.stack([drawn.variables["a"].ravel(), drawn.variables["b"].ravel()])
    assert found.mean(axis=1) == pytest.approx(mean, abs=0.1)
    assert np.cov(found) == pytest.approx(np.linalg.inv(precision), abs=0.12)
    assert drawn.stats["khat"] < 0.5
    assert drawn.stats["ess"] > 1500


def test_draws_carry_prior_and_likelihood():
    draws = draw_posterior(counts_model(), QUICK, 8)
    stats_of = draws.stats
    mean, effect = draws.posterior["mean"].values, draws.posterior["effect"].values
    prior = stats.norm.logpdf(np.log(mean), np.log(4), 1) + stats.norm.logpdf(effect, 0, 0.5)
    prior += -0.5 * (mean * np.exp(effect) / 10) ** 2
    assert stats_of["log_prior"].values == pytest.approx(prior)
    rate = draws.posterior["rate"].values
    likelihood = (np.array([3, 5, 4, 8, 2]) * np.log(rate) - rate).sum(axis=2)
    assert stats_of["log_likelihood"].values == pytest.approx(likelihood)
    assert stats_of.attrs["engine"] == "laplace"


def test_same_seed_same_draws_and_other_seed_others():
    one, two, three = (draw_posterior(counts_model(), QUICK, seed) for seed in (9, 9, 10))
    assert np.array_equal(one.posterior["mean"], two.posterior["mean"])
    assert not np.array_equal(one.posterior["mean"], three.posterior["mean"])


def test_regular_posterior_is_taken_from_the_fast_path(monkeypatch):
    monkeypatch.setattr(sampling, "import_module", None)  # NUTS would be imported here
    draws = draw_posterior(counts_model(), Sampler(engine="auto"), 11)
    assert draws.stats.attrs == {"engine": "laplace", "why": "its importance weights are sound"}


def test_funnel_is_refused_by_the_fast_path():
    drawn = sample_flat(FlatModel(funnel(20)), QUICK, rng(12))
    assert weaknesses(drawn.stats, DEFAULT_GATE)


def test_many_random_effects_fail_fast():
    # 80 groups of which the data say little: weights collapse, and no time is spent on repair.
    flat = FlatModel(funnel(80))
    drawn = sample_flat(flat, QUICK, rng(13))
    assert drawn.stats["khat"] > 0.7
    calls = []
    original = flat.log_densities
    flat.log_densities = lambda points: (calls.append(len(points)), original(points))[1]
    sample_flat(flat, QUICK, rng(13))
    assert sum(calls) < 8000


def test_preview_is_never_better_than_look():
    flat = FlatModel(counts_model())
    drawn = preview_flat(flat, QUICK, rng(14))
    best = search(flat, rng(14))[0]
    log_mean = np.log(drawn.variables["mean"])
    assert log_mean.mean() == pytest.approx(best.point[0], abs=0.1)
    draws = draw_posterior(counts_model(), Sampler(engine="preview"), 15)
    findings = sampler_findings(draws.posterior, draws.stats, DEFAULT_GATE)
    assert worst(findings) == "look"
    assert findings[0].check == "preview"


def test_chains_on_a_lesser_hill_are_stopped():
    flat = FlatModel(two_hills(heights=(0.1, 0.9)))
    optima = search(flat, rng(16))
    stuck = np.stack([-6 + rng(17).normal(size=(4, 100)), rng(18).normal(size=(4, 100))], axis=2)
    missed = sampling._from_chains(flat, stuck, optima).stats["missed_optimum"]
    prior = stats.norm.pdf([-6.0, 9.0], 0, 10)
    exact = 0.9 * prior[1] / (0.1 * prior[0] + 0.9 * prior[1])
    assert missed == pytest.approx(exact, abs=0.01)
    both = stuck.copy()
    both[0, :, 0] += 15
    assert sampling._from_chains(flat, both, optima).stats["missed_optimum"] == 0


def test_gate_names_missed_optimum_and_unfinished_climb():
    draws = draw_posterior(counts_model(), QUICK, 19)
    odd = draws.stats.assign(missed_optimum=0.8, arrived=0.0)
    words = {f.check: f.verdict for f in sampler_findings(draws.posterior, odd, DEFAULT_GATE)}
    assert words["missed optimum"] == "stop"
    assert words["climb unfinished"] == "look"


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["auto", "pymc"])
def test_chains_are_in_the_order_of_the_model(engine):
    # Freezing a model changes the order of its variables; means far apart show a mix-up.
    with pm.Model(coords={"g": range(3)}) as model:
        z = pm.Normal("z", 5.0, 1.0)
        a = pm.LogNormal("a", -3.0, 0.5)
        b = pm.Normal("b", 20.0, 1.0, dims="g")
        pm.Deterministic("sum", z + a + b, dims="g")
        pm.Potential("log_hills", pt.logaddexp(-0.5 * (z - 2) ** 2, -0.5 * (z - 8) ** 2))
    sampler = Sampler(engine=engine, draws=300, tune=300, chains=2)
    draws = draw_posterior(model, sampler, 20)
    assert draws.stats.attrs["engine"] == ("nutpie" if engine == "auto" else "pymc")
    found = {name: float(draws.posterior[name].mean()) for name in ("a", "b")}
    assert found["a"] == pytest.approx(np.exp(-3 + 0.125), rel=0.2)
    assert found["b"] == pytest.approx(20.0, abs=0.2)
    assert draws.posterior["sum"].dims == ("chain", "draw", "g")
    if engine == "auto":
        assert "optima that matter" in draws.stats.attrs["why"]
