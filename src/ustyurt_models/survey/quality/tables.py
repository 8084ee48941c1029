"""Survey files without distances: repeated visits, patrols, ratios, collars, collared animals.

Their columns tell which kind a file is; each is read by its own reader with all of its checks.
"""

import re
from dataclasses import dataclass, replace
from pathlib import Path

from ustyurt_models.checks import require
from ustyurt_models.survey.quality.assess import Quality
from ustyurt_models.survey.quality.columns import ColumnFacts, assess_columns
from ustyurt_models.survey.read.camtrap.times import moment
from ustyurt_models.survey.read.composition import read_collars, read_ratios
from ustyurt_models.survey.read.histories import Histories
from ustyurt_models.survey.read.movebank.fixes import Fixes
from ustyurt_models.survey.read.movebank.lives import Life
from ustyurt_models.survey.read.movebank.study import Movebank, is_movebank, movebank_of
from ustyurt_models.survey.read.movebank.tracks import Track, day_range_limits, tracks_of
from ustyurt_models.survey.read.smart import read_mapping, read_patrols
from ustyurt_models.survey.read.sources import Source, read_source
from ustyurt_models.survey.read.species_tables import SpeciesColumns, read_species_table
from ustyurt_models.survey.read.table import Table, fold
from ustyurt_models.survey.read.wide_histories import WideColumns, read_wide_histories

__all__ = ["OtherSurvey", "assess_other", "other_survey", "page_of_tables"]

_VISIT = re.compile(r"y[._ ]?\d+")
#: Columns of single visits, and of what differs between them.
_NUMBERED = re.compile(r".*\d")
_MOVEBANK = "Movebank"
_RATIOS = ("year", "kind", "number", "of")
_COLLARS = ("year", "sex", "age", "atrisk", "deaths")
_LONG = ("site", "species", "visit")


@dataclass(frozen=True)
class OtherSurvey:
    """A file that was read, and what to say of it.

    Attributes
    ----------
    form : str
        Kind of file.
    line : str
        What it holds, in one line.
    notes : tuple of str
        What to know of it, one thing each.
    source : Source
        Its tables.
    doubts : tuple of str
        What to look at before a model is fitted.
    """

    form: str
    line: str
    notes: tuple[str, ...]
    source: Source
    doubts: tuple[str, ...] = ()

    @property
    def header(self) -> dict[str, str]:
        """``# key: value`` lines of all tables."""
        return {key: value for one in self.source.tables for key, value in one.header.items()}


def _names(table: Table) -> set[str]:
    return {fold(column) for column in table.columns}


def _visits(path: Path, source: Source) -> OtherSurvey:
    """Read a table of visits with one row per site."""
    found: Histories = read_wide_histories(path, WideColumns())
    line = (
        f"{len(found.site)} sites, {int(found.visits.sum())} visits in "
        f"{len(found.occasion)} columns, something found at {int(found.naive.sum())} sites"
    )
    empty = int((found.visits == 0).sum())
    doubts = (f"Sites that were never visited: {empty}.",) if empty else ()
    return OtherSurvey("visits to sites", line, found.notes, source, doubts)


def _long_visits(path: Path, source: Source) -> OtherSurvey:
    """Read a table of visits with a row per site, species and visit."""
    seen = "seen" if "seen" in _names(source.tables[0]) else ""
    told = SpeciesColumns(WideColumns(site="site"), visit="visit", seen=seen)
    read_species_table(path, told)
    table = source.tables[0]
    count = {
        name: len(set(table.column([fold(c) for c in table.columns].index(name)))) for name in _LONG
    }
    line = f"{count['site']} sites, {count['visit']} visits, {count['species']} species"
    return OtherSurvey("visits to sites, a row each", line, (), source)


def _ratios(path: Path, source: Source) -> OtherSurvey:
    """Read age and sex ratios."""
    found = read_ratios(path)
    years = f"{found.year.min()}-{found.year.max()}"
    line = f"{found.year.size} ratios of {found.of.sum():,.0f} animals, {years}"
    return OtherSurvey("age and sex ratios", line, (), source)


def _collars(path: Path, source: Source) -> OtherSurvey:
    """Read collared animals by year."""
    found = read_collars(path)
    years = float((found.at_risk * found.months / 12.0).sum())
    line = f"{years:.4g} collar years with {found.deaths.sum():,.0f} deaths"
    return OtherSurvey("collared animals by year", line, (), source)


def _patrols(path: Path, mapping: Path, source: Source) -> OtherSurvey:
    """Read the tables of SMART by the mapping file that lies beside them."""
    found = read_patrols(path, read_mapping(mapping))
    walked = len(set(zip(found.tracks.patrol, found.tracks.day.tolist(), strict=True)))
    line = (
        f"{len(set(found.tracks.patrol))} patrols on {walked} days, {len(found.tracks.patrol):,} "
        f"points of tracks, {len(found.seen.patrol):,} observations of "
        f"{len(set(found.seen.species))} species"
    )
    return OtherSurvey("SMART patrols", line, (f"columns by {mapping.name}",), source)


