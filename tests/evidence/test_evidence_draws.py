"""Parameter sets: addressed by seed, id and draw, and by nothing else."""

import time

import numpy as np
import pytest
from scipy import stats

from ustyurt_models.checks import InputError
from ustyurt_models.evidence import load_catalogue
from ustyurt_models.evidence.distributions import fit
from ustyurt_models.evidence.draws import draw_parameters, parameters_at

IDS = ("sai_fec_ad", "gaz_s_ad", "che_afb_sa", "sai_longev")


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue()


def test_a_draw_does_not_depend_on_how_many_are_taken(catalogue):
    few = draw_parameters(catalogue, IDS, seed=7, draws=3)
    many = draw_parameters(catalogue, IDS, seed=7, draws=200)
    for id in IDS:
        np.testing.assert_array_equal(few[id], many[id][:3])


def test_a_draw_does_not_depend_on_the_other_parameters(catalogue):
    alone = draw_parameters(catalogue, ["gaz_s_ad"], seed=7, draws=5)
    among = draw_parameters(catalogue, reversed(IDS), seed=7, draws=5)
    np.testing.assert_array_equal(alone["gaz_s_ad"], among["gaz_s_ad"])


def test_another_seed_or_parameter_gives_other_draws(catalogue):
    first = draw_parameters(catalogue, IDS, seed=7, draws=5)
    other = draw_parameters(catalogue, IDS, seed=8, draws=5)
    assert not np.any(first["sai_fec_ad"].values == other["sai_fec_ad"].values)
    ranks = [np.argsort(first[id].values).tolist() for id in ("sai_fec_ad", "gaz_s_ad")]
    assert ranks[0] != ranks[1]


def test_draws_follow_the_fitted_distribution(catalogue):
    id, draws = "sai_s_adf_good", 4000
    values = draw_parameters(catalogue, [id], seed=1, draws=draws)[id].values
    a, b, low, high = fit(catalogue[id]).numbers
    exact = stats.beta(a, b, loc=low, scale=high - low)
    standard_error = exact.std() / np.sqrt(draws)
    assert abs(values.mean() - exact.mean()) < 5 * standard_error
    assert stats.kstest(values, exact.cdf).pvalue > 1e-4


def test_each_variable_carries_unit_grade_and_source(catalogue):
    drawn = draw_parameters(catalogue, IDS, seed=1, draws=2)
    attributes = drawn["sai_fec_ad"].attrs
    assert attributes["units"] == "proportion"
    assert attributes["confidence"] == "A"
    assert attributes["source_key"] == "kuhl2009"
    assert attributes["long_name"] == "saiga: proportion of females >=2 y giving birth"
    assert attributes["distribution"] == "beta"
    assert 0 <= attributes["fit_error"] < 0.05
    assert drawn.attrs == {"seed": 1, "evidence_digest": catalogue.digest}
    assert drawn["sai_fec_ad"].dims == ("draw",)


def test_one_set_is_a_plain_mapping_of_numbers(catalogue):
    drawn = draw_parameters(catalogue, IDS, seed=1, draws=4)
    chosen = parameters_at(drawn, 2)
    assert list(chosen) == list(IDS)
    assert chosen["sai_longev"] == 12.0
    assert chosen["gaz_s_ad"] == float(drawn["gaz_s_ad"][2])
    assert all(type(value) is float for value in chosen.values())


def test_repeated_ids_count_once(catalogue):
    assert list(draw_parameters(catalogue, [*IDS, *IDS], 1, 1).data_vars) == list(IDS)


def test_unknown_ids_and_facts_are_named_together(catalogue):
    with pytest.raises(InputError) as caught:
        draw_parameters(catalogue, ["sai_fec_add", "sai_fec_y9", "gaz_dd"], 1, 1)
    assert len(caught.value.faults) == 2
    with pytest.raises(InputError, match="states a fact") as caught:
        draw_parameters(catalogue, ["gaz_dd", "sai_trigger_hum", "sai_fec_ad"], 1, 1)
    assert len(caught.value.faults) == 2
    with pytest.raises(InputError, match="at least 1"):
        draw_parameters(catalogue, IDS, 1, 0)


def test_a_full_set_of_200_draws_takes_no_more_than_seconds(catalogue):
    ids = [row.id for row in catalogue if row.drawable]
    begun = time.process_time()
    drawn = draw_parameters(catalogue, ids, seed=3, draws=200)
    parameters_at(drawn, 199)
    assert time.process_time() - begun < 4
