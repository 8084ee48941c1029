from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from power_case import plan, simulated, task, today

from ustyurt_models.seeds import generator
from ustyurt_models.study.surveys import Sampler
from ustyurt_models.survey.fit import fit_model
from ustyurt_models.survey.power.lines import Lines, line_settings
from ustyurt_models.survey.power.refit import POINTS, refit
from ustyurt_models.survey.power.simulate import run_chunk
from ustyurt_models.survey.power.stacked import StackedModel, stack
from ustyurt_models.survey.power.strips import Planes, log_sizes, rounded_mean, strip_settings
from ustyurt_models.survey.power.task import Chunk
from ustyurt_models.survey.samplers.flat import FlatModel

CASES = {
    "half-normal": ("line_transect", today(size=4.0)),
    "hazard-rate": ("line_transect", today(shape=3.0)),
    "strips with groups": ("strip_counts", today(size=4.0)),
    "strips of animals": ("strip_counts", today()),
}


def method_of(name):
    how, truth = CASES[name]
    if how == "strip_counts":
        return Planes(plan(how, width=200.0), truth, strip_settings(None))
    design = plan()
    return Lines(design, truth, line_settings(None, design, truth))


def surveys_of(method, factors):
    return [
        method.simulate(i, factor, generator(3, "refit", i)) for i, factor in enumerate(factors)
    ]


@pytest.mark.parametrize("name", CASES)
def test_a_survey_in_a_stack_has_the_density_of_its_own_model(name):
    # Surveys of unlike size: what fills up the short ones must not count.
    method = method_of(name)
    surveys = surveys_of(method, (2.0, 0.3, 1.0))
    told = [method.told(survey) for survey in surveys]
    model = StackedModel(method.model(surveys[0]).build(), told[0])
    points = model.start + np.random.default_rng(1).normal(0, 0.3, (3, 4, model.start.size))
    found = model.log_densities(points, method.stacked(told))
    for survey, point, density in zip(surveys, points, found, strict=True):
        single = FlatModel(method.model(survey).build())
        assert density == pytest.approx(single.log_densities(point), rel=1e-9)


@pytest.mark.parametrize("name", CASES)
def test_a_stack_is_fitted_like_a_single_survey(name):
    method = method_of(name)
    surveys = surveys_of(method, (1.0, 0.5, 1.5))
    told = [method.told(survey) for survey in surveys]
    model = method.model(surveys[0])
    fits = refit(StackedModel(model.build(), told[0]), method.stacked(told))
    assert fits.weight.sum(axis=1) == pytest.approx(1.0)
    free = {n: (("chain", "draw", "stratum")[: v.ndim], v) for n, v in fits.variables.items()}
    posterior = xr.Dataset(free, {"stratum": ["A", "B"]})
    animals = np.log(model.derive(posterior, generator(1)).abundance_total.to_numpy())
    middle = (fits.weight * animals).sum(axis=1)
    sd = np.sqrt((fits.weight * (animals - middle[:, None]) ** 2).sum(axis=1))
    for i in (0, 1):
        # The block of a planned survey has the usual sampler; the quick one is compared here.
        single = method.model(surveys[i])
        quick = single.settings.model_copy(
            update={"sampler": Sampler(engine="laplace", draws=1000)}
        )
        single = replace(single, survey=replace(single.survey, settings=quick))
        whole = np.log(fit_model(single, 5)["posterior"]["abundance_total"].to_numpy())
        # Four standard deviations of the noise measured on both sides (3 % of sd, 1.5 % of sd).
        assert middle[i] == pytest.approx(whole.mean(), abs=0.15 * whole.std())
        assert sd[i] == pytest.approx(whole.std(), rel=0.13)


