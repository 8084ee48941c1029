"""With flat priors our maximum is the peer's: the stored logLik of mrds, to 0.01."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize

from ustyurt_models.formulas.detection_function import (
    DetectionForm,
    DetectionParameters,
    class_probabilities,
    log_distance_density,
)

REFERENCE = Path(__file__).parents[3] / "shared" / "reference"
KEYS = {"hn": "half-normal", "hr": "hazard-rate", "unif": "uniform"}
COVARIATES = {
    "~Region.Label": (("Region.Label", "North"),),
    "~size": (("size", None),),
    "~factor(Cluster.strat)": (("Cluster.strat", "1"),),
    "~OBs": (("OBs", "TKP"),),
    "~OBs + MAS": (("OBs", "TKP"), ("MAS", None)),
    "~OBs + HAS": (("OBs", "TKP"), ("HAS", "5")),
}
FITS = [
    *(("minke", fit) for fit in ("hn", "hr", "hn_cos2", "unif_cos1", "hr_region")),
    *(("ducknest", fit) for fit in ("binned_hn", "binned_hr", "binned_unif_cos1", "exact_hn")),
    *(("cluster_exercise", fit) for fit in ("hr", "hr_size", "hn", "hr_clusterstrat")),
    *(("amakihi", fit) for fit in ("hr", "hr_obs", "hr_obs_mas", "hr_obs_has", "hn_cos2")),
]


def rows_within(dataset, width, formula):
    with (REFERENCE / dataset / "observations.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["distance"] not in ("", "NA")]
    rows = [row for row in rows if float(row["distance"]) <= width]
    needed = [name for name, _ in COVARIATES.get(formula, ())]
    return [row for row in rows if all(row[name] not in ("", "NA") for name in needed)]


def columns(rows, formula):
    """Treatment coding with the peer's reference level; numbers are centred and scaled."""
    design = [np.ones(len(rows))]
    for name, reference in COVARIATES.get(formula, ()):
        cells = [row[name] for row in rows]
        if reference is None:
            values = np.array(cells, float)
            design.append((values - values.mean()) / values.std())
        else:
            levels = sorted(set(cells) - {reference})
            design += [np.array([cell == level for cell in cells], float) for level in levels]
    return np.column_stack(design)


def maximum(form, distance, design, cutpoints):
    """Maximise the log likelihood over log scale, covariates, log shape and adjustments."""
    alike = not np.ptp(design, axis=0).any()
    scaled = form.key != "uniform"
    hazard = form.key == "hazard-rate"
    p = design.shape[1] if scaled else 0

    def minus(theta):
        log_sigma = design @ theta[:p] if scaled else np.zeros(len(distance))
        shape = np.exp(theta[p]) if hazard else 1.0
        a = theta[p + hazard :]
        if cutpoints is not None:
            parameters = DetectionParameters(np.exp(log_sigma[0]), shape, a)
            chance = class_probabilities(form, cutpoints, parameters)
            return -np.histogram(distance, cutpoints)[0] @ np.log(chance)
        parameters = DetectionParameters(np.exp(log_sigma), shape, a[None])
        if alike:
            parameters = DetectionParameters(np.exp(log_sigma[:1]), shape, a[None])
        return -log_distance_density(form, distance, parameters).sum()

    start = np.zeros(p + hazard + len(form.orders))
    if scaled:
        start[0] = np.log(form.truncation_m / 2)
    start[p : p + hazard] = 0.9
    if form.key == "uniform":
        start[0] = 0.3
    found = minimize(minus, start, method="BFGS")
    polished = minimize(minus, found.x, method="Nelder-Mead", options={"fatol": 1e-8})
    return -polished.fun


@pytest.mark.parametrize(("dataset", "name"), FITS)
def test_maximum_of_the_likelihood_is_the_peers(dataset, name):
    stored = REFERENCE / dataset / "reference.json"
    if not stored.is_file():
        pytest.skip("reference data are not beside this checkout")
    fit = json.loads(stored.read_text(encoding="utf-8"))["fits"][name]
    told = fit["settings"]
    form = DetectionForm(
        KEYS[told["key"]],
        fit["width"],
        0.0,
        told.get("transect") == "point",
        "cosine",
        (told["order"],) if told.get("adjustment") else (),
    )
    rows = rows_within(dataset, fit["width"], told.get("formula"))
    assert len(rows) == fit["n"]
    distance = np.array([float(row["distance"]) for row in rows])
    cutpoints = np.array(told["cutpoints"]) if "cutpoints" in told else None
    found = maximum(form, distance, columns(rows, told.get("formula")), cutpoints)
    assert found == pytest.approx(fit["logLik"], abs=0.01)
