"""Survey designs drawn: precision against money, and the chance to see a change by year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from ustyurt_models.report import content
from ustyurt_models.report.figures.canvas import (
    GREY,
    INK,
    PALETTE,
    RED,
    WIDTHS_IN,
    axes_of,
    calm,
    drawing,
    finish,
    house_style,
    legend_below,
)
from ustyurt_models.report.words import heading, readable, shown_count

__all__ = ["PowerCurve", "Priced", "power_curves", "precision_for_money"]

_MARKS = "osD^vPX*"


@dataclass(frozen=True)
class Priced:
    """One design in the figure of precision against money.

    Attributes
    ----------
    name : str
        Of the design.
    cost : float
        Money, or kilometres where there are no costs, per survey year.
    cv, error : float
        Expected CV and its Monte-Carlo standard error.
    """

    name: str
    cost: float
    cv: float
    error: float


@dataclass(frozen=True)
class PowerCurve:
    """Chance to see a change by year, for one design.

    Attributes
    ----------
    year : tuple of int
        Calendar years.
    power, error : tuple of float
        Chance and its Monte-Carlo standard error.
    false_alarm : float
        Chance to see the same without any change.
    """

    year: tuple[int, ...]
    power: tuple[float, ...]
    error: tuple[float, ...]
    false_alarm: float


@house_style
def precision_for_money(
    survey: str, designs: Sequence[Priced], limit: float | None, unit: str
) -> content.Figure:
    """Draw the expected CV of one survey against its cost.

    Parameters
    ----------
    survey : str
        Name of the survey that tells today's numbers.
    designs : sequence of Priced
        One or more.
    limit : float or None
        Goal on the CV.
    unit : str
        Of the horizontal axis, such as ``USD``.

    Returns
    -------
    content.Figure
        One panel.
    """
    figure, grid = drawing(WIDTHS_IN[1], 3.6)
    axes = grid[0, 0]
    for number, one in enumerate(designs):
        axes.errorbar(
            one.cost,
            one.cv,
            yerr=2 * one.error,
            fmt=_MARKS[number % len(_MARKS)],
            color=PALETTE[number % len(PALETTE)],
            markersize=8,
            label=readable(one.name),
        )
    if limit is not None:
        axes.axhline(limit, color=RED, linestyle="--", linewidth=1.2, label=f"goal {limit:g}")
    axes.set_xlim(left=0)
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_formatter(lambda value, _: shown_count(value))
    axes.set_xlabel(f"one survey year [{unit}]")
    axes.set_ylabel("expected CV of abundance")
    calm(axes)
    legend_below(figure, axes, 3)
    caption = (
        f"{heading(survey)}: expected coefficient of variation of abundance from one survey year, "
        "against what it takes. Bars: two Monte-Carlo standard errors. Lower and further left is "
        "better."
    )
    said = "; ".join(
        f"{readable(one.name)}: CV {one.cv:.2f} for {shown_count(one.cost)} {unit}"
        for one in designs
    )
    return finish(figure, f"power_precision_{survey}", caption, f"{said}.")


def _panel(axes: Axes, curves: Mapping[str, PowerCurve], wanted: float | None) -> None:
    """Draw the curves of one change."""
    for number, (design, curve) in enumerate(curves.items()):
        colour = PALETTE[number % len(PALETTE)]
        axes.errorbar(
            curve.year,
            curve.power,
            yerr=[2 * error for error in curve.error],
            color=colour,
            marker=_MARKS[number % len(_MARKS)],
            markersize=5,
            elinewidth=0.8,
            label=readable(design),
        )
    alarm = sum(curve.false_alarm for curve in curves.values()) / len(curves)
    axes.axhline(alarm, color=GREY, linestyle=":", linewidth=1.4, label="without any change")
    if wanted is not None:
        axes.axhline(wanted, color=RED, linestyle="--", linewidth=1.2, label=f"goal {wanted:g}")
    axes.set_ylim(0, 1.02)
    axes.tick_params(axis="y", labelcolor=INK)
    calm(axes)


@house_style
def power_curves(
    survey: str,
    changes: Mapping[str, Mapping[str, PowerCurve]],
    wanted: Mapping[str, float],
    certainty: float,
) -> content.Figure:
    """Draw the chance to see each change against the year, one panel per change.

    Parameters
    ----------
    survey : str
        Name of the survey that tells today's numbers.
    changes : mapping
        Change in words -> design -> curve.
    wanted : mapping of str to float
        Change in words -> goal, where there is one.
    certainty : float
        Posterior probability from which on a change counts as seen.

    Returns
    -------
    content.Figure
        Panels side by side, two in a row.
    """
    columns = min(len(changes), 2)
    rows = -(-len(changes) // columns)
    figure, grid = drawing(WIDTHS_IN[columns], 0.9 + 2.7 * rows, rows, columns, sharey=True)
    for axes, (change, curves) in zip(axes_of(grid, len(changes)), changes.items(), strict=True):
        _panel(axes, curves, wanted.get(change))
        axes.set_title(change)
        axes.set_xlabel("with the surveys up to year")
        axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    for row in grid:
        row[0].set_ylabel("chance to see it")
    legend_below(figure, grid[0, 0], 3)
    caption = (
        f"{heading(survey)}: chance that the surveys up to a year show the change: the posterior "
        f"probability of its direction is then at least {certainty:g}. Bars: two Monte-Carlo "
        "standard errors. Dotted: how often the same is seen although nothing changes."
    )
    said = ". ".join(
        f"{change}: "
        + ", ".join(f"{readable(design)} {curve.power[-1]:.2f}" for design, curve in curves.items())
        + f" by {max(curve.year[-1] for curve in curves.values())}"
        for change, curves in changes.items()
    )
    return finish(figure, f"power_changes_{survey}", caption, f"{said}.", columns)
