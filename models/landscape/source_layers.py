"""Real layers of the study window on the grid: outlines, places, lines, elevation, reserves.

Reads the small public files of ``source/``; needs the extra ``geo``. Used by
``build_ustyurt_5km.py`` only.
"""

import csv
import json
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
import rasterio
import shapely
from scipy import ndimage
from shapely.geometry import shape
from shapely.ops import transform, unary_union

from ustyurt_models.landscape.grid import centres, project, study_crs, unproject

COUNTRIES = ("KAZ", "UZB", "TKM")


@dataclass(frozen=True)
class Grid:
    """Cell centres of the study window.

    Attributes
    ----------
    x, y : numpy.ndarray
        Projected coordinates [m], shapes (x,) and (y,); y falls.
    lon, lat : numpy.ndarray
        Longitude and latitude [degree], shape (y, x).
    """

    x: np.ndarray
    y: np.ndarray
    lon: np.ndarray
    lat: np.ndarray

    def distance_km(self, geometry: shapely.Geometry) -> np.ndarray:
        """Distance of every cell centre to a projected geometry [km], shape (y, x)."""
        return shapely.distance(self.points, geometry) / 1000.0

    def covered(self, geometry: shapely.Geometry) -> np.ndarray:
        """Whether the cell centre lies in a projected polygon, bool, shape (y, x)."""
        shapely.prepare(geometry)
        return shapely.intersects(geometry, self.points)

    def share(self, geometry: shapely.Geometry, parts: int = 5) -> np.ndarray:
        """Share of the cell that a projected polygon covers, from parts x parts points."""
        shapely.prepare(geometry)
        size = self.x[1] - self.x[0]
        offsets = (np.arange(parts) + 0.5) / parts * size - size / 2
        px, py = np.meshgrid(self.x, self.y)
        hits = [
            shapely.intersects_xy(geometry, px + dx, py + dy) for dx in offsets for dy in offsets
        ]
        return np.mean(hits, axis=0)

    @property
    def points(self) -> np.ndarray:
        """Cell centres as shapely points, shape (y, x)."""
        return shapely.points(*np.meshgrid(self.x, self.y))


def make_grid(cell_m: float) -> Grid:
    """Return the study window in cells of `cell_m` metres."""
    x, y = centres(cell_m)
    lon, lat = unproject(study_crs(), *np.meshgrid(x, y))
    return Grid(x, y, lon, lat)


def projected(geometry: shapely.Geometry) -> shapely.Geometry:
    """Bring a geometry from longitude and latitude onto the study grid, cut finely before."""
    crs = study_crs()
    fine = shapely.segmentize(geometry, 0.02)
    return transform(lambda lon, lat: project(crs, np.asarray(lon), np.asarray(lat)), fine)


def read_features(path: Path) -> list[tuple[dict, shapely.Geometry]]:
    """Return (properties, projected geometry) of every feature of a GeoJSON file."""
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    return [(f["properties"], projected(shape(f["geometry"]))) for f in features]


def read_countries(folder: Path) -> dict[str, shapely.Geometry]:
    """Return the projected polygon of each country, by ISO code."""
    found = read_features(folder / "countries_ne10m.geojson")
    return {properties["iso_a3"]: geometry.buffer(0) for properties, geometry in found}


def read_places(folder: Path, unknown: float) -> tuple[np.ndarray, np.ndarray]:
    """Return positions [m], shape (place, 2), and inhabitants of the settlements."""
    with (folder / "settlements_geonames.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    lon = np.array([float(row["longitude"]) for row in rows])
    lat = np.array([float(row["latitude"]) for row in rows])
    population = np.array([float(row["population"]) or unknown for row in rows])
    return np.column_stack(project(study_crs(), lon, lat)), population


def read_elevation(folder: Path, grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    """Return elevation [m] and local relief [m], bilinear from the 5 arc-minute grid.

    Relief is the highest minus the lowest of the 3 x 3 source cells (about 28 x 20 km).
    """
    with rasterio.open(folder / "elevation_pvlib_5min.tif") as file:
        height = file.read(1).astype(float)
        column, row = ~file.transform * (grid.lon, grid.lat)
    relief = ndimage.maximum_filter(height, 3) - ndimage.minimum_filter(height, 3)
    where = np.array([row - 0.5, column - 0.5])
    return tuple(
        ndimage.map_coordinates(layer, where, order=1, mode="nearest") for layer in (height, relief)
    )


def read_protected(
    folder: Path, countries: dict[str, shapely.Geometry]
) -> dict[str, shapely.Geometry]:
    """Return a disc of the published area around each published point, cut at the border.

    These are not boundaries. Areas without a point are left out.
    """
    with (folder / "protected_areas_literature.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["lon"]]
    crs = study_crs()
    found = {}
    for row in rows:
        x, y = project(crs, np.array(float(row["lon"])), np.array(float(row["lat"])))
        centre, land = shapely.Point(float(x), float(y)), countries[row["iso_a3"]]
        low, high = 1e3, 4e5
        for _ in range(40):
            radius = 0.5 * (low + high)
            area_m2 = centre.buffer(radius).intersection(land).area
            low, high = (radius, high) if area_m2 < float(row["area_ha"]) * 1e4 else (low, radius)
        found[row["name"]] = centre.buffer(high).intersection(land)
    return found


def straight_roads(places: np.ndarray, reach_m: float) -> shapely.Geometry:
    """Join settlements by straight lines where no third one lies between (Gabriel graph)."""
    lines = []
    for i, j in combinations(range(len(places)), 2):
        length = np.hypot(*(places[i] - places[j]))
        to_middle = np.hypot(*(places - (places[i] + places[j]) / 2).T)
        to_middle[[i, j]] = np.inf
        if 0 < length <= reach_m and to_middle.min() >= length / 2:
            lines.append(shapely.LineString(places[[i, j]]))
    return unary_union(lines)


def polylines(geometry: shapely.Geometry) -> list[np.ndarray]:
    """Return the vertices of every line of a geometry, each of shape (vertex, 2)."""
    return [np.array(part.coords) for part in shapely.get_parts(geometry)]


def place_distances_km(grid: Grid, places: np.ndarray) -> np.ndarray:
    """Return the distance of every cell to every place [km], shape (place, y, x)."""
    dx = grid.x[None, None, :] - places[:, 0, None, None]
    dy = grid.y[None, :, None] - places[:, 1, None, None]
    return np.hypot(dx, dy) / 1000.0
