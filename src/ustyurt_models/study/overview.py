"""What ``ustyurt check`` prints: faults of all files at once, or what a study would run."""

from collections.abc import Callable, Iterable
from pathlib import Path

from ustyurt_models.checks import Faults, InputError
from ustyurt_models.evidence import load_catalogue
from ustyurt_models.study.estimate import estimate
from ustyurt_models.study.land_names import read_land_names
from ustyurt_models.study.load import Study, check_study, landscape_of

__all__ = ["check_files", "overview"]

#: Scenario names printed before the list is cut.
MOST_NAMES = 20

CheckData = Callable[[Path], str]


def check_files(files: Iterable[Path], check_data: CheckData | None = None) -> str:
    """Check studies and survey files.

    Parameters
    ----------
    files : iterable of Path
        Studies (``.toml`` or resolved ``.json``) and survey data (anything else).
    check_data : callable, optional
        Checks one survey file, raises `InputError` or says in a line what is in it. It also
        gets the survey files that the studies name.

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
            parts.append(_check(file, check_data))
        except InputError as error:
            faults.extend(error)
    faults.raise_if_any()
    return "\n\n".join(parts)


def _check(file: Path, check_data: CheckData | None) -> str:
    """Check one file and say what is in it."""
    if file.suffix not in (".toml", ".json"):
        if check_data is None:
            return f"{file}: not a study, not checked"
        return f"{file}: {check_data(file)}"
    study = check_with_names(file)
    text = overview(study)
    data = sorted({survey.file for each in study.scenarios for survey in each.survey.values()})
    for name in data if check_data else ():
        text += f"\n  data {name}: {check_data(study.folder / name)}"  # type: ignore[misc]
    return text


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
