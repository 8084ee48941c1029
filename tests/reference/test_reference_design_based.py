"""Design-based tables of program Distance, to the printed digits, given its detection function."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad

from ustyurt_models.formulas.design_abundance import (
    Detection,
    Sample,
    abundance,
    encounter_rate,
    mean_group_size,
)

REFERENCE = Path(__file__).parents[3] / "shared" / "reference"
DIGITS = 2e-6  # peers print seven digits; p and its error are printed with seven as well


def reference(dataset, fit):
    path = REFERENCE / dataset / "reference.json"
    if not path.is_file():
        pytest.skip("reference data are not beside this checkout")
    return json.loads(path.read_text(encoding="utf-8"))["fits"][fit]


def table(path):
    with path.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def flat_rows(dataset):
    """Rows of the survey: stratum, transect, effort, area, distance and size (NaN where none)."""
    folder = REFERENCE / dataset
    if dataset != "golftees":
        return [
            (
                row["Region.Label"],
                (row["Region.Label"], row["Sample.Label"]),
                float(row["Effort"]),
                float(row["Area"]),
                float(row["distance"]) if row["distance"] not in ("", "NA") else np.nan,
                float(row.get("size") or 1),
            )
            for row in table(folder / "observations.csv")
        ]
    areas = {row["Region.Label"]: float(row["Area"]) for row in table(folder / "region.csv")}
    effort = {row["Sample.Label"]: row for row in table(folder / "samples.csv")}
    link = {row["object"]: row["Sample.Label"] for row in table(folder / "obs_link.csv")}
    rows = []
    for row in table(folder / "observations.csv"):
        sample = effort[link[row["object"]]]
        region = sample["Region.Label"]
        if row["observer"] == "1":
            place = (region, (region, sample["Sample.Label"]))
            length = float(sample["Effort"])
            # The single-observer fits pool the observers: each object counts once.
            rows.append((*place, length, areas[region], float(row["distance"]), float(row["size"])))
    return rows


def survey(dataset, width, estimator="R2", searched=None):
    """Return the sample, each detection's transect, its distance and its size."""
    rows = flat_rows(dataset)
    strata = sorted({row[0] for row in rows})
    keys = list(dict.fromkeys(row[1] for row in rows))
    effort = {row[1]: row[2] for row in rows}
    area = {row[0]: row[3] for row in rows}
    kept = [row for row in rows if row[4] <= width]
    stratum = np.array([strata.index(key[0]) for key in keys])
    lengths = np.array([effort[key] for key in keys])
    searched = 2 * width if searched is None else searched
    areas = np.array([area[name] for name in strata])
    if not areas.any():  # density only: Distance weighs the strata by what was searched
        areas = np.bincount(stratum, lengths) * searched
    sample = Sample(areas, stratum, lengths, searched, estimator)
    transect = np.array([keys.index(row[1]) for row in kept])
    return sample, transect, np.array([row[4] for row in kept]), np.array([row[5] for row in kept])


def sums(sample, transect, values):
    return np.bincount(transect, values, sample.effort.size)


def assert_rows(estimate, rows):
    names = (("value", "Estimate"), ("se", "se"), ("cv", "cv"), ("low", "lcl"), ("high", "ucl"))
    for i, row in enumerate(rows):
        for ours, theirs in (*names, ("freedom", "df")):
            got = getattr(estimate, ours)[i]
            assert got == pytest.approx(row[theirs], rel=DIGITS), (row["Label"], theirs)


def assert_rates(estimate, rows):
    for i, row in enumerate(rows):
        for ours, theirs in (("value", "ER"), ("se", "se.ER"), ("cv", "cv.ER")):
            assert getattr(estimate, ours)[i] == pytest.approx(row[theirs], rel=DIGITS)


CONSTANT = [
    ("minke", "hn", 1),
    ("minke", "hr", 2),
    ("minke", "hn_cos2", 2),
    ("minke", "unif_cos1", 1),
    ("cluster_exercise", "hr", 2),
    ("cluster_exercise", "hn", 1),
    ("golftees", "ds_hn", 1),
    ("golftees", "ds_hr", 2),
    ("amakihi", "hr", 2),
    ("amakihi", "hn_cos2", 2),
]


