"""Limiting cases with exact answers, large: a table of expected and found.

    uv run python benchmarks/theory.py [--json FILE] [--scale X] [--docs FOLDER]

Every case is a study file that goes through the full engine, the same as in `tests/validation`.
Exit code 1 when a number lies outside its tolerance. With ``--docs docs`` the table is written to
``docs/validation.md``.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import theory_cheetahs as cheetahs
import theory_demography as demography
import theory_predation as predation
import theory_source_chance as chance
import theory_source_front as front
import theory_source_genes as genes
import theory_source_more as more
import theory_space as space
from theory_cases import (
    A2_EXTINCT,
    Metric,
    catastrophe,
    galton_watson,
    kinship_drift,
    leslie_growth,
    lifespan,
    mate_limitation,
    order_of_events,
    quarterly_survival,
    rates_of_zero_and_one,
    survive_and_breed,
)
from theory_genes import crosses, locus_drift, related_founders
from theory_page import write_page
from theory_source_programs import two_sex_gates, vortex_woylie
from theory_source_published import (
    cheetah_elasticities,
    inbreeding_hastens,
    two_density_rules,
)
from theory_source_quoll import quoll_numbers, quoll_persistence
from theory_sources import A5_EXTINCT, ceiling, leslie, order_matters
from theory_walk import correlated_walk


def large_cases(scale: float) -> Iterator[Callable[[Path], list[Metric]]]:
    """Yield every case with its replicates or animals, times `scale`."""

    def times(number: int) -> int:
        return max(10, round(scale * number))

    yield lambda folder: leslie_growth(folder, times(4_000))
    yield lambda folder: leslie_growth(folder, times(1_000), seasons=4)
    yield lambda folder: order_of_events(folder, times(400_000))
    yield lambda folder: survive_and_breed(folder, times(4_000))
    yield lambda folder: quarterly_survival(folder, times(100_000))
    yield lambda folder: lifespan(folder, times(200_000))
    yield rates_of_zero_and_one
    for mean in A2_EXTINCT:
        for founders in (1, 5):
            yield lambda folder, m=mean, n=founders: galton_watson(folder, m, n, times(2_500))
    yield lambda folder: catastrophe(folder, times(3_000))
    yield lambda folder: mate_limitation(folder, (5, 5), 100, times(1_000))
    yield lambda folder: mate_limitation(folder, (2, 2), 100, times(1_500))
    yield lambda folder: kinship_drift(folder, 3, 12, 20, times(1_000))
    yield lambda folder: kinship_drift(folder, 20, 20, 20, times(300))
    yield lambda folder: locus_drift(folder, 3, 12, 20, times(400))
    yield lambda folder: related_founders(folder, times(400))
    yield lambda folder: crosses(folder, times(300))
    yield from new_world_cases(scale)


def new_world_cases(scale: float) -> Iterator[Callable[[Path], list[Metric]]]:
    """Yield the cases of classes, space, predation and cheetahs, times `scale`."""

    def times(number: int) -> int:
        return max(10, round(scale * number))

    yield lambda folder: demography.branching(folder, times(4_000))
    yield lambda folder: demography.stable_ages(folder, times(30_000))
    yield lambda folder: demography.capacity(folder, times(20))
    yield lambda folder: demography.weather(folder, times(4_000))
    yield lambda folder: demography.partial_catastrophe(folder, times(4_000))
    yield lambda folder: demography.competing_causes(folder, times(200_000))
    yield lambda folder: demography.male_biased_offtake(folder, times(1_000))
    yield lambda folder: demography.male_shortage(folder, times(100_000))
    yield lambda folder: demography.cohorts(folder, times(4_000))
    yield lambda folder: space.diffusion(folder, times(100_000))
    yield lambda folder: space.stationary(folder, times(100_000))
    yield lambda folder: space.closed_lines(folder, times(4_000))
    yield lambda folder: space.permeable_lines(folder, times(100_000))
    yield lambda folder: space.mate_finding(folder, times(2_000))
    yield lambda folder: space.two_grids(folder, times(20))
    yield lambda folder: correlated_walk(folder, times(400))
    yield lambda folder: predation.functional_response(folder, times(1_000))
    yield lambda folder: predation.scarcity(folder, times(200))
    yield lambda folder: cheetahs.lifespans(folder, times(4_000))
    yield cheetahs.litter_intervals
    for name in ("Serengeti-like", "predator-free"):
        yield lambda folder, n=name: cheetahs.growth(folder, n, times(1_000))
    yield lambda folder: cheetahs.territories(folder, times(200))
    yield lambda folder: cheetahs.release(folder, times(4_000))
    yield cheetahs.founders


def source_cases(scale: float) -> Iterator[Callable[[], list[Metric]]]:
    """Yield every case of source populations with its replicates, times `scale`."""

    def times(number: int) -> int:
        return max(10, round(scale * number))

    yield lambda: leslie(times(4_000))
    yield lambda: order_matters(times(400_000))
    for mean in A2_EXTINCT:
        for founders in (1, 5):
            yield lambda m=mean, n=founders: chance.galton_watson(m, n, times(10_000))
    yield lambda: chance.survive_and_breed(times(10_000))
    yield lambda: chance.ricker(times(40_000))
    for rule, growths in A5_EXTINCT.items():
        for growth in growths:
            yield lambda r=rule, g=growth: ceiling(r, g, times(40_000))
    for founders in chance.A6:
        yield lambda n=founders: chance.mate_limitation(n, times(20_000))
    yield lambda: chance.random_walk(times(1_000))
    yield lambda: chance.catastrophes(times(1_000))
    yield lambda: chance.beta_noise(times(1_000))
    yield lambda: chance.supplementation(times(20_000))
    yield chance.harvest
    yield lambda: chance.housekeeping(times(40_000), times(1_000_000))
    yield lambda: genes.ideal_population(times(4_000))
    for males, females in ((3, 12), (20, 20)):
        for pedigree in (True, False):
            yield lambda m=males, f=females, p=pedigree: genes.two_sexes(
                m, f, times(2_000), pedigree=p
            )
    yield lambda: genes.full_sibs(times(2_000))
    yield lambda: genes.depression(times(400))
    yield lambda: genes.founding(times(2_000))
    yield lambda: genes.related_founders(times(1_000))
    yield lambda: genes.patch_occupancy(times(4_000))
    yield genes.conservation
    yield lambda: more.reproductive_values(times(400))
    yield more.elasticities
    yield lambda: more.copula(times(4_000))
    yield lambda: more.truncated_normal(times(4_000))
    yield lambda: more.binomial_noise(times(4_000))
    yield lambda: more.variance_size(times(2_000))
    for males, females in ((3, 12), (20, 20)):
        yield lambda m=males, f=females: more.effective_size(m, f, times(2_000))
    yield lambda: more.lethal_equivalents(times(1_000))
    yield lambda: more.removed_lethals(times(1_000))
    yield lambda: more.given_offspring(times(20_000))
    yield lambda: more.birth_death(times(20_000))
    yield lambda: more.theta_logistic(4)
    yield lambda: more.kernel_moments(times(100_000))
    yield lambda: front.linear_spread(times(1_500))
    yield lambda: front.invasion({10: times(12), 50: times(24), 200: times(16)})
    yield lambda: vortex_woylie(times(300))
    yield lambda: quoll_numbers(times(1_000))
    yield lambda: quoll_persistence(times(1_000))
    yield lambda: inbreeding_hastens(times(500))
    yield lambda: two_density_rules(times(20_000))
    yield cheetah_elasticities
    yield lambda: two_sex_gates(times(10_000))
    for case, replicates in (("B1", 10), ("B2", 2), ("B3", 1)):
        yield lambda c=case, r=replicates: genes.grid(c, r)


def run(scale: float) -> list[Metric]:
    """Run all cases, printing each row as it is known."""
    found = []
    print(f"{'ok':3} {'metric':62} {'found':>11} {'unit':8} expected")
    with tempfile.TemporaryDirectory() as folder:
        for number, case in enumerate(large_cases(scale)):
            found += _shown(case(Path(folder) / str(number)))
    for source_case in source_cases(scale):
        found += _shown(source_case())
    return found


def _shown(metrics: list[Metric]) -> list[Metric]:
    """Print the rows of one case and return them."""
    for one in metrics:
        mark = "yes" if one.ok else "NO"
        row = f"{mark:3} {one.metric:62} {one.value:11.6g} {one.unit:8} {one.target}"
        print(row, flush=True)
    return metrics


def _plain(one: Metric) -> dict[str, object]:
    """Return the row as others write it, without what is not a number in every row."""
    row = asdict(one) | {"value": float(one.value), "ok": bool(one.ok)}
    return {name: row[name] for name in ("metric", "value", "unit", "target", "ok")}


def main() -> int:
    """Print the table; return 1 when something is not as theory says."""
    parser = argparse.ArgumentParser(description="Limiting cases with exact answers.")
    parser.add_argument("--json", type=Path, help="write the rows to this file")
    parser.add_argument("--docs", type=Path, help="write validation.md to this folder")
    parser.add_argument("--scale", type=float, default=1.0, help="times the usual replicates")
    arguments = parser.parse_args()
    started = time.process_time()
    found = run(arguments.scale)
    failed = sum(not one.ok for one in found)
    spent = time.process_time() - started
    print(f"{len(found)} numbers, {failed} off, {spent:.0f} s CPU")
    if arguments.docs:
        write_page(arguments.docs / "validation.md", found, arguments.scale, spent)
    if arguments.json:
        rows = [_plain(one) for one in found]
        arguments.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
