"""Read a finished result store: the cube by variable, the maps as exact sums over blocks."""

import hashlib
from pathlib import Path

import numpy as np
import xarray as xr
import zarr

from ustyurt_models.batch.arrays import DIGEST
from ustyurt_models.batch.store import DAMAGE, content_hash, store_path
from ustyurt_models.checks import Fault, InputError, require
from ustyurt_models.contracts import MAPS, RESULTS, check_dataset

__all__ = ["content_digest", "finished_digest", "open_maps", "open_results"]

_DIMS = {d for v in (*RESULTS.values(), *MAPS.values()) for d in v.dims} - {"block"}
_AGAIN = "run `ustyurt simulate` on the study again: it goes on where it stopped"


def open_results(folder: Path, *, verify: bool = True) -> xr.Dataset:
    """Open the result cube of a finished study; variables are read when they are used.

    Parameters
    ----------
    folder : Path
        Results folder, or the store itself.
    verify : bool
        Read everything once and compare with the recorded hashes.

    Returns
    -------
    xarray.Dataset
        As declared in `contracts.RESULTS`, with the attributes of the study.

    Raises
    ------
    InputError
        When the store is missing, unfinished, cut off or otherwise damaged.
    """
    path = store_path(folder)
    dataset = _open(path)
    _require_finished(path, dataset)
    if verify:
        _require_sound(path, dataset)
    cube = dataset[list(RESULTS)]
    check_dataset(cube, RESULTS, str(path))
    return cube


def open_maps(folder: Path) -> xr.Dataset:
    """Read the maps of a finished study, summed over all blocks of draws.

    Parameters
    ----------
    folder : Path
        Results folder, or the store itself.

    Returns
    -------
    xarray.Dataset
        As declared in `contracts.MAPS` with a single block; the attribute ``runs`` is the
        number of futures (draws x replicates) in each sum.
    """
    path = store_path(folder)
    dataset = _open(path)
    _require_finished(path, dataset)
    merged = xr.Dataset(attrs=dataset.attrs)
    try:
        for name in MAPS:
            merged[name] = _sum_blocks(dataset[name])
    except DAMAGE as error:
        raise _damaged(path, str(error)) from error
    merged.attrs["runs"] = dataset.sizes["draw"] * dataset.sizes["replicate"]
    check_dataset(merged, MAPS, str(path))
    return merged


def content_digest(folder: Path) -> str:
    """Return the hash (32 hex digits) of all results, whatever the block size and workers.

    Two runs of one study have the same hash exactly when every number agrees bit for bit.
    """
    path = store_path(folder)
    dataset = _open(path)
    _require_finished(path, dataset)
    maps = open_maps(path)
    total = hashlib.blake2b(digest_size=16)
    step = int(dataset.attrs["block_draws"])
    for name in RESULTS:
        total.update(name.encode())
        for scenario in range(dataset.sizes["scenario"]):
            for first in range(0, dataset.sizes["draw"], step):
                region = dataset[name].isel(scenario=scenario, draw=slice(first, first + step))
                total.update(np.ascontiguousarray(region.to_numpy()).tobytes())
    for name in MAPS:
        total.update(name.encode())
        total.update(np.ascontiguousarray(maps[name].to_numpy()).tobytes())
    return total.hexdigest()


def finished_digest(folder: Path) -> str:
    """Return the hash of the recorded hashes of all parts of a finished store, without reading it.

    Unlike `content_digest` it depends on how the study was cut into parts.

    Raises
    ------
    InputError
        When the store is missing or unfinished.
    """
    path = store_path(folder)
    dataset = _open(path)
    _require_finished(path, dataset)
    return hashlib.blake2b(dataset[DIGEST].to_numpy().tobytes(), digest_size=16).hexdigest()


def _open(path: Path) -> xr.Dataset:
    """Open a store without reading it; labels become ordinary text."""
    require(path.is_dir(), str(path), "the result store must exist", None, _AGAIN)
    try:
        root = zarr.open_group(path, mode="r")
        # Read the descriptions before xarray does: it only warns where one is missing.
        for name in (*RESULTS, *MAPS, DIGEST, *_DIMS):
            root[name]
        dataset = xr.open_zarr(path, consolidated=False, chunks=None)
        labels = {str(name): dataset[name].to_numpy() for name in dataset.coords}
    except DAMAGE as error:
        raise _damaged(path, str(error)) from error
    text = {
        dim: [str(x) for x in found] for dim, found in labels.items() if found.dtype.kind == "T"
    }
    return dataset.assign_coords(text)


def _require_finished(path: Path, dataset: xr.Dataset) -> None:
    """Refuse a store in which tasks are missing."""
    try:
        marks = dataset[DIGEST].to_numpy()
    except DAMAGE as error:
        raise _damaged(path, str(error)) from error
    done = int((marks != 0).any(axis=-1).sum())
    total = marks.shape[0] * marks.shape[1]
    require(done == total, str(path), "must be finished", f"{done} of {total} parts", _AGAIN)


def _require_sound(path: Path, dataset: xr.Dataset) -> None:
    """Compare every task's content with its recorded hash."""
    root = zarr.open_group(path, mode="r")
    arrays = {name: root[name] for name in (*RESULTS, *MAPS)}
    marks = dataset[DIGEST].to_numpy().astype("<u8")
    step = int(dataset.attrs["block_draws"])
    for scenario, block in np.ndindex(marks.shape[:2]):
        draws = slice(block * step, min((block + 1) * step, dataset.sizes["draw"]))
        place = f"scenario {dataset['scenario'].values[scenario]!s}, draws {draws.start}.."
        try:
            data = {
                name: np.asarray(array[scenario, block if name in MAPS else draws])
                for name, array in arrays.items()
            }
        except DAMAGE as error:
            raise _damaged(path, f"{place}: {error}") from error
        if content_hash(data) != marks[scenario, block].tobytes():
            raise _damaged(path, f"{place}: content differs from what was written")


def _sum_blocks(blocks: xr.DataArray) -> xr.DataArray:
    """Sum a map over blocks, one block in memory at a time."""
    total = np.zeros_like(blocks.isel(block=0).to_numpy())
    for block in range(blocks.sizes["block"]):
        total += blocks.isel(block=block).to_numpy()
    merged = blocks.isel(block=[0]).drop_vars("block", errors="ignore")
    return merged.copy(data=np.expand_dims(total, blocks.get_axis_num("block")))


def _damaged(path: Path, what: str) -> InputError:
    """Return the error for a store that cannot be read."""
    remedy = "run `ustyurt simulate` on the study again: damaged parts are computed anew"
    return InputError([Fault(str(path), "must be undamaged", what, remedy)])
