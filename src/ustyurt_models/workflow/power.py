"""Stage power: planned surveys simulated on today's posterior, summarised, written down."""

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import xarray as xr

from ustyurt_models import survey as surveys
from ustyurt_models.batch import full_disk_is_reported
from ustyurt_models.checks import Fault, Faults, InputError, require
from ustyurt_models.evidence import Catalogue
from ustyurt_models.provenance import digest_json
from ustyurt_models.report.power import PowerInputs, advice, as_text, build_power_report
from ustyurt_models.seeds import generator
from ustyurt_models.study.load import Study
from ustyurt_models.study.schema import Scenario
from ustyurt_models.survey.power.plan import Plan, resolve
from ustyurt_models.survey.power.summarise import DesignSummary, best, ranked, summarise
from ustyurt_models.survey.power.task import Task, chunks
from ustyurt_models.survey.power.today import Today, Told, read_today, told_value
from ustyurt_models.survey.power.worker import start_worker
from ustyurt_models.workflow.console import say
from ustyurt_models.workflow.fitting import fit_surveys, posterior_paths
from ustyurt_models.workflow.options import Options
from ustyurt_models.workflow.stages import open_study
from ustyurt_models.workflow.stamps import code_digest, is_current, stamp
from ustyurt_models.workflow.steps import Steps

__all__ = ["Answer", "plan_surveys"]

_AGAIN = "run the same command again to go on; finished designs are kept"


@dataclass(frozen=True)
class Answer:
    """What the stage found.

    Attributes
    ----------
    met : bool
        Whether every survey has a design that reaches the goals.
    table : str
        Designs and their figures, for the terminal.
    advice : str
        The recommendation in words.
    page : Path
        The report.
    """

    met: bool
    table: str
    advice: str
    page: Path


@dataclass(frozen=True)
class _Prepared:
    """A definite design with today's truth."""

    plan: Plan
    task: Task
    notes: tuple[str, ...]


