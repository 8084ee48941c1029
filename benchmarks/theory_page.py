"""The page ``docs/validation.md``: every case with its answer, what was found, and what is missing.

Written by ``benchmarks/theory.py --docs docs``.
"""

import math
from collections.abc import Sequence
from pathlib import Path

from theory_cases import Metric

#: Case -> what it is, and the tests that hold it (also small versions of the rows).
CASES = {
    "A1": ("Leslie growth, reproductive values, elasticities",
           "validation/test_validation_theory, test_source_demography, ibm/test_ibm_prey_theory"),
    "A1b": ("deaths before births", "validation/test_validation_theory, test_source_demography"),
    "A2": ("Galton-Watson extinction", "validation/test_validation_theory, test_source_chance"),
    "A3": ("survive and breed", "validation/test_validation_theory, test_source_chance"),
    "A4": ("Poisson-Ricker chain", "validation/test_source_chance, ibm/test_ibm_prey_theory"),
    "A5": ("hard and probabilistic ceilings", "validation/test_source_demography"),
    "A6": ("two sexes, mate limitation", "validation/test_validation_theory, test_source_chance"),
    "A7": ("environmental noise, quasi-extinction", "validation/test_source_chance"),
    "A8": ("catastrophes, two growth rates", "validation/test_source_chance"),
    "A9": ("noise of vital rates", "validation/test_source_chance, test_source_more"),
    "A10": ("supplementation", "validation/test_source_chance"),
    "A11": ("order of harvest and growth", "validation/test_source_chance"),
    "A12": ("housekeeping", "validation/test_validation_theory, test_source_chance"),
    "B1": ("ideal population (G2)", "validation/test_source_genes"),
    "B2": ("inbreeding with two sexes (G2)", "validation/test_validation_theory, "
           "test_source_genes, ibm/test_ibm_cheetah_genetics"),
    "B3": ("full sibs (G1)", "validation/test_source_genes, ibm/test_ibm_cheetah_genetics"),
    "B4": ("variance effective size", "validation/test_source_more"),
    "B5": ("inbreeding depression (G5)",
           "validation/test_source_genes, ibm/test_ibm_cheetah_deaths"),
    "B6": ("alleles lost at founding", "validation/test_source_genes"),
    "B7": ("heterozygosity of founders (G4)", "validation/test_source_genes"),
    "C1": ("moments of the dispersal kernel", "validation/test_source_more"),
    "C2": ("a walk of a hundred moves", "validation/test_source_more"),
    "C3": ("correlated random walk", "validation/test_validation_cases"),
    "C4": ("speed of an invasion", "validation/test_source_front, ibm/test_source_founders"),
    "C5": ("patch occupancy", "validation/test_source_genes"),
    "C6": ("conservation", "validation/test_validation_conservation, test_source_genes"),
    "D1": ("branching process by class; Vortex 10, scenario ST_Classic",
           "validation/test_validation_cases, test_source_programs"),
    "D2": ("given offspring distribution; grid of RangeShifter, SLiM and Mesa",
           "validation/test_source_more, test_source_genes"),
    "D3": ("birth and death; two-sex analysis of SLiM and Mesa",
           "validation/test_source_more, test_source_programs"),
    "D4": ("theta-logistic response, capacity",
           "validation/test_validation_cases, test_source_more, ibm/test_ibm_prey_theory"),
    "D5": ("weather series", "validation/test_validation_cases"),
    "D6": ("catastrophes", "validation/test_validation_theory, test_validation_cases"),
    "D7": ("competing causes", "validation/test_validation_cases, ibm/test_ibm_prey_theory"),
    "D8": ("male-biased offtake, male shortage",
           "validation/test_validation_cases, ibm/test_ibm_prey_events"),
    "D9": ("cohorts against individuals",
           "validation/test_validation_cases, ibm/test_ibm_prey_reference"),
    "E": ("published analyses: quolls in Vortex 10.5.5, inbreeding, density rules, cheetahs",
          "validation/test_source_quoll, test_source_published"),
    "F4": ("quarterly rates", "validation/test_validation_theory"),
    "G2": ("drift of loci", "validation/test_validation_genes, ibm/test_ibm_loci"),
    "G3": ("effective size of two sexes", "validation/test_source_more"),
    "G4": ("gene diversity of founders", "validation/test_validation_cases, "
           "ibm/test_ibm_cheetah_genetics"),
    "G5": ("lethal equivalents recovered", "validation/test_source_more"),
    "G6": ("related founders", "validation/test_source_genes, test_validation_genes"),
    "cubs": ("outbreeding, first crosses", "validation/test_validation_genes"),
    "P1": ("multi-prey functional response",
           "validation/test_validation_cases, ibm/test_ibm_cheetah_predation"),
    "P2": ("scarce prey, condition",
           "validation/test_validation_cases, ibm/test_ibm_cheetah_predation"),
    "P3": ("lifespans, intervals of litters",
           "validation/test_validation_cases, ibm/test_ibm_cheetah_births"),
    "P4": ("growth of the two-sex stage matrix", "validation/test_validation_cases"),
    "P5": ("territories", "validation/test_validation_cases, ibm/test_ibm_cheetah_dispersal"),
    "P6": ("a release and its pulse",
           "validation/test_validation_cases, ibm/test_ibm_cheetah_deaths"),
    "S1": ("diffusion, open edges", "validation/test_validation_cases, ibm/test_ibm_prey_space"),
    "S2": ("uniform density", "validation/test_validation_cases, ibm/test_ibm_prey_space"),
    "S3": ("closed and permeable lines of any slope",
           "validation/test_validation_cases, ibm/test_ibm_prey_space, test_ibm_cheetah_dispersal"),
    "S4": ("mate finding", "validation/test_validation_cases, ibm/test_ibm_cheetah_births"),
    "S5": ("habitat choice", "validation/test_validation_cases, ibm/test_ibm_prey_space"),
    "S6": ("cells of 5 km and of 1 km", "validation/test_validation_cases"),
}  # fmt: skip

