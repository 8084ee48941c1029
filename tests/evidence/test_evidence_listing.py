"""Citations and listings: what a reader sees of the catalogue."""

from pathlib import Path

import pytest

from ustyurt_models.checks import InputError
from ustyurt_models.evidence import load_catalogue
from ustyurt_models.evidence.bibliography import cited, read_sources
from ustyurt_models.evidence.listing import detail, evidence_table, listing


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue()


def test_the_quick_reader_finds_the_keys_that_the_full_one_does(catalogue):
    assert read_sources(catalogue.folder).keys() == catalogue.source_keys


def test_no_citation_carries_tex(catalogue):
    for source in read_sources(catalogue.folder).values():
        assert source.title
        assert source.authors
        assert not set("{}\\") & set(source.citation), source.citation


def test_an_article_is_cited_in_full(catalogue):
    assert [source.citation for source in cited(catalogue, ["sai_fec_ad"])] == [
        "Kühl, A., Mysterud, A., Grachev, Iu. A., Bekenov, A. B., Ubushaev, B. S., "
        "Lushchekina, A. A. & Milner-Gulland, E. J. (2009). Monitoring population productivity "
        "in the saiga antelope. Animal Conservation 12: 355\N{EN DASH}363. "
        "https://doi.org/10.1111/j.1469-1795.2009.00260.x"
    ]


def write_bib(folder: Path, text: str) -> Path:
    """Write ``sources.bib`` and return its folder."""
    (folder / "sources.bib").write_text(text, encoding="utf-8")
    return folder


def test_bodies_open_author_lists_and_chapters_are_cited(tmp_path):
    folder = write_bib(
        tmp_path,
        "@misc{a, author = {{Fish and Game, Office}}, year = {n.d.}, title = {Deer?},"
        " url = {https://x.org/a\\_b}}\n"
        "@incollection{b, author = {One, A. and others}, year = {1999}, title = {Caf{\\'e}},"
        " booktitle = {Book}, volume = {2}, pages = {3--4}, publisher = {Press}}\n",
    )
    sources = read_sources(folder)
    assert sources["a"].citation == "Fish and Game, Office (n.d.). Deer? https://x.org/a_b"
    assert (
        sources["b"].citation == "One, A., et al. (1999). Café. In: Book 2: 3\N{EN DASH}4, Press."
    )


def test_incomplete_entries_are_named_at_once(tmp_path):
    folder = write_bib(tmp_path, "@misc{a, year = {2000}}\n@misc{b, author = {X}, title = {T}}\n")
    with pytest.raises(InputError) as caught:
        read_sources(folder)
    assert [fault.rule for fault in caught.value.faults] == [
        "a source needs author",
        "a source needs title",
        "a source needs year",
    ]


def test_each_source_is_cited_once_and_judgements_are_no_source(catalogue):
    found = cited(catalogue, ["sai_fec_ad", "sai_fec_y1", "sai_wolf_take"])
    assert [source.key for source in found] == ["kuhl2009"]


def test_the_table_shows_the_rows_that_meet_every_condition(catalogue):
    rows = evidence_table(catalogue, species="saiga", confidence="C", text="wolves")
    assert [(row["id"], row["value"], row["range"]) for row in rows] == [
        ("sai_wolf_take", "0.08", "0.03 to 0.2")
    ]
    assert [row["id"] for row in evidence_table(catalogue, ids=["sai_mass_ad"])] == ["sai_mass_ad"]


def test_one_parameter_is_told_in_full(catalogue):
    text = detail(catalogue, "gen_inb_cub")
    for words in ("0.15 to 0.41", "misses the row by up to", "Marker-Kraus", "grade    A"):
        assert words in text
    assert "expert" in detail(catalogue, "sai_wolf_take")
    assert "a fact, not a number" in detail(catalogue, "gaz_dd")
    assert max(map(len, text.splitlines())) <= 100


def test_the_command_prints_a_table_or_one_parameter():
    lines = listing(species="kulan").splitlines()
    assert lines[0].startswith("id ")
    assert lines[-1].endswith("parameters of " + str(len(load_catalogue())))
    assert listing("kul_mass").startswith("kul_mass  kulan: adult mass")
    with pytest.raises(InputError, match="did you mean 'kul_mass'"):
        listing("kul_mas")
