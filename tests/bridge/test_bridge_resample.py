"""Maps of surveys on grids of their own are laid on the landscape by shared area, draw by draw."""

import numpy as np
import pyproj
import pytest
import xarray as xr
from test_bridge_habitat import SPECIES, model_of

from ustyurt_models.bridge.check import check_maps
from ustyurt_models.bridge.resample import overlap_of
from ustyurt_models.bridge.survey_map import sample_rows, survey_map
from ustyurt_models.checks import InputError
from ustyurt_models.landscape import load_land
from ustyurt_models.study.schema import Scenario

SEED, DRAWS, SAMPLES = 5, 12, 60
UTM = pyproj.CRS.from_epsg(32640)


@pytest.fixture(scope="module")
def land():
    """A landscape whose region is a block of 12 x 10 cells."""
    whole = load_land("ustyurt_5km")
    inside = np.zeros(whole["inside"].shape, bool)
    inside[80:90, 50:62] = whole["inside"].to_numpy()[80:90, 50:62]
    return whole.assign(inside=(("y", "x"), inside, whole["inside"].attrs))


def crs_of(land):
    return str(land["spatial_ref"].attrs["crs_wkt"])


def lattice(land, side_m, reach_m=10_000.0, shift_m=0.0):
    """Return centres of square cells over the region and `reach_m` beyond."""
    rows, columns = np.nonzero(land["inside"].to_numpy())
    ends = [
        (axis.min() - 2500.0 - reach_m + shift_m, axis.max() + 2500.0 + reach_m)
        for axis in (land["x"].to_numpy()[columns], land["y"].to_numpy()[rows])
    ]
    axes = [np.arange(low + side_m / 2, high, side_m) for low, high in ends]
    return np.array([(x, y) for x in axes[0] for y in axes[1]])


def node(place_m, value, name, crs, extrapolated=None):
    """Return cells of a grid of its own."""
    side = np.diff(np.unique(place_m[:, 0])).max()
    count = len(place_m)
    outside = np.zeros(count, bool) if extrapolated is None else extrapolated
    units = {"density_per_km2": "km-2", "psi": "1"}[name]
    return xr.Dataset(
        {
            name: (("draw", "cell"), value.astype(np.float32), {"units": units}),
            "area_km2": ("cell", np.full(count, side**2 / 1e6), {"units": "km2"}),
            "x_km": ("cell", place_m[:, 0] / 1000, {"units": "km"}),
            "y_km": ("cell", place_m[:, 1] / 1000, {"units": "km"}),
            "zone_index": ("cell", np.zeros(count, int)),
            "extrapolated": ("cell", outside),
        },
        coords={"cell": np.arange(count)},
        attrs={"on_landscape": 0, "crs_wkt": crs},
    )


def tree_of(cells):
    total = cells["density_per_km2"].to_numpy().astype(float) @ cells["area_km2"].to_numpy()
    abundance = xr.Dataset(
        {"abundance": (("draw", "stratum"), total[:, None])}, coords={"stratum": ["all"]}
    )
    return xr.DataTree.from_dict({"abundance": abundance, "cells": cells})


def centres(land):
    x, y = np.meshgrid(land["x"], land["y"])
    inside = land["inside"].to_numpy()
    return np.column_stack([x[inside], y[inside]])


def on_utm(land, side_m):
    """Return the centres of the region in another projection, and a lattice around them."""
    move = pyproj.Transformer.from_crs(crs_of(land), UTM, always_xy=True)
    middle = np.column_stack(move.transform(*centres(land).T))
    ends = zip(middle.min(axis=0) - 15_000.0, middle.max(axis=0) + 15_000.0, strict=True)
    axes = [np.arange(low, high, side_m) for low, high in ends]
    return middle, np.array([(x, y) for x in axes[0] for y in axes[1]])


@pytest.mark.parametrize(("side_m", "shift_m"), [(1000.0, 0.0), (2500.0, 0.0), (5000.0, 2500.0)])
def test_means_are_those_of_shared_areas(land, side_m, shift_m):
    place = lattice(land, side_m, shift_m=shift_m)
    found = overlap_of(place, np.full(len(place), side_m**2 / 1e6), crs_of(land), land, "map")
    assert found.missing == 0.0
    assert found.unknown == 0
    value = np.random.default_rng(1).gamma(1.0, 1.0, (3, len(place)))
    half = (side_m + 5000.0) / 2.0
    share = np.clip(half - np.abs(place[None] - centres(land)[:, None]), 0, min(side_m, 5000.0))
    expected = (share.prod(axis=2) / 25e6) @ value.T
    np.testing.assert_allclose(found.lay(value), expected.T, rtol=1e-6)


def test_another_projection_keeps_a_plane_a_plane_and_animals_as_many(land):
    middle, place = on_utm(land, 2000.0)
    found = overlap_of(place, np.full(len(place), 4.0), UTM.to_wkt(), land, "map")
    plane = (place @ [1.0, -0.5] - middle.mean(axis=0) @ [1.0, -0.5]) / 1e4 + 20.0
    expected = (middle @ [1.0, -0.5] - middle.mean(axis=0) @ [1.0, -0.5]) / 1e4 + 20.0
    np.testing.assert_allclose(found.lay(plane[None])[0], expected, rtol=2e-3)
    assert found.lay(plane[None]).mean() == pytest.approx(expected.mean(), rel=1e-4)


