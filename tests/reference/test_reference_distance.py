"""Posteriors against the stored answers of established programs; skipped without the data."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT.parent / "shared" / "reference"
# issj has its own file.
DATASETS = ["minke", "ducknest", "golftees", "cluster_exercise", "amakihi", "mexdolphins"]


@pytest.mark.parametrize("dataset", DATASETS)
def test_posterior_agrees_with_peer(dataset, peers):
    folder = REFERENCE / dataset
    if not (folder / "reference.json").is_file():
        pytest.skip("reference data are not beside this checkout")
    study = ROOT / "benchmarks" / "peers" / f"{dataset}.toml"
    results = list(peers.compare(folder, study, "laplace"))
    assert results
    far = [f"{one.fit} {one.quantity}: {one}" for one in results if not one.ok]
    assert not far
