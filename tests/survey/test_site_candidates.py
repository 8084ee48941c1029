"""Models of the same visits beside each other: names, refusals, weights, average, report."""

from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

from ustyurt_models.checks import InputError
from ustyurt_models.contracts import ABUNDANCE, OCCUPANCY, check_dataset
from ustyurt_models.report.chapters.surveys import survey_part
from ustyurt_models.report.html import fragment
from ustyurt_models.report.inputs import SurveyResult
from ustyurt_models.seeds import generator
from ustyurt_models.study.surveys import (
    CountCandidate,
    DynamicOccupancy,
    NMixture,
    Occupancy,
    OccupancyCandidate,
    Sampler,
)
from ustyurt_models.study.surveys.candidates import blocks_of_candidates, name_of_candidate
from ustyurt_models.survey import load_posterior, save_posterior
from ustyurt_models.survey.fit import fit_models
from ustyurt_models.survey.models.sites.data import survey_of
from ustyurt_models.survey.models.sites.simulate import (
    VisitPlan,
    simulate_counts,
    simulate_occupancy,
)
from ustyurt_models.survey.models.sites.survey_model import survey_model

QUICK = Sampler(engine="laplace", draws=250)
SITES = 150


def forage_and_plan():
    """Sites whose forage matters and whose slope does not; one visit in ten is not made."""
    rng = generator(23, "candidates")
    forage, slope = rng.normal(size=(2, SITES))
    made = rng.random((SITES, 4)) < 0.9
    plan = VisitPlan(made, site_covariates={"forage": forage, "slope": slope})
    return forage, plan, rng


def flocks():
    """Counts of animals that vary twice as much among sites as Poisson with covariates."""
    forage, plan, rng = forage_and_plan()
    rate = 2.0 * np.exp(0.6 * forage) * rng.gamma(1.0, 1.0, SITES)
    return simulate_counts(rng.poisson(rate), np.full((SITES, 4), 0.5), plan, rng, "n_mixture")


def histories():
    forage, plan, rng = forage_and_plan()
    psi = 1.0 / (1.0 + np.exp(-1.5 * forage))
    return simulate_occupancy(psi, np.full((SITES, 4), 0.4), plan, rng)[0]


def fitted(block, seen):
    blocks = (block, *blocks_of_candidates(block))
    return fit_models([survey_model(survey_of(seen, one)) for one in blocks], 3)


def words_of(tree, folder):
    path = save_posterior(tree, folder / "fit.nc")
    return fragment(survey_part(SurveyResult.of("hares", load_posterior(path))))


def test_candidates_are_told_by_what_each_quantity_depends_on():
    block = Occupancy(
        file="-",
        psi="forage",
        detection_random=("observer",),
        candidates=(OccupancyCandidate(psi=""), OccupancyCandidate(psi="forage + slope")),
    )
    names = [name_of_candidate(one) for one in (block, *blocks_of_candidates(block))]
    assert names == [
        "psi ~ forage, detection ~ (observer)",
        "psi constant, detection ~ (observer)",
        "psi ~ forage + slope, detection ~ (observer)",
    ]
    dynamic = DynamicOccupancy(file="-", visits="y{season}{visit}", colonisation="season")
    told = "psi constant, colonisation ~ season, extinction constant, detection constant"
    assert name_of_candidate(dynamic) == told


def test_candidates_that_cannot_be_are_refused():
    with pytest.raises(ValidationError, match="'candidates' must differ"):
        NMixture(file="-", candidates=("poisson",))
    with pytest.raises(ValidationError, match="'average' needs 'candidates'"):
        Occupancy(file="-", average=True)
    with pytest.raises(ValidationError, match="family"):
        Occupancy(file="-", candidates=({"family": "poisson"},))
    with pytest.raises(ValidationError, match="no longer be those of the cells"):
        Occupancy(file="-", map=True, average=True, candidates=({"psi": "forage"},))


