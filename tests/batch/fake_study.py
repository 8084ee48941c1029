"""A cheap simulation whose numbers depend only on (scenario, draw, replicate)."""

import os
import time
from pathlib import Path

import numpy as np

from ustyurt_models.batch import Layout
from ustyurt_models.contracts import MAPS, RESULTS
from ustyurt_models.seeds import generator


def layout(draws=4, replicates=2, scenarios=("baseline", "prey first é"), **identity) -> Layout:
    return Layout(
        scenarios=scenarios,
        draws=draws,
        replicates=replicates,
        labels={
            "year": range(2026, 2030),
            "species": ("saiga", "goitered_gazelle"),
            "zone": ("region", "core"),
            "map_year": (2026, 2029),
            "cell": range(30),
        },
        identity={"seed": "1", "scenarios": "{}", **identity},
        attrs={"title": "fake"},
    )


class FakeSimulation:
    """Callable as the batch expects; can be slow, and can kill its own process."""

    def __init__(self, shape: Layout, pause_s: float = 0.0, die_at: tuple | None = None):
        self.shape, self.pause_s, self.die_at = shape, pause_s, die_at

    def __call__(self, scenario: int, draw: int, replicate: int) -> dict[str, np.ndarray]:
        if self.die_at == (scenario, draw, replicate):
            os.kill(os.getpid(), 9)
        time.sleep(self.pause_s)
        random = generator(1, scenario, draw, replicate)
        found = {}
        for name, variable in RESULTS.items():
            inner = self.shape.inner_shape(variable)
            if "f" in variable.dtype:
                found[name] = random.normal(size=inner)
                found[name].flat[:1] = -np.nan
            else:
                found[name] = random.integers(0, 1000, inner)
        for name, variable in MAPS.items():
            found[name] = random.integers(0, 3, self.shape.inner_shape(variable))
        return found


def chunk_files(store: Path, variable: str) -> list[Path]:
    return sorted(path for path in (store / variable / "c").rglob("*") if path.is_file())
