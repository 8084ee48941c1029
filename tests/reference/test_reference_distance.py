"""Lines and points against the stored answers of mrds and Distance; skipped without the data."""

import importlib.util
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT.parent / "shared" / "reference"


def load_peers():
    spec = importlib.util.spec_from_file_location("peers", ROOT / "benchmarks" / "peers.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["peers"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "dataset", ["minke", "ducknest", "golftees", "cluster_exercise", "amakihi"]
)
def test_posterior_agrees_with_peer(dataset):
    folder = REFERENCE / dataset
    if not (folder / "reference.json").is_file():
        pytest.skip("reference data are not beside this checkout")
    peers = load_peers()
    study = ROOT / "benchmarks" / "peers" / f"{dataset}.toml"
    results = list(peers.compare(folder, study, "laplace"))
    assert results
    far = [f"{one.fit} {one.quantity}: {one}" for one in results if not one.ok]
    assert not far
