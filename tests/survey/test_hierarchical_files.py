"""Hierarchical surveys from files: grids, units, places on the landscape, sites nobody visited."""

import json

import numpy as np
import pytest
import xarray as xr

from ustyurt_models.bridge.survey_grid import survey_grid
from ustyurt_models.checks import InputError
from ustyurt_models.contracts import GRID, check_dataset
from ustyurt_models.landscape import load_land
from ustyurt_models.landscape.grid import cell_at
from ustyurt_models.study.surveys import DensitySurface, HierarchicalDistance
from ustyurt_models.survey.context import Context
from ustyurt_models.survey.models.hierarchical.places import place
from ustyurt_models.survey.read.grid import GridUnits, read_grid
from ustyurt_models.survey.registry import describe_survey, load_survey, model_of

ROWS = """\
# status: simulated
# units: distance=m, effort=km, position=m
# kind: line
Sample.Label,Effort,x,y,elevation,distance,size
1,10,1000,1000,100,50,2
1,10,1000,1000,100,20,1
2,10,2000,1000,150,,
3,10,3000,1000,200,80,4
4,0,1000,2000,120,,
5,,2000,2000,180,,
6,12,3000,2000,260,10,1
"""
GRID_ROWS = """\
# units: area=ha, elevation=ft, position=m
x,y,area,elevation,zone
1000,1000,100,328.084,north
2000,1000,100,492.126,north
3000,1000,100,656.168,north
1000,2000,100,393.7008,south
2000,2000,100,590.5512,south
3000,2000,100,853.0184,south
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "sites.csv").write_text(ROWS)
    (tmp_path / "cells.csv").write_text(GRID_ROWS)
    return tmp_path


def block(kind=HierarchicalDistance, **options):
    told = {"file": "sites.csv", "grid": "cells.csv", "truncation": "100 m"}
    return kind(**(told | options))


def load(folder, **options):
    return load_survey(block(**options), folder, None, Context())


def refused(folder, **options):
    with pytest.raises(InputError) as fault:
        model_of(load(folder, **options))
    return str(fault.value)


def test_sites_that_nobody_visited_are_left_out_and_said(folder):
    survey = load(folder, density="elevation")
    assert survey.data.site == ("all/1", "all/2", "all/3", "all/6")
    assert any("2 sites without visits left out" in note for note in survey.transects.notes)
    assert describe_survey(survey) == "4 segments, 42 km, 4 groups within 100 m"


def test_wide_counts_at_points_keep_their_classes(tmp_path):
    rows = ["n_0_50,n_50_100,n_100_200,grass", "1,0,2,3", "0,0,0,5", ",,,4", "0,3,1,6"]
    (tmp_path / "sites.csv").write_text("\n".join(rows))
    spec = HierarchicalDistance(
        file="sites.csv", transect="point", distance_unit="m", density="grass"
    )
    data = load_survey(spec, tmp_path, None, Context()).data
    assert data.form.point
    assert data.classes.tolist() == [0.0, 50.0, 100.0, 200.0]
    assert data.groups.tolist() == [3, 0, 4]  # the third site was not visited
    assert data.covariates["grass"].tolist() == [3.0, 5.0, 6.0]


def test_effort_missing_where_something_was_seen_is_refused(folder):
    (folder / "sites.csv").write_text(ROWS.replace("6,12,3000", "6,0,3000"))
    assert "effort: must be > 0" in refused(folder)


def test_a_grid_in_feet_and_hectares_becomes_metres_and_square_kilometres(folder):
    survey = load(folder, density="elevation")
    grid = survey.own_grid
    np.testing.assert_allclose(grid.area_km2, 1.0)
    found = grid.covariates["elevation"]
    np.testing.assert_allclose(found, [100, 150, 200, 120, 180, 260], rtol=1e-6)
    places = place(survey)
    assert places.cells.zones == ("north", "south")
    assert places.cells.zone.tolist() == [0, 0, 0, 1, 1, 1]
    assert (places.cells.cell == -1).all()


def test_units_of_a_grid_may_stand_in_the_study(folder):
    plain = GRID_ROWS.replace("# units: area=ha, elevation=ft, position=m\n", "")
    (folder / "cells.csv").write_text(plain.replace(",100,", ",").replace(",area,", ","))
    told = GridUnits(covariates={"elevation": "ft"}, cell_area_km2=0.25)
    grid = read_grid(folder / "cells.csv", told)
    np.testing.assert_allclose(grid.area_km2, 0.25)
    assert grid.covariates["elevation"][0] == pytest.approx(100.0)
    with pytest.raises(InputError, match=r"must name columns of the grid; got 'elevatio'.*mean"):
        read_grid(folder / "cells.csv", GridUnits(covariates={"elevatio": "ft"}, cell_area_km2=1))


def test_faults_of_a_grid_come_together(folder):
    bad = GRID_ROWS.replace("3000,2000,100", "3000,,100").replace("2000,2000,100", "2000,2000,-1")
    (folder / "cells.csv").write_text(bad)
    with pytest.raises(InputError) as fault:
        read_grid(folder / "cells.csv", GridUnits())
    assert "area: must be > 0" in str(fault.value)
    (folder / "cells.csv").write_text("x,y,elevation\n0,0,1\n")
    assert "must have a column 'area'" in refused(folder)
    (folder / "cells.csv").write_text("# units: area=ha\narea,elevation\n1,1\n")
    assert "longitude and latitude, or x and y" in refused(folder)
    assert "must exist" in refused(folder, grid="nowhere.csv")


def many(folder, unit):
    """Write 20 sites and their cells, elevation of the cells in another unit."""
    rows = [f"{i + 1},10,{1000 * i},0,{100 + 10 * i},{5 + i},1" for i in range(20)]
    head = "\n".join(ROWS.splitlines()[:4])
    (folder / "sites.csv").write_text("\n".join([head, *rows]))
    rows = [f"{1000 * i},0,1,{(100 + 10 * i) * unit},a" for i in range(20)]
    head = "# units: area=km2, position=m\nx,y,area,elevation,zone"
    (folder / "cells.csv").write_text("\n".join([head, *rows]))


def test_feet_beside_metres_are_noticed(folder):
    many(folder, 3.28084)
    found = refused(folder, density="elevation")
    assert "must have the same unit in survey and grid" in found
    assert "got '3.28 times'" in found
    assert "# units: elevation=ft" in found
    many(folder, 1.0)
    assert model_of(load(folder, density="elevation")).places.cells.count == 20


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"density": "elevatoin"}, "did you mean 'elevation'?"),
        ({"scale": "observer"}, "must name columns of sites"),
        ({"density_random": ("route",)}, "must name columns that are the same all along a site"),
        ({"density": "elevation", "at": {"year": "2025"}}, "must name variables of the density"),
        ({"kind": DensitySurface, "grid": ""}, "needs cells to predict to"),
    ],
)
def test_what_is_not_there_is_named(folder, options, words):
    assert words in refused(folder, **options)


def test_a_covariate_of_the_sites_alone_needs_a_place_to_predict_at(folder):
    text = ROWS.replace("elevation,distance", "elevation,grass,distance")
    for i, (height, grass) in enumerate(
        ((100, 3), (150, 5), (200, 4), (120, 6), (180, 7), (260, 1))
    ):
        text = text.replace(f",{height},", f",{height},{grass},") if i < 9 else text
    (folder / "sites.csv").write_text(text)
    found = refused(folder, density="grass")
    assert "grid: grass: must be a column of the grid" in found
    assert 'at = { grass = "..." }' in found
    places = model_of(load(folder, density="grass", at={"grass": 4.0})).places
    np.testing.assert_array_equal(places.cells.covariates["grass"], 4.0)


def test_a_surface_needs_positions(folder):
    text = ROWS.replace(",x,y,", ",a,b,").replace(", position=m", "")
    (folder / "sites.csv").write_text(text)
    assert "must be known for a density surface" in refused(folder, kind=DensitySurface)


@pytest.fixture(scope="module")
def land():
    return load_land("ustyurt_5km")


@pytest.fixture(scope="module")
def grid(land):
    return survey_grid(land)


def on_land(tmp_path, rows, head="longitude,latitude", units="distance=m, effort=km", extra=""):
    lines = ["# kind: line", f"# units: {units}", *([extra] if extra else [])]
    lines += [f"Sample.Label,Effort,{head},distance,size"]
    (tmp_path / "sites.csv").write_text("\n".join([*lines, *rows]))
    return tmp_path


SITES = [(56.2, 42.7), (57.0, 43.5), (55.1, 44.2), (57.9, 45.6), (56.6, 41.8), (54.9, 43.3)]


def rows_of(sites):
    return [f"{i + 1},10,{x},{y},{10 + 7 * i},2" for i, (x, y) in enumerate(sites)]


def test_sites_in_degrees_take_the_layers_of_their_cells(tmp_path, land, grid):
    check_dataset(grid, GRID, "grid")
    on_land(tmp_path, rows_of(SITES))
    spec = block(DensitySurface, grid="", density="forage", truncation="200 m")
    model = model_of(load_survey(spec, tmp_path, None, Context(grid=grid)))
    forage = land["forage"].to_numpy().ravel()
    expected = [forage[cell_at(land, lon, lat)] for lon, lat in SITES]
    np.testing.assert_allclose(model.places.site_covariates["forage"], expected)
    assert np.array_equal(model.places.cells.cell, grid["cell"])
    assert model.places.cells.zones == tuple(json.loads(grid.attrs["zone_names"]))


def test_sites_off_the_landscape_are_named(tmp_path, grid):
    on_land(tmp_path, rows_of([*SITES, (60.4, 43.0)]))
    spec = block(DensitySurface, grid="", density="forage", truncation="200 m")
    with pytest.raises(InputError, match=r"must lie on the grid.*1 do not: all/7"):
        model_of(load_survey(spec, tmp_path, None, Context(grid=grid)))


def test_sites_in_metres_must_say_their_projection(tmp_path, grid):
    metres = rows_of([(400_000 + 9000 * i, 4_700_000 + 5000 * i) for i in range(6)])
    spec = block(DensitySurface, grid="", density="forage", truncation="200 m")
    units = "distance=m, effort=km, position=m"
    on_land(tmp_path, metres, "x,y", units)
    with pytest.raises(InputError, match="must be said for sites in metres"):
        model_of(load_survey(spec, tmp_path, None, Context(grid=grid)))
    on_land(tmp_path, metres, "x,y", units, "# crs: EPSG:32640")
    model = model_of(load_survey(spec, tmp_path, None, Context(grid=grid)))
    assert np.isfinite(model.places.site_covariates["forage"]).all()
    on_land(tmp_path, metres, "x,y", units, "# crs: nonsense")
    with pytest.raises(InputError, match="must be a projection such as EPSG:32640"):
        model_of(load_survey(spec, tmp_path, None, Context(grid=grid)))


def test_cells_in_degrees_and_sites_in_metres_need_a_projection(folder):
    (folder / "cells.csv").write_text(
        "# units: area=km2\nlongitude,latitude,area,elevation\n56.1,42.7,1,100\n56.2,42.8,1,150\n"
    )
    assert "crs: must be said for sites in metres" in refused(folder)


def test_without_areas_the_landscape_is_taken_and_with_areas_the_strata(tmp_path, grid):
    on_land(tmp_path, rows_of(SITES))
    spec = block(grid="", density="forage", truncation="200 m")
    context = Context(grid=grid)
    assert model_of(load_survey(spec, tmp_path, None, context)).places.cells.count == 7995
    known = spec.model_copy(update={"areas": {"all": 500.0}})
    assert model_of(load_survey(known, tmp_path, None, context)).places.cells is None


def test_a_check_without_the_landscape_trusts_its_layers(tmp_path):
    on_land(tmp_path, rows_of(SITES))
    spec = block(DensitySurface, grid="", density="forage", truncation="200 m")
    survey = load_survey(spec, tmp_path, None, Context())
    assert "6 segments, 60 km, 6 groups" in describe_survey(survey)


def test_a_gap_in_the_cells_is_refused(tmp_path, grid):
    on_land(tmp_path, rows_of(SITES))
    forage = grid["forage"].copy()
    forage[5:8] = np.nan
    holes = grid.assign(forage=forage)
    assert isinstance(holes, xr.Dataset)
    spec = block(DensitySurface, grid="", density="forage", truncation="200 m")
    with pytest.raises(InputError, match="3 of 7995 are missing"):
        model_of(load_survey(spec, tmp_path, None, Context(grid=holes)))
