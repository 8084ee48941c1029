"""Reading the catalogue: the shipped files are sound, and every fault of a bad one is named."""

import re
import tomllib
from pathlib import Path

import pytest

from ustyurt_models.checks import InputError
from ustyurt_models.evidence import load_catalogue, parameter_ids
from ustyurt_models.evidence.parameter import PSEUDO_SOURCES
from ustyurt_models.evidence.reading import COLUMNS
from ustyurt_models.resources import models_dir

GOOD = "sai_x,saiga,adult survival,0.8,0.6,0.9,annual prob,beta,Ustyurt,2020,kuhl2009,A,seen"
BIB = "@article{kuhl2009,\n  author = {Kuhl, A.},\n  year = {2009},\n  title = {Saiga}\n}\n"


def write(folder: Path, *rows: str, header: str = ",".join(COLUMNS), bib: str = BIB) -> Path:
    """Write a small catalogue and return its folder."""
    folder.joinpath("parameters.csv").write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    folder.joinpath("sources.bib").write_text(bib, encoding="utf-8")
    return folder


def faults_of(folder: Path) -> list[str]:
    """Return the lines of the error that loading `folder` raises."""
    with pytest.raises(InputError) as caught:
        load_catalogue(folder)
    return [str(fault) for fault in caught.value.faults]


def test_the_shipped_catalogue_has_no_fault():
    catalogue = load_catalogue()
    assert len(catalogue) >= 283
    assert all(row.id == key for key, row in catalogue.parameters.items())


@pytest.mark.parametrize(
    "path", sorted(models_dir().glob("species/*.toml")), ids=lambda path: path.stem
)
def test_each_id_in_a_species_file_is_a_number_of_the_catalogue(path):
    catalogue = load_catalogue()
    used = parameter_ids(tomllib.loads(path.read_text(encoding="utf-8")))
    assert used
    assert all(row.drawable for row in catalogue.require_ids(used, path.name))


def test_a_row_keeps_every_cell(tmp_path):
    row = load_catalogue(write(tmp_path, GOOD))["sai_x"]
    assert (row.low, row.value, row.high) == (0.6, 0.8, 0.9)
    assert (row.species, row.parameter, row.unit) == ("saiga", "adult survival", "annual prob")
    assert (row.distribution, row.place, row.years) == ("beta", "Ustyurt", "2020")
    assert (row.source_keys, row.confidence, row.note) == (("kuhl2009",), "A", "seen")


def test_several_sources_are_split_and_pseudo_ones_are_not_cited(tmp_path):
    row = GOOD.replace("kuhl2009", "kuhl2009; derived")
    catalogue = load_catalogue(write(tmp_path, row))
    assert catalogue["sai_x"].source_keys == ("kuhl2009", "derived")
    assert catalogue.cited_keys(["sai_x"]) == ("kuhl2009",)


def test_the_digest_follows_the_content(tmp_path):
    first = load_catalogue(write(tmp_path, GOOD)).digest
    assert load_catalogue(write(tmp_path, GOOD)).digest == first
    assert load_catalogue(write(tmp_path, GOOD.replace("0.8", "0.81"))).digest != first


def test_rows_are_found_by_species_grade_and_text():
    catalogue = load_catalogue()
    kulan = catalogue.filter(species="kulan")
    assert {row.species for row in kulan} == {"kulan"}
    assert {row.confidence for row in catalogue.filter(confidence="bc")} == {"B", "C"}
    assert "kul_r_iran" in [row.id for row in catalogue.filter("kulan", "A", "QATRUIYEH")]
    assert len(catalogue.filter()) == len(catalogue)


def test_an_unknown_id_is_answered_with_the_closest(tmp_path):
    catalogue = load_catalogue(write(tmp_path, GOOD))
    with pytest.raises(InputError, match=r"sai_y.*did you mean 'sai_x'"):
        catalogue["sai_y"]
    with pytest.raises(InputError, match="ustyurt evidence") as caught:
        catalogue.require_ids(["sai_x", "quite_other", "nothing_like_it"])
    assert len(caught.value.faults) == 2


