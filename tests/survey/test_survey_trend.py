from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ustyurt_models.checks import InputError
from ustyurt_models.contracts import ABUNDANCE, check_dataset
from ustyurt_models.evidence import load_catalogue
from ustyurt_models.formulas.trend import path_covariance, sd_of_log
from ustyurt_models.seeds import generator
from ustyurt_models.study.surveys import Sampler, Trend
from ustyurt_models.survey.fit import fit_model
from ustyurt_models.survey.models.trend.beliefs import trend_settings
from ustyurt_models.survey.models.trend.data import TrendSurvey, prepare
from ustyurt_models.survey.models.trend.model import build
from ustyurt_models.survey.models.trend.simulate import TrendTruth, simulate_counts
from ustyurt_models.survey.models.trend.survey_model import survey_model
from ustyurt_models.survey.read.counts import read_counts
from ustyurt_models.survey.samplers.flat import FlatModel
from ustyurt_models.survey.samplers.laplace import sample_flat
from ustyurt_models.survey.settings import Belief

SAIGA = Path(__file__).parents[2] / "scenarios" / "surveys" / "saiga_counts.csv"
QUICK = Sampler(engine="laplace", draws=250)
SPEC = Trend(file=SAIGA.name, species="saiga", sampler=QUICK)


def settings_of(spec=SPEC):
    counts = read_counts(SAIGA)
    return trend_settings(spec, counts.header, load_catalogue(), SAIGA.name)


def fit_trend(counts, told, sampler, seed, last_year=0):
    spec = SPEC.model_copy(update={"sampler": sampler})
    return fit_model(survey_model(TrendSurvey(counts, told, spec, last_year)), seed)


@pytest.fixture(scope="module")
def saiga():
    return fit_trend(read_counts(SAIGA), settings_of(), QUICK, 5, last_year=2027)


def test_rotated_likelihood_equals_the_multivariate_normal():
    counts, settings = read_counts(SAIGA), settings_of()
    data = prepare(counts, settings)
    model = build(data, settings)
    flat = FlatModel(model)
    point = flat.start + 0.2
    values = {name: float(v[0]) for name, v in flat.constrain(point[None]).items()}
    growth = np.log(values["growth_ceiling"]) + np.log1p(values["immigration"])
    loss = np.array([values[f"loss_{i}"] for i in (1, 2, 3)])
    steps = growth + np.log1p(-loss)[data.period]
    mean = values["log_abundance_start"] + np.concatenate([[0], np.cumsum(steps)])[data.index]
    level = np.log([values["detection_1"], values["detection_2"]])
    mean = mean + data.detection_weight @ level
    spread = values["process_sd"] ** 2 * path_covariance(data.index, data.index)
    spread += float(sd_of_log(values["observation_cv"])) ** 2 * np.eye(data.index.size)
    gap = data.log_count - mean
    exact = -0.5 * (gap @ np.linalg.solve(spread, gap) + np.linalg.slogdet(2 * np.pi * spread)[1])
    potential = next(p for p in model.potentials if p.name == "log_counts")
    swap = dict(zip(model.value_vars, _parts(model, point), strict=True))
    ours = model.replace_rvs_by_values([potential])[0].eval(swap, mode="FAST_COMPILE")
    assert float(ours) == pytest.approx(exact, rel=1e-9)


def _parts(model, point):
    sizes = [int(np.prod(np.shape(model.initial_point()[v.name]))) for v in model.value_vars]
    pieces = np.split(point, np.cumsum(sizes)[:-1])
    return [
        piece.reshape(np.shape(model.initial_point()[v.name]))
        for piece, v in zip(pieces, model.value_vars, strict=True)
    ]


def test_saiga_abundance_keeps_the_contract_and_names_its_year(saiga):
    node = saiga["abundance"].to_dataset()
    check_dataset(node, ABUNDANCE, "saiga")
    assert node.attrs["year"] == 2027
    assert saiga["trend"]["year"].values[-1] == 2027


