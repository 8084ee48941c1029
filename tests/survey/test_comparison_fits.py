import numpy as np
import pytest
from pydantic import ValidationError

from ustyurt_models.checks import InputError
from ustyurt_models.contracts import ABUNDANCE, check_dataset
from ustyurt_models.seeds import generator
from ustyurt_models.study.surveys import Candidate, Gate, LineTransect, Sampler
from ustyurt_models.study.surveys.candidates import blocks_of_candidates, name_of_candidate
from ustyurt_models.survey.fit import fit_models
from ustyurt_models.survey.models.distance.data import survey_of
from ustyurt_models.survey.models.distance.simulate import (
    LineTransectTruth,
    simulate_line_transect,
)
from ustyurt_models.survey.models.distance.survey_model import survey_model
from ustyurt_models.survey.posterior import load_posterior, save_posterior

TRUTH = LineTransectTruth((0.15, 0.3), (5000.0, 2000.0), 180.0, None, 500.0, 0.8)
EFFORT = (np.full(15, 60.0), np.full(15, 40.0))
COSINE = Candidate(key="uniform", adjustment="cosine", orders=(1,))


def block(**options):
    quick = Sampler(engine="laplace", draws=250)
    told = {"file": "-", "truncation": "500 m", "group_size": "single", "sampler": quick}
    return LineTransect(**(told | options))


def models_of(*blocks):
    survey = simulate_line_transect(TRUTH, EFFORT, generator(5, "line_transect"))
    return [survey_model(survey_of(survey, one)) for one in blocks]


def fitted(**options):
    first = block(candidates=("hazard-rate", COSINE), **options)
    return fit_models(models_of(first, *blocks_of_candidates(first)), 3)


@pytest.fixture(scope="module")
def averaged():
    return fitted(average=True)


def test_candidates_keep_all_but_their_options():
    first = block(adjustment="cosine", orders=(2,), candidates=("hazard-rate", COSINE))
    hazard, cosine = blocks_of_candidates(first)
    assert (hazard.key, hazard.adjustment, hazard.orders) == ("hazard-rate", "none", ())
    assert (cosine.key, cosine.adjustment, cosine.orders) == ("uniform", "cosine", (1,))
    assert hazard.truncation == first.truncation == 500.0
    assert hazard.candidates == ()
    names = [name_of_candidate(one) for one in (first, hazard, cosine)]
    assert names == ["half-normal, cosine 2", "hazard-rate", "uniform, cosine 1"]
    random = block(candidates=(Candidate(scale="weather", scale_random=("observer",)),))
    (covariates,) = blocks_of_candidates(random)
    assert name_of_candidate(covariates) == "half-normal, scale ~ weather + (observer)"


def test_candidates_that_cannot_be_are_refused_in_words():
    with pytest.raises(ValidationError, match="'candidates' must differ"):
        block(candidates=("half-normal",))
    with pytest.raises(ValidationError, match="'adjustment' and 'orders' go together"):
        block(candidates=(Candidate(adjustment="cosine"),))
    with pytest.raises(ValidationError, match="'average' needs 'candidates'"):
        block(average=True)


def test_gate_limits_in_the_wrong_order_are_refused():
    with pytest.raises(ValidationError, match="'khat' must be look and stop, with look below stop"):
        Gate(khat=(0.7, 0.5))
    with pytest.raises(ValidationError, match="'ess' must be look and stop, with look above stop"):
        Gate(ess=(100.0, 400.0))


def test_comparison_names_every_candidate_and_weighs_them(averaged):
    node = averaged["comparison"]
    assert list(node["fit"].values) == ["half-normal", "hazard-rate", "uniform, cosine 1"]
    assert float(node["stacking"].sum()) == pytest.approx(1)
    assert float(node["pseudo_bma"].sum()) == pytest.approx(1)
    assert float(node["difference"].max()) == 0
    assert node.attrs["unit"] == "transect"
    # Simulated from a half-normal: no candidate predicts clearly better than it.
    assert float(node["difference"].sel(fit="half-normal")) > -4


def test_average_takes_draws_by_weight_and_keeps_the_contract(averaged, tmp_path):
    mixed = averaged["abundance"].to_dataset()
    check_dataset(mixed, ABUNDANCE, "average")
    counts = np.bincount(mixed["fit"].values, minlength=3) / mixed.sizes["draw"]
    assert counts == pytest.approx(averaged["comparison"]["weight"].values, abs=0.002)
    again = load_posterior(save_posterior(averaged, tmp_path / "average.nc"))
    assert np.array_equal(again["abundance"]["fit"], mixed["fit"])


def test_without_averaging_the_first_model_gives_the_numbers(averaged):
    plain = fitted()
    alone = fit_models(models_of(block()), 3)
    assert np.array_equal(
        plain["abundance"]["abundance_total"], alone["abundance"]["abundance_total"]
    )
    checks = list(plain["diagnostics"]["check"].values)
    assert "choice of candidate" in checks
    assert "choice of candidate" not in list(averaged["diagnostics"]["check"].values)
    assert "comparison" not in alone.children


def test_candidates_with_other_data_are_refused():
    cut = block(truncation="400 m", key="hazard-rate")
    with pytest.raises(InputError, match="must be fitted to the same data as half-normal"):
        fit_models(models_of(block(), cut), 3)


def test_plenty_of_data_decide_and_the_prior_does_not(averaged):
    node = averaged["sensitivity"].to_dataset()
    assert "abundance_total" in node["result"].values
    abundance = node.sel(result="abundance_total")
    assert float(abundance["prior"]) < 0.05 < float(abundance["likelihood"])
    assert str(abundance["diagnosis"].values) == "rests on the data"


def test_a_strong_prior_far_from_the_data_is_named():
    told = {"sigma_share": {"median": 3.0, "sd_log": 0.1}}
    odd = fit_models(models_of(block(priors=told)), 3)
    node = odd["sensitivity"].to_dataset().sel(result="esw_m")
    assert str(node["diagnosis"].values).startswith("prior-data conflict")
    row = odd["diagnostics"].to_dataset().sel(check="prior moves esw_m")
    assert str(row["verdict"].values) == "look"
