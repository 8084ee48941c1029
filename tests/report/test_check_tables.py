"""`ustyurt check` of files without distances: one line and a page, or every fault at once."""

import shutil

import pytest

from ustyurt_models.cli import main
from ustyurt_models.resources import scenarios_dir

WIDE = "site,forest,y.1,y.2,y.3\nA,0.1,0,1,\nB,0.4,0,0,0\nC,0.2,,,\n"
LONG = """site,species,visit,seen
A,goitered_gazelle,1,1
A,goitered_gazelle,2,0
A,corsac,1,0
A,corsac,2,1
"""
RATIOS = """# status: simulated
year,kind,number,of,months,source
2026,calves_per_female,60,80,1,survey
2027,adult_males,12,90,0,survey
"""
COLLARS = """# status: simulated
year,sex,age,at_risk,deaths,months,source
2026,female,adult,14,2,12,collars
2026,male,calf,6,3,8,collars
"""
EVENTS = """event-id,visible,timestamp,location-long,location-lat,individual-local-identifier
1,true,2027-05-01 00:00:00.000,55.0,43.0,saiga1
2,true,2027-05-01 01:00:00.000,55.0,43.01,saiga1
3,false,2027-05-01 02:00:00.000,20.0,10.0,saiga1
4,true,2027-05-01 02:00:00.000,55.0,43.02,saiga1
"""
MAPPING = """date_format = "%d.%m.%Y"
[tracks]
file = "tracks.csv"
patrol = "Patrol"
date = "Date"
time = "Time"
x = "X"
y = "Y"
[observations]
file = "seen.csv"
patrol = "Patrol"
date = "Date"
x = "X"
y = "Y"
species = "Species"
"""
TRACKS = (
    "Patrol;Date;Time;X;Y\nP1;05.05.2027;08:00:00;55,5;43,5\nP1;05.05.2027;09:00:00;55,5;43,52\n"
)
SEEN = "Patrol;Date;X;Y;Species\nP1;05.05.2027;55,5;43,51;gazelle\n"
FILES = {
    "wide": (WIDE, "3 sites, 5 visits", "Sites that were never visited: 1"),
    "long": (LONG, "1 sites, 2 visits, 2 species", "species"),
    "ratios": (RATIOS, "2 ratios of 170 animals", "kind"),
    "collars": (COLLARS, "18 collar years with 5 deaths", "at_risk"),
    "events": (EVENTS, "3 positions of 1 animals", "1 rows with visible = false"),
}
BAD = {
    "wide": ("B,0.4,0,0,0", "B,0.4,0,7.5,x", ("y.3", "x")),
    "long": ("A,corsac,2,1", "A,corsac,2,yes", ("seen", "yes")),
    "ratios": ("12,90", "120,90", ("row 4", "adult males")),
    "collars": ("female,adult,14,2", "cow,adult,14,20", ("sex", "more deaths")),
    "events": ("55.0,43.01", "43.01,55.0", ("with exchanged columns",)),
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("kind", sorted(FILES))
def test_a_table_is_told_by_its_columns_and_gets_a_page(kind, folder, capsys):
    text, line, on_page = FILES[kind]
    (folder / f"{kind}.csv").write_text(text)
    assert main(["check", f"{kind}.csv"]) == 0
    said = capsys.readouterr().out
    assert line in said
    page = (folder / "check" / f"{kind}.html").read_text()
    assert on_page in page
    assert "interquartile" not in page  # nobody looked for unusual values
    assert line in page


def test_an_empty_covariate_is_missed_but_an_empty_visit_is_not(folder):
    (folder / "gap.csv").write_text(WIDE.replace("B,0.4", "B,"))
    assert main(["check", "gap.csv"]) == 0
    page = (folder / "check" / "gap.html").read_text()
    assert "forest (1 of 3). A model" in page


@pytest.mark.parametrize("kind", sorted(BAD))
def test_a_table_with_faults_is_refused_with_file_place_and_rule(kind, folder, capsys):
    old, new, words = BAD[kind]
    text = FILES[kind][0]
    assert old in text
    (folder / f"{kind}.csv").write_text(text.replace(old, new))
    assert main(["check", f"{kind}.csv"]) == 2
    said = capsys.readouterr()
    for word in (f"{kind}.csv", *words):
        assert word in said.out + said.err, word
    assert not (folder / "check").exists()


def smart(folder, **changed):
    files = {"mapping.toml": MAPPING, "tracks.csv": TRACKS, "seen.csv": SEEN} | changed
    (folder / "patrols").mkdir()
    for name, text in files.items():
        (folder / "patrols" / name).write_text(text)


def test_a_folder_of_patrols_is_read_by_the_mapping_beside_its_tables(folder, capsys):
    smart(folder)
    assert main(["check", "patrols"]) == 0
    said = capsys.readouterr().out
    assert "1 patrols on 1 days, 2 points of tracks, 1 observations of 1 species" in said
    assert "columns by mapping.toml" in (folder / "check" / "patrols.html").read_text()


def test_two_mappings_are_one_too_many(folder, capsys):
    smart(folder, **{"other.toml": MAPPING})
    assert main(["check", "patrols"]) == 2
    assert "must hold one mapping file" in capsys.readouterr().err


def test_trend_counts_have_a_page(folder, capsys):
    shutil.copy(scenarios_dir() / "surveys" / "saiga_counts.csv", folder)
    assert main(["check", "saiga_counts.csv"]) == 0
    assert "counts" in capsys.readouterr().out
    assert "counts by year" in (folder / "check" / "saiga_counts.html").read_text()
