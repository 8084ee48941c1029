"""Invented posterior files of surveys, one node at a time, in the shape that the fits write."""

import json

import numpy as np
import xarray as xr

__all__ = [
    "abundance",
    "cells",
    "comparison",
    "conflict",
    "design",
    "detection",
    "diagnostics",
    "effects",
    "observed",
    "posterior",
    "qq",
    "sensitivity",
    "strips",
    "tree_of",
]

DRAWS = 400
AREA = np.array([60_000.0, 70_000.0])
STRATA = ["north", "south"]


def diagnostics(**stops: str) -> xr.Dataset:
    """Diagnostics that pass but for a look at the histogram; `stops` changes verdicts by check."""
    rows = {
        "R-hat": (1.002, 1.01, 1.05, "pass", "chains agree; largest for sigma_m"),
        "distances, chi-square": (0.031, 0.05, 0.001, "look", "histogram of distances fits"),
        "transects, dispersion": (0.4, 0.05, 0.001, "pass", "spread among transects fits"),
        "elpd LOO": (-617.0, np.inf, np.inf, "pass", "predictive accuracy, unit: transect"),
    }
    words = {check: stops.get(check, row[3]) for check, row in rows.items()}
    order = ("pass", "look", "stop")
    table = xr.Dataset(
        {
            "value": ("check", [row[0] for row in rows.values()]),
            "look": ("check", [row[1] for row in rows.values()]),
            "stop": ("check", [row[2] for row in rows.values()]),
            "verdict": ("check", list(words.values())),
            "meaning": ("check", [row[4] for row in rows.values()]),
        },
        {"check": list(rows)},
    )
    table.attrs["verdict"] = max(words.values(), key=order.index)
    return table


def abundance(mean_size: float = 5.0, area_basis: str = "stratum") -> xr.Dataset:
    """Two strata; groups of `mean_size` animals."""
    rng = np.random.default_rng(3)
    groups = rng.lognormal(np.log([0.01, 0.006]), 0.25, (DRAWS, 2))
    size = rng.normal(mean_size, 0.02 * mean_size, (DRAWS, 1)) if mean_size > 1 else 1.0
    dims = ("draw", "stratum")
    values = {
        "abundance": groups * size * AREA,
        "density_per_km2": groups * size,
        "group_abundance": groups * AREA,
        "group_density_per_km2": groups,
    }
    units = {name: "km-2" if "density" in name else "1" for name in values}
    made = {name: (dims, value, {"units": units[name]}) for name, value in values.items()}
    node = xr.Dataset(
        {**made, "area_km2": ("stratum", AREA, {"units": "km2"})}, {"stratum": STRATA}
    )
    node.attrs["area_basis"] = area_basis
    return node


def detection(kind: str = "line", observers: bool = False) -> xr.Dataset:
    """A half-normal with its histogram; for points also the density of distances."""
    rng = np.random.default_rng(4)
    sigma = rng.normal(210, 22, DRAWS)[:, None]
    distance = np.linspace(0, 800, 81)
    edges = np.linspace(0, 800, 11)
    middle = (edges[:-1] + edges[1:]) / 2
    searched = middle / 400 if kind == "point" else np.ones(10)
    count = rng.poisson(60 * searched * np.exp(-(middle**2) / (2 * 210**2)))
    g = np.exp(-(distance**2) / (2 * sigma**2))
    variables = _band(g, "") | {
        "count": ("class", count),
        "count_scaled": ("class", count / searched / 62),
        "edge_m": ("edge", edges),
    }
    if kind == "point":
        f = distance * g
        f /= f.sum(axis=1, keepdims=True) * 10
        variables |= _band(f, "density_")
    node = xr.Dataset(variables, {"distance_m": distance}, {"interval_mass": 0.95})
    node.attrs["transect"] = kind
    if observers:
        chance = np.stack([0.9 * g, 0.7 * g], axis=1)
        tried = np.stack([count, count + 3])
        for name, value in _ends(chance, "conditional_"):
            node[name] = (("observer", "distance_m"), value)
        node["tried"] = (("observer", "class"), tried)
        node["seen_by"] = (("observer", "class"), rng.binomial(tried, [[0.7], [0.5]]))
        node = node.assign_coords(observer=[1, 2])
    return node


def posterior() -> xr.Dataset:
    """Draws of what the detection table shows; detection on the line is a belief."""
    rng = np.random.default_rng(6)
    dims, shape = ("chain", "draw"), (2, 200)
    return xr.Dataset(
        {
            "esw_m": (dims, rng.normal(260, 20, shape), {"units": "m"}),
            "p_detect": (dims, rng.normal(0.33, 0.02, shape), {"units": "1"}),
            "detection_on_line": (dims, rng.normal(0.8, 0.05, shape), {"units": "1"}),
            "availability": (dims, np.ones(shape), {"units": "1"}),
        }
    )


