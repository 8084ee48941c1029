"""Stamps of finished stages: a stage whose inputs have not changed is not run again."""

import json
import os
from pathlib import Path

from ustyurt_models.provenance import digest_files

__all__ = ["code_digest", "is_current", "stamp"]

_FILE = "stages.json"


def _sources(room: Path) -> list[Path]:
    """Return the files of a room: code, templates and texts, but nothing compiled."""
    files = (path for path in room.rglob("*") if path.is_file())
    return sorted(path for path in files if "__pycache__" not in path.parts)


def code_digest(*rooms: str) -> str:
    """Return the hash of the sources of some rooms: a change of code makes results outdated."""
    package = Path(__file__).resolve().parents[1]
    files = [
        path
        for room in rooms
        for path in (
            _sources(package / room) if (package / room).is_dir() else [package / f"{room}.py"]
        )
    ]
    return digest_files(files)


def _read(folder: Path) -> dict[str, dict[str, str]]:
    """Return all stamps of a results folder; none where the file is missing or damaged."""
    try:
        found = json.loads((folder / _FILE).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError, UnicodeDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def is_current(folder: Path, stage: str, inputs: str, *products: Path) -> bool:
    """Tell whether `products` are what `stage` made from `inputs`, unchanged since.

    Parameters
    ----------
    folder : Path
        Results folder.
    stage : str
        Name of the stage.
    inputs : str
        Hash of everything that the stage reads.
    *products : Path
        Files that it writes.
    """
    made = _read(folder).get(stage)
    if (
        made is None
        or made.get("inputs") != inputs
        or not all(product.is_file() for product in products)
    ):
        return False
    return made.get("product") == digest_files(products)


def stamp(folder: Path, stage: str, inputs: str, *products: Path) -> None:
    """Record that `stage` made `products` from `inputs`; the file is replaced at once."""
    stamps = _read(folder)
    stamps[stage] = {"inputs": inputs, "product": digest_files(products)}
    part = folder / f"{_FILE}.part"
    part.write_text(json.dumps(stamps, indent=1), encoding="utf-8")
    os.replace(part, folder / _FILE)
