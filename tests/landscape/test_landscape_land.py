"""The shipped landscape keeps its contract, and faulty landscapes are refused with the remedy."""

import importlib.util
import json
import subprocess
import sys

import numpy as np
import pyproj
import pytest
import xarray as xr

from ustyurt_models.checks import InputError
from ustyurt_models.contracts import LAND
from ustyurt_models.evidence import load_catalogue
from ustyurt_models.landscape import (
    cell_at,
    cell_size_km,
    digest,
    load_land,
    protected_area_names,
    sites,
    step_permeability,
    zones,
)
from ustyurt_models.landscape.barriers import DIRECTIONS
from ustyurt_models.landscape.grid import study_crs
from ustyurt_models.landscape.land_checks import PROVENANCE, SPECIES
from ustyurt_models.resources import models_dir

FOLDER = models_dir() / "landscape"
needs_geo = pytest.mark.skipif(
    importlib.util.find_spec("rasterio") is None, reason="the extra 'geo' is not installed"
)


@pytest.fixture(scope="module")
def land():
    return load_land("ustyurt_5km")


def values(land, name):
    return land[name].to_numpy()[land["inside"].to_numpy()].astype(float)


def test_the_study_area_is_as_large_as_the_plateau(land):
    area_km2 = land["inside"].to_numpy().sum() * cell_size_km(land) ** 2
    low, high = (getattr(load_catalogue()["site_area"], end) for end in ("low", "high"))
    assert low <= area_km2 <= high
    assert area_km2 == pytest.approx(196_331, rel=0.03)


def test_every_layer_says_what_it_is_and_where_it_comes_from(land):
    for name, layer in land.data_vars.items():
        if name == "spatial_ref":
            continue
        assert layer.attrs["provenance"] in PROVENANCE, name
        for attribute in ("source", "licence", "long_name", "units", "formula"):
            assert layer.attrs[attribute], (name, attribute)
    for name, variable in LAND.items():
        assert land[name].attrs["units"] == variable.unit
    assert "GeoNames (CC BY 4.0)" in land.attrs["attribution"]


@pytest.mark.parametrize(
    ("layer", "parameter"),
    [("snow_depth", "cli_snowdepth"), ("forage", "veg_prod"), ("suitability_urial", "uri_area")],
)
def test_synthetic_layers_have_the_mean_of_the_evidence(land, layer, parameter):
    assert values(land, layer).mean() == pytest.approx(load_catalogue()[parameter].value, rel=1e-3)


def test_livestock_on_the_kazakh_part_are_those_of_the_herd_counts(land):
    row = load_catalogue()
    total = row["liv_sheep"].value + sum(
        row[f"liv_{kind}"].value * row[f"liv_su_{kind}"].value
        for kind in ("horse", "camel", "cattle")
    )
    expected = total / row["liv_sheep"].value * row["liv_density"].value
    kazakh = zones(land)["KAZ"]
    found = land["livestock_density"].to_numpy()[kazakh].mean()
    assert found == pytest.approx(expected, rel=1e-3)


def test_poaching_pressure_has_mean_one(land):
    assert values(land, "poaching_pressure").mean() == pytest.approx(1.0, rel=1e-3)


def test_snow_deepens_to_the_north_and_gazelle_lose_ground_there(land):
    lat, snow = values(land, "lat"), values(land, "snow_depth")
    gazelle = values(land, "suitability_goitered_gazelle")
    assert snow[lat > 45.5].mean() > 2 * snow[lat < 42.5].mean()
    assert gazelle[lat > 46.2].mean() < 0.5 * gazelle[(lat > 42.5) & (lat < 44)].mean()


def test_urial_keep_to_the_chinks(land):
    slope, urial = values(land, "slope"), values(land, "suitability_urial")
    steep = slope > np.quantile(slope, 0.85)
    assert urial[steep].sum() > 0.9 * urial.sum()


