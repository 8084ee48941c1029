"""Speed of survey fits: start-up, fast path, sampling, memory, from fresh processes.

Run: uv run python benchmarks/survey.py [--json FILE]

Surveys are simulated at the size of known data sets, so that the benchmark runs without reference
data. "cold" starts with empty compile caches, "warm" with those of the run before. CPU seconds
include all imports unless the row says otherwise. Figures of other programs are those measured on
a machine of this class (AMD EPYC 3.3 GHz, 2 cores): mrds with covariates on 1,243 points 28 CPU s;
hierarchical distance sampling at 307 points ubms 27, spAbundance 2.5 effective draws per CPU
second, the smallest over coefficients; occupancy at 373 sites spOccupancy 136, with a field biolith
25; N-mixture at 239 sites spAbundance 25; Royle-Nichols at 50 sites ubms 15; dynamic occupancy at
267 sites over nine seasons spOccupancy 2.9, not converged. Exit code 1 when a target is missed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from survey_data import write_lines, write_points
from table import Row, show

_HERE = Path(__file__).parent
_MRDS_CPU_S = 28.0
_UBMS_PER_CPU_S = 27.0
_UBMS_NICHOLS_PER_CPU_S, _SPOCCUPANCY_SEASONS_PER_CPU_S = 15.2, 2.9
_SPOCCUPANCY_PER_CPU_S, _BIOLITH_MAP_PER_CPU_S, _SPABUNDANCE_PER_CPU_S = 136.0, 25.0, 25.0


def measure(case: str, caches: Path, *arguments: str) -> dict[str, float]:
    """Run a case, ``module.function``, in a fresh process with its compile caches in `caches`."""
    module, name = case.split(".")
    code = (
        f"import sys; sys.path.insert(0, {str(_HERE)!r})\n"
        "from pathlib import Path\n"
        f"import json, {module}\n"
        f"arguments = [Path(a) if '/' in a else a for a in {list(arguments)!r}]\n"
        f"print(json.dumps({module}.{name}(*arguments)))\n"
    )
    environment = dict(os.environ)
    environment["NUMBA_CACHE_DIR"] = str(caches / "numba")
    environment["PYTENSOR_FLAGS"] = f"base_compiledir={caches / 'pytensor'}"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{case} {arguments}: {done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def at_most(metric: str, value: float, unit: str, limit: float) -> Row:
    """Row of a figure that should be small."""
    return Row(
        metric,
        value,
        f"{unit} ({value / limit:.2f} of the target)",
        f"<= {limit:g}",
        value <= limit,
    )


def at_least(metric: str, value: float, unit: str, limit: float) -> Row:
    """Row of a figure that should be large."""
    return Row(
        metric, value, f"{unit} ({value / limit:.1f} times it)", f">= {limit:g}", value >= limit
    )


def shown(metric: str, value: float, unit: str) -> Row:
    """Row of a figure without a target."""
    return Row(metric, value, unit, "", True)


def start_up(folder: Path) -> Iterator[Row]:
    """From process start to posterior, minke size, the default engine."""
    for key in ("half-normal", "hazard-rate"):
        caches = folder / f"auto_{key}"
        cold = measure("survey_cases.whole", caches, "auto", key, f"{folder}/")
        warm = measure("survey_cases.whole", caches, "auto", key, f"{folder}/")
        yield at_most(f"auto.{key}.cold", cold["total_cpu_s"], "CPU s", 15.0)
        yield at_most(f"auto.{key}.warm", warm["total_cpu_s"], "CPU s", 6.0)
        yield shown(f"auto.{key}.imports", warm["import_cpu_s"], "CPU s of these")
        yield at_most(f"auto.{key}.refit", warm["refit_cpu_s"], "CPU s", 1.0)
        name = f"auto.{key}.effective"
        yield shown(name, warm.get("effective_per_cpu_s", 0.0), "effective draws per CPU s")
        yield shown(f"auto.{key}.memory", warm["peak_mib"], "MiB")
    caches = folder / "auto_half-normal"
    preview = measure("survey_cases.whole", caches, "preview", "half-normal", f"{folder}/")
    yield at_most("preview.after_imports", preview["fit_cpu_s"], "CPU s, file to tree", 1.0)


def compiled(folder: Path) -> Iterator[Row]:
    """Time the same with NUTS, which is compiled where the fast path is refused."""
    for key in ("half-normal", "hazard-rate"):
        caches = folder / f"nutpie_{key}"
        for state in ("cold", "warm"):
            found = measure("survey_cases.whole", caches, "nutpie", key, f"{folder}/")
            yield shown(f"nutpie.{key}.{state}", found["total_cpu_s"], "CPU s")


def covariates(folder: Path) -> Iterator[Row]:
    """Hazard-rate with covariates on 1,243 points."""
    found = measure("survey_cases.points", folder / "points", f"{folder}/")
    yield at_most("points1243.laplace", found["refit_cpu_s"], "CPU s, graph to draws", 1.0)
    ratio = _MRDS_CPU_S / found["refit_cpu_s"]
    yield at_least("points1243.times_mrds", ratio, "times faster than mrds (28 CPU s)", 3.0)
    yield shown("points1243.tree", found["fit_cpu_s"], "CPU s, file to tree with all checks")
    yield at_most("points1243.khat", found["khat"], "Pareto k of the weights", 0.7)
    yield shown("points1243.memory", found["peak_mib"], "MiB")


def trends(folder: Path) -> Iterator[Row]:
    """Fit the 18 published counts of the saiga: states integrated out, or sampled around counts."""
    forms = {
        "exponential": ("exponential", "normal"),
        "gompertz": ("gompertz", "normal"),
        "theta_ricker": ("theta_ricker", "normal"),
        "student": ("exponential", "student"),
    }
    exact = 0.0
    for name, form in forms.items():
        found = measure("survey_cases.trend", folder / "trend", *form)
        exact = exact or found["fit_cpu_s"]
        yield at_most(f"trend.{name}", found["fit_cpu_s"], "CPU s, file to tree", 5.0)
        yield at_most(f"trend.{name}.khat", found["khat"], "Pareto k of the weights", 0.7)
        unit = "effective draws per CPU s, all included"
        yield shown(f"trend.{name}.effective", found["effective_per_cpu_s"], unit)
        ratio = found["fit_cpu_s"] / exact
        yield shown(f"trend.{name}.times_exact", ratio, "CPU s over that of the exponential")


def herds(folder: Path) -> Iterator[Row]:
    """Fit counts, ratios and collars of a herd: states are sampled, so start-up decides."""
    caches = folder / "herd"
    cold, warm = measure("survey_cases.herd", caches), measure("survey_cases.herd", caches)
    yield shown("herd.cold", cold["whole_cpu_s"], "CPU s, model to draws")
    yield at_most("herd.warm", warm["whole_cpu_s"], "CPU s, model to draws", 15.0)
    yield at_most("herd.rhat", warm["rhat"], "largest R-hat", 1.01)
    unit = "effective draws per CPU s of sampling"
    yield shown("herd.nutpie", warm["effective_per_cpu_s"], unit)
    unit = "effective draws per CPU s, start included"
    yield shown("herd.whole", warm["effective_per_whole_cpu_s"], unit)


def hierarchical(folder: Path) -> Iterator[Row]:
    """Hierarchical distance sampling and density surface."""
    target = 3 * _UBMS_PER_CPU_S
    nuts = measure("survey_cases.sites", folder / "sites", "nutpie")
    unit = "effective draws per CPU s of sampling"
    yield at_least("sites307.nutpie", nuts["effective_per_cpu_s"], unit, target)
    yield shown("sites307.nutpie.start", nuts["start_cpu_s"], "CPU s to compile, cold")
    fast = measure("survey_cases.sites", folder / "sites", "laplace")
    unit = "effective draws per CPU s, all included"
    yield at_least("sites307.laplace", fast["effective_per_cpu_s"], unit, target)
    surface = measure("survey_maps.surface", folder / "surface")
    yield at_least("surface.cells", surface["numbers"], "cells x draws predicted", 8e6)
    yield at_most("surface.memory", surface["peak_mib"], "MiB", 2048.0)
    yield shown("surface.total", surface["total_cpu_s"], "CPU s, process start to cells, cold")


def visits(folder: Path) -> Iterator[Row]:
    """Occupancy, with a field, over seasons, and animals, at the size of known data sets."""
    cases = {
        "occupancy": (_SPOCCUPANCY_PER_CPU_S, "laplace"),
        "dynamic": (_SPOCCUPANCY_SEASONS_PER_CPU_S, "laplace"),
        "counts": (_SPABUNDANCE_PER_CPU_S, "laplace"),
        "royle_nichols": (_UBMS_NICHOLS_PER_CPU_S, "laplace"),
        # No established program was measured; it must not be slower than counts.
        "removal": (_SPABUNDANCE_PER_CPU_S, "laplace"),
        "map": (_BIOLITH_MAP_PER_CPU_S, "nutpie"),
    }
    for kind, (peer, engine) in cases.items():
        found = measure("survey_cases.repeated", folder / "visits", kind, engine)
        unit = "effective draws per CPU s" + (" of sampling" if engine == "nutpie" else "")
        yield at_least(f"visits.{kind}.{engine}", found["effective_per_cpu_s"], unit, 3 * peer)
        if engine == "nutpie":
            yield at_most(f"visits.{kind}.rhat", found["rhat"], "largest R-hat", 1.01)
            yield shown(f"visits.{kind}.start", found["start_cpu_s"], "CPU s to compile, cold")
            unit = "effective draws per CPU s, start included"
            yield shown(f"visits.{kind}.whole", found["effective_per_whole_cpu_s"], unit)
        else:
            yield at_most(f"visits.{kind}.khat", found["khat"], "Pareto k of the weights", 0.7)
        yield shown(f"visits.{kind}.memory", found["peak_mib"], "MiB")


def cameras(folder: Path) -> Iterator[Row]:
    """Camera traps: thirty cameras, or points with distances, against the random encounter model.

    The model of an encounter rate is among the smallest there are; one that shares its likelihood
    must not cost much more.
    """
    for kind, limit in (("time", 2.0), ("space", 2.0), ("instants", 2.0), ("distance", 3.0)):
        found = measure("survey_cases.camera", folder / "cameras", kind, f"{folder}/")
        ratio = found["times_encounter"]
        yield at_most(f"camera.{kind}.times", ratio, "times the random encounter model", limit)
        yield at_most(f"camera.{kind}.khat", found["khat"], "Pareto k of the weights", 0.7)
        unit = "effective draws per CPU s"
        yield shown(f"camera.{kind}.effective", found["effective_per_cpu_s"], unit)


def predictions(folder: Path) -> Iterator[Row]:
    """Predict 8,000 and 200,000 cells with 1,000 draws each, from fresh processes."""
    for cells in ("8000", "200000"):
        for how in ("stream", "draws", "node"):
            found = measure("survey_maps.prediction", folder / "predict", cells, how, f"{folder}/")
            name = f"predict.{cells}.{how}"
            yield at_least(
                f"{name}.cells", found["numbers"], "cells x draws predicted", 1000.0 * int(cells)
            )
            yield at_most(f"{name}.memory", found["peak_mib"], "MiB", 2048.0)
            yield shown(f"{name}.cpu", found["predict_cpu_s"], "CPU s to predict and write")
    found = measure("survey_maps.occupancy_map", folder / "predict", "200000", f"{folder}/")
    what = "cells of 1 km x draws of psi, to NetCDF and GeoTIFF"
    yield at_least("predict.200000.psi.cells", found["numbers"], what, 2e8)
    yield at_most("predict.200000.psi.memory", found["peak_mib"], "MiB", 2048.0)
    yield shown("predict.200000.psi.cpu", found["predict_cpu_s"], "CPU s to predict and write")


def rows() -> list[Row]:
    """Measure all cases."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_lines(folder)
        write_points(folder)
        parts = (
            start_up,
            compiled,
            covariates,
            trends,
            herds,
            hierarchical,
            visits,
            cameras,
            predictions,
        )
        return [row for part in parts for row in part(folder)]


def main() -> int:
    """Measure, print, return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", type=Path)
    return show(rows(), parser.parse_args().json)


if __name__ == "__main__":
    sys.exit(main())