CASES = [
    ("sai_x,", "bad_id,", "row 2, id: must be a parameter id; got 'bad_id'"),
    ("sai_x,", ",", "row 2, id: must not be empty"),
    ("adult survival", "", "row 2, parameter: must not be empty"),
    (",0.8,", ',"0,8",', "row 2, value: must be a number; got '0,8' (decimal point"),
    (",0.8,", ",nan,", "row 2, value: must be a number; got 'nan'"),
    (",0.8,", ",many,", "row 2, value: must be a number; got 'many'"),
    (",0.8,", ",,", "row 2, value: a range needs a value"),
    (",0.8,", ",0.95,", "row 2, value: low <= value <= high must hold; got (0.6, 0.95, 0.9)"),
    (",0.9,", ",1.9,", "row 2, high: must lie in 0..1 for the unit 'annual prob'; got 1.9"),
    (",0.6,", ",,", "row 2, low/high: give both ends of the range or neither"),
    ("annual prob", "anual prob", "row 2, unit: unknown word; got 'anual prob' (did you mean"),
    (",beta,", ",betta,", "row 2, distribution_hint: unknown word; got 'betta' (did you mean"),
    (",beta,", ",none,", "row 2, distribution_hint: a fact has no value"),
    (",0.6,0.9,annual prob,beta", ",0,2,years,beta", "beta needs 0 <= low and high <= 1"),
    (",0.6,0.9,annual prob,beta", ",0,2,years,gamma", "gamma needs low > 0"),
    (",beta,", ",gamma,", "row 2, distribution_hint: gamma needs a unit without upper limit"),
    ("annual prob,beta", "kg,gumbel", "gumbel needs a unit that may be negative; got 'kg'"),
    (",beta,", ",discrete,", "discrete needs whole numbers"),
    ("kuhl2009", "kuhl2008", "no such source; got 'kuhl2008' (did you mean 'kuhl2009'?)"),
    ("kuhl2009", "elsewhere", "no such source; got 'elsewhere' (add the entry to sources.bib)"),
    ("kuhl2009", "", "row 2, source_key: a parameter needs a source"),
    ("kuhl2009,A", "expert,A", "row 2, confidence: grade A needs a source that was seen"),
    (",A,", ",D,", "row 2, confidence: unknown word; got 'D'"),
    ("A,seen", "C,", "row 2, note: a judgement must say where it comes from"),
    (",seen", ',"seen', "row 2: quotes must come in pairs (close the quote"),
    (",seen", ",seen,more", "row 2: must have 13 cells; got 14 (quote texts that hold a comma)"),
]


@pytest.mark.parametrize(("old", "new", "message"), CASES, ids=[case[2][:40] for case in CASES])
def test_a_bad_cell_is_named_with_rule_value_and_remedy(tmp_path, old, new, message):
    assert old in GOOD
    lines = faults_of(write(tmp_path, GOOD.replace(old, new, 1)))
    assert any(message in line for line in lines), lines
    assert all(line.startswith("parameters.csv: ") for line in lines)


def test_every_fault_of_the_file_is_reported_at_once(tmp_path):
    rows = [GOOD, GOOD, GOOD.replace("sai_x", "sai_z").replace("prob", "probe"), "sai_short,saiga"]
    lines = faults_of(write(tmp_path, *rows, bib=BIB + BIB))
    assert [re.match(r"[\w.]+: [\w ]+", line)[0] for line in lines] == [
        "sources.bib: kuhl2009",
        "parameters.csv: row 3",
        "parameters.csv: row 4",
        "parameters.csv: row 5",
    ]


def test_missing_repeated_and_unknown_columns_are_reported_at_once(tmp_path):
    header = ",".join(COLUMNS).replace("source_key", "sources_key").replace("years", "place")
    text = "\n".join(faults_of(write(tmp_path, GOOD, header=header)))
    assert "missing column; got 'years'" in text
    assert "missing column; got 'source_key'" in text
    assert "unknown column; got 'sources_key' (did you mean 'source_key'?)" in text
    assert "a column may occur once; got 'place'" in text


def test_a_forgotten_quote_does_not_swallow_the_rows_below(tmp_path):
    rows = [GOOD.replace(",seen", ',"seen'), GOOD.replace("sai_x", "bad_id")]
    lines = faults_of(write(tmp_path, *rows, GOOD.replace(",seen", ',seen "here"')))
    assert len(lines) == 2
    assert lines[0].startswith("parameters.csv: row 2: quotes must come in pairs")
    assert lines[1].startswith("parameters.csv: row 3, id: must be a parameter id")


def test_a_table_with_semicolons_is_told_so_once(tmp_path):
    folder = write(tmp_path, GOOD.replace(",", ";"), header=";".join(COLUMNS))
    assert faults_of(folder) == [
        "parameters.csv: row 1: cells must be separated by commas; got ';' "
        "(save it as CSV with commas and decimal points)"
    ]


def test_line_ends_of_any_system_and_blank_lines_do_no_harm(tmp_path):
    folder = write(tmp_path, GOOD, "", "")
    table = folder / "parameters.csv"
    table.write_bytes(table.read_bytes().replace(b"\n", b"\r\n"))
    assert len(load_catalogue(folder)) == 1


def test_an_empty_folder_names_both_missing_files(tmp_path):
    lines = faults_of(tmp_path)
    assert [Path(line.split(": the file must exist")[0]).name for line in lines] == [
        "sources.bib",
        "parameters.csv",
    ]


def test_text_that_is_not_utf8_is_refused_with_its_row(tmp_path):
    write(tmp_path, GOOD)
    cyrillic = GOOD.replace("saiga", "сайгак").encode("windows-1251")
    (tmp_path / "parameters.csv").write_bytes(",".join(COLUMNS).encode() + b"\n" + cyrillic)
    assert faults_of(tmp_path) == ["parameters.csv: row 2: must be UTF-8 (save it as UTF-8)"]


def test_a_byte_order_mark_does_no_harm(tmp_path):
    path = write(tmp_path, GOOD) / "parameters.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert "sai_x" in load_catalogue(tmp_path)


def test_comments_and_strings_of_the_bibliography_are_no_sources(tmp_path):
    bib = "@comment{this, is text}\n@string{mr = {Mammal Review}}\n" + BIB
    assert load_catalogue(write(tmp_path, GOOD, bib=bib)).source_keys == {"kuhl2009"}
    assert not PSEUDO_SOURCES.keys() & load_catalogue().source_keys
