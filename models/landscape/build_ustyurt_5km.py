"""Build ``ustyurt_5km.nc``: the default landscape, from the public layers in ``source/``.

Usage: ``python models/landscape/build_ustyurt_5km.py [SOURCE_FOLDER [OUTPUT_FILE]]``.
Needs the extra ``geo``. What each layer is, and how far to trust it, stands in ``README.md``.
"""

import json
import sys
from pathlib import Path

import numpy as np
import shapely
import source_layers as source
import xarray as xr
from layer_notes import ATTRIBUTION, NOTES
from scipy import ndimage
from shapely.ops import unary_union

from ustyurt_models.evidence import load_catalogue
from ustyurt_models.formulas import habitat
from ustyurt_models.landscape.barriers import cut_edges
from ustyurt_models.landscape.grid import project, spatial_ref, study_crs
from ustyurt_models.landscape.land import protected_area_names, sites
from ustyurt_models.landscape.land_checks import SPECIES

HERE = Path(__file__).resolve().parent
CELL_M = 5_000.0
#: Reserves whose discs make up the protected core in the south.
CORE = (
    "Ustyurt State Nature Reserve",
    "Gaplangyr (Kaplankyr) State Nature Reserve",
    "Sarygamysh Sanctuary",
    "South Ustyurt National Nature Park",
)
#: Short names of the protected areas, for study files.
SHORT = {
    "Ustyurt State Nature Reserve": "ustyurt_reserve",
    "Gaplangyr (Kaplankyr) State Nature Reserve": "kaplankyr",
    "Sarygamysh Sanctuary": "sarygamysh",
    "South Ustyurt National Nature Park": "south_ustyurt",
    "Saigachy complex (landscape) reserve (5 plots)": "saigachy",
}
#: Named places for releases (longitude, latitude); moved to the nearest cell inside.
SITES = {
    "south_chinks": (56.30, 42.65),
    "kaplankyr": (57.02, 41.12),
    "ustyurt_reserve": (54.85, 43.30),
    "kenderli": (54.35, 42.45),
    "saigachy": (57.30, 44.90),
    "beyneu_plain": (56.20, 45.40),
    "shagyray": (57.80, 46.20),
}
BORDERS = {
    frozenset({"Kazakhstan", "Uzbekistan"}): "border_kz_uz",
    frozenset({"Kazakhstan", "Turkmenistan"}): "border_kz_tm",
    frozenset({"Uzbekistan", "Turkmenistan"}): "border_uz_tm",
}
#: Codes of the two countries on either side.
COUNTRY_PAIRS = {"border_kz_uz": (1, 2), "border_kz_tm": (1, 3), "border_uz_tm": (2, 3)}
RAILWAYS = {
    "Maqat-Beyneu": "railway_maqat_beyneu",
    "Beyneu-Kungrad-Khodjeyli": "railway_beyneu_kungrad",
    "Beyneu-Shetpe-Mangistau": "railway_beyneu_mangistau",
    "Mangistau-Zhanaozen": "railway_mangistau_zhanaozen",
    "Zhanaozen-Bolashak-Bereket (2013)": "railway_zhanaozen_bereket",
    "Shalkar-Beyneu (2014)": "railway_shalkar_beyneu",
}


def terrain(folder: Path, grid: source.Grid) -> dict[str, np.ndarray]:
    """Elevation, slope of the smoothed surface, local relief."""
    elevation, relief = source.read_elevation(folder, grid)
    smooth = ndimage.gaussian_filter(elevation, 1.0, mode="nearest")
    down, across = np.gradient(smooth, CELL_M)
    slope = np.degrees(np.arctan(np.hypot(down, across)))
    return {"elevation": elevation, "relief": relief, "slope": slope}


