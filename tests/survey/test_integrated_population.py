"""The integrated population model against exact answers, its own twin, and misuse."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
import xarray as xr

from ustyurt_models.checks import InputError
from ustyurt_models.contracts import ABUNDANCE, check_dataset
from ustyurt_models.evidence import load_catalogue
from ustyurt_models.formulas import stages
from ustyurt_models.seeds import generator
from ustyurt_models.study.load import load_study
from ustyurt_models.study.surveys import IntegratedPopulation, Sampler
from ustyurt_models.survey.context import Context
from ustyurt_models.survey.fit import fit_model
from ustyurt_models.survey.models.integrated.data import IntegratedSurvey, describe, load
from ustyurt_models.survey.models.integrated.path import PATH
from ustyurt_models.survey.models.integrated.shares import expected, pointwise
from ustyurt_models.survey.models.integrated.simulate import HerdTruth, simulate_herd
from ustyurt_models.survey.models.integrated.survey_model import survey_model
from ustyurt_models.survey.read.composition import read_collars, read_ratios
from ustyurt_models.survey.samplers.flat import FlatModel
from ustyurt_models.survey.samplers.nuts import sample as sample_nuts

SCENARIOS = Path(__file__).parents[2] / "scenarios" / "surveys"
RATES = stages.Rates(0.88, 1.65, 0.65, 0.88, 0.7, 0.5, 0.01, 4.0)
NUTS = Sampler(engine="nutpie", draws=400, tune=500, chains=2, cores=1, target_accept=0.95)


def herd(seed: int = 1, sampler: Sampler = NUTS, **truth) -> tuple[IntegratedSurvey, np.ndarray]:
    """A simulated herd with what the shipped series of the saiga is told; one period."""
    spec = IntegratedPopulation(file="saiga_counts.csv", sampler=sampler)
    told = load(spec, SCENARIOS, load_catalogue(), Context())
    counting = replace(
        told.told, periods=(), loss=(told.told.loss[-1],), detection_changes=(), immigration=None
    )
    counts, ratios, collars, animals = simulate_herd(HerdTruth(**truth), generator(seed, "herd"))
    return IntegratedSurvey(counts, counting, told.demography, spec, ratios, collars), animals


def test_closed_growth_is_the_eigenvalue_and_the_stable_ratio_its_vector():
    c = 0.5 * RATES.calf
    matrix = np.array([[c * 0.88, c * 1.65], [0.88, 0.88]])
    values, vectors = np.linalg.eig(matrix)
    top = np.argmax(values.real)
    assert stages.closed_growth(RATES) == pytest.approx(values.real[top])
    ratio = vectors[0, top].real / vectors[1, top].real
    assert stages.yearlings_per_adult(RATES) == pytest.approx(ratio)


def test_published_survival_gives_the_growth_of_the_evidence():
    # sai_lambda_max: calf and adult survival 0.6/0.87 give 1.28, 0.9/0.95 give 1.55, 1/1 1.66.
    for calf, adult, growth in ((0.6, 0.87, 1.28), (0.9, 0.95, 1.55), (1.0, 1.0, 1.66)):
        rates = RATES._replace(calf=calf, female=adult)
        assert stages.closed_growth(rates) == pytest.approx(growth, abs=0.011)


def test_classes_settle_at_the_growth_of_the_matrix():
    now = stages.Classes(10.0, 10.0, 10.0, 10.0)
    for _ in range(80):
        before, (now, _) = now, stages.project(now, RATES)
    assert now.females / before.females == pytest.approx(stages.closed_growth(RATES), rel=2e-3)


def test_conception_falls_to_half_at_the_threshold_share_of_males():
    assert stages.conception(0.01, 0.01, 4.0) == 0.5
    assert stages.conception(0.2, 0.01, 4.0) > 0.9999


def test_the_twin_keeps_to_the_mean_of_the_projection():
    truth = dict(years=2, start=(9000, 20000, 9000, 5000), survival_sd=0.0, births_sd=0.0)
    ends = np.array([herd(seed, **truth)[1][1] for seed in range(30)])
    hazard = -np.log(0.95)
    rates = RATES._replace(
        calf=0.65 * np.exp(-0.5 * hazard), female=0.88 * 0.95, male=0.88 * 0.8 * 0.95**4
    )
    after, _ = stages.project(stages.Classes(9000, 20000, 9000, 5000), rates)
    error = ends.std(axis=0, ddof=1) / np.sqrt(len(ends))
    assert np.all(np.abs(ends.mean(axis=0) - np.array(after)) < 5 * error)


def herd_inputs(points: int, years: int = 6) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Start, yearly rates and curve of some herds, males so few that conceptions fail."""
    rng = np.random.default_rng(5)
    start = rng.uniform(0.5, 1.5, (points, 4)) * np.array([900.0, 2000.0, 900.0, 60.0])
    middle = np.array([0.88, 1.65, 0.65, 0.84, 0.3])
    rates = middle * rng.uniform(0.8, 1.2, (points, years - 1, 5))
    curve = rng.uniform(0.9, 1.1, (points, 4)) * np.array([0.5, 0.06, 4.0, 1.05])
    return start, rates, curve


