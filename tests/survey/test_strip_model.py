"""Strip counts: recovery, Jolly's estimators beside, photographs, undercount, misuse."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from scipy.stats import norm

from ustyurt_models.checks import InputError
from ustyurt_models.contracts import ABUNDANCE, check_dataset
from ustyurt_models.evidence import load_catalogue
from ustyurt_models.formulas.detection import log_overdispersed_count
from ustyurt_models.seeds import generator
from ustyurt_models.study.surveys import LogNormal, Sampler, StripCounts
from ustyurt_models.study.surveys.strip import StripPriors
from ustyurt_models.survey.fit import fit_model
from ustyurt_models.survey.models.strip.checks import log_likelihood
from ustyurt_models.survey.models.strip.data import describe, survey_of
from ustyurt_models.survey.models.strip.model import build, sufficient
from ustyurt_models.survey.models.strip.results import derive
from ustyurt_models.survey.models.strip.simulate import StripTruth, simulate_strips
from ustyurt_models.survey.models.strip.survey_model import survey_model
from ustyurt_models.survey.samplers.flat import FlatModel
from ustyurt_models.survey.samplers.laplace import sample_flat

QUICK = Sampler(engine="laplace", draws=250)
STRIPS = (
    (np.full(20, 50.0), np.full(20, 0.4)),
    (np.linspace(20.0, 60.0, 14), np.full(14, 0.4)),
)
HERDS = StripTruth((0.1, 0.2), (8000.0, 3000.0), 0.8, 8.0, 1.0, 0.8, 0.25, 0.4)
ANIMALS = StripTruth((3.0, 1.0), (8000.0, 3000.0), 4.0)


def block(**options):
    """A strip block with some options changed."""
    return StripCounts(**({"file": "-", "sampler": QUICK} | options))


def drawn(truth=HERDS, replicate=0):
    return simulate_strips(truth, STRIPS, generator(11, "strip", replicate))


def fit(strips, **options):
    return fit_model(survey_model(survey_of(strips, block(**options))), 5)


@pytest.fixture(scope="module")
def herds():
    return fit(drawn()[0])


@pytest.fixture(scope="module")
def animals():
    return fit(drawn(ANIMALS)[0])


def test_answer_has_the_declared_form_and_passes_the_gate(herds, animals):
    for tree in (herds, animals):
        check_dataset(tree["abundance"].to_dataset(), ABUNDANCE, "strips")
        assert tree.attrs["verdict"] != "stop"
        for variable in tree["posterior"].data_vars.values():
            assert np.isfinite(variable).all(), variable.name
            assert {"units", "long_name"} <= set(variable.attrs)


def test_groups_appear_only_where_the_file_has_them(herds, animals):
    assert "group_abundance" in herds["abundance"]
    assert "group_abundance" not in animals["abundance"]
    assert herds["design"]["kind"].values.tolist() == ["groups", "animals"]
    assert animals["design"]["kind"].values.tolist() == ["animals"]
    assert "animals" in animals["observed_data"]
    more = herds["posterior"]["abundance_total"] > herds["posterior"]["group_abundance_total"]
    assert float(more.mean()) > 0.99


def test_bias_by_eye_is_found_and_corrected(herds):
    posterior = herds["posterior"].to_dataset()
    low, high = np.quantile(posterior["eye_bias"], [0.005, 0.995])
    assert low < HERDS.eye_bias < high
    assert high < 1.0
    naive = fit(replace(drawn()[0], photo=np.full(drawn()[0].eye.size, np.nan)))
    ratio = float(
        posterior["abundance_total"].median() / naive["posterior"]["abundance_total"].median()
    )
    assert 1.05 < ratio < 1.4


def test_jolly_and_the_model_agree_where_data_dominate(animals):
    node = animals["design"].to_dataset().sel(kind="animals")
    model = animals["posterior"]["abundance"]
    for i in range(2):
        draws = model[..., i].values.ravel()
        se = float(node["abundance_se"][i])
        assert abs(np.median(draws) - float(node["abundance"][i])) < 0.35 * se
        # The prior of the spread widens the answer where few animals were counted.
        assert 0.8 < np.log(draws).std() / float(node["abundance_cv"][i]) < 1.5


def test_all_three_methods_of_jolly_are_shown(animals):
    node = animals["design"].to_dataset()
    assert np.isnan(node["jolly_abundance"].sel({"method": 1}).values).all()
    two, three = (node["jolly_abundance"].sel({"method": m}).values for m in (2, 3))
    assert two == pytest.approx(node["abundance"].sel(kind="animals").values)
    assert two[0] == pytest.approx(three[0])  # equal strips
    assert two[1] != pytest.approx(three[1])


def coverage(truth, count, mass=0.9, **options):
    """Share of simulated surveys whose interval holds the true number of animals."""
    settings, hits = block(**options), 0
    survey = survey_of(drawn(truth)[0], settings)
    model = build(survey)
    flat = FlatModel(model)
    for replicate in range(count):
        strips, true = drawn(truth, replicate)
        survey = survey_of(strips, settings)
        for name, value in sufficient(survey).items():
            model[name].set_value(np.asarray(value, model[name].dtype))
        weighted = sample_flat(flat, QUICK, generator(7, "fit", replicate))
        dims = ("chain", "draw", "stratum")
        posterior = xr.Dataset(
            {name: (dims[: part.ndim], part) for name, part in weighted.variables.items()}
        )
        total = derive(posterior, survey, generator(8, "rest", replicate))["abundance_total"]
        low, high = np.quantile(total, [(1 - mass) / 2, (1 + mass) / 2])
        hits += bool(low <= true.sum() <= high)
    return hits / count


def test_intervals_of_counts_cover_at_their_rate():
    # 20 surveys: 90 % coverage is at least 0.7 with probability 0.998.
    assert coverage(ANIMALS, 20) >= 0.7


@pytest.mark.slow
def test_intervals_of_photographed_herds_cover_at_their_rate():
    # 25 surveys: 90 % coverage is at least 0.72 with probability 0.998.
    assert coverage(HERDS, 25) >= 0.72


def fixed(survey, **values):
    """A posterior of two draws with known values."""
    strata = survey.area_km2.size
    told = {"rate_per_km2": np.full((1, 2, strata), 1.5), "spread": np.zeros((1, 2, strata))}
    told |= {name: np.full((1, 2), value) for name, value in values.items()}
    dims = ("chain", "draw", "stratum")
    return xr.Dataset({name: (dims[: part.ndim], part) for name, part in told.items()})


def test_what_was_counted_is_there_where_everything_was_searched():
    truth = replace(ANIMALS, area_km2=(400.0, 560 * 0.4))
    strips, true = drawn(truth)
    survey = survey_of(strips, block())
    out = derive(fixed(survey), survey, generator(1, "all"))
    assert out["abundance"].values[0, 0] == pytest.approx(true)
    model = survey_of(strips, block(finite_population=False))
    expected = derive(fixed(model), model, generator(1, "all"))["abundance"].values[0, 0]
    assert expected == pytest.approx(1.5 * model.area_km2)


def test_finite_population_has_the_correction_of_jolly():
    # A third of the area was searched: the standard error shrinks by sqrt(1 - 1/3).
    truth = replace(ANIMALS, area_km2=(1200.0, 560 * 0.4 * 3))
    strips, _ = drawn(truth)
    whole = fit(strips)["posterior"]["abundance"].values
    open_ended = fit(strips, finite_population=False)["posterior"]["abundance"].values
    ratio = whole.reshape(-1, 2).std(axis=0) / open_ended.reshape(-1, 2).std(axis=0)
    assert ratio == pytest.approx(np.sqrt(2 / 3), abs=0.1)


def test_undercount_raises_abundance_by_its_inverse():
    strips, _ = drawn(ANIMALS)
    options = {"availability": (0.799, 0.8, 0.801), "finite_population": False}
    survey = survey_of(strips, block(perception=(0.499, 0.5, 0.501), **options))
    plain = survey_of(strips, block(finite_population=False))
    ratio = [derive(fixed(one), one, generator(1, "u"))["abundance"] for one in (survey, plain)]
    assert float((ratio[0] / ratio[1]).mean()) == pytest.approx(1 / 0.4, rel=5e-3)


def test_undercount_comes_from_own_trials_or_from_evidence():
    strips, _ = drawn(ANIMALS)
    trials = survey_of(strips, block(perception={"seen": 40, "trials": 50}))
    out = derive(fixed(trials), trials, generator(1, "t"))
    assert 0.5 < float(out["perception"].mean()) < 0.95
    catalogue = load_catalogue()
    named = survey_of(strips, block(perception="sai_aer_det"), catalogue)
    assert named.perception.value == catalogue["sai_aer_det"].value
    with pytest.raises(InputError, match="no_such_row"):
        survey_of(strips, block(perception="no_such_row"), catalogue)
    with pytest.raises(InputError, match="needs the evidence catalogue"):
        survey_of(strips, block(perception="sai_aer_det"))


def test_likelihood_of_a_strip_is_the_product_of_its_parts():
    strips, _ = drawn()
    survey = survey_of(strips, block())
    values = {"median_size": 7.0, "size_sd_log": 0.9, "eye_bias": 0.8, "eye_error": 0.3}
    got = log_likelihood(fixed(survey, **values), survey)[0]
    by_hand = log_overdispersed_count(survey.counted, 1.5 * strips.searched_km2, 0.0)
    for strip, eye, photo in zip(strips.group_strip, strips.eye, strips.photo, strict=True):
        size, extra, shift = photo, 0.0, 0.0
        if np.isnan(photo):
            size, extra, shift = eye, 0.3**2, np.log(0.8) - 0.3**2 / 2
        else:
            sd = np.sqrt(0.3**2 + 1 / (12 * eye**2))
            by_hand[strip] += norm.logpdf(np.log(eye / photo), np.log(0.8) - 0.3**2 / 2, sd)
        sd = np.sqrt(0.9**2 + extra + 1 / (12 * size**2))
        by_hand[strip] += norm.logpdf(np.log(size), np.log(7.0) + shift, sd)
    assert got == pytest.approx(by_hand, rel=1e-9)


def test_density_of_the_model_differs_from_the_pointwise_one_by_the_prior_only():
    strips, _ = drawn()
    survey = survey_of(strips, block())
    model = build(survey)
    names = ("rate_per_km2", "median_size")
    potentials = model.compile_logp(model.potentials)
    start = model.initial_point()
    moved = start | {f"{names[0]}_log__": np.log([0.2, 0.1]), f"{names[1]}_log__": np.log(5.0)}
    middle = -np.log(0.5)  # an exponential spread at z = 0
    priors = survey.settings.priors
    values = {
        "median_size": 5.0,
        "size_sd_log": priors.size_sd_log_mean * middle,
        "eye_bias": 1.0,
        "eye_error": priors.eye_error_mean * middle,
    }
    point = fixed(survey, **values)
    point["rate_per_km2"][:] = [0.2, 0.1]
    point["spread"][:] = priors.group_spread_mean * middle
    zero = {name: np.zeros_like(value) for name, value in moved.items() if name.endswith("_z")}
    got = potentials(moved | zero | {"eye_bias_log__": np.array(0.0)})
    assert float(got) == pytest.approx(log_likelihood(point, survey)[0].sum(), rel=1e-9)


@pytest.mark.parametrize("options", [{}, {"group_size": "mean"}, {"pooling": "partial"}])
def test_gradient_is_finite_at_extremes(options):
    flat = FlatModel(build(survey_of(drawn()[0], block(**options))))
    for shift in (-6.0, -2.0, 0.0, 2.0, 6.0):
        value, gradient = flat.log_density(flat.start + shift)
        assert np.isfinite(value)
        assert np.isfinite(gradient).all()


def test_plain_mean_agrees_with_log_normal_sizes(herds):
    mean = fit(drawn()[0], group_size="mean")
    both = [tree["posterior"]["mean_size"].values for tree in (herds, mean)]
    assert abs(np.median(both[0]) - np.median(both[1])) < 1.5 * both[1].std()


def test_pooling_draws_a_thin_stratum_towards_the_others():
    strips, _ = drawn(replace(ANIMALS, density_per_km2=(3.0, 3.0)))
    few = strips.strip_stratum == 0
    few[20] = True  # one strip of the second stratum
    keep = {name: getattr(strips, name)[few] for name in ("strip_stratum", "length_km", "width_km")}
    thin = replace(
        strips, strip=tuple(np.array(strips.strip)[few]), count=strips.count[few], **keep
    )

    def width(tree):
        low, high = np.quantile(tree["posterior"]["abundance"][..., 1], [0.05, 0.95])
        return np.log(high / low)

    assert width(fit(thin, pooling="partial")) < width(fit(thin))


def test_priors_can_be_changed(animals):
    strong = StripPriors(rate=LogNormal(median=20.0, sd_log=0.01))
    tree = fit(drawn(ANIMALS)[0], priors=strong)
    assert float(tree["posterior"]["rate_per_km2"].median()) > 10
    assert float(animals["posterior"]["rate_per_km2"].median()) < 5


def test_no_animal_at_all_gives_a_wide_answer_near_zero():
    strips, _ = drawn(ANIMALS)
    tree = fit(replace(strips, count=np.zeros_like(strips.count)))
    total = tree["posterior"]["abundance_total"].values
    assert np.isfinite(total).all()
    # Three animals would be the upper 95 % limit of a Poisson count of zero; herds allow more.
    assert np.median(total) < 3 / 624 * 11000 * 4
    assert tree["design"]["abundance"].values.max() == 0


def test_no_group_at_all_is_an_answer_too():
    strips, _ = drawn()
    none = {"group_strip": np.empty(0, np.int64), "eye": np.empty(0), "photo": np.empty(0)}
    tree = fit(replace(strips, **none))
    assert np.isfinite(tree["posterior"]["abundance_total"]).all()


def test_one_strip_gives_a_wider_answer_than_many(animals):
    strips, _ = drawn(ANIMALS)
    one = replace(
        strips,
        stratum=("stratum_1",),
        area_km2=strips.area_km2[:1],
        strip=strips.strip[:1],
        strip_stratum=strips.strip_stratum[:1],
        length_km=strips.length_km[:1],
        width_km=strips.width_km[:1],
        count=strips.count[:1] + 30,
    )
    tree = fit(one)
    spread = [np.log(t["posterior"]["abundance"].values[..., 0]).std() for t in (tree, animals)]
    assert spread[0] > 1.5 * spread[1]
    assert np.isnan(tree["design"]["abundance_se"].values).all()


def test_all_groups_alike_do_not_break_the_spread():
    strips, _ = drawn()
    same = replace(
        strips, photo=np.full(strips.eye.size, 3.0), eye=np.full(strips.eye.size, np.nan)
    )
    tree = fit(same)
    assert float(tree["posterior"]["mean_size"].median()) == pytest.approx(3.0, rel=0.05)


def test_equal_unit_method_is_refused_for_unequal_strips():
    with pytest.raises(InputError, match="strips of equal area"):
        survey_of(drawn(ANIMALS)[0], block(design="jolly1"))


def test_area_unknown_or_too_small_is_refused():
    strips, _ = drawn(ANIMALS)
    with pytest.raises(InputError, match="must be known and > 0"):
        survey_of(replace(strips, area_km2=np.array([np.nan, 3000.0])), block())
    with pytest.raises(InputError, match="must not be smaller than its strips"):
        survey_of(strips, block(areas={"stratum_1": "30 km2"}))
    with pytest.raises(InputError, match="must name a stratum"):
        survey_of(strips, block(areas={"nowhere": "30 km2"}))


def test_description_names_strips_cover_and_groups():
    text = describe(survey_of(drawn()[0], block()))
    assert text.startswith("34 strips, 624 km2 (5.7% of the area), ")
    assert "with eye and photo" in text
