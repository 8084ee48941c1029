"""From a results folder to the inputs of the report: open, summarise, judge, split, rank."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from ustyurt_models.batch import open_maps, open_results
from ustyurt_models.bridge.species import parameters_of
from ustyurt_models.decide import drivers, judge, sources_of_spread, summarise
from ustyurt_models.evidence import Catalogue, load_catalogue
from ustyurt_models.landscape import load_land, restrict
from ustyurt_models.provenance import library_versions
from ustyurt_models.report.chapters.common import MOST_SHOWN
from ustyurt_models.report.inputs import (
    ReportInputs,
    ResultInfluence,
    StudyFacts,
    SurveyResult,
)
from ustyurt_models.seeds import generator
from ustyurt_models.study import Scenario, Study, landscape_file, load_study
from ustyurt_models.study.resolved import RESOLVED_NAME
from ustyurt_models.survey import load_posterior

__all__ = ["DrawnInputs", "gather", "open_run", "open_surveys"]


@dataclass(frozen=True)
class DrawnInputs:
    """What the draws of one scenario were made of.

    Attributes
    ----------
    parameters : xarray.Dataset
        Evidence draws, one variable per parameter id, dim draw.
    survey : numpy.ndarray
        Abundances taken from surveys, shape (draw, input); may have no columns.
    warnings : tuple of str
        What to know of the maps of surveys that became habitat or places.
    """

    parameters: xr.Dataset
    survey: np.ndarray
    warnings: tuple[str, ...] = ()


def open_surveys(study: Study, output: Path) -> tuple[SurveyResult, ...]:
    """Read the posteriors of a results folder, in the order of their files' names.

    Parameters
    ----------
    study : Study
        Says which failed fits were accepted.
    output : pathlib.Path
        Results folder with ``posteriors/*.nc``.

    Returns
    -------
    tuple of SurveyResult
        Empty when the study fits no survey.
    """
    accepted = {
        name
        for scenario in study.scenarios
        for name, survey in scenario.survey.items()
        if survey.accept_failed_diagnostics
    }
    found = []
    for path in sorted((output / "posteriors").glob("*.nc")):
        name, tree = path.stem, load_posterior(path)
        overridden = name.partition("-")[0] in accepted and _failed(tree)
        found.append(SurveyResult.of(name, tree, overridden))
    return tuple(found)


def _failed(tree: xr.DataTree) -> bool:
    """Return whether any diagnostic of a posterior says stop."""
    node = tree.children.get("diagnostics")
    return node is not None and node.attrs.get("verdict") == "stop"


def gather(
    study: Study,
    output: Path,
    land: xr.Dataset,
    catalogue: Catalogue,
    drawn: Mapping[str, DrawnInputs] | None = None,
    provenance: Mapping[str, Any] | None = None,
) -> ReportInputs:
    """Collect everything the report needs from a finished run.

    Parameters
    ----------
    study : Study
        The study as run.
    output : pathlib.Path
        Results folder: result store and ``posteriors/``; the report is written there too.
    land : xarray.Dataset
        Landscape cut to the study region.
    catalogue : Catalogue
        The evidence.
    drawn : mapping of str to DrawnInputs, optional
        Scenario -> its draws; without it shares of uncertainty and influence are left out.
    provenance : mapping, optional
        Versions and hashes; library versions and the attributes of the results by default.

    Returns
    -------
    ReportInputs
        For `build_report`.
    """
    results, maps = open_results(output).load(), open_maps(output)
    criteria = {scenario.name: scenario.criteria for scenario in study.scenarios}
    inputs = drawn or {}
    used = dict.fromkeys(
        id for scenario in study.scenarios for id in parameters_of(scenario, study.folder)
    )
    shown = study.scenarios[:MOST_SHOWN]
    chosen = {one.name: inputs[one.name] for one in shown if one.name in inputs}
    return ReportInputs(
        output=output,
        study=_facts(study),
        results=results,
        summary=summarise(results),
        maps=maps,
        land=land,
        findings=judge(results, criteria),
        shares=sources_of_spread(
            results.sel(scenario=list(chosen)), {name: one.survey for name, one in chosen.items()}
        ),
        influence=tuple(
            rank
            for name, one in chosen.items()
            for rank in _influence(results, name, one, study.scenarios[0].seed)
        ),
        surveys=open_surveys(study, output),
        catalogue=catalogue,
        parameters_used=tuple(used),
        map_warnings=tuple(dict.fromkeys(w for one in inputs.values() for w in one.warnings)),
        provenance=provenance or {"versions": library_versions(), "results": dict(results.attrs)},
    )


def open_run(output: Path | str) -> ReportInputs:
    """Collect what a results folder holds, with shipped evidence and the study's landscape.

    Parameters
    ----------
    output : path
        Results folder of ``ustyurt run``.

    Returns
    -------
    ReportInputs
        Without shares of uncertainty and warnings of maps, which need the draws.
    """
    folder = Path(output)
    study = load_study(folder / RESOLVED_NAME)
    area = study.scenarios[0].area
    land = restrict(
        load_land(landscape_file(area.landscape, study.folder)), area.region, study.folder
    )
    return gather(study, folder, land, load_catalogue())


def _facts(study: Study) -> StudyFacts:
    """Return what the report says of the study."""
    first: Scenario = study.scenarios[0]
    return StudyFacts(
        title=study.title,
        path=f"{study.folder.resolve().name}/{study.path.name}",
        start=first.start,
        years=first.years,
        draws=first.draws,
        replicates=first.replicates,
        seed=first.seed,
        scenarios={one.name: one.model_dump(mode="json") for one in study.scenarios},
    )


def _influence(
    results: xr.Dataset, name: str, drawn: DrawnInputs, seed: int
) -> tuple[ResultInfluence, ...]:
    """Rank the parameters behind every outcome of one scenario."""
    ids = [str(id) for id in drawn.parameters.data_vars]
    inputs = np.column_stack([drawn.parameters[id].to_numpy() for id in ids])
    chance = generator(seed, "influence", name)
    found = drivers(results.sel(scenario=name), inputs, ids, chance)
    return tuple(ResultInfluence(name, outcome, ranking) for outcome, ranking in found.items())
