"""Posterior files: NetCDF that carries units, provenance and diagnostics; read without PyMC."""

import os
from pathlib import Path

import xarray as xr

from ustyurt_models.checks import InputError, require
from ustyurt_models.contracts import ABUNDANCE, check_dataset

__all__ = ["load_posterior", "save_posterior"]


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
    check_dataset(tree["abundance"].to_dataset(), ABUNDANCE, "posterior: abundance")
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
    require("abundance" in tree.children, str(path), "must hold the node 'abundance'")
    check_dataset(tree["abundance"].to_dataset(), ABUNDANCE, str(path))
    return tree