def observed() -> xr.Dataset:
    """Sixty lines of forty kilometres."""
    rng = np.random.default_rng(7)
    return xr.Dataset(
        {
            "groups": ("transect", rng.multinomial(205, np.full(60, 1 / 60))),
            "effort_km": ("transect", np.full(60, 40.0), {"units": "km"}),
        }
    )


def _ends(draws: np.ndarray, prefix: str) -> list[tuple[str, np.ndarray]]:
    quantiles = np.quantile(draws, [0.5, 0.025, 0.975], axis=0)
    return [
        (f"{prefix}{part}", value)
        for part, value in zip(("median", "low", "high"), quantiles, strict=True)
    ]


def _band(draws: np.ndarray, prefix: str) -> dict[str, tuple[str, np.ndarray]]:
    return {name: ("distance_m", value) for name, value in _ends(draws, prefix)}


def qq() -> xr.Dataset:
    """Sixty detections that fit."""
    empirical = (np.arange(60) + 0.5) / 60
    fitted = empirical**1.05
    return xr.Dataset(
        {
            "empirical": ("rank", empirical),
            "fitted": ("rank", fitted),
            "low": ("rank", np.clip(fitted - 0.05, 0, 1)),
            "high": ("rank", np.clip(fitted + 0.05, 0, 1)),
            "band_low": ("rank", np.clip(empirical - 0.15, 0, 1)),
            "band_high": ("rank", np.clip(empirical + 0.15, 0, 1)),
        },
        attrs={"interval_mass": 0.95},
    )


def design(off: float = 1.0, wide: float = 1.0) -> xr.Dataset:
    """An estimate by design that is `off` times the model's, its limits `wide` times as far."""
    shape, kinds = ("kind", "stratum"), np.array([[1.0], [5.0]])
    model = np.array([[600.0, 420.0, 1020.0]]) * kinds
    node = xr.Dataset(coords={"kind": ["groups", "animals"], "stratum": [*STRATA, "all strata"]})
    area = np.append(AREA, AREA.sum())
    found = {"encounter_rate": 0.004 * kinds * np.ones(3), "abundance": model * off}
    found["density_per_km2"] = found["abundance"] / area
    for name, value in found.items():
        node[name] = (shape, value)
        node[f"{name}_cv"] = (shape, np.full(value.shape, 0.22))
        node[f"{name}_low"] = (shape, value / 1.5**wide)
        node[f"{name}_high"] = (shape, value * 1.5**wide)
    for part, factor in (("median", 1.0), ("low", 1 / 1.5), ("high", 1.5)):
        node[f"model_abundance_{part}"] = (shape, model * factor)
    node["transects"] = ("stratum", [30.0, 28.0, 58.0])
    node["area_km2"] = ("stratum", area)
    node["mean_size"] = ("stratum", [5.0, 5.0, 5.0])
    node["mean_size_se"] = ("stratum", [0.4, 0.5, 0.3])
    node.attrs = {"estimator": "R2", "interval_mass": 0.95}
    return node


def comparison(spread: float = 1.1, behind: float = 1.2) -> xr.Dataset:
    """Three keys; the last gives `spread` times the animals of the first, `behind` in elpd."""
    middle = 5000 * np.array([1.0, spread**0.5, spread])
    return xr.Dataset(
        {
            "elpd": ("fit", [-617.0, -618.2, -617.0 - behind]),
            "difference": ("fit", [0.0, -1.2, -behind]),
            "difference_se": ("fit", [0.0, 0.9, 1.1]),
            "pareto_k": ("fit", [0.2, 0.3, 0.1]),
            "stacking": ("fit", [0.61, 0.39, 0.0]),
            "abundance": ("fit", middle),
            "abundance_low": ("fit", middle * 0.6),
            "abundance_high": ("fit", middle * 1.7),
            "verdict": ("fit", ["pass", "pass", "look"]),
        },
        {"fit": ["hazard-rate", "half-normal", "uniform"]},
        {"best": "hazard-rate", "interval_mass": 0.95, "unit": "transect"},
    )


def sensitivity() -> xr.Dataset:
    """One quantity from the data, one from the prior."""
    return xr.Dataset(
        {
            "prior": ("result", [0.01, 0.2]),
            "likelihood": ("result", [0.12, 0.02]),
            "khat": ("result", [0.2, 0.3]),
        },
        {"result": ["abundance_total", "encounter_spread"]},
        {"limit": 0.05},
    )


def effects() -> xr.Dataset:
    """A covariate in its own unit, and a level of a factor."""
    return xr.Dataset(
        {
            "median": ("effect", [0.5, -0.3]),
            "low": ("effect", [0.2, -0.8]),
            "high": ("effect", [0.8, 0.2]),
            "step": ("effect", [113.0, np.nan]),
            "step_unit": ("effect", ["kg ha-1", ""]),
        },
        {"effect": ["log density: forage", "log scale: observer[B]"]},
        {"interval_mass": 0.95},
    )


