"""With flat priors the maximum of every model of visits is that of unmarked: logLik to 0.01."""

import csv
import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from pydantic import TypeAdapter
from scipy.optimize import minimize

from ustyurt_models.study.surveys import Survey
from ustyurt_models.survey.context import Context
from ustyurt_models.survey.registry import load_survey, model_of
from ustyurt_models.survey.samplers.flat import FlatModel

ROOT = Path(__file__).parents[3] / "shared" / "reference"
SURVEY: TypeAdapter = TypeAdapter(Survey)

OVEN = {"model": "occupancy", "file": "sites.csv", "visits": "det{visit}"}
OVEN_COV = {"psi": "elev + elev^2", "detection": "day + day^2 + tod"}
CROSSBILL = {"model": "dynamic_occupancy", "file": "sites.csv", "visits": "det{season:2}{visit}"}
CROSSBILL_COV = {"psi": "ele + ele^2 + forest", "colonisation": "forest", "extinction": "ele"}
YEARS = {"colonisation": "season", "extinction": "season", "detection": "season"}
MALLARD = {"model": "n_mixture", "file": "sites.csv", "visits": "count{visit}"}
MALLARD |= {"animals": "length + elev + forest", "detection": "ivel + date + date^2"}
THRUSH = {"visits": "visit{visit}"}
SEEN = THRUSH | {"file": "detections.csv"}
COUNTED = THRUSH | {"file": "counts.csv", "model": "n_mixture"}
FITS = [
    ("hbef2015_oven", "occu_null", OVEN),
    ("hbef2015_oven", "occu_cov", OVEN | OVEN_COV),
    ("crossbill", "null", CROSSBILL),
    ("crossbill", "covariates", CROSSBILL | CROSSBILL_COV | {"detection": "date + date^2"}),
    ("crossbill", "year", CROSSBILL | YEARS),
    ("mallard", "pcount_P", MALLARD),
    ("mallard", "pcount_NB", MALLARD | {"family": "negative-binomial"}),
    ("mallard", "pcount_ZIP", MALLARD | {"family": "zero-inflated"}),
    ("woodthrush", "occu_null", SEEN | {"model": "occupancy"}),
    ("woodthrush", "RN_null", SEEN | {"model": "royle_nichols"}),
    ("woodthrush", "pcount_P", COUNTED),
    ("woodthrush", "pcount_NB", COUNTED | {"family": "negative-binomial"}),
]

pytestmark = pytest.mark.skipif(
    not (ROOT / "mallard" / "reference.json").is_file(),
    reason="reference data are not beside this checkout",
)


def without_undated(path):
    """Leave out visits whose date is missing from all fits, as the peer did."""
    with (ROOT / "crossbill" / "sites.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        for name in [name for name in row if name.startswith("date") and row[name] in ("", "NA")]:
            row[name.replace("date", "det")] = ""
    with (path / "sites.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@cache
def peer_of(dataset, fit):
    told = json.loads((ROOT / dataset / "reference.json").read_text(encoding="utf-8"))
    return told["fits"][fit]


def maximum(options, folder):
    """Maximise the likelihood alone; the prior is taken off, so that it has no say."""
    spec = SURVEY.validate_json(json.dumps(options))
    model = model_of(load_survey(spec, folder, None, Context()))
    flat = FlatModel(model.build())
    step = 1e-5 * np.eye(flat.start.size)

    def likelihood(points):
        return flat.log_densities(points) - flat.log_priors(points)[0]

    def minus(point):
        found = likelihood(np.concatenate([point[None], point + step, point - step]))
        up, down = np.split(found[1:], 2)
        return -found[0], -(up - down) / 2e-5

    best = minimize(minus, flat.start, jac=True, method="BFGS", options={"gtol": 1e-4})
    return flat, best.x, -best.fun


@pytest.mark.parametrize(
    ("dataset", "fit", "options"), FITS, ids=[f"{dataset}-{fit}" for dataset, fit, _ in FITS]
)
def test_maximum_with_flat_priors_is_the_peers(dataset, fit, options, tmp_path):
    folder = without_undated(tmp_path) if dataset == "crossbill" else ROOT / dataset
    flat, _, found = maximum(options, folder)
    peer = peer_of(dataset, fit)
    assert flat.start.size == peer["n_par"]
    assert found == pytest.approx(peer["logLik"], abs=0.01)


@pytest.mark.parametrize("fit", ["pcount_P", "pcount_NB", "pcount_ZIP"])
def test_effects_at_the_maximum_are_the_peers(fit):
    options = next(given for _, name, given in FITS if name == fit)
    flat, point, _ = maximum(options, ROOT / "mallard")
    columns = np.genfromtxt(ROOT / "mallard" / "sites.csv", delimiter=",", names=True)
    counted = np.isfinite([columns[f"count{visit}"] for visit in (1, 2, 3)]).any(axis=0)
    effects = flat.constrain(point[None])["lambda_effect"][0]
    rows = {row["name"]: row for row in peer_of("mallard", fit)["estimates"]}
    for name, effect in zip(("length", "elev", "forest"), effects, strict=True):
        per_unit = effect / columns[name][counted].std(ddof=1)
        assert per_unit == pytest.approx(rows[f"lam({name})"]["estimate"], abs=0.002), name
