"""Speed of survey fits: start-up, sampling, memory, from fresh processes on this machine.

Run: uv run python benchmarks/survey.py [--json FILE]

The survey has the size of the minke data (25 transects, 88 groups, two strata) and is simulated,
so that the benchmark runs without reference data. "cold" starts with empty compile caches,
"warm" with those of the run before. CPU seconds include all imports.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

TARGETS = {"cold_cpu_s": 15.0, "warm_cpu_s": 6.0, "laplace_after_import_cpu_s": 1.0}


def child(sampler: str, key: str) -> None:
    """Fit twice in this process and print the measurements as JSON."""
    import numpy as np

    from ustyurt_models.seeds import generator
    from ustyurt_models.survey.fit import fit_line_transect
    from ustyurt_models.survey.models.line_transect import build
    from ustyurt_models.survey.models.line_transect_data import prepare
    from ustyurt_models.survey.sampling import draw_posterior
    from ustyurt_models.survey.settings import LineTransectSettings, Sampler
    from ustyurt_models.survey.simulate import (
        LineTransectTruth,
        simulate_line_transect,
    )

    imported = time.process_time()
    truth = LineTransectTruth((0.013, 0.006), (3e5, 2e6), 1300.0, None, 2800.0, 2.0)
    effort = (np.full(13, 70.0), np.full(12, 210.0))
    survey = simulate_line_transect(truth, effort, generator(1, "benchmark"))
    settings = LineTransectSettings(key=key, truncation_m=2800.0, group_size="single")
    how = Sampler(sampler)
    fit_line_transect(survey, settings, how, 1)
    whole = time.process_time()
    data = prepare(survey, settings)
    draws = draw_posterior(build(data, settings), how, 1)
    again = time.process_time() - whole
    if "khat" in draws.stats:
        effective = float(draws.stats["ess"])
    else:
        from arviz_stats.base import array_stats

        effective = min(
            float(array_stats.ess(values.reshape(*values.shape[:2], -1)[..., 0], method="bulk"))
            for values in (draws.posterior[name].values for name in draws.posterior)
        )
    print(
        json.dumps(
            {
                "import_cpu_s": imported,
                "fit_cpu_s": whole - imported,
                "total_cpu_s": whole,
                "refit_cpu_s": again,
                "effective_draws": effective,
                "effective_per_cpu_s": effective / again,
                "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
    )


def measure(sampler: str, key: str, caches: Path) -> dict[str, float]:
    """Run `child` in a fresh process with its compile caches in `caches`."""
    environment = dict(os.environ)
    environment["NUMBA_CACHE_DIR"] = str(caches / "numba")
    environment["PYTENSOR_FLAGS"] = f"base_compiledir={caches / 'pytensor'}"
    command = [sys.executable, __file__, "--child", sampler, key]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def rows() -> list[dict[str, Any]]:
    """Measure all cases and return the lines of the report."""
    found = []

    def line(metric: str, value: float, unit: str, target: float | None = None) -> None:
        ok = target is None or value <= target
        found.append({"metric": metric, "value": value, "unit": unit, "target": target, "ok": ok})

    for sampler, key in (
        ("laplace", "half-normal"),
        ("laplace", "hazard-rate"),
        ("nutpie", "half-normal"),
        ("nutpie", "hazard-rate"),
    ):
        with tempfile.TemporaryDirectory() as folder:
            cold = measure(sampler, key, Path(folder))
            warm = measure(sampler, key, Path(folder))
        name = f"survey.{sampler}.{key}"
        half = key == "half-normal"
        line(f"{name}.cold", cold["total_cpu_s"], "CPU s", TARGETS["cold_cpu_s"] if half else None)
        line(f"{name}.warm", warm["total_cpu_s"], "CPU s", TARGETS["warm_cpu_s"] if half else None)
        limit = TARGETS["laplace_after_import_cpu_s"] if sampler == "laplace" else None
        line(f"{name}.imports", warm["import_cpu_s"], "CPU s")
        line(f"{name}.refit", warm["refit_cpu_s"], "CPU s", limit)
        line(f"{name}.effective", warm["effective_per_cpu_s"], "effective draws per CPU s")
        line(f"{name}.memory", warm["peak_mib"], "MiB")
    return found


def main() -> int:
    """Measure, print, return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        child(*args.child)
        return 0
    lines = rows()
    for one in lines:
        target = "" if one["target"] is None else f"<= {one['target']:g}"
        word = "ok" if one["ok"] else "MISSED"
        print(f"{one['metric']:<42} {one['value']:>10.2f} {one['unit']:<26} {target:<8} {word}")
    if args.json:
        args.json.write_text(json.dumps(lines, indent=1), encoding="utf-8")
    return 0 if all(one["ok"] for one in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
