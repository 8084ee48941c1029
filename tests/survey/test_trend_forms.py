"""Trends from several ways of counting, and forms of growth, against exact answers."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pymc as pm
import pytest
from pydantic import ValidationError
from scipy.integrate import quad
from scipy.special import log_ndtr
from scipy.stats import multivariate_normal, norm
from scipy.stats import t as student

from ustyurt_models.checks import InputError
from ustyurt_models.evidence import load_catalogue
from ustyurt_models.formulas.trend import Regulation, carry_forward, persistence
from ustyurt_models.seeds import generator
from ustyurt_models.study.surveys import CountMethod, Sampler, Trend
from ustyurt_models.study.surveys.candidates import blocks_of_candidates, name_of_candidate
from ustyurt_models.survey.context import Context
from ustyurt_models.survey.fit import fit_model, fit_survey
from ustyurt_models.survey.models.trend.checks import _closed_form, _integrated
from ustyurt_models.survey.models.trend.data import TrendSurvey, load, prepare
from ustyurt_models.survey.models.trend.model import _growth, _sampled, build
from ustyurt_models.survey.models.trend.settings import MethodBelief
from ustyurt_models.survey.models.trend.simulate import TrendTruth, simulate_counts
from ustyurt_models.survey.models.trend.states import States
from ustyurt_models.survey.models.trend.survey_model import survey_model
from ustyurt_models.survey.read.counts import read_counts
from ustyurt_models.survey.samplers.flat import FlatModel
from ustyurt_models.survey.settings import Belief

QUICK = Sampler(engine="laplace", draws=500, chains=2)
HEADER = """# status: simulated
# detection: sai_aer_det
# observation_cv: sai_aer_cv
# process_sd: sai_trend_process
# growth_ceiling: sai_lambda_max
# loss: sai_poach_rate
# capacity: sai_ust_peak
"""
MIXED = (
    HEADER
    + """# detection of traps: index
