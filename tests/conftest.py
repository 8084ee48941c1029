"""What several rooms of tests share: the demo study, run once by the real command."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from command_line import DEMO, ustyurt

# The same examples on every machine, and none refused because the machine is slow.
settings.register_profile(
    "same", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("same")


@pytest.fixture(scope="session")
def demo_results(tmp_path_factory):
    """Return the folder named by USTYURT_RESULTS, or run the demo study."""
    if "USTYURT_RESULTS" in os.environ:
        return Path(os.environ["USTYURT_RESULTS"])
    folder = tmp_path_factory.mktemp("demo") / "results"
    done = ustyurt("run", DEMO, "--output", folder, "--workers", 2)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder
