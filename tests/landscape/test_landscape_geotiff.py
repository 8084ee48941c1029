"""The user's own GeoTIFFs replace layers of the shipped landscape, aligned and checked."""

import numpy as np
import pytest

from ustyurt_models.checks import InputError
from ustyurt_models.landscape import load_land

rasterio = pytest.importorskip("rasterio", reason="the extra 'geo' is not installed")
transform = pytest.importorskip("rasterio.transform")

HEADER = "layer,units,provenance,source,licence\n"
SNOW = "snow_depth,cm,real,ERA5-Land,Copernicus\n"


@pytest.fixture(scope="module")
def land():
    return load_land("ustyurt_5km")


def write_tif(path, band, corner, crs="EPSG:4326", bands=1):
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=band.shape[0],
        width=band.shape[1],
        count=bands,
        dtype=band.dtype,
        crs=crs,
        transform=corner,
        nodata=-9999 if band.dtype.kind == "f" else None,
    ) as file:
        for k in range(bands):
            file.write(band, k + 1)


def lonlat_grid(step):
    """Latitude of pixel centres over the window, and the corner of the raster."""
    lat = np.arange(49 - step / 2, 38, -step)
    lon = np.arange(50 + step / 2, 63, step)
    return np.broadcast_to(lat[:, None], (lat.size, lon.size)), transform.from_origin(
        50, 49, step, step
    )


@pytest.mark.parametrize("step", [0.01, 0.25])
def test_a_layer_in_degrees_lands_on_the_right_cells(land, tmp_path, step):
    lat, corner = lonlat_grid(step)
    write_tif(tmp_path / "snow_depth.tif", lat.astype("float32"), corner)
    (tmp_path / "layers.csv").write_text(HEADER + SNOW, encoding="utf-8")
    found = load_land(tmp_path)
    inside = land["inside"].to_numpy()
    np.testing.assert_allclose(
        found["snow_depth"].to_numpy()[inside], land["lat"].to_numpy()[inside], atol=0.01
    )
    assert found["snow_depth"].attrs["source"] == "ERA5-Land"
    assert found["snow_depth"].attrs["provenance"] == "real"
    np.testing.assert_array_equal(found["forage"], land["forage"])


def test_classes_take_the_commonest_class(land, tmp_path):
    lat, corner = lonlat_grid(0.02)
    write_tif(tmp_path / "core.tif", (lat < 43).astype("uint8"), corner)
    (tmp_path / "layers.csv").write_text(HEADER + "core,1,real,WDPA,terms\n", encoding="utf-8")
    core = load_land(tmp_path)["core"]
    assert core.dtype == bool
    away = np.abs(land["lat"].to_numpy() - 43) > 0.05
    np.testing.assert_array_equal(core.to_numpy()[away], (land["lat"].to_numpy() < 43)[away])


def test_gaps_inside_the_region_are_refused(tmp_path):
    lat, corner = lonlat_grid(0.1)
    band = np.where(lat < 43, -9999, lat).astype("float32")
    write_tif(tmp_path / "snow_depth.tif", band, corner)
    (tmp_path / "layers.csv").write_text(HEADER + SNOW, encoding="utf-8")
    with pytest.raises(InputError, match="every cell inside"):
        load_land(tmp_path)


def test_all_faults_of_a_folder_are_told_at_once(tmp_path):
    lat, corner = lonlat_grid(0.25)
    band = lat.astype("float32")
    write_tif(tmp_path / "snow_dept.tif", band, corner)
    write_tif(tmp_path / "forage.tif", band, corner, bands=2)
    write_tif(tmp_path / "slope.tif", band, corner, crs=None)
    write_tif(tmp_path / "elevation.tif", band, corner)
    (tmp_path / "relief.tif").write_bytes(b"no picture")
    rows = "forage,t/ha,real,x,y\nslope,degree,real,x,y\nrelief,m,real,x,y\n"
    (tmp_path / "layers.csv").write_text(HEADER + rows, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_land(tmp_path)
    text = str(caught.value)
    for part in (
        "did you mean 'snow_depth'",
        "one band",
        "'kg ha-1'",
        "carry its projection",
        "needs a row",
        "readable GeoTIFF",
    ):
        assert part in text


def test_an_empty_folder_and_a_missing_table_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"(?s)at least one GeoTIFF.*table of layers"):
        load_land(tmp_path)