def _of_track(track: Track) -> str:
    """Say the movement of one animal."""
    area = f"{track.home_range_km2:.4g} km2 hold 95 % of them (convex polygon)"
    speed = f"{track.outliers} left out because of impossible speed"
    return (
        f"{track.animal}: {track.fixes} positions, {moment(track.first_s)} to "
        f"{moment(track.last_s)} UTC, one in {track.interval_min:.4g} min; median step "
        f"{track.step_m:.4g} m, {track.day_range_km:.3g} km a day; {area}; {speed}"
    )


def _fates(lives: tuple[Life, ...]) -> tuple[str, tuple[str, ...]]:
    """Say what became of the animals, and what is in doubt of it."""
    dead, vanished = (sum(getattr(one, name) for one in lives) for name in ("died", "vanished"))
    doubts = (
        f"Collars that ended for no known reason: {vanished} of {len(lives)}. They count as alive "
        "until then; if the animals were killed with their collar, survival comes out too high.",
    )
    return f"{len(lives)} collars, {dead} deaths", doubts if vanished else ()


def _movement(fixes: Fixes) -> tuple[list[str], list[str]]:
    """Say how animals moved, and what is in doubt of it."""
    tracks = tracks_of(fixes)
    notes = [
        f"left out: {fixes.hidden} rows with visible = false, {fixes.empty} without a position, "
        f"{fixes.repeated} written twice",
        *(_of_track(one) for one in tracks),
    ]
    limits = day_range_limits(tracks)
    if limits is not None:
        told = ", ".join(f"{value:.3g}" for value in limits)
        text = "; fixes far apart cut corners, so the true day range is longer"
        notes.append(f"mean over animals: day_range_km = [{told}]{text}")
    fast = [f"{one.animal} ({one.outliers})" for one in tracks if one.outliers]
    doubts = [f"Positions reached and left at an impossible speed: {', '.join(fast)}."]
    return notes, doubts if fast else []


def _movebank(source: Source) -> OtherSurvey:
    """Read an export of Movebank."""
    found: Movebank = movebank_of(source)
    notes: list[str] = []
    doubts: list[str] = []
    parts: list[str] = []
    if found.fixes is not None:
        count, animals = found.fixes.utc_s.size, len(found.fixes.animals)
        parts.append(f"{count:,} positions of {animals} animals")
        notes, doubts = _movement(found.fixes)
    if found.lives:
        line, more = _fates(found.lives)
        parts.append(line)
        doubts += more
    return OtherSurvey(_MOVEBANK, ", ".join(parts), tuple(notes), source, tuple(doubts))


def other_survey(path: Path) -> OtherSurvey | None:
    """Read a survey file without distances, if its columns say that it is one.

    Parameters
    ----------
    path : Path
        File, folder or zip; a folder of SMART tables holds its mapping as the only TOML file.

    Returns
    -------
    OtherSurvey or None
        None for files of another kind.

    Raises
    ------
    InputError
        With every fault of the file.
    """
    source = read_source(path)
    mappings = sorted(path.glob("*.toml")) if path.is_dir() else []
    if mappings:
        names = [one.name for one in mappings]
        rule = "must hold one mapping file of SMART tables"
        require(len(mappings) == 1, path.name, rule, names)
        return _patrols(path, mappings[0], source)
    if is_movebank(source):
        return _movebank(source)
    if len(source.tables) != 1:
        return None
    names_here = _names(source.tables[0])
    if names_here.issuperset(_RATIOS):
        return _ratios(path, source)
    if names_here.issuperset(_COLLARS):
        return _collars(path, source)
    if names_here.issuperset(_LONG):
        return _long_visits(path, source)
    if sum(bool(_VISIT.fullmatch(one.lower())) for one in source.tables[0].columns) > 1:
        return _visits(path, source)
    return None


def assess_other(found: OtherSurvey) -> Quality:
    """Return what the page of a file without distances says: what it holds, and its columns.

    Parameters
    ----------
    found : OtherSurvey
        The file as read.
    """
    plain = page_of_tables(found.source, found.form, (found.line, *found.notes))
    return replace(plain, doubts=found.doubts)


def _filled(fact: ColumnFacts, form: str) -> ColumnFacts:
    """Take empty cells for what they are: no visit, no position, a collar still on."""
    if form == _MOVEBANK or _NUMBERED.fullmatch(fact.name):
        return replace(fact, rows=fact.rows - fact.missing, missing=0)
    return fact


def page_of_tables(source: Source, form: str, holds: tuple[str, ...]) -> Quality:
    """Return the quality of tables of which only columns are described.

    Parameters
    ----------
    source : Source
        The tables.
    form : str
        Kind of file.
    holds : tuple of str
        What they hold, one thing each.
    """
    first = source.tables[0]
    columns = (one for table in source.tables for one in assess_columns(table, None))
    return Quality(
        name=source.name,
        form=form,
        header={key: value for one in source.tables for key, value in one.header.items()},
        encoding=first.encoding,
        separator=first.separator,
        rows=sum(len(one.rows) for one in source.tables),
        units=(),
        notes=(),
        columns=tuple(_filled(one, form) for one in columns),
        holds=holds,
    )
