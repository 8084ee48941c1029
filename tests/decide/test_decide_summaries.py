"""Summaries say what the cube holds; comparisons keep pairs together."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import settings as with_settings
from hypothesis import strategies as st
from small_cube import cube, plan, set_cheetahs

from ustyurt_models.checks import InputError
from ustyurt_models.decide import compare_scenarios, quantity, summarise, write_summaries
from ustyurt_models.decide.compare import difference
from ustyurt_models.decide.futures import extinction_year
from ustyurt_models.formulas.persistence import extinction_time


def filled():
    results = cube(draws=20, replicates=5, scenarios=("a", "b"))
    rng = np.random.default_rng(21)
    for name, values in results.data_vars.items():
        values[...] = rng.integers(0, 50, values.shape)
        if values.dtype.kind == "f":
            results[name] = values.where(rng.random(values.shape) < 0.95)
    results["gene_diversity"][:, :, :, 0] = np.nan
    return results


def test_quantiles_means_and_errors_equal_plain_numpy():
    results = filled()
    summary = summarise(results)
    total = results["prey_number"].sum(["sex", "prey_stage"]).sel(scenario="b", species="saiga")
    expected = np.quantile(total.to_numpy().reshape(100, -1), [0.025, 0.5], axis=0).T
    found = summary["prey_number"].sel(scenario="b", species="saiga", quantile=[0.025, 0.5])
    np.testing.assert_allclose(found, expected)
    by_draw = total.mean("replicate").to_numpy()
    np.testing.assert_allclose(
        summary["prey_number_mean"].sel(scenario="b", species="saiga"), by_draw.mean(axis=0)
    )
    np.testing.assert_allclose(
        summary["prey_number_mc_error"].sel(scenario="b", species="saiga"),
        by_draw.std(axis=0, ddof=1) / np.sqrt(20),
    )


@with_settings(max_examples=3, deadline=None)
@given(st.permutations(range(5)))
def test_exchanging_labels_of_replicates_changes_no_summary(order):
    results = filled()
    exchanged = results.isel(replicate=list(order)).assign_coords(replicate=results["replicate"])
    assert not results.equals(exchanged) or order == sorted(order)
    xr.testing.assert_allclose(summarise(exchanged), summarise(results), rtol=1e-12)


def test_missing_values_are_left_out_of_quantiles():
    summary = summarise(filled())
    assert np.isnan(summary["gene_diversity"].isel(year=0)).all()
    assert np.isfinite(summary["gene_diversity"].isel(year=1)).all()


def test_extinction_counts_years_from_the_start():
    results = plan(draws=1, replicates=4)
    number = np.zeros((1, 4, 7), int)
    number[0, 0, 2:] = 3
    number[0, 1, 2:4] = 3
    number[0, 2, [2, 5]] = 3
    set_cheetahs(results, number)
    np.testing.assert_array_equal(extinction_year(results), [[np.nan, 4, 6, np.nan]])
    results["cheetah_released"][0, 3, 3] = 2
    np.testing.assert_array_equal(extinction_year(results), [[np.nan, 4, 6, 3]])


def test_persistence_establishment_and_capacity():
    results = cube(draws=10, replicates=2, years=10)
    number = np.zeros((1, 10, 2, 11), int)
    number[:, :4, :, 1:] = np.arange(10, 20)
    results["cheetah_number"].loc[{"sex": "female", "cheetah_stage": "resident"}] = number
    results["adult_females"][...] = number
    summary = summarise(results, {"plan": 15}).sel(scenario="plan")
    np.testing.assert_allclose(summary["persistence"], [0] + [0.4] * 10)
    np.testing.assert_allclose(summary["establishment"], [0] * 6 + [0.4] * 5)
    np.testing.assert_allclose(summary["emergent_capacity"], 18.5)
    assert summary["persistence_by_draw"].values.tolist() == [1.0] * 4 + [0.0] * 6


def test_shares_of_death_causes_add_up_to_one():
    summary = summarise(filled())
    np.testing.assert_allclose(summary["prey_death_share"].sum("prey_cause"), 1.0)
    np.testing.assert_allclose(summary["cheetah_death_share"].sum("cheetah_cause"), 1.0)


def test_summaries_are_written_for_programs_and_for_spreadsheets(tmp_path):
    results = filled()
    results.attrs["study_description"] = {"seed": "1"}
    summary = summarise(results)
    files = write_summaries(summary, tmp_path)
    with xr.open_dataset(files[0], engine="h5netcdf") as again:
        xr.testing.assert_allclose(again["prey_number"].load(), summary["prey_number"])
    table = pd.read_csv(tmp_path / "tables" / "trajectories.csv", keep_default_na=False)
    row = table[
        (table.quantity == "prey_number") & (table.group == "saiga") & (table.scenario == "b")
    ].iloc[3]
    expected = summary["prey_number"].sel(scenario="b", species="saiga", quantile=0.5)
    assert float(row["q50"]) == pytest.approx(float(expected[3]), rel=1e-5)
    assert row["unit"] == "1"
    assert {path.name for path in files} >= {"summaries.nc", "persistence.csv", "outcomes.csv"}


def test_paired_difference_has_the_error_of_the_pairs():
    rng = np.random.default_rng(22)
    shared = rng.normal(size=(500, 4))
    first = shared + 0.5 * rng.normal(size=(500, 4))
    second = shared + 0.5 * rng.normal(size=(500, 4)) + 1.0
    found = difference(first, second)
    assert found.difference == pytest.approx(1.0, abs=5 * found.error)
    by_draw = (second - first).mean(axis=1)
    assert found.error == pytest.approx(by_draw.std(ddof=1) / np.sqrt(500))
    # Var(A) + Var(B) = 2.5 against Var(A - B) = 0.5.
    assert found.variance_ratio == pytest.approx(5.0, rel=0.15)


def test_comparison_lists_quantities_and_years():
    results = filled()
    one, two = results.sel(scenario="a"), results.sel(scenario="b")
    table = compare_scenarios(one, two)
    assert set(table["quantity"]) >= {"cheetah", "cheetah_persists", "saiga", "gene_diversity"}
    assert sorted(set(table["year"])) == [2028, 2029, 2030, 2032]
    row = table[(table["quantity"] == "saiga") & (table["year"] == 2032)].iloc[0]
    expected = (quantity(two, "saiga") - quantity(one, "saiga"))[..., -1].mean()
    assert row["difference"] == pytest.approx(expected)


def test_same_scenario_differs_by_nothing():
    one = filled().sel(scenario="a")
    table = compare_scenarios(one, one, ["saiga"], [3])
    assert table["difference"].tolist() == [0.0]
    assert table["variance_ratio"].tolist() == [np.inf]


def test_futures_that_do_not_match_are_not_paired():
    one = plan(draws=4)
    with pytest.raises(InputError, match="same values of draw"):
        compare_scenarios(one, plan(draws=5))
    other = plan(draws=4).assign_attrs(seed="2")
    with pytest.raises(InputError, match="same seed"):
        compare_scenarios(one, other)


def test_the_time_of_loss_that_is_stored_is_that_of_the_numbers():
    results = filled().isel(scenario=0, drop=True)
    rng = np.random.default_rng(5)
    results["cheetah_number"][...] *= rng.random(results["cheetah_number"].shape) < 0.02
    results["cheetah_released"][...] *= rng.random(results["cheetah_released"].shape) < 0.05
    alive, came = (
        results[name].transpose("year", "draw", "replicate", ...).to_numpy()
        for name in ("cheetah_number", "cheetah_released")
    )
    stored = extinction_time(alive.sum(axis=(3, 4)), came)
    assert 0 < np.isnan(stored).sum() < stored.size
    np.testing.assert_array_equal(stored, extinction_year(results))


def test_losses_of_prey_and_establishment_are_dated():
    results = cube(draws=2, replicates=2, years=6)
    results["prey_extinction_time"][...] = np.nan
    results["prey_extinction_time"].loc[{"species": "saiga", "draw": 1}] = [[3.0, 5.0]]
    results["adult_females"][:, 0, 0, 4:] = 9
    summary = summarise(results, {"plan": 9}).sel(scenario="plan")
    assert float(summary["prey_extinct_share"].sel(species="saiga")) == 0.5
    assert float(summary["prey_extinct_share"].sel(species="goitered_gazelle")) == 0.0
    assert float(summary["prey_extinction_year"].sel(species="saiga", quantile=0.5)) == 4.0
    assert float(summary["establishment_year"].sel(quantile=0.5)) == 4.0


def test_exchanging_the_labels_of_replicates_changes_nothing():
    results = filled()
    other = results.isel(replicate=[3, 1, 4, 0, 2]).assign_coords(replicate=results["replicate"])
    xr.testing.assert_allclose(summarise(results), summarise(other), rtol=1e-12)
