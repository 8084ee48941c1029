"""The result store: a Zarr group that any number of tasks fill, each in chunks of its own.

A task owns one chunk of every variable, so writers never share a chunk. When all of them are
on disk, the hash of their content is written to ``task_digest``. A task counts as done only
while its content has that hash: cut off, lost or half-written chunks make it count as not done.
"""

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import zarr

from ustyurt_models.batch.arrays import CONTRACT, DIGEST, create_array, create_store, stored_arrays
from ustyurt_models.batch.disk import flush_file, full_disk_is_reported, remove_scraps
from ustyurt_models.batch.layout import Layout
from ustyurt_models.batch.plan import Task, make_plan
from ustyurt_models.checks import Fault, Faults, InputError, require
from ustyurt_models.contracts import MAPS

__all__ = ["DAMAGE", "STORE", "ResultStore", "prepare_store", "store_path"]

#: Name of the store inside a results folder.
STORE = "results.zarr"
#: What reading a cut-off or overwritten chunk or metadata file raises.
DAMAGE = (ValueError, RuntimeError, OSError, KeyError)
_FRESH = "choose a new folder with --output, or discard the old results with --fresh"


def store_path(folder: Path) -> Path:
    """Return the store of a results folder; a path that is a store is returned as it is."""
    folder = Path(folder)
    return folder if folder.suffix == ".zarr" else folder / STORE


def prepare_store(
    folder: Path, layout: Layout, block_draws: int | None = None, *, fresh: bool = False
) -> "ResultStore":
    """Open the store of a study to continue it, or make it.

    Parameters
    ----------
    folder : Path
        Results folder; made when missing.
    layout : Layout
        Shape and identity of the study.
    block_draws : int, optional
        Draws per task of a new store; one that exists keeps its own.
    fresh : bool
        Discard earlier results first.

    Returns
    -------
    ResultStore
        Ready to be written to.

    Raises
    ------
    InputError
        When the folder holds results of another study, or the disk is full.
    """
    path = store_path(folder)
    if fresh and path.exists():
        shutil.rmtree(path)
    with full_disk_is_reported(path):
        if not path.exists():
            create_store(path, layout, make_plan(layout, block_draws))
        remove_scraps(path)
        store = ResultStore(path, layout)
        store.repair()
        store.describe()
    return store


class ResultStore:
    """A result store on disk, opened to be continued.

    Attributes
    ----------
    path : Path
        The Zarr group.
    layout : Layout
        Shape and identity of the study.
    plan : Plan
        Its tasks; the block size is that of the store.
    """

    def __init__(self, path: Path, layout: Layout) -> None:
        """Open the store at `path`, which must belong to the study of `layout`."""
        self.path = path
        self.layout = layout
        try:
            attributes = dict(zarr.open_group(path, mode="r").attrs)
            self.plan = make_plan(layout, int(attributes["block_draws"]))
        except DAMAGE as error:
            raise InputError(
                [Fault(str(path), "must be a readable result store", str(error), _FRESH)]
            ) from error
        _require_same_study(path, attributes, layout)
        self._root = zarr.open_group(path, mode="r+")
        self._opened: dict[str, zarr.Array] = {}

    def __reduce__(self) -> tuple:
        """Carry only what another process needs to open the store again."""
        return ResultStore, (self.path, self.layout)

    def _array(self, name: str) -> zarr.Array:
        """Return one array, opened once."""
        if name not in self._opened:
            self._opened[name] = self._root[name]
        return self._opened[name]

    def repair(self) -> None:
        """Make again, empty, every array whose description cannot be read or is not ours.

        The tasks lose their content and with it count as not done.
        """
        for name, stored in stored_arrays(self.layout, self.plan).items():
            try:
                array = self._root[name]
                sound = array.shape == stored.shape and array.chunks == stored.chunk
                if stored.dims == (name,):
                    sound = sound and list(array[:]) == list(self.layout.coordinate(name))
            except DAMAGE:
                sound = False
            if not sound:
                create_array(self._root, name, self.layout, self.plan)
        self._opened.clear()

    def describe(self) -> None:
        """Say what the study says today of what its results do not depend on, such as criteria.

        The versions of libraries stay those that the store began with.
        """
        now = {key: value for key, value in self.layout.attrs.items() if key != "versions"}
        if any(self._root.attrs.get(key) != value for key, value in now.items()):
            self._root.attrs.update(now)

    def write(self, task: Task, data: Mapping[str, np.ndarray]) -> None:
        """Write all variables of a task, then record that it is done.

        Parameters
        ----------
        task : Task
            Where the data belong.
        data : mapping of str to numpy.ndarray
            Every variable of `contracts.RESULTS`, shape (draw of the task, replicate, ...), and
            of `contracts.MAPS`, without scenario and block, in the stored types.
        """
        assert data.keys() == CONTRACT.keys(), "a task writes every variable, and no other"
        with full_disk_is_reported(self.path):
            for name, values in data.items():
                self._array(name)[_region(name, task)] = values
            mark = np.frombuffer(content_hash(data), dtype="<u8")
            self._array(DIGEST)[task.scenario, task.block] = mark
            place = f"c/{task.scenario}/{task.block}/0"
            flush_file(self.path / DIGEST / place)

    def read(self, task: Task) -> dict[str, np.ndarray]:
        """Return all variables of a task; one of `DAMAGE` is raised where a chunk is broken."""
        return {name: np.asarray(self._array(name)[_region(name, task)]) for name in CONTRACT}

    def is_done(self, task: Task) -> bool:
        """Whether a task is recorded as done and its content is what was recorded."""
        try:
            mark = np.asarray(self._array(DIGEST)[task.scenario, task.block], dtype="<u8")
            return bool(mark.any()) and content_hash(self.read(task)) == mark.tobytes()
        except DAMAGE:
            return False

    def pending(self) -> tuple[Task, ...]:
        """Return the tasks still to be run, after reading and checking all that are done."""
        return tuple(task for task in self.plan.tasks() if not self.is_done(task))


def _require_same_study(path: Path, attributes: Mapping, layout: Layout) -> None:
    """Refuse to mix results of two studies, naming what differs."""
    if attributes.get("study_digest") == layout.digest():
        return
    before, now = attributes.get("study_description", {}), layout.description()
    faults = Faults()
    for key in sorted({*before, *now}):
        if before.get(key) != now.get(key):
            faults.add(
                str(path), f"must hold results of this study, but {key} differs", None, _FRESH
            )
    faults.raise_if_any()
    require(False, str(path), "must hold results of this study", None, _FRESH)


def _region(name: str, task: Task) -> tuple[int | slice, ...]:
    """Return where a task's part of a variable lies: exactly one chunk."""
    if name in MAPS:
        return (task.scenario, task.block)
    return (task.scenario, slice(task.first_draw, task.end_draw))


def content_hash(data: Mapping[str, np.ndarray]) -> bytes:
    """Return the blake2 hash (16 bytes) of named arrays: names, types, shapes and bytes.

    All not-a-numbers count as one: a chunk that holds nothing else is not stored, and comes back
    with another sign bit than a division of zero by zero gives.
    """
    total = hashlib.blake2b(digest_size=16)
    for name in sorted(data):
        values = np.ascontiguousarray(data[name])
        if values.dtype.kind == "f":
            values = np.where(np.isnan(values), np.nan, values)
        total.update(f"{name} {values.dtype.str} {values.shape}".encode())
        total.update(values.tobytes())
    return total.digest()
