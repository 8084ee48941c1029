"""Any replicate can be run again alone from a results folder, and gives the stored numbers."""

import json
import shutil

import pytest

from command_line import DEMO, ustyurt

ADDRESS = "release.animals.females=8:1:1"


def again(folder, address):
    return ustyurt("simulate", DEMO, "--output", folder, "--only", address)


def test_a_replicate_run_alone_equals_what_is_stored(demo_results):
    done = again(demo_results, ADDRESS)
    assert done.returncode == 0, done.stderr
    assert "bit for bit" in done.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    ("address", "rule"),
    [
        ("nobody:0:0", "must name a scenario"),
        ("release.animals.females=8:99:0", "draw must lie in 0..2"),
        ("release.animals.females=8", "SCENARIO:DRAW:REPLICATE"),
    ],
)
def test_no_such_replicate_is_refused(demo_results, address, rule):
    done = again(demo_results, address)
    assert done.returncode == 2
    assert rule in done.stderr


def test_a_results_folder_is_enough_when_the_study_file_is_gone(demo_results, tmp_path):
    moved = tmp_path / "moved"
    shutil.copytree(demo_results, moved)
    resolved = moved / "study.resolved.json"
    content = json.loads(resolved.read_text(encoding="utf-8"))
    resolved.write_text(json.dumps(content | {"folder": "gone"}), encoding="utf-8")
    done = ustyurt("simulate", moved, "--only", ADDRESS)
    assert done.returncode == 0, done.stderr
    assert "bit for bit" in done.stdout.splitlines()[-1]