def cells(side: int = 20, beyond: float = 0.0) -> xr.Dataset:
    """A square of cells of a grid of its own; the easternmost `beyond` of it is extrapolated."""
    rng = np.random.default_rng(8)
    x, y = (axis.ravel() * 5.0 for axis in np.meshgrid(np.arange(side), np.arange(side)))
    middle = -3 + np.sin(x / 30) + np.cos(y / 25)
    spread = 0.2 + 0.5 * x / x.max()
    density = np.exp(middle + spread * rng.standard_normal((100, 1)))
    return xr.Dataset(
        {
            "density_per_km2": (("draw", "cell"), density.astype(np.float32)),
            "area_km2": ("cell", np.full(x.size, 25.0)),
            "x_km": ("cell", x),
            "y_km": ("cell", y),
            "zone_index": ("cell", (y > y.mean()).astype(int)),
            "extrapolated": ("cell", x >= (1 - beyond) * side * 5.0),
        },
        {"cell": np.arange(x.size)},
        {"on_landscape": 0},
    )


def conflict(ratio: float = 1.1, agree: float = 0.7) -> xr.Dataset:
    """Two surveys whose numbers stand in `ratio`."""
    middle = np.array([5000.0, 5000 / ratio])
    return xr.Dataset(
        {
            "abundance_median": ("survey", middle),
            "abundance_low": ("survey", middle * 0.7),
            "abundance_high": ("survey", middle * 1.4),
            "first": ("pair", ["lines"]),
            "second": ("pair", ["strips"]),
            "ratio_median": ("pair", [ratio]),
            "ratio_low": ("pair", [ratio * 0.6]),
            "ratio_high": ("pair", [ratio * 1.7]),
            "agree": ("pair", [agree]),
            "within": ("pair", [agree / 2]),
            "bias_sd": ("survey", [0.2, 0.0]),
            "bias_median": ("survey", [1.1, 1.0]),
            "bias_low": ("survey", [0.9, 1.0]),
            "bias_high": ("survey", [1.3, 1.0]),
            "prior_share": ("survey", [0.1, 0.2]),
        },
        {"survey": ["lines", "strips"]},
        {"interval_mass": 0.95, "agreement": 0.2},
    )


def strips() -> dict[str, xr.Dataset]:
    """Nodes of a strip count with photographs and Jolly's three methods."""
    rng = np.random.default_rng(9)
    photo = np.round(rng.lognormal(3, 1, 40)) + 1
    eye = np.maximum(np.round(photo * 0.8 * rng.lognormal(0, 0.2, 40)), 1)
    photo[30:] = np.nan
    found = design()
    found.attrs["estimator"] = "Jolly's method 2: units of unequal area (ratio)"
    found = found.drop_vars([name for name in found if str(name).startswith("encounter")])
    found["jolly_abundance"] = (("method", "stratum"), np.full((3, 3), 5100.0))
    found["jolly_se"] = (("method", "stratum"), np.full((3, 3), 800.0))
    found = found.assign_coords(method=[1, 2, 3])
    return {
        "observed_data": xr.Dataset(
            {
                "groups": ("strip", rng.poisson(2, 20)),
                "length_km": ("strip", np.full(20, 50.0)),
                "width_km": ("strip", np.full(20, 0.5)),
                "eye": ("group", eye),
                "photo": ("group", photo),
            }
        ),
        "posterior": xr.Dataset({"eye_bias": (("chain", "draw"), rng.normal(0.8, 0.03, (2, 200)))}),
        "design": found,
    }


def tree_of(model: str = "line_transect", **nodes: xr.Dataset) -> xr.DataTree:
    """A posterior file of some nodes, with the attributes that every fit writes.

    Further settings of the study file go into the attribute ``settings`` of the result.
    """
    settings = {
        "file": "gazelle_transects.csv",
        "model": model,
        "truncation": "800 m",
        "detection_on_line": [0.7, 0.8, 0.9],
        "size_bias": False,
        "sampler": {"engine": "auto", "draws": 500, "chains": 2},
        "priors": {
            "sigma_share": {"median": 0.5, "sd_log": 1.0},
            "coefficient_sd": 1.0,
            "size_cv_mean": 0.7,
        },
    }
    about = {
        "species": "goitered_gazelle",
        "model": model,
        "survey_file": "gazelle_transects.csv",
        "status": "simulated",
        "source": "drawn for the tests",
        "settings": json.dumps(settings),
        "interval_mass": 0.95,
        "seed": 7,
        "engine": "laplace",
        "why_engine": "its importance weights are sound",
        "preview": 0,
    }
    root = xr.Dataset(attrs=about)
    return xr.DataTree.from_dict({"/": root, **nodes})
