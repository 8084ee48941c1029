"""From simulated animals to estimate and back: fits of simulated surveys must find the animals.

Run: uv run python benchmarks/closed_loop.py [--worlds N] [--json FILE]

Worlds of goitered gazelles are simulated from a study, surveyed by the design of its
``[observation]``, and the file that comes out is fitted and compared with the animals that the
simulation holds. Exit code 1 when the share of 90 % intervals that hold the truth lies outside
0.85 to 0.95, or the mean error is beyond 5 standard errors. The estimate has to bear what the model
does not know: animals stand as habitat, weather and poachers left them, groups break at the border
of cells.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

from table import Row, show
from ustyurt_models.bridge.assemble import ScenarioModel
from ustyurt_models.bridge.observe import Observer
from ustyurt_models.evidence import load_catalogue
from ustyurt_models.landscape import load_land
from ustyurt_models.study.schema import Scenario
from ustyurt_models.study.surveys import LineTransect
from ustyurt_models.survey import fit_survey
from ustyurt_models.workflow.observing import write_lines

_SEED = 20261122


def world(worlds: int) -> ScenarioModel:
    """Return gazelles on the plateau for a year, and lines through them in two strata."""
    scenario = Scenario.model_validate(
        {
            "title": "closed loop",
            "start": 2030,
            "years": 1,
            "draws": worlds,
            "replicates": 1,
            "seed": _SEED,
            "prey": {"goitered_gazelle": {"start": 9000}},
            "observation": {
                "gazelle": {
                    "method": "lines",
                    "species": "goitered_gazelle",
                    "zones": ("KAZ", "UZB"),
                    "lines": 60,
                    "length": "60 km",
                    "group_size": 4.0,
                    "sigma": "300 m",
                    "truncation": "800 m",
                }
            },
        }
    )
    return ScenarioModel(scenario, Path(), load_land("ustyurt_5km"), load_catalogue(), {})


def one(model: ScenarioModel, draw: int, folder: Path) -> tuple[float, float]:
    """Survey and fit one world; return the rank of the truth and the error of the median."""
    observer = Observer(model, draw, 0)
    truth = sum(visit.truth.animals for visit in observer.lines("gazelle"))
    (path,) = write_lines(observer, "gazelle", folder, "# status: simulated\n")
    survey = LineTransect.model_validate(
        {
            "file": path.name,
            "species": "goitered_gazelle",
            "truncation": "800 m",
            "sampler": {"engine": "laplace"},
        }
    )
    tree = fit_survey(survey, folder, _SEED + draw)
    found = tree["abundance"]["abundance_total"].to_numpy().ravel()
    return float(np.mean(found < truth)), float(np.log(np.median(found) / truth))


def main() -> int:
    """Simulate, survey, fit, print the table, return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--worlds", type=int, default=200)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    model = world(args.worlds)
    with tempfile.TemporaryDirectory() as name:
        results = [one(model, draw, Path(name)) for draw in range(args.worlds)]
    rank, error = np.array(results).T
    covered = float(np.mean(np.abs(rank - 0.5) <= 0.45))
    z = float(error.mean() / (error.std() / np.sqrt(error.size)))
    rows = [
        Row(
            "loop.coverage",
            covered,
            "share of 90% intervals",
            "0.85..0.95",
            0.85 <= covered <= 0.95,
        ),
        Row("loop.bias", float(np.expm1(error.mean())), "mean relative error", "", True),
        Row("loop.bias_z", z, "mean error over its standard error", "-5..5", abs(z) < 5),
        Row("loop.spread", float(error.std()), "standard deviation of the log error", "", True),
    ]
    return show(rows, args.json)


if __name__ == "__main__":
    sys.exit(main())
