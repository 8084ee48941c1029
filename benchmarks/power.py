"""Survey design: speed of simulating and refitting, and how the figures agree with theory.

Run: uv run python benchmarks/power.py [--futures N] [--json FILE]

A study of 4 designs of 5 survey years is timed in CPU seconds after imports; "one by one" is the
same fit by the fit path, whose ratio is the gain of stacking. Expected CVs are compared with
cv^2 = cv^2(encounters) + cv^2(detection) (Buckland et al. 2001, ch. 7) and 1 / sqrt(n) for Poisson
strips, coverage with 0.95 and alarms without change with 0.1, each within 99.9 % of what chance
allows. Exit code 1 when a target is missed.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy import stats
from scipy.integrate import quad

from table import Row, show
from ustyurt_models.seeds import generator
from ustyurt_models.study.power import Power
from ustyurt_models.study.surveys import LineTransect, Sampler, StripCounts
from ustyurt_models.study.surveys.strip import StripPriors
from ustyurt_models.survey.fit import fit_model
from ustyurt_models.survey.models.distance.data import survey_of
from ustyurt_models.survey.models.distance.simulate import scale_for_esw
from ustyurt_models.survey.models.distance.survey_model import survey_model
from ustyurt_models.survey.power.lines import Lines, line_settings
from ustyurt_models.survey.power.plan import Plan
from ustyurt_models.survey.power.simulate import gathered, run_chunk
from ustyurt_models.survey.power.summarise import DesignSummary, summarise
from ustyurt_models.survey.power.task import Task, chunks
from ustyurt_models.survey.power.today import Today

_DENSITY, _AREA_KM2 = 0.15, 10_000.0
_HALF_WIDTH_M, _TRUNCATION_M = 200.0, 500.0
_SECONDS = 120.0  # CPU, for 4 designs x 5 years x 100 futures: about a minute on two cores
_CERTAINTY = 0.9


def today(futures: int, spread: float, shape: float | None = None) -> Today:
    """Everything is known, so that theory applies."""
    one = np.ones(futures)
    return Today(
        stratum=("all",),
        area_km2=np.array([_AREA_KM2]),
        group_density_per_km2=_DENSITY * one[:, None],
        spread=spread * one[:, None],
        mean_size_untruncated=0.0 * one,
        size_cv=0.5 * one,
        seen=one,
        half_width_m=_HALF_WIDTH_M * one,
        shape=None if shape is None else shape * one,
        truncation_m=_TRUNCATION_M,
    )


def plan(method: str, transects: int, years: tuple[int, ...]) -> Plan:
    """Transects of 60 km."""
    width = 150.0 if method == "strip_counts" else _TRUNCATION_M
    numbers, lengths = np.array([transects]), np.array([60.0])
    return Plan("design", "all", method, ("all",), numbers, lengths, 1, years, width, 1000.0)


def run(task: Task) -> DesignSummary:
    """Simulate, refit, summarise."""
    results = gathered(task, [run_chunk(chunk) for chunk in chunks(task)])
    changes = ("-50 % in 10 years",) if len(task.rates) > 1 else ()
    block = Power(changes=changes, certainty=_CERTAINTY)
    return summarise(task.plan, results, block, task.process_sd)


def speed(name: str, method: str, shape: float | None, futures: int) -> Iterator[Row]:
    """Time 4 designs of 5 survey years."""
    years = (0, 2, 5, 8, 10)
    begin = time.process_time()
    for transects in (20, 30, 40, 50):
        truth = today(futures, 0.8, shape)
        run(Task(plan(method, transects, years), truth, truth.seen, None, (0.0,), 0.0, 1))
    spent = time.process_time() - begin
    surveys = 4 * futures * len(years)
    yield Row(f"power.{name}.per_survey", 1000 * spent / surveys, "CPU ms", "", True)
    whole = spent * 100 / futures
    unit = f"CPU s for 2000 surveys ({whole / _SECONDS:.2f} of the target)"
    yield Row(f"power.{name}.study", whole, unit, f"<= {_SECONDS:g}", whole <= _SECONDS)


def one_by_one(shape: float | None, count: int = 5) -> float:
    """CPU ms of a fit by the fit path."""
    design, truth = plan("line_transect", 35, (0,)), today(1, 0.8, shape)
    settings = line_settings(None, design, truth)
    lines = Lines(design, truth, settings)
    quick = settings.model_copy(update={"sampler": Sampler(engine="laplace", draws=100)})
    begin = time.process_time()
    for number in range(count):
        survey = lines.simulate(0, 1.0, generator(1, "one", number))
        fit_model(survey_model(survey_of(survey, quick)), number)
    return 1000 * (time.process_time() - begin) / count


def detection_cv(groups: float) -> float:
    """Coefficient of variation of the half-normal's effective width (Fisher information)."""
    sigma = scale_for_esw(_HALF_WIDTH_M, None, _TRUNCATION_M)

    def moment(power: int) -> float:
        def inside(x: float) -> float:
            z = (x / sigma) ** 2
            return z**power * np.exp(-z / 2)

        return quad(inside, 0, _TRUNCATION_M)[0] / _HALF_WIDTH_M

    return moment(1) / np.sqrt(groups * (moment(2) - moment(1) ** 2))


