import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ustyurt_models.formulas.demography import (
    DensityResponse,
    LifeTable,
    calibrate_density,
    growth_factor,
    leslie_matrix,
    net_reproduction,
    reproductive_values,
    seasonal_cycle,
    seasonal_structure,
    survivorship,
    with_crowding,
)

#: Case A1: females, first-year survival 0.5, then 0.85, 0.85, 0.88; breeds from 3 to 12.
A1_SURVIVAL = np.array([0.5, 0.85, 0.85] + [0.88] * 10)


def a1_table(seasons=1):
    hazard = np.broadcast_to(-np.log(A1_SURVIVAL) / seasons, (seasons, 2, 13)).copy()
    young = np.where(np.arange(13) >= 3, 0.5 * 3.15, 0.0)
    return LifeTable(hazard, young, 0.5)


def test_growth_and_replacement_of_case_a1_are_the_published_ones():
    assert growth_factor(a1_table()) == pytest.approx(1.0911286, abs=5e-8)
    assert net_reproduction(a1_table()) == pytest.approx(1.7104600, abs=5e-8)


def test_growth_does_not_depend_on_the_number_of_seasons():
    assert growth_factor(a1_table(4)) == pytest.approx(growth_factor(a1_table(1)), rel=1e-12)


def test_stable_ages_and_reproductive_values_of_case_a1_are_the_published_ones():
    structure = seasonal_structure(a1_table(), growth_factor(a1_table()))[0, 0, 1:]
    expected = [0.219774, 0.171206, 0.133371, 0.107564, 0.086751, 0.069965, 0.056427]
    expected += [0.045509, 0.036703, 0.029601, 0.023873, 0.019254]
    assert structure / structure.sum() == pytest.approx(expected, abs=1e-6)
    values = [1, 1.283681, 1.647836, 1.595740, 1.531145, 1.451053, 1.351745]
    values += [1.228611, 1.075934, 0.886628, 0.651904, 0.360865]
    assert reproductive_values(a1_table()) == pytest.approx(values, abs=1e-5)


def test_the_matrix_has_the_growth_of_the_euler_lotka_equation():
    eigenvalue = np.abs(np.linalg.eigvals(leslie_matrix(a1_table()))).max()
    assert eigenvalue == pytest.approx(growth_factor(a1_table()), rel=1e-10)


def test_survivorship_is_the_product_of_survivals():
    expected = np.concatenate([[1.0], np.cumprod(A1_SURVIVAL[:-1])])
    assert survivorship(a1_table(4))[1] == pytest.approx(expected)


def test_growth_is_zero_when_nobody_breeds():
    life = a1_table()
    assert growth_factor(LifeTable(life.hazard, np.zeros(13), 0.5)) == 0.0


shares = st.floats(0.0, 2.0)


@settings(max_examples=40, deadline=None)
@given(shares, shares, st.floats(0.05, 2.0), st.sampled_from([1, 4]))
def test_growth_is_one_at_capacity_and_larger_below(young, adult, births, seasons):
    life, response = a1_table(seasons), DensityResponse(young, adult, births)
    strength = calibrate_density(life, response)
    assert growth_factor(with_crowding(life, response, strength)) == pytest.approx(1.0, abs=1e-9)
    assert growth_factor(with_crowding(life, response, 0.5 * strength)) > 1.0


def test_no_density_response_is_added_to_a_population_that_cannot_grow():
    life = a1_table()
    poor = LifeTable(life.hazard + 0.5, life.young_per_female, 0.5)
    response = DensityResponse(1.0, 0.2, 0.5)
    assert calibrate_density(poor, response) == 0.0
    strength = calibrate_density(poor, response, least_fall=0.05)
    fallen = growth_factor(with_crowding(poor, response, strength))
    assert fallen == pytest.approx(0.95 * growth_factor(poor))


def test_the_seasonal_cycle_closes_after_a_year():
    life, response = a1_table(4), DensityResponse(1.0, 0.2, 0.5)
    crowded = with_crowding(life, response, calibrate_density(life, response))
    cycle = seasonal_cycle(crowded)
    assert cycle[0] == pytest.approx(1.0)
    # The newborns are in from the second season on.
    assert cycle[1] > 1.0 > 0.0
    structure = seasonal_structure(crowded, 1.0)
    last = structure[3] * np.exp(-crowded.hazard[3])
    assert last[:, :-1].sum() == pytest.approx(1.0)
    born = (structure[0, 0] * crowded.young_per_female).sum()
    after_spring = (structure[0] * np.exp(-crowded.hazard[0])).sum()
    newborn_survivors = born * np.exp(-crowded.hazard[0, 0, 0])
    assert cycle[1] == pytest.approx(after_spring + newborn_survivors)
