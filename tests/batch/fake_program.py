"""Stands in for the command line in tests of the fault benchmark: simulate, check."""

import argparse
import sys
import tomllib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from fake_study import FakeSimulation, layout

from ustyurt_models.batch import prepare_store, run_batch
from ustyurt_models.checks import InputError, require


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("command")
    parser.add_argument("study", type=Path)
    parser.add_argument("--output", type=Path)
    parser.add_argument("--workers", type=int)
    args = parser.parse_args()
    try:
        require(args.command == "simulate", "study", "must be good")
        study = tomllib.loads(args.study.read_text())
        shape = layout(draws=study["draws"], seed=str(study.get("seed", 1)))
        store = prepare_store(args.output, shape)
        simulate = FakeSimulation(shape, pause_s=0.05)
        run_batch(store, store.pending(), simulate, args.workers, progress=False)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt as stop:
        print(stop, file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
