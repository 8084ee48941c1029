"""A Movebank export: events, animals, or both in a folder or zip."""

from dataclasses import dataclass
from pathlib import Path

from ustyurt_models.checks import require
from ustyurt_models.survey.read.composition import Collars
from ustyurt_models.survey.read.movebank.fixes import Fixes, fixes_of, is_events
from ustyurt_models.survey.read.movebank.lives import Life, collars_of, is_reference, lives_of
from ustyurt_models.survey.read.sources import Source, read_source
from ustyurt_models.survey.read.table import Table

__all__ = ["Movebank", "is_movebank", "movebank_of", "read_movebank_collars"]


@dataclass(frozen=True)
class Movebank:
    """What an export holds.

    Attributes
    ----------
    tables : tuple of Table
        Of events, of animals.
    fixes : Fixes or None
        Positions, with a table of events.
    lives : tuple of Life
        Fates, with a table of animals.
    header : dict of str to str
        ``# key: value`` lines.
    """

    tables: tuple[Table, ...]
    fixes: Fixes | None
    lives: tuple[Life, ...]
    header: dict[str, str]


def is_movebank(source: Source) -> bool:
    """Tell whether a file, folder or zip holds a table of Movebank."""
    return any(is_events(table) or is_reference(table) for table in source.tables)


def movebank_of(source: Source) -> Movebank:
    """Take the tables of an export.

    Parameters
    ----------
    source : Source
        File, folder or zip.

    Returns
    -------
    Movebank
        Positions and fates.

    Raises
    ------
    InputError
        With every fault of a table, and for two tables of one kind.
    """
    name = source.tables[0].name
    events = [table for table in source.tables if is_events(table)]
    animals = [table for table in source.tables if is_reference(table)]
    rule = "must hold at most one table of events and one of animals"
    names = [table.name for table in (*events, *animals)]
    require(len(events) < 2 and len(animals) < 2, name, rule, names)
    fixes = fixes_of(events[0]) if events else None
    lives = lives_of(animals[0], fixes) if animals else ()
    header = {key: value for table in source.tables for key, value in table.header.items()}
    return Movebank((*events, *animals), fixes, lives, header)


def read_movebank_collars(path: Path, begins: int | None, encoding: str | None) -> Collars | None:
    """Read known fates, where a file of collars is an export of Movebank.

    Parameters
    ----------
    path : Path
        File, folder or zip.
    begins : int or None
        Month of the births, from the study file.
    encoding : str or None
        Encoding where a table cannot tell it.

    Returns
    -------
    Collars or None
        None when it is no export of Movebank.

    Raises
    ------
    InputError
        With every fault; events without a table of animals tell no fates.
    """
    source = read_source(path, encoding)
    if not is_movebank(source):
        return None
    found = movebank_of(source)
    advice = "export the reference data, with animal-id, deploy-on-date and deployment-end-type"
    require(bool(found.lives), path.name, "must tell fates of animals", None, advice)
    where, rule = "survey: year_begins", "must be given for collars of Movebank"
    require(begins is not None, where, rule, None, "the month of the births, such as 5")
    assert begins is not None
    collars = collars_of(found.lives, begins, found.header)
    require(collars.year.size > 0, path.name, "must follow an animal for one whole month")
    return collars
