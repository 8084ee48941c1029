"""Maps of the survey benchmark: predictions to many cells, each run in a process of its own."""

import time
from importlib import import_module
from pathlib import Path

import numpy as np
import xarray as xr

from peak import peak_mib
from survey_cases import Figures, hierarchical, simulated_sites
from ustyurt_models.study.surveys import DensitySurface, Occupancy, Sampler

__all__ = ["occupancy_map", "prediction", "surface"]


def _surface_model(cells: int, length: str = "120 km"):
    """Return a density surface over square cells of 25 km2."""
    block = DensitySurface(
        file="-",
        transect="point",
        truncation="300 m",
        density="chaparral",
        group_size="single",
        length_scale=length,
        sampler=Sampler(engine="auto", draws=500, tune=500, chains=2),
    )
    transects, place, told = simulated_sites(cells)
    table = import_module("ustyurt_models.survey.read.grid").GridTable(
        place, "projected", np.full(len(place), 25.0), np.full(len(place), "all"), told, {}
    )
    return hierarchical(block, transects, own_grid=table)


def _random_posterior(model, draws: int) -> xr.Dataset:
    """Draws of what prediction takes, of the size of a posterior, from nowhere."""
    rng = np.random.default_rng(7)
    shape = (2, draws // 2)
    size = {"term": len(model.places.density.names), "wave": model.field.basis.order.shape[0]}
    dims, one = ("chain", "draw"), np.ones(shape)
    return xr.Dataset(
        {
            "group_density_at_average_per_km2": (dims, rng.lognormal(0.0, 0.2, shape)),
            "density_effect": ((*dims, "term"), rng.normal(0.5, 0.1, (*shape, size["term"]))),
            "field_weight": ((*dims, "wave"), rng.normal(0.0, 0.1, (*shape, size["wave"]))),
            "mean_size": (dims, one),
            "detection_on_line": (dims, one),
            "availability": (dims, one),
        }
    )


def prediction(cells: str, how: str, folder: Path, length: str = "120 km") -> Figures:
    """Predict cells x 1,000 draws of a surface, without fitting it.

    ``stream`` writes mean, spread and interval of every cell; ``draws`` also every draw; ``node``
    keeps all draws in the node of a posterior file, as a fit does, and writes it.
    """
    model = _surface_model(int(cells), length)
    posterior = _random_posterior(model, 1000)
    path, before = folder / f"surface_{cells}.nc", peak_mib()
    begin = time.process_time()
    if how == "node":
        nodes = import_module("ustyurt_models.survey.models.hierarchical.nodes")
        node = nodes.cells_node(posterior, model.survey, model.places, model.field)
        node.to_netcdf(path, engine="h5netcdf")
    else:
        model.predict(posterior, path, keep_draws=how == "draws")
    spent = time.process_time() - begin
    size = path.stat().st_size
    path.unlink()
    return {
        "numbers": float(model.places.cells.count * 1000),
        "waves": float(posterior.sizes["wave"]),
        "predict_cpu_s": spent,
        "peak_mib": peak_mib(),
        "before_mib": before,
        "file_mib": size / 2**20,
    }


def _occupancy_map(side: int):
    """Return a model of occupancy with a field over side x 200 cells of 1 km, two sites on each."""
    home = "ustyurt_models.survey.models.sites"
    simulate, data = (import_module(f"{home}.{name}") for name in ("simulate", "data"))
    table = import_module("ustyurt_models.survey.read.grid").GridTable
    rng, sites = np.random.default_rng(13), 400
    cells = np.stack(np.meshgrid(np.arange(side), np.arange(200)), axis=-1).reshape(-1, 2) * 1000.0
    forage = rng.normal(size=len(cells))
    chosen = np.repeat(np.sort(rng.choice(len(cells), sites // 2, replace=False)), 2)
    plan = simulate.VisitPlan(
        np.ones((sites, 4), bool),
        site_covariates={"forage": forage[chosen]},
        position=cells[chosen],
    )
    psi = 1.0 / (1.0 + np.exp(-0.5 * forage[chosen]))
    seen, _ = simulate.simulate_occupancy(psi, np.full((sites, 4), 0.5), plan, rng)
    zone = np.where(cells[:, 1] > cells[:, 1].mean(), "north", "south")
    header = {"crs": "EPSG:32640"}
    grid = table(cells, "projected", np.ones(len(cells)), zone, {"forage": forage}, header)
    block = Occupancy(file="-", psi="forage", field=True, grid="-", length_scale="120 km")
    return import_module(f"{home}.survey_model").survey_model(data.survey_of(seen, block, grid))


def occupancy_map(cells: str, folder: Path) -> Figures:
    """Predict cells x 1,000 draws of occupancy to NetCDF and GeoTIFF, without fitting."""
    write_tiff = import_module("ustyurt_models.landscape.surface_tiff").write_surface_tiff
    model, rng, shape = _occupancy_map(int(cells) // 200), np.random.default_rng(7), (2, 500)
    dims, waves = ("chain", "draw"), model.data.field.basis.order.shape[0]
    posterior = xr.Dataset(
        {
            "psi_intercept": (dims, rng.normal(0.0, 0.5, shape)),
            "psi_effect": ((*dims, "term"), rng.normal(0.5, 0.1, (*shape, 1))),
            "field_weight": ((*dims, "wave"), rng.normal(0.0, 0.1, (*shape, waves))),
        }
    )
    before, begin = peak_mib(), time.process_time()
    surface = model.predict(posterior, folder / f"psi_{cells}.nc")
    tiff = write_tiff(surface, folder / f"psi_{cells}.tif")
    spent = time.process_time() - begin
    return {
        "numbers": float(model.data.places.cells.count * 1000),
        "waves": float(waves),
        "predict_cpu_s": spent,
        "peak_mib": peak_mib(),
        "before_mib": before,
        "file_mib": (surface.stat().st_size + tiff.stat().st_size) / 2**20,
    }


def surface() -> Figures:
    """Fit a density surface and predict 8,100 cells x 1,000 draws."""
    fit_model = import_module("ustyurt_models.survey.fit").fit_model
    tree = fit_model(_surface_model(8100), 1)
    cells = tree["cells"]["density_per_km2"]
    return {
        "numbers": float(cells.size),
        "total_cpu_s": time.process_time(),
        "peak_mib": peak_mib(),
    }
