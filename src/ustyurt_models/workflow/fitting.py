"""Stage fit: every survey of a study to a posterior file, once."""

from collections.abc import Mapping
from pathlib import Path

from ustyurt_models import survey as surveys
from ustyurt_models.evidence import Catalogue
from ustyurt_models.provenance import digest_files, digest_json
from ustyurt_models.study.load import Study
from ustyurt_models.study.surveys import Survey
from ustyurt_models.workflow.console import say
from ustyurt_models.workflow.stamps import code_digest, is_current, stamp

__all__ = ["fit_surveys", "posterior_paths"]


def _inputs(study: Study, survey: Survey, catalogue: Catalogue) -> str:
    """Return the hash of everything that a posterior depends on."""
    scenario = study.scenarios[0]
    return digest_json(
        {
            "survey": survey.model_dump(mode="json"),
            "data": digest_files([study.folder / survey.file]),
            "seed": scenario.seed,
            "start": scenario.start,
            "evidence": catalogue.digest,
            "code": code_digest("survey", "formulas", "evidence"),
        }
    )


def _distinct(study: Study) -> dict[str, tuple[str, Survey]]:
    """Return file stem -> (name, survey), one entry per survey that differs between scenarios."""
    found: dict[str, tuple[str, Survey]] = {}
    for scenario in study.scenarios:
        for name, survey in scenario.survey.items():
            found.setdefault(_stem(study, name, survey), (name, survey))
    return found


def _stem(study: Study, name: str, survey: Survey) -> str:
    """Return the file name of a posterior: the survey's, with a hash where scenarios differ."""
    variants = {
        digest_json(scenario.survey[name].model_dump(mode="json"))
        for scenario in study.scenarios
        if name in scenario.survey
    }
    if len(variants) == 1:
        return name
    return f"{name}-{digest_json(survey.model_dump(mode='json'))[:8]}"


def posterior_paths(study: Study, scenario: int, folder: Path) -> Mapping[str, Path]:
    """Return survey name -> posterior file for one scenario of a study."""
    surveys = study.scenarios[scenario].survey
    return {
        name: folder / "posteriors" / f"{_stem(study, name, survey)}.nc"
        for name, survey in surveys.items()
    }


def fit_surveys(study: Study, catalogue: Catalogue, folder: Path, fresh: bool) -> list[Path]:
    """Fit every survey that is not up to date.

    Parameters
    ----------
    study : Study
        The study.
    catalogue : Catalogue
        Evidence for priors.
    folder : Path
        Results folder.
    fresh : bool
        Fit again what is up to date.

    Returns
    -------
    list of Path
        Posterior files.

    Raises
    ------
    InputError
        With the faults of a survey file.
    CheckFailed
        When the diagnostics say stop and the study does not accept that.
    """
    paths = []
    for stem, (name, survey) in _distinct(study).items():
        path = folder / "posteriors" / f"{stem}.nc"
        inputs = _inputs(study, survey, catalogue)
        if fresh or not is_current(folder, f"fit:{stem}", inputs, path):
            say(f"fit {stem}: {survey.model} of {survey.file}")
            scenario = study.scenarios[0]
            context = surveys.Context(start_year=scenario.start)
            tree = surveys.fit_survey(survey, study.folder, scenario.seed, catalogue, context)
            surveys.save_posterior(tree, path)
            stamp(folder, f"fit:{stem}", inputs, path)
        else:
            say(f"fit {name}: up to date")
        verdict = surveys.require_pass(
            surveys.load_posterior(path), f"survey.{name}", survey.accept_failed_diagnostics
        )
        say(f"fit {stem}: diagnostics say {verdict}")
        paths.append(path)
    return paths
