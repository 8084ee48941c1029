"""The publications behind the evidence: ``sources.bib`` in full, with formatted citations."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import bibtexparser
from bibtexparser.bparser import BibTexParser
from bibtexparser.latexenc import latex_to_unicode

from ustyurt_models.checks import Faults
from ustyurt_models.evidence.catalogue import Catalogue

__all__ = ["Source", "cited", "read_sources"]

_MOST_AUTHORS = 7


@dataclass(frozen=True)
class Source:
    """One publication, page or data set.

    Attributes
    ----------
    key, kind : str
        BibTeX key and entry type.
    title, year : str
        The year may be ``n.d.`` (no date).
    authors : tuple of str
        Names as ``Family, Initials`` or of a body; the last may be ``et al.``.
    container : str
        Journal with volume and pages, book, publisher or institution.
    doi, url : str
        Empty when unknown.
    seen : str
        How much of it was read when the figures were taken.
    """

    key: str
    kind: str
    title: str
    year: str
    authors: tuple[str, ...]
    container: str
    doi: str
    url: str
    seen: str

    @property
    def link(self) -> str:
        """Address of the source; the DOI where there is one."""
        return f"https://doi.org/{self.doi}" if self.doi else self.url

    @property
    def citation(self) -> str:
        """The reference as one line of text."""
        parts = (f"{_name_list(self.authors)} ({self.year})", self.title, self.container)
        sentences = (
            part if part.endswith(("?", "!", ".")) else f"{part}." for part in parts if part
        )
        return " ".join([*sentences, self.link]).rstrip()


def cited(catalogue: Catalogue, ids: Iterable[str]) -> tuple[Source, ...]:
    """Return the publications behind the parameters `ids`, by first author and year.

    Pseudo-keys such as ``expert`` are no publications and are left out.
    """
    sources = read_sources(catalogue.folder, catalogue.digest)
    found = [sources[key] for key in catalogue.cited_keys(ids)]
    return tuple(sorted(found, key=lambda source: (source.authors, source.year, source.key)))


@lru_cache(maxsize=4)
def read_sources(folder: Path, digest: str = "") -> Mapping[str, Source]:
    """Return the sources of ``folder/sources.bib`` by key.

    Parameters
    ----------
    folder : pathlib.Path
        Holds ``sources.bib``.
    digest : str, optional
        Hash of the content, so that a changed file is read anew.

    Raises
    ------
    InputError
        Naming each entry without title, author or year.
    """
    path = folder / "sources.bib"
    parser = BibTexParser(common_strings=True, ignore_nonstandard_types=False)
    entries = bibtexparser.loads(path.read_text(encoding="utf-8-sig"), parser).entries
    faults = Faults()
    for entry in entries:
        for field in ("author", "title", "year"):
            if not entry.get(field, "").strip():
                rule, remedy = f"a source needs {field}", "complete the entry; use n.d. for no date"
                faults.add(f"{path.name}: {entry['ID']}", rule, None, remedy)
    faults.raise_if_any()
    return {entry["ID"]: _source(entry) for entry in entries}


def _source(entry: Mapping[str, str]) -> Source:
    """Build a source from the fields of a BibTeX entry."""
    return Source(
        key=entry["ID"],
        kind=entry["ENTRYTYPE"],
        title=_plain(entry["title"]),
        year=_plain(entry["year"]),
        authors=_authors(entry["author"]),
        container=_container(entry),
        doi=entry.get("doi", ""),
        url=entry.get("url", "").replace("\\", ""),
        seen=_plain(entry.get("note", "")),
    )


def _plain(text: str) -> str:
    """Return `text` without TeX: accents as letters, no braces, real dashes, single spaces."""
    decoded = latex_to_unicode(text).replace("\\&", "&")
    for old, new in (("{", ""), ("}", ""), ("--", "\N{EN DASH}")):
        decoded = decoded.replace(old, new)
    return " ".join(decoded.split())


def _authors(field: str) -> tuple[str, ...]:
    """Split an author field; a name in braces is one body, ``others`` means et al."""
    text = " ".join(field.split())
    names = [text] if text.startswith("{") and text.endswith("}") else text.split(" and ")
    return tuple("et al." if name == "others" else _plain(name) for name in names)


def _name_list(authors: tuple[str, ...]) -> str:
    """Return the authors as text, long lists cut after the first few."""
    if len(authors) == 1:
        return authors[0]
    if len(authors) > _MOST_AUTHORS or authors[-1] == "et al.":
        return ", ".join([*authors[: min(len(authors) - 1, _MOST_AUTHORS - 1)], "et al."])
    return ", ".join(authors[:-1]) + " & " + authors[-1]


def _container(entry: Mapping[str, str]) -> str:
    """Return where the source appeared: journal volume: pages, book or institution."""
    number = f"({entry['number']})" if entry.get("number") else ""
    volume = " ".join(part for part in (entry.get("journal"), entry.get("volume")) if part) + number
    place = f"{volume}: {entry['pages']}" if volume and entry.get("pages") else volume
    book = f"In: {entry['booktitle']}" if entry.get("booktitle") else ""
    if book and entry.get("pages") and not entry.get("journal"):
        book, place = f"{book} {place}".rstrip(), ""
    others = (entry.get(field, "") for field in ("publisher", "school", "institution"))
    return _plain(", ".join(part for part in (place, book, *others) if part))
