"""Stage simulate: all scenarios, draws and replicates of a study into the result store."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import xarray as xr

from ustyurt_models.batch import Layout, prepare_store, run_batch
from ustyurt_models.bridge.assemble import ScenarioModel, map_rows
from ustyurt_models.bridge.check import check_maps, check_scenario
from ustyurt_models.bridge.simulate import Simulator
from ustyurt_models.checks import Faults, InputError
from ustyurt_models.contracts import NO_SOURCE
from ustyurt_models.evidence import Catalogue
from ustyurt_models.landscape import digest as land_digest
from ustyurt_models.provenance import digest_files, library_versions
from ustyurt_models.study.crosscheck import named_files
from ustyurt_models.study.load import Study
from ustyurt_models.survey import load_posterior
from ustyurt_models.workflow.console import say
from ustyurt_models.workflow.fitting import posterior_paths
from ustyurt_models.workflow.land import land_of
from ustyurt_models.workflow.stamps import code_digest

__all__ = [
    "check_land",
    "check_survey_maps",
    "identity_of",
    "layout_of",
    "models_of",
    "simulate_study",
]

#: Nodes of a posterior that say how many animals there are, where, and of which age and sex.
_START = ("abundance", "cells", "occupancy_cells", "structure")


def check_land(study: Study, catalogue: Catalogue) -> None:
    """Raise `InputError` with every place, polygon, species file or weather that does not fit."""
    land = land_of(study)
    faults = Faults()
    for scenario in study.scenarios:
        try:
            check_scenario(scenario, study.folder, land, catalogue)
        except InputError as error:
            faults.extend(error)
    faults.raise_if_any()


def check_survey_maps(study: Study) -> list[str]:
    """Say how maps of surveys on other grids will be laid on the land, or raise `InputError`."""
    land = land_of(study)
    said = (check_maps(scenario, study.folder, land) for scenario in study.scenarios)
    return list(dict.fromkeys(one for lines in said for one in lines))


def _start_of(posterior: xr.DataTree) -> xr.DataTree:
    """Keep what the start of a simulation needs of a posterior; the rest may be large."""
    kept = {name: node.to_dataset() for name, node in posterior.children.items() if name in _START}
    return xr.DataTree.from_dict(kept)


def models_of(
    study: Study, land: xr.Dataset, catalogue: Catalogue, folder: Path
) -> tuple[ScenarioModel, ...]:
    """Return every scenario with its inputs read; faults of all scenarios at once."""
    faults = Faults()
    models = []
    for number, scenario in enumerate(study.scenarios):
        try:
            posteriors = {
                name: _start_of(load_posterior(path))
                for name, path in posterior_paths(study, number, folder).items()
            }
            models.append(ScenarioModel(scenario, study.folder, land, catalogue, posteriors))
        except InputError as error:
            faults.extend(error)
    faults.raise_if_any()
    return tuple(models)


def _species_and_maps(study: Study) -> dict[str, str]:
    """Return name -> hash of every file that scenarios name beside surveys and landscape."""
    files = {
        text: file
        for scenario in study.scenarios
        for key, text, file in named_files(scenario, study.folder)
        if key[0] != "survey" and key != ("area", "landscape")
    }
    return {text: digest_files([file]) for text, file in sorted(files.items())}


def identity_of(
    study: Study, land: xr.Dataset, catalogue: Catalogue, folder: Path
) -> Mapping[str, str]:
    """Return what makes these results these results."""
    posteriors = sorted(
        {
            path
            for number in range(len(study.scenarios))
            for path in posterior_paths(study, number, folder).values()
        }
    )
    return {
        "study": study.digest,
        "seed": str(study.scenarios[0].seed),
        "surveys": digest_files(posteriors),
        "evidence": catalogue.digest,
        "landscape": land_digest(land),
        "files": json.dumps(_species_and_maps(study)),
        "code": code_digest("ibm", "bridge", "landscape", "formulas", "evidence"),
    }


def layout_of(
    study: Study,
    land: xr.Dataset,
    catalogue: Catalogue,
    folder: Path,
    models: tuple[ScenarioModel, ...],
) -> Layout:
    """Return the shape and the identity of the results. A year stands for its first day, 1 March.

    Parameters
    ----------
    study : Study
        The study.
    land : xarray.Dataset
        Its landscape, from `land_of`.
    catalogue : Catalogue
        The evidence.
    folder : Path
        Results folder with the posteriors.
    models : tuple of ScenarioModel
        Every scenario, from `models_of`.
    """
    first, model = study.scenarios[0], models[0]
    return Layout(
        scenarios=tuple(scenario.name for scenario in study.scenarios),
        draws=first.draws,
        replicates=first.replicates,
        labels={
            "year": np.arange(first.start, first.start + first.years + 1),
            "species": list(first.species),
            "zone": list(model.zones.names),
            "source": list(first.source) or list(NO_SOURCE),
            "map_year": first.start + map_rows(first),
            "cell": model.zones.zones.inside_cell,
        },
        identity=identity_of(study, land, catalogue, folder),
        attrs={
            "title": study.title,
            "scenarios": json.dumps([one.model_dump(mode="json") for one in study.scenarios]),
            "versions": json.dumps(library_versions()),
        },
    )


def simulate_study(
    study: Study, catalogue: Catalogue, folder: Path, workers: int | None, fresh: bool
) -> Path:
    """Simulate what is not in the store yet.

    Parameters
    ----------
    study : Study
        The study.
    catalogue : Catalogue
        The evidence.
    folder : Path
        Results folder with the posteriors.
    workers : int or None
        Parallel workers; all cores when not given.
    fresh : bool
        Discard earlier results first.

    Returns
    -------
    Path
        The result store.
    """
    land = land_of(study)
    models = models_of(study, land, catalogue, folder)
    for warning in dict.fromkeys(one for model in models for one in model.map_warnings):
        say(f"simulate: NOTE: {warning}")
    layout = layout_of(study, land, catalogue, folder, models)
    store = prepare_store(folder, layout, fresh=fresh)
    pending = store.pending()
    if not pending:
        say("simulate: up to date")
        return store.path
    simulators = [Simulator(model) for model in models]
    first = pending[0]
    say("simulate: compiling kernels on first use, up to half a minute")
    # One replicate before the workers start, so that they find the kernels compiled.
    simulators[first.scenario](first.first_draw, 0)

    def one(scenario: int, draw: int, replicate: int) -> Mapping[str, np.ndarray]:
        return simulators[scenario](draw, replicate)

    run_batch(store, pending, one, workers or study.scenarios[0].engine.workers)
    return store.path
