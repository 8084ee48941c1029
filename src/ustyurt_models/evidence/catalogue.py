"""The evidence catalogue: all rows of one folder, looked up, filtered and traced to sources."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ustyurt_models.checks import Fault, Faults, InputError
from ustyurt_models.evidence.parameter import PSEUDO_SOURCES, Parameter
from ustyurt_models.evidence.reading import read_keys, read_parameters
from ustyurt_models.evidence.values import closest_id
from ustyurt_models.provenance import digest_files
from ustyurt_models.resources import models_dir

__all__ = ["Catalogue", "load_catalogue"]


@dataclass(frozen=True)
class Catalogue:
    """All rows of evidence of one folder.

    Attributes
    ----------
    folder : pathlib.Path
        Where ``parameters.csv`` and ``sources.bib`` are.
    parameters : dict of str to Parameter
        By id, in the order of the file.
    source_keys : frozenset of str
        Keys of the bibliography, whose text `ustyurt_models.evidence.bibliography` reads.
    digest : str
        Hash of the contents of both files.
    """

    folder: Path
    parameters: dict[str, Parameter]
    source_keys: frozenset[str]
    digest: str

    def __len__(self) -> int:
        return len(self.parameters)

    def __iter__(self) -> Iterator[Parameter]:
        return iter(self.parameters.values())

    def __contains__(self, id: object) -> bool:
        return id in self.parameters

    def __getitem__(self, id: str) -> Parameter:
        return self.require_ids([id])[0]

    def require_ids(self, ids: Iterable[str], where: str = "evidence") -> tuple[Parameter, ...]:
        """Return the rows of `ids` in that order, or raise `InputError` naming all unknown ones."""
        wanted = tuple(ids)
        unknown = [
            Fault(where, "no such parameter", id, closest_id(id, self.parameters.keys()))
            for id in wanted
            if id not in self.parameters
        ]
        if unknown:
            raise InputError(unknown)
        return tuple(self.parameters[id] for id in wanted)

    def filter(
        self, species: str | None = None, confidence: str | None = None, text: str | None = None
    ) -> tuple[Parameter, ...]:
        """Return the rows that meet every condition given.

        Parameters
        ----------
        species : str, optional
            Exactly this species or subject.
        confidence : str, optional
            Grades wanted, e.g. ``"C"`` or ``"BC"``.
        text : str, optional
            Occurs, whatever the case, in any text of the row.
        """
        return tuple(
            row
            for row in self
            if (species is None or row.species == species)
            and (confidence is None or row.confidence in confidence.upper())
            and (text is None or text.casefold() in _all_text(row))
        )

    def cited_keys(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Return the bibliography keys behind the parameters `ids`, sorted, each once."""
        rows = self.require_ids(ids)
        return tuple(sorted({key for row in rows for key in row.source_keys} - set(PSEUDO_SOURCES)))


def load_catalogue(folder: Path | str | None = None) -> Catalogue:
    """Read and check the catalogue of `folder`.

    Parameters
    ----------
    folder : path, optional
        Holds ``parameters.csv`` and ``sources.bib``; the shipped ``models`` if not given.

    Returns
    -------
    Catalogue

    Raises
    ------
    InputError
        With every fault of both files: file, row, column, rule, value and remedy.
    """
    place = models_dir() if folder is None else Path(folder)
    table, bibliography = place / "parameters.csv", place / "sources.bib"
    faults = Faults()
    keys = read_keys(bibliography, faults)
    parameters = read_parameters(table, keys, faults)
    faults.raise_if_any()
    return Catalogue(place, parameters, keys or frozenset(), digest_files([table, bibliography]))


def _all_text(row: Parameter) -> str:
    """Return the texts of `row` in one, case folded."""
    words = (row.id, row.species, row.parameter, row.unit, row.place, row.years, row.note)
    return "\n".join((*words, *row.source_keys)).casefold()