def test_the_projection_is_read_by_pyproj_and_fits_longitude_and_latitude(land):
    crs = pyproj.CRS.from_cf(land["spatial_ref"].attrs)
    assert crs.equals(study_crs(), ignore_axis_order=True)
    forward = pyproj.Transformer.from_crs(4326, crs, always_xy=True)
    x, y = forward.transform(land["lon"].to_numpy(), land["lat"].to_numpy())
    np.testing.assert_allclose(x, np.broadcast_to(land["x"], x.shape), atol=1.0)
    np.testing.assert_allclose(y, np.broadcast_to(land["y"].to_numpy()[:, None], y.shape), atol=1.0)


@needs_geo
def test_rioxarray_finds_the_projection():
    pytest.importorskip("rioxarray")
    with xr.open_dataset(FOLDER / "ustyurt_5km.nc", decode_coords="all") as opened:
        assert opened.rio.crs is not None
        assert opened.rio.resolution() == (5000.0, -5000.0)


def test_zones_share_out_the_study_region(land):
    found = zones(land)
    parts = [found[name] for name in ("KAZ", "UZB", "TKM")]
    np.testing.assert_array_equal(np.sum(parts, axis=0), found["region"])
    assert 10_000 < found["core"].sum() * 25 < 25_000
    lat = land["lat"].to_numpy()
    assert lat[found["core"]].max() < 43.7


def test_sites_lie_inside_and_are_found_again(land):
    inside = land["inside"].to_numpy().ravel()
    for lon, lat in sites(land).values():
        cell = cell_at(land, lon, lat)
        assert inside[cell]
        assert land["lon"].to_numpy().ravel()[cell] == pytest.approx(lon, abs=1e-3)
    assert cell_at(land, 10.0, 50.0) == -1


def test_names_beside_the_landscape_are_those_in_it(land):
    names = json.loads((FOLDER / "ustyurt_5km.names.json").read_text(encoding="utf-8"))
    assert names["sites"] == list(sites(land))
    assert names["barriers"] == [str(name) for name in land["barrier"].to_numpy()]
    assert ["none", *names["protected_areas"]] == protected_area_names(land)
    assert tuple(names["species"]) == SPECIES
    assert land["protected_area"].to_numpy().max() == len(names["protected_areas"])


def reached_from(chance, inside, start):
    seen = np.zeros(inside.shape, dtype=bool)
    seen[start] = True
    queue = [start]
    while queue:
        row, column = queue.pop()
        for k, (d_row, d_col) in enumerate(DIRECTIONS):
            to = row + d_row, column + d_col
            if chance[k, row, column] > 0 and inside[to] and not seen[to]:
                seen[to] = True
                queue.append(to)
    return seen


