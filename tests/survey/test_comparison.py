import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logsumexp

from ustyurt_models.checks import InputError
from ustyurt_models.survey.comparison import (
    Candidate,
    candidate_findings,
    compare,
    digest_of,
    mix,
    pseudo_bma_weights,
    stacking_weights,
)
from ustyurt_models.survey.settings import DEFAULT_GATE

DRAWS = 1000


def abundance(middle, draws=DRAWS, seed=0):
    rng = np.random.default_rng(seed)
    values = middle * np.exp(0.1 * rng.standard_normal((draws, 2)))
    return xr.Dataset(
        {
            "abundance": (("draw", "stratum"), values),
            "abundance_total": ("draw", values.sum(axis=1)),
            "area_km2": ("stratum", [10.0, 20.0]),
        },
        coords={"draw": np.arange(draws), "stratum": ["a", "b"]},
    )


def fit_of_normal(name, y, spread, middle=100.0, data="same"):
    """Fit a normal mean with a spread that is taken as known."""
    rng = np.random.default_rng(len(name))
    mean = y.mean() + spread * rng.standard_normal(DRAWS) / np.sqrt(y.size)
    log_likelihood = -0.5 * ((y - mean[:, None]) / spread) ** 2 - np.log(
        spread * np.sqrt(2 * np.pi)
    )
    return Candidate(name, log_likelihood, "count", data, abundance(middle), "pass")


@pytest.fixture(scope="module")
def y():
    return np.random.default_rng(5).standard_normal(60)


@given(st.integers(0, 10_000), st.integers(2, 5), st.floats(0.01, 3.0))
@settings(max_examples=40, deadline=None)
def test_stacking_weights_are_the_maximum(seed, fits, spread):
    elpd = spread * np.random.default_rng(seed).standard_normal((fits, 40)) - 3
    weights = stacking_weights(elpd)
    assert weights.sum() == pytest.approx(1)
    mixed = np.exp(elpd - elpd.max(axis=0)) / (weights @ np.exp(elpd - elpd.max(axis=0)))
    # Karush-Kuhn-Tucker: the mean ratio is 1 where the weight is positive, at most 1 elsewhere.
    slope = mixed.mean(axis=1)
    assert np.all(slope <= 1 + 1e-3)
    assert np.all(np.abs(slope[weights > 0.01] - 1) < 1e-3)


def test_stacking_mixes_fits_that_are_each_right_for_some_units():
    # 30 units are predicted well by the first fit only, 10 by the second only: weights 3 to 1.
    good, bad = np.log(1.0), np.log(1e-9)
    elpd = np.array([[good] * 30 + [bad] * 10, [bad] * 30 + [good] * 10])
    assert stacking_weights(elpd) == pytest.approx([0.75, 0.25], abs=1e-4)


def test_pseudo_bma_weighs_equal_fits_equally_and_better_ones_more():
    rng = np.random.default_rng(1)
    same = np.tile(rng.standard_normal(50), (2, 1))
    assert pseudo_bma_weights(same, rng) == pytest.approx([0.5, 0.5])
    better = np.stack([same[0], same[0] - 0.5])
    plain = np.exp(better.sum(axis=1) - logsumexp(better.sum(axis=1)))
    assert pseudo_bma_weights(better, rng) == pytest.approx(plain, abs=1e-6)


def test_right_model_predicts_best_and_differences_carry_their_error(y):
    fits = [fit_of_normal("right", y, 1.0), fit_of_normal("too wide", y, 3.0)]
    node = compare(fits, np.random.default_rng(2))
    assert node.attrs["best"] == "right"
    assert float(node["difference"].sel(fit="right")) == 0
    # Known spreads: the difference is that of plain normal densities up to the leave-one-out term.
    plain = [-0.5 * (y - y.mean()) ** 2 / s**2 - np.log(s) for s in (1.0, 3.0)]
    expected = (plain[1] - plain[0]).sum()
    found = float(node["difference"].sel(fit="too wide"))
    assert found == pytest.approx(expected, abs=1.5)
    se = np.sqrt(y.size * np.var(plain[1] - plain[0]))
    assert float(node["difference_se"].sel(fit="too wide")) == pytest.approx(se, rel=0.1)
    assert float(node["parameters"].sel(fit="right")) == pytest.approx(1.0, abs=0.4)
    assert float(node["stacking"].sel(fit="right")) > 0.9


def test_fits_of_other_data_are_refused(y):
    fits = [fit_of_normal("right", y, 1.0), fit_of_normal("cut", y, 1.0, data="other")]
    with pytest.raises(InputError, match="must be fitted to the same data as right"):
        compare(fits, np.random.default_rng(3))


def test_digest_sees_truncation_classes_and_every_distance():
    observed = xr.Dataset(
        {"distance_m": ("detection", [1.0, 2.0]), "who": ("detection", ["a", "b"])}
    )
    told = {"truncation": 500.0, "cutpoints": ()}
    same = digest_of(observed.copy(deep=True), dict(told))
    assert digest_of(observed, told) == same
    assert digest_of(observed, told | {"truncation": 400.0}) != same
    assert digest_of(observed, told | {"cutpoints": (0.0, 500.0)}) != same
    moved = observed.assign(distance_m=("detection", [1.0, 2.1]))
    assert digest_of(moved, told) != same
    assert digest_of(observed.assign(who=("detection", ["a", "c"])), told) != same


def test_choice_that_doubles_abundance_is_named(y):
    near = [fit_of_normal("half-normal", y, 1.0), fit_of_normal("hazard-rate", y, 1.05, 210.0)]
    node = compare(near, np.random.default_rng(4))
    finding = candidate_findings(node, DEFAULT_GATE)[0]
    assert finding.verdict == "look"
    assert finding.value == pytest.approx(2.1, rel=0.02)
    assert "half-normal, hazard-rate" in finding.meaning
    far = [fit_of_normal("half-normal", y, 1.0), fit_of_normal("hazard-rate", y, 5.0, 210.0)]
    node = compare(far, np.random.default_rng(4))
    assert candidate_findings(node, DEFAULT_GATE)[0].value == pytest.approx(1.0)


def test_fit_that_clearly_predicts_worse_is_named(y):
    fits = [fit_of_normal("wide", y, 5.0), fit_of_normal("right", y, 1.0)]
    node = compare(fits, np.random.default_rng(6))
    words = {f.check: f for f in candidate_findings(node, DEFAULT_GATE)}
    assert words["candidate behind the best"].verdict == "look"
    assert "wide predicts worse than right" in words["candidate behind the best"].meaning


@given(st.integers(0, 1000), st.floats(0.0, 1.0))
@settings(max_examples=25, deadline=None)
def test_mixture_takes_from_each_fit_its_share(seed, share):
    parts = [abundance(100.0, 400, 1), abundance(300.0, 300, 2)]
    weights = np.array([share, 1 - share])
    mixed = mix(parts, weights, np.random.default_rng(seed), 500)
    assert mixed.sizes["draw"] == 500
    assert abs(int((mixed["fit"] == 0).sum()) - 500 * share) < 1 + 1e-6
    for index, part in enumerate(parts):
        rows = mixed["abundance_total"].values[mixed["fit"].values == index]
        assert np.isin(rows, part["abundance_total"].values).all()
    assert np.array_equal(mixed["abundance"].sum("stratum"), mixed["abundance_total"])
    again = mix(parts, weights, np.random.default_rng(seed), 500)
    xr.testing.assert_identical(mixed, again)
