"""A small invented study, in the shape of the contracts, for the tests of the report."""

import json

import numpy as np
import synthetic_surveys as surveys
import xarray as xr
from pyproj import CRS

from ustyurt_models import contracts

SPECIES = ("saiga", "goitered_gazelle", "urial", "kulan")
SCENARIOS = ("baseline", "prey_first")
ZONES = ("region", "core")
DRAWS, REPLICATES, YEARS = 30, 5, 31
MAP_YEARS = (0, 30)
RUN = ("scenario", "draw", "replicate", "year")


def land(height: int = 56, width: int = 40, cell_m: float = 15_000.0) -> xr.Dataset:
    """A landscape with an oval study region, three countries and two fences."""
    x = (np.arange(width) - width / 2 + 0.5) * cell_m
    y = -(np.arange(height) - height / 2 + 0.5) * cell_m - 20_000.0
    xx, yy = np.meshgrid(x, y)
    inside = (xx / 260e3) ** 2 + ((yy + 20e3) / 370e3) ** 2 < 1
    country = np.where(yy > 60e3, 1, np.where(xx > -40e3, 2, 3)).astype("int8")
    wave = 0.5 + 0.25 * np.sin(xx / 90e3) + 0.25 * np.cos(yy / 120e3)
    layers = {
        "inside": inside,
        "country": country,
        "elevation": (60 + 180 * wave).astype("float32"),
        "slope": (0.2 + 2 * wave**4).astype("float32"),
        "forage": (150 + 400 * wave).astype("float32"),
        "distance_to_water": (np.hypot(xx, yy) / 9e3).astype("float32"),
        "snow_depth": np.clip(8 + yy / 60e3, 0, None).astype("float32"),
        "livestock_share": (0.4 * wave**2).astype("float32"),
        "poaching_pressure": (2 * wave).astype("float32"),
        "road_exposure": (wave**3).astype("float32"),
        "people_exposure": (wave**2).astype("float32"),
        "protection": ((np.hypot(xx + 90e3, yy + 200e3) < 70e3) * 0.8).astype("float32"),
        "protected_area": (np.hypot(xx + 90e3, yy + 200e3) < 70e3).astype("int16"),
    }
    variables = {name: (("y", "x"), value, _attributes(name)) for name, value in layers.items()}
    for name in (*SPECIES, "cheetah"):
        variables[f"suitability_{name}"] = (
            ("y", "x"),
            wave.astype("float32"),
            {
                "units": "1",
                "long_name": f"suitability for {name}",
                "provenance": "synthetic",
                "source": "invented for the tests",
                "licence": "MIT",
            },
        )
    barriers = ("border_kz_uz", "railway_test")
    south = np.zeros((2, height, width), dtype=bool)
    east = np.zeros_like(south)
    south[0, np.argmax(y < 60e3) - 1, :] = True
    east[1, :, width // 3] = True
    for name, edges in (("barrier_east", east), ("barrier_south", south)):
        variables[name] = (("barrier", "y", "x"), edges, _attributes(name))
    crs = CRS.from_proj4("+proj=laea +lat_0=43.5 +lon_0=56 +datum=WGS84 +units=m")
    variables["spatial_ref"] = ((), 0, {"crs_wkt": crs.to_wkt()})
    return xr.Dataset(
        variables,
        {"x": ("x", x), "y": ("y", y), "barrier": list(barriers)},
        {
            "protected_area_names": ["none", "Test reserve"],
            "sites": json.dumps({"south_chinks": [55.0, 42.0]}),
        },
    )


def _attributes(name: str) -> dict[str, str]:
    declared = contracts.LAND[name]
    return {
        "units": declared.unit,
        "long_name": declared.long_name,
        "provenance": "placeholder" if name == "protected_area" else "synthetic",
        "source": "invented for the tests",
        "licence": "MIT",
    }


def _coordinates() -> dict[str, object]:
    return {
        "scenario": list(SCENARIOS),
        "draw": np.arange(DRAWS),
        "replicate": np.arange(REPLICATES),
        "year": np.arange(YEARS) + 2027,
        "species": list(SPECIES),
        "sex": list(contracts.SEXES),
        "prey_stage": list(contracts.PREY_STAGES),
        "prey_cause": list(contracts.PREY_DEATH_CAUSES),
        "zone": list(ZONES),
        "source": list(contracts.NO_SOURCE),
        "cheetah_stage": list(contracts.CHEETAH_STAGES),
        "cheetah_cause": list(contracts.CHEETAH_DEATH_CAUSES),
    }


def _paths(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of prey (run, species) and of cheetahs (run), as floats."""
    shape = (len(SCENARIOS), DRAWS, REPLICATES, YEARS)
    start = np.array([30_000.0, 6_000, 900, 150])
    growth = rng.normal([0.05, 0.02, 0.01, 0.03], 0.02, (DRAWS, 4))[None, :, None, None, :]
    noise = np.cumsum(rng.normal(0, 0.09, (1, *shape[1:], 4)), axis=3)
    years = np.arange(YEARS)[None, None, None, :, None]
    lift = np.array([0.0, 0.015])[:, None, None, None, None]
    prey = start * np.exp((growth + lift) * years + noise)
    good = rng.random(DRAWS)[None, :, None, None] < 0.6
    steps = rng.normal(0, 0.15, (1, *shape[1:]))
    since = np.clip(np.arange(YEARS) - 8, 0, None)
    cheetah = 8 * np.exp(np.where(good, 0.06, -0.12) * since + np.cumsum(steps, axis=3) * 0.6)
    cheetah = np.where(np.arange(YEARS) < 8, 0, cheetah) * np.array([0, 1.0])[:, None, None, None]
    return prey, np.where(cheetah < 1.2, 0, cheetah)


def results() -> xr.Dataset:
    """The result cube of contracts.RESULTS."""
    rng = np.random.default_rng(7)
    coordinates = _coordinates()
    prey, cheetah = _paths(rng)
    made = {
        "prey_number": prey[..., None, None] * np.array([[0.2, 0.4], [0.15, 0.25]]),
        "prey_biomass": (prey * np.array([30, 25, 60, 200]) / 190e3)[..., None]
        * np.array([1.0, 1.8]),
        "prey_births": prey * 0.3,
        "prey_deaths": prey[..., None] * rng.dirichlet(np.ones(10)) * 0.25,
        "prey_immigrants": prey * 0.02,
        "prey_emigrants": prey * 0.01,
        "cheetah_number": cheetah[..., None, None] * np.array([[0.2, 0.1, 0.25], [0.2, 0.05, 0.2]]),
        "adult_females": cheetah * 0.25,
        "cheetah_births": cheetah * 0.3,
        "cheetah_deaths": cheetah[..., None] * np.append(rng.dirichlet(np.ones(11)), 0.0) * 0.4,
        "livestock_killed": cheetah * 2.5,
        "money_spent": 40_000.0 + cheetah * 250.0,
        "mean_inbreeding": np.where(cheetah > 0, np.linspace(0, 0.12, YEARS), np.nan),
        "gene_diversity": np.where(cheetah > 0, np.linspace(0.97, 0.86, YEARS), np.nan),
        "founder_genomes": np.where(cheetah > 0, np.linspace(12, 6, YEARS), np.nan),
        "occupied_cells": cheetah * 4,
        "mean_condition": np.where(cheetah > 0, 0.9, np.nan),
    }
    released = np.zeros(cheetah.shape)
    released[1, :, :, 8:12] = 8
    made["cheetah_released"] = released
    weather = rng.normal(size=(1, DRAWS, REPLICATES, YEARS)) * np.ones((2, 1, 1, 1))
    made["winter_severity"], made["summer_drought"] = weather, -weather
    made["jut"] = weather > 1.6
    made["prey_biomass_estimate"] = made["prey_biomass"].sum(axis=(-2, -1))
    variables = {}
    for name, declared in contracts.RESULTS.items():
        shape = tuple(len(coordinates[dim]) for dim in declared.dims)
        value = np.asarray(made.get(name, np.zeros(shape)), dtype=float)
        kind = "float32" if "f" in declared.dtype else "int64"
        value = np.broadcast_to(value, shape).astype(kind)
        attributes = {"units": declared.unit, "long_name": declared.long_name}
        variables[name] = (declared.dims, value, attributes)
    return xr.Dataset(variables, coordinates)


def maps(ground: xr.Dataset) -> xr.Dataset:
    """Map sums of contracts.MAPS, two blocks of draws."""
    rng = np.random.default_rng(11)
    inside = ground["inside"].to_numpy().ravel()
    cells = inside.size
    runs = DRAWS * REPLICATES // 2
    weight = ground["suitability_saiga"].to_numpy().ravel() ** 3 * inside
    prey = rng.poisson(
        runs * 40 * weight * np.array([1, 0.4, 0.1, 0.03])[:, None], (2, 2, 2, 4, cells)
    )
    south = np.repeat(ground["y"].to_numpy() < 0, ground.sizes["x"])
    cheetah = rng.binomial(runs, 0.6 * weight * south, (2, 2, 2, cells))
    cheetah[0] = 0
    cheetah[:, :, 0] = 0
    deaths = rng.poisson(3 * weight * south, (2, 2, 11, cells))
    deaths[0] = 0
    # Nobody dies of a ceiling in a real study.
    deaths = np.concatenate([deaths, np.zeros_like(deaths[:, :, :1])], axis=2)
    births = 9 * prey[:, :, -1]
    shares = np.array([3, 2, 1, 0.5, 1, 2, 0, 0.5, 0.2, 0.3])[:, None] * 0.9
    lost = rng.poisson(births[:, :, :, None] * shares / 10)
    coordinates = {
        "scenario": list(SCENARIOS),
        "block": [0, 1],
        "prey_cause": list(contracts.PREY_DEATH_CAUSES),
        "map_year": np.array(MAP_YEARS) + 2027,
        "species": list(SPECIES),
        "cheetah_cause": list(contracts.CHEETAH_DEATH_CAUSES),
    }
    values = {
        "map_prey": prey,
        "map_prey_squared": prey**2,
        "map_cheetah": cheetah,
        "map_cheetah_deaths": deaths,
        "map_prey_births": births,
        "map_prey_deaths": lost,
    }
    return xr.Dataset(
        {
            name: (contracts.MAPS[name].dims, value, {"units": "1"})
            for name, value in values.items()
        },
        coordinates,
    )


def line_transect_posterior() -> xr.DataTree:
    """A distance-sampling posterior with every node that the report reads."""
    return surveys.tree_of(
        abundance=surveys.abundance(),
        detection=surveys.detection(observers=True),
        posterior=surveys.posterior(),
        observed_data=surveys.observed(),
        qq=surveys.qq(),
        design=surveys.design(),
        comparison=surveys.comparison(),
        sensitivity=surveys.sensitivity(),
        effects=surveys.effects(),
        cells=surveys.cells(beyond=0.3),
        diagnostics=surveys.diagnostics(),
    )


def trend_posterior() -> xr.DataTree:
    """A saiga trend posterior with the nodes the report reads."""
    rng = np.random.default_rng(5)
    year = np.arange(2016, 2028)
    middle = 2500 * 1.5 ** (year - 2016.0)
    counts = middle * 0.8 * rng.lognormal(0, 0.2, year.size)
    trend = xr.Dataset(
        {
            "abundance_median": ("year", middle),
            "abundance_low": ("year", middle * 0.7),
            "abundance_high": ("year", middle * 1.5),
            "expected_count_median": ("year", middle * 0.8),
            "observed": ("year", np.where(year <= 2024, counts, np.nan)),
            "growth_of_counts": ("draw", rng.normal(0.42, 0.05, 200)),
            "growth_closed": ("draw", rng.normal(0.22, 0.05, 200)),
            "growth_immigration": ("draw", rng.normal(0.2, 0.05, 200)),
        },
        {"year": year},
        {
            "published_growth": 0.43,
            "probability_ceiling_reaches_published_growth": 0.08,
            "period_begin": 2016,
            "last_count_year": 2024,
        },
    )
    about = {
        "species": "saiga",
        "model": "trend",
        "survey_file": "saiga_counts.csv",
        "status": "real",
    }
    return xr.DataTree.from_dict(
        {"/": xr.Dataset(attrs=about), "trend": trend, "diagnostics": surveys.diagnostics()}
    )