_HEAD = """# Results that a correct program must reproduce

Written by `benchmarks/theory.py --docs docs`; do not edit. Every row is a study file, or a block of
one, with everything switched off but what the case names; it goes through the same engine as a
real study. Answers are exact (recursion, transition matrix, generating function, quadrature) or
those of the published program that is named. A mean or a share must lie within 4 standard errors;
z is the distance in standard errors. Other tolerances stand in the row.
"""

_MISSING = """
## Elsewhere, and not covered

Elsewhere:

- **G1**, known pedigrees of parents, sibs and cousins: exact in
  `tests/ibm/test_ibm_cheetah_genetics.py`; the line of full sibs is row B3.
- **Part F**, invariants: `tests/validation/test_validation_invariants.py`,
  `test_validation_conservation.py`, `test_validation_properties.py`;
  `tests/ibm/test_source_twins.py`.
- **Part E**, published field results: `docs/patterns.md` holds those that the evidence can
  speak to; the analysis of quolls is here.
- **Survey models**: `tests/survey`, `docs/coverage.md`, `docs/peers.md`; surveys of simulated
  animals: `benchmarks/closed_loop.py`.

Departures from the letter of a case:

- **A7**: exact at yearly censuses; the diffusion formula without a census is not computed by the
  program, so it cannot be confused with it.
- **C1, C2**: patches are cells and every move starts at a fresh uniform point of one. That adds
  E f(1 - f) cells squared to the variance of a move on each axis, f the fraction of a cell: 4.15
  instead of 4, and 831 instead of 800 after a hundred moves. The rows hold the engine to that.
- **C3**: cheetahs walk over eight neighbours, with steps of 1 and 1.41 cells, so steps of one
  length in any direction, on which the numbers of the case rest (26.0039, 296.0), are not a
  setting. The mean cosine is, through `persistence`: the rows have 0.5. Their answer is exact for
  that walk; the formula of Kareiva & Shigesada (1983) with its mean step, mean squared step and
  mean cosine lies 0.1 % above it, because it takes turns as independent of the direction.
- **C4**: moves start at a fresh uniform point of a cell, as in C1, and that alone makes the
  deterministic speed between cells 1.0923 a year instead of 1.0449 on the plane. The band of the
  case is held against the latter; the rows say the share of the former too. The front is the
  furthest column with half of the animals that it can hold, its speed the slope of its position
  over years 30 to 100. A check on the plane by another program, with three fronts and a rule that
  is not stated, had 0.83 and 0.93 at K = 50 and 200; the engine is nearer to it in shares of the
  speed on cells. Mean numbers far from an origin, on which the speed rests, are exact.
- **D4**, growth at capacity is measured from year 30 on: a study starts with the ages of a growing
  population, which at capacity shrink by 1 % in the first year. Numbers are followed for 150
  years, because from a twentieth of the capacity they have not arrived after 80.
- **E**, quolls: inputs are those of the Vortex project that the authors published; the table of the
  case has rounded ones (deaths 70 and 10 %, 25.5 % of males), with which Vortex was not run. Our
  reading, not printed: broods are the normal number rounded, binomial noise has the whole number of
  trials nearest to the spread, lethals lie on twenty loci. Vortex counts after births, the rows at
  the end of a year: persistence is compared with the count that follows, 48.3 % for the 50.5 % that
  were published. Mothers brought do not die in the year in which they come (Vortex: 9 %).
- **E**, inbreeding: Brook et al. 2002 give the mean of 20 species whose life tables are not at
  hand; the row has quolls, half of the load as recessive lethals, and the suggested band.
- **E**, density rules: with the same growth and K, a small population with Ricker births dies out
  more often than one under a ceiling. For Soay sheep it was the other way round (4.6 % against 60
  and 87 %, Chapman et al. 2001): which rule is safer hangs on the life table, so try both. Deaths
  that respond to density, as theirs, source populations do not have.
- **E**, cheetahs: the order is that of Crooks et al. 1998. Lubben et al. 2005 need about 5 % more
  adult survival for growth; with the rates of Kelly et al. 1998, as in P4, 2.2 % suffice. Their
  matrix is not at hand.
- **P3**: a mother is free when her cubs leave her, so an interval between litters longer than
  dependence plus gestation is cut to that. The published intervals (17.8 to 20.1 months) are not
  longer. The rows use 18 and 21 months.
- **P4** takes Serengeti rates of Kelly et al. 1998 and cub production without lions of Bissett &
  Bernard 2011; with one birth pulse a year, first litters at 2.4 and 2.3 years fall on the third
  birthday.
- **S4**: on cells, with edges counted: the exact mean over cells. The second row says how far the
  cells in reach are from the disc of the formula.

Not covered:

- **D4 of the programs** (WolfSheep of ABMFrameworksComparison): sheep and wolves there live on
  energy gained per meal and lost per step, move to a random neighbour each step, divide at random
  with half their energy, and grass regrows by timer. Nothing of that is a setting of this model:
  its animals have ages, sexes, seasons and condition. Adding energy, grass timers and asexual
  division for one case would put a second model beside the first, and show nothing about either.
- **E**: lynx, leopard, panther and wolves need life tables that are not in the evidence; Soay sheep
  also deaths that respond to density.
"""


