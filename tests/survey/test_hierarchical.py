"""Hierarchical distance sampling: the graph is the formula, intervals hold the truth."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom

from ustyurt_models.formulas.detection_form import DetectionForm
from ustyurt_models.formulas.detection_function import (
    DetectionParameters,
    interval_integrals,
    log_distance_density,
)
from ustyurt_models.formulas.site_counts import log_class_shares, log_site_count
from ustyurt_models.study.surveys import HierarchicalDistance
from ustyurt_models.survey.fit import fit_model
from ustyurt_models.survey.models.hierarchical.checks import log_likelihood
from ustyurt_models.survey.models.hierarchical.data import survey_of
from ustyurt_models.survey.models.hierarchical.simulate import Sites, SiteTruth, simulate_sites
from ustyurt_models.survey.models.hierarchical.survey_model import survey_model
from ustyurt_models.survey.samplers.flat import FlatModel
from ustyurt_models.survey.sampling import draw_posterior

LAPLACE = {"engine": "laplace", "draws": 500, "chains": 2}
FAMILIES = ("poisson", "negative-binomial", "zero-inflated", "zero-inflated-negative-binomial")


def block(**options):
    told = {"file": "-", "sampler": LAPLACE, "group_size": "single", "density": "forage"}
    return HierarchicalDistance(**(told | options))


def survey(seed=1, sites=150, point=False, key="half-normal", classes=(), left_m=0.0, **truth):
    """Return a simulated survey whose density doubles, or halves, per deviation of forage."""
    rng = np.random.default_rng(seed)
    forage = rng.normal(40.0, 12.0, sites)
    form = DetectionForm(key, 400.0, left_m, point)
    z = (forage - forage.mean()) / forage.std(ddof=1)
    density = (6.0 if point else 2.5) * np.exp(0.7 * z)
    told = SiteTruth(density, form, np.full(sites, 180.0), **truth)
    effort = np.ones(sites) if point else rng.uniform(0.5, 2.0, sites)
    known = Sites(effort, {"forage": forage}, area_km2=1000.0, cutpoints_m=classes)
    return simulate_sites(told, known, rng), told


def model_of(transects, **options):
    return survey_model(survey_of(transects, block(truncation="400 m", **options)))


def by_hand(model, values):
    """Log likelihood from the NumPy formulas, for one point of the parameters."""
    data, places = model.survey.data.truncated, model.places
    seen = model.survey.data.visited
    rows = places.rows
    sigma = float(values["sigma_m"]) * np.exp(rows.fixed @ np.ravel(values.get("scale_effect", [])))
    shape = 1.0 + float(values.get("shape_excess", 0.0))
    parameters = DetectionParameters(sigma, shape)
    form = data.form
    edges = data.cutpoints_m if data.cutpoints_m.size else [form.left_m, form.truncation_m]
    inside = interval_integrals(form, edges, parameters)
    square = form.truncation_m**2 - form.left_m**2
    searched = square / 2 if form.point else form.truncation_m - form.left_m
    p = (inside.sum(axis=1) / searched)[rows.row]
    log_density = np.log(float(values["group_density_at_average_per_km2"]))
    log_density = log_density + places.columns @ np.ravel(values["density_effect"])
    mean = np.exp(log_density) * data.unit_area_km2 * data.effort[seen] * p
    cv, logit = float(values.get("site_cv", 0.0)), float(values.get("empty_logit", -np.inf))
    total = log_site_count(data.groups[seen], mean, model.settings.family, cv, logit)
    site = (np.cumsum(seen) - 1)[data.detection_transect]
    if data.cutpoints_m.size:
        counts = np.zeros((seen.sum(), data.cutpoints_m.size - 1))
        np.add.at(counts, (site, data.detection_class), 1)
        return total + log_class_shares(counts, inside[rows.row])
    each = log_distance_density(
        form, data.distance_m, DetectionParameters(sigma[rows.row[site]], shape)
    )
    np.add.at(total, site, each)
    return total


CASES = [
    *({"family": family} for family in FAMILIES),
    {"key": "hazard-rate"},
    {"key": "negative-exponential"},
    {"key": "uniform"},
    {"point": True},
    {"point": True, "key": "hazard-rate", "classes": (0.0, 100.0, 250.0, 400.0)},
    {"classes": (0.0, 50.0, 150.0, 400.0)},
    {"left_m": 40.0},
    {"point": True, "left_m": 40.0, "key": "negative-exponential"},
    {"scale": "forage"},
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(map(str, case.values())))
def test_graph_equals_the_formulas_at_any_point(case):
    how = {k: v for k, v in case.items() if k in ("point", "key", "classes", "left_m")}
    left = {"left_truncation": "40 m"} if "left_m" in case else {}
    options = {k: v for k, v in case.items() if k in ("family", "key", "scale")} | left
    transects, _ = survey(sites=40, **how)
    model = model_of(transects, **options)
    flat = FlatModel(model.build())
    rng = np.random.default_rng(3)
    points = flat.start + rng.normal(0, 0.2, (5, flat.start.size))
    values = flat.constrain(points)
    whole, _ = flat.log_priors(points)
    found = flat.log_densities(points) - whole
    expected = []
    for i in range(5):
        one = {name: value[i] for name, value in values.items()}
        one.setdefault("sigma_m", 1.0)  # the uniform key has none
        expected.append(by_hand(model, one).sum())
    # Factorials of the classes are left out of the graph: differences between points count.
    np.testing.assert_allclose(np.diff(found), np.diff(expected), rtol=1e-6, atol=1e-6)


def test_pointwise_likelihood_equals_the_formulas():
    for options in ({"family": "zero-inflated-negative-binomial"}, {"scale": "forage"}):
        transects, _ = survey(sites=60)
        model = model_of(transects, **options)
        tree = fit_model(model, 1)
        posterior = tree["posterior"].to_dataset().isel(chain=[0], draw=[0, 1, 2])
        found = log_likelihood(posterior, model.survey, model.places, None)
        for draw in range(3):
            one = {n: v.to_numpy()[0, draw] for n, v in posterior.data_vars.items()}
            np.testing.assert_allclose(found[draw], by_hand(model, one), rtol=1e-8)


def truth_of(told, transects):
    """Animals expected in the area: mean density of the sites, weighed by length, times area."""
    lived_in = 1.0 - told.empty
    return 1000.0 * lived_in * np.average(told.group_density_per_km2, weights=transects.effort)


RECOVERY = {
    "poisson": {},
    "negative-binomial": {"site_cv": 0.9},
    "zero-inflated": {"empty": 0.4},
}


@pytest.mark.parametrize("family", RECOVERY)
def test_intervals_of_effect_and_total_hold_the_truth(family):
    covered, surveys = np.zeros(2), 10
    for seed in range(surveys):
        transects, told = survey(seed + 100, **RECOVERY[family])
        model = model_of(transects, family=family)
        drawn = draw_posterior(model.build(), model.settings.sampler, seed).posterior
        posterior = model.derive(drawn, np.random.default_rng(seed))
        for i, (name, true) in enumerate(
            (("density_effect", 0.7), ("abundance_total", truth_of(told, transects)))
        ):
            low, high = np.quantile(posterior[name], [0.05, 0.95])
            covered[i] += low < true < high
    # Fewer than this happens once in a thousand when intervals cover at 90 %.
    assert covered.min() >= binom.ppf(0.001, surveys, 0.9)


def test_groups_and_animals_are_told_apart():
    transects, _ = survey(sites=300, mean_size_untruncated=5.0, size_cv=0.6)
    tree = fit_model(model_of(transects, group_size="model", family="poisson"), 1)
    node = tree["abundance"].to_dataset()
    groups, animals = node["group_abundance"], node["abundance"]
    np.testing.assert_allclose(animals / groups, node["mean_size"].to_numpy()[:, None])
    zero = (1 + 0.36 * 5.0) ** (-1 / 0.36)
    true = 5.0 / (1 - zero)
    low, high = np.quantile(node["mean_size"], [0.001, 0.999])
    assert low < true < high
    assert node["abundance"].attrs["long_name"].startswith("animals")
    assert node["group_abundance"].attrs["long_name"].startswith("groups")


def test_sites_without_visits_change_nothing_and_do_not_spoil_totals():
    transects, _ = survey()
    idle = np.arange(150) % 5 == 0
    kept = ~idle[transects.detection_transect]
    fewer = replace(
        transects,
        detection_transect=transects.detection_transect[kept],
        distance_m=transects.distance_m[kept],
        size=transects.size[kept],
    )
    nobody = replace(fewer, effort=np.where(idle, 0.0, fewer.effort))
    missing = replace(fewer, effort=np.where(idle, np.nan, fewer.effort))
    order = np.cumsum(~idle) - 1
    gone = replace(
        fewer,
        transect=tuple(np.array(fewer.transect)[~idle]),
        transect_stratum=fewer.transect_stratum[~idle],
        effort=fewer.effort[~idle],
        detection_transect=order[fewer.detection_transect],
        transect_covariates={k: v[~idle] for k, v in fewer.transect_covariates.items()},
    )
    trees = [fit_model(model_of(one), 1) for one in (nobody, missing, gone)]
    totals = [tree["abundance"]["abundance_total"].to_numpy() for tree in trees]
    assert np.isfinite(totals[0]).all()
    np.testing.assert_array_equal(totals[0], totals[1])
    np.testing.assert_allclose(totals[0], totals[2], rtol=1e-9)


def test_random_effects_widen_the_total_and_are_found():
    rng = np.random.default_rng(5)
    route = np.repeat([f"r{i:02d}" for i in range(15)], 10)
    effect = rng.normal(0, 0.8, 15)
    effect -= effect.mean()
    form = DetectionForm("half-normal", 400.0)
    density = 2.5 * np.exp(np.repeat(effect, 10))
    told = SiteTruth(density, form, np.full(150, 180.0))
    sites = Sites(np.full(150, 1.5), {"route": route}, area_km2=1000.0)
    transects = simulate_sites(told, sites, rng)
    tree = fit_model(
        model_of(transects, density="", density_random=("route",), family="poisson"), 1
    )
    posterior = tree["posterior"].to_dataset()
    routes = posterior["density_route"]
    found, sd = routes.mean(("chain", "draw")).to_numpy(), routes.std(("chain", "draw")).to_numpy()
    assert np.abs((found - effect) / sd).max() < 3.5
    # With spreads of 0.38 for effects of 0.8 the means can follow them to root(1 - 0.23) = 0.88.
    assert np.corrcoef(found, effect)[0, 1] > 0.8
    low, high = np.quantile(posterior["density_sd_route"], [0.005, 0.995])
    assert low < 0.8 < high
    assert posterior["route_level"].to_numpy().tolist() == sorted(set(route))
    low, high = np.quantile(posterior["abundance_total"], [0.005, 0.995])
    assert low < 1000.0 * density.mean() < high
    assert any(str(t).startswith("density: route[") for t in tree["effects"]["term"].to_numpy())


def test_years_as_factor_are_predicted_at_the_year_asked_for():
    transects, _ = survey(sites=200)
    year = np.where(np.arange(200) % 2, "2024", "2025")
    both = replace(transects, transect_covariates={**transects.transect_covariates, "year": year})
    options = {"density": "forage + year", "family": "poisson"}
    trees = {
        at: fit_model(model_of(both, at={"year": at}, **options), 1) for at in ("2024", "2025")
    }
    effect = trees["2024"]["posterior"]["density_effect"].sel(density_term="year[2025]")
    ratio = (
        trees["2025"]["posterior"]["abundance_total"]
        / trees["2024"]["posterior"]["abundance_total"]
    )
    np.testing.assert_allclose(ratio, np.exp(effect), rtol=1e-6)


def test_an_uncentred_covariate_and_another_unit_give_the_same_answer():
    transects, _ = survey()
    forage = transects.transect_covariates["forage"]
    shifted = replace(transects, transect_covariates={"forage": 1e6 + 1000.0 * forage})
    plain, moved = (fit_model(model_of(one), 1)["posterior"] for one in (transects, shifted))
    np.testing.assert_allclose(plain["abundance_total"], moved["abundance_total"], rtol=1e-4)