def test_path_of_the_graph_is_the_projection_year_by_year():
    start, rates, curve = herd_inputs(1)
    now, (at_birth, shortage, steepness, exchange) = stages.Classes(*start[0]), curve[0]
    (path,) = PATH.function(start[0], rates[0], curve[0])
    for t in range(6):
        born, adult, calf, female, male = rates[0, min(t, 4)]
        year = stages.Rates(born, adult, calf, female, male, at_birth, shortage, steepness)
        after, young = stages.project(now, year)
        assert path[t] == pytest.approx([*now, young], rel=1e-12)
        assert young < 0.99 * stages.births(now, year._replace(shortage=0.0))
        now = stages.Classes(*(one * exchange for one in after))


def loops(points: int, **mode):
    """Compile path and slopes of the sum of squared logs, for one point or many."""
    inputs = [pt.tensor(dtype="float64", shape=(None,) * (n + (points > 1))) for n in (1, 2, 1)]
    path = PATH(*inputs)
    return pytensor.function(inputs, [path, *pt.grad((pt.log(path) ** 2).sum(), inputs)], **mode)


def test_many_herds_go_the_way_of_each():
    herds = herd_inputs(7)
    many, one = loops(7, mode="FAST_COMPILE")(*herds), loops(1, mode="FAST_COMPILE")
    for number in range(7):
        for whole, alone in zip(many, one(*(part[number] for part in herds)), strict=True):
            assert whole[number] == pytest.approx(alone, rel=1e-12)


def test_slopes_of_the_path_are_those_of_small_steps():
    herds = [part[0] for part in herd_inputs(1)]
    found = loops(1, mode="FAST_COMPILE")(*herds)[1:]

    def height(parts):
        (path,) = PATH.function(*parts)
        return (np.log(path) ** 2).sum()

    for which, slopes in enumerate(found):
        for place in np.ndindex(slopes.shape):
            step = 1e-6 * herds[which][place]
            ends = []
            for sign in (1.0, -1.0):
                moved = [part.copy() for part in herds]
                moved[which][place] += sign * step
                ends.append(height(moved))
            assert slopes[place] == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=1e-5)


def test_a_compiled_path_is_the_interpreted_one():
    assert callable(sample_nuts)  # its module tells Numba how to compile loops
    herds = [part[0] for part in herd_inputs(1)]
    plain, fast = (loops(1, mode=mode)(*herds) for mode in ("FAST_COMPILE", "NUMBA"))
    for one, other in zip(plain, fast, strict=True):
        assert other == pytest.approx(one, rel=1e-10)


def test_a_loop_refuses_one_herd_among_many():
    with pytest.raises(ValueError, match="for one point, or for many"):
        PATH(pt.matrix(), pt.matrix(), pt.matrix())


