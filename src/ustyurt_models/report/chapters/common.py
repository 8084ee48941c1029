"""What several chapters need: which scenarios are drawn, and tables of quantiles."""

from collections.abc import Iterable, Sequence

from ustyurt_models.report import measures
from ustyurt_models.report.inputs import ReportInputs

__all__ = ["MOST_SHOWN", "first_releases", "shown_scenarios", "shown_years"]

#: Scenarios beyond this number stand in the tables only.
MOST_SHOWN = 4
#: Map years side by side.
MOST_YEARS = 3


def shown_scenarios(inputs: ReportInputs, *, cheetahs: bool = False) -> tuple[str, ...]:
    """Return the scenarios that figures show, in the order of the study.

    Parameters
    ----------
    inputs : ReportInputs
        The run.
    cheetahs : bool
        Only scenarios in which cheetahs ever live.
    """
    names: Sequence[str] = [str(name) for name in inputs.results["scenario"].values]
    if cheetahs:
        names = measures.with_cheetahs(inputs.results)
    return tuple(names[:MOST_SHOWN])


def shown_years(years: Iterable[int]) -> list[int]:
    """Return first, middle and last of `years`, or all when there are three or fewer."""
    listed = [int(year) for year in years]
    if len(listed) <= MOST_YEARS:
        return listed
    return [listed[0], listed[len(listed) // 2], listed[-1]]


def first_releases(inputs: ReportInputs, scenario: str) -> tuple[int, ...]:
    """Return the first year in which any future of `scenario` releases cheetahs, if any."""
    released = inputs.results["cheetah_released"].sel(scenario=scenario)
    happens = (released.sum(["draw", "replicate"]) > 0).to_numpy()
    # A year stands for its first day, so what happened during it is stored with the next one.
    return (int(inputs.results["year"].to_numpy()[happens][0]) - 1,) if happens.any() else ()
