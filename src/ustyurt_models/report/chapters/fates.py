"""Why cheetahs last or vanish: what becomes of them, and gains beside losses."""

from ustyurt_models.report.chapters.common import shown_scenarios
from ustyurt_models.report.content import Block, Cell, Column, Paragraph, Table
from ustyurt_models.report.fates import CUBS, Household, fates_of, household_of
from ustyurt_models.report.figures.fates import fates_chart
from ustyurt_models.report.inputs import ReportInputs
from ustyurt_models.report.words import readable, shown_number

__all__ = ["fate_blocks"]

#: Share of adult females that miss a male from which it is worth a word.
_MANY_ALONE = 0.1
#: Mean condition below which food is worth a word; 1 is well fed.
_HUNGRY = 0.7


def fate_blocks(inputs: ReportInputs) -> tuple[Block, ...]:
    """Return the chart of fates, a sentence per scenario, and the table of gains and losses."""
    names = shown_scenarios(inputs, cheetahs=True)
    fates = {name: fates_of(inputs.results, name) for name in names}
    homes = {name: household_of(inputs.results, name) for name in names}
    said = [
        Paragraph(_sentence(name, sum(f.share for f in fates[name] if f.group == CUBS), home))
        for name, home in homes.items()
    ]
    return (fates_chart(fates), *said, _table(homes))


def _sentence(scenario: str, as_cubs: float, home: Household) -> str:
    """Say whether gains cover losses, and what weighs most."""
    name = readable(scenario)
    if not home.births_to_hold > 0.0:
        return f"{name}: too few cheetahs were born to weigh gains against losses."
    covered = home.births_per_female >= home.births_to_hold
    words = [
        f"{name}: an adult female bears {shown_number(home.births_per_female, 2)} cubs a year; "
        f"{shown_number(home.births_to_hold, 2)} would hold the number without releases, so births "
        f"{'cover' if covered else 'do not cover'} the losses.",
        f"{100 * as_cubs:.0f} of 100 cheetahs die as cubs.",
    ]
    fed = "are well fed on the whole" if home.condition >= _HUNGRY else "go hungry"
    words.append(f"Cheetahs {fed} (mean condition {home.condition:.2f}, 1 is best).")
    if home.without_male >= _MANY_ALONE:
        words.append(
            f"{100 * home.without_male:.0f} of 100 adult females are ready to conceive but have no "
            "grown male in reach."
        )
    return " ".join(words)


def _table(homes: dict[str, Household]) -> Table:
    """Return gains and losses, one row per scenario."""
    rows: list[tuple[Cell, ...]] = [
        (
            readable(name),
            home.births_per_female,
            home.births_to_hold,
            100.0 * home.cub_deaths,
            home.other_losses_per_100,
            100.0 * home.without_male,
            home.condition,
        )
        for name, home in homes.items()
    ]
    columns = (
        Column("scenario"),
        Column("cubs born", "per adult female and yr", "number"),
        Column("cubs needed to hold the number", "per adult female and yr", "number"),
        Column("cubs lost as cubs", "of 100", "number"),
        Column("other deaths and departures", "per 100 independent cheetahs and yr", "number"),
        Column("adult females that miss a male", "of 100", "number"),
        Column("mean condition", "", "number"),
    )
    return Table(
        "cheetah_household",
        "Gains and losses of cheetahs, all futures and years together. The number holds where as "
        "many cubs are born as are needed. A female misses a male when she is ready to conceive at "
        "the census and no grown male lives in her reach.",
        columns,
        tuple(rows),
    )
