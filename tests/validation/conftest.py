"""The cases stand in `benchmarks`, where they also run large."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
