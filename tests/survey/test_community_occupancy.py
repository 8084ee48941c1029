"""Several species at once: likelihood by enumeration, recovery, borrowing, files, misuse."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from scipy.special import expit, logit

import camtrap_case
from ustyurt_models.checks import InputError
from ustyurt_models.contracts import COMMUNITY, RICHNESS, check_dataset
from ustyurt_models.report.chapters.surveys import survey_part
from ustyurt_models.report.html import fragment
from ustyurt_models.report.inputs import SurveyResult
from ustyurt_models.seeds import generator
from ustyurt_models.study.surveys import CommunityOccupancy, Occupancy, Sampler
from ustyurt_models.survey import load_posterior, save_posterior
from ustyurt_models.survey.context import Context
from ustyurt_models.survey.fit import fit_model
from ustyurt_models.survey.models.community.data import community_of, describe, load
from ustyurt_models.survey.models.community.simulate import (
    CommunityTruth,
    draw_species,
    simulate_community,
)
from ustyurt_models.survey.models.community.survey_model import survey_model
from ustyurt_models.survey.models.sites.data import load as load_single
from ustyurt_models.survey.models.sites.data import survey_of
from ustyurt_models.survey.models.sites.simulate import VisitPlan
from ustyurt_models.survey.models.sites.survey_model import survey_model as single_model
from ustyurt_models.survey.samplers.flat import FlatModel

NUTS = Sampler(engine="nutpie", draws=400, tune=400, chains=2, cores=1)


def block(**options):
    return CommunityOccupancy(**({"file": "-", "sampler": NUTS} | options))


def simulated(species=8, sites=80, replicate=0):
    """Species with an effect of forage and one of date, one visit in ten not made."""
    rng = generator(31, "community", replicate)
    forage, date = rng.normal(size=sites), rng.normal(size=(sites, 4))
    made = rng.random((sites, 4)) < 0.9
    made[:, 0] = True
    plan = VisitPlan(made, site_covariates={"forage": forage}, occasion_covariates={"date": date})
    psi = draw_species(CommunityTruth(-0.5, 1.2, 0.8, 0.4), forage, species, rng)
    p = draw_species(CommunityTruth(-0.6, 0.6, -0.5, 0.2), date, species, rng)
    found, present = simulate_community(psi, p, plan, rng)
    return found, present, psi


@pytest.fixture(scope="module")
def truth():
    return simulated()


@pytest.fixture(scope="module")
def fitted(truth):
    survey = community_of(truth[0], block(psi="forage", detection="date"))
    return fit_model(survey_model(survey), 5)


def test_answer_has_the_declared_form(fitted):
    check_dataset(fitted["community"].to_dataset(), COMMUNITY, "community")
    check_dataset(fitted["richness"].to_dataset(), RICHNESS, "richness")
    assert fitted.attrs["verdict"] != "stop"
    for variable in fitted["posterior"].data_vars.values():
        assert np.isfinite(variable).all(), variable.name
        assert {"units", "long_name"} <= set(variable.attrs)


def test_graph_and_pointwise_likelihood_are_the_sum_over_states():
    found = simulated(species=3, sites=10)[0]
    model = survey_model(community_of(found, block(psi="forage", detection="date")))
    flat = FlatModel(model.build())
    points = generator(1, "points").normal(size=(3, flat.start.size)) * 0.7
    posterior = xr.Dataset(
        {
            name: (("chain", "draw", *(f"{name}_{i}" for i in range(v.ndim - 1))), v[None])
            for name, v in flat.constrain(points).items()
        }
    )
    each, unit = model.log_likelihood(posterior)
    assert unit == "history of a species at a site"
    prior = flat.log_priors(points)[0]
    assert flat.log_densities(points) - prior == pytest.approx(each.sum(axis=1), abs=1e-9)
    kept = model.data.survey.sites.histories
    forage, dates = model.data.psi.columns[:, 0], kept.occasion_covariates["date"]
    z = (dates - dates[kept.visited].mean()) / dates[kept.visited].std(ddof=1)
    for draw, species, site in itertools.product(range(3), range(3), range(10)):
        at = {
            name: values.values[0, draw, species]
            for name, values in posterior.items()
            if name.endswith(("_species", "_species_effect")) and "_sd_" not in name
        }
        psi = expit(at["psi_species"] + at["psi_species_effect"][0] * forage[site])
        p = expit(at["p_species"] + at["p_species_effect"][0] * z[site])
        y = found.y[species, site]
        there = np.nanprod(np.where(y == 1, p, np.where(y == 0, 1 - p, np.nan)))
        whole = psi * there + (1 - psi) * (np.nansum(y) == 0)
        assert each[draw, species * 10 + site] == pytest.approx(np.log(whole), rel=1e-9)


def test_effects_that_all_species_share_are_the_same_in_graph_and_draws():
    found = simulated(species=3, sites=12)[0]
    histories = found.histories
    block_of = np.repeat(np.array(["north", "south", "west"]), 4)
    observer = np.where(histories.occasion_covariates["date"] > 0, "a", "b")
    told = replace(
        histories,
        site_covariates={**histories.site_covariates, "block": block_of},
        occasion_covariates={**histories.occasion_covariates, "observer": observer},
    )
    options = {"psi": "forage", "psi_random": ("block",), "detection_random": ("observer",)}
    survey = community_of(replace(found, histories=told), block(**options))
    model = survey_model(survey)
    flat = FlatModel(model.build())
    points = generator(2, "points").normal(size=(4, flat.start.size)) * 0.7
    posterior = xr.Dataset(
        {
            name: (("chain", "draw", *(f"{name}_{i}" for i in range(v.ndim - 1))), v[None])
            for name, v in flat.constrain(points).items()
        }
    )
    each, _ = model.log_likelihood(posterior)
    prior = flat.log_priors(points)[0]
    assert flat.log_densities(points) - prior == pytest.approx(each.sum(axis=1), abs=1e-9)
    assert {"psi_block_z", "p_observer_z"} <= set(model.latent)


def test_gradients_are_finite_where_probabilities_are_all_but_zero_or_one():
    found = simulated(species=3, sites=10)[0]
    flat = FlatModel(survey_model(community_of(found, block(psi="forage"))).build())
    for shift in (-20.0, -4.0, 4.0, 20.0):
        value, gradient = flat.log_density(flat.start + shift)
        assert np.isfinite(value)
        assert np.isfinite(gradient).all()


def test_species_and_richness_are_recovered(fitted, truth):
    _, present, psi = truth
    draws = fitted["community"]["occupied_sites"].values
    low, high = np.quantile(draws, [0.005, 0.995], axis=0)
    assert ((low <= present.sum(axis=1)) & (present.sum(axis=1) <= high)).all()
    richness = fitted["richness"]["richness"].values
    low, high = np.quantile(richness, [0.025, 0.975], axis=0)
    inside = (low <= present.sum(axis=0)) & (present.sum(axis=0) <= high)
    assert inside.mean() > 0.9
    assert (richness >= fitted["richness"]["seen"].values).all()
    found = fitted["posterior"]["psi_mean"].mean(("chain", "draw")).values
    assert np.corrcoef(found, psi.mean(axis=1))[0, 1] > 0.95


def test_species_agree_with_fits_of_their_own_and_are_known_more_sharply():
    rng, species, sites = generator(31, "few visits"), 16, 30
    plan, none = VisitPlan(np.ones((sites, 3), bool)), np.zeros(sites)
    psi = draw_species(CommunityTruth(0.0, 1.0), none, species, rng)
    p = draw_species(CommunityTruth(-0.8, 0.5), np.zeros((sites, 3)), species, rng)
    found, _ = simulate_community(psi, p, plan, rng)
    tree = fit_model(survey_model(community_of(found, block())), 5)
    both = tree["community"]["psi_mean"].values
    alone = np.empty(both.shape)
    quick = Occupancy(file="-", sampler=Sampler(engine="laplace", draws=200))
    for number in range(species):
        single = fit_model(single_model(survey_of(found.of(number), quick)), 5)
        alone[:, number] = single["posterior"]["psi_mean"].values.ravel()
        gap = logit(alone[:, number].mean()) - logit(both[:, number].mean())
        assert abs(gap) < 2.0 * np.std(logit(alone[:, number])), found.species[number]
    assert both.std(axis=0).mean() < 0.9 * alone.std(axis=0).mean()


def test_a_species_never_seen_borrows_everything_and_the_gate_names_it(truth):
    found = truth[0]
    y = found.y.copy()
    y[3] = np.where(np.isfinite(y[3]), 0.0, np.nan)
    survey = community_of(replace(found, y=y), block())
    tree = fit_model(survey_model(survey), 5)
    for name, least in {"psi": 0.2, "p": 0.6}.items():
        share = tree["community"][f"borrowed_{name}"].values
        assert share[3] == max(share)
        assert share[3] > least
    said = tree["diagnostics"].to_dataset().sel(check="borrowed from other species")
    assert str(said["verdict"].values) == "look"
    assert "species 4" in str(said["meaning"].values)
    assert tree["community"]["occupied_share"].quantile(0.975, "draw").values[3] > 0.05


LONG = """\
# units: hours=hour
site,visit,species,hours,wind,forage
A,1,fox,2,3,10
A,1,hare,2,3,10
A,2,,1,5,10
B,1,hare,2,4,20
B,2,hare,3,1,20
C,1,,2,2,30
"""


def test_a_table_of_visits_gives_zeros_to_species_that_were_not_named(tmp_path):
    (tmp_path / "long.csv").write_text(LONG, encoding="utf-8")
    spec = block(file="long.csv", visit_column="visit", search="hours", never_seen=("caracal",))
    survey = load(spec, tmp_path, None, Context())
    assert survey.found.species == ("fox", "hare", "caracal")
    assert survey.found.y[0, :2].tolist() == [[1.0, 0.0], [0.0, 0.0]]
    assert survey.found.y[1, :2].tolist() == [[1.0, 0.0], [1.0, 1.0]]
    assert np.isnan(survey.found.y[:, 2, 1]).all()
    assert np.nansum(survey.found.y[2]) == 0
    histories = survey.sites.histories
    assert set(histories.site_covariates) == {"forage"}
    assert set(histories.occasion_covariates) == {"wind"}
    assert histories.effort_unit == "hour"
    assert describe(survey).startswith("3 sites, 5 visits, 3 species looked for, 2 of them seen")


WIDE = """\
site,species,y.1,y.2,forage
A,fox,0,1,10
A,hare,0,,10
B,hare,1,1,20
B,fox,0,0,20
"""


def read(text, tmp_path, **options):
    (tmp_path / "seen.csv").write_text(text, encoding="utf-8")
    return load(block(file="seen.csv", **options), tmp_path, None, Context())


def test_a_table_of_sites_has_a_row_for_every_species(tmp_path):
    survey = read(WIDE, tmp_path)
    assert survey.found.species == ("fox", "hare")
    assert survey.found.y[0].tolist() == [[0.0, 1.0], [0.0, 0.0]]
    assert np.isnan(survey.found.y[1, 0, 1])
    assert set(survey.sites.histories.site_covariates) == {"forage"}


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        (WIDE.replace("B,fox,0,0,20\n", ""), {}, "row for every site"),
        (WIDE.replace("B,fox,0,0,20", "B,fox,0,0,21"), {}, "same for all species"),
        (WIDE, {"members": {"fox": "foks"}}, "foks"),
        (WIDE, {"never_seen": ("fox",)}, "must not be in the data"),
        (WIDE, {"members": {"fox": "fox"}}, "at least two"),
        (WIDE, {"species_column": "speceis"}, "species"),
        (LONG, {"visit_column": "visit", "search": "hours", "psi": "wind"}, "wind"),
        (LONG + "A,1,fox,2,3,10\n", {"visit_column": "visit"}, "duplicated"),
        (LONG + "C,1,fox,2,9,30\n", {"visit_column": "visit"}, "same in all rows"),
    ],
)
def test_contradictions_are_refused(text, options, said, tmp_path):
    with pytest.raises(InputError, match=said):
        survey_model(read(text, tmp_path, **options))


def test_cameras_give_zeros_to_every_species_while_they_watched(tmp_path):
    path = camtrap_case.write(tmp_path / "cameras")
    members = {"gazelle": camtrap_case.GAZELLE, "fox": "Vulpes corsac"}
    spec = block(file="cameras", members=members, cameras={"occasion_days": 5.0})
    survey = load(spec, path.parent, None, Context())
    single = Occupancy(
        file="cameras", cameras={"occasion_days": 5.0, "taxon": camtrap_case.GAZELLE}
    )
    alone = load_single(single, path.parent, None, Context())
    assert np.array_equal(survey.found.y[0], alone.histories.y, equal_nan=True)
    assert np.nansum(survey.found.y[1]) == 1
    assert np.array_equal(np.isnan(survey.found.y[0]), np.isnan(survey.found.y[1]))
    with pytest.raises(InputError, match="members"):
        load(block(file="cameras"), path.parent, None, Context())


def test_the_report_draws_every_species_and_says_who_borrows(fitted, tmp_path):
    path = save_posterior(fitted, tmp_path / "community.nc")
    text = fragment(survey_part(SurveyResult.of("steppe", load_posterior(path))))
    assert "8 species looked for, 8 of them seen" in text
    assert "psi from the others" in text
    assert "typical species" in text
    assert "species 7" in text
    assert "4 or more" in text
