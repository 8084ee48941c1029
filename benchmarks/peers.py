"""Fit the reference surveys and compare with what established programs answered.

Run: uv run python benchmarks/peers.py [FOLDER] [--sampler nutpie] [--json FILE]
     [--docs PAGE] [--only DATASET ...]

FOLDER (default ../shared/reference) holds one folder per dataset with reference.json; a dataset
is compared when it holds a study.toml or when benchmarks/peers/<dataset>.toml exists. Points
(our mean where the peer gives the mean of a posterior, else our median)
must agree within 0.25 standard errors of the peer and widths within 15 %, unless the study file
gives another tolerance and says why. Exit code 1 when something does not. A study file holds
``[survey.NAME]`` blocks as a study does, ``[common]`` options of all of them, and ``[[compare]]``
entries: which survey, which fit of the peer, and which quantities (``p``, ``density``, ``groups``,
``animals``, the last three also as ``animals:STRATUM``; ``grid`` and ``total`` for animals summed
over cells; ``occupied``, ``mean_psi`` and ``total_n`` for occupied sites, mean occupancy and
animals at the visited sites; ``coefficient:NAME`` for a row of the peer that ``[coefficients]``
gives a meaning).
A compare entry with ``stop = true`` says that our diagnostics are right to refuse the model.
"""

import argparse
import json
import math
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from pydantic import TypeAdapter

from ustyurt_models.study.surveys import Survey
from ustyurt_models.survey import fit_survey

HERE = Path(__file__).parent
DEFAULT = HERE.parents[1] / "shared" / "reference"
POINT_SE, WIDTH_SHARE = 0.25, 0.15
SURVEY: TypeAdapter = TypeAdapter(Survey)
PER_KM2 = {"km2": 1.0, "ha": 0.01}  # square kilometres that hold one of the peer's unit of density
#: Animals summed over cells: keys of the estimate and of its standard error.
_SUMS = {
    "grid": ("grid_total_abundance", "grid_total_se_delta_state_only"),
    "total": ("total_abundance", "se"),
}
#: Posterior means of a peer: key of the peer and our variable.
_MEANS = {
    "occupied": ("occupied_sites", "occupied_sites"),
    "mean_psi": ("mean_psi", "psi_mean"),
    "total_n": ("total_N", "abundance_total"),
}
SEED = 20261122


@dataclass(frozen=True)
class Comparison:
    """One quantity of one fit beside the peer's."""

    dataset: str
    survey: str
    fit: str
    quantity: str
    ours: float
    peer: float
    peer_se: float
    off_se: float
    width_ratio: float
    point_tolerance: float
    width_tolerance: float
    verdict: str
    why: str = ""
    stop: bool = False

    @property
    def strict(self) -> bool:
        """Whether it would pass without any tolerance of its own."""
        near = abs(self.width_ratio - 1) <= WIDTH_SHARE
        return self.off_se <= POINT_SE and near and self.gate_ok

    @property
    def ok(self) -> bool:
        """Whether point and width are within tolerance and the gate did not say stop."""
        wide = abs(self.width_ratio - 1) <= self.width_tolerance
        return self.off_se <= self.point_tolerance and wide and self.gate_ok

    @property
    def gate_ok(self) -> bool:
        """Whether the gate lets the fit pass, or refuses a model that deserves it."""
        return self.stop or self.verdict != "stop"


def _gives_mean(fit: dict[str, Any], what: str) -> bool:
    """Return whether the peer's number is the mean of a posterior, which its median is not."""
    if what.startswith("coefficient:"):
        return "q50" not in (row := _row(fit, what.partition(":")[2])) and "mean" in row
    return what in _MEANS


def _peer(fit: dict[str, Any], what: str) -> tuple[float, float]:
    """Return the peer's estimate and standard error."""
    if what == "p":
        value = fit.get("p_average", fit.get("average_p"))
        return float(value), float(fit.get("p_average_se", fit.get("average_p_se")))
    if what in _MEANS:
        found = fit[_MEANS[what][0]]
        return float(found["mean"]), float(found["sd"])
    if what in _SUMS:
        estimate, error = _SUMS[what]
        return float(fit[estimate]), float(fit[error])
    kind, _, label = what.partition(":")
    if kind == "coefficient":
        return _coefficient(fit, label)
    block = fit["clusters" if kind == "groups" else "individuals"]
    rows = block["D" if kind == "density" else "N"]
    row = next(row for row in rows if row["Label"] == (label or "Total"))
    return float(row["Estimate"]), float(row["se"])


