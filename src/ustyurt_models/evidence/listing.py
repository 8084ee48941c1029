"""The catalogue as text: a table of rows, one row in full, and the judgements a result leans on."""

import textwrap
from collections.abc import Iterable

from ustyurt_models.evidence.bibliography import cited
from ustyurt_models.evidence.catalogue import Catalogue, load_catalogue
from ustyurt_models.evidence.distributions import INTERVAL, fit
from ustyurt_models.evidence.parameter import CONFIDENCE, PSEUDO_SOURCES, Parameter
from ustyurt_models.evidence.rules import DISTRIBUTIONS

__all__ = ["TABLE_COLUMNS", "detail", "evidence_table", "listing"]

TABLE_COLUMNS = ("id", "value", "range", "unit", "grade", "source", "parameter")
"""Keys of the rows that `evidence_table` returns."""

_LINE = 100
# Share of a row's range; smaller misses of the fitted distribution are not mentioned.
_WORTH_SAYING = 0.05


def listing(
    id: str | None = None,
    species: str | None = None,
    confidence: str | None = None,
    text: str | None = None,
    ids: Iterable[str] | None = None,
) -> str:
    """Return what ``ustyurt evidence`` prints: one parameter in full, or a table.

    Parameters
    ----------
    id : str, optional
        Show this parameter with its full citations.
    species, confidence, text : str, optional
        Conditions on the rows of the table, see `Catalogue.filter`.
    ids : iterable of str, optional
        Only these rows, e.g. those that a study uses.
    """
    catalogue = load_catalogue()
    if id is not None:
        return detail(catalogue, id)
    rows = evidence_table(catalogue, species, confidence, text, ids)
    noun = "parameter" if len(rows) == 1 else "parameters"
    return "\n".join([*_table_lines(rows), "", f"{len(rows)} {noun} of {len(catalogue)}"])


def evidence_table(
    catalogue: Catalogue,
    species: str | None = None,
    confidence: str | None = None,
    text: str | None = None,
    ids: Iterable[str] | None = None,
) -> list[dict[str, str]]:
    """Return the rows that meet every condition, each as `TABLE_COLUMNS` -> text.

    Parameters
    ----------
    catalogue : Catalogue
        The evidence.
    species, confidence, text : str, optional
        See `Catalogue.filter`.
    ids : iterable of str, optional
        Only these rows.
    """
    rows = catalogue.filter(species, confidence, text)
    if ids is not None:
        wanted = set(catalogue.require_ids(ids))
        rows = tuple(row for row in rows if row in wanted)
    return [_table_row(row) for row in rows]


def detail(catalogue: Catalogue, id: str) -> str:
    """Return all that is known about parameter `id`, with full citations, as text."""
    row = catalogue[id]
    facts = (
        ("value", f"{_value(row)} {row.unit}" if row.drawable else "a fact, not a number"),
        ("range", _range(row)),
        ("hint", f"{row.distribution}: {DISTRIBUTIONS[row.distribution]}"),
        ("draws", _draws(row)),
        ("place", row.place),
        ("years", row.years),
        ("grade", f"{row.confidence}: {CONFIDENCE[row.confidence]}"),
        ("note", row.note),
        *(("source", line) for line in _source_lines(catalogue, row)),
    )
    lines = [f"{row.id}  {row.species}: {row.parameter}"]
    for name, words in facts:
        if words and words != "-":
            lines += textwrap.wrap(
                words,
                _LINE,
                initial_indent=f"  {name:9}",
                subsequent_indent=" " * 11,
                break_long_words=False,
                break_on_hyphens=False,
            )
    return "\n".join(lines)


def _source_lines(catalogue: Catalogue, row: Parameter) -> list[str]:
    """Return one line per source of `row`: the citation, or what the pseudo-key means."""
    lines = [
        f"[{source.key}] {source.citation}" + (f" ({source.seen})" if source.seen else "")
        for source in cited(catalogue, [row.id])
    ]
    pseudo = [key for key in row.source_keys if key in PSEUDO_SOURCES]
    return lines + [f"[{key}] {PSEUDO_SOURCES[key]}" for key in pseudo]


def _table_row(row: Parameter) -> dict[str, str]:
    """Return the cells of one row of the table."""
    cells = (
        row.id,
        _value(row),
        _range(row),
        row.unit,
        row.confidence,
        ";".join(row.source_keys),
        row.parameter,
    )
    return dict(zip(TABLE_COLUMNS, cells, strict=True))


def _value(row: Parameter) -> str:
    """Return the value as text, empty for a fact."""
    return "" if row.value is None else f"{row.value:g}"


def _range(row: Parameter) -> str:
    """Return ``low to high``, empty when there is no range."""
    return "" if row.low is None or row.high is None else f"{row.low:g} to {row.high:g}"


def _draws(row: Parameter) -> str:
    """Return what is drawn for `row` and how well that meets the row's own numbers."""
    if not row.drawable:
        return ""
    fitted = fit(row)
    if fitted.family == "constant":
        return "its value, always"
    low, median, high = fitted.quantile(INTERVAL)
    miss = f"; misses the row by up to {fitted.fit_error:.0%} of its range"
    spread = f"{fitted.family}, median {median:.3g}, 95 % within {low:.3g} to {high:.3g}"
    return spread + (miss if fitted.fit_error >= _WORTH_SAYING else "")


def _table_lines(rows: list[dict[str, str]]) -> list[str]:
    """Return header and rows with aligned columns; the last column runs free."""
    table = [dict(zip(TABLE_COLUMNS, TABLE_COLUMNS, strict=True)), *rows]
    widths = {name: max(len(row[name]) for row in table) for name in TABLE_COLUMNS[:-1]}
    last = TABLE_COLUMNS[-1]
    return [
        "  ".join([*(row[name].ljust(width) for name, width in widths.items()), row[last]])
        for row in table
    ]
