"""Run the notebooks on a results folder and write them with their outputs.

Usage: ``uv run python notebooks/render.py RESULTS_DIR [FOLDER]``; FOLDER is ``notebooks`` inside
the results folder unless given. Writes one ``.ipynb`` and one ``.html`` per notebook.
"""

import os
import sys
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter

HERE = Path(__file__).parent
NAMES = ("posterior_summary", "scenario_comparison")


def render(name: str, folder: Path) -> Path:
    """Execute one notebook and write it with outputs; return the HTML file."""
    notebook = jupytext.read(HERE / f"{name}.py")
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(HERE)}}).execute()
    nbformat.write(notebook, folder / f"{name}.ipynb")
    page, _ = HTMLExporter(embed_images=True).from_notebook_node(notebook)
    target = folder / f"{name}.html"
    target.write_text(page, encoding="utf-8")
    return target


def main(arguments: list[str]) -> int:
    """Render all notebooks."""
    if not 1 <= len(arguments) <= 2:
        print(__doc__, file=sys.stderr)
        return 2
    results = Path(arguments[0]).resolve()
    folder = Path(arguments[1]) if len(arguments) > 1 else results / "notebooks"
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["USTYURT_RESULTS"] = str(results)
    for name in NAMES:
        print(render(name, folder))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
