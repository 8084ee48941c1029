import math

import numpy as np
import pytest
import xarray as xr

from ustyurt_models.bridge.cheetah import cheetah_rates
from ustyurt_models.bridge.cheetah_land import cheetah_land, disc_offsets, range_mean
from ustyurt_models.contracts import CHEETAH_DEATH_CAUSES
from ustyurt_models.evidence import load_catalogue, parameter_ids
from ustyurt_models.evidence.cheetah_species import load_cheetah_species
from ustyurt_models.ibm.cheetah_deaths import fill_hazards
from ustyurt_models.ibm.cheetah_releases import add_released
from ustyurt_models.ibm.cheetah_state import (
    CheetahRelease,
    new_cheetahs,
    new_kinship,
    new_tally,
)

PREY_KG = [(8.0, 21.0), (15.0, 30.0), (20.0, 45.0), (60.0, 180.0)]
CAUSES = len(CHEETAH_DEATH_CAUSES)


@pytest.fixture(scope="module")
def species():
    return load_cheetah_species()


@pytest.fixture(scope="module")
def central(species):
    rows = load_catalogue().require_ids(parameter_ids(species))
    return {row.id: row.value for row in rows}


def small_land(exposure):
    ny = nx = 9
    inside = np.zeros((ny, nx), bool)
    inside[1:-1, 1:-1] = True
    full = np.ones((ny, nx))
    layers = {
        "suitability_cheetah": full,
        "road_exposure": exposure * full,
        "people_exposure": exposure * full,
        "poaching_pressure": exposure * full,
        "protection": 0.0 * full,
        "livestock_share": 0.2 * full,
    }
    data = {name: (("y", "x"), layer) for name, layer in layers.items()}
    return xr.Dataset({"inside": (("y", "x"), inside), **data})


def yearly_survival(species, values, male, exposure=0.0, steps=4, age_yr=5, **release):
    """Survival over one year, from the hazards of the kernels, condition full, no cold."""
    rates = cheetah_rates(species, values, PREY_KG, 5.0, steps)
    ways = np.zeros((8, 81), np.uint8), np.ones((1, steps, 1))
    land = cheetah_land(small_land(exposure), species, values, *ways, cell_km=5.0)
    land.poaching[:] = exposure
    cheetahs, tally = new_cheetahs(2), new_tally(CAUSES, 8, 81)
    age = age_yr * steps
    known = {"captive": 0, "african": 0, "soft": 0} | release
    who = (0, 1) if male else (1, 0)
    batch = CheetahRelease(np.uint64(1), np.uint64(0), *who, age, age, 40, 0, **known, partners=1)
    add_released(cheetahs, new_kinship(2), np.zeros((1, 1)), batch, tally)
    if not release:
        cheetahs.since_release[0] = -1
    total, hazards = 0.0, np.zeros(CAUSES)
    for season in range(steps):
        total += fill_hazards(cheetahs, 0, rates, land, 0.0, season, hazards)
        cheetahs.age[0] += 1
        cheetahs.since_release[0] += bool(release)
    return math.exp(-total)


@pytest.mark.parametrize("steps", [4, 1])
def test_threats_alone_make_reserve_farmland_and_hard_release(species, central, steps):
    female = yearly_survival(species, central, male=False, steps=steps)
    male = yearly_survival(species, central, male=True, steps=steps)
    assert 0.80 <= male <= female <= 0.86
    farm_female = yearly_survival(species, central, male=False, exposure=1.0, steps=steps)
    farm_male = yearly_survival(species, central, male=True, exposure=1.0, steps=steps)
    assert farm_female == pytest.approx(0.35, abs=0.01)
    assert farm_male == pytest.approx(0.61, abs=0.01)
    hard = [
        yearly_survival(species, central, male=sex, exposure=1.0, steps=steps, soft=0)
        for sex in (False, True)
    ]
    assert math.sqrt(hard[0] * hard[1]) == pytest.approx(0.18, abs=0.01)
    soft = yearly_survival(species, central, male=True, steps=steps, soft=1)
    captive = yearly_survival(species, central, male=True, steps=steps, soft=1, captive=1)
    assert captive < soft
    assert 0.70 <= soft <= 0.82


@pytest.mark.parametrize("steps", [4, 1])
def test_cubs_survive_their_first_year_as_the_evidence_says(species, central, steps):
    rates = cheetah_rates(species, central, PREY_KG, 5.0, steps)
    causes = [CHEETAH_DEATH_CAUSES.index(name) for name in ("cub_loss", "other_carnivores")]
    total = rates.hazard[causes, 0, :steps].sum()
    assert math.exp(-total) == pytest.approx(central["che_cub_ust"])
    assert rates.dependency == (6 if steps == 4 else 1)
    assert rates.gestation == (1 if steps == 4 else 0)


def test_each_process_can_be_switched_off_alone(species, central):
    base = cheetah_rates(species, central, PREY_KG, 5.0)
    for cause in ("starvation", "road", "herders_dogs", "snare_poaching", "cold", "old_age"):
        rates = cheetah_rates(species, central, PREY_KG, 5.0, 4, {cause: False})
        position = CHEETAH_DEATH_CAUSES.index(cause)
        assert base.hazard[position].any()
        assert not rates.hazard[position].any()
        others = [k for k in range(CAUSES) if k != position]
        np.testing.assert_array_equal(rates.hazard[others], base.hazard[others])
    off = {
        "inbreeding_depression": ("inbreeding_load", 0.0),
        "livestock_predation": ("livestock_attack_km2", 0.0),
        "territoriality": ("territory_km", 0.0),
        "conflict_feedback": ("retaliation", 0.0),
        "mate_finding": ("mate_radius_km", math.inf),
        "interference": ("interference_km2", 0.0),
    }
    for process, (field, value) in off.items():
        rates = cheetah_rates(species, central, PREY_KG, 5.0, 4, {process: False})
        assert getattr(base, field) != value
        assert getattr(rates, field) == value


def test_gazelle_and_saiga_are_food_and_grown_kulan_are_not(species, central):
    rates = cheetah_rates(species, central, PREY_KG, 5.0)
    attack = rates.attack_km2
    assert attack[1] == attack[3] > 0
    assert attack[7] < 0.05 * attack[1]
    assert attack[6] > attack[7]


def test_discs_hold_the_cells_of_their_area_in_order():
    y, x, km = disc_offsets(5.0, 3629.0)
    assert y.size == 145
    assert (y[0], x[0], km[0]) == (0, 0, 0.0)
    assert (np.diff(km) >= 0).all()
    assert km[-1] == pytest.approx(math.sqrt(3629 / math.pi), rel=0.05)


def test_exposure_is_the_mean_over_the_range_inside():
    inside = np.zeros((5, 5), bool)
    inside[1:4, 1:4] = True
    layer = np.zeros((5, 5))
    layer[2, 2], layer[0, 2] = 5.0, 100.0
    y, x, _ = disc_offsets(5.0, 125.0)
    mean = range_mean(layer, inside, y, x)
    assert mean[2, 2] == 1.0
    assert mean[1, 2] == 5.0 / 4
    assert mean[1, 1] == 0.0
