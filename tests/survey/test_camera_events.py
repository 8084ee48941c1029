"""Time to event, space to event, instants: closed forms, walking animals, packages, misuse."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from scipy.stats import expon

import camtrap_case as case
from ustyurt_models.checks import InputError
from ustyurt_models.contracts import ABUNDANCE, check_dataset
from ustyurt_models.seeds import generator
from ustyurt_models.study.surveys import (
    InstantaneousSampling,
    Sampler,
    SpaceToEvent,
    TimeToEvent,
)
from ustyurt_models.survey.fit import fit_model, fit_survey
from ustyurt_models.survey.models.encounter.checks import log_likelihood
from ustyurt_models.survey.models.encounter.data import Encounters, describe, survey_of
from ustyurt_models.survey.models.encounter.design import resampled_rates
from ustyurt_models.survey.models.encounter.simulate import EncounterTruth
from ustyurt_models.survey.models.encounter.simulate_events import (
    InstantPlan,
    events_of_views,
    simulate_instants,
    simulate_waits,
)
from ustyurt_models.survey.models.encounter.simulate_walk import Walk, watch_walk
from ustyurt_models.survey.models.encounter.survey_model import survey_model
from ustyurt_models.survey.read.camtrap.effort import Watch
from ustyurt_models.survey.read.camtrap.instants import Seen, Views, look_in_order, views_of
from ustyurt_models.survey.read.camtrap.waits import first_passages

QUICK = Sampler(engine="laplace", draws=250)
SECTOR = {"radius_m": (9.999, 10.0, 10.001), "angle_deg": (41.99, 42.0, 42.01)}
MOVING = SECTOR | {"day_range_km": (7.999, 8.0, 8.001)}
TRUTH = EncounterTruth((3.0,), spread=0.6)
KINDS = {
    "time": (TimeToEvent, MOVING),
    "space": (SpaceToEvent, SECTOR),
    "instants": (InstantaneousSampling, SECTOR),
}
#: Groups so dense that instants of few cameras see some.
CROWD = replace(TRUTH, density_per_km2=(30.0,))


def block(kind, **options):
    made, told = KINDS[kind]
    base = {"file": "-", "species": "x", "areas": {"stratum_1": "500 km2"}, "sampler": QUICK}
    return made(**(base | told | options))


def drawn(kind, truth=None, replicate=0, cameras=30):
    rng = generator(3, kind, replicate)
    if kind == "time":
        return simulate_waits(truth or TRUTH, 60, cameras, rng)
    plan = InstantPlan(cameras, 1500, kind == "space")
    return simulate_instants(truth or CROWD, plan, rng)


def fit(kind, seen, **options):
    return fit_model(survey_model(survey_of(seen, block(kind, **options))), 7)


def interval(tree, name="group_density_per_km2", mass=0.999):
    values = tree["posterior"][name].values.ravel()
    return np.quantile(values, [(1 - mass) / 2, (1 + mass) / 2])


@pytest.fixture(scope="module", params=sorted(KINDS))
def fitted(request):
    return request.param, fit(request.param, drawn(request.param))


def test_density_is_found_and_the_answer_has_the_declared_form(fitted):
    kind, tree = fitted
    check_dataset(tree["abundance"].to_dataset(), ABUNDANCE, "cameras")
    assert tree.attrs["verdict"] != "stop"
    for variable in tree["posterior"].data_vars.values():
        assert np.isfinite(variable).all(), variable.name
        assert {"units", "long_name"} <= set(variable.attrs)
    truth = TRUTH if kind == "time" else CROWD
    low, high = interval(tree)
    assert low < truth.density_per_km2[0] < high
    low, high = interval(tree, "mean_size")
    assert low < truth.mean_size < high


def test_the_estimate_of_the_design_stands_beside(fitted):
    kind, tree = fitted
    design = tree["design"].to_dataset().isel(stratum=-1)
    assert design.attrs["places"] == "cameras"
    seen = survey_of(drawn(kind), block(kind)).seen
    rate = tree["design"]["encounter_rate"].sel(kind="groups", stratum="stratum_1")
    assert float(rate) == pytest.approx(seen.events.sum() / seen.effort.sum())
    for name in ("groups", "animals"):
        part = design.sel(kind=name)
        assert part["abundance_low"] < part["abundance"] < part["abundance_high"]
        ratio = float(part["abundance"] / part["model_abundance_median"])
        assert ratio == pytest.approx(1.0, abs=0.25)


def test_exponential_waits_with_censoring_have_the_likelihood_of_the_survey():
    """Without spread: events rate^d exp(-rate s) of density and survival function."""
    rng = generator(1, "waits")
    waits = rng.exponential(1.0 / 0.3, 200)
    seen, whole = waits < 2.0, np.minimum(waits, 2.0)
    rate = np.array([0.2, 0.3, 0.5])
    wanted = [
        expon.logpdf(waits[seen], scale=1 / r).sum() + expon.logsf(2.0, scale=1 / r) * (~seen).sum()
        for r in rate
    ]
    one = Encounters(
        site=("a",),
        effort=np.array([whole.sum()]),
        events=np.array([seen.sum()]),
        stratum=np.zeros(1, np.int64),
        strata=("stratum_1",),
        size=np.empty(0),
        size_site=np.empty(0, np.int64),
    )
    survey = survey_of(one, block("time", group_size="single"))
    dims = ("chain", "draw", "stratum")
    posterior = xr.Dataset(
        {"event_rate": (dims, rate.reshape(1, -1, 1)), "spread": (dims[:2], np.zeros((1, 3)))}
    )
    found = log_likelihood(posterior, survey)[:, 0]
    # The floor of 1 % spread and a factor without parameters remain.
    assert np.diff(found) == pytest.approx(np.diff(wanted), abs=0.02 * abs(np.diff(wanted)).max())


def test_half_an_instant_for_the_last_camera_is_the_exact_space_to_event():
    for found, empty in ((2.0, 4000.0), (40.0, 400.0), (60.0, 240.0)):
        exact = np.log1p(found / empty)  # root of the derivative of the log likelihood
        ours = found / (empty + 0.5 * found)
        assert ours == pytest.approx(exact, rel=exact**2 / 10 + 1e-9)


def test_moellers_period_is_the_mean_time_to_cross_the_view():
    """Groups per period D A over the period equal passages D v r (2 + theta) / pi."""
    tree = fit("time", drawn("time"))
    some = tree["posterior"].to_dataset().isel(chain=0, draw=0)
    per_period = float(some["group_density_per_km2"][0]) * float(some["viewed_m2"]) / 1e6
    per_day = per_period / (float(some["crossing_s"]) / 86_400.0)
    assert per_day == pytest.approx(float(some["event_rate"][0]))


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_walking_groups_are_recovered_without_any_formula_of_the_model(kind):
    """Steps on a square past sectors; five runs average within the spread that runs have."""
    walk, cameras, days = Walk(1000.0, 40, 2000.0), 30, 12.0
    true, ratios = walk.groups / (walk.side_m / 1000.0) ** 2, []
    for replicate in range(5):
        rng = generator(9, "walk", kind, replicate)
        (inside, entered), step = watch_walk(walk, cameras, days, rng)
        stratum = np.zeros(cameras, np.int64)
        if kind == "time":
            when, camera = np.nonzero(entered)
            day = 86_400.0
            watch = Watch(np.arange(cameras), np.zeros(cameras), np.full(cameras, days * day))
            waits = first_passages(watch, (camera, when * step * day), 6.0, 1)
            effort, events = waits.days, waits.first
        else:
            some = inside[:: max(1, int(0.02 / step))] > 0
            views = Views(np.ones(some.shape, bool), some, np.empty(0), np.empty(0, bool))
            effort, events = events_of_views(views, stratum, rng if kind == "space" else None)
        names = tuple(f"cam{i}" for i in range(cameras))
        nobody = (np.empty(0), np.empty(0, np.int64))
        seen = Encounters(names, effort, events, stratum, ("stratum_1",), *nobody)
        angle = np.rad2deg(0.73)
        known = {"radius_m": (19.9, 20.0, 20.1), "angle_deg": (angle - 0.1, angle, angle + 0.1)}
        known |= {"day_range_km": (1.99, 2.0, 2.01)} if kind == "time" else {}
        tree = fit(kind, seen, group_size="single", **known)
        ratios.append(float(tree["posterior"]["density_per_km2"].median()) / true)
    assert np.mean(ratios) == pytest.approx(1.0, abs=0.1)


def test_first_passages_end_waiting_and_failures_are_no_waiting():
    hour, day = 3600.0, 86_400.0
    watch = Watch(np.array([0, 0]), np.array([0.0, 2 * day]), np.array([day, 4 * day]))
    passages = (np.zeros(3, np.int64), np.array([0.5, 0.6, 3.5]) * day)
    found = first_passages(watch, passages, 24 * 10.0, 5)
    # One long occasion or two, wherever the first begins; the hole is never waited through.
    assert found.watched[0] == pytest.approx(3.0)
    assert found.days[0] <= 3.0
    short = first_passages(watch, passages, 1.0, 5)
    assert short.first[0] in (2, 3)
    assert short.days[0] == pytest.approx(3.0, abs=3 / 24)
    empty = first_passages(watch, (np.empty(0, np.int64), np.empty(0)), 5.0, 5)
    assert empty.days[0] == pytest.approx(3.0)
    assert empty.first[0] == 0
    assert (short.share >= 0).all()
    assert (short.share <= 1).all()
    assert hour * 24 == day


def test_an_instant_sees_what_lies_over_it_and_nothing_in_a_failure():
    watch = Watch(np.array([0, 0, 1]), np.array([0.0, 600, 0]), np.array([300.0, 1200, 1200]))
    seen = Seen(
        np.array([0, 0, 1]),
        np.array([110.0, 650, 401]),
        np.array([130.0, 661, 419]),
        np.array([2.0, np.nan, 1]),
    )
    views = views_of((watch, np.array([0, 1]), 2), seen, (60.0, 0.0, 0.0))
    assert views.watching[:, 0].sum() == 15
    assert views.watching[:, 1].sum() == 20
    assert np.argwhere(views.present).tolist() == [[2, 0], [11, 0]]
    assert views.size[0] == 2.0
    assert np.isnan(views.size[1])
    assert views.at_instant.tolist() == [True, True, False]
    wide = views_of((watch, np.array([0, 1]), 2), seen, (60.0, 20.0, 0.0))
    assert wide.present[7, 1]


def test_looking_stops_at_the_first_camera_with_animals():
    rng = generator(2, "order")
    present = rng.random((4000, 4)) < np.array([0.5, 0.0, 0.0, 0.0])
    views = Views(np.ones((4000, 4), bool), present, np.empty(0), np.empty(0, bool))
    empty, first = look_in_order(views, np.array([0, 0, 0, 1]), rng)
    with_animals = present[:, 0].sum()
    assert first.tolist() == [with_animals, 0, 0, 0]
    # Of the instants with animals, a camera beside comes before the first in every second one.
    assert empty[1] == pytest.approx(4000 - with_animals / 2, abs=5 * np.sqrt(1000))
    assert empty[3] == 4000


def test_resampled_cameras_have_the_error_of_the_ratio():
    truth = replace(TRUTH, spread=0.0)
    seen = simulate_waits(truth, 60, 200, generator(5, "design"))
    _, variance = resampled_rates(survey_of(seen, block("time")), generator(5, "draws"))
    total = seen.effort.sum()
    assert variance[0] == pytest.approx(seen.events.sum() / total**2, rel=0.35)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_nothing_seen_gives_an_honest_answer_near_zero(kind):
    tree = fit(kind, drawn(kind, EncounterTruth((0.0,)), cameras=10))
    assert np.isfinite(tree["posterior"]["abundance_total"]).all()
    low, high = interval(tree, "density_per_km2", 0.9)
    assert low < 0.01
    assert high > low


def package(folder):
    return case.many(folder, sites=30)


def test_a_package_is_waited_for_with_its_failures_missing(tmp_path):
    package(tmp_path / "pack")
    areas = {"all": "2000 km2"}
    spec = block("time", file="pack", taxon=case.GAZELLE, areas=areas)
    tree = fit_survey(spec, tmp_path, seed=3)
    rem = tree["observed_data"]
    assert int(rem["passages"].sum()) > 100
    assert 800 < float(rem["days_waited"].sum()) < 1700
    assert tree["posterior"]["density_per_km2"].median() > 0


def test_a_package_is_looked_at_in_instants(tmp_path):
    rows = case.OBSERVATIONS.splitlines()[0] + "\n"
    rows += "".join(
        f"o{i},d1,,e{i},2027-05-0{2 + i // 20}T{i % 20:02d}:00:00+05:00,"
        f"2027-05-0{2 + i // 20}T{i % 20:02d}:00:00+05:00,event,animal,{case.GAZELLE},"
        f"{1 + i % 3},,\n"
        for i in range(60)
    )
    case.write(tmp_path / "pack", observations_csv=rows)
    areas = {"all": "2000 km2"}
    spec = block("instants", file="pack", taxon=case.GAZELLE, areas=areas)
    tree = fit_survey(spec, tmp_path, seed=3)
    assert int(tree["observed_data"]["passages"].sum()) == 60
    told = describe(survey_of(drawn("instants"), block("instants")))
    assert "instants looked at" in told
    case.write(tmp_path / "off", observations_csv=rows.replace(":00:00+", ":01:01+"))
    off = spec.model_copy(update={"file": "off", "interval_min": 37.0})
    with pytest.raises(InputError, match="instants every 37 min"):
        fit_survey(off, tmp_path, seed=3)


@pytest.mark.parametrize(
    ("kind", "options", "words"),
    [
        ("time", {"day_range_km": None}, "must give either"),
        ("space", {"interval_min": 0.0}, "greater than 0"),
        ("space", {"radius_m": (3.0, 2.0, 1.0)}, "low <= middle"),
        ("instants", {"speed_m_per_s": (0.1, 0.2, 0.3)}, "speed_m_per_s"),
    ],
)
def test_blocks_that_make_no_sense_are_refused(kind, options, words):
    with pytest.raises(ValueError, match=words):
        block(kind, **options)
