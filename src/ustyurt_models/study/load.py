"""From a study file to validated scenarios, with all faults at once."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ustyurt_models.checks import Fault, InputError, require
from ustyurt_models.provenance import digest_json
from ustyurt_models.study.crosscheck import (
    file_problems,
    land_problems,
    landscape_file,
    parameter_problems,
    scenario_problems,
)
from ustyurt_models.study.document import Document, read_document, require_file
from ustyurt_models.study.land_names import LandNames
from ustyurt_models.study.lines import KeyPath
from ustyurt_models.study.places import Area
from ustyurt_models.study.problems import Problem, problems_of
from ustyurt_models.study.salvage import sound_part
from ustyurt_models.study.schema import Scenario
from ustyurt_models.study.sweep import expand, swept_key

__all__ = ["Study", "check_study", "landscape_of", "load_study", "read_study"]

#: Tables and keys in which all scenarios of a study agree.
SHARED = ("start", "years", "draws", "replicates", "area", "output")

Check = Callable[[Scenario], Iterable[Problem]]


@dataclass(frozen=True)
class Study:
    """A study file, resolved.

    Attributes
    ----------
    path : Path
        The study file.
    folder : Path
        Folder that the paths in the study are relative to.
    scenarios : tuple of Scenario
        At least one; they share title and seed.
    sources : tuple of Path
        The study file and all that it extends.
    """

    path: Path
    folder: Path
    scenarios: tuple[Scenario, ...]
    sources: tuple[Path, ...] = ()

    @property
    def title(self) -> str:
        """What the study is about."""
        return self.scenarios[0].title

    @property
    def digest(self) -> str:
        """Hash of everything in the study that can change a result (32 hex digits)."""
        return digest_json([_result_settings(scenario) for scenario in self.scenarios])

    @property
    def results_folder(self) -> Path:
        """Where results go unless the command line says otherwise."""
        name = self.scenarios[0].output.folder or f"results/{self.path.stem}"
        return self.folder / name


def _result_settings(scenario: Scenario) -> dict[str, Any]:
    """Return the settings that results depend on: not words, workers, criteria or mock surveys."""
    left_out: Any = {
        "title": True,
        "criteria": True,
        "engine": {"workers"},
        "output": {"folder"},
        "power": True,
        "observation": True,
    }
    return scenario.model_dump(mode="json", exclude=left_out)


def read_study(path: str | Path) -> Study:
    """Read and validate a study file without looking at the files it names.

    Parameters
    ----------
    path : str or Path
        A study (``.toml``), or a resolved study (``.json``) written beside earlier results.

    Returns
    -------
    Study
        With one scenario, or one per combination of the sweep.

    Raises
    ------
    InputError
        With every fault of the file, each with its line.
    """
    return _read(Path(path), ())


def load_study(path: str | Path) -> Study:
    """Read and validate a study file; every file that it names must exist.

    Parameters
    ----------
    path : str or Path
        A study (``.toml``), or a resolved study (``.json``) written beside earlier results.

    Raises
    ------
    InputError
        With every fault of the file, each with its line.
    """
    return check_study(path)


def check_study(
    path: str | Path,
    land_names: LandNames | None = None,
    parameter_ids: Collection[str] | None = None,
) -> Study:
    """Read and validate a study file against the files, the landscape and the evidence.

    Parameters
    ----------
    path : str or Path
        A study (``.toml``), or a resolved study (``.json``).
    land_names : LandNames, optional
        Names that the landscape knows; not checked unless given.
    parameter_ids : collection of str, optional
        Ids that the evidence holds; not checked unless given.

    Raises
    ------
    InputError
        With every fault of the file, each with its line.
    """
    file = Path(path)
    folder = _folder(file)
    checks: list[Check] = [lambda scenario: file_problems(scenario, folder)]
    if land_names is not None:
        checks.append(lambda scenario: land_problems(scenario, land_names))
    if parameter_ids is not None:
        checks.append(lambda scenario: parameter_problems(scenario, parameter_ids))
    return _read(file, checks)


def landscape_of(path: Path) -> Path:
    """Return the landscape file that a study names, before anything else of it is checked."""
    if path.suffix == ".json":
        area = _read_json(path)["scenarios"][0].get("area")
    else:
        area = read_document(path).data.get("area")
    name = area.get("landscape") if isinstance(area, dict) else None
    default = Area().landscape
    return landscape_file(name if isinstance(name, str) else default, _folder(path))


def _read(path: Path, checks: Iterable[Check]) -> Study:
    """Read a study of either form."""
    return _read_resolved(path, checks) if path.suffix == ".json" else _read_toml(path, checks)


def _read_toml(path: Path, checks: Iterable[Check]) -> Study:
    """Read what a person wrote."""
    document = read_document(path)
    expansion = expand(document.data)
    problems = [*expansion.problems, *_shape_sweeps(expansion.keys)]
    scenarios = []
    for variant in expansion.variants:
        name = variant.name or variant.data.get("name", path.stem)
        scenario, found = _validate({**variant.data, "name": name}, checks)
        scenarios.append(scenario)
        problems += found
    if problems:
        raise InputError(_located(problems, document, expansion.keys))
    sources = tuple(source.path for source in document.sources)
    return Study(path, path.parent, tuple(filter(None, scenarios)), sources)


def _shape_sweeps(swept: Iterable[str]) -> Iterator[Problem]:
    """Yield sweeps over what gives the results their shape: one table holds all scenarios."""
    for key in swept:
        if key.split(".")[0] in SHARED:
            rule = f"must not be swept: all scenarios share {', '.join(SHARED)}"
            yield Problem(("sweep", key), rule, None, "write a second study that extends this one")


def _located(
    problems: Iterable[Problem], document: Document, swept: tuple[str, ...]
) -> list[Fault]:
    """Put file and line to problems, in the order of the file, each once.

    What a sweep put in is shown at the sweep.
    """
    faults: dict[Fault, tuple[int, int]] = {}
    for problem in problems:
        key = swept_key(problem.path, swept)
        path: KeyPath = problem.path if key is None else ("sweep", key)
        fault = Fault(document.where(path), problem.rule, _hashable(problem.got), problem.remedy)
        faults.setdefault(fault, document.locate(path))
    return sorted(faults, key=faults.__getitem__)


def _hashable(value: Any) -> Any:
    """Return `value`, or its text when it cannot be compared for equality cheaply."""
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _validate(
    data: dict[str, Any], checks: Iterable[Check]
) -> tuple[Scenario | None, list[Problem]]:
    """Validate one scenario; go on with its sound parts when some are not."""
    scenario, problems = _parse(data)
    if scenario is not None:
        return scenario, _cross(scenario, checks)
    sound = sound_part(data, problems, lambda part: _parse(part)[1])
    part, _ = _parse(sound.data)
    if part is not None:
        problems += [found for found in map(sound.restore, _cross(part, checks)) if found]
    return None, problems


def _parse(data: dict[str, Any]) -> tuple[Scenario | None, list[Problem]]:
    """Validate by the schema. JSON, because lists are tuples there and nothing is converted."""
    try:
        return Scenario.model_validate_json(json.dumps(data, default=str)), []
    except ValidationError as error:
        return None, problems_of(error, Scenario)


def _cross(scenario: Scenario, checks: Iterable[Check]) -> list[Problem]:
    """Run all checks that need more than one part of a scenario."""
    found = list(scenario_problems(scenario))
    for check in checks:
        found += check(scenario)
    return found


def _folder(path: Path) -> Path:
    """Return the folder that paths in a study are relative to."""
    if path.suffix != ".json":
        return path.parent
    return path.parent / _read_json(path).get("folder", ".")


def _read_json(path: Path) -> dict[str, Any]:
    """Read a resolved study, not yet validated."""
    require_file(path)
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise InputError([Fault(path.name, f"must be valid JSON: {error}")]) from None
    ok = isinstance(data, dict) and isinstance(data.get("scenarios"), list) and data["scenarios"]
    require(bool(ok), path.name, "must be a resolved study with a list 'scenarios'")
    return data


def _read_resolved(path: Path, checks: Iterable[Check]) -> Study:
    """Read what `resolved.write_resolved` wrote."""
    data = _read_json(path)
    faults: list[Fault] = []
    scenarios = []
    for place, entry in enumerate(data["scenarios"]):
        require(isinstance(entry, dict), f"{path.name}: scenarios[{place}]", "must be a table")
        scenario, problems = _validate(entry, checks)
        scenarios.append(scenario)
        faults += _in_json(problems, path, place)
    if faults:
        raise InputError(faults)
    folder = path.parent / data.get("folder", ".")
    study = folder / data.get("study", path.name)
    return Study(study, folder, tuple(filter(None, scenarios)), (path,))


def _in_json(problems: Iterable[Problem], path: Path, place: int) -> Iterator[Fault]:
    """Name scenario and key of each problem; JSON is not written by hand, so lines do not help."""
    nowhere = Document(path, {}, ())
    for problem in problems:
        where = nowhere.where(("scenarios", place, *problem.path))
        yield Fault(where, problem.rule, _hashable(problem.got), problem.remedy)
