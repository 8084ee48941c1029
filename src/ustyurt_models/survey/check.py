"""Check a survey file against its study without fitting: cheap enough for `ustyurt check`."""

from pathlib import Path

from ustyurt_models.evidence import Catalogue
from ustyurt_models.study.surveys import LineTransect, SurveyBlock, Trend
from ustyurt_models.survey.context import Context
from ustyurt_models.survey.read.table import read_table
from ustyurt_models.survey.registry import describe_survey, load_survey

__all__ = ["check_file", "check_survey"]


def check_survey(spec: SurveyBlock, folder: Path, catalogue: Catalogue | None = None) -> str:
    """Read a survey, apply truncation and areas, and say what it holds.

    Parameters
    ----------
    spec : SurveyBlock
        Survey block of the study.
    folder : Path
        Folder of the study file.
    catalogue : Catalogue, optional
        Evidence; compulsory for a trend.

    Returns
    -------
    str
        One line, e.g. ``180 transects, 13,700 km, 56 groups within 800 m, simulated``.

    Raises
    ------
    InputError
        With every fault of the file.
    """
    prepared = load_survey(spec, Path(folder), catalogue, Context())
    status = prepared.header.get("status", "status not stated")
    return f"{describe_survey(prepared)}, {status}"


def check_file(path: Path, catalogue: Catalogue | None = None) -> str:
    """Check a survey file that no study describes; its columns tell which kind it is.

    Parameters
    ----------
    path : Path
        The file; units stand in its header.
    catalogue : Catalogue, optional
        Evidence; compulsory for a trend.

    Returns
    -------
    str
        One line, as `check_survey`.

    Raises
    ------
    InputError
        With every fault of the file.
    """
    columns = {column.strip().lower() for column in read_table(path).columns}
    yearly = "year" in columns and not any("distance" in column for column in columns)
    plain = Trend(file=path.name) if yearly else LineTransect(file=path.name)
    return check_survey(plain, path.parent, catalogue)