def test_families_of_counts_are_weighed_and_the_right_one_foretells_best(tmp_path):
    family = CountCandidate(family="negative-binomial")
    block = NMixture(
        file="-", sampler=QUICK, animals="forage", candidates=("zero-inflated", family)
    )
    tree = fitted(block, flocks())
    node = tree["comparison"].to_dataset()
    assert node.attrs["unit"] == "site"
    assert node.attrs["units"] == SITES
    best = "negative-binomial, animals ~ forage, detection constant"
    assert node.attrs["best"] == best
    assert float(node["stacking"].sel(fit=best)) > 0.5
    found = tree["diagnostics"].to_dataset().sel(check="candidate behind the best")
    assert str(found["verdict"].values) == "look"
    text = words_of(tree, tmp_path)
    assert "Which model of the visits" in text
    assert "foretells clearly worse than negative-binomial" in text
    assert "animals at the visited sites" in text


def test_averaged_counts_keep_the_contract():
    block = NMixture(file="-", sampler=QUICK, candidates=({"animals": "forage"},), average=True)
    tree = fitted(block, flocks())
    mixed = tree["abundance"].to_dataset()
    check_dataset(mixed, ABUNDANCE, "average")
    assert mixed.attrs["area_basis"] == "sites"
    share = np.bincount(mixed["fit"].values, minlength=2) / mixed.sizes["draw"]
    assert share == pytest.approx(tree["comparison"]["weight"].values, abs=0.002)


def test_a_covariate_that_matters_is_found_and_one_that_does_not_is_told_apart(tmp_path):
    others = (OccupancyCandidate(psi=""), OccupancyCandidate(psi="forage + slope"))
    block = Occupancy(file="-", sampler=QUICK, psi="forage", candidates=others)
    tree = fitted(block, histories())
    node = tree["comparison"].to_dataset()
    assert node.attrs["quantity"] == "occupied_share"
    behind, se = -node["difference"].values, node["difference_se"].values
    assert behind[1] > max(4.0, 2 * se[1])  # without forage
    assert behind[0] < 4.0  # the true one is the best or near it
    low, high = node["occupied_share_low"].values, node["occupied_share_high"].values
    assert np.all((low > 0) & (low < high) & (high < 1))
    text = words_of(tree, tmp_path)
    assert "the data cannot tell it from psi ~ forage + slope" in text
    assert "share of the visited sites" in text


def test_averaged_occupancy_keeps_the_contract(tmp_path):
    candidates = (OccupancyCandidate(psi="forage"), OccupancyCandidate(psi="slope"))
    block = Occupancy(file="-", sampler=QUICK, candidates=candidates, average=True)
    tree = fitted(block, histories())
    mixed = tree["occupancy"].to_dataset()
    check_dataset(mixed, OCCUPANCY, "average")
    assert set(np.unique(mixed["fit"].values)) <= {0, 1, 2}
    assert "averaged" in words_of(tree, tmp_path)


def test_seasons_are_compared_by_the_last():
    rng = generator(7, "seasons")
    visits = rng.random((60, 6)) < 0.5
    seen = replace(
        histories_of(visits.astype(float)),
        season=np.array([0, 0, 0, 1, 1, 1]),
        seasons=("2024", "2025"),
    )
    block = DynamicOccupancy(
        file="-", visits="y{season}{visit}", sampler=QUICK, candidates=({"detection": "season"},)
    )
    tree = fitted(block, seen)
    last = tree["occupancy"]["occupied_share"].isel(season=-1)
    middle = float(tree["comparison"]["occupied_share"][0])
    assert middle == pytest.approx(float(last.median()))


def histories_of(y):
    """Return histories with these visits, without covariates."""
    plan = VisitPlan(np.ones(y.shape, bool))
    seen, _ = simulate_occupancy(np.ones(len(y)), np.ones(y.shape), plan, generator(1, "plain"))
    return replace(seen, y=y)


def test_other_visits_are_refused():
    first = Occupancy(file="-", sampler=QUICK)
    seen = histories()
    fewer = replace(seen, y=np.where(np.arange(4) < 3, seen.y, np.nan))
    models = [survey_model(survey_of(one, first)) for one in (seen, fewer)]
    with pytest.raises(InputError, match="must be fitted to the same data"):
        fit_models(models, 3)
