"""The notebooks run on the results of the demo study and are written with their outputs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
pytestmark = pytest.mark.slow
pytest.importorskip("nbclient", reason="the extra 'notebooks' is not installed")


@pytest.fixture(scope="module")
def rendered(demo_results, tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebooks")
    command = [sys.executable, str(NOTEBOOKS / "render.py"), str(demo_results), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


@pytest.mark.parametrize("name", ["posterior_summary", "scenario_comparison"])
def test_every_cell_that_shows_something_has_an_output(rendered, name):
    notebook = json.loads((rendered / f"{name}.ipynb").read_text(encoding="utf-8"))
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert len(cells) >= 4
    outputs = [output for cell in cells for output in cell["outputs"]]
    assert not [output for output in outputs if output["output_type"] in ("error", "stream")]
    silent = [cell for cell in cells if not cell["outputs"]]
    assert len(silent) <= 1, silent


def test_pages_hold_their_pictures(rendered):
    for name in ("posterior_summary", "scenario_comparison"):
        page = (rendered / f"{name}.html").read_text(encoding="utf-8")
        assert "data:image/svg+xml;base64," in page or "data:image/png;base64," in page


@pytest.mark.parametrize("name", ["posterior_summary", "scenario_comparison"])
def test_notebooks_hold_no_logic(name):
    code = (NOTEBOOKS / f"{name}.py").read_text(encoding="utf-8")
    for word in ("def ", "class ", "while ", "lambda"):
        assert word not in code