def _row(one: Metric) -> str:
    """Return one line of the table."""
    z = (one.value - one.expected) / one.error if one.error and one.error > 0.0 else math.nan
    score = "" if math.isnan(z) else f"{z:+.1f}"
    mark = "yes" if one.ok else "**no**"
    unit = "" if one.unit in ("1", "z") else f" {one.unit}"
    return f"| {one.metric} | {one.target} | {one.value:.6g}{unit} | {score} | {mark} |"


def write_page(path: Path, found: Sequence[Metric], scale: float, spent_s: float) -> None:
    """Write the page.

    Parameters
    ----------
    path : pathlib.Path
        File to write.
    found : sequence of Metric
        Rows; the first word of each is its case.
    scale : float
        Replicates over the usual number.
    spent_s : float
        CPU seconds of the run.
    """
    rows: dict[str, list[Metric]] = {name: [] for name in CASES}
    for one in found:
        rows[one.metric.split()[0].rstrip(":")].append(one)
    off = sum(not one.ok for one in found)
    text = [_HEAD, f"\n{len(found)} numbers, {off} outside their tolerance; {spent_s:.0f} CPU s"]
    text.append(f" at scale {scale:g}.\n")
    for name, (what, tests) in CASES.items():
        text.append(f"\n## {name}: {what}\n\nTests: {tests}.\n\n")
        if not rows[name]:
            text.append("The run that wrote this page did not come to this case.\n")
            continue
        text.append("| number | answer and tolerance | found | z | ok |\n|---|---|---|---|---|\n")
        text.extend(_row(one) + "\n" for one in rows[name])
    text.append(_MISSING)
    path.write_text("".join(text), encoding="utf-8")
