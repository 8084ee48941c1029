"""The page of data quality: what it says, that it stands alone, and when it is written."""

import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from ustyurt_models.cli import main
from ustyurt_models.report.quality import quality_page
from ustyurt_models.report.quality_svg import effort_map, histogram, nice_ticks
from ustyurt_models.resources import scenarios_dir
from ustyurt_models.survey.quality.assess import assess_file
from ustyurt_models.survey.quality.findings import findings

GAZELLE = scenarios_dir() / "surveys" / "gazelle_transects.csv"
CHROMIUM = Path("/usr/bin/chromium")
HEAVY = ("pymc", "pytensor", "matplotlib", "xarray", "pandas", "scipy", "arviz", "zarr", "numba")
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
VOID = {"meta", "link", "br", "img", "hr", "input"}


class Balanced(HTMLParser):
    """Fails on a tag that is closed out of turn; keeps what a test asks for."""

    def __init__(self):
        super().__init__()
        self.open, self.links, self.headings = [], [], []

    def handle_starttag(self, tag, attrs):
        self.links += [value for key, value in attrs if key in ("src", "href")]
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def parsed(page: str) -> Balanced:
    reader = Balanced()
    reader.feed(page)
    assert reader.open == []
    return reader


def write(folder: Path, rows: str, head: str = "") -> Path:
    path = folder / "lines.csv"
    text = f"# units: distance=m, effort=km\n{head}region,transect,effort,distance,object,longitude"
    path.write_text(f"{text},latitude,wind\n{rows}", encoding="utf-8")
    return path


@pytest.fixture
def mapped(tmp_path):
    rows = "".join(
        f"north,{i},{5 + i % 3},{10 * (i % 7)},{i},{55 + i / 20},{43 + i / 30},{i % 4 or ''}\n"
        for i in range(30)
    )
    rows += "north,90,5,,,56,44.2,\n"
    return write(tmp_path, rows, "# title: Lines <of> 2027\n")


def test_the_page_stands_alone_and_is_sound(mapped):
    page = quality_page(assess_file(mapped))
    reader = parsed(page)
    assert all(link.startswith(("#", "data:")) for link in reader.links)
    assert "http" not in page
    assert "<script" not in page
    assert reader.headings[0] == 1
    assert reader.headings.count(1) == 1
    assert set(reader.headings) == {1, 2}


def test_what_the_file_says_is_escaped(mapped):
    page = quality_page(assess_file(mapped))
    assert "Lines &lt;of&gt; 2027" in page
    assert "<of>" not in page


def test_every_part_of_the_issue_is_on_the_page(mapped):
    quality = assess_file(mapped)
    page = quality_page(quality)
    for anchor in ("findings", "file", "effort", "distances", "columns"):
        assert f'<section id="{anchor}">' in page
    assert page.count("<svg") == page.count("<title id=") == 3  # effort, map, histogram
    for finding in findings(quality):
        assert finding.title in page
    assert "Rounding of distances, recorded to 1 m" in page
    assert "header of the file" in page
    assert "wind (8 of 30)" in page


def test_simulated_data_are_admitted():
    assert "These data are SIMULATED" in quality_page(assess_file(GAZELLE))


def test_a_histogram_draws_each_class_with_its_count():
    drawing = histogram(np.array([0.0, 10, 30]), np.array([4, 6]), [], density=True)
    assert "0 to 10 m: 4 detections" in drawing
    heights = [float(found) for found in re.findall(r'height="([\d.]+)" fill', drawing)]
    assert heights[0] / heights[1] == pytest.approx(4 / 10 / (6 / 20), rel=0.01)


def test_a_map_keeps_the_shape_of_the_land():
    place = np.array([[55.0, 43.0], [56.0, 43.0], [55.0, 44.0]])
    drawing = effort_map(place, True, np.ones(3), np.array([1, 0, 2]), ["a", "b", "c"])
    found = re.findall(r'cx="([\d.]+)" cy="([\d.]+)"', drawing)
    x = {name: np.array(place, float) for name, place in zip("bac", found, strict=True)}
    east, north = abs(x["b"][0] - x["a"][0]), abs(x["c"][1] - x["a"][1])
    assert east / north == pytest.approx(np.cos(np.radians(43.5)), rel=0.02)


def test_a_single_place_can_be_drawn():
    drawing = effort_map(np.array([[3e5, 4e6]]), False, np.ones(1), np.ones(1, int), ["a"])
    assert "<circle" in drawing
    assert "nan" not in drawing


@pytest.mark.parametrize(("low", "high"), [(0, 0.03), (0, 7), (55.2, 55.9), (-3, 12_345), (0, 1e6)])
def test_ticks_are_few_round_and_inside(low, high):
    ticks = nice_ticks(low, high, 5)
    assert 2 <= len(ticks) <= 5
    assert low <= ticks[0] < ticks[-1] <= high