def test_closed_growth_never_exceeds_the_ceiling(saiga):
    posterior = saiga["posterior"].to_dataset()
    assert np.all(posterior["growth_closed"] < np.log(posterior["growth_ceiling"]))
    row = load_catalogue()["sai_lambda_max"]
    assert float(posterior["growth_ceiling"].max()) <= row.high


def test_parts_of_growth_add_up(saiga):
    node = saiga["trend"].to_dataset()
    parts = ["growth_closed", "growth_immigration", "growth_detection", "growth_lucky_years"]
    total = sum(node[name] for name in parts)
    assert np.allclose(total, node["growth_of_counts"])


def test_published_growth_is_out_of_reach_of_most_closed_populations(saiga):
    # 1,900 in 2016 to 63,600 in 2024 is a factor of 1.55 a year.
    attrs = saiga["trend"].attrs
    assert attrs["published_growth"] == pytest.approx(0.44, abs=0.02)
    assert attrs["probability_ceiling_reaches_published_growth"] < 0.05
    closed = float(saiga["posterior"]["growth_closed"].median())
    assert closed < attrs["published_growth"]


def test_closing_the_population_removes_immigration():
    settings = settings_of(SPEC.model_copy(update={"immigration": False}))
    assert settings.immigration is None
    tree = fit_trend(read_counts(SAIGA), settings, QUICK, 5)
    assert "immigration" not in tree["posterior"]
    assert np.all(tree["trend"]["growth_immigration"] == 0)
    assert tree["abundance"].attrs["year"] == 2024


def test_detection_shift_of_the_study_replaces_that_of_the_file():
    shifted = SPEC.model_copy(update={"detection_shifts": (2016,)})
    assert settings_of(shifted).detection_changes == ((2016, 2016),)
    assert settings_of().detection_changes == ((2015, 2022),)


def test_trend_without_evidence_rows_is_refused():
    with pytest.raises(InputError) as caught:
        trend_settings(SPEC, {"loss": "sai_poach_rate"}, load_catalogue(), "x.csv")
    said = str(caught.value)
    assert "evidence row for 'growth_ceiling'" in said
    assert "evidence row for 'observation_cv'" in said


TRUTH = TrendTruth(
    years=tuple(range(2000, 2021)),
    start=20_000.0,
    growth=(0.05,) * 20,
    detection=0.8,
    observation_cv=0.25,
    process_sd=0.15,
)
SIMPLE = dict(
    growth_ceiling=Belief(1.2, 1.0, 1.5),
    loss=(Belief(0.1, 0.01, 0.4),),
    detection=Belief(0.8, 0.6, 0.92),
    observation_cv=Belief(0.25, 0.1, 0.6),
    process_sd=Belief(0.15, 0.05, 0.45),
)


def test_posterior_recovers_simulated_abundance():
    # 20 series: 90 % coverage is at least 0.7 with probability 0.998 (binomial). The
    # truth is drawn from the prior for detection, as the model assumes.
    settings = replace(settings_of(), **SIMPLE, periods=(), detection_changes=(), immigration=None)
    rng = generator(3, "truth")
    first, _ = simulate_counts(TRUTH, generator(3, "trend", 0))
    model = build(prepare(first, settings), settings)
    flat = FlatModel(model)
    hits = 0
    for replicate in range(20):
        logit = np.log(0.8 / 0.2) + rng.normal() * 0.521
        truth = replace(TRUTH, detection=float(1 / (1 + np.exp(-logit))))
        counts, states = simulate_counts(truth, generator(3, "trend", replicate))
        data = prepare(counts, settings)
        model["log_count"].set_value(data.log_count)
        model["start_mean"].set_value(np.array(data.start[0]))
        drawn = sample_flat(flat, QUICK, generator(3, "fit", replicate)).variables
        low, high = np.quantile(drawn["log_abundance_start"], [0.05, 0.95])
        hits += low <= np.log(states[0]) <= high
    assert hits / 20 >= 0.7
