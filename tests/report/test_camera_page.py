"""The page about a package of camera traps."""

import re

import numpy as np
import pytest

import camtrap_case as case
from ustyurt_models.report.cameras import camera_page, write_camera_page
from ustyurt_models.report.quality_files import QualityPages
from ustyurt_models.survey.quality.cameras import assess_cameras
from ustyurt_models.survey.read.camtrap.package import read_camtrap


@pytest.fixture(scope="module")
def quality(tmp_path_factory):
    return assess_cameras(read_camtrap(case.many(tmp_path_factory.mktemp("many") / "pack")))


def test_the_page_stands_alone_and_names_everything(quality):
    page = camera_page(quality)
    assert not re.search(r'(src|href)="(?!#|data:)', page)
    for words in ("SIMULATED", "Gazella subgutturosa", "cam01", "prefers-color-scheme: dark"):
        assert words in page
    assert page.count('class="calendar"') == 1
    assert page.count(" battery</title>") == quality.package.failures.deployment.size


def test_numbers_of_the_page_add_up(quality):
    assert quality.site_days.sum() == pytest.approx(quality.watched_days.sum())
    assert (quality.watched_days <= quality.stood_days + 1e-9).all()
    gazelle = next(one for one in quality.species if one.name == case.GAZELLE)
    assert gazelle.by_hour.sum() == gazelle.events
    # Clocks five hours ahead at 55.4 degrees east run 1.3 hours before the sun.
    peak = np.angle(np.sum(gazelle.by_hour * np.exp(2j * np.pi * (np.arange(24) + 0.5) / 24)))
    assert peak * 24 / (2 * np.pi) == pytest.approx(6 - 1.3, abs=0.7)
    assert quality.site_events.sum() == sum(one.events for one in quality.species)


def test_cameras_that_saw_nothing_are_named(tmp_path):
    folder = case.write(tmp_path / "pack", failures_csv=None)
    (folder / "datapackage.json").write_text(
        case.descriptor(("deployments", "media", "observations"))
    )
    found = {one.title: one for one in assess_cameras(read_camtrap(folder)).findings}
    assert "d2" in found["Silent cameras"].text
    assert found["Failures"].light == "amber"
    assert found["Clocks"].light == "green"


def test_a_camera_that_fell_silent_early_is_named(tmp_path):
    rows = [case.OBSERVATIONS.splitlines()[0]]
    for i in range(12):
        at = f"2027-05-02T{i + 2:02d}:00:00+05:00"
        rows.append(f"x{i},d3,,e{i},{at},{at},event,animal,Vulpes corsac,1,,")
    folder = case.write(tmp_path / "pack", observations_csv="\n".join(rows) + "\n")
    found = {one.title: one for one in assess_cameras(read_camtrap(folder)).findings}
    assert "d3 (8 days)" in found["Stopped early?"].text


def test_words_from_outside_are_escaped(tmp_path):
    text = case.OBSERVATIONS.replace("Vulpes corsac", "<script>alert(1)</script>")
    page = camera_page(
        assess_cameras(read_camtrap(case.write(tmp_path / "pack", observations_csv=text)))
    )
    assert "<script>" not in page


def test_the_check_writes_the_page_of_a_package(quality, tmp_path):
    folder = case.write(tmp_path / "pack")
    target = tmp_path / "page.html"
    assert QualityPages(target).of_file(folder) == f"data quality: {target}"
    assert "Camera traps" in target.read_text(encoding="utf-8")
    assert write_camera_page(quality, tmp_path / "deep" / "page.html", "Title").exists()