def outlines(folder: Path, grid: source.Grid) -> dict[str, np.ndarray]:
    """Study mask, countries, open water, zones, protected areas and their core."""
    countries = source.read_countries(folder)
    outline = source.read_features(folder / "plateau_outline_approx.geojson")[0][1]
    basin = source.read_features(folder / "assake_audan_approx.geojson")[0][1]
    plateau = unary_union([outline, basin])
    water = [shape for _, shape in source.read_features(folder / "water_ne10m.geojson")]
    reserves = source.read_protected(folder, countries)
    inside = grid.covered(plateau)
    country = np.zeros(inside.shape, dtype=np.int8)
    for code, name in enumerate(source.COUNTRIES, start=1):
        country[grid.covered(countries[name])] = code
    index = np.zeros(inside.shape, dtype=np.int16)
    for code, shape in reversed(list(enumerate(reserves.values(), start=1))):
        index[grid.covered(shape)] = code
    core = unary_union([reserves[name] for name in CORE])
    return {
        "inside": inside,
        "country": country,
        "zone": np.where(inside, country, 0).astype(np.int8),
        "water": grid.covered(unary_union(water)),
        "protection": grid.share(unary_union(list(reserves.values()))),
        "protected_area": index,
        "core": inside & grid.covered(core),
    }


