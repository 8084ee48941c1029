"""An installed wheel finds its models and scenarios without the checkout."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
CHECKOUT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Return a folder with the unpacked wheel, outside the checkout."""
    uv = shutil.which("uv")
    if uv is None:
        pytest.skip("uv, which builds the wheel, is not there")
    folder = tmp_path_factory.mktemp("wheel")
    command = [uv, "build", "--wheel", "--offline", "--out-dir", str(folder), str(CHECKOUT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0 and "hatchling" in done.stderr:
        pytest.skip("the build backend hatchling is not in the cache of uv")
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "installed")
    return folder / "installed"


def run(installed, tmp_path, *words):
    """Run Python away from the checkout; the wheel comes before the editable install."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    environment |= {"PYTHONPATH": str(installed), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-P", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=environment,
    )


def test_models_and_scenarios_come_with_the_wheel(installed, tmp_path):
    code = (
        "from ustyurt_models.resources import models_dir, scenarios_dir\n"
        "print(models_dir() / 'parameters.csv', scenarios_dir() / 'demo.toml', sep='\\n')\n"
    )
    done = run(installed, tmp_path, "-c", code)
    assert done.returncode == 0, done.stderr
    found = [Path(line) for line in done.stdout.splitlines()]
    data = installed / "ustyurt_models" / "_data"
    assert found == [data / "models" / "parameters.csv", data / "scenarios" / "demo.toml"]
    assert all(path.is_file() for path in found)


@pytest.mark.parametrize("study", ["demo", "baseline", "prey_first", "release_now"])
def test_a_shipped_study_passes_its_check_from_the_wheel(installed, tmp_path, study):
    file = installed / "ustyurt_models" / "_data" / "scenarios" / f"{study}.toml"
    done = run(installed, tmp_path, "-m", "ustyurt_models.cli", "check", file)
    assert done.returncode == 0, done.stderr
    assert "expected: " in done.stdout


def test_a_new_study_folder_from_the_wheel_passes_its_check(installed, tmp_path):
    made = run(installed, tmp_path, "-m", "ustyurt_models.cli", "init", "mine")
    assert made.returncode == 0, made.stderr
    done = run(installed, tmp_path, "-m", "ustyurt_models.cli", "check", "mine/study.toml")
    assert done.returncode == 0, done.stderr


def test_every_file_that_is_read_is_in_the_wheel(installed):
    data = installed / "ustyurt_models" / "_data"
    for name in ("models", "scenarios"):
        ours = {p.relative_to(CHECKOUT) for p in (CHECKOUT / name).rglob("*") if p.is_file()}
        theirs = {p.relative_to(data) for p in (data / name).rglob("*") if p.is_file()}
        missing = {
            path for path in ours - theirs if path.suffix in (".csv", ".toml", ".nc", ".bib")
        }
        assert not {path for path in missing if "results" not in path.parts}
