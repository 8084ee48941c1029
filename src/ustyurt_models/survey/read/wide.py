"""Wide counts: one row per site, one column per distance class."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from ustyurt_models.checks import Faults
from ustyurt_models.survey.read.classes import classes_of_columns, cutpoints_of_header
from ustyurt_models.survey.read.columns import COLUMNS
from ustyurt_models.survey.read.flat import kind_of, survey_from_table
from ustyurt_models.survey.read.survey_data import Kind, Transects
from ustyurt_models.survey.read.table import Table, columns_of, fold, numbers_of

__all__ = ["survey_from_wide"]

_MOST_GROUPS = 1_000_000
_SITE = ("Sample.Label", "site", "transect", "point", "line", "plot", "quadrat", "id", "station")


def _classes(table: Table, faults: Faults) -> tuple[list[int], list[float]]:
    """Find the counting columns and the edges of their classes [file's unit of distance]."""
    columns, edges = classes_of_columns(table.columns, table.name, faults)
    declared = cutpoints_of_header(table.header.get("cutpoints", ""), table.name, faults)
    if not declared:
        return columns, edges
    if not columns:
        numbered = [
            index
            for index, column in enumerate(table.columns)
            if fold(column).rstrip("0123456789") in ("n", "c", "y", "count", "class", "band", "bin")
            and fold(column)[-1].isdigit()
        ]
        if len(numbered) != len(declared) - 1:
            rule = f"must have {len(declared) - 1} columns n1, n2, ... for the header's cutpoints"
            faults.add(table.name, rule, [table.columns[index] for index in numbered])
        return numbered, declared
    if len(edges) != len(declared) or any(
        abs(a - b) > 1e-9 * max(1.0, b) for a, b in zip(edges, declared, strict=False)
    ):
        rule = f"must be the edges in the column names {edges}"
        faults.add(f"{table.name}: cutpoints", rule, declared)
    return columns, edges


def _counts(table: Table, columns: Sequence[int], faults: Faults) -> list[list[int] | None]:
    """Return the counts of each site by class; nothing for a site that was not surveyed."""
    numbers = [numbers_of(table, index, faults, missing_ok=True) for index in columns]
    counts: list[list[int] | None] = []
    for place, row in zip(table.where, zip(*numbers, strict=True), strict=True):
        missing = [value != value for value in row]
        if all(missing):
            counts.append(None)
            continue
        for index, value in zip(columns, row, strict=True):
            where = f"{place}, column {table.columns[index]}"
            if value != value:
                rule = "must not be empty where other classes of the site are counted"
                faults.add(where, rule, None, "nothing seen is 0; a site not surveyed is all empty")
            elif value < 0 or value != value // 1:
                faults.add(where, "must be a whole number >= 0", value)
        counts.append([int(value) if value == value else 0 for value in row])
    groups = sum(sum(row) for row in counts if row is not None)
    if groups > _MOST_GROUPS:
        faults.add(table.name, f"must hold at most {_MOST_GROUPS:,} groups", groups)
    return counts


def _labels(table: Table, index: int | None, faults: Faults) -> tuple[list[str], str]:
    """Return a name for each site; the number of its row where the file gives none."""
    if index is None:
        return [str(i + 1) for i in range(len(table.rows))], "sites numbered in order of rows"
    labels = table.column(index)
    stratum = columns_of(table, {"stratum": COLUMNS["stratum"]}, ()).get("stratum")
    strata = table.column(stratum) if stratum is not None else labels
    first: dict[tuple[str, str], str] = {}
    for key, place in zip(zip(strata, labels, strict=True), table.where, strict=True):
        if key in first:
            advice = "several visits? one row per site and visit needs a name of its own"
            faults.add(place, f"must not repeat the site of {first[key]}", key[1], advice)
        first.setdefault(key, place)
    return labels, ""


def survey_from_wide(
    table: Table, given: dict[str, str | None] | None = None, kind: Kind | None = None
) -> Transects:
    """Take a table of counts by site and distance class as a survey.

    Parameters
    ----------
    table : Table
        One row per site; columns such as ``n_0_100`` count groups, or ``n1, n2, ...`` with a
        header line ``# cutpoints: 0, 100, 200``. Points without a column of effort were visited
        once. A row without any count was not surveyed and is left out.
    given : dict, optional
        Units from the study file.
    kind : str, optional
        ``"line"`` or ``"point"`` from the study file; compulsory here or in the file's header.

    Returns
    -------
    Transects
        Each counted group as a detection in the middle of its class.

    Raises
    ------
    InputError
        With every fault of the file at once.
    """
    faults = Faults()
    kind, how = kind_of(table, kind, faults)
    if how == "assumed":
        advice = "write '# kind: point' or '# kind: line' on top"
        faults.add(table.name, "must say whether sites are points or lines", None, advice)
    columns, edges = _classes(table, faults)
    faults.raise_if_any()
    counts = _counts(table, columns, faults)
    faults.raise_if_any()
    flat, notes = _flat(table, columns, edges, counts, kind, faults)
    faults.raise_if_any()
    survey = survey_from_table(flat, given, kind)
    return replace(
        survey, form="wide counts by distance class", notes=(*notes, *survey.notes), has_size=False
    )


def _flat(
    table: Table,
    columns: Sequence[int],
    edges: Sequence[float],
    counts: Sequence[Sequence[int] | None],
    kind: Kind,
    faults: Faults,
) -> tuple[Table, list[str]]:
    """Write one row per group and one per empty site, as a flat file of classes would."""
    site = columns_of(table, {"site": _SITE}, ()).get("site")
    labels, note = _labels(table, site, faults)
    notes = [note] if note else []
    own = [i for i in range(len(table.columns)) if i not in {*columns, site}]
    head = ["Sample.Label", *(table.columns[i] for i in own)]
    effort = columns_of(table, {"effort": COLUMNS["effort"]}, ()).get("effort")
    once = effort is None and kind == "point"
    if once:
        notes.append("every point visited once, because the file gives no effort")
    head += ["Effort"] if once else []
    rows, lines, places, left_out = [], [], [], []
    limits = [(f"{low!r}", f"{high!r}") for low, high in pairwise(edges)]
    for i, (row, label, count) in enumerate(zip(table.rows, labels, counts, strict=True)):
        if count is None:
            left_out.append(label)
            continue
        cells = [label, *(row[j] for j in own), *(["1"] if once else [])]
        classes = [k for k, number in enumerate(count) for _ in range(number)]
        for n, k in enumerate(classes):
            rows.append((*cells, *limits[k], f"{i}-{n}"))
        if not classes:
            rows.append((*cells, "", "", ""))
        lines += [table.lines[i]] * max(len(classes), 1)
        places += [table.where[i]] * max(len(classes), 1)
    if left_out:
        shown = ", ".join(left_out[:5]) + (" ..." if len(left_out) > 5 else "")
        notes.append(f"{len(left_out)} sites without any count were not surveyed: {shown}")
    header = table.header | {"cutpoints": ", ".join(map(repr, edges))}
    flat = replace(
        table,
        header=header,
        columns=(*head, "distbegin", "distend", "object"),
        rows=tuple(rows),
        lines=tuple(lines),
        places=tuple(places),
    )
    return flat, notes
