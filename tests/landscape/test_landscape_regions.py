"""Regions, polygons and discs become the cells they should; faulty files are refused."""

import json
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ustyurt_models.checks import InputError
from ustyurt_models.landscape import disc_mask, load_land, polygon_mask, restrict, zones


@cache
def shipped():
    return load_land("ustyurt_5km")


@pytest.fixture
def land():
    return shipped()


def written(path, geometry):
    path.write_text(json.dumps(geometry), encoding="utf-8")
    return path


def box(west, south, east, north):
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def polygon(*rings):
    return {"type": "Polygon", "coordinates": list(rings)}


def test_the_plateau_is_the_whole_study_region(land):
    assert restrict(land, "plateau") is land


def test_a_zone_restricts_the_study_region(land):
    cut = restrict(land, "UZB")
    np.testing.assert_array_equal(cut["inside"].to_numpy(), zones(land)["UZB"])
    assert land["inside"].to_numpy().sum() > cut["inside"].to_numpy().sum()


@settings(deadline=None)
@given(
    st.floats(51, 61), st.floats(39, 47), st.floats(0.2, 5.0), st.floats(0.2, 5.0), st.booleans()
)
def test_a_box_holds_exactly_the_centres_between_its_sides(
    tmp_path_factory, west, south, width, height, turned
):
    land = shipped()
    ring = box(west, south, west + width, south + height)
    path = written(
        tmp_path_factory.mktemp("box") / "box.geojson", polygon(ring[::-1] if turned else ring)
    )
    lon, lat = land["lon"].to_numpy().astype(float), land["lat"].to_numpy().astype(float)
    expected = (lon > west) & (lon < west + width) & (lat > south) & (lat < south + height)
    np.testing.assert_array_equal(polygon_mask(land, path), expected)


def test_a_ring_inside_another_is_a_hole_and_overlapping_polygons_add_up(land, tmp_path):
    outer, hole = box(54, 42, 58, 46), box(55, 43, 56, 44)
    holed = polygon_mask(land, written(tmp_path / "holed.geojson", polygon(outer, hole)))
    whole = polygon_mask(land, written(tmp_path / "whole.geojson", polygon(outer)))
    inner = polygon_mask(land, written(tmp_path / "inner.geojson", polygon(hole)))
    np.testing.assert_array_equal(holed, whole & ~inner)
    features = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": {}, "geometry": polygon(outer)},
            {
                "type": "Feature",
                "properties": {},
                "geometry": {"type": "MultiPolygon", "coordinates": [[hole]]},
            },
        ],
    }
    both = polygon_mask(land, written(tmp_path / "both.geojson", features))
    np.testing.assert_array_equal(both, whole)


def test_a_disc_has_the_area_of_a_disc(land):
    cells = disc_mask(land, 56.3, 43.1, 100_000.0).sum()
    assert cells * 25 == pytest.approx(np.pi * 100**2, rel=0.01)


def test_a_polygon_file_restricts_the_study_region(land, tmp_path):
    written(tmp_path / "south.geojson", polygon(box(54, 41.5, 58, 43)))
    cut = restrict(land, "south.geojson", tmp_path)
    inside = cut["inside"].to_numpy()
    assert 0 < inside.sum() < land["inside"].to_numpy().sum()
    assert not (inside & ~land["inside"].to_numpy()).any()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "readable GeoJSON"),
        ('{"type": "Point", "coordinates": [56, 43]}', "Polygon or MultiPolygon"),
        (json.dumps(polygon(box(540000, 4600000, 550000, 4700000))), "degrees"),
        (json.dumps(polygon([[56, 43], [57, 43]])), "three points"),
        (json.dumps(polygon([["a", "b"], [57, 43], [57, 44]])), "three points"),
        ("[]", "Polygon or MultiPolygon"),
    ],
)
def test_faulty_polygon_files_are_refused(land, tmp_path, content, message):
    path = tmp_path / "region.geojson"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        polygon_mask(land, path)


def test_a_region_elsewhere_is_refused(land, tmp_path):
    written(tmp_path / "far.geojson", polygon(box(10, 42, 12, 46)))
    with pytest.raises(InputError, match="at least one cell"):
        restrict(land, "far.geojson", tmp_path)


def test_an_unknown_region_gets_a_suggestion(land):
    with pytest.raises(InputError, match="did you mean 'plateau'"):
        restrict(land, "platau")
