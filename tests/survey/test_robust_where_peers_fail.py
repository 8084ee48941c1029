"""The list of silent failures of established programs (distance sampling), one test each."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize

from ustyurt_models.checks import InputError
from ustyurt_models.seeds import generator
from ustyurt_models.study.surveys import HierarchicalDistance, LineTransect, Sampler
from ustyurt_models.survey.fit import fit_model
from ustyurt_models.survey.models.distance.data import survey_of
from ustyurt_models.survey.models.distance.simulate import (
    LineTransectTruth,
    simulate_line_transect,
)
from ustyurt_models.survey.models.distance.survey_model import survey_model
from ustyurt_models.survey.models.hierarchical.data import survey_of as sites_of
from ustyurt_models.survey.models.hierarchical.survey_model import survey_model as site_model
from ustyurt_models.survey.samplers.flat import FlatModel

QUICK = Sampler(engine="laplace", draws=250)
TRUTH = LineTransectTruth((0.5,), (1000.0,), 150.0, 3.0, 400.0, 0.5)


def survey(seed="robust", **change):
    """Simulated lines with a covariate that has nothing to do with anything."""
    plain = simulate_line_transect(TRUTH, (np.full(20, 30.0),), generator(8, seed))
    rng = generator(8, seed, "covariate")
    minutes = rng.uniform(0.0, 100.0, plain.distance_m.size)
    observer = rng.choice(["Aidana", "Болат"], plain.distance_m.size)
    return replace(plain, covariates={"minutes": minutes, "observer": observer}, **change)


def block(**options):
    return LineTransect(
        **({"file": "-", "truncation": "400 m", "group_size": "single", "sampler": QUICK} | options)
    )


def fit(lines, **options):
    return fit_model(survey_model(survey_of(lines, block(**options))), 3)


def total(tree):
    return float(tree["abundance"]["abundance_total"].median())


@pytest.mark.parametrize("key", ["half-normal", "hazard-rate"])
def test_an_uncentred_covariate_changes_nothing(key):
    lines = survey()
    far = {**lines.covariates, "minutes": 1e5 + 60.0 * lines.covariates["minutes"]}
    here = fit(lines, key=key, scale="minutes")
    there = fit(replace(lines, covariates=far), key=key, scale="minutes")
    assert total(there) == pytest.approx(total(here), rel=1e-6)
    assert float(there["sample_stats"]["optima"]) == 1


def highest(lines, **options):
    """The model as a function and its highest point."""
    flat = FlatModel(survey_model(survey_of(lines, block(**options))).build())
    start = flat.start

    def slope(point):
        value, gradient = flat.log_density(point)
        return -value, -gradient

    found = minimize(slope, start, jac=True, method="BFGS")
    return flat, found.x


def test_a_model_never_fits_worse_than_the_one_nested_in_it():
    lines = survey()
    narrow, at = highest(lines, key="hazard-rate")
    wide, best = highest(lines, key="hazard-rate", scale="minutes + observer")
    heights = [
        flat.log_densities(point[None])[0] - flat.log_priors(point[None])[0][0]
        for flat, point in ((wide, best), (narrow, at))
    ]
    assert heights[0] >= heights[1] - 0.05


def test_criteria_of_different_keys_share_their_constant():
    # A half-normal with a huge scale and a uniform key are the same model.
    lines = survey()
    flat = fit(lines, key="uniform", encounter="poisson")
    found = {
        str(name): float(value)
        for name, value in zip(
            flat["diagnostics"]["check"].values, flat["diagnostics"]["value"].values, strict=True
        )
    }
    rate = lines.distance_m.size / lines.effort.sum()
    counts = np.bincount(lines.detection_transect, minlength=lines.effort.size)
    mean = rate * lines.effort
    poisson = counts * np.log(mean) - mean - [np.log(np.arange(1, n + 1)).sum() for n in counts]
    exact = poisson.sum() - lines.distance_m.size * np.log(400.0)
    assert found["elpd LOO"] + found["p LOO"] == pytest.approx(exact, abs=1.0)


def test_left_truncation_leaves_out_the_same_area_everywhere():
    # Where detection is certain, leaving out the strip by the line must not move the density.
    plain = survey()
    rng = generator(9, "flat")
    even = replace(plain, distance_m=rng.uniform(0.0, 400.0, plain.distance_m.size))
    whole = fit(even, key="uniform")
    cut = fit(even, key="uniform", left_truncation="100 m")
    kept = np.mean(even.distance_m >= 100.0) / 0.75
    assert total(cut) == pytest.approx(total(whole) * kept, rel=0.05)
    assert float(cut["posterior"]["p_detect"].median()) == pytest.approx(1.0)


def test_lines_without_any_detection_stay_in_the_totals():
    plain = survey()
    more = replace(
        plain,
        transect=(*plain.transect, "stratum_1/empty"),
        transect_stratum=np.append(plain.transect_stratum, 0),
        effort=np.append(plain.effort, plain.effort.sum()),
    )
    assert total(fit(more)) == pytest.approx(total(fit(plain)) / 2, rel=0.12)


def test_a_site_that_was_never_visited_is_no_fault_and_no_zero():
    plain = survey()
    covariate = np.linspace(0.0, 1.0, plain.effort.size)
    sites = replace(plain, transect_covariates={"forage": covariate})
    missing = replace(
        sites,
        transect=(*plain.transect, "stratum_1/unvisited"),
        transect_stratum=np.append(plain.transect_stratum, 0),
        effort=np.append(plain.effort, 0.0),
        transect_covariates={"forage": np.append(covariate, 0.5)},
    )
    options = {"file": "-", "truncation": "400 m", "group_size": "single", "density": "forage"}
    told = HierarchicalDistance(**options, family="poisson", sampler=QUICK)
    found = [fit_model(site_model(sites_of(one, told)), 3) for one in (sites, missing)]
    for name, variable in found[1]["posterior"].data_vars.items():
        assert np.all(np.isfinite(variable.values)), name
    slopes = [tree["posterior"]["density_effect"].values.mean() for tree in found]
    assert slopes[1] == pytest.approx(slopes[0], abs=0.1)


@pytest.mark.parametrize("key", ["half-normal", "hazard-rate"])
def test_the_unit_of_length_changes_nothing(key):
    # The same animals on a map a thousand times larger.
    lines = survey()
    large = replace(
        lines,
        distance_m=lines.distance_m * 20.0,
        effort=lines.effort * 20.0,
        area_km2=lines.area_km2 * 400.0,
    )
    prior = {"encounter_rate": {"median": 0.1, "sd_log": 4.0}}
    scaled = {"encounter_rate": {"median": 0.1 / 20.0, "sd_log": 4.0}}
    here = fit(lines, key=key, priors=prior)
    there = fit(large, key=key, truncation="8000 m", priors=scaled)
    assert total(there) == pytest.approx(total(here), rel=1e-6)


@pytest.mark.parametrize("every", [20, 10, 4])
def test_a_spike_on_the_line_never_multiplies_abundance_in_silence(every):
    # Heaping on the line: a hazard-rate follows it, with a shape that a shoulder cannot have.
    plain = survey()
    spiked = plain.distance_m.copy()
    spiked[::every] = 0.5
    smooth = fit(plain, key="hazard-rate")
    spike = fit(replace(plain, distance_m=spiked), key="hazard-rate")
    assert total(spike) < 1.5 * total(smooth) or spike.attrs["verdict"] == "stop"
    assert float(spike["posterior"]["shape_excess"].min()) > 0


def test_names_of_transects_may_be_any_text():
    plain = survey()
    named = replace(plain, transect=tuple(f"Устюрт №{i}" for i in range(plain.effort.size)))
    assert total(fit(named)) == pytest.approx(total(fit(plain)), rel=1e-12)


def test_every_fit_ends_with_a_verdict():
    tree = fit(survey(), key="hazard-rate", scale="observer")
    assert tree.attrs["verdict"] in ("pass", "look", "stop")
    assert tree["diagnostics"].sizes["check"] > 5


def test_a_covariate_that_is_missing_somewhere_is_named():
    lines = survey()
    minutes = lines.covariates["minutes"].copy()
    minutes[3] = np.nan
    with pytest.raises(InputError, match=r"minutes.*1 of \d+ are missing"):
        fit(replace(lines, covariates={"minutes": minutes}), scale="minutes")
