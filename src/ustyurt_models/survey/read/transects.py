"""Any survey of lines or points: the columns tell the form of the file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ustyurt_models.checks import require
from ustyurt_models.survey.read.classes import class_of_name
from ustyurt_models.survey.read.columns import Form, form_of, has
from ustyurt_models.survey.read.double_observer import read_double_observer, survey_of_records
from ustyurt_models.survey.read.flat import survey_from_table
from ustyurt_models.survey.read.four_tables import join
from ustyurt_models.survey.read.sources import read_source
from ustyurt_models.survey.read.survey_data import Kind, Transects
from ustyurt_models.survey.read.table import Table
from ustyurt_models.survey.read.wide import survey_from_wide

__all__ = ["SurveyFile", "open_survey", "read_survey", "survey_of"]

Units = Mapping[str, str | None]


@dataclass(frozen=True)
class SurveyFile:
    """A survey file before its columns are converted.

    Attributes
    ----------
    path : Path
        Where it lies.
    form : str
        Kind of file, as its columns tell.
    table : Table
        Its rows; those of several tables joined.
    parts : tuple of Table
        The tables as they lie in the file.
    ignored : tuple of str
        Files beside them that have no part.
    """

    path: Path
    form: Form
    table: Table
    parts: tuple[Table, ...]
    ignored: tuple[str, ...] = ()

    @property
    def shape(self) -> str:
        """Form in words: also whether several tables were joined."""
        joined = f", joined from {len(self.parts)} tables" if len(self.parts) > 1 else ""
        return f"{self.form}{joined}"


def open_survey(path: Path, encoding: str | None = None) -> SurveyFile:
    """Read the text of a survey and tell its form.

    Parameters
    ----------
    path : Path
        A delimited text file; a folder or a zip with the four tables or with one table.
    encoding : str, optional
        Encoding where the file cannot tell it.

    Returns
    -------
    SurveyFile
        Cells as text.

    Raises
    ------
    InputError
        With every fault that can be seen without knowing units.
    """
    source = read_source(path, encoding)
    alone = source.tables if len(source.tables) == 1 else _counting(source.tables)
    if len(alone) == 1:
        beside = tuple(table.name for table in source.tables if table is not alone[0])
        return SurveyFile(path, form_of(alone[0]), alone[0], alone, (*beside, *source.ignored))
    table, four = join(source)
    return SurveyFile(path, form_of(table), table, four.used, four.ignored)


def _counting(tables: Sequence[Table]) -> tuple[Table, ...]:
    """Return the tables with two or more columns named after distance classes."""

    def classes(table: Table) -> int:
        return sum(class_of_name(column) is not None for column in table.columns)

    return tuple(table for table in tables if classes(table) >= 2)


def survey_of(
    file: SurveyFile,
    units: Units | None = None,
    encoding: str | None = None,
    kind: Kind | None = None,
) -> Transects:
    """Convert an opened survey file to our units.

    Parameters
    ----------
    file : SurveyFile
        From `open_survey`.
    units : mapping of str to str, optional
        Units of ``distance``, ``effort`` and ``area`` from the study file.
    encoding : str, optional
        Encoding where the file cannot tell it.
    kind : str, optional
        ``"line"`` or ``"point"`` from the study file.

    Returns
    -------
    Transects
        The survey; ``form`` and ``notes`` say how the file was taken.

    Raises
    ------
    InputError
        With every fault of the file; for forms without distances.
    """
    given = dict(units or {})
    if file.form == "wide counts by distance class":
        survey = survey_from_wide(file.table, given, kind)
    elif file.form == "double-observer records":
        if has(file.table, "transect"):
            survey = survey_of_records(file.table, given, kind or "line")
        else:
            survey = read_double_observer(file.path, given, encoding, kind or "line")
    else:
        rule = "must hold distances of detections; its columns are those of"
        uncounted = file.form not in ("strip counts", "counts by year")
        require(uncounted, file.table.name, rule, file.form)
        survey = survey_from_table(file.table, given, kind)
    ignored = (f"not used: {', '.join(file.ignored)}",) if file.ignored else ()
    return replace(survey, form=file.shape, notes=(*survey.notes, *ignored))


def read_survey(
    path: Path,
    units: Units | None = None,
    encoding: str | None = None,
    kind: Kind | None = None,
) -> Transects:
    """Read a survey of lines or points from a file of any form.

    Parameters
    ----------
    path : Path
        Flat file, detections with angles or classes, wide counts, or a folder or zip with the four
        tables of the R package Distance.
    units : mapping of str to str, optional
        Units of ``distance``, ``effort`` and ``area`` where the file does not declare them.
    encoding : str, optional
        Encoding where the file cannot tell it.
    kind : str, optional
        ``"line"`` or ``"point"``; a file may say it as ``# kind: point``.

    Returns
    -------
    Transects
        The survey in metres, kilometres and square kilometres; ``form`` says which form it was.

    Raises
    ------
    InputError
        With every fault of the file at once, by file, row and column.
    """
    return survey_of(open_survey(path, encoding), units, encoding, kind)
