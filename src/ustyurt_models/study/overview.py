"""What ``ustyurt check`` prints: faults of all files at once, or what a study would run."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from ustyurt_models.checks import Faults, InputError
from ustyurt_models.evidence import load_catalogue
from ustyurt_models.study.estimate import estimate
from ustyurt_models.study.land_names import read_land_names
from ustyurt_models.study.load import Study, check_study, landscape_of
from ustyurt_models.study.surveys import Survey

__all__ = ["DataChecks", "check_files", "check_with_names", "overview"]

#: Scenario names printed before the list is cut.
MOST_NAMES = 20


@dataclass(frozen=True)
class DataChecks:
    """How survey data are checked; each says in a line what is there, or raises `InputError`.

    Attributes
    ----------
    survey : callable
        Checks a survey of a study; also takes the folder of the study.
    file : callable
        Checks a data file that no study describes.
    """

    survey: Callable[[Survey, Path], str]
    file: Callable[[Path], str]


def check_files(files: Iterable[Path], data: DataChecks | None = None) -> str:
    """Check studies and survey files.

    Parameters
    ----------
    files : iterable of Path
        Studies (``.toml`` or resolved ``.json``) and survey data (anything else).
    data : DataChecks, optional
        Checks the surveys of studies, and survey files; not checked unless given.

    Returns
    -------
    str
        What the files hold, for people.

    Raises
    ------
    InputError
        With the faults of all files.
    """
    faults = Faults()
    parts = []
    for file in files:
        try:
            parts.append(_check(file, data))
        except InputError as error:
            faults.extend(error)
    faults.raise_if_any()
    return "\n\n".join(parts)


def _check(file: Path, data: DataChecks | None) -> str:
    """Check one file and say what is in it."""
    if file.suffix not in (".toml", ".json") and not file.is_dir():
        return f"{file}: {data.file(file) if data else 'not a study, not checked'}"
    study = check_with_names(file)
    return "\n".join([overview(study), *(_check_surveys(study, data) if data else ())])


def _check_surveys(study: Study, data: DataChecks) -> list[str]:
    """Check every survey that a study names, each once; faults of all at once."""
    distinct = {
        survey.model_dump_json(): survey
        for scenario in study.scenarios
        for survey in scenario.survey.values()
    }
    faults, lines = Faults(), []
    for survey in distinct.values():
        try:
            lines.append(f"survey {survey.file}: {data.survey(survey, study.folder)}")
        except InputError as error:
            faults.extend(error)
    faults.raise_if_any()
    return lines


def check_with_names(file: Path) -> Study:
    """Check one study against its landscape and the evidence as well."""
    return check_study(
        file, read_land_names(landscape_of(file)), load_catalogue().parameters.keys()
    )


def overview(study: Study) -> str:
    """Return title, scenarios and expected cost of a study, for people.

    Parameters
    ----------
    study : Study
        A validated study.
    """
    first = study.scenarios[0]
    names = [scenario.name for scenario in study.scenarios]
    shown = [f"  {name}" for name in names[:MOST_NAMES]]
    if len(names) > MOST_NAMES:
        shown.append(f"  ... and {len(names) - MOST_NAMES} more")
    return "\n".join(
        [
            f"{study.path}: {study.title}",
            f"{first.start} to {first.last_year}, {first.draws} draws x "
            f"{first.replicates} replicates, seed {first.seed}",
            "scenarios:",
            *shown,
            f"expected: {estimate(study)}",
        ]
    )
