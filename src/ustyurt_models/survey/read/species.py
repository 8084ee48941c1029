"""Histories of several species that were looked for on the same visits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import Faults, require
from ustyurt_models.survey.read.histories import Histories

__all__ = ["SpeciesHistories", "join_species", "with_unseen"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SpeciesHistories:
    """Repeated visits to sites, with what was seen of each species.

    Attributes
    ----------
    histories : Histories
        Sites, visits, effort and covariates; its `y` says whether any species was seen, NaN where
        nobody looked for any.
    species : tuple of str
        Species that were looked for, each once.
    y : numpy.ndarray
        0 and 1, NaN where that species was not looked for, shape (species, site, occasion).
    """

    histories: Histories
    species: tuple[str, ...]
    y: Floats

    def of(self, number: int) -> Histories:
        """Return the histories of one species."""
        return replace(self.histories, y=self.y[number])


def _any(y: Floats) -> Floats:
    """Return whether any species was seen, NaN where none was looked for."""
    return np.where(np.isfinite(y).any(axis=0), np.nanmax(np.nan_to_num(y), axis=0), np.nan)


def _same(first: NDArray, other: NDArray) -> bool:
    """Tell whether two arrays are equal, missing numbers included."""
    if first.dtype.kind == "f" and other.dtype.kind == "f":
        return np.array_equal(first, other, equal_nan=True)
    return np.array_equal(first, other)


def _check_alike(name: str, one: Histories, first: Histories, faults: Faults) -> None:
    """Note what differs between two species although it belongs to the visit or the site."""
    parts: dict[str, tuple[NDArray | None, NDArray | None]] = {
        "effort": (one.effort, first.effort),
        "position": (one.position, first.position),
    }
    for kind in ("site_covariates", "occasion_covariates"):
        theirs = getattr(first, kind)
        for column, values in getattr(one, kind).items():
            parts[column] = (values, theirs.get(column))
    for column, (mine, theirs) in parts.items():
        if (mine is None) != (theirs is None):
            faults.add(f"survey: {name}: {column}", "must be given for all species or none")
        elif mine is not None and theirs is not None and not _same(mine, theirs):
            rule = "must be the same for all species of a site and visit"
            faults.add(f"survey: {name}: {column}", rule)


def join_species(parts: Mapping[str, Histories]) -> SpeciesHistories:
    """Put the histories of species side by side.

    Parameters
    ----------
    parts : mapping of str to Histories
        By species; of the same sites and occasions.

    Returns
    -------
    SpeciesHistories
        Sites in the order of the first species.

    Raises
    ------
    InputError
        When species have other sites or occasions, or covariates that differ.
    """
    require(bool(parts), "survey: species", "must name at least one species")
    first, faults, seen = next(iter(parts.values())), Faults(), []
    for name, one in parts.items():
        if one.occasion != first.occasion or set(one.site) != set(first.site):
            lost = sorted(set(first.site) ^ set(one.site))[:5]
            rule = "must have a row for every site; write 0 where it was not seen"
            faults.add(f"survey: {name}", rule, ", ".join(lost) or "other visits")
            continue
        order = [one.site.index(site) for site in first.site]
        sorted_ = _reordered(one, order)
        _check_alike(name, sorted_, first, faults)
        seen.append(sorted_.y)
    faults.raise_if_any()
    y = np.stack(seen)
    return SpeciesHistories(replace(first, y=_any(y), notes=_notes(parts)), tuple(parts), y)


def _notes(parts: Mapping[str, Histories]) -> tuple[str, ...]:
    """Return the readers' remarks, with the species where they are not those of all."""
    shared = set.intersection(*(set(one.notes) for one in parts.values()))
    told = [
        note if note in shared else f"{k}: {note}" for k, v in parts.items() for note in v.notes
    ]
    return tuple(dict.fromkeys(told))


def _reordered(histories: Histories, order: Sequence[int]) -> Histories:
    """Return the sites in another order."""
    if list(order) == list(range(len(order))):
        return histories
    rows = np.array(order, np.int64)
    return replace(
        histories,
        site=tuple(histories.site[i] for i in order),
        y=histories.y[rows],
        effort=None if histories.effort is None else histories.effort[rows],
        site_covariates={k: v[rows] for k, v in histories.site_covariates.items()},
        occasion_covariates={k: v[rows] for k, v in histories.occasion_covariates.items()},
        position=None if histories.position is None else histories.position[rows],
    )


def with_unseen(found: SpeciesHistories, names: Sequence[str]) -> SpeciesHistories:
    """Add species that were looked for on every visit and never seen.

    Parameters
    ----------
    found : SpeciesHistories
        Histories of the others.
    names : sequence of str
        Species to add.

    Raises
    ------
    InputError
        For a species that was seen.
    """
    for name in names:
        require(name not in found.species, "survey: never_seen", "must not be in the data", name)
    if not names:
        return found
    none = np.where(found.histories.visited, 0.0, np.nan)
    y = np.concatenate([found.y, np.repeat(none[None], len(names), axis=0)])
    return SpeciesHistories(found.histories, (*found.species, *names), y)