def test_a_survey_that_saw_nothing_is_wide_and_not_a_fault():
    method = method_of("half-normal")
    surveys = surveys_of(method, (1.0, 1e-9))
    assert method.counted(surveys[1]) == 0
    told = [method.told(survey) for survey in surveys]
    model = StackedModel(method.model(surveys[0]).build(), told[0])
    fits = refit(model, method.stacked(told))
    rate = np.log(fits.variables["encounter_rate_per_km"][..., 0])
    sd = np.sqrt((fits.weight * (rate - rate.mean(axis=1, keepdims=True)) ** 2).sum(axis=1))
    assert np.isfinite(sd).all()
    assert sd[1] > 3 * sd[0]


def test_short_surveys_are_filled_with_what_occurs_never():
    pile = stack(
        [
            {"sizes": np.array([1, 4]), "size_times": np.array([7, 2])},
            {"sizes": np.array([3]), "size_times": np.array([5])},
            {},
        ]
    )
    assert pile["size_times"].tolist() == [[7, 2], [5, 0], [0, 0]]
    assert (pile["sizes"] >= 1).all()


def test_the_same_chunk_gives_the_same_numbers_and_others_do_not_matter():
    one = task(plan(years=(0, 5)), today(6), rates=(0.0, -0.05))
    whole = run_chunk(Chunk(one, 0, 4))
    again = run_chunk(Chunk(one, 0, 4))
    part = run_chunk(Chunk(one, 0, 2))
    for name, values in whole.items():
        assert np.array_equal(values, again[name])
    assert np.array_equal(whole["counted"][:2], part["counted"])
    # Fits of the same survey in another stack agree up to the order of summation.
    assert whole["log_apparent"][:2] == pytest.approx(part["log_apparent"], abs=1e-3)


def test_what_is_simulated_under_two_changes_starts_alike():
    found = simulated(task(plan(years=(0, 5)), today(4), rates=(0.0, -0.1)))
    none, decline = found["counted"].to_numpy()
    assert np.array_equal(none[:, 0], decline[:, 0])
    assert none[:, 1].sum() > decline[:, 1].sum()


def test_rounding_to_whole_animals_is_allowed_for():
    rng = np.random.default_rng(2)
    sizes = np.maximum(np.rint(3.0 * np.exp(0.9 * rng.standard_normal(200_000))), 1.0)
    error = sizes.std() / np.sqrt(sizes.size)
    assert rounded_mean(3.0, 0.9) == pytest.approx(sizes.mean(), abs=4 * error)
    assert rounded_mean(0.0, 1.0) == 1.0


def test_group_sizes_keep_mean_and_variance_from_lines_to_strips():
    truth = today(1, size=4.0)
    median, spread = (float(part[0]) for part in log_sizes(truth))
    mean = median * np.exp(spread**2 / 2)
    assert mean == pytest.approx(float(truth.mean_size[0]))
    rng = np.random.default_rng(3)
    k = 0.6**-2
    sizes = rng.negative_binomial(k, k / (k + 4.0), 400_000)
    sizes = sizes[sizes > 0]
    assert mean == pytest.approx(sizes.mean(), rel=0.01)
    assert mean**2 * np.expm1(spread**2) == pytest.approx(sizes.var(), rel=0.02)


@pytest.mark.parametrize("name", ["half-normal", "strips with groups"])
def test_noise_of_quick_refits_is_small_and_not_shared(name):
    # An error that all surveys share would not average out over futures.
    method = method_of(name)
    surveys = surveys_of(method, [1.0] * 30)
    told = [method.told(survey) for survey in surveys]
    model = StackedModel(method.model(surveys[0]).build(), told[0])
    rate = "rate_per_km2" if "strips" in name else "encounter_rate_per_km"

    def spread(points):
        fits = refit(model, method.stacked(told), points)
        logs = np.log(fits.variables[rate][..., 0])
        middle = (fits.weight * logs).sum(axis=1, keepdims=True)
        return np.sqrt((fits.weight * (logs - middle) ** 2).sum(axis=1))

    ratio = spread(POINTS) / spread(8192)
    assert abs(ratio.mean() - 1) < 0.03
    assert ratio.std() < 0.06
