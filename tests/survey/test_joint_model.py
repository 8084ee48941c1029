"""One estimate from several surveys: exact where it can be, honest where they disagree."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from pydantic import ValidationError

from ustyurt_models.checks import InputError
from ustyurt_models.contracts import ABUNDANCE, check_dataset
from ustyurt_models.formulas.mixtures import fit_mixture
from ustyurt_models.seeds import generator
from ustyurt_models.study.surveys import JointSurvey, LogNormal, Sampler, StripCounts
from ustyurt_models.study.surveys.strip import StripPriors
from ustyurt_models.survey.context import Context
from ustyurt_models.survey.fit import fit_model, fit_survey
from ustyurt_models.survey.models.joint.data import describe, load, prepare
from ustyurt_models.survey.models.joint.density import evidence_of, freed_of_prior
from ustyurt_models.survey.models.joint.model import build, log_mixture
from ustyurt_models.survey.models.joint.simulate import JointTruth, simulate_posteriors
from ustyurt_models.survey.models.joint.survey_model import survey_model
from ustyurt_models.survey.models.strip.data import survey_of
from ustyurt_models.survey.models.strip.simulate import StripTruth, simulate_strips
from ustyurt_models.survey.models.strip.survey_model import survey_model as strip_model
from ustyurt_models.survey.prior_abundance import PriorAbundance, prior_abundance
from ustyurt_models.survey.samplers.flat import FlatModel
from ustyurt_models.survey.samplers.laplace import sample_flat

QUICK = Sampler(engine="laplace", draws=500)
TRUTH = JointTruth(
    (5000.0, 2000.0),
    (8000.0, 3000.0),
    {"air": (0.2, 0.1), "lines": (0.15, 0.15), "points": (0.3, 0.1)},
    {"air": 0.3, "points": 0.2},
)


def block(**options):
    """A joint block with some options changed."""
    told = {
        "surveys": ("air", "lines", "points"),
        "reference": "lines",
        "bias_sd": {"air": 0.3},
        "sampler": QUICK,
    }
    return JointSurvey(**(told | options))


def posteriors(truth=TRUTH, replicate=0):
    return simulate_posteriors(truth, generator(4, "joint", replicate), 4000)


def fit(trees, **options):
    return fit_model(survey_model(prepare(block(**options), trees)), 3)


@pytest.fixture(scope="module")
def pooled():
    return fit(posteriors())


def exact(trees, settings):
    """Posterior mean and covariance of log abundance when every survey is normal."""
    names = settings.surveys
    logs = [np.log(trees[name]["abundance"]["abundance"].values) for name in names]
    strata = logs[0].shape[1]
    centre = np.mean([one.mean(axis=0) for one in logs], axis=0)
    precision = np.eye(strata) / settings.abundance_sd_log**2
    weighted = precision @ centre
    for name, one in zip(names, logs, strict=True):
        inverse = np.linalg.inv(np.cov(one.T) + settings.bias_sd_of(name) ** 2)
        precision = precision + inverse
        weighted = weighted + inverse @ one.mean(axis=0)
    covariance = np.linalg.inv(precision)
    return covariance @ weighted, covariance


def test_normal_surveys_pool_as_the_algebra_says(pooled):
    mean, covariance = exact(posteriors(), block())
    logs = pooled["posterior"]["log_abundance"].values.reshape(-1, 2)
    assert logs.mean(axis=0) == pytest.approx(mean, abs=0.15 * np.sqrt(np.diag(covariance)).min())
    assert np.cov(logs.T) == pytest.approx(covariance, rel=0.12)


def test_answer_has_the_declared_form_and_passes_the_gate(pooled):
    check_dataset(pooled["abundance"].to_dataset(), ABUNDANCE, "joint")
    assert pooled.attrs["verdict"] != "stop"
    assert pooled["abundance"]["stratum"].values.tolist() == ["stratum_1", "stratum_2"]


def test_pooling_is_sharper_than_the_best_survey(pooled):
    alone = posteriors()["lines"]["abundance"]["abundance"].sum("stratum")
    both = pooled["posterior"]["abundance_total"]
    assert float(np.log(both).std()) < float(np.log(alone).std())


def test_the_reference_has_no_bias_and_others_lean_to_it(pooled):
    bias = pooled["posterior"]["bias"]
    assert (bias.sel(survey="lines") == 1).all()
    told = {"air": 0.3, "points": 0.2}
    for name, sd in told.items():
        assert float(np.log(bias.sel(survey=name)).std()) < sd


def test_no_survey_needs_to_be_the_reference():
    tree = fit(posteriors(), reference="", bias_sd={})
    assert (tree["posterior"]["bias"].std(("chain", "draw")) > 0).all()
    mean, covariance = exact(posteriors(), block(reference="", bias_sd={}))
    logs = tree["posterior"]["log_abundance"].values.reshape(-1, 2)
    assert logs.mean(axis=0) == pytest.approx(mean, abs=0.15 * np.sqrt(np.diag(covariance)).min())


def disagreeing():
    """Surveys of which one finds 64 % more, with errors of 5 %."""
    sharp = replace(TRUTH, error={"lines": (0.05, 0.02), "air": (0.05, 0.02)}, bias_sd={})
    trees = posteriors(sharp)
    node = trees["air"]["abundance"].to_dataset()
    trees["air"]["abundance"] = xr.DataTree(node.assign(abundance=node["abundance"] * 1.64))
    return trees


def test_conflict_is_shown_before_pooling():
    tree = fit(disagreeing(), surveys=("air", "lines"), reference="", bias_sd={"air": 0.05})
    node = tree["conflict"].to_dataset()
    assert float(node["ratio_low"][0]) < 1.64 < float(node["ratio_high"][0])
    assert float(node["agree"][0]) < 0.001
    assert float(node["within"][0]) < 0.05
    assert node.attrs["tension_sd"] > 4
    assert node.attrs["tension_given_bias_sd"] < node.attrs["tension_sd"]
    alone = node["abundance_median"].sel(survey="air") / node["abundance_median"].sel(
        survey="lines"
    )
    assert float(alone) == pytest.approx(float(node["ratio_median"][0]), rel=0.03)


def test_conflict_beyond_the_allowed_bias_reaches_the_gate():
    narrow = {"surveys": ("air", "lines"), "reference": "lines"}
    stopped = fit(disagreeing(), bias_sd={"air": 0.01}, **narrow)
    assert stopped.attrs["verdict"] == "stop"
    node = stopped["diagnostics"].to_dataset().set_index(check="check")
    assert str(node["verdict"].sel(check="surveys, conflict").item()) == "stop"
    granted = fit(disagreeing(), bias_sd={"air": 0.4}, **narrow)
    assert granted.attrs["verdict"] != "stop"
    shift = float(granted["posterior"]["bias"].sel(survey="air").median())
    assert shift == pytest.approx(1.64, rel=0.2)


def test_agreeing_surveys_show_no_tension(pooled):
    node = pooled["conflict"].to_dataset()
    assert node.attrs["tension_p"] > 0.01
    assert node["agree"].values.min() > 0.01
    assert node["stratum_ratio_median"].dims == ("pair", "stratum")
    assert [str(name) for name in node["first"].values] == ["air", "air", "lines"]


def test_other_strata_are_pooled_on_the_whole():
    trees = posteriors()
    node = trees["air"]["abundance"].to_dataset()
    whole = node.sum("stratum").expand_dims("stratum", axis=-1).assign_coords(stratum=["all of it"])
    whole["area_km2"] = ("stratum", [11000.0], {"units": "km2"})
    trees["air"]["abundance"] = xr.DataTree(
        whole.transpose("draw", "stratum").assign(density_per_km2=whole["abundance"] / 11000)
    )
    tree = fit(trees)
    assert tree["abundance"]["stratum"].values.tolist() == ["all"]
    assert tree["abundance"]["area_km2"].values.tolist() == [11000]
    assert 5000 < float(tree["abundance"]["abundance_total"].median()) < 9000


def test_strata_in_another_order_are_matched_by_name():
    trees = posteriors()
    node = trees["air"]["abundance"].to_dataset().isel(stratum=[1, 0])
    trees["air"]["abundance"] = xr.DataTree(node)
    data, plain = prepare(block(), trees), prepare(block(), posteriors())
    assert data.components[0].abundance[:, data.stratum.index("stratum_1")] == pytest.approx(
        plain.components[0].abundance[:, 0]
    )


def test_surveys_of_other_areas_are_refused():
    trees = posteriors()
    node = trees["air"]["abundance"].to_dataset()
    bigger = node.assign(area_km2=node["area_km2"] * 1.5)
    trees["air"]["abundance"] = xr.DataTree(bigger)
    with pytest.raises(InputError, match="do not count the same animals"):
        prepare(block(), trees)
    trees["air"]["abundance"] = xr.DataTree(node.assign(area_km2=node["area_km2"] * np.nan))
    with pytest.raises(InputError, match="must be known to pool"):
        prepare(block(), trees)


def test_a_survey_that_was_not_fitted_is_named():
    trees = posteriors()
    del trees["points"]
    with pytest.raises(InputError, match="must be fitted; got 'points'"):
        prepare(block(), trees)
    with pytest.raises(InputError, match="must be fitted first"):
        survey_model(load(block(), "nowhere", None, Context()))


def test_checking_a_study_needs_no_posterior():
    text = describe(load(block(), "nowhere", None, Context()))
    assert text == "3 surveys: air, lines, points; lines without bias"


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        ({"surveys": ("air",), "reference": "", "bias_sd": {}}, "at least two"),
        ({"surveys": ("air", "air"), "reference": "", "bias_sd": {}}, "twice"),
        ({"reference": "linse"}, "must be one of 'surveys'"),
        ({"bias_sd": {"boat": 0.1}}, "must be one of 'surveys'"),
        ({"bias_sd": {"lines": 0.1}}, "has no 'bias_sd'"),
        ({"bias_sd": {"air": -0.1}}, "greater than 0"),
    ],
)
def test_bad_options_are_refused(options, rule):
    with pytest.raises(ValidationError, match=rule):
        block(**options)


def test_density_of_the_model_is_that_of_the_mixture():
    draws = np.log(np.random.default_rng(3).gamma(3.0, size=(2000, 2)))
    mixture = fit_mixture(draws)
    point = np.array([0.4, 1.1])
    got = log_mixture(mixture, point).eval()
    assert float(got) == pytest.approx(float(mixture.log_density(point[None])[0]), rel=1e-10)


def test_a_skewed_survey_is_not_taken_for_a_normal_one():
    # Few detections: gamma-like, long towards few animals on the log scale.
    trees = posteriors()
    node = trees["air"]["abundance"].to_dataset()
    rng = np.random.default_rng(12)
    skewed = np.repeat(rng.gamma(1.5, 3000.0, (4000, 1)), 2, axis=1) * [1.0, 0.4]
    skewed = skewed * np.exp(0.05 * rng.standard_normal((4000, 2)))
    trees["air"]["abundance"] = xr.DataTree(node.assign(abundance=(("draw", "stratum"), skewed)))
    component = prepare(block(), trees).components[0]
    density = evidence_of(component, 0).density
    again = density.draw(20000, rng)
    for q in (0.05, 0.5, 0.95):
        target = np.quantile(np.log(skewed[:, 0]), q)
        assert np.quantile(again[:, 0], q) == pytest.approx(target, abs=0.1)


def test_a_prior_is_taken_out_exactly_where_all_is_normal():
    rng = np.random.default_rng(9)
    # Likelihood N(9, 0.5^2) times prior N(8, 1^2).
    precision = 1 / 0.25 + 1.0
    draws = rng.normal((9 / 0.25 + 8) / precision, precision**-0.5, (20000, 1))
    prior = PriorAbundance(np.array([8.0]), np.array([1.0]), np.ones((1, 1)))
    free = freed_of_prior(draws, prior, rng)
    assert free.mean() == pytest.approx(9.0, abs=0.03)
    assert free.std() == pytest.approx(0.5, rel=0.04)


def strips(**options):
    truth = StripTruth((3.0,), (8000.0,), 3.0)
    lengths = (np.full(20, 50.0), np.full(20, 0.4))
    counted, _ = simulate_strips(truth, (lengths,), generator(11, "strip"))
    settings = StripCounts(file="-", sampler=QUICK, finite_population=False, **options)
    return survey_of(counted, settings)


def component_of(survey):
    tree = fit_model(strip_model(survey), 5)
    settings = JointSurvey(surveys=("a", "b"))
    return prepare(settings, {"a": tree, "b": tree}, {"a": survey}).components[0]


def test_a_flat_prior_is_seen_to_be_flat_and_left_alone():
    survey = strips()
    found = prior_abundance(strip_model(survey), generator(1, "prior"))
    # Rate: median 1 per km2, log sd 4, on 8,000 km2.
    assert found.sd == pytest.approx([4.0], rel=0.15)
    assert found.mean == pytest.approx([np.log(8000.0)], abs=0.6)
    evidence = evidence_of(component_of(survey), 0)
    assert evidence.prior_share < 0.1
    assert not evidence.corrected


def test_a_strong_prior_of_a_component_is_not_counted_again():
    strong = StripPriors(rate=LogNormal(median=9.0, sd_log=0.25))
    leaning = evidence_of(component_of(strips(priors=strong)), 0)
    flat = evidence_of(component_of(strips()), 0)
    assert leaning.corrected
    raw = np.log(component_of(strips(priors=strong)).abundance)
    sd = float(np.sqrt(flat.covariance[0, 0]))
    assert float(raw.mean()) > flat.mean[0] + 0.8 * sd
    assert abs(leaning.mean[0] - flat.mean[0]) < 0.4 * sd


def coverage(count, mass=0.9):
    """Share of simulated sets of surveys whose pooled interval holds the true total."""
    hits, settings = 0, block()
    for replicate in range(count):
        trees = simulate_posteriors(TRUTH, generator(4, "joint", replicate), 600)
        data = prepare(settings, trees)
        evidence = tuple(evidence_of(one, i) for i, one in enumerate(data.components))
        flat = FlatModel(build(evidence, data.stratum, settings.abundance_sd_log))
        drawn = sample_flat(flat, QUICK, generator(7, "fit", replicate))
        total = np.exp(drawn.variables["log_abundance"]).sum(axis=-1)
        low, high = np.quantile(total, [(1 - mass) / 2, (1 + mass) / 2])
        hits += bool(low <= sum(TRUTH.abundance) <= high)
    return hits / count


def test_pooled_intervals_cover_at_their_rate():
    # 20 sets: 90 % coverage is at least 0.7 with probability 0.998.
    assert coverage(20) >= 0.7


COUNTS = """\
# units: length=km, width=m, area=km2
# status: simulated
stratum,area,strip,length,width,count
north,900,1,50,400,12
north,900,2,45,400,0
north,900,3,50,400,31
north,900,4,48,400,9
"""


def test_surveys_are_pooled_through_the_common_path(tmp_path):
    (tmp_path / "air.csv").write_text(COUNTS, encoding="utf-8")
    (tmp_path / "ground.csv").write_text(COUNTS.replace(",31", ",22"), encoding="utf-8")
    fitted = {
        name: fit_survey(StripCounts(file=f"{name}.csv", sampler=QUICK), tmp_path, 1)
        for name in ("air", "ground")
    }
    joint = JointSurvey(surveys=("air", "ground"), species="saiga", sampler=QUICK)
    tree = fit_survey(joint, tmp_path, 1, context=Context(others=fitted))
    assert tree.attrs["status"] == "simulated"
    assert tree.attrs["model"] == "joint"
    assert tree.attrs["survey_file"] == "air.csv and ground.csv"
    assert tree.attrs["title"] == "Joint estimate from air, ground"
    digests = [fitted[name].attrs["survey_digest"] for name in ("air", "ground")]
    assert tree["conflict"]["digest"].values.tolist() == digests
    assert tree["conflict"]["file"].values.tolist() == ["air.csv", "ground.csv"]
    assert tree["conflict"]["status"].values.tolist() == ["simulated", "simulated"]
    fitted["air"].attrs["survey_digest"] = "another file"
    changed = fit_survey(joint, tmp_path, 1, context=Context(others=fitted))
    assert changed.attrs["survey_digest"] != tree.attrs["survey_digest"]
    assert tree["abundance"]["stratum"].values.tolist() == ["north"]
    node = tree["conflict"].to_dataset()
    assert (node["prior_share"].values < 0.3).all()  # looked at, through the file of each
    # The same draws of chance in both fits must not make the pair look more alike than it is.
    spread = np.log(fitted["air"]["abundance"]["abundance_total"]).std()
    width = np.log(node["ratio_high"] / node["ratio_low"]) / (2 * 1.96)
    assert float(width[0]) == pytest.approx(float(spread) * np.sqrt(2), rel=0.3)
