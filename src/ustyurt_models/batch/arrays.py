"""The arrays of a result store: their dims, chunks and types, and how an empty store is made."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import zarr
from zarr.codecs import BloscCodec, Crc32cCodec

from ustyurt_models.batch.disk import flush_file
from ustyurt_models.batch.layout import Layout, stored_dtype
from ustyurt_models.batch.plan import Plan
from ustyurt_models.contracts import MAPS, RESULTS

__all__ = ["CONTRACT", "DIGEST", "StoredArray", "create_array", "create_store", "stored_arrays"]

#: Every variable that a task writes.
CONTRACT = {**RESULTS, **MAPS}
#: The array that records, per task, the hash of its content.
DIGEST = "task_digest"


@dataclass(frozen=True)
class StoredArray:
    """One array of a store.

    Attributes
    ----------
    dims : tuple of str
        Named dimensions.
    shape, chunk : tuple of int
        Lengths of the array and of its chunks.
    kind : str
        ``int64``, ``uint64``, ``float64`` or ``str``.
    """

    dims: tuple[str, ...]
    shape: tuple[int, ...]
    chunk: tuple[int, ...]
    kind: str


def create_store(path: Path, layout: Layout, plan: Plan) -> None:
    """Make an empty store under another name and rename it, so that none exists by half."""
    draft = path.with_name(f".{path.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        attributes = {
            **layout.attrs,
            **layout.identity,
            "study_digest": layout.digest(),
            "study_description": layout.description(),
            "block_draws": plan.block_draws,
        }
        root = zarr.create_group(draft, attributes=attributes)
        for name in stored_arrays(layout, plan):
            create_array(root, name, layout, plan)
        for file in draft.rglob("zarr.json"):
            flush_file(file)
        draft.rename(path)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def stored_arrays(layout: Layout, plan: Plan) -> dict[str, StoredArray]:
    """Return every array of a store: coordinates, variables and the record of done tasks.

    A task owns exactly one chunk of each variable.
    """
    sizes = {dim: layout.size(dim) for dim in layout.dims()} | {"block": plan.blocks, "word": 2}
    cut = {"scenario": 1, "block": 1, "draw": plan.block_draws}
    text = {dim for dim in layout.dims() if layout.coordinate(dim).dtype == object}
    declared: dict[str, tuple[tuple[str, ...], str]] = {}
    declared |= {dim: ((dim,), "str" if dim in text else "int64") for dim in layout.dims()}
    declared |= {name: (v.dims, stored_dtype(v).name) for name, v in CONTRACT.items()}
    declared[DIGEST] = (("scenario", "block", "word"), "uint64")
    found = {}
    for name, (dims, kind) in declared.items():
        shape = tuple(sizes[dim] for dim in dims)
        whole = len(dims) == 1
        chunk = shape if whole else tuple(cut.get(dim, sizes[dim]) for dim in dims)
        found[name] = StoredArray(dims, shape, chunk, kind)
    return found


def create_array(root: zarr.Group, name: str, layout: Layout, plan: Plan) -> None:
    """Make one array, replacing what stands there; coordinates get their labels."""
    stored = stored_arrays(layout, plan)[name]
    text = stored.kind == "str"
    variable = CONTRACT.get(name)
    attributes = (
        {} if variable is None else {"units": variable.unit, "long_name": variable.long_name}
    )
    # The checksum is not optional: Blosc alone returns garbage from a chunk that was cut off.
    compressors = [BloscCodec(cname="zstd", clevel=3, shuffle="shuffle"), Crc32cCodec()]
    array = root.create_array(
        name,
        shape=stored.shape,
        chunks=stored.chunk,
        dtype=str if text else stored.kind,
        compressors="auto" if text else compressors,
        fill_value={"float64": np.nan, "str": ""}.get(stored.kind, 0),
        dimension_names=stored.dims,
        attributes=attributes,
        overwrite=True,
        config={"write_empty_chunks": True},
    )
    if stored.dims == (name,):
        array[:] = layout.coordinate(name)
