"""The page of the pattern check with its figures."""

from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from patterns_density import carbone_per_100km2, hayward_per_100km2
from patterns_table import Row, to_markdown
from patterns_text import TEXT

__all__ = ["write_page"]

_STYLE = {
    "figure.figsize": (7.0, 3.6),
    "figure.dpi": 120,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "font.size": 9,
}
_INK, _SOFT, _RED, _BLUE, _GREEN = "#222222", "#b8b8b8", "#b03a2e", "#21618c", "#1e8449"


def write_page(found: Any, folder: Path) -> None:
    """Write ``patterns.md`` and ``patterns/*.png`` to `folder` from what was found."""
    pictures = folder / "patterns"
    pictures.mkdir(parents=True, exist_ok=True)
    with plt.rc_context(_STYLE):
        for name, draw in _FIGURES.items():
            figure = draw(found)
            figure.tight_layout()
            figure.savefig(pictures / f"{name}.png")
            plt.close(figure)
    tables = {f"table{number}": to_markdown(_of(found.rows, number)) for number in range(1, 6)}
    tables["variants"] = _variants(found)
    agree = [row for row in found.rows if row.published]
    met = f"{sum(row.ok for row in agree)} of {len(agree)}"
    (folder / "patterns.md").write_text(TEXT.format(met=met, **tables), encoding="utf-8")


def _variants(found: Any) -> str:
    """Return the table of single changes."""
    lines = [
        "| one change | cheetahs per 100 km2 | prey kg/km2 | over Carbone | runs that last |",
        "|---|---|---|---|---|",
    ]
    for name, (cheetahs, prey, lasting) in found.densities.variants.items():
        over = f"{cheetahs / float(carbone_per_100km2(prey)):.2f}" if prey > 0.0 else "no prey"
        lines.append(f"| {name} | {cheetahs:.3f} | {prey:.1f} | {over} | {lasting:.2f} |")
    return "\n".join(lines) + "\n"


def _of(rows: list[Row], number: int) -> list[Row]:
    """Return the rows of one pattern."""
    return [row for row in rows if row.metric.startswith(f"{number} ")]


def _band(axes: Any, years: np.ndarray, numbers: np.ndarray, colour: str, label: str) -> None:
    """Draw the median of draws with the middle 90 %."""
    low, middle, high = np.quantile(numbers, (0.05, 0.5, 0.95), axis=0)
    axes.fill_between(years, low, high, color=colour, alpha=0.18, linewidth=0)
    axes.plot(years, middle, color=colour, label=label)


def _recovery(found: Any) -> plt.Figure:
    """Draw pattern 1."""
    figure, panels = plt.subplots(1, 2, sharey=True)
    years = np.arange(2016, 2016 + found.recovery.closed.shape[1])
    published = found.recovery.published
    for axes, numbers, colour, label in (
        (panels[0], found.recovery.closed, _BLUE, "closed population"),
        (panels[1], found.recovery.both, _GREEN, "+ immigration, + detection"),
    ):
        _band(axes, years, numbers, colour, label)
        axes.plot(list(published), list(published.values()), "o", color=_RED, ms=4, label="counts")
        axes.set_yscale("log")
        axes.set_xlabel("spring of")
        axes.legend(frameon=False, loc="upper left")
    panels[0].set_ylabel("saiga, Kazakh Ustyurt")
    return figure


def _collapse(found: Any) -> plt.Figure:
    """Draw pattern 2."""
    figure, (left, right) = plt.subplots(1, 2)
    numbers = found.collapse.numbers / found.collapse.numbers[:, :1]
    years = np.arange(numbers.shape[1])
    _band(left, years, numbers, _BLUE, "model, 90 % of draws")
    left.plot(years[:5], (1 - 0.46) ** years[:5], "--", color=_RED, label="46 % a year")
    left.set(xlabel="years of uncontrolled poaching", ylabel="saiga, start = 1", yscale="log")
    left.legend(frameon=False)
    share = 100.0 * found.collapse.male_share[:, :-1].ravel()
    births = found.collapse.births_per_female.ravel()
    right.axvspan(1.0, 2.5, color=_RED, alpha=0.15, linewidth=0, label="published threshold")
    right.plot(np.maximum(share, 0.05), births, ".", color=_INK, ms=3, alpha=0.6)
    right.set(
        xscale="log", xlabel="males among grown animals in the rut [%]", ylabel="young per female"
    )
    right.legend(frameon=False, loc="upper left")
    return figure


def _lives(found: Any) -> plt.Figure:
    """Draw pattern 3."""
    figure, axes = plt.subplots()
    for (name, number), colour in zip(found.lives.numbers.items(), (_GREEN, _RED), strict=True):
        axes.plot(number.T, color=colour, alpha=0.5)
        axes.plot(number.mean(axis=0), color=colour, lw=2, label=name)
    axes.set(xlabel="year", ylabel="cheetahs, cubs included", yscale="symlog", ylim=(0, None))
    axes.legend(frameon=False)
    return figure


def _density(found: Any) -> plt.Figure:
    """Draw pattern 4: density against prey."""
    figure, axes = plt.subplots()
    kg = np.geomspace(1.0, 120.0, 60)
    carbone, hayward = carbone_per_100km2(kg), hayward_per_100km2(kg)
    axes.fill_between(kg, carbone, hayward, color=_SOFT, alpha=0.3, linewidth=0)
    axes.plot(kg, carbone, color=_INK, label="Carbone & Gittleman 2002")
    axes.plot(kg, hayward, "--", color=_INK, label="Hayward et al. 2007 (memory)")
    axes.axhspan(0.02, 0.3, color=_RED, alpha=0.08, linewidth=0, label="deserts")
    one = found.densities
    for w, (colour, label) in enumerate(((_BLUE, "even weather"), (_GREEN, "drawn weather"))):
        prey = one.prey_kg_per_km2[w]
        axes.plot(
            prey, np.maximum(one.cheetahs_per_100km2[w], 0.005), "o", color=colour, label=label
        )
    axes.set(
        xscale="log",
        yscale="log",
        xlabel="prey left beside the cheetahs [kg per km2]",
        ylabel="cheetahs per 100 km2",
    )
    axes.legend(frameon=False, fontsize=8)
    return figure


def _course(found: Any) -> plt.Figure:
    """Draw pattern 4: one course of cheetahs and prey."""
    figure, axes = plt.subplots()
    cheetahs, prey = found.densities.course
    axes.plot(prey, color=_GREEN)
    axes.set(xlabel="year", ylabel="gazelle [kg per km2]", ylim=(0, None))
    other = axes.twinx()
    other.spines["right"].set_visible(True)
    other.plot(cheetahs, color=_RED)
    other.set(ylabel="cheetahs", ylim=(0, None))
    axes.yaxis.label.set_color(_GREEN)
    other.yaxis.label.set_color(_RED)
    return figure


def _response(found: Any) -> plt.Figure:
    """Draw pattern 5."""
    figure, axes = plt.subplots()
    for name, ratio in found.responses.number_over_capacity.items():
        order = np.argsort(ratio)
        axes.plot(ratio[order], found.responses.growth[name][order], label=name.replace("_", " "))
    axes.axhline(1.0, color=_SOFT, lw=0.8)
    axes.axvline(1.0, color=_SOFT, lw=0.8)
    axes.set(xlabel="N / K", ylabel="growth per year", xlim=(0, 1.6))
    axes.legend(frameon=False)
    return figure


_FIGURES = {
    "recovery": _recovery,
    "collapse": _collapse,
    "lives": _lives,
    "density": _density,
    "course": _course,
    "response": _response,
}
