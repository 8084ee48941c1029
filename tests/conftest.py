"""What several rooms of tests share: the demo study, run once by the real command."""

import os
from pathlib import Path

import pytest

from command_line import DEMO, ustyurt


@pytest.fixture(scope="session")
def demo_results(tmp_path_factory):
    """Return the folder named by USTYURT_RESULTS, or run the demo study."""
    if "USTYURT_RESULTS" in os.environ:
        return Path(os.environ["USTYURT_RESULTS"])
    folder = tmp_path_factory.mktemp("demo") / "results"
    done = ustyurt("run", DEMO, "--output", folder, "--workers", 2)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder
