"""What becomes of a hundred cheetahs, born or set free."""

from collections.abc import Mapping, Sequence

from ustyurt_models.report import content
from ustyurt_models.report.fates import CUBS, END, GROWN, LEFT, Fate
from ustyurt_models.report.figures.canvas import (
    AMBER,
    BLUE,
    GREEN,
    GREY,
    INK,
    WIDTHS_IN,
    axes_of,
    drawing,
    finish,
    house_style,
)
from ustyurt_models.report.words import readable

__all__ = ["fates_chart"]

_COLOURS = {CUBS: AMBER, GROWN: BLUE, LEFT: GREY, END: GREEN}


@house_style
def fates_chart(fates: Mapping[str, Sequence[Fate]]) -> content.Figure:
    """Draw one bar per fate, one panel per scenario.

    Parameters
    ----------
    fates : mapping of str to sequence of Fate
        Scenario -> shares of all its cheetahs, which add up to 1.
    """
    columns = min(2, len(fates))
    rows = -(-len(fates) // columns)
    most = max(map(len, fates.values()))
    height = rows * (0.7 + 0.27 * most) + 0.6
    figure, grid = drawing(WIDTHS_IN[3 if columns > 1 else 1], height, rows, columns)
    readings = []
    top = 100.0 * max(one.share for found in fates.values() for one in found)
    for axes, (scenario, found) in zip(axes_of(grid, len(fates)), fates.items(), strict=True):
        for position, fate in enumerate(found):
            value = 100.0 * fate.share
            axes.barh(position, value, color=_COLOURS[fate.group], height=0.7)
            axes.text(value + 0.015 * top, position, _number(value), va="center", fontsize=9)
        axes.set_yticks(range(len(found)), [fate.label for fate in found])
        axes.tick_params(axis="y", length=0)
        axes.invert_yaxis()
        axes.set_xlim(0, 1.12 * top)
        axes.set_title(readable(scenario))
        axes.set_xlabel("of 100 cheetahs born or set free")
        axes.spines["left"].set_visible(False)
        readings.append(_reading(scenario, found))
    handles = [axes.barh([0], [0], color=_COLOURS[group], label=group) for group in _COLOURS]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), labelcolor=INK)
    caption = (
        "What becomes of 100 cheetahs that were born in the region, set free there or there from "
        "the start: all futures together, the bars of a scenario add up to 100."
    )
    return finish(figure, "cheetah_fates", caption, ". ".join(readings) + ".", columns)


def _number(value: float) -> str:
    """Write a number of animals in a hundred."""
    if value < 0.05:
        return "<0.1"
    return f"{value:.0f}" if value >= 9.5 else f"{value:.1f}"


def _reading(scenario: str, fates: Sequence[Fate]) -> str:
    """Say a panel in words."""
    said = ", ".join(f"{fate.label} {_number(100.0 * fate.share)}" for fate in fates)
    return f"{readable(scenario)}, of 100 cheetahs: {said}"