def lines(
    folder: Path, grid: source.Grid, country: np.ndarray
) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Names of the barriers and the edges they cut, shape (barrier, y, x) east and south.

    Border lines and country polygons come from two editions of Natural Earth; an edge between
    two countries is closed in either case, so the zones stay separate.
    """
    shapes: dict[str, list[np.ndarray]] = {name: [] for name in BORDERS.values()}
    for properties, shape in source.read_features(folder / "borders_lines_ne10m.geojson"):
        sides = frozenset({properties["adm0_left"], properties["adm0_right"]})
        shapes[BORDERS[sides]] += source.polylines(shape)
    for properties, shape in source.read_features(folder / "railways_schematic.geojson"):
        shapes[RAILWAYS[properties["name"]]] = source.polylines(shape)
    cuts = [cut_edges(shape, grid.x, grid.y) for shape in shapes.values()]
    east, south = (np.array([cut[side] for cut in cuts]) for side in (0, 1))
    for name, pair in COUNTRY_PAIRS.items():
        k = list(shapes).index(name)
        east[k, :, :-1] |= between(country[:, :-1], country[:, 1:], pair)
        south[k, :-1, :] |= between(country[:-1], country[1:], pair)
    return list(shapes), east, south


def between(here: np.ndarray, there: np.ndarray, pair: tuple[int, int]) -> np.ndarray:
    """Whether two neighbouring cells belong to the two countries of `pair`."""
    one, other = pair
    return ((here == one) & (there == other)) | ((here == other) & (there == one))


def climate_layers(land: dict, grid: source.Grid, p) -> dict[str, np.ndarray]:
    """Mean January snow and dry forage, scaled to the evidence over the study area."""
    snow = habitat.exponential_gradient(
        grid.lat, land["elevation"], p("cli_snow_lat"), p("cli_snow_elev")
    )
    forage = habitat.exponential_gradient(grid.lat, land["elevation"], p("veg_lat"), 0.0)
    around = ndimage.uniform_filter(land["elevation"], 11, mode="nearest")
    salt = habitat.rise(around - land["elevation"], p("veg_sor_depth"), 10.0)
    chink = habitat.rise(land["relief"], p("site_spring_relief"), 28.0 / 2)
    forage *= (1 - p("veg_sor") * salt) * (1 - p("veg_chink") * chink)
    forage[land["water"]] = 0.0
    return {
        "snow_depth": habitat.scale_to_mean(snow, land["inside"], p("cli_snowdepth")),
        "forage": habitat.scale_to_mean(forage, land["inside"], p("veg_prod")),
    }


def springs(land: dict, p) -> np.ndarray:
    """Cells assumed to hold a spring: steepest of their surroundings along escarpments."""
    cells = max(1, round(p("site_spring_gap") * 1000 / CELL_M))
    # A ramp too small to matter breaks ties between equal neighbours the same way every time.
    ramp = np.arange(land["relief"].size).reshape(land["relief"].shape) * 1e-9
    relief = land["relief"] + ramp
    peak = relief == ndimage.maximum_filter(relief, 2 * (cells // 2) + 1)
    return peak & (relief > p("site_spring_relief")) & ~land["water"]


def water_distance(folder: Path, land: dict, grid: source.Grid, places, p) -> np.ndarray:
    """Distance to drinkable water [km]: rivers, Sarygamysh, settlements, assumed springs."""
    rivers = [shape for _, shape in source.read_features(folder / "rivers_ne10m.geojson")]
    lakes = [
        shape
        for properties, shape in source.read_features(folder / "water_ne10m.geojson")
        if "Aral" not in properties["name"] and "Caspian" not in properties["name"]
    ]
    row, column = np.nonzero(springs(land, p))
    wells = np.concatenate([places, np.column_stack([grid.x[column], grid.y[row]])])
    return grid.distance_km(unary_union([*rivers, *lakes, shapely.MultiPoint(wells)]))


def livestock_density(land: dict, far: np.ndarray, inhabitants: np.ndarray, p) -> np.ndarray:
    """Sheep units per km2; over the Kazakh part the mean is that of the Mangystau herd counts."""
    power = p("liv_pop_power")
    reach = habitat.place_influence(far, inhabitants, p("liv_range"), power)
    # Pasture limits herds: beside one village half of what many settlements can reach.
    reach = habitat.saturating_exposure(reach, p("liv_village") ** power)
    kazakh = land["inside"] & (land["country"] == 1)
    near = reach / reach[kazakh].mean()
    herds = (p("liv_floor") + (1 - p("liv_floor")) * near) * land["forage"]
    kinds = ("horse", "camel", "cattle")
    others = sum(p(f"liv_{kind}") * p(f"liv_su_{kind}") for kind in kinds) / p("liv_sheep")
    return habitat.scale_to_mean(herds, kazakh, p("liv_density") * (1 + others))


def people_layers(folder: Path, land: dict, grid: source.Grid, places, inhabitants, p) -> dict:
    """Livestock, poaching access, traffic, herders and dogs."""
    far = source.place_distances_km(grid, places)
    inside = land["inside"]
    livestock = livestock_density(land, far, inhabitants, p)
    tracks = unary_union(
        [shape for _, shape in source.read_features(folder / "railways_schematic.geojson")]
    )
    roads = source.straight_roads(places, p("site_road_reach") * 1000)
    to_track = grid.distance_km(tracks)
    to_road = np.minimum(to_track, grid.distance_km(roads))
    access = habitat.place_influence(far, inhabitants, p("site_hunt_range"), p("site_hunt_power"))
    access = access / access[inside].mean()
    access += p("site_hunt_rail") * np.exp(-to_track / p("site_rail_range"))
    floor = p("site_hunt_floor")
    share = habitat.grazing_share(livestock, p("liv_intake"), land["forage"])
    return {
        "livestock_density": livestock,
        "livestock_share": np.where(land["water"], 0.0, share),
        "poaching_pressure": floor + habitat.scale_to_mean(access, inside, 1 - floor),
        "road_exposure": np.exp(-to_road / p("site_road_range")),
        "people_exposure": habitat.saturating_exposure(livestock, p("liv_dog_half")),
    }


def suitabilities(land: dict, grid: source.Grid, p, catalogue) -> dict[str, np.ndarray]:
    """Suitability of each species, 0..1; neither water nor forage is in it (see capacity)."""
    relief, snow, people = land["relief"], land["snow_depth"], land["people_exposure"]

    def calm(prefix: str) -> np.ndarray:
        return 1 - p(f"{prefix}_hab_avoid") * people

    def open_ground(prefix: str) -> np.ndarray:
        return habitat.decline(relief, p(f"{prefix}_hab_relief"), 28.0 / 2)

    limit = catalogue["gaz_snow_limit"]
    broken = habitat.rise(relief, p("che_hab_relief"), 28.0 / 2)
    north = habitat.rise(grid.lat, p("sai_hab_lat"), p("sai_hab_lat_width"))
    gazelle_snow = habitat.decline(snow, limit.value, (limit.high - limit.low) / 4)
    found = {
        "saiga": north * open_ground("sai") * calm("sai"),
        "goitered_gazelle": gazelle_snow * open_ground("gaz") * calm("gaz"),
        "urial": habitat.rugged_suitability(relief, calm("uri"), land["inside"], p("uri_area")),
        "kulan": habitat.decline(snow, p("kul_hab_snow"), 3.0) * open_ground("kul") * calm("kul"),
        "cheetah": habitat.decline(snow, p("che_hab_snow"), 3.0)
        * (1 - p("che_hab_cover") * (1 - broken))
        * calm("che"),
    }
    return {f"suitability_{k}": np.where(land["water"], 0.0, v) for k, v in found.items()}


def site_positions(grid: source.Grid, inside: np.ndarray) -> dict[str, list[float]]:
    """Longitude and latitude of the centre of the inside cell nearest to each site."""
    found = {}
    px, py = np.meshgrid(grid.x, grid.y)
    for name, (lon, lat) in SITES.items():
        x, y = project(study_crs(), np.array(lon), np.array(lat))
        away = np.where(inside, np.hypot(px - x, py - y), np.inf)
        row, column = np.unravel_index(np.argmin(away), away.shape)
        found[name] = [round(float(v[row, column]), 4) for v in (grid.lon, grid.lat)]
    return found


def as_dataset(folder: Path, land: dict, grid: source.Grid) -> xr.Dataset:
    """Put the layers together with their notes, barriers and grid mapping."""
    dataset = xr.Dataset(
        coords={
            "x": ("x", grid.x, {"standard_name": "projection_x_coordinate", "units": "m"}),
            "y": ("y", grid.y, {"standard_name": "projection_y_coordinate", "units": "m"}),
        }
    )
    names, east, south = lines(folder, grid, land["country"])
    dataset = dataset.assign_coords(barrier=("barrier", np.array(names)))
    for name, (long_name, unit, provenance, made_from, licence, formula) in NOTES.items():
        if name.startswith("barrier_"):
            dims, layer = ("barrier", "y", "x"), east if name == "barrier_east" else south
        else:
            dims, layer = ("y", "x"), land[name]
        if layer.dtype.kind == "f":
            layer = layer if name in ("lon", "lat") else rounded(layer)
            layer = layer.astype(np.float32)
        notes = {"long_name": long_name, "units": unit, "provenance": provenance}
        notes |= {"source": made_from, "licence": licence, "formula": formula}
        dataset[name] = (dims, layer, notes | {"grid_mapping": "spatial_ref"})
    dataset["spatial_ref"] = spatial_ref(study_crs(), grid.x, grid.y)
    return dataset


def rounded(layer: np.ndarray) -> np.ndarray:
    """Keep 12 binary digits (0.01 %), far finer than any layer is known, so the file packs well."""
    mantissa, exponent = np.frexp(layer)
    return np.ldexp(np.round(mantissa * 4096) / 4096, exponent)


def build(folder: Path) -> xr.Dataset:
    """Return the whole landscape built from the layers in `folder`."""
    catalogue = load_catalogue()

    def p(name: str) -> float:
        return catalogue[name].value

    grid = source.make_grid(CELL_M)
    places, inhabitants = source.read_places(folder, p("liv_pop_unknown"))
    land = {"lon": grid.lon, "lat": grid.lat} | terrain(folder, grid) | outlines(folder, grid)
    land |= climate_layers(land, grid, p)
    land["distance_to_water"] = water_distance(folder, land, grid, places, p)
    land |= people_layers(folder, land, grid, places, inhabitants, p)
    land |= suitabilities(land, grid, p, catalogue)
    dataset = as_dataset(folder, land, grid)
    reserves = source.read_protected(folder, source.read_countries(folder))
    dataset.attrs = {
        "Conventions": "CF-1.11",
        "title": "Ustyurt study window, 5 km equal-area grid",
        "attribution": ATTRIBUTION,
        "provenance": "built by models/landscape/build_ustyurt_5km.py from the files in source/",
        "protected_area_names": json.dumps(["none", *(SHORT[name] for name in reserves)]),
        "protected_area_titles": json.dumps(["none", *reserves]),
        "zone_names": json.dumps(["none", *source.COUNTRIES]),
        "sites": json.dumps(site_positions(grid, land["inside"])),
    }
    return dataset


def write(dataset: xr.Dataset, path: Path) -> None:
    """Write the landscape compressed, and beside it the names that study files may use."""
    packed = {
        name: {"zlib": True, "complevel": 9, "shuffle": True, "_FillValue": None}
        for name in dataset.data_vars
        if name != "spatial_ref"
    }
    dataset.to_netcdf(path, engine="h5netcdf", encoding=packed)
    names = {
        "sites": list(sites(dataset)),
        "barriers": [str(name) for name in dataset["barrier"].to_numpy()],
        "protected_areas": protected_area_names(dataset)[1:],
        "species": list(SPECIES),
    }
    path.with_suffix(".names.json").write_text(json.dumps(names, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    where = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "source"
    target = Path(sys.argv[2]) if len(sys.argv) > 2 else HERE / "ustyurt_5km.nc"
    write(build(where), target)
    print(f"{target}: {target.stat().st_size / 1e6:.2f} MB")
