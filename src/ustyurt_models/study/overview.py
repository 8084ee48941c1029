"""What ``ustyurt check`` prints: faults of all files at once, or what a study would run."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ustyurt_models.checks import Faults, InputError
from ustyurt_models.evidence import Catalogue, load_catalogue
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
    survey_page, file_page : callable, optional
        Write a page about the same once everything is in order, and say where; the first takes
        name and block of a survey and its study.
    catalogue : Catalogue, optional
        Evidence; read again for every study unless given.
    maps : callable, optional
        Says how the maps of surveys on other grids will be laid on the landscape of a study.
    """

    survey: Callable[[Survey, Path], str]
    file: Callable[[Path], str]
    survey_page: Callable[[str, Survey, Study], str] | None = None
    file_page: Callable[[Path], str] | None = None
    catalogue: Catalogue | None = None
    maps: Callable[[Study], list[str]] | None = None


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
    parts: list[tuple[list[str], list[Callable[[], str]]]] = []
    for file in files:
        try:
            parts.append(_check(file, data))
        except InputError as error:
            faults.extend(error)
    faults.raise_if_any()
    return "\n\n".join(
        "\n".join([*lines, *(line for page in pages if (line := page()))]) for lines, pages in parts
    )


def _is_mapping(file: Path) -> bool:
    """Tell a mapping file of patrols, which lies beside their tables, from a study."""
    return "[tracks]" in file.read_text(encoding="utf-8", errors="replace")


def _is_data(file: Path) -> bool:
    """Tell whether a file or folder holds data rather than a study."""
    if file.is_dir():
        return any(file.glob("*.[ct]sv")) and all(map(_is_mapping, file.glob("*.toml")))
    return file.suffix not in (".toml", ".json") or file.name == "datapackage.json"


def _check(file: Path, data: DataChecks | None) -> tuple[list[str], list[Callable[[], str]]]:
    """Check one file; return what is in it, and what writes its pages."""
    if _is_data(file):
        said = data.file(file) if data else "not a study, not checked"
        page = data.file_page if data else None
        return [f"{file}: {said}"], [partial(page, file)] if page is not None else []
    study = check_with_names(file, data.catalogue if data is not None else None)
    if data is None:
        return [overview(study)], []
    surveys = _distinct(study)
    lines = [overview(study), *_check_surveys(surveys, study, data)]
    lines += data.maps(study) if data.maps is not None else []
    if data.survey_page is None:
        return lines, []
    return lines, [partial(data.survey_page, name, one, study) for name, one in surveys.items()]


def _distinct(study: Study) -> dict[str, Survey]:
    """Return every survey of a study once, by name; a number where scenarios differ in it."""
    found: dict[str, Survey] = {}
    for scenario in study.scenarios:
        for name, survey in scenario.survey.items():
            others = [key for key in found if key == name or key.startswith(f"{name}-")]
            if any(found[key] == survey for key in others):
                continue
            found[f"{name}-{len(others) + 1}" if others else name] = survey
    return found


def _check_surveys(surveys: Mapping[str, Survey], study: Study, data: DataChecks) -> list[str]:
    """Check every survey that a study names, each once; faults of all at once."""
    faults, lines = Faults(), []
    for name, survey in surveys.items():
        try:
            lines.append(f"survey {survey.file or name}: {data.survey(survey, study.folder)}")
        except InputError as error:
            faults.extend(error)
    faults.raise_if_any()
    return lines


def check_with_names(file: Path, catalogue: Catalogue | None = None) -> Study:
    """Check one study against its landscape and the evidence, the shipped one unless given."""
    known = catalogue if catalogue is not None else load_catalogue()
    return check_study(file, read_land_names(landscape_of(file)), known.parameters.keys())


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