# --- the command ------------------------------------------------------------------------------


def test_a_data_file_gets_its_page_in_the_folder_at_hand(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["check", str(GAZELLE)]) == 0
    said = capsys.readouterr().out
    assert "180 lines in 3 strata, 13,606 km, 55 detections of 311 animals" in said
    assert "simulated (flat file)" in said
    assert "data quality: check/gazelle_transects.html" in said
    parsed((tmp_path / "check" / "gazelle_transects.html").read_text(encoding="utf-8"))


def test_the_page_can_be_put_elsewhere_or_left_out(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["check", str(GAZELLE), "--no-page"]) == 0
    assert list(tmp_path.iterdir()) == []
    assert main(["check", str(GAZELLE), "--page", "here/quality.html"]) == 0
    assert (tmp_path / "here" / "quality.html").is_file()
    assert "data quality: here/quality.html" in capsys.readouterr().out


def test_a_page_that_cannot_be_written_is_told(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "check").write_text("in the way", encoding="utf-8")
    assert main(["check", str(GAZELLE)]) == 0
    assert "data quality: no page, check cannot be written" in capsys.readouterr().out
    assert main(["check", str(GAZELLE), "--page", "check/page.html"]) == 2
    assert "must be a place for the page of data quality" in capsys.readouterr().err


def test_two_files_of_one_name_keep_a_page_each(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "other").mkdir()
    copy = shutil.copy(GAZELLE, tmp_path / "other" / GAZELLE.name)
    assert main(["check", str(GAZELLE), str(copy)]) == 0
    assert {path.name for path in (tmp_path / "check").iterdir()} == {
        "gazelle_transects.html",
        "gazelle_transects-2.html",
    }


def test_a_faulty_file_gets_no_page(tmp_path, monkeypatch, capsys, mapped):
    monkeypatch.chdir(tmp_path)
    mapped.write_text(mapped.read_text(encoding="utf-8").replace(",5,0,", ",5,-1,"), "utf-8")
    assert main(["check", str(mapped), str(GAZELLE)]) == 2
    assert not (tmp_path / "check").exists()
    assert capsys.readouterr().out == ""


def test_a_study_gets_a_page_per_survey_beside_its_results(tmp_path, capsys):
    shutil.copytree(
        scenarios_dir(), tmp_path / "scenarios", ignore=shutil.ignore_patterns("results")
    )
    study = tmp_path / "scenarios" / "prey_first.toml"
    assert main(["check", str(study)]) == 0
    said = capsys.readouterr().out
    folder = tmp_path / "scenarios" / "results" / "prey_first" / "check"
    assert {path.name for path in folder.iterdir()} == {"saiga.html", "goitered_gazelle.html"}
    assert f"data quality: {folder / 'saiga.html'}" in said


def test_a_folder_of_tables_can_be_checked(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "tables"
    folder.mkdir()
    head = "# units: distance=m, effort=km\n"
    (folder / "samples.csv").write_text(f"{head}Sample.Label,Effort\n1,10\n2,8\n", "utf-8")
    (folder / "seen.csv").write_text("object,distance,Sample.Label\n1,30,1\n2,50,1\n", "utf-8")
    assert main(["check", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "2 lines, 18 km, 2 detections within 50 m" in said
    assert "(flat file, joined from 2 tables)" in said
    assert (tmp_path / "check" / "tables.html").is_file()


def test_a_page_needs_nothing_heavy(tmp_path):
    code = (
        "import sys\n"
        "from ustyurt_models.cli import main\n"
        f"assert main(['check', {str(GAZELLE)!r}]) == 0\n"
        f"print('HEAVY', [name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert "HEAVY []" in done.stdout
    assert (tmp_path / "check" / "gazelle_transects.html").is_file()


@pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is not installed")
def test_the_page_fits_a_phone_and_a_desk_in_silence(tmp_path, mapped):
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = tmp_path / "page.html"
    path.write_text(quality_page(assess_file(mapped)), encoding="utf-8")
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=str(CHROMIUM), args=flags)
        for width in (390, 1280):
            page = chromium.new_page(viewport={"width": width, "height": 900})
            said, asked = [], []
            page.on("console", lambda message, said=said: said.append(message.text))
            page.on("request", lambda call, asked=asked: asked.append(call.url))
            page.goto(path.as_uri())
            assert page.evaluate(OVERFLOW) <= 0
            assert said == []
            assert [url for url in asked if not url.startswith("data:")] == [path.as_uri()]
            smallest = page.evaluate(
                "Math.min(...[...document.querySelectorAll('svg text')]"
                ".map(t => t.getBoundingClientRect().height).filter(h => h > 0))"
            )
            assert smallest >= 10
        chromium.close()
