"""The shape of a study's results: the labels of every dimension and what identifies the study."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ustyurt_models.contracts import (
    CHEETAH_DEATH_CAUSES,
    CHEETAH_STAGES,
    MAPS,
    NO_SOURCE,
    PREY_DEATH_CAUSES,
    PREY_STAGES,
    RESULTS,
    SEXES,
    Variable,
)
from ustyurt_models.provenance import digest_json

__all__ = ["Layout", "stored_dtype"]

_FIXED: Mapping[str, tuple[str, ...]] = {
    "sex": SEXES,
    "prey_stage": PREY_STAGES,
    "prey_cause": PREY_DEATH_CAUSES,
    "cheetah_stage": CHEETAH_STAGES,
    "cheetah_cause": CHEETAH_DEATH_CAUSES,
    "source": NO_SOURCE,
}
#: Dimensions that the batch adds around what one replicate returns.
RUN_DIMS = ("scenario", "draw", "replicate")
BLOCK_DIMS = ("scenario", "block")


def stored_dtype(variable: Variable) -> np.dtype:
    """Return the type in which a variable is stored: 64-bit integer or float."""
    return np.dtype("float64") if "f" in variable.dtype else np.dtype("int64")


@dataclass(frozen=True)
class Layout:
    """Labels of every dimension of `contracts.RESULTS` and `contracts.MAPS`, and identity.

    Attributes
    ----------
    scenarios : tuple of str
        Names of the scenarios, in order.
    draws, replicates : int
        Number of parameter sets, and of futures per parameter set.
    labels : mapping of str to sequence or array
        Labels of the dimensions ``year``, ``species``, ``zone``, ``map_year`` and ``cell``;
        sexes, stages and causes of death come from the contracts unless given.
    identity : mapping of str to str
        What makes the results these results: resolved scenarios (JSON), seed, hashes of
        survey, evidence and landscape, version of the package. A store continues only
        when all of these agree.
    attrs : mapping of str to str
        Further attributes for the store (title, library versions), not part of the identity.
    """

    scenarios: tuple[str, ...]
    draws: int
    replicates: int
    labels: Mapping[str, Sequence | np.ndarray]
    identity: Mapping[str, str]
    attrs: Mapping[str, str] = field(default_factory=dict)

    def coordinate(self, dim: str) -> np.ndarray:
        """Return the labels of `dim` (not ``block``): int64, or text."""
        if dim == "scenario":
            return np.asarray(self.scenarios, dtype=object)
        if dim in ("draw", "replicate"):
            return np.arange(self.draws if dim == "draw" else self.replicates, dtype=np.int64)
        labels = self.labels[dim] if dim in self.labels else _FIXED[dim]
        if all(isinstance(label, str) for label in labels):
            return np.asarray(list(labels), dtype=object)
        return np.asarray(labels, dtype=np.int64)

    def dims(self) -> tuple[str, ...]:
        """Return every dimension that has labels, in a fixed order."""
        found = dict.fromkeys(
            dim for variable in (*RESULTS.values(), *MAPS.values()) for dim in variable.dims
        )
        found.pop("block")
        return tuple(found)

    def size(self, dim: str) -> int:
        """Return the length of `dim` (not ``block``)."""
        return int(self.coordinate(dim).size)

    def inner_shape(self, variable: Variable) -> tuple[int, ...]:
        """Return the shape of what one replicate returns for `variable`."""
        outer = {*RUN_DIMS, *BLOCK_DIMS}
        return tuple(self.size(dim) for dim in variable.dims if dim not in outer)

    def description(self) -> dict[str, object]:
        """Return identity and shape as plain values: what must agree to continue a store."""
        cells = [int(cell) for cell in self.labels["cell"]]
        labels = {dim: self.coordinate(dim).tolist() for dim in self.dims() if dim != "cell"}
        return {**self.identity, "dimensions": digest_json([labels, digest_json(cells)])}

    def digest(self) -> str:
        """Return the hash of identity and shape."""
        return digest_json(self.description())