def test_density_of_the_graph_equals_that_of_plain_arrays():
    survey, _ = herd(years=6)
    model = survey_model(survey)
    flat = FlatModel(model.build())
    points = flat.start + np.random.default_rng(1).normal(0, 0.3, (3, flat.start.size))
    natural = flat.constrain(points)
    posterior = xr.Dataset()
    for name, values in natural.items():
        dims = ("chain", "draw", *(f"{name}_{i}" for i in range(values.ndim - 1)))
        posterior[name] = (dims, values[None])
    rows = pointwise(expected(posterior, model.data, survey.told), model.data)
    likelihood = flat.log_densities(points) - flat.log_priors(points)[0]
    assert rows.sum(axis=1) == pytest.approx(likelihood, rel=1e-8)


def test_shipped_saiga_series_works_with_counts_alone():
    spec = IntegratedPopulation(file="saiga_counts.csv", species="saiga")
    survey = load(spec, SCENARIOS, load_catalogue(), Context(start_year=2027))
    assert describe(survey) == "18 counts, 2000-2024"
    assert survey_model(survey).findings(None)[0].value == 0


def test_faults_of_ratios_and_collars_come_at_once(tmp_path):
    ratios, collars = tmp_path / "r.csv", tmp_path / "c.csv"
    ratios.write_text(
        "year,kind,number,of,months,source_key\n2001.5,calves_per_female,10,20,,a\n"
        "2001,adult_males,30,20,,a\n2001,lambs,1,20,14,a\n2001,adult_males,-1,0,,a\n"
    )
    collars.write_text(
        "year,sex,age,at_risk,deaths,months,source_key\n2001,hind,adult,5,1,,a\n"
        "2001,male,adult,5,6,,a\n2001,male,calf,5,1,18,a\n"
    )
    with pytest.raises(InputError) as caught:
        read_ratios(ratios)
    said = str(caught.value)
    for words in (
        "row 2, year: must be a calendar year",
        "row 3: adult males must not outnumber",
        "row 4, kind: must be one of",
        "row 4, months: must lie in 0..12",
        "row 5: must hold whole animals",
        "row 5: must hold a sample",
    ):
        assert words in said
    with pytest.raises(InputError) as caught:
        read_collars(collars)
    said = str(caught.value)
    for words in (
        "row 2, sex: must be one of",
        "row 3: must not have more deaths",
        "row 4, months: must be above 0",
    ):
        assert words in said


