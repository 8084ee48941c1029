"""Plans of the study file as arrays for the kernels."""

from pathlib import Path

import numpy as np
import pytest

from ustyurt_models.bridge import places, plans, regimes
from ustyurt_models.checks import InputError
from ustyurt_models.ibm.management import COMPARISONS
from ustyurt_models.landscape.land import load_land
from ustyurt_models.landscape.regions import disc_mask
from ustyurt_models.study.load import read_study
from ustyurt_models.study.places import Core, Place

STUDY = """
title = "plans"
start = 2030
years = 20

[prey.saiga]
start = 1000
[prey.kulan]
start = 100

[[management.barrier]]
name = "border_kz_uz"
from = 2035
permeability = { saiga = 0.9 }

[[management.protection]]
level = 0.5
from = 2032
to = 2040

[[management.protected_area]]
name = "new_park"
from = 2035
lon = 55.6
lat = 42.9
radius = "40 km"
enforcement = 0.8

[[management.livestock]]
factor = 0.5
area = "south_ustyurt"
from = 2045

[[management.water_point]]
lon = 56.0
lat = 44.0
from = 2045

[[management.conflict_mitigation]]
effect = 0.4
from = 2045

[[management.harvest]]
species = "saiga"
fraction = 0.1
sex = "male"
age = "adult"
from = 2033
to = 2034

[[management.harvest]]
species = "kulan"
quota = 5

[[management.prey_translocation]]
species = "kulan"
years = [2031, 2033]
females = 20
males = 10
site = "kaplankyr"

[[release]]
site = "south_chinks"
season = "autumn"
animals = { females = 4, males = 3, age = "2-4 y", origin = "wild_jubatus" }
repeat = { years = 5, every = 2 }
stop = "estimated adult deaths > 50 % within 2 years"
[release.when]
gate = "prey_biomass_kg_per_km2 >= 15 in core for 3 years and saiga > 500"
not_before = 2035

[[release]]
when = 2040
site = { lon = 56.9, lat = 41.4 }
method = "hard"
animals = { females = 2, males = 2 }
"""


@pytest.fixture(scope="module")
def land():
    return load_land("ustyurt_5km")


@pytest.fixture(scope="module")
def scenario(tmp_path_factory):
    path = tmp_path_factory.mktemp("plans") / "plans.toml"
    path.write_text(STUDY, encoding="utf-8")
    return read_study(path).scenarios[0]


@pytest.fixture(scope="module")
def columns(land, scenario):
    zones = places.zone_map(scenario.area.core, land).names
    return plans.monitored_columns(zones, scenario.species)


def test_releases_become_indices_of_years_steps_and_cells(land, scenario, columns):
    found = plans.releases_of(scenario, land, columns)
    assert found.first_year.tolist() == [5, 10]
    assert found.last_year.tolist() == [19, 10]
    assert found.repeats.tolist() == [5, 1]
    assert found.every.tolist() == [2, 1]
    assert found.season.tolist() == [2, 0]
    assert (found.age_min[0], found.age_max[0]) == (8, 16)
    assert found.soft.tolist() == [1, 0]
    assert found.captive.tolist() == [0, 1]
    assert found.african.tolist() == [1, 0]
    assert plans.sources_of(scenario) == ["resident", "wild_jubatus", "captive_venaticus"]
    assert found.source.tolist() == [1, 2]
    assert found.stop_column.tolist() == [-2, -1]
    assert found.stop_threshold[0] == 0.5
    inside = land["inside"].to_numpy().ravel()
    assert inside[found.cell].all()
    lon, lat = land["lon"].to_numpy().ravel(), land["lat"].to_numpy().ravel()
    assert abs(lon[found.cell[1]] - 56.9) < 0.05
    assert abs(lat[found.cell[1]] - 41.4) < 0.05


@pytest.mark.parametrize(
    ("season", "holding", "method", "when", "first", "held"),
    [
        ("spring", 2, "soft", "2040", 9, 1),
        ("spring", 2, "hard", "2040", 10, 0),
        ("autumn", 2, "soft", "2040", 10, 0),
        ("summer", 6, "soft", "2040", 8, 2),
        ("spring", 0, "soft", "2040", 10, 0),
        ("spring", 5, "soft", '{ gate = "saiga > 500", not_before = 2035 }', 5, 2),
    ],
)
def test_animals_held_first_are_let_go_in_the_season_after_that(
    land, columns, tmp_path, season, holding, method, when, first, held
):
    release = f'''
[[release]]
when = {when}
site = "south_chinks"
season = "{season}"
method = "{method}"
holding_seasons = {holding}
animals = {{ females = 1, males = 1 }}
'''
    path = tmp_path / "held.toml"
    path.write_text(STUDY.split("[[release]]")[0] + release, encoding="utf-8")
    found = plans.releases_of(read_study(path).scenarios[0], land, columns)
    assert (found.first_year[0], found.held_years[0]) == (first, held)