@pytest.mark.parametrize("country", ["KAZ", "UZB", "TKM"])
def test_closed_borders_keep_animals_in_their_country(land, country):
    borders = ("border_kz_uz", "border_kz_tm", "border_uz_tm")
    chance = step_permeability(land, dict.fromkeys(borders, 0.0))
    home = zones(land)[country]
    start = tuple(np.argwhere(home)[home.sum() // 2])
    seen = reached_from(chance, land["inside"].to_numpy(), start)
    assert not (seen & ~home).any()
    assert seen.sum() > 0.95 * home.sum()


def test_open_borders_leave_the_plateau_in_one_piece(land):
    inside = land["inside"].to_numpy()
    start = tuple(np.argwhere(inside)[1000])
    seen = reached_from(step_permeability(land, {}), inside, start)
    assert (seen == inside).all()


@pytest.mark.slow
@needs_geo
def test_the_build_script_makes_the_shipped_landscape_again(land, tmp_path):
    target = tmp_path / "again.nc"
    script = FOLDER / "build_ustyurt_5km.py"
    command = [sys.executable, str(script), str(FOLDER / "source"), str(target)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    assert digest(load_land(target)) == digest(land)


def saved(land, path):
    land.to_netcdf(path, engine="h5netcdf")
    return path


def test_a_landscape_written_and_read_again_has_the_same_digest(land, tmp_path):
    assert digest(load_land(saved(land, tmp_path / "copy.nc"))) == digest(land)


def test_the_digest_sees_one_changed_cell(land):
    other = land.copy(deep=True)
    other["forage"].to_numpy()[80, 60] += 1
    assert digest(other) != digest(land)


def wrong_projection(land):
    lonlat = pyproj.CRS.from_epsg(4326)
    land["spatial_ref"].attrs = {"crs_wkt": lonlat.to_wkt()}
    return land


def other_centre(land):
    crs = pyproj.CRS.from_proj4("+proj=laea +lat_0=44.5 +lon_0=56 +datum=WGS84 +units=m")
    land["spatial_ref"].attrs = {"crs_wkt": crs.to_wkt()}
    return land


def utm(land):
    land["spatial_ref"].attrs = {"crs_wkt": pyproj.CRS.from_epsg(32640).to_wkt()}
    return land


def region_at_rim(land):
    land["inside"].to_numpy()[0, 5] = True
    return land


def hole_inside(land):
    row, column = np.argwhere(land["inside"].to_numpy())[7]
    land["forage"].to_numpy()[row, column] = np.nan
    return land


def percent(land):
    return land.assign(livestock_share=land["livestock_share"] * 100)


def untagged(land):
    del land["forage"].attrs["provenance"]
    return land


FAULTY = {
    "no layer": (lambda land: land.drop_vars("snow_depth"), "snow_depth"),
    "no species": (lambda land: land.drop_vars("suitability_kulan"), "suitability_kulan"),
    "degrees": (wrong_projection, "equal-area in metres"),
    "not equal-area": (utm, "equal-area in metres"),
    "other centre": (other_centre, "degree apart"),
    "no projection": (lambda land: land.drop_vars("spatial_ref"), "projection must be given"),
    "at the rim": (region_at_rim, "rim of the grid"),
    "hole": (hole_inside, "every cell inside"),
    "percent": (percent, r"0\.\.1"),
    "upside down": (lambda land: land.isel(y=slice(None, None, -1)), "north to south"),
    "untagged": (untagged, "provenance"),
    "integer layer": (lambda land: land.assign(forage=land["forage"].astype(int)), "kind f"),
}


@pytest.mark.parametrize("case", FAULTY)
def test_faulty_landscapes_are_refused_with_file_and_rule(land, tmp_path, case):
    change, message = FAULTY[case]
    path = saved(change(land.copy(deep=True)), tmp_path / "mine.nc")
    with pytest.raises(InputError, match=message) as caught:
        load_land(path)
    assert "mine.nc" in str(caught.value)


def test_all_faults_of_a_landscape_are_told_at_once(land, tmp_path):
    broken = wrong_projection(land.copy(deep=True)).drop_vars(["forage", "suitability_saiga"])
    with pytest.raises(InputError) as caught:
        load_land(saved(broken, tmp_path / "mine.nc"))
    assert len(caught.value.faults) >= 3


def test_truncated_files_are_refused(tmp_path):
    whole = (FOLDER / "ustyurt_5km.nc").read_bytes()
    path = tmp_path / "cut.nc"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="readable NetCDF"):
        load_land(path)


def test_an_unknown_name_gets_a_suggestion():
    with pytest.raises(InputError, match="did you mean 'ustyurt_5km'"):
        load_land("ustyurt_5k")


def test_longitude_and_latitude_are_added_where_missing(land, tmp_path):
    path = saved(land.drop_vars(["lon", "lat"]), tmp_path / "mine.nc")
    found = load_land(path)
    np.testing.assert_allclose(found["lon"], land["lon"], atol=1e-4)
    np.testing.assert_allclose(found["lat"], land["lat"], atol=1e-4)
