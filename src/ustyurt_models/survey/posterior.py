"""Posterior files: NetCDF that carries units, provenance and diagnostics; read without PyMC."""

import os
from pathlib import Path

import xarray as xr

from ustyurt_models.checks import InputError, require
from ustyurt_models.contracts import ABUNDANCE, COMMUNITY, OCCUPANCY, check_dataset

__all__ = ["load_posterior", "require_abundance", "save_posterior"]

#: Nodes that answer what a survey was for; a posterior has at least one.
_ANSWERS = {"abundance": ABUNDANCE, "occupancy": OCCUPANCY, "community": COMMUNITY}


def _check_answers(tree: xr.DataTree, where: str) -> None:
    """Refuse a tree without any answer, and answers that are not as declared."""
    found = [name for name in _ANSWERS if name in tree.children]
    require(bool(found), where, f"must hold the node {' or '.join(map(repr, _ANSWERS))}")
    for name in found:
        check_dataset(tree[name].to_dataset(), _ANSWERS[name], f"{where}: {name}")


def require_abundance(tree: xr.DataTree, where: str) -> xr.Dataset:
    """Return the node ``abundance`` of a posterior.

    Parameters
    ----------
    tree : xarray.DataTree
        A posterior.
    where : str
        Survey, for the message.

    Raises
    ------
    InputError
        When the survey tells where animals are, not how many there are.
    """
    rule = "must tell how many animals there are; it tells only where they are (occupancy)"
    advice = "take a survey that counts, such as line_transect or strip_counts"
    require("abundance" in tree.children, where, rule, None, advice)
    return tree["abundance"].to_dataset()


def save_posterior(tree: xr.DataTree, path: Path) -> Path:
    """Write a posterior; the file appears only once it is complete.

    Parameters
    ----------
    tree : xarray.DataTree
        From `fit_survey`.
    path : Path
        NetCDF file to write; its folder is made.

    Returns
    -------
    Path
        The file.
    """
    _check_answers(tree, "posterior")
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    try:
        tree.to_netcdf(part, engine="h5netcdf")
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return path


def load_posterior(path: Path) -> xr.DataTree:
    """Read a posterior into memory and check what the simulation needs of it.

    Parameters
    ----------
    path : Path
        File written by `save_posterior`.

    Returns
    -------
    xarray.DataTree
        The posterior.

    Raises
    ------
    InputError
        When the file is missing, damaged, or not a posterior.
    """
    path = Path(path)
    require(path.is_file(), str(path), "the posterior must exist", None, "fit the survey first")
    try:
        with xr.open_datatree(path, engine="h5netcdf") as stored:
            tree = stored.load()
    except (OSError, ValueError, KeyError) as error:
        rule = f"must be a posterior that can be read ({error})"
        require(False, str(path), rule, None, "delete it and fit the survey again")
        raise InputError([]) from error
    _check_answers(tree, str(path))
    return tree
