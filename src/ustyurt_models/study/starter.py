"""A new study folder that runs as it stands: the shipped demo with its data, to be changed."""

import shutil
from pathlib import Path

from ustyurt_models.checks import require
from ustyurt_models.resources import scenarios_dir

__all__ = ["write_starter"]

#: What is copied, in the order in which the studies extend each other.
_FILES = ("baseline.toml", "demo.toml", "study.schema.json")


def write_starter(folder: Path) -> Path:
    """Write a new study folder.

    Parameters
    ----------
    folder : Path
        Where; must not exist yet or be empty.

    Returns
    -------
    Path
        The study to run.
    """
    empty = not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))
    require(empty, str(folder), "must be a new or empty folder")
    source = scenarios_dir()
    data_only = shutil.ignore_patterns("*.py", "__pycache__")
    shutil.copytree(source / "surveys", folder / "surveys", ignore=data_only)
    for name in _FILES:
        shutil.copyfile(source / name, folder / name)
    return (folder / "demo.toml").replace(folder / "study.toml")
