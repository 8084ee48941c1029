"""Growth of whole populations from the shipped evidence, with prey that is not used up."""

import numpy as np
import pytest
from cheetah_world import Colony, make_land, season_key

from ustyurt_models.bridge.cheetah import cheetah_rates
from ustyurt_models.evidence import load_catalogue, parameter_ids
from ustyurt_models.evidence.cheetah_species import load_cheetah_species
from ustyurt_models.ibm.cheetah_births import give_birth, mate
from ustyurt_models.ibm.cheetah_deaths import die
from ustyurt_models.ibm.cheetah_dispersal import disperse, leave_mother
from ustyurt_models.ibm.predation import hunt, update_condition

SPECIES = load_cheetah_species()
#: No Allee effect and no inbreeding: what is left is the life table.
LIFE_TABLE = {"mate_finding": False, "inbreeding_depression": False}


def central(**changes):
    catalogue = load_catalogue()
    ids = {*parameter_ids(SPECIES), *changes.values()}
    values = {row.id: row.value for row in catalogue.require_ids(ids)}
    return values | {name: values[other] for name, other in changes.items()}


def growth_per_yr(values, exposure=0.0, gazelles_per_km2=3.0, years=12, pairs=80):
    """Mean yearly growth over the second half of the time."""
    land = make_land(45, 45, edge_open=0, road=exposure, people=exposure, poaching=exposure)
    land.carnivores[:] = 1.0
    rates = cheetah_rates(SPECIES, values, [(8.0, 21.0)], 5.0, 4, LIFE_TABLE)
    colony = Colony(land, slots=3000)
    inside = np.flatnonzero(land.inside)
    cells = np.random.default_rng(1).choice(inside, pairs)
    for k in range(pairs):
        colony.release(1, 1, ages=(8, 30), cell=cells[k], event=k + 1)
    colony.cheetahs.since_release[:] = 99
    c, s, tally = colony.cheetahs, colony.scratch, colony.tally
    counts = np.zeros((2, land.inside.size), np.int32)
    counts[1, inside] = round(25 * gazelles_per_km2)
    quota = np.zeros_like(counts)
    numbers = []
    for t in range(4 * years):
        key = season_key(t)
        hunt(c, counts, quota, rates, land, s, key, tally)
        update_condition(c, rates)
        die(c, rates, land, s, 0.0, t % 4, key, tally)
        assert give_birth(c, colony.kinship, rates, land, s, key, tally) >= 0
        mate(c, rates, land, s, t % 4, key)
        leave_mother(c, rates)
        disperse(c, counts, rates, land, s, 0, t % 4, key, tally)
        numbers.append(colony.alive().size)
    half = len(numbers) // 2
    return (numbers[-1] / max(numbers[half], 1)) ** (1 / (years / 2))


def test_protected_cheetahs_with_ample_prey_grow_like_managed_ones():
    # The South African metapopulation grew by 1.05 to 1.14 a year (che_lambda_meta).
    assert 1.03 < growth_per_yr(central()) < 1.20


def test_cubs_decide_between_growth_and_decline():
    serengeti = central(
        che_cub_ust="che_cub_ser", che_s_adf_med="che_s_adf_ser", che_s_adm_med="che_s_adm_ser"
    )
    assert growth_per_yr(serengeti) < 0.95
    no_predators = central(che_cub_ust="che_cub_nam")
    assert growth_per_yr(no_predators | {"wolf_cub": 0.0}, years=8, pairs=40) > 1.10


def test_conflict_farmland_is_a_sink():
    assert growth_per_yr(central(), exposure=1.0, years=6) < 0.75


@pytest.mark.parametrize(("gazelles_per_km2", "grows"), [(0.12, False), (1.5, True)])
def test_there_is_a_least_prey_density(gazelles_per_km2, grows):
    # Few cheetahs, so that they hardly interfere; grown gazelle only, which are harder to kill.
    growth = growth_per_yr(central(), gazelles_per_km2=gazelles_per_km2, pairs=20, years=20)
    assert (growth > 1.0) == grows