def _row(fit: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the row of a coefficient."""
    for row in fit.get("estimates", fit.get("posterior", [])):
        if name in (row["name"], f"{row.get('block', '')}.{row['name']}"):
            return row
    raise KeyError(name)


def _coefficient(fit: dict[str, Any], name: str) -> tuple[float, float]:
    """Return estimate and standard error, or median (else mean) and deviation of a posterior."""
    row = _row(fit, name)
    middle = next(row[key] for key in ("estimate", "q50", "mean") if key in row)
    return float(middle), float(row.get("se", row.get("sd")))


def _our_coefficient(posterior: xr.Dataset, told: dict[str, Any]) -> np.ndarray:
    """Return draws of a coefficient: ``of`` (and ``at``), or the log of ``log`` over ``divide``.

    ``add`` is added before the logarithm, ``times`` multiplies what comes out.
    """
    if "of" in told:
        found = posterior[told["of"]]
        chosen = found.sel({found.dims[-1]: told["at"]}) if "at" in told else found
        return told.get("times", 1) * chosen.values.ravel()
    value = (told.get("add", 0) + posterior[told["log"]].values) / told.get("divide", 1)
    return told.get("times", 1) * np.log(value)


def _ours(tree: xr.DataTree, what: str, told: dict[str, Any]) -> np.ndarray:
    """Return our draws of the same quantity."""
    density_unit = told.get("density_unit", "km2")
    posterior = tree["posterior"].to_dataset()
    kind, _, label = what.partition(":")
    if kind == "coefficient":
        return np.ravel(_our_coefficient(posterior, told["coefficients"][label]))
    if what in _MEANS:
        return posterior[_MEANS[what][1]].values.ravel()
    if what in _SUMS:
        return posterior["abundance_total"].values.ravel()
    if kind == "p":
        return posterior["p_detect"].values.ravel()
    if kind == "density":
        whole = posterior["density_total_per_km2"]
        part = posterior["density_per_km2"].sel(stratum=label) if label else whole
        return part.values.ravel() * PER_KM2[density_unit]
    name = "group_abundance" if kind == "groups" else "abundance"
    if label:
        return posterior[name].sel(stratum=label).values.ravel()
    return posterior[f"{name}_total"].values.ravel()


def _width_ratio(draws: np.ndarray, estimate: float, se: float, what: str) -> float:
    """Return our 95 % width over the peer's; on the log scale for numbers and densities."""
    low, high = np.quantile(draws, [0.025, 0.975])
    if what in ("p", "mean_psi", "occupied") or what.startswith("coefficient:"):
        return float((high - low) / (2 * 1.96 * se))
    return float(np.log(high / low) / (2 * 1.96 * math.sqrt(math.log1p((se / estimate) ** 2))))


def compare(folder: Path, study: Path, sampler: str) -> Iterator[Comparison]:
    """Fit one dataset as its study file says and yield the comparisons."""
    told = tomllib.loads(study.read_text(encoding="utf-8"))
    fits = json.loads((folder / "reference.json").read_text(encoding="utf-8"))["fits"]
    engine = {"sampler": {"engine": sampler}}
    shared = told.get("common", {})
    trees = {
        name: fit_survey(SURVEY.validate_json(json.dumps(engine | shared | block)), folder, SEED)
        for name, block in told["survey"].items()
    }
    for entry in told["compare"]:
        tree, fit = trees[entry["survey"]], fits[entry["fit"]]
        for what in entry["what"]:
            estimate, se = _peer(fit, what)
            draws = _ours(tree, what, told)
            ours = float(np.mean(draws) if _gives_mean(fit, what) else np.median(draws))
            yield Comparison(
                told["title"],
                entry["survey"],
                entry["fit"],
                what,
                ours,
                estimate,
                se,
                abs(ours - estimate) / se,
                _width_ratio(draws, estimate, se, what),
                float(entry.get("point_se", POINT_SE)),
                float(entry.get("width_share", WIDTH_SHARE)),
                str(tree.attrs["verdict"]),
                " ".join(str(entry.get("why", "")).split()),
                bool(entry.get("stop", False)),
            )


def studies(root: Path) -> list[tuple[Path, Path]]:
    """Return (dataset folder, study file) for everything under `root` that can be compared."""
    found = []
    for folder in sorted(path.parent for path in root.glob("*/reference.json")):
        for study in (folder / "study.toml", HERE / "peers" / f"{folder.name}.toml"):
            if study.is_file():
                found.append((folder, study))
                break
    return found


def as_metrics(one: Comparison) -> list[dict[str, Any]]:
    """Return a comparison as lines of the JSON report."""
    name = f"peers.{one.dataset}.{one.survey}.{one.quantity}"
    return [
        {
            "metric": f"{name}.off",
            "value": one.off_se,
            "unit": "standard errors of the peer",
            "target": one.point_tolerance,
            "ok": one.off_se <= one.point_tolerance and one.gate_ok,
        },
        {
            "metric": f"{name}.width",
            "value": one.width_ratio,
            "unit": "ratio to the peer",
            "target": f"1 +- {one.width_tolerance}",
            "ok": abs(one.width_ratio - 1) <= one.width_tolerance,
        },
    ]


_WIDER = re.compile(r" \((\d+)\) \|$")


def _docs_row(one: Comparison) -> tuple[str, str]:
    """Return a line of the table, and the reason of a wider limit that was needed."""
    off = f"{one.off_se:.2f}"
    off += f" [{one.point_tolerance:g}]" if one.point_tolerance > POINT_SE else ""
    width = f"{one.width_ratio:.2f}"
    width += f" [±{one.width_tolerance:g}]" if one.width_tolerance > WIDTH_SHARE else ""
    needed = one.ok and not one.strict
    word = "yes" if one.strict else "limit" if one.ok else "**no**"
    line = (
        f"| {one.dataset} | {one.survey} | {one.fit} | {one.quantity} | {one.ours:.4g} | "
        f"{one.peer:.4g} | {off} | {width} | {one.verdict} | {word} |"
    )
    return line, one.why if needed else ""


def _kept_rows(path: Path, datasets: set[str]) -> list[tuple[str, str]]:
    """Return the lines of an earlier page on other datasets, with their reasons."""
    old = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    reasons = dict(re.findall(r"^\((\d+)\) (.*)$", "\n".join(old), re.MULTILINE))
    rows = []
    for line in old:
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) == 12 and cells[1] not in {"data", "---", *datasets}:
            mark = _WIDER.search(line)
            rows.append((_WIDER.sub(" |", line), reasons[mark[1]] if mark else ""))
    return rows