def _chosen(today: Today, futures: int, seed: int, survey: str) -> np.ndarray:
    """Return which draw each future takes: none twice before all were taken once."""
    rng = generator(seed, "power", "draws", survey)
    rounds = -(-futures // today.draws)
    return np.concatenate([rng.permutation(today.draws) for _ in range(rounds)])[:futures]


def _prepare(
    scenario: Scenario, catalogue: Catalogue, posteriors: Mapping[str, Path]
) -> list[_Prepared]:
    """Make every design definite; refuse all faults at once."""
    power, faults = scenario.power, Faults()
    noise = told_value(power.process_sd, catalogue, "power.process_sd")
    rates = (0.0, *(change.rate for change in power.all_changes))
    trees: dict[str, xr.DataTree] = {}
    ready = []
    for name, design in power.design.items():
        survey, where = design.survey or power.survey, f"power.design.{name}"
        if survey not in trees:
            trees[survey] = surveys.load_posterior(posteriors[survey])
        told = Told(catalogue, design.assume, scenario.seed)
        today = read_today(trees[survey], told, design.method, where)
        plan = resolve(name, power, today, faults)
        if plan is None:
            continue
        rows = _chosen(today, power.futures, scenario.seed, survey)
        block = scenario.survey[survey]
        task = Task(plan, today.at(rows), today.seen, block, rates, noise, scenario.seed)
        status = str(trees[survey].attrs.get("status", "not stated"))
        notes = (*today.notes, *_status_note(survey, status))
        ready.append(_Prepared(plan, task, notes))
    faults.raise_if_any()
    return ready


def _status_note(survey: str, status: str) -> tuple[str, ...]:
    """Return a remark when today's numbers come from simulated data."""
    if not status.startswith("simulated"):
        return ()
    return (f"Today's numbers come from the survey {survey!r}, whose data are SIMULATED.",)


@contextmanager
def _workers(count: int) -> Iterator[ProcessPoolExecutor | None]:
    """Provide worker processes, or none for a single worker."""
    if count <= 1:
        yield None
        return
    pool = ProcessPoolExecutor(
        count, get_context("spawn"), initializer=start_worker, initargs=(os.getpid(),)
    )
    try:
        yield pool
    except BrokenProcessPool as error:
        rule = "a worker process must not die (out of memory?)"
        raise InputError([Fault("workers", rule, None, _AGAIN)]) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _simulated(task: Task, pool: ProcessPoolExecutor | None, steps: Steps) -> xr.Dataset:
    """Simulate and refit all futures of a design."""
    # PyMC takes seconds to import; a run in which nothing is to be done must not wait for it.
    from ustyurt_models.survey.power.simulate import gathered, run_chunk

    parts = []
    work = map(run_chunk, chunks(task)) if pool is None else pool.map(run_chunk, chunks(task))
    for part in work:
        parts.append(part)
        steps.advance(next(iter(part.values())).size)
    return gathered(task, parts)


def _save(results: xr.Dataset, path: Path) -> None:
    """Write the futures of a design; the file appears only once it is complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    try:
        results.to_netcdf(part, engine="h5netcdf")
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _run_all(ready: Sequence[_Prepared], folder: Path, how: Options, count: int) -> None:
    """Simulate the designs that are not up to date, one after the other."""
    code = code_digest("survey", "formulas", "seeds")
    inputs = {one.plan.name: digest_json([one.task.digest, code]) for one in ready}
    files = {name: folder / "designs" / f"{name}.nc" for name in inputs}
    pending = []
    for one in ready:
        name = one.plan.name
        if not how.fresh and is_current(folder, name, inputs[name], files[name]):
            say(f"power {name}: up to date")
        else:
            pending.append(one)
    if not pending:
        return
    surveys_to_do = sum(_surveys(one.task) for one in pending)
    with Steps("surveys", surveys_to_do, shown=not how.quiet) as steps, _workers(count) as pool:
        for one in pending:
            name = one.plan.name
            steps.say(f"power {name}: {one.task.futures} futures")
            _save(_simulated(one.task, pool, steps), files[name])
            stamp(folder, name, inputs[name], files[name])


def _surveys(task: Task) -> int:
    """Return the number of simulated surveys of a design."""
    return task.futures * len(task.rates) * len(task.plan.years)


def _summaries(
    ready: Sequence[_Prepared], scenario: Scenario, folder: Path
) -> tuple[DesignSummary, ...]:
    """Summarise the stored futures of all designs."""
    found = []
    for one in ready:
        path = folder / "designs" / f"{one.plan.name}.nc"
        with xr.open_dataset(path, engine="h5netcdf") as stored:
            results = stored.load()
        noise = one.task.process_sd
        found.append(summarise(one.plan, results, scenario.power, noise, one.notes))
    return tuple(found)


def plan_surveys(path: Path, how: Options) -> Answer:
    """Simulate the planned surveys of a study and write what they would be able to see.

    Parameters
    ----------
    path : Path
        Study file with a table ``[power]``.
    how : Options
        Output folder, workers.

    Returns
    -------
    Answer
        Table, recommendation and the page ``power/report.html`` of the results folder.

    Raises
    ------
    InputError
        Faults of the study file; a design that cannot be carried out.
    CheckFailed
        When the fit of a survey failed its diagnostics.
    """
    with full_disk_is_reported(path):
        study, catalogue, folder = open_study(path, how)
        scenario = study.scenarios[0]
        remedy = "write a table [power.design.NAME]"
        require(bool(scenario.power.design), f"{path.name}: power", "needs a design", None, remedy)
        fit_surveys(study, catalogue, folder, how.fresh)
        ready = _prepare(scenario, catalogue, posterior_paths(study, 0, folder))
        below = folder / "power"
        below.mkdir(exist_ok=True)
        count = how.workers or scenario.engine.workers or os.cpu_count() or 1
        _run_all(ready, below, how, count)
        return _written(study, _summaries(ready, scenario, below), below)


def _written(study: Study, found: tuple[DesignSummary, ...], folder: Path) -> Answer:
    """Write page, tables and summary; return the answer."""
    scenario = study.scenarios[0]
    inputs = PowerInputs(
        title=study.title,
        study=study.path.name,
        start=scenario.start,
        seed=scenario.seed,
        power=scenario.power,
        designs=tuple(ranked(found)),
        choice=best(found),
    )
    page = build_power_report(inputs, folder)
    met = not scenario.power.goal or all(one is not None for one in inputs.choice.values())
    return Answer(met, as_text(inputs), advice(inputs), page)
