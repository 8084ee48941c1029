"""Island scrub-jays: our likelihood has the maximum that unmarked found; skipped without data."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import gammaln

from ustyurt_models.formulas.detection import hazard_rate
from ustyurt_models.formulas.site_counts import log_class_shares, log_site_count

FOLDER = Path(__file__).parents[3] / "shared" / "reference" / "issj"
EDGES_M = np.array([0.0, 100.0, 200.0, 300.0])
FOOT_M = 0.3048
CELL_HA = 9.0

pytestmark = pytest.mark.skipif(
    not (FOLDER / "reference.json").is_file(), reason="reference data are not beside this checkout"
)


def table(name):
    with (FOLDER / name).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {key: np.array([float(row[key]) for row in rows]) for key in rows[0]}


@pytest.fixture(scope="module")
def survey():
    """Counts, standardised covariates of sites, and the same of the grid."""
    sites, grid = table("sites.csv"), table("grid.csv")
    grid["elevation"] = grid["elevation"] * FOOT_M
    counts = np.column_stack([sites[f"n_{a}_{a + 100}"] for a in (0, 100, 200)])

    def scaled(name, of):
        return (of[name] - sites[name].mean()) / sites[name].std(ddof=1)

    def density(of):
        chaparral = scaled("chaparral", of)
        columns = (np.ones_like(chaparral), chaparral, chaparral**2, scaled("elevation", of))
        return np.column_stack(columns)

    return counts, density(sites), density(grid), scaled("chaparral", sites)


def half_normal_ha(sigma_m):
    """Effective area of each class at a point [ha], shape (site, class)."""
    square = np.asarray(sigma_m)[:, None] ** 2
    return -2 * np.pi * square * np.diff(np.exp(-(EDGES_M**2) / 2 / square), axis=1) / 1e4


def hazard_rate_ha(sigma_m, shape):
    x, weight = np.polynomial.legendre.leggauss(80)
    low, high = EDGES_M[:-1, None], EDGES_M[1:, None]
    r = (low + high) / 2 + (high - low) / 2 * x
    ring = 2 * np.pi * r * hazard_rate(r, sigma_m, shape) * weight * (high - low) / 2
    return ring.sum(axis=1)[None] / 1e4


def peer(name):
    fits = json.loads((FOLDER / "reference.json").read_text(encoding="utf-8"))["fits"]
    return fits[name]


def maximum(survey, family, key, start):
    """Return our highest log likelihood and where it is, in the order of the peer."""
    counts, design, _, chaparral = survey
    sites = np.ones(counts.shape[0])

    def miss(at):
        if key == "null":
            density, effective = np.exp(at[0]) * sites, half_normal_ha(np.exp(at[1]) * sites)
        else:
            density = np.exp(design @ at[:4])
            if key == "half-normal":
                effective = half_normal_ha(np.exp(at[4] + at[5] * chaparral))
            else:
                effective = hazard_rate_ha(np.exp(at[4]), np.exp(at[5])) * sites[:, None]
        cv = np.exp(-at[-1] / 2) if family == "negative-binomial" else 0.0
        seen = log_site_count(counts.sum(axis=1), density * effective.sum(axis=1), family, cv)
        return -(seen + log_class_shares(counts, effective)).sum()

    found = minimize(miss, start, method="BFGS", options={"gtol": 1e-4})
    return -found.fun, found.x


CASES = [
    ("poisson_hn_null", "poisson", "null", [-2.0, 4.5]),
    ("poisson_hn_hab", "poisson", "half-normal", [-2.5, 0, 0, 0, 4.6, 0]),
    ("poisson_hr_hab", "poisson", "hazard-rate", [-1.5, 0.8, -0.3, -0.2, 3.9, 0.7]),
]


@pytest.mark.parametrize(("name", "family", "key", "start"), CASES, ids=[c[0] for c in CASES])
def test_maximum_equals_that_of_unmarked(survey, name, family, key, start):
    height, at = maximum(survey, family, key, start)
    fit = peer(name)
    assert height == pytest.approx(fit["logLik"], abs=0.001)
    assert at == pytest.approx([row["estimate"] for row in fit["estimates"]], abs=5e-4)
    if "grid_total_abundance" in fit:
        total = CELL_HA * np.exp(survey[2] @ at[:4]).sum()
        assert total == pytest.approx(fit["grid_total_abundance"], rel=5e-4)


def test_gdistsamp_differs_by_the_factorials_of_the_classes_only(survey):
    height, _ = maximum(survey, *CASES[1][1:])
    constant = gammaln(survey[0] + 1).sum()
    assert height + constant == pytest.approx(peer("gdistsamp_P_hn_hab")["logLik"], abs=0.001)


def test_negative_binomial_equals_gdistsamp_up_to_its_cut_at_a_hundred_groups(survey):
    fit = peer("nb_hn_hab")
    height, at = maximum(
        survey, "negative-binomial", "half-normal", [-2.5, 1.4, -0.3, -0.2, 4.6, -0.2, -1.0]
    )
    height += gammaln(survey[0] + 1).sum()
    estimates = np.array([row["estimate"] for row in fit["estimates"]])
    errors = np.array([row["se"] for row in fit["estimates"]])
    # The peer sums abundance up to K = 100 per site; ours has no cut, so it is a little higher.
    assert 0.0 < height - fit["logLik"] < 0.02
    assert np.abs(at - estimates).max() < 0.003
    assert (np.abs(at - estimates) / errors).max() < 0.03
    total = CELL_HA * np.exp(survey[2] @ at[:4]).sum()
    assert total == pytest.approx(fit["grid_total_abundance"], rel=0.005)


def test_negative_binomial_cut_at_a_hundred_groups_is_the_peers_number(survey):
    counts, design, _, chaparral = survey
    fit = peer("nb_hn_hab")
    at = np.array([row["estimate"] for row in fit["estimates"]])
    area_ha = np.pi * EDGES_M[-1] ** 2 / 1e4
    effective = half_normal_ha(np.exp(at[4] + at[5] * chaparral))
    share = effective / area_ha
    mean = np.exp(design @ at[:4]) * area_ha
    total = np.arange(101)[:, None]
    seen = counts.sum(axis=1)
    here = log_site_count(total, mean, "negative-binomial", np.exp(-at[6] / 2))
    every = np.broadcast_to(counts, (101, *counts.shape))
    missed = np.maximum(total - seen, 0)
    classes = log_class_shares(
        np.concatenate([every, missed[..., None]], axis=2),
        np.column_stack([share, 1 - share.sum(axis=1)]),
    )
    both = np.where(total >= seen, here + classes, -np.inf)
    summed = np.logaddexp.reduce(both, axis=0).sum() + gammaln(counts + 1).sum()
    assert summed == pytest.approx(fit["logLik"], abs=0.002)


def test_grid_elevation_in_feet_would_give_another_island(survey):
    _, at = maximum(survey, *CASES[1][1:])
    wrong = table("grid.csv")["elevation"]
    metres = survey[2]
    sites = table("sites.csv")["elevation"]
    feet = metres.copy()
    feet[:, 3] = (wrong - sites.mean()) / sites.std(ddof=1)
    assert np.exp(feet @ at[:4]).sum() < 0.7 * np.exp(metres @ at[:4]).sum()


def test_posterior_agrees_with_all_programs(peers):
    results = list(peers.compare(FOLDER, peers.HERE / "peers" / "issj.toml", "laplace"))
    assert len(results) >= 38
    far = [f"{one.survey} {one.fit} {one.quantity}: {one}" for one in results if not one.ok]
    assert not far
    # All but the intervals of the hazard-rate, whose shape the data hardly tell.
    assert sum(one.strict for one in results) == len(results) - 4
    assert {one.verdict for one in results if one.survey.startswith("poisson")} == {"stop"}
