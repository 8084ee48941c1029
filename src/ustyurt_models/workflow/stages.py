"""The stages as the command line calls them."""

from pathlib import Path

from ustyurt_models.batch import full_disk_is_reported, open_results
from ustyurt_models.checks import Faults, InputError, did_you_mean, require
from ustyurt_models.decide import compare_scenarios
from ustyurt_models.evidence import Catalogue, load_catalogue
from ustyurt_models.study.load import Study
from ustyurt_models.study.overview import check_with_names
from ustyurt_models.study.resolved import write_resolved
from ustyurt_models.survey.check import check_survey
from ustyurt_models.workflow.fitting import fit_surveys
from ustyurt_models.workflow.options import Options
from ustyurt_models.workflow.reporting import report_study
from ustyurt_models.workflow.simulation import check_land, simulate_study

__all__ = ["compare", "fit", "open_study", "report", "run", "simulate"]


def open_study(path: Path, how: Options) -> tuple[Study, Catalogue, Path]:
    """Check a study with everything it names, and make its results folder.

    Nothing is written before everything has been checked.
    """
    study = check_with_names(path)
    catalogue = load_catalogue()
    faults = Faults()
    distinct = {s.model_dump_json(): s for one in study.scenarios for s in one.survey.values()}
    for survey in distinct.values():
        try:
            check_survey(survey, study.folder, catalogue)
        except InputError as error:
            faults.extend(error)
    faults.raise_if_any()
    check_land(study, catalogue)
    folder = how.folder(study)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        require(False, str(folder), "must be a folder that can be written", error.strerror)
    write_resolved(study, folder)
    return study, catalogue, folder


def fit(path: Path, how: Options) -> list[Path]:
    """Fit the surveys of a study; return the posterior files."""
    with full_disk_is_reported(path):
        study, catalogue, folder = open_study(path, how)
        return fit_surveys(study, catalogue, folder, how.fresh)


def simulate(path: Path, how: Options) -> Path:
    """Fit what is not fitted and simulate what is not simulated; return the result store."""
    with full_disk_is_reported(path):
        study, catalogue, folder = open_study(path, how)
        fit_surveys(study, catalogue, folder, how.fresh)
        return simulate_study(study, catalogue, folder, how.workers, how.fresh)


def report(path: Path, how: Options) -> Path:
    """Write the report of results that are there; return the page."""
    with full_disk_is_reported(path):
        study, catalogue, folder = open_study(path, how)
        return report_study(study, catalogue, folder, how.fresh)


def run(path: Path, how: Options) -> Path:
    """Do everything that is not up to date; return the report."""
    simulate(path, how)
    return report(path, how)


def _one_scenario(where: str):
    """Return the results of ``folder`` or ``folder:scenario``."""
    folder, _, name = where.partition(":")
    results = open_results(Path(folder))
    names = [str(one) for one in results["scenario"].to_numpy()]
    if not name and len(names) == 1:
        name = names[0]
    require(
        name in names,
        where,
        "must name a scenario of the results",
        name or None,
        did_you_mean(name, names),
    )
    return results.sel(scenario=name)


def compare(first: str, second: str) -> str:
    """Return the paired differences of two scenarios as a table for people."""
    table = compare_scenarios(_one_scenario(first), _one_scenario(second))
    return table.to_string(index=False, float_format=lambda value: f"{value:.4g}")
