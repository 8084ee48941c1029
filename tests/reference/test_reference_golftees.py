"""Double-observer fits of the golf tees against the stored answers of mrds; truth 760 tees.

Skipped where the reference data are not beside this checkout.
"""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize

from ustyurt_models.formulas.detection import esw_half_normal, half_normal
from ustyurt_models.formulas.mark_recapture import (
    count_per_seen,
    distance_rule,
    expected_size,
    log_available,
    log_history,
    log_seen,
    mean_detection,
    mean_on_line,
)

GOLFTEES = Path(__file__).parents[3] / "shared" / "reference" / "golftees"
WIDTH_M = 4.0

pytestmark = pytest.mark.skipif(
    not (GOLFTEES / "reference.json").is_file(),
    reason="reference data are not beside this checkout",
)


@dataclass(frozen=True)
class Tees:
    """Objects with both observers' marks; columns of shape (object,), `seen` (object, 2)."""

    distance_m: np.ndarray
    size: np.ndarray
    sex: np.ndarray
    exposure: np.ndarray
    seen: np.ndarray

    def columns(self, names, distance_m=None):
        """Return the design, shape (object or node x object..., observer, column)."""
        x = self.distance_m if distance_m is None else distance_m
        ones = np.ones((*x.shape, 2))
        known = {
            "1": ones,
            "distance": x[..., None] * ones,
            "observer": ones * [0.0, 1.0],
            "sex:exposure": (self.sex * self.exposure)[:, None] * ones,
        }
        for name in ("size", "sex", "exposure"):
            known[name] = getattr(self, name)[:, None] * ones
        return np.stack([known[name] for name in names], axis=-1)


def read_tees():
    with (GOLFTEES / "observations.csv").open() as file:
        rows = list(csv.DictReader(file))
    first = [row for row in rows if row["observer"] == "1"]
    second = {row["object"]: row for row in rows if row["observer"] == "2"}
    table = {
        name: np.array([float(row[name]) for row in first])
        for name in ("distance", "size", "sex", "exposure")
    }
    seen = [[int(r["detected"]), int(second[r["object"]]["detected"])] for r in first]
    return Tees(
        table["distance"], table["size"], table["sex"], table["exposure"], np.array(seen, bool)
    )


FITS = {
    "trial_fi_distance": ("trial", ["1", "distance"], None),
    "io_fi_distance": ("independent", ["1", "distance"], None),
    "io_fi_full": (
        "independent",
        ["1", "distance", "size", "sex", "exposure", "sex:exposure", "observer"],
        None,
    ),
    "io_pi_sex_exposure": (
        "independent",
        ["1", "distance", "sex", "exposure", "sex:exposure"],
        ["1", "sex", "exposure"],
    ),
    "trial_pi": ("trial", ["1", "distance"], ["1"]),
}


def counted(tees, configuration):
    return tees.seen.any(axis=1) if configuration == "independent" else tees.seen[:, 0]


def parts(tees, fit, theta):
    """Return log likelihoods of marks and of distances, p and p on the line of those that count."""
    configuration, names, scale_names = FITS[fit]
    counts = counted(tees, configuration)
    beta = theta[: len(names)]
    value = tees.columns(names) @ beta
    marks = log_history(tees.seen, value, configuration).sum()
    zero = log_seen(tees.columns(names, 0 * tees.distance_m) @ beta, configuration)
    if scale_names is None:
        rule = distance_rule([0.0, WIDTH_M])
        nodes = np.broadcast_to(rule.distance_m[:, None], (rule.weight.size, tees.size.size))
        at_nodes = np.exp(log_seen(tees.columns(names, nodes) @ beta, configuration))
        mean = mean_detection(at_nodes.T, rule)
        at = log_seen(value, configuration)
        p = mean
    else:
        design = tees.columns(scale_names)[:, 0, :]
        sigma_m = np.exp(design @ theta[len(names) :])
        at = np.log(half_normal(tees.distance_m, sigma_m))
        mean = esw_half_normal(sigma_m, WIDTH_M) / WIDTH_M
        p = mean * np.exp(zero)
    where = at - np.log(mean) + log_available(tees.distance_m, 0.0, WIDTH_M)
    return marks, where[counts].sum(), p[counts], np.exp(zero[counts])


def maximum(tees, fit):
    """Maximise as mrds does: under full independence it fits the marks only.

    The distances then enter the reported likelihood, but not the estimates; under point
    independence they are a part of their own, with the parameters of the shape.
    """
    _, names, scale_names = FITS[fit]

    def miss(theta):
        marks, distances, _, _ = parts(tees, fit, theta)
        return -marks if scale_names is None else -marks - distances

    start = np.zeros(len(names) + len(scale_names or []))
    return minimize(miss, start, method="BFGS").x


@pytest.fixture(scope="module")
def peer():
    return json.loads((GOLFTEES / "reference.json").read_text())["fits"]


@pytest.mark.parametrize("fit", FITS)
def test_largest_likelihood_and_estimates_equal_those_of_mrds(fit, peer):
    tees = read_tees()
    marks, distances, p, on_line = parts(tees, fit, maximum(tees, fit))
    assert marks + distances == pytest.approx(peer[fit]["logLik"], abs=0.01)
    counts = counted(tees, FITS[fit][0])
    share, size = np.full(p.size, 1 / p.size), tees.size[counts]
    told = peer[fit]
    assert 1 / count_per_seen(share, p) == pytest.approx(told["average_p"], rel=2e-3)
    groups, animals = (told[kind]["N"][2]["Estimate"] for kind in ("clusters", "individuals"))
    assert p.size * count_per_seen(share, p) == pytest.approx(groups, rel=2e-3)
    assert p.size * count_per_seen(share, p, size) == pytest.approx(animals, rel=2e-3)
    wanted = told["Expected_S"][2]["Expected.S"]
    assert expected_size(share, p, size) == pytest.approx(wanted, rel=2e-3)
    pooled = told["average_p0"] or told["average_p0_obs1"]
    assert mean_on_line(share, p, on_line) == pytest.approx(pooled, rel=2e-3)
