"""What a report says, apart from how it is shown: sections, paragraphs, tables and figures."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from ustyurt_models.checks import require

__all__ = [
    "Block",
    "Bullets",
    "Code",
    "Column",
    "Definitions",
    "Document",
    "Figure",
    "Note",
    "Paragraph",
    "Section",
    "Table",
    "TrafficLight",
]

Light = Literal["green", "amber", "red", "grey"]
Kind = Literal["text", "long", "number", "count", "probability", "interval", "light"]
Cell = str | float | int | tuple[float, float, float] | None


@dataclass(frozen=True)
class Paragraph:
    """Running text.

    Attributes
    ----------
    text : str
        Plain text, one paragraph.
    lead : bool
        Whether it opens a section and is set larger.
    """

    text: str
    lead: bool = False


@dataclass(frozen=True)
class Note:
    """A remark that must not be overlooked.

    Attributes
    ----------
    text : str
        What the reader must know.
    level : {"info", "warning"}
        ``warning`` for simulated input, overridden gates and the like.
    """

    text: str
    level: Literal["info", "warning"] = "info"


@dataclass(frozen=True)
class Bullets:
    """A list of short statements."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Code:
    """Commands or a file, shown letter by letter.

    Attributes
    ----------
    text : str
        The lines.
    folded : str
        Where not empty: the text is long and shown on demand under this title.
    """

    text: str
    folded: str = ""


@dataclass(frozen=True)
class Definitions:
    """Terms with their explanation, for the glossary and the list of sub-models."""

    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    label : str
        What the column holds.
    unit : str
        Unit of its numbers; empty when there is none.
    kind : {"text", "long", "number", "count", "probability", "interval", "light"}
        How its cells are written. Cells of an interval hold median, low and high end of the
        equal-tailed interval; a CSV gives them a column each.
    middle, interval : str
        Of an interval: what its central value is, and what kind of interval it is.
    mass : float
        Mass of the interval.
    """

    label: str
    unit: str = ""
    kind: Kind = "text"
    middle: str = "median"
    interval: str = "interval"
    mass: float = 0.95

    @property
    def title(self) -> str:
        """Label; of an interval also what stands before and in the brackets."""
        if self.kind != "interval":
            return self.label
        return f"{self.label}, {self.middle} ({self._mass} {self.interval})"

    @property
    def _mass(self) -> str:
        return f"{100 * self.mass:g} %"

    @property
    def names(self) -> tuple[str, ...]:
        """Headings in a file, with the unit: one, or three for an interval."""
        ends = (self.middle, f"{self._mass} low", f"{self._mass} high")
        parts = ends if self.kind == "interval" else ("",)
        unit = f" [{self.unit}]" if self.unit else ""
        return tuple(f"{self.label}{', ' if part else ''}{part}{unit}" for part in parts)


@dataclass(frozen=True)
class Table:
    """A table with unrounded values; rounding is a matter of showing.

    Attributes
    ----------
    name : str
        File name of the CSV, without ending; unique in the document.
    caption : str
        What the table shows, with place, time and kind of interval.
    columns : tuple of Column
        Its columns.
    rows : tuple of tuple
        Cells, one per column; ``None`` is shown as a dash.
    note : str
        Small print under the table.
    folded : bool
        Whether it is long and shown on demand.
    """

    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    folded: bool = False

    def __post_init__(self) -> None:
        """Refuse rows that do not match the columns."""
        widths = {len(row) for row in self.rows} - {len(self.columns)}
        require(not widths, f"table {self.name}", "rows must match the columns", sorted(widths))


@dataclass(frozen=True)
class Figure:
    """A picture in two forms, with the words that replace it.

    Attributes
    ----------
    name : str
        File name without ending; unique in the document.
    caption : str
        What is drawn, with units and kind of interval.
    alt : str
        What a reader who cannot see the figure must learn from it.
    svg : bytes
        Vector form, text as paths.
    png : bytes
        Raster form.
    columns : int
        Panels side by side; on a narrow screen several panels scroll inside their frame.
    """

    name: str
    caption: str
    alt: str
    svg: bytes = field(repr=False)
    png: bytes = field(repr=False)
    columns: int = 1


@dataclass(frozen=True)
class TrafficLight:
    """The verdict on one criterion in one scenario, in words.

    Attributes
    ----------
    light : {"green", "amber", "red", "grey"}
        Met, open, not met, not applicable.
    word : str
        The same in a word, so that colour is never alone.
    title : str
        Name of the criterion.
    scenario : str
        Scenario that it judges.
    plain : str
        The probability in plain words, ``about 9 of 10 futures``.
    detail : str
        Probability with Monte-Carlo error and the rule that decided.
    """

    light: Light
    word: str
    title: str
    scenario: str
    plain: str
    detail: str


Block = Paragraph | Note | Bullets | Code | Definitions | Table | Figure | TrafficLight


@dataclass(frozen=True)
class Section:
    """A chapter or a part of one.

    Attributes
    ----------
    key : str
        Anchor, unique in the document.
    title : str
        Heading.
    blocks : tuple of Block
        Content before the first subsection.
    parts : tuple of Section
        Subsections.
    """

    key: str
    title: str
    blocks: tuple[Block, ...] = ()
    parts: tuple["Section", ...] = ()

    def walk(self) -> Iterator[Block]:
        """Yield every block of the section and its parts, in reading order."""
        yield from self.blocks
        for part in self.parts:
            yield from part.walk()


@dataclass(frozen=True)
class Document:
    """The whole report.

    Attributes
    ----------
    title : str
        Title of the study.
    subtitle : str
        What kind of document it is, with the scenarios.
    answer : str
        The combined verdict in one sentence.
    light : {"green", "amber", "red", "grey"}
        Its traffic light.
    notices : tuple of Note
        What the first page must admit.
    sections : tuple of Section
        Chapters in order; the first holds the verdict.
    language : str
        BCP 47 tag of the text.
    """

    title: str
    subtitle: str
    answer: str
    light: Light
    notices: tuple[Note, ...]
    sections: tuple[Section, ...]
    language: str = "en"

    def blocks(self) -> Iterator[Block]:
        """Yield every block of the document in reading order."""
        for section in self.sections:
            yield from section.walk()

    def figures(self) -> tuple[Figure, ...]:
        """Return all figures in reading order."""
        return tuple(block for block in self.blocks() if isinstance(block, Figure))

    def tables(self) -> tuple[Table, ...]:
        """Return all tables in reading order."""
        return tuple(block for block in self.blocks() if isinstance(block, Table))