@pytest.mark.parametrize(("dataset", "name", "parameters"), CONSTANT)
def test_tables_of_a_detection_function_without_covariates(dataset, name, parameters):
    fit = reference(dataset, name)
    p = fit.get("p_average", fit.get("average_p"))
    p_se = fit.get("p_average_se", fit.get("average_p_se"))
    width = fit.get("width", 4.0)
    points = dataset == "amakihi"
    # Amakihi distances are metres, densities per hectare.
    searched = np.pi * (width / 100) ** 2 if points else None
    sample, transect, _, size = survey(dataset, width, "P3" if points else "R2", searched)
    freedom = fit["n"] - parameters
    found, estimates = {}, {}
    for kind, weight in (("clusters", np.ones_like(size)), ("individuals", size)):
        found[kind] = sums(sample, transect, weight)
        if kind not in fit:
            continue
        assert_rates(encounter_rate(sample, found[kind]), fit[kind]["summary"])
        numbers = sample.scale * sample.sums(found[kind] / p) / sample.sums(sample.effort)
        detection = Detection(np.outer(numbers, numbers) * (p_se / p) ** 2, freedom)
        estimates[kind] = abundance(sample, found[kind] / p, detection)
        assert_rows(
            estimates[kind].divided(np.append(sample.area_km2, sample.area_km2.sum())),
            fit[kind]["D"],
        )
        if "N" in fit[kind]:
            assert_rows(estimates[kind], fit[kind]["N"])
    if "Expected_S" in fit:
        groups, animals = estimates["clusters"], estimates["individuals"]
        shared = np.outer(groups.value[:-1], animals.value[:-1]) * (p_se / p) ** 2
        mean, se = mean_group_size(
            sample,
            (found["clusters"] / p, groups),
            (found["individuals"] / p, animals),
            shared,
        )
        for i, row in enumerate(fit["Expected_S"]):
            assert mean[i] == pytest.approx(row["Expected.S"], rel=DIGITS)
            assert se[i] == pytest.approx(row["se.Expected.S"], rel=5e-6)


def _hazard(distance, scale, shape):
    return -np.expm1(-((np.maximum(distance, 1e-12) / scale) ** -shape))


def _p_by_size(parameters, sizes, width):
    """Detection probability of each distinct group size."""
    shape = np.exp(parameters[0])
    chances = {}
    for size in np.unique(sizes):
        scale = np.exp(parameters[1] + parameters[2] * size)
        chances[size] = quad(_hazard, 0, width, (scale, shape), limit=200)[0] / width
    return np.array([chances[size] for size in sizes])


def test_tables_of_a_detection_function_with_a_covariate():
    # The peer prints no covariance of its parameters; it takes the outer product of the scores
    # (Buckland et al. 2001, eq. 3.40), which is done again here at its estimates.
    fit = reference("cluster_exercise", "hr_size")
    sample, transect, distance, size = survey("cluster_exercise", fit["width"])
    best = np.array([one["estimate"] for one in fit["link_scale_parameters"]])

    def log_densities(parameters):
        scale = np.exp(parameters[1] + parameters[2] * size)
        seen = _hazard(distance, scale, np.exp(parameters[0]))
        return np.log(seen) - np.log(_p_by_size(parameters, size, fit["width"]))

    def numbers(parameters):
        p = _p_by_size(parameters, size, fit["width"])
        each = [
            sample.scale * sample.sums(sums(sample, transect, w / p)) / sample.sums(sample.effort)
            for w in (np.ones_like(size), size)
        ]
        return np.concatenate(each)

    step = 1e-4 * np.eye(3)
    score = np.array([log_densities(best + a) - log_densities(best - a) for a in step]) / 2e-4
    slope = np.array([numbers(best + a) - numbers(best - a) for a in step]) / 2e-4
    parameters = np.linalg.inv(score @ score.T)
    printed = [one["se"] for one in fit["link_scale_parameters"]]
    assert np.sqrt(np.diag(parameters)) == pytest.approx(printed, rel=1e-3)
    covariance = slope.T @ parameters @ slope
    p = _p_by_size(best, size, fit["width"])
    for kind, weight, part in (
        ("clusters", np.ones_like(size), slice(0, 2)),
        ("individuals", size, slice(2, 4)),
    ):
        detection = Detection(covariance[part, part], fit["n"] - 3)
        estimate = abundance(sample, sums(sample, transect, weight / p), detection)
        for i, row in enumerate(fit[kind]["N"]):
            assert estimate.value[i] == pytest.approx(row["Estimate"], rel=3e-5)
            assert estimate.se[i] == pytest.approx(row["se"], rel=3e-4)
            assert estimate.low[i] == pytest.approx(row["lcl"], rel=3e-4)
            assert estimate.high[i] == pytest.approx(row["ucl"], rel=3e-4)
            assert estimate.freedom[i] == pytest.approx(row["df"], rel=1e-3)
