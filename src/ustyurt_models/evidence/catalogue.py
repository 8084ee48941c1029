"""The evidence catalogue: ``parameters.csv`` and the keys of ``sources.bib``, read and checked."""

import csv
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ustyurt_models.checks import Fault, Faults, InputError, did_you_mean, require
from ustyurt_models.evidence.parameter import PSEUDO_SOURCES, Parameter
from ustyurt_models.evidence.rules import check_numbers, check_parameter
from ustyurt_models.evidence.values import closest_id
from ustyurt_models.provenance import digest_files
from ustyurt_models.resources import models_dir

__all__ = ["COLUMNS", "Catalogue", "load_catalogue"]

COLUMNS = (
    "id",
    "species",
    "parameter",
    "value",
    "low",
    "high",
    "unit",
    "distribution_hint",
    "place",
    "years",
    "source_key",
    "confidence",
    "note",
)
"""Columns of ``parameters.csv``, in order; ``source_key`` may hold several keys, split by ``;``."""

# An entry starts its own line; @comment, @string and @preamble are not publications.
_ENTRY = re.compile(r"^\s*@(?!comment|string|preamble)\w+\s*\{\s*([^,\s{}]+)\s*,", re.M | re.I)


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
    keys = _read_keys(bibliography, faults)
    parameters = _read_parameters(table, keys, faults)
    faults.raise_if_any()
    return Catalogue(place, parameters, keys or frozenset(), digest_files([table, bibliography]))


def _all_text(row: Parameter) -> str:
    """Return the texts of `row` in one, case folded."""
    words = (row.id, row.species, row.parameter, row.unit, row.place, row.years, row.note)
    return "\n".join((*words, *row.source_keys)).casefold()


def _read_text(path: Path) -> str:
    """Return the content of a UTF-8 file."""
    require(path.is_file(), str(path), "the file must exist", remedy="check the folder")
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise InputError(
            [Fault(f"{path.name}: row {line}", "must be UTF-8", None, "save it as UTF-8")]
        ) from error


def _read_keys(path: Path, faults: Faults) -> frozenset[str] | None:
    """Return the entry keys of a BibTeX file, not the entries; None if it cannot be read."""
    try:
        found = _ENTRY.findall(_read_text(path))
    except InputError as error:
        faults.extend(error)
        return None
    for key in sorted({key for key in found if found.count(key) > 1}):
        faults.add(f"{path.name}: {key}", "a key may occur once", key, "merge the entries")
    return frozenset(found)


def _read_parameters(
    path: Path, known_sources: frozenset[str] | None, faults: Faults
) -> dict[str, Parameter]:
    """Return the rows by id; everything wrong is noted in `faults`."""
    try:
        reader = csv.reader(_read_text(path).splitlines(keepends=True))
        header = next(reader, [])
        _check_header(header, path.name)
    except InputError as error:
        faults.extend(error)
        return {}
    rows: dict[str, Parameter] = {}
    for cells in reader:
        where = f"{path.name}: row {reader.line_num}"
        if len(cells) != len(header):
            rule = f"must have {len(header)} cells"
            faults.add(where, rule, len(cells), "quote texts that hold a comma")
            continue
        noted = len(faults.found)
        row = _parameter(dict(zip(header, cells, strict=True)), where, faults)
        if len(faults.found) == noted:
            check_numbers(row, where, faults)
        check_parameter(row, where, known_sources, faults)
        if row.id in rows:
            faults.add(f"{where}, id", "must be unique", row.id, "rename or merge the row")
        rows[row.id] = row
    return rows


def _check_header(header: list[str], name: str) -> None:
    """Raise if columns are missing, repeated or unknown."""
    faults = Faults()
    for column in COLUMNS:
        if column not in header:
            faults.add(f"{name}: row 1", "missing column", column, "add it to the header")
    for column in dict.fromkeys(header):
        if column not in COLUMNS:
            faults.add(f"{name}: row 1", "unknown column", column, did_you_mean(column, COLUMNS))
        elif header.count(column) > 1:
            faults.add(f"{name}: row 1", "a column may occur once", column, "remove one")
    faults.raise_if_any()


def _parameter(cells: dict[str, str], where: str, faults: Faults) -> Parameter:
    """Build a row from its cells; numbers that do not parse become None and a fault."""
    text = {column: cell.strip() for column, cell in cells.items()}
    value, low, high = (_number(text[name], f"{where}, {name}", faults) for name in COLUMNS[3:6])
    return Parameter(
        id=text["id"],
        species=text["species"],
        parameter=text["parameter"],
        value=value,
        low=low,
        high=high,
        unit=text["unit"],
        distribution=text["distribution_hint"],
        place=text["place"],
        years=text["years"],
        source_keys=tuple(key.strip() for key in text["source_key"].split(";") if key.strip()),
        confidence=text["confidence"],
        note=text["note"],
    )


def _number(text: str, where: str, faults: Faults) -> float | None:
    """Return the finite number in `text`, None for an empty cell."""
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if math.isfinite(number):
        return number
    faults.add(where, "must be a number", text, "decimal point, no thousands separator, no unit")
    return None