# limits: 0.9
year,estimate,low,high,cv,survey,at_least,source_key
2010,900,,,,air,,a
2010,700,500,980,,ground,,a
2011,1000,,,,air,no,a
2011,30,,,0.2,traps,,a
2012,1500,,,,air,,a
2013,1900,,,0.15,air,,a
2014,55,,,0.25,traps,,a
2015,2500,,,,air,yes,a
2016,4100,,,,air,,a
"""
)


def mixed(folder: Path, text: str = MIXED, **options):
    (folder / "mixed.csv").write_text(text, encoding="utf-8")
    methods = {"ground": CountMethod(detection=(0.3, 0.5, 0.7))} if "ground" in text else {}
    spec = Trend(file="mixed.csv", methods=methods, sampler=QUICK, **options)
    return load(spec, folder, load_catalogue(), Context())


def random_states(data, form: str, draws: int, freedom: float = np.inf) -> States:
    rng = np.random.default_rng(5)
    capacity = np.log(rng.uniform(20_000, 40_000, draws))
    regulation = Regulation(
        form, rng.uniform(0.2, 0.4, draws), capacity, rng.uniform(0.8, 2, draws), np.log(100.0)
    )
    return States(
        regulation,
        np.log1p(-rng.uniform(0.02, 0.1, (draws, 1))),
        rng.normal(0.02, 0.02, draws),
        rng.uniform(0.1, 0.3, draws),
        np.full(draws, freedom),
        np.log(rng.uniform(0.4, 0.9, (draws, len(data.levels)))),
        np.where(np.isnan(data.sd_log), 0.25, data.sd_log) * np.ones((draws, 1)),
        np.broadcast_to(data.log_count, (draws, data.index.size)).copy(),
        np.full(draws, data.start[0]),
    )


def moments(states: States, data, draw: int):
    """Mean and covariance of log abundance by plain recursion, one year after the other."""
    years = data.years.size
    keep, shift = states.regulation.keep[draw], states.shift(data.period)[draw]
    mean, spread = [data.start[0]], np.zeros((years, years))
    spread[0, 0] = data.start[1] ** 2
    for year in range(1, years):
        mean.append(keep * mean[-1] + shift[year - 1])
        spread[year, :year] = spread[:year, year] = keep * spread[year - 1, :year]
        spread[year, year] = keep**2 * spread[year - 1, year - 1] + states.process[draw] ** 2
    return np.array(mean), spread


@pytest.mark.parametrize("form", ["exponential", "gompertz"])
def test_kalman_likelihood_equals_the_multivariate_normal(tmp_path, form):
    survey = mixed(tmp_path, MIXED.replace(",yes,", ",no,"), growth=form, full_growth_at=100.0)
    data, told = prepare(survey.counts, survey.told), survey.told
    assert not data.alike
    model = build(data, told)
    flat = FlatModel(model)
    point = flat.start + 0.2
    v = {name: float(np.ravel(x)[0]) for name, x in flat.constrain(point[None]).items()}
    cv = np.sqrt(np.log1p(v["observation_cv"] ** 2))
    capacity = np.log(v["capacity"]) if form == "gompertz" else np.inf
    pull = np.log(v["growth_ceiling"]) / (capacity - np.log(100.0))
    keep = 1 - pull
    shift = np.log1p(-v["loss_1"]) + (
        pull * capacity if form == "gompertz" else np.log(v["growth_ceiling"])
    )
    years = data.years.size
    mean = [v["log_abundance_start"]]
    for _ in range(years - 1):
        mean.append(keep * mean[-1] + shift)
    lasting = persistence(np.array([keep]), years)[0]
    spread = v["process_sd"] ** 2 * lasting @ lasting.T
    level = np.log([v[f"detection_{i + 1}"] for i in range(len(data.levels))])
    noise = np.where(np.isnan(data.sd_log), cv, data.sd_log)
    exact = multivariate_normal(
        np.array(mean)[data.index] + data.detection_weight @ level,
        spread[np.ix_(data.index, data.index)] + np.diag(noise**2),
    ).logpdf(data.log_count)
    _, prior = flat.log_density(point)[0], flat.log_priors(point[None])[0][0]
    assert flat.log_density(point)[0] - prior == pytest.approx(exact, rel=1e-9)


@pytest.mark.parametrize("form", ["exponential", "gompertz"])
def test_each_count_given_the_others_is_exact(tmp_path, form):
    survey = mixed(tmp_path, growth=form, full_growth_at=100.0)
    data = prepare(survey.counts, survey.told)
    states = random_states(data, form, 3)
    ours = _closed_form(states, data)
    for draw in range(3):
        mean, spread = moments(states, data, draw)
        mean = mean[data.index] + data.detection_weight @ states.levels[draw]
        spread = spread[np.ix_(data.index, data.index)] + np.diag(states.noise[draw] ** 2)
        for count in range(data.index.size):
            rest = np.arange(data.index.size) != count
            gain = np.linalg.solve(spread[np.ix_(rest, rest)], spread[rest, count])
            middle = mean[count] + gain @ (data.log_count - mean)[rest]
            sd = np.sqrt(spread[count, count] - gain @ spread[rest, count])
            z = (data.log_count[count] - middle) / sd
            wanted = log_ndtr(-z) if data.at_least[count] else norm.logpdf(z) - np.log(sd)
            assert ours[draw, count] == pytest.approx(wanted, abs=1e-8)


def by_quadrature(data, states, path, count: int) -> float:
    """Log density of a count given the states around its year, for the first draw."""
    year, scale, reg = data.index[count], states.process[0], states.regulation
    before, after = path[0, year - 1], path[0, year + 1]
    shock = norm.pdf if np.isinf(states.freedom[0]) else student(states.freedom[0]).pdf

    def moved(x):
        return x + float(reg.growth(np.array([x]))[0]) + states.rest[0, 0]

    def density(x, which):
        z = data.log_count[which] - states.levels[0] @ data.detection_weight[which] - x
        z = z / states.noise[0, which]
        return norm.cdf(-z) if data.at_least[which] else norm.pdf(z) / states.noise[0, which]

    def weight(x):
        found = shock((x - moved(before)) / scale) * shock((after - moved(x)) / scale)
        others = [i for i in np.flatnonzero(data.index == year) if i != count]
        return found * np.prod([density(x, other) for other in others])

    limits = {"a": path[0, year] - 2.5, "b": path[0, year] + 2.5, "epsabs": 1e-13}
    whole = quad(lambda x: weight(x) * density(x, count), **limits)[0]
    return float(np.log(whole / quad(weight, **limits)[0]))


@pytest.mark.parametrize("freedom", [np.inf, 4.0])
def test_states_are_integrated_out_exactly_of_other_forms(tmp_path, freedom):
    survey = mixed(tmp_path, growth="theta_ricker")
    data = prepare(survey.counts, survey.told)
    states = random_states(data, "theta_ricker", 1, freedom)
    states.levels[:, 2] = np.log(0.03)
    path = data.start[0] + np.cumsum(np.full((1, data.years.size), 0.2), axis=1)
    ours = _integrated(states, data, path)
    inside = np.flatnonzero((data.index > 0) & (data.index < data.years.size - 1))
    wanted = [by_quadrature(data, states, path, count) for count in inside]
    assert ours[0, inside] == pytest.approx(wanted, abs=1e-3)


def columns_of(model: pm.Model, name: str, size: int) -> slice:
    """Where a variable stands in flat points of a model whose other variables are numbers."""
    first = [str(v.name) for v in model.free_RVs].index(name)
    return slice(first, first + size)


@pytest.mark.parametrize(("form", "tolerance"), [("exponential", 1e-6), ("gompertz", 0.02)])
def test_sampled_states_leave_the_likelihood_with_states_integrated_out(tmp_path, form, tolerance):
    # In the exponential form states are standard normal around the counts, so every value leaves
    # the same likelihood; the Gompertz bends, and only the mean over states is the likelihood.
    survey = mixed(tmp_path, MIXED.replace(",yes,", ",no,"), growth=form, full_growth_at=100.0)
    data, told = prepare(survey.counts, survey.told), survey.told
    whole = build(data, told)
    exact, grid = FlatModel(whole), np.linspace(-8, 8, 4001)
    points = np.tile(exact.start, (grid.size, 1))
    points[:, columns_of(whole, "start_z", 1)] = grid[:, None]
    wanted = np.logaddexp.reduce(exact.log_densities(points)) + np.log(grid[1] - grid[0])
    with pm.Model() as model:
        _sampled(data, told, _growth(told))
    sampled = FlatModel(model)
    states = columns_of(model, "state_z", data.years.size)
    points = np.tile(sampled.start, (20_000, 1))
    z = np.random.default_rng(4).standard_normal((len(points), data.years.size))
    points[:, states] = z
    left = sampled.log_densities(points) - norm.logpdf(z).sum(axis=1)
    if form == "exponential":
        assert np.ptp(left) < tolerance
    assert np.logaddexp.reduce(left) - np.log(left.size) == pytest.approx(wanted, abs=tolerance)


def test_prior_of_parameters_is_told_apart_from_that_of_sampled_states(tmp_path):
    survey = mixed(tmp_path, growth="theta_ricker")
    model = survey_model(survey)
    flat = FlatModel(model.build())
    states = columns_of(model.build(), "state_z", model.data.years.size)
    points = np.tile(flat.start, (2, 1))
    points[1, states] += 0.5
    whole, few = flat.log_priors(points, model.latent)
    assert few[0] == few[1]
    assert whole[0] != whole[1]


@pytest.mark.parametrize("options", [{"growth": "theta_ricker"}, {"process": "student"}])
def test_other_forms_of_the_saiga_series_need_no_chains(options):
    spec = Trend(file="saiga_counts.csv", full_growth_at=1000.0, **options)
    folder = Path(__file__).parents[2] / "scenarios" / "surveys"
    tree = fit_survey(spec, folder, 1, load_catalogue())
    assert tree.attrs["engine"] == "laplace"
    assert tree.attrs["verdict"] != "stop"
    assert float(tree["sample_stats"]["ess"]) > 1000


def test_forms_of_growth_meet_at_their_ends():
    one = np.ones(1)
    told = (np.log(1.4) * one, np.log(10_000) * one, one)
    gompertz = Regulation("gompertz", *told, log_full=float(np.log(100)))
    ricker = Regulation("theta_ricker", *told)
    assert gompertz.growth(np.log([100.0])) == pytest.approx(np.log(1.4))
    for form in (gompertz, ricker):
        assert form.growth(np.log([10_000.0])) == pytest.approx(0.0, abs=1e-12)
        settled = carry_forward(np.log([50.0]), form, np.zeros(1), one, np.zeros((1, 300)))
        assert np.exp(settled[0, -1]) == pytest.approx(10_000, rel=1e-3)
    assert ricker.growth(np.log([5_000.0])) == pytest.approx(np.log(1.4) / 2)
    halfway = gompertz.growth(np.log([1000.0]))
    assert halfway == pytest.approx(np.log(1.4) / 2)


def test_a_file_of_several_surveys_is_read_with_errors_and_limits(tmp_path):
    survey = mixed(tmp_path)
    counts, data = survey.counts, prepare(survey.counts, survey.told)
    assert [level.name for level in data.levels] == ["air", "ground", "traps"]
    assert data.levels[2].belief is None
    assert survey.told.methods["ground"] == MethodBelief(Belief(0.5, 0.3, 0.7, "study file"))
    ground = counts.survey.index("ground")
    assert counts.sd_log[ground] == pytest.approx(np.log(980 / 500) / (2 * norm.ppf(0.95)))
    assert counts.sd_log[-4] == pytest.approx(np.sqrt(np.log1p(0.15**2)))
    assert data.at_least.sum() == 1
    assert data.detection_weight.sum(axis=1).tolist() == [1.0] * 9


def test_faults_of_errors_and_limits_come_at_once(tmp_path):
    rows = (
        "2010,900,1000,1200,,air,,,a\n2011,10,5,,,air,,,a\n2012,10,5,20,0.2,air,,,a\n"
        "2013,10,,,30,air,maybe,,a\n2014,10,,,,air,,calves,a\n"
    )
    head = "# limits: 95\nyear,estimate,low,high,cv,survey,at_least,covers,source_key\n"
    path = tmp_path / "bad.csv"
    path.write_text(head + rows, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_counts(path)
    said = str(caught.value)
    for words in (
        "row 3: must have 0 < low <= estimate <= high",
        "row 4: must have both low and high",
        "row 5: must state its error once",
        "row 6, cv: must be above 0 and below 5",
        "row 6, at_least: must be one of",
        "row 7, covers: must be one of ['all', 'adults']",
        "limits: must be the mass of low to high",
    ):
        assert words in said


def test_indices_alone_give_no_number(tmp_path):
    text = HEADER + "# detection of traps: index\nyear,estimate,survey,source_key\n"
    text += "2001,5,traps,a\n2002,6,traps,a\n2003,7,traps,a\n"
    with pytest.raises(InputError, match="must hold a count of animals"):
        mixed(tmp_path, text)


def test_methods_must_be_in_the_file(tmp_path):
    (tmp_path / "mixed.csv").write_text(MIXED, encoding="utf-8")
    spec = Trend(file="mixed.csv", methods={"drone": CountMethod(cv=(0.1, 0.2, 0.4))})
    with pytest.raises(InputError, match=r"methods\.drone: must be a name in the column"):
        load(spec, tmp_path, load_catalogue(), Context())


def test_regulated_growth_needs_a_capacity(tmp_path):
    text = MIXED.replace("# capacity: sai_ust_peak\n", "")
    with pytest.raises(InputError, match="must name the evidence row for 'capacity'"):
        mixed(tmp_path, text, growth="gompertz")
    survey = mixed(tmp_path, text, growth="gompertz", beliefs={"capacity": (5e3, 1e4, 2e4)})
    assert survey.told.capacity == Belief(1e4, 5e3, 2e4, "study file")


@pytest.mark.parametrize(
    "options",
    [
        {"growth": "logistic"},
        {"beliefs": {"capacity": (3.0, 2.0, 1.0)}},
        {"beliefs": {"detection": (0.5, 0.9, 1.2)}},
        {"beliefs": {"lambda": (1.0, 2.0, 3.0)}},
        {"candidates": ("exponential",)},
        {"candidates": ("gompertz", "gompertz")},
        {"average": True},
        {"full_growth_at": 0.0},
    ],
)
def test_impossible_options_are_refused(options):
    with pytest.raises(ValidationError):
        Trend(file="x.csv", **options)


def test_candidates_of_a_trend_are_named_by_their_form():
    block = Trend(file="x.csv", candidates=("gompertz", {"process": "student"}))
    names = [name_of_candidate(one) for one in (block, *blocks_of_candidates(block))]
    assert names == ["exponential", "Gompertz", "exponential, heavy tail"]


def test_a_mixed_series_fits_and_a_lower_limit_lifts_it(tmp_path):
    survey = mixed(tmp_path)
    tree = fit_model(survey_model(survey), 7)
    assert tree.attrs["verdict"] != "stop"
    path = np.exp(tree["posterior"]["log_abundance"]).quantile(0.5, ("chain", "draw"))
    assert path.sel(year=2015) > 2500
    free = replace(survey.counts, at_least=np.zeros(9, bool))
    without = fit_model(survey_model(TrendSurvey(free, survey.told, survey.settings)), 7)
    lower = np.exp(without["posterior"]["log_abundance"]).quantile(0.5, ("chain", "draw"))
    assert path.sel(year=2015) > lower.sel(year=2015)
    found = tree["posterior"]["detection"].median(("chain", "draw"))
    assert float(found.sel(level="traps")) < 0.1


def test_forms_of_growth_are_compared_side_by_side(tmp_path):
    (tmp_path / "mixed.csv").write_text(MIXED, encoding="utf-8")
    methods = {"ground": CountMethod(detection=(0.3, 0.5, 0.7))}
    spec = Trend(
        file="mixed.csv",
        methods=methods,
        sampler=QUICK,
        candidates=("gompertz",),
        full_growth_at=100.0,
    )
    tree = fit_survey(spec, tmp_path, 3, load_catalogue())
    assert tree["comparison"]["fit"].values.tolist() == ["exponential", "Gompertz"]
    assert np.isfinite(tree["comparison"]["elpd"]).all()


@pytest.mark.slow
def test_gompertz_recovers_its_own_simulated_abundance():
    # 20 series with detection drawn from its prior: 90 % coverage is at least 0.7 with
    # probability 0.998 (binomial).
    told_truth = TrendTruth(
        tuple(range(2000, 2016)), 2_000.0, (-0.03,) * 15, 0.8, 0.25, 0.15, "gompertz"
    )
    hits, rng = 0, generator(11, "truth")
    for replicate in range(20):
        logit = np.log(0.8 / 0.2) + rng.normal() * 0.521
        truth = replace(told_truth, detection=float(1 / (1 + np.exp(-logit))))
        counts, states = simulate_counts(truth, generator(11, "gompertz", replicate))
        spec = Trend(file="-", growth="gompertz", full_growth_at=100.0, sampler=QUICK)
        told = truth.settings(spec)
        model = survey_model(TrendSurvey(counts, told, spec))
        tree = fit_model(model, replicate)
        low, high = np.quantile(tree["posterior"]["log_abundance"][..., -1], [0.05, 0.95])
        hits += low <= np.log(states[-1]) <= high
    assert hits / 20 >= 0.7


@pytest.mark.slow
def test_heavy_tails_see_a_catastrophe_that_a_normal_spread_smears_out():
    truth = TrendTruth(tuple(range(2000, 2020)), 20_000.0, (0.1,) * 19, 0.8, 0.1, 0.1)
    counts, _ = simulate_counts(truth, generator(2, "catastrophe"))
    fallen = np.where(counts.year >= 2010, 0.15, 1.0)
    counts = replace(counts, estimate=counts.estimate * fallen)
    found = {}
    for process in ("normal", "student"):
        sampler = Sampler(engine="nutpie", draws=400, chains=2, tune=500, cores=1)
        spec = Trend(file="-", process=process, sampler=sampler)
        tree = fit_model(survey_model(TrendSurvey(counts, truth.settings(spec), spec)), 4)
        found[process] = float(tree["posterior"]["process_sd"].median())
    assert found["student"] < 0.7 * found["normal"]