def test_a_file_without_rows_on_demography_says_all_that_it_lacks(tmp_path):
    text = (SCENARIOS / "saiga_counts.csv").read_text(encoding="utf-8")
    lines = [x for x in text.splitlines() if not x.startswith(("# calf_surv", "# young_adult"))]
    (tmp_path / "few.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load(IntegratedPopulation(file="few.csv"), tmp_path, load_catalogue(), Context())
    assert "'calf_survival'" in str(caught.value)
    assert "'young_adult'" in str(caught.value)


def test_ratios_outside_the_years_of_counts_are_refused(tmp_path):
    text = (SCENARIOS / "saiga_counts.csv").read_text(encoding="utf-8")
    (tmp_path / "c.csv").write_text(text, encoding="utf-8")
    head = "year,kind,number,of,source_key\n"
    (tmp_path / "r.csv").write_text(head + "1999,adult_males,1,20,a\n", encoding="utf-8")
    spec = IntegratedPopulation(file="c.csv", ratios="r.csv")
    with pytest.raises(InputError, match="must lie in the years of the counts, 2000 to 2024"):
        load(spec, tmp_path, load_catalogue(), Context())


MOVEBANK = """\
animal-id,animal-sex,animal-life-stage,deploy-on-date,deploy-off-date,deployment-end-type
s1,f,adult,2015-05-01 00:00:00,2016-11-03 00:00:00,dead
s2,m,adult,2015-05-01 00:00:00,2016-05-01 00:00:00,removal
"""


def test_collars_may_be_a_folder_of_movebank(tmp_path):
    text = (SCENARIOS / "saiga_counts.csv").read_text(encoding="utf-8")
    (tmp_path / "c.csv").write_text(text, encoding="utf-8")
    (tmp_path / "collars").mkdir()
    (tmp_path / "collars" / "animals.csv").write_text(MOVEBANK, encoding="utf-8")
    spec = IntegratedPopulation(file="c.csv", collars="collars", year_begins=5)
    survey = load(spec, tmp_path, load_catalogue(), Context())
    assert survey.collars.at_risk.sum() == 12 + 7 + 12
    assert survey.collars.deaths.sum() == 1
    assert "2.583 adult and 0 calf collar years" in describe(survey)


def test_a_study_may_name_a_folder_of_collars(tmp_path):
    (tmp_path / "surveys").mkdir()
    for part in ("counts", "ratios"):
        name = f"saiga_herd_{part}.csv"
        text = (SCENARIOS / name).read_text(encoding="utf-8")
        (tmp_path / "surveys" / name).write_text(text, encoding="utf-8")
    (tmp_path / "surveys" / "movebank").mkdir()
    (tmp_path / "surveys" / "movebank" / "a.csv").write_text(MOVEBANK, encoding="utf-8")
    study = (SCENARIOS.parent / "herd.toml").read_text(encoding="utf-8")
    study = study.replace("demo.toml", str(SCENARIOS.parent / "demo.toml"))
    changed = study.replace("surveys/saiga_herd_collars.csv", "surveys/movebank")
    assert changed != study
    (tmp_path / "herd.toml").write_text(changed, encoding="utf-8")
    assert load_study(tmp_path / "herd.toml").scenarios


def test_the_shipped_herd_is_what_its_script_writes(tmp_path, monkeypatch):
    script = SCENARIOS / "make_saiga_herd.py"
    spec = importlib.util.spec_from_file_location("make_saiga_herd", script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "__file__", str(tmp_path / script.name))
    module.main()
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [f"saiga_herd_{part}.csv" for part in ("collars", "counts", "ratios")]
    for name in names:
        shipped = (SCENARIOS / name).read_text(encoding="utf-8")
        assert (tmp_path / name).read_text(encoding="utf-8") == shipped
        assert "# status: simulated\n" in shipped
        assert "# truth: 14205 animals" in shipped


def test_a_ratio_file_that_is_missing_is_named(tmp_path):
    study = (SCENARIOS.parent / "herd.toml").read_text(encoding="utf-8")
    (tmp_path / "herd.toml").write_text(
        study.replace("demo.toml", str(SCENARIOS.parent / "demo.toml")), encoding="utf-8"
    )
    with pytest.raises(InputError, match=r"survey\.saiga_herd\.ratios: the file must exist"):
        load_study(tmp_path / "herd.toml")


@pytest.mark.slow
def test_ratios_and_collars_narrow_what_counts_alone_leave_to_the_priors():
    survey, animals = herd(4, years=10, collared=40, ratio_herds=100)
    full = fit_model(survey_model(survey), 3)
    alone = fit_model(survey_model(replace(survey, ratios=None, collars=None)), 3)
    check_dataset(full["abundance"].to_dataset(), ABUNDANCE, "herd")
    sds = [
        {name: float(tree["posterior"][name].std()) for name in ("calf_survival", "adult_males")}
        for tree in (full, alone)
    ]
    assert sds[0]["calf_survival"] < 0.8 * sds[1]["calf_survival"]
    assert sds[0]["adult_males"] < 0.7 * sds[1]["adult_males"]
    low, high = np.quantile(full["posterior"]["abundance_total"], [0.025, 0.975])
    assert low < animals[-1].sum() < high
    share = animals[-1, 3] / (animals[-1, 3] + animals[-1, :2].sum())
    low, high = np.quantile(full["posterior"]["adult_males"], [0.005, 0.995])
    assert low < share < high
