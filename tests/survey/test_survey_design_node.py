"""Node "design": the design-based estimate beside the model's."""

from dataclasses import dataclass

import numpy as np
import pytest
import xarray as xr

from ustyurt_models.formulas.design_abundance import Detection, Sample, abundance
from ustyurt_models.survey.design_based import ALL_STRATA, design_node, detection_of_draws


@dataclass
class Survey:
    stratum: tuple
    area_km2: np.ndarray
    transect_stratum: np.ndarray
    effort: np.ndarray
    detection_transect: np.ndarray
    size: np.ndarray


def survey(detections=((0, 3), (0, 1), (1, 4), (2, 2), (3, 5), (4, 1), (4, 6))):
    transect, size = np.array(detections, np.int64).reshape(-1, 2).T
    return Survey(
        ("north", "south"),
        np.array([400.0, 100.0]),
        np.array([0, 0, 0, 1, 1]),
        np.array([10.0, 20.0, 15.0, 10.0, 10.0]),
        transect,
        size,
    )


def p_draws(count=4000, cv=0.1):
    return 0.5 * np.exp(cv * np.random.default_rng(6).standard_normal(count))


def test_node_is_the_formula_with_the_draws_as_detection():
    kept, p = survey(), p_draws()
    node = design_node(kept, 0.4, p, "R2", 0.9)
    sample = Sample(kept.area_km2, kept.transect_stratum, kept.effort, 0.4, "R2")
    animals = np.bincount(kept.detection_transect, kept.size, 5) / 0.5
    value = sample.scale * sample.sums(animals) / sample.sums(sample.effort)
    exact = abundance(sample, animals, Detection(np.outer(value, value) * 0.1**2), mass=0.9)
    row = node.sel(kind="animals")
    assert row["abundance"].values == pytest.approx(exact.value, rel=0.005)
    assert row["abundance_se"].values == pytest.approx(exact.se, rel=0.01)
    assert row["abundance_low"].values == pytest.approx(exact.low, rel=0.02)
    assert row["abundance_high"].values == pytest.approx(exact.high, rel=0.02)
    assert node["stratum"].values.tolist() == ["north", "south", ALL_STRATA]
    assert node["found"].sel(stratum=ALL_STRATA).values.tolist() == [7, 22]
    assert node.attrs["estimator"] == "R2"


def test_groups_and_animals_differ_by_the_mean_size():
    node = design_node(survey(), 0.4, p_draws(), "R2", 0.95)
    ratio = node["abundance"].sel(kind="animals") / node["abundance"].sel(kind="groups")
    assert node["mean_size"].values == pytest.approx(ratio.values)
    assert node["mean_size"].values[0] == pytest.approx(10 / 4)
    assert (node["mean_size_se"] > 0).all()


def test_one_probability_per_detection_equals_one_for_all():
    kept, p = survey(), p_draws()
    one = design_node(kept, 0.4, p, "O2", 0.95)
    each = design_node(kept, 0.4, np.repeat(p[:, None], kept.size.size, 1), "O2", 0.95)
    xr.testing.assert_allclose(one, each)


def test_a_hard_to_see_kind_of_group_counts_for_more():
    kept, p = survey(), p_draws()
    each = np.repeat(p[:, None], kept.size.size, 1)
    each[:, kept.size == 1] /= 4.0
    node = design_node(kept, 0.4, each, "R2", 0.95)
    plain = design_node(kept, 0.4, p, "R2", 0.95)
    assert (node["abundance"] > plain["abundance"]).sel(kind="groups", stratum="north")
    assert node["mean_size"].values[0] < plain["mean_size"].values[0]


def test_nothing_found_is_said_and_does_not_fail():
    node = design_node(survey(()), 0.4, p_draws(), "S2", 0.95)
    assert (node["abundance"] == 0).all()
    assert node["abundance_high"].isnull().all()
    assert node["found"].values.sum() == 0


def test_limits_of_the_model_stand_beside():
    rng = np.random.default_rng(2)
    posterior = xr.Dataset(
        {
            "group_abundance": (("chain", "draw", "stratum"), rng.gamma(9, 2, (2, 500, 2))),
            "abundance": (("chain", "draw", "stratum"), rng.gamma(9, 8, (2, 500, 2))),
        }
    )
    node = design_node(survey(), 0.4, p_draws(), "R2", 0.8, posterior)
    total = posterior["abundance"].sum("stratum")
    shown = node.sel(kind="animals", stratum=ALL_STRATA)
    assert float(shown["model_abundance_median"]) == pytest.approx(float(total.median()))
    assert float(shown["model_abundance_high"]) == pytest.approx(float(total.quantile(0.9)))


def test_detection_shared_by_strata_is_fully_correlated():
    middle = np.array([100.0, 40.0])
    totals = middle * p_draws()[:, None] / 0.5
    covariance = detection_of_draws(totals, middle).covariance
    spread = np.sqrt(np.diag(covariance))
    assert spread == pytest.approx(0.1 * middle, rel=0.03)
    assert covariance[0, 1] == pytest.approx(spread[0] * spread[1])