def write_docs(results: list[Comparison], path: Path) -> None:
    """Write the comparison as a page; the reasons of own tolerances stand below the table.

    Lines of an earlier page on datasets that were not compared now stay as they are.
    """
    rows = _kept_rows(path, {one.dataset for one in results}) + [_docs_row(one) for one in results]
    rows.sort(key=lambda row: row[0].split("|")[1])
    within = [line.endswith(" yes |") for line, _ in rows]
    refused = sum("**no**" in line for line, _ in rows)
    lines = [
        "# Our posteriors beside the answers of established programs",
        "",
        "`uv run python benchmarks/peers.py --docs docs/peers.md` wrote this page from the public "
        "datasets in `../shared/reference` and the study files in `benchmarks/peers/`. *off* is "
        "the distance of our posterior median (mean where the peer gives a mean) from the peer's "
        "estimate in the peer's standard errors (aim: 0.25); *width* our 95 % interval over the "
        "peer's (aim: 0.85 to 1.15). A number in brackets is a wider limit, with its reason below.",
        "",
        f"Within the aims: {sum(within)} of {len(rows)}; within aims or stated limits: "
        f"{len(rows) - refused} of {len(rows)}.",
        "",
        "| data | our survey | fit | quantity | ours | peer | off | width | gate | within |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    reasons = list(dict.fromkeys(why for _, why in rows if why))
    for line, why in rows:
        mark = f" ({reasons.index(why) + 1}) |" if why else " |"
        lines.append(line.removesuffix(" |") + mark)
    lines += ["", *(f"({i + 1}) {reason}\n" for i, reason in enumerate(reasons))]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


def main() -> int:
    """Compare everything, print the table, return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=DEFAULT)
    parser.add_argument("--sampler", default="laplace", choices=("laplace", "nutpie", "pymc"))
    parser.add_argument("--json", type=Path)
    parser.add_argument("--docs", type=Path)
    parser.add_argument("--only", nargs="+", default=(), metavar="DATASET")
    args = parser.parse_args()
    found = [one for one in studies(args.folder) if not args.only or one[0].name in args.only]
    if not found:
        print(f"{args.folder}: no dataset with reference.json and a study file")
        return 1
    results = [one for folder, study in found for one in compare(folder, study, args.sampler)]
    print(
        f"{'dataset':<16} {'survey':<19} {'fit':<17} {'quantity':<15} ours, peer, off, width, gate"
    )
    for one in results:
        print(
            f"{one.dataset:<16} {one.survey:<19} {one.fit:<17} {one.quantity:<15} "
            f"{one.ours:>9.4g} {one.peer:>9.4g} {one.off_se:>5.2f} {one.width_ratio:>5.2f} "
            f"{one.verdict:>5} {'yes' if one.ok else 'NO'}"
        )
    if args.json:
        lines = [line for one in results for line in as_metrics(one)]
        args.json.write_text(json.dumps(lines, indent=1), encoding="utf-8")
    if args.docs:
        write_docs(results, args.docs)
    print(f"{sum(one.ok for one in results)} of {len(results)} within tolerance")
    return 0 if all(one.ok for one in results) else 1


if __name__ == "__main__":
    sys.exit(main())