def test_gates_watch_the_column_of_their_zone_or_species(scenario, columns):
    found = plans.gates_of(scenario, columns)
    assert found.release.tolist() == [0, 0]
    assert [columns[c] for c in found.column] == ["prey_biomass_kg_per_km2:core", "saiga"]
    assert [COMPARISONS[c] for c in found.comparison] == [">=", ">"]
    assert found.threshold.tolist() == [15.0, 500.0]
    assert found.years.tolist() == [3, 1]


def test_translocations_and_harvests_become_one_entry_each(land, scenario):
    moved = plans.translocations_of(scenario, land)
    assert moved.year.tolist() == [1, 3]
    assert moved.species.tolist() == [1, 1]
    assert moved.females.tolist() == [20, 20]
    taken = plans.harvests_of(scenario)
    assert taken.fraction.tolist() == [0.1, -1.0]
    assert taken.quota.tolist() == [0, 5]
    assert (taken.first_year[0], taken.last_year[0]) == (3, 4)
    assert taken.eligible.tolist() == [[0, 0, 0, 1], [1, 1, 1, 1]]


def test_zones_are_unions_of_parts_and_keep_their_area(land):
    found = places.zone_map(Core(), land)
    inside = land["inside"].to_numpy().ravel()
    per_part = np.bincount(found.zones.part[inside], minlength=found.zones.member.shape[1]) * 25.0
    assert found.zones.member @ per_part == pytest.approx(found.zones.area_km2)
    assert found.zones.area_km2[0] == inside.sum() * 25.0
    assert found.zones.area_km2[2:].sum() == pytest.approx(found.zones.area_km2[0])


def test_an_unknown_site_is_named_with_its_neighbour(land):
    with pytest.raises(InputError, match="did you mean 'south_chinks'"):
        places.cell_of(Place(name="south_chink"), land, "release[0].site")


def test_a_point_outside_the_region_is_refused(land):
    with pytest.raises(InputError, match="must lie in the study region"):
        places.cell_of(Place(lon=61.0, lat=40.0), land, "release[0].site")


def test_a_regime_begins_where_a_measure_begins_or_ends(scenario, land):
    found = regimes.regimes_of(scenario, land, enforcement_now=0.4, folder=Path())
    assert [regime.first_year for regime in found] == [0, 2, 5, 11, 15]
    by_year = regimes.regime_by_year(scenario)
    assert by_year.tolist() == [0] * 2 + [1] * 3 + [2] * 6 + [3] * 4 + [4] * 5


def test_measures_change_the_land_as_they_say(scenario, land):
    inside = land["inside"].to_numpy()
    today, guarded, fenced, relaxed, final = regimes.regimes_of(scenario, land, 0.4, Path())
    assert today.pressure[inside].mean() == pytest.approx(1.0)
    assert guarded.pressure[inside] == pytest.approx(0.5 * today.pressure[inside])
    park = disc_mask(land, 55.6, 42.9, 40_000.0) & inside
    assert fenced.removed[park].min() >= 1 - 0.5 * 0.2 - 1e-9
    assert relaxed.removed[park].min() >= 0.8 - 1e-9
    assert fenced.openings == {"saiga": {"border_kz_uz": 0.9}}
    assert guarded.openings == {}
    south = land["protected_area"].to_numpy() == 4
    assert (final.livestock_factor[south] == 0.5).all()
    assert (final.livestock_factor[~south] == 1.0).all()
    share = final.land["livestock_share"].to_numpy()[south & inside]
    assert (share <= land["livestock_share"].to_numpy()[south & inside]).all()
    nearer = final.land["distance_to_water"].to_numpy() - land["distance_to_water"].to_numpy()
    assert nearer.min() < -20
    assert nearer.max() <= 1e-4
    assert final.mitigation[inside] == pytest.approx(0.4)
