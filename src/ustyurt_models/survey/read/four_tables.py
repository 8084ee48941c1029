"""Surveys in four tables: regions, samples, observations and the link between them.

The form of the R packages Distance, mrds and dsm. The tables are told apart by their columns, not
by their names; the table of regions may be missing, and so may the link where the observations
name their sample themselves.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ustyurt_models.checks import Faults, require
from ustyurt_models.survey.read.columns import index_of
from ustyurt_models.survey.read.sources import Source
from ustyurt_models.survey.read.table import Table, fold

__all__ = ["FourTables", "join", "roles_of"]

#: Role of a table: columns it must have, and columns it must not have.
_ROLES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "observations": (("object", "_measured"), ("_linked",)),
    "link": (("object", "transect"), ()),
    "samples": (("transect", "effort"), ("object",)),
    "regions": (("stratum", "area"), ("transect", "object")),
}
_MOST_NAMED = 10


@dataclass(frozen=True)
class FourTables:
    """Tables of one survey by role.

    Attributes
    ----------
    samples : Table
        Transects with their effort.
    observations : Table
        Detections with their distance.
    link : Table or None
        Which detection belongs to which transect.
    regions : Table or None
        Strata with their areas.
    ignored : tuple of str
        Tables that have no part.
    """

    samples: Table
    observations: Table
    link: Table | None
    regions: Table | None
    ignored: tuple[str, ...]

    @property
    def used(self) -> tuple[Table, ...]:
        """The tables that have a part."""
        four = (self.regions, self.samples, self.link, self.observations)
        return tuple(table for table in four if table is not None)


def _measures(table: Table) -> bool:
    return any(index_of(table, name) is not None for name in ("distance", "begin", "radial"))


def _role(table: Table, others: Sequence[Table]) -> str:
    """Return the role that the columns of a table give it, or nothing."""
    has = {name: index_of(table, name) is not None for name in _names()}
    has["_measured"] = _measures(table)
    if has["object"] and has["transect"] and has["_measured"]:
        # Links of the package dsm repeat the distance; they stand beside a table of observations.
        beside = any(
            other is not table and index_of(other, "object") is not None and _measures(other)
            for other in others
        )
        return "link" if beside else "observations"
    for role, (needed, forbidden) in _ROLES.items():
        if all(has[name] for name in needed) and not any(has.get(name) for name in forbidden):
            return role
    return ""


def _names() -> tuple[str, ...]:
    return ("object", "transect", "effort", "stratum", "area")


def roles_of(source: Source) -> FourTables:
    """Tell the tables of a folder or zip apart by their columns.

    Parameters
    ----------
    source : Source
        Several tables.

    Returns
    -------
    FourTables
        By role.

    Raises
    ------
    InputError
        When samples, observations or what links them are missing, or two tables have one role.
    """
    by_role: dict[str, list[Table]] = {}
    for table in source.tables:
        by_role.setdefault(_role(table, source.tables), []).append(table)
    faults = Faults()
    for role in _ROLES:
        if len(by_role.get(role, ())) > 1:
            names = [table.name for table in by_role[role]]
            faults.add(source.name, f"must hold one table of {role}", names)
    shown = [table.name for table in source.tables]
    for role, columns in (
        ("samples", "Sample.Label and Effort"),
        ("observations", "object and distance"),
    ):
        if role not in by_role:
            faults.add(source.name, f"must hold a table of {role} with {columns}", shown)
    seen = by_role.get("observations", ())
    if seen and "link" not in by_role and index_of(seen[0], "transect") is None:
        rule = "must say on which sample each observation was: a table with object and Sample.Label"
        advice = f"or a column Sample.Label in {seen[0].name}"
        faults.add(source.name, rule, shown, advice)
    faults.raise_if_any()

    def one(role: str) -> Table | None:
        return by_role[role][0] if role in by_role else None

    samples, observations = one("samples"), one("observations")
    assert samples is not None
    assert observations is not None
    ignored = (*(table.name for table in by_role.get("", ())), *source.ignored)
    return FourTables(samples, observations, one("link"), one("regions"), ignored)


def _name_orphans(
    keys: Iterable[object], where: str, rule: str, faults: Faults, advice: str = ""
) -> None:
    """Note keys of one table that another does not know."""
    lost = list(dict.fromkeys(keys))
    if lost:
        named = ", ".join(map(str, lost[:_MOST_NAMED]))
        more = f" and {len(lost) - _MOST_NAMED} more" if len(lost) > _MOST_NAMED else ""
        faults.add(where, rule, named + more, advice)


def _cells(table: Table, name: str) -> list[str] | None:
    """Return the cells of a column by our name, or nothing."""
    index = index_of(table, name)
    return table.column(index) if index is not None else None


def _check_unique(table: Table, keys: Sequence[object], what: str, faults: Faults) -> None:
    """Note keys that come twice in a table that must name each once."""
    first: dict[object, str] = {}
    for key, place in zip(keys, table.where, strict=True):
        if key in first:
            faults.add(place, f"must not name {what} again, as {first[key]} does", key)
        first.setdefault(key, place)


def _check_regions(four: FourTables, faults: Faults) -> dict[str, str]:
    """Return the area of each stratum as text; note strata on one side only."""
    strata = _cells(four.samples, "stratum")
    if four.regions is None:
        return {}
    names, areas = _cells(four.regions, "stratum") or [], _cells(four.regions, "area") or []
    _check_unique(four.regions, names, "a region", faults)
    if strata is None:
        rule = f"must name the region of each sample: {four.regions.name} has several"
        if len(set(names)) > 1:
            faults.add(f"{four.samples.name}: Region.Label", rule)
        return dict.fromkeys(names[:1], areas[0]) if names else {}
    rule = f"must name regions of {four.regions.name}; unknown there"
    orphans = (name for name in strata if name not in names)
    _name_orphans(orphans, f"{four.samples.name}: Region.Label", rule, faults)
    rule = f"must have samples in {four.samples.name}; without any"
    advice = "leave the region out, or add its transects"
    orphans = (name for name in names if name not in strata)
    _name_orphans(orphans, f"{four.regions.name}: Region.Label", rule, faults, advice)
    return dict(zip(names, areas, strict=True))


def _keys(table: Table, with_stratum: bool) -> list[tuple[str, ...]]:
    """Return the key of the transect of each row."""
    labels = _cells(table, "transect") or []
    strata = _cells(table, "stratum") if with_stratum else None
    return list(zip(strata, labels, strict=True)) if strata else [(label,) for label in labels]


def _sample_of_object(
    four: FourTables, faults: Faults
) -> tuple[dict[str, tuple[str, ...]], list[tuple[str, ...]]]:
    """Return the transect of each object and the key of each sample; note orphans of both."""
    link = four.link or four.observations
    both = index_of(link, "stratum") is not None and index_of(four.samples, "stratum") is not None
    samples = _keys(four.samples, both)
    _check_unique(four.samples, [" ".join(key) for key in samples], "a sample", faults)
    objects, keys = _cells(link, "object") or [], _keys(link, both)
    if four.link is not None:
        _check_unique(link, objects, "an object", faults)
    known = set(samples)
    rule = f"must name samples of {four.samples.name}; unknown there"
    orphans = (" / ".join(key) for key in keys if any(key) and key not in known)
    _name_orphans(orphans, f"{link.name}: Sample.Label", rule, faults)
    return dict(zip(objects, keys, strict=True)), samples


def _check_objects(four: FourTables, faults: Faults) -> None:
    """Note objects that only the link or only the observations know."""
    if four.link is None:
        return
    seen, linked = _cells(four.observations, "object") or [], _cells(four.link, "object") or []
    rule = f"must name objects of {four.observations.name}; unknown there"
    lost = sorted(set(linked) - set(seen), key=linked.index)
    _name_orphans(lost, f"{four.link.name}: object", rule, faults)
    rule = f"must name objects of {four.link.name}; without a sample there"
    lost = sorted(set(seen) - set(linked), key=seen.index)
    _name_orphans(lost, f"{four.observations.name}: object", rule, faults)


def _same(a: str, b: str) -> bool:
    """Tell whether two cells say the same, as text or as numbers."""
    if a == b:
        return True
    try:
        return math.isclose(
            float(a.replace(",", ".")), float(b.replace(",", ".")), rel_tol=1e-9, abs_tol=0.0
        )
    except ValueError:
        return False


def _check_shared(four: FourTables, faults: Faults) -> None:
    """Note columns of the link that contradict the observations."""
    if four.link is None:
        return
    link, seen = four.link, four.observations
    key, by_object = _cells(link, "object") or [], dict[str, tuple[str, ...]]()
    for row, name in zip(seen.rows, _cells(seen, "object") or [], strict=True):
        by_object.setdefault(name, row)
    theirs = {fold(column): index for index, column in enumerate(seen.columns)}
    for index, column in enumerate(link.columns):
        other = theirs.get(fold(column))
        if other is None or fold(column) == "object":
            continue
        for place, name, row in zip(link.where, key, link.rows, strict=True):
            there = by_object.get(name)
            if there is not None and not _same(row[index], there[other]):
                rule = f"must agree with {seen.name}, which says {there[other]!r}"
                faults.add(f"{place}, {column}", rule, row[index])


def join(source: Source) -> tuple[Table, FourTables]:
    """Join the tables of a folder or zip into one flat table.

    Parameters
    ----------
    source : Source
        Tables of one survey.

    Returns
    -------
    tuple
        A flat table: columns of the region and the sample, then those of the observation; samples
        without observations have one row. A column that both have keeps its name for the sample;
        that of the observation becomes ``observation_<name>`` unless it says the same. And the
        tables by role.

    Raises
    ------
    InputError
        When roles are missing or double, keys repeat, or one table names what another lacks.
    """
    four = roles_of(source)
    faults = Faults()
    areas = _check_regions(four, faults)
    sample_of, samples = _sample_of_object(four, faults)
    _check_objects(four, faults)
    _check_shared(four, faults)
    faults.raise_if_any()
    return replace(_flat(four, areas, sample_of, samples), name=source.name), four


def _own_columns(four: FourTables, pairs: Sequence[tuple[int, int]]) -> list[tuple[int, str]]:
    """Return the columns of the observations that the samples do not give, with their new names.

    ``pairs`` are rows of samples and of observations that belong together.
    """
    taken = {fold(column): index for index, column in enumerate(four.samples.columns)}
    keys = {index_of(four.observations, name) for name in ("transect", "stratum")}
    own = []
    for index, column in enumerate(four.observations.columns):
        shared = taken.get(fold(column))
        if index in keys or not column:
            continue
        if shared is None:
            own.append((index, column))
            continue
        same = all(
            _same(four.samples.rows[i][shared], four.observations.rows[j][index]) for i, j in pairs
        )
        if not same:
            own.append((index, f"observation_{column}"))
    return own


def _flat(
    four: FourTables,
    areas: dict[str, str],
    sample_of: dict[str, tuple[str, ...]],
    samples: Sequence[tuple[str, ...]],
) -> Table:
    """Write one row per observation, and one per sample without any."""
    order = {key: i for i, key in enumerate(samples)}
    objects = _cells(four.observations, "object") or []
    require(all(objects), four.observations.name, "must give every observation a number `object`")
    by_sample: dict[int, list[int]] = {}
    for j, name in enumerate(objects):
        by_sample.setdefault(order[sample_of[name]], []).append(j)
    pairs = [(i, j) for i, rows in by_sample.items() for j in rows]
    own = _own_columns(four, pairs)
    strata = _cells(four.samples, "stratum")
    with_area = bool(areas) and index_of(four.samples, "area") is None
    one = next(iter(areas), "")
    head = [*four.samples.columns, *(["Area"] if with_area else [])]
    head += ["Region.Label"] if with_area and strata is None else []
    rows, places, lines = [], [], []
    for i, sample in enumerate(four.samples.rows):
        stratum = strata[i] if strata is not None else one
        left = [*sample, *([areas[stratum]] if with_area else [])]
        left += [stratum] if with_area and strata is None else []
        for j in by_sample.get(i, ()):
            rows.append((*left, *(four.observations.rows[j][index] for index, _ in own)))
            places.append(four.observations.where[j])
            lines.append(four.observations.lines[j])
        if i not in by_sample:
            rows.append((*left, *([""] * len(own))))
            places.append(four.samples.where[i])
            lines.append(four.samples.lines[i])
    header = {key: value for table in four.used for key, value in table.header.items()}
    units = [table.header["units"] for table in four.used if "units" in table.header]
    return replace(
        four.samples,
        header=header | ({"units": ", ".join(units)} if units else {}),
        columns=(*head, *(name for _, name in own)),
        rows=tuple(rows),
        lines=tuple(lines),
        places=tuple(places),
    )