def test_number_and_map_come_from_the_same_draw_and_only_the_region_counts(land):
    place = lattice(land, 2000.0)
    rng = np.random.default_rng(2)
    value = rng.gamma(1.0, 0.5, (SAMPLES, len(place))) * rng.lognormal(0.0, 0.4, (SAMPLES, 1))
    tree = tree_of(node(place, value, "density_per_km2", crs_of(land)))
    model = model_of(land, tree, {"start": "survey:tracks"}, model="density_surface")
    start = model.starts[0]
    rows = sample_rows(SEED, "tracks", len(start.abundance), SAMPLES)
    np.testing.assert_array_equal(start.places.rows, rows)
    overlap = overlap_of(place, np.full(len(place), 4.0), crs_of(land), land, "map")
    expected = overlap.lay(value)[rows].astype(float).sum(axis=1) * 25.0
    np.testing.assert_allclose(start.abundance[:, 0], expected, rtol=1e-5)
    weight = start.places.weight(3, land["inside"].size)
    assert weight.sum() == pytest.approx(expected[3], rel=1e-5)
    own = tree["abundance"]["abundance"].to_numpy()[rows, 0]
    assert (start.abundance[:, 0] < 0.8 * own).all()
    (said,) = model.map_warnings
    assert said.startswith("map of survey tracks: cells of 2 km, averaged by shared area")
    assert "cells of 5 km" in said


def test_psi_and_extrapolation_are_averaged_onto_the_landscape(land):
    place = lattice(land, 2500.0)
    value = np.random.default_rng(3).uniform(0.1, 0.9, (SAMPLES, len(place)))
    east = place[:, 0] > np.median(place[:, 0])
    cells = node(place, value, "psi", crs_of(land), east)
    tree = xr.DataTree.from_dict({"occupancy_cells": cells})
    found = survey_map("tracks", tree, SEED, DRAWS, land)
    assert found.value.shape == (SAMPLES, int(land["inside"].sum()))
    np.testing.assert_allclose(found.value.mean(), value.mean(), rtol=0.02)
    at = centres(land)[:, 0]
    np.testing.assert_array_equal(~found.surveyed, at > np.median(place[:, 0]))
    prey = {"start": 500, "suitability": "survey:tracks"}
    done, warned = model_of(land, tree, prey).map_warnings
    assert "averaged by shared area" in done
    assert "extrapolation" in warned


def test_a_map_that_leaves_out_a_part_says_which_share(land):
    place = lattice(land, 2500.0)
    west = place[place[:, 0] < np.quantile(centres(land)[:, 0], 0.75)]
    value = np.ones((SAMPLES, len(west)))
    tree = tree_of(node(west, value, "density_per_km2", crs_of(land)))
    with pytest.raises(InputError, match=r"2\d % left out, \d+ cells less than half covered"):
        survey_map("tracks", tree, SEED, DRAWS, land)
    # A survey of a part still tells how many there are; places are then those of habitat.
    start = model_of(land, tree, {"start": "survey:tracks"}, model="density_surface").starts[0]
    assert start.places is None
    ragged = place + np.random.default_rng(4).normal(0.0, 600.0, place.shape)
    with pytest.raises(InputError, match="rows and columns"):
        overlap_of(ragged, np.full(len(ragged), 6.25), crs_of(land), land, "map")


def study_of(folder, place, head):
    lines = [f"{x:.1f},{y:.1f},6.25,{k % 7}" for k, (x, y) in enumerate(place)]
    text = "\n".join([*head, "# units: area=km2", "x,y,area,forage", *lines])
    (folder / "cells.csv").write_text(text, encoding="utf-8")
    survey = {"model": "occupancy", "file": "-", "species": SPECIES, "grid": "cells.csv"}
    return Scenario.model_validate(
        {
            "title": "check", "start": 2030, "years": 1, "draws": 2, "seed": 1,
            "survey": {"tracks": survey},
            "prey": {SPECIES: {"start": 100, "suitability": "survey:tracks"}},
        }
    )  # fmt: skip


def test_the_check_sees_grids_that_miss_cells_before_anything_is_fitted(land, tmp_path):
    head = ["# crs: EPSG:32640"]
    middle, place = on_utm(land, 2500.0)
    (said,) = check_maps(study_of(tmp_path, place, head), tmp_path, land)
    assert said.startswith("map of survey tracks: cells of 2.5 km")
    part = place[place[:, 1] > np.median(middle[:, 1])]
    with pytest.raises(InputError, match="must cover the study region"):
        check_maps(study_of(tmp_path, part, head), tmp_path, land)
    with pytest.raises(InputError, match="projection"):
        check_maps(study_of(tmp_path, place, []), tmp_path, land)


def test_a_grid_of_its_own_tells_all_its_faults_at_once(land, tmp_path):
    place = on_utm(land, 2500.0)[1]
    study = study_of(tmp_path, place, [])
    path = tmp_path / "cells.csv"
    text = path.read_text(encoding="utf-8").replace("area=km2", "area=stone").splitlines()
    text[2] = text[2].replace(",6.25,", ",none,")
    text[4] = "east," + text[4].partition(",")[2]
    path.write_text("\n".join(text), encoding="utf-8")
    with pytest.raises(InputError) as error:
        check_maps(study, tmp_path, land)
    for part in ("stone", "column area: must not be empty", "'east'", "must say its projection"):
        assert part in str(error.value), str(error.value)
    assert len(error.value.faults) == 4
    text[0] = "# crs: EPSG:none\n" + text[0]
    path.write_text("\n".join(text), encoding="utf-8")
    with pytest.raises(InputError, match="must be a projection such as") as error:
        check_maps(study, tmp_path, land)
    assert len(error.value.faults) == 4
