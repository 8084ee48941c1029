"""Stage fit: every survey of a study to a posterior file, once."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

import xarray as xr

from ustyurt_models import survey as surveys
from ustyurt_models.bridge.survey_grid import survey_grid
from ustyurt_models.evidence import Catalogue
from ustyurt_models.landscape import digest as land_digest
from ustyurt_models.provenance import digest_files, digest_json
from ustyurt_models.study.load import Study
from ustyurt_models.study.schema import Scenario
from ustyurt_models.study.surveys import (
    HierarchicalBlock,
    IntegratedPopulation,
    JointSurvey,
    PlacedBlock,
    SiteBlock,
    SourceOccupancy,
    Survey,
    Trend,
)
from ustyurt_models.workflow.console import say
from ustyurt_models.workflow.land import land_of
from ustyurt_models.workflow.stamps import code_digest, is_current, stamp

__all__ = ["fit_surveys", "posterior_paths"]


def _data_files(study: Study, survey: Survey) -> list[Path]:
    """Return the files and folders that a survey reads."""
    named = [survey.file]
    if isinstance(survey, HierarchicalBlock | PlacedBlock):
        named.append(survey.grid)
    if isinstance(survey, SourceOccupancy):
        for source in survey.sources.values():
            named += [source.file, source.patrols.mapping if source.patrols is not None else ""]
    if isinstance(survey, SiteBlock) and survey.patrols is not None:
        named.append(survey.patrols.mapping)
    if isinstance(survey, IntegratedPopulation):
        named += [survey.ratios, survey.collars]
    return [study.folder / name for name in named if name]


def _inputs(
    study: Study,
    survey: Survey,
    catalogue: Catalogue,
    others: Mapping[str, Path],
    land: xr.Dataset | None,
) -> str:
    """Return the hash of everything that a posterior depends on."""
    scenario = study.scenarios[0]
    return digest_json(
        {
            "survey": survey.model_dump(mode="json"),
            "data": digest_files(_data_files(study, survey)),
            "others": {name: digest_files([path]) for name, path in others.items()},
            "land": "" if land is None else land_digest(land),
            "seed": scenario.seed,
            "start": scenario.start,
            "evidence": catalogue.digest,
            "code": code_digest("survey", "formulas", "evidence"),
        }
    )


def _distinct(study: Study) -> dict[str, tuple[Scenario, str, Survey]]:
    """Return file stem -> (scenario, name, survey), one entry per survey that differs.

    Joint estimates come last: they read the others' posteriors.
    """
    found: dict[str, tuple[Scenario, str, Survey]] = {}
    for scenario in study.scenarios:
        for name, survey in scenario.survey.items():
            found.setdefault(_stem(study, scenario, name), (scenario, name, survey))
    return dict(sorted(found.items(), key=lambda entry: isinstance(entry[1][2], JointSurvey)))


def _said(scenario: Scenario, name: str) -> list[dict]:
    """Return the settings of a survey and of those that it reads."""
    survey = scenario.survey[name]
    read = survey.surveys if isinstance(survey, JointSurvey) else ()
    return [scenario.survey[one].model_dump(mode="json") for one in (name, *read)]


def _stem(study: Study, scenario: Scenario, name: str) -> str:
    """Return the file name of a posterior: the survey's, with a hash where scenarios differ."""
    variants = {digest_json(_said(one, name)) for one in study.scenarios if name in one.survey}
    if len(variants) == 1:
        return name
    return f"{name}-{digest_json(_said(scenario, name))[:8]}"


def _path(folder: Path, stem: str) -> Path:
    """Return the file of a posterior."""
    return folder / "posteriors" / f"{stem}.nc"


def posterior_paths(study: Study, scenario: int, folder: Path) -> Mapping[str, Path]:
    """Return survey name -> posterior file for one scenario of a study."""
    one = study.scenarios[scenario]
    return {name: _path(folder, _stem(study, one, name)) for name in one.survey}


def _others(study: Study, scenario: Scenario, survey: Survey, folder: Path) -> dict[str, Path]:
    """Return the posterior files that a joint estimate reads."""
    names = survey.surveys if isinstance(survey, JointSurvey) else ()
    return {name: _path(folder, _stem(study, scenario, name)) for name in names}


def _page(stem: str, posterior: Path, folder: Path) -> None:
    """Write the page of a trend, unless it is newer than the posterior it shows."""
    output = folder / "surveys" / stem
    made_from = digest_json({"posterior": digest_files([posterior]), "code": code_digest("report")})
    page = output / "report.html"
    if is_current(folder, f"page:{stem}", made_from, page):
        return
    # Figures cost seconds to import; a fit without a page must not pay for them.
    report = import_module("ustyurt_models.report.survey_page")
    report.survey_page(stem, surveys.load_posterior(posterior), output)
    stamp(folder, f"page:{stem}", made_from, page)
    say(f"fit {stem}: page {page}")


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
    distinct = _distinct(study)
    land = land_of(study) if any(one[2].maps_landscape for one in distinct.values()) else None
    paths = []
    for stem, (scenario, name, survey) in distinct.items():
        path, others = _path(folder, stem), _others(study, scenario, survey, folder)
        own = land if survey.maps_landscape else None
        inputs = _inputs(study, survey, catalogue, others, own)
        if fresh or not is_current(folder, f"fit:{stem}", inputs, path):
            told = others or getattr(survey, "sources", {})
            say(f"fit {stem}: {survey.model} of {survey.file or ', '.join(told)}")
            context = surveys.Context(
                start_year=scenario.start,
                grid=None if own is None else survey_grid(own),
                others={one: surveys.load_posterior(file) for one, file in others.items()},
            )
            tree = surveys.fit_survey(survey, study.folder, scenario.seed, catalogue, context)
            surveys.save_posterior(tree, path)
            stamp(folder, f"fit:{stem}", inputs, path)
        else:
            say(f"fit {name}: up to date")
        verdict = surveys.require_pass(
            surveys.load_posterior(path), f"survey.{name}", survey.accept_failed_diagnostics
        )
        say(f"fit {stem}: diagnostics say {verdict}")
        if isinstance(survey, Trend | IntegratedPopulation):
            _page(stem, path, folder)
        paths.append(path)
    return paths
