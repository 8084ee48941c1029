"""From a results folder to the inputs of the report: open, summarise, judge, split, rank."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from ustyurt_models.batch import open_maps, open_results
from ustyurt_models.decide import judge, rank_influence, summarise, variance_shares
from ustyurt_models.decide.futures import quantity
from ustyurt_models.evidence import Catalogue, load_catalogue
from ustyurt_models.landscape import load_land, restrict
from ustyurt_models.provenance import library_versions
from ustyurt_models.report.chapters.common import MOST_SHOWN
from ustyurt_models.report.inputs import (
    ReportInputs,
    ResultInfluence,
    ResultShares,
    StudyFacts,
    SurveyResult,
)
from ustyurt_models.seeds import generator
from ustyurt_models.study import Scenario, Study, landscape_file, load_study
from ustyurt_models.study.resolved import RESOLVED_NAME
from ustyurt_models.survey import load_posterior

__all__ = ["DrawnInputs", "gather", "open_run", "open_surveys"]

#: Fewest draws and replicates for which shares of uncertainty mean anything.
_FEWEST_DRAWS, _FEWEST_REPLICATES = 10, 2


@dataclass(frozen=True)
class DrawnInputs:
    """What the draws of one scenario were made of.

    Attributes
    ----------
    parameters : xarray.Dataset
        Evidence draws, one variable per parameter id, dim draw.
    survey : numpy.ndarray
        Abundances taken from surveys, shape (draw, input); may have no columns.
    """

    parameters: xr.Dataset
    survey: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))


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
    used = dict.fromkeys(str(id) for one in inputs.values() for id in one.parameters.data_vars)
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
        shares=tuple(
            share for name, one in chosen.items() for share in _shares(results, name, one)
        ),
        influence=tuple(
            rank
            for name, one in chosen.items()
            for rank in _influence(results, name, one, study.scenarios[0].seed)
        ),
        surveys=open_surveys(study, output),
        catalogue=catalogue,
        parameters_used=tuple(used),
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
        Without shares of uncertainty, which need the draws.
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
        path=study.path.name,
        start=first.start,
        years=first.years,
        draws=first.draws,
        replicates=first.replicates,
        seed=first.seed,
        scenarios={one.name: one.model_dump(mode="json") for one in study.scenarios},
    )


def _outcomes(results: xr.Dataset) -> dict[str, np.ndarray]:
    """Return the results of one scenario whose spread is explained, each (draw, replicate)."""
    year = int(results["year"].values[-1])
    numbers = {"cheetahs": quantity(results, "cheetah")[..., -1]}
    if numbers["cheetahs"].any():
        numbers["cheetahs present"] = (numbers["cheetahs"] > 0).astype(float)
    for species in results["species"].values:
        numbers[str(species)] = quantity(results, str(species))[..., -1]
    return {f"{name} in {year}": values for name, values in numbers.items() if np.ptp(values) > 0}


def _enough(results: xr.Dataset) -> bool:
    """Return whether draws and replicates suffice to split the spread."""
    draws, replicates = results.sizes["draw"], results.sizes["replicate"]
    return draws >= _FEWEST_DRAWS and replicates >= _FEWEST_REPLICATES


def _shares(results: xr.Dataset, name: str, drawn: DrawnInputs) -> tuple[ResultShares, ...]:
    """Split the spread of every outcome of one scenario."""
    if not _enough(results):
        return ()
    outcomes = _outcomes(results.sel(scenario=name))
    survey = drawn.survey.reshape(results.sizes["draw"], -1)
    return tuple(
        ResultShares(name, label, variance_shares(values, survey))
        for label, values in outcomes.items()
    )


def _influence(
    results: xr.Dataset, name: str, drawn: DrawnInputs, seed: int
) -> tuple[ResultInfluence, ...]:
    """Rank the parameters behind the number of cheetahs, or of prey where none live."""
    if not _enough(results):
        return ()
    outcomes = _outcomes(results.sel(scenario=name))
    ids = [str(id) for id in drawn.parameters.data_vars]
    inputs = np.column_stack([drawn.parameters[id].to_numpy() for id in ids])
    ranked = []
    for label, values in list(outcomes.items())[:1]:
        chance = generator(seed, "influence", name, label)
        ranked.append(ResultInfluence(name, label, rank_influence(values, inputs, ids, chance)))
    return tuple(ranked)
