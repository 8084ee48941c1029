"""Imports point down only, and every heavy library has its room (architecture of the package)."""

import ast
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

PACKAGE = "ustyurt_models"
SOURCE = Path(__file__).parents[1] / "src" / PACKAGE

#: From the ground up; rooms on one floor do not know each other.
FLOORS = (
    ("checks", "seeds", "resources", "provenance"),
    ("contracts", "evidence"),
    ("study",),
    ("formulas",),
    ("survey", "ibm", "landscape"),
    ("bridge",),
    ("batch",),
    ("decide",),
    ("report",),
    ("workflow",),
    ("cli",),
)
LEVEL = {room: level for level, rooms in enumerate(FLOORS) for room in rooms}

#: Third-party library -> rooms that may import it.
HOMES = {
    "pymc": {"survey"},
    "pytensor": {"survey"},
    "arviz": {"survey"},
    "arviz_base": {"survey"},
    "arviz_stats": {"survey"},
    "nutpie": {"survey"},
    "numba": {"ibm", "landscape"},
    "matplotlib": {"report"},
    "jinja2": {"report"},
    "dask": {"batch"},
    "distributed": {"batch"},
    "rasterio": {"landscape"},
    "rioxarray": {"landscape"},
    "geopandas": {"landscape"},
    "shapely": {"landscape"},
    "zarr": {"batch"},
}

#: The ground floor may be used from within itself: provenance reads checks and the like.
GROUND = set(FLOORS[0])

#: What `ustyurt --help` and `ustyurt check` must not import (start-up under 0.5 s CPU).
HEAVY = (
    "numba",
    "pymc",
    "pytensor",
    "arviz",
    "arviz_base",
    "nutpie",
    "matplotlib",
    "xarray",
    "pandas",
    "scipy.stats",
    "zarr",
    "h5py",
)


def modules():
    return sorted(SOURCE.rglob("*.py"))


def room_of(path: Path) -> str:
    first = path.relative_to(SOURCE).parts[0]
    return first.removesuffix(".py")


def imported(path: Path):
    """Yield (module name, whether at module level) of every import of a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = set(map(id, tree.body))
    for block in tree.body:
        if isinstance(block, ast.If):  # `if TYPE_CHECKING:` is module level too
            top.update(map(id, block.body))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, id(node) in top
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            if node.module == PACKAGE:
                for alias in node.names:
                    yield f"{PACKAGE}.{alias.name}", id(node) in top
            else:
                yield node.module, id(node) in top


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(SOURCE)))
def test_imports_point_down_and_libraries_stay_in_their_rooms(path):
    room = room_of(path)
    if room == "__init__":
        return
    assert room in LEVEL, f"{room}: give the new module its floor in this test"
    for name, at_top in imported(path):
        root, *rest = name.split(".")
        if root == PACKAGE and rest and rest[0] != "__version__":
            other = rest[0]
            if other == room:
                continue
            assert other in LEVEL, f"{path}: unknown room {other}"
            down = LEVEL[other] < LEVEL[room] or (room in GROUND and other in GROUND)
            assert down, f"{path}: {room} may not import {other}"
        elif root in HOMES:
            assert room in HOMES[root], f"{path}: {root} lives in {HOMES[root]}"
        if room not in {"cli", "workflow"}:
            assert at_top, f"{path}: import of {name} inside a function"


def test_no_benchmark_hides_an_installed_package():
    # Scripts run with their own folder first on the import path; Numba imports ``coverage``.
    taken = {*packages_distributions(), *sys.stdlib_module_names, "coverage"}
    scripts = (SOURCE.parents[1] / "benchmarks").glob("*.py")
    assert {path.stem for path in scripts} & taken == set()


@pytest.mark.parametrize(
    "arguments", [["--help"], ["check", "scenarios/prey_first.toml"]], ids=["help", "check"]
)
def test_help_and_check_import_nothing_heavy(arguments):
    code = (
        "import sys\n"
        "from ustyurt_models.cli import main\n"
        "try:\n"
        f"    status = main({arguments!r})\n"
        "except SystemExit as stop:\n"
        "    status = stop.code\n"
        f"heavy = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "print('HEAVY', heavy, 'STATUS', status)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=SOURCE.parents[1],
    )
    assert "HEAVY [] STATUS 0" in done.stdout.replace("None", "0"), done.stdout + done.stderr
