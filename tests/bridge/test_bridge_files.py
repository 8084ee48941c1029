"""Files that a study names beside its surveys: weather and polygons, relative to the study."""

import json

import numpy as np
import pytest

from ustyurt_models.bridge.check import check_scenario
from ustyurt_models.bridge.regimes import regimes_of
from ustyurt_models.bridge.weather import weather_of
from ustyurt_models.checks import InputError
from ustyurt_models.evidence import load_catalogue
from ustyurt_models.evidence.draws import draw_parameters, parameters_at
from ustyurt_models.landscape import load_land, restrict
from ustyurt_models.landscape.climate import PARAMETERS
from ustyurt_models.landscape.climate_file import read_series
from ustyurt_models.study.load import load_study

STUDY = """
title = "files"
start = 2030
years = 3
[area]
region = "maps/window.geojson"
[prey.saiga]
start = 1000
[climate]
file = "weather.csv"
[[management.protected_area]]
name = "drawn_park"
polygon = "maps/park.geojson"
enforcement = 0.8
from = 2031
"""
RELEASE = """
[[release]]
when = 2031
site = "beyneu_plain"
animals = { females = 1, males = 1 }
"""
WEATHER = (
    "year,winter_severity,summer_drought\n2029,0.5,-1\n2030,1.5,0\n2031,-0.25,2\n2032,0,0.125\n"
)


def square(west, east, south, north):
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return json.dumps({"type": "Polygon", "coordinates": [ring]})


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "maps").mkdir()
    (tmp_path / "maps" / "window.geojson").write_text(square(54.0, 57.0, 42.0, 44.0))
    (tmp_path / "maps" / "park.geojson").write_text(square(55.0, 56.0, 42.5, 43.5))
    (tmp_path / "weather.csv").write_text(WEATHER)
    (tmp_path / "study.toml").write_text(STUDY)
    return tmp_path


@pytest.fixture(scope="module")
def whole():
    return load_land("ustyurt_5km")


def opened(folder, whole):
    scenario = load_study(folder / "study.toml").scenarios[0]
    return scenario, restrict(whole, scenario.area.region, folder)


def faults_of(folder, whole):
    scenario, land = opened(folder, whole)
    with pytest.raises(InputError) as refused:
        check_scenario(scenario, folder, land, load_catalogue())
    return str(refused.value).splitlines()


def test_the_region_is_cut_to_a_polygon_file(folder, whole):
    scenario, land = opened(folder, whole)
    inside = land["inside"].to_numpy()
    lon, lat = land["lon"].to_numpy()[inside], land["lat"].to_numpy()[inside]
    assert 0 < inside.sum() < whole["inside"].to_numpy().sum()
    assert lon.min() >= 54.0
    assert lon.max() <= 57.0
    assert lat.min() >= 42.0
    assert lat.max() <= 44.0
    check_scenario(scenario, folder, land, load_catalogue())


def test_a_protected_area_may_be_a_polygon_file(folder, whole):
    scenario, land = opened(folder, whole)
    before, after = regimes_of(scenario, land, 0.0, folder)
    lon, lat = land["lon"].to_numpy(), land["lat"].to_numpy()
    park = (lon > 55.0) & (lon < 56.0) & (lat > 42.5) & (lat < 43.5)
    assert after.removed[park].min() == 0.8
    assert (after.removed[~park] == before.removed[~park]).all()


def test_a_supplied_series_is_the_weather_of_every_replicate(folder, whole):
    scenario, _ = opened(folder, whole)
    catalogue = load_catalogue()
    parameters = parameters_at(draw_parameters(catalogue, PARAMETERS, 1, 1), 0)
    series = read_series(folder / scenario.climate.file)
    for replicate in range(2):
        made = weather_of(scenario, parameters, 0, replicate, series)
        assert made.winter_severity.tolist() == [0.5, 1.5, -0.25, 0.0]
        assert made.summer_drought.tolist() == [-1.0, 0.0, 2.0, 0.125]
        assert np.argmin(made.forage) == 2


def test_weather_must_begin_with_the_year_before_the_study(folder, whole):
    (folder / "weather.csv").write_text(WEATHER.replace("2029,0.5,-1\n", ""))
    assert faults_of(folder, whole) == [
        "weather.csv: must cover the years 2029..2032; got '2030..2032' "
        "(extend the series or shorten the study)"
    ]


def test_all_files_and_places_are_looked_at_together(folder, whole):
    (folder / "study.toml").write_text(STUDY + RELEASE)
    (folder / "weather.csv").write_text("year,winter_severity\n2029,0\n")
    (folder / "maps" / "park.geojson").write_text("{}")
    found = faults_of(folder, whole)
    assert len(found) == 3
    assert found[0].startswith("release[0].site: must lie in the study region; got ")
    assert found[1].startswith("park.geojson: must hold a Polygon or MultiPolygon")
    assert found[2].startswith("weather.csv: row 1: must hold the column 'summer_drought'; got ")