def theory(futures: int) -> Iterator[Row]:
    """Compare with what is known without simulation."""
    transects, spread = 40, 1.0
    years = (0, 2, 4, 6, 8, 10)
    groups = _DENSITY * transects * 60 * 2 * _HALF_WIDTH_M / 1000
    lines = np.hypot(np.sqrt((1 + spread**2) / groups), detection_cv(groups))
    strips = 1 / np.sqrt(_DENSITY * transects * 60 * 0.3)
    known = StripCounts(file="-", priors=StripPriors(animal_spread_mean=0.01))
    poisson = LineTransect(file="-", encounter="poisson")
    no_clumps = np.hypot(1 / np.sqrt(groups), detection_cv(groups))
    for name, method, clumping, block, wanted in (
        ("lines_clumped", "line_transect", spread, None, lines),
        ("lines_poisson", "line_transect", 0.0, poisson, no_clumps),
        ("strips_poisson", "strip_counts", 0.0, known, strips),
    ):
        truth = today(futures, clumping)
        one = Task(plan(method, transects, years), truth, truth.seen, block, (0.0, -0.069), 0.05, 2)
        yield from _compared(name, run(one), wanted)


def _compared(name: str, found: DesignSummary, wanted: float) -> Iterator[Row]:
    """Rows of one case."""
    ratio = found.cv.value / wanted
    yield Row(f"power.{name}.cv", ratio, "expected CV over theory", "0.9..1.1", 0.9 < ratio < 1.1)
    surveys = found.futures * len(found.plan.years)
    low, high = stats.binom.interval(0.999, surveys, 0.95) / np.array(surveys)
    covers = found.coverage.value
    limits = f"{low:.3f}..{high:.3f}"
    yield Row(f"power.{name}.coverage", covers, "share of intervals", limits, low <= covers <= high)
    low, high = stats.binom.interval(0.999, found.futures, 1 - _CERTAINTY) / np.array(found.futures)
    alarms = found.seen[0].false_alarm.value
    limits = f"{low:.3f}..{high:.3f}"
    yield Row(f"power.{name}.false_alarms", alarms, "share", limits, low <= alarms <= high)


def rows(futures: int) -> Iterator[Row]:
    """Yield all rows."""
    for name, method, shape in (
        ("lines_half_normal", "line_transect", None),
        ("lines_hazard_rate", "line_transect", 3.0),
        ("strips", "strip_counts", None),
    ):
        found = list(speed(name, method, shape, min(futures, 50)))
        yield from found
        if method == "line_transect":
            gain = one_by_one(shape) / found[0].value
            yield Row(
                f"power.{name}.gain", gain, "times faster than one by one", ">= 10", gain >= 10
            )
    yield from theory(futures)


def main() -> int:
    """Measure, print the table, return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--futures", type=int, default=200)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    return show(list(rows(args.futures)), args.json)


if __name__ == "__main__":
    sys.exit(main())
