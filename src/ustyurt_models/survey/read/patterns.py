"""Columns that belong together by their names: ``y.1``, ``y.2`` or ``det991`` of two seasons."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from ustyurt_models.checks import Faults, did_you_mean, require

__all__ = ["VisitColumn", "alike", "match_columns"]

_HOLE = re.compile(r"\{(season|visit)(?::(\d+))?\}")


class VisitColumn(NamedTuple):
    """One column of the table: its index, its season and its visit."""

    column: int
    season: str
    visit: str


def _regex(pattern: str, where: str) -> re.Pattern[str]:
    """Turn a pattern into a regular expression; holes side by side need widths."""
    holes = list(_HOLE.finditer(pattern))
    names = [hole[1] for hole in holes]
    require(
        names.count("visit") == 1 and names.count("season") <= 1,
        where,
        "must hold {visit} once, and {season} at most once",
        pattern,
    )
    if len(holes) == 2 and holes[0].end() == holes[1].start():
        rule = "must say how wide one of two names side by side is"
        advice = "such as det{season:2}{visit} for det991"
        require(any(hole[2] for hole in holes), where, rule, pattern, advice)
    text, end = "", 0
    for hole in holes:
        width = f"{{{hole[2]}}}" if hole[2] else "+"
        text += re.escape(pattern[end : hole.start()]) + rf"(?P<{hole[1]}>\w{width})"
        end = hole.end()
    return re.compile(text + re.escape(pattern[end:]), re.IGNORECASE)


def match_columns(
    columns: Sequence[str], wanted: str | tuple[str, ...], where: str
) -> list[VisitColumn]:
    """Find the columns of a quantity that is written down per visit.

    Parameters
    ----------
    columns : sequence of str
        Columns of the table.
    wanted : str or tuple of str
        A pattern such as ``det{season:2}{visit}``, or the names one by one.
    where : str
        File and option, for messages.

    Returns
    -------
    list of VisitColumn
        In the order of the table for a pattern, as given otherwise; without ``{season}`` the
        season is empty.

    Raises
    ------
    InputError
        When nothing fits, a named column is missing, or the pattern can be read in two ways.
    """
    if isinstance(wanted, tuple):
        faults = Faults()
        for name in wanted:
            if name not in columns:
                faults.add(where, "must be a column", name, did_you_mean(name, columns))
        faults.raise_if_any()
        return [VisitColumn(columns.index(name), "", str(i + 1)) for i, name in enumerate(wanted)]
    regex = _regex(wanted, where)
    found = [(index, regex.fullmatch(name)) for index, name in enumerate(columns)]
    hits = [
        VisitColumn(index, match.groupdict().get("season", ""), match["visit"])
        for index, match in found
        if match is not None
    ]
    advice = f"the columns are {', '.join(columns[:12])}; say visits = 'NAME{{visit}}'"
    require(bool(hits), where, f"must fit columns of the file: {wanted!r} fits none", None, advice)
    return hits


def alike(columns: Sequence[str], visits: Sequence[VisitColumn], pattern: str) -> dict[str, list]:
    """Find covariates whose columns end like those of the visits.

    Parameters
    ----------
    columns : sequence of str
        Columns of the table.
    visits : sequence of VisitColumn
        What `match_columns` found for `pattern`.
    pattern : str
        Pattern of the visits, with a beginning such as ``det``.

    Returns
    -------
    dict of str to list of int
        Name to the index of its column for every visit; only where no visit lacks one.
    """
    begin = len(pattern.partition("{")[0])
    tails = [columns[visit.column][begin:] for visit in visits]
    place, taken = {name: i for i, name in enumerate(columns)}, {v.column for v in visits}
    found: dict[str, list[int]] = {}
    for name in columns:
        stem = name.removesuffix(tails[0])
        parts = [place.get(stem + tail) for tail in tails]
        if not stem or stem == name or any(part is None or part in taken for part in parts):
            continue
        found[stem.rstrip("._- ")] = [part for part in parts if part is not None]
    return found
