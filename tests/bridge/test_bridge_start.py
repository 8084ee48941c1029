"""What a study may say about the animals at its start and the caps of theory cases."""

import math

import numpy as np
import pytest
import xarray as xr
from pydantic import ValidationError

from ustyurt_models.bridge.cheetah import cheetah_rates
from ustyurt_models.bridge.regimes import regimes_of
from ustyurt_models.bridge.start import _structure, start_structure
from ustyurt_models.contracts import CHEETAH_DEATH_CAUSES
from ustyurt_models.evidence import load_catalogue, parameter_ids
from ustyurt_models.evidence.cheetah_species import load_cheetah_species
from ustyurt_models.formulas.cheetah_demography import excess_hazard, hazard_of
from ustyurt_models.landscape import load_land
from ustyurt_models.study.engine import Engine
from ustyurt_models.study.populations import Prey
from ustyurt_models.study.schema import Scenario

# Females of ages 0..3 in steps, then males; twice as many females as males.
STABLE = np.cumsum([0.0, 0.3, 0.2, 0.1667, 0.0, 0.15, 0.1, 0.0833])


def shares(**start):
    cumulative = start_structure(Prey(start=10, **start), STABLE, steps=1)
    assert math.isclose(cumulative[-1], 1.0)
    return np.diff(cumulative, prepend=0.0).reshape(2, 4)


def test_the_start_is_the_stable_structure_bit_for_bit_unless_the_study_says_otherwise():
    assert start_structure(Prey(start=10), STABLE, steps=1) is STABLE


def test_a_survey_that_tells_ages_and_sexes_sets_their_shares():
    # Two steps of a year each are one and two years old: ages 0 and 1 are the yearlings.
    surveyed = np.array([[0.2, 0.5], [0.2, 0.1]])
    found = np.diff(start_structure(Prey(start=10), STABLE, 1, surveyed), prepend=0.0)
    np.testing.assert_allclose(found.reshape(2, 4).sum(axis=1), [0.7, 0.3])
    np.testing.assert_allclose(found.reshape(2, 4)[:, :2].sum(axis=1), [0.2, 0.2])
    np.testing.assert_allclose(found[2] / found[3], 0.2 / 0.1667, rtol=1e-3)
    study = np.diff(start_structure(Prey(start=10, female_share=0.9), STABLE, 1, surveyed))
    assert study[3:].sum() == pytest.approx(0.1)


def test_ages_and_sexes_come_from_the_same_sample_as_the_number():
    share = np.arange(12.0).reshape(3, 2, 2)
    node = xr.Dataset({"share": (("draw", "sex", "age"), share)})
    tree = xr.DataTree.from_dict({"structure": node})
    found = _structure(tree, np.array([2, 0]))
    np.testing.assert_array_equal(found, share[[2, 0]])
    assert _structure(xr.DataTree(), np.array([0])) is None


def test_ages_of_the_start_are_equally_likely_within_each_sex():
    found = shares(age="1-2 y")
    np.testing.assert_allclose(found[0], [0, 1 / 3, 1 / 3, 0], atol=1e-4)
    np.testing.assert_allclose(found[1], [0, 1 / 6, 1 / 6, 0], atol=1e-4)
    np.testing.assert_allclose(shares(age="2-? y").sum(axis=0), [0, 0, 0.5, 0.5])
    np.testing.assert_allclose(shares(age="9 y").sum(axis=0), [0, 0, 0, 1])


def test_the_share_of_females_leaves_the_ages_within_a_sex_alone():
    found = shares(female_share=0.9)
    np.testing.assert_allclose(found.sum(axis=1), [0.9, 0.1])
    np.testing.assert_allclose(found[0] / 0.9, found[1] / 0.1, atol=2e-4)
    np.testing.assert_allclose(shares(age="3 y", female_share=1.0)[0], [0, 0, 0, 1])


def test_a_ceiling_holds_for_all_or_for_each_sex():
    rule = {"cheetah_capacity_rule": "ceiling_hard"}
    assert Engine(**rule, ceiling=30).ceilings == (30, 0)
    assert Engine(**rule, ceiling_females=12, ceiling_males=3).ceilings == (12, 3)
    with pytest.raises(ValidationError, match="goes with a ceiling rule"):
        Engine(**rule)
    for wrong in ({"ceiling_males": 3}, {"ceiling": 5, "ceiling_males": 3}):
        with pytest.raises(ValidationError, match="go together"):
            Engine(**rule, **wrong)
    with pytest.raises(ValidationError, match="goes with a ceiling rule"):
        Engine(**rule, ceiling=9, ceiling_females=12, ceiling_males=3)
    with pytest.raises(ValidationError, match="goes with a ceiling rule"):
        Engine(ceiling_females=12, ceiling_males=3)


@pytest.fixture(scope="module")
def cheetah():
    species = load_cheetah_species()
    rows = load_catalogue().require_ids(parameter_ids(species))
    return species, {row.id: row.value for row in rows}


def test_paternity_by_cub_reaches_the_kernels(cheetah):
    species, values = cheetah
    by_cub = species.births.model_copy(update={"paternity": "cub"})
    assert cheetah_rates(species, values, [(1.0, 2.0)], 5.0).sires_per_cub == 0
    other = cheetah_rates(species.model_copy(update={"births": by_cub}), values, [(1.0, 2.0)], 5.0)
    assert other.sires_per_cub == 1


def test_a_survival_of_zero_is_certain_death(cheetah):
    species, values = cheetah
    survival = species.survival.model_copy(update={"old": 0.0, "male": 0.0})
    rates = cheetah_rates(
        species.model_copy(update={"survival": survival}), values, [(1.0, 2.0)], 5.0
    )
    dead_in_a_year = 4 * rates.hazard[CHEETAH_DEATH_CAUSES.index("disease"), 1, -1]
    assert dead_in_a_year > 25
    assert np.isfinite(rates.hazard).all()
    assert hazard_of(1.0) == 0.0
    assert excess_hazard(0.5, 0.0) == 0.0


def test_a_land_without_poachers_has_no_pressure():
    land = load_land("ustyurt_5km")
    calm = land.assign(poaching_pressure=0.0 * land["poaching_pressure"])
    scenario = Scenario(title="calm", start=2027, years=5)
    (regime,) = regimes_of(scenario, calm, 0.2, folder=None)
    assert (regime.pressure[land["inside"].to_numpy()] == 0.0).all()
