"""Wide counts, classes, angles, points and strata: every form of a survey file but the joined."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ustyurt_models.checks import Faults, InputError
from ustyurt_models.survey.read.classes import class_of_name, edges_of_intervals
from ustyurt_models.survey.read.columns import form_of
from ustyurt_models.survey.read.radial import angle_range, perpendicular_m
from ustyurt_models.survey.read.table import parse_table
from ustyurt_models.survey.read.transects import read_survey

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT.parent / "shared" / "reference"


def write(folder: Path, text: str) -> Path:
    path = folder / "survey.csv"
    path.write_text(text, encoding="utf-8")
    return path


def faults_of(folder: Path, text: str, **options) -> str:
    with pytest.raises(InputError) as caught:
        read_survey(write(folder, text), **options)
    return str(caught.value)


def reference(*parts: str) -> Path:
    path = REFERENCE.joinpath(*parts)
    if not path.exists():
        pytest.skip("reference data are not beside this checkout")
    return path


# --- points -----------------------------------------------------------------------------------

POINTS = "# units: distance=m\nRegion.Label,Sample.Label,Effort,distance,object\n"


def test_effort_of_points_is_visits(tmp_path):
    path = write(tmp_path, POINTS + "a,1,3,10,1\na,2,1,,\n")
    survey = read_survey(path, kind="point")
    assert survey.kind == "point"
    assert survey.effort.tolist() == [3.0, 1.0]


@pytest.mark.parametrize(
    "text",
    [
        POINTS.replace("distance=m", "distance=m, effort=visits") + "a,1,3,10,1\n",
        "# kind: points\n" + POINTS + "a,1,3,10,1\n",
        POINTS.replace("Effort", "visits") + "a,1,3,10,1\n",
    ],
    ids=["unit", "header", "column"],
)
def test_a_file_can_say_that_it_holds_points(tmp_path, text):
    assert read_survey(write(tmp_path, text)).kind == "point"


def test_a_file_of_points_is_no_file_of_lines(tmp_path):
    text = "# kind: point\n" + POINTS + "a,1,3,10,1\n"
    said = faults_of(tmp_path, text, kind="line")
    assert "the study file says lines, the file points" in said


def test_a_length_is_no_number_of_visits(tmp_path):
    said = faults_of(tmp_path, POINTS + "a,1,3.5,10,1\n", kind="point")
    assert "row 3, effort: must be a whole number of visits; got 3.5" in said
    said = faults_of(tmp_path, POINTS + "a,1,3,10,1\n", kind="point", units={"effort": "km"})
    assert "must be a unit of visits; got 'km'" in said


def test_lines_are_assumed_only_with_a_note(tmp_path):
    text = POINTS.replace("distance=m", "distance=m, effort=km") + "a,1,3.5,10,1\n"
    survey = read_survey(write(tmp_path, text))
    assert survey.kind == "line"
    assert "lines, because nothing says points" in survey.notes


def test_amakihi_has_seven_strata_of_points_with_covariates():
    path = reference("amakihi", "observations.csv")
    survey = read_survey(path, {"distance": "m"}, kind="point")
    assert len(survey.stratum) == 7
    assert len(survey.transect) == 267
    assert survey.distance_m.size == 1485
    assert set(survey.covariates["OBs"]) == {"TJS", "SGF", "TKP"}
    assert survey.covariates["MAS"].dtype == np.float64
    assert np.isnan(survey.area_km2).all()


def test_cluster_exercise_keeps_its_empty_transects_and_sizes():
    path = reference("cluster_exercise", "observations.csv")
    survey = read_survey(path, {"distance": "nmi", "effort": "nmi", "area": "nmi2"})
    assert survey.stratum == ("South", "North")
    assert survey.distance_m.size == 90
    assert np.count_nonzero(np.bincount(survey.detection_transect, minlength=25) == 0) == 9
    assert survey.area_km2[0] == pytest.approx(84734 * 1.852**2)
    assert set(survey.covariates["Cluster.strat"]) == {1.0, 2.0, 3.0}


# --- units and strata -------------------------------------------------------------------------


def test_the_name_of_a_column_may_say_its_unit(tmp_path):
    text = "stratum,transect,effort_km,distance_m,object\na,1,2,10,1\n"
    survey = read_survey(write(tmp_path, text))
    assert survey.distance_m.tolist() == [10.0]
    assert {unit.how for unit in survey.units} == {"name of the column"}
    said = faults_of(tmp_path, "# units: distance=km\n" + text)
    assert "the header of the file says 'km', the name of the column 'm'" in said


def test_a_file_without_strata_is_one_stratum(tmp_path):
    text = "# units: distance=m, effort=km\ntransect,effort,distance,object\n1,2,10,1\n"
    survey = read_survey(write(tmp_path, text))
    assert survey.stratum == ("all",)
    assert any("no column of strata" in note for note in survey.notes)


def test_a_misspelt_column_of_strata_is_not_overlooked(tmp_path):
    text = "# units: distance=m, effort=km\nRegoin.Label,transect,effort,distance\na,1,2,10\n"
    assert "did you mean it by 'Regoin.Label'?" in faults_of(tmp_path, text)


def test_an_area_of_zero_needs_no_unit(tmp_path):
    text = "# units: distance=m, effort=km\nregion,area,transect,effort,distance\na,0,1,2,10\n"
    assert np.isnan(read_survey(write(tmp_path, text)).area_km2[0])


def test_columns_must_have_different_names(tmp_path):
    text = (
        "# units: distance=m, effort=km\nregion,wind,transect,effort,distance,wind\na,0,1,2,1,1\n"
    )
    assert "must name every column differently; got 'wind'" in faults_of(tmp_path, text)


def test_a_number_with_underscores_is_no_number(tmp_path):
    text = "# units: distance=m, effort=km\nregion,transect,effort,distance\na,1,2,1_0\n"
    assert "must be a number; got '1_0'" in faults_of(tmp_path, text)


# --- distance classes -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["n_0_100", "0-100", "[0,100)", "(0, 100]", "d0_100", "0_100", "0 to 100", "y.0.100"]
)
def test_a_class_is_read_from_the_name_of_its_column(name):
    assert class_of_name(name) == (0.0, 100.0)


@pytest.mark.parametrize("name", ["elev_0_100", "n1", "x", "100-0", "date991", "forest"])
def test_other_names_are_no_classes(name):
    assert class_of_name(name) is None


@given(
    st.lists(st.integers(1, 50), min_size=1, max_size=6),
    st.lists(st.integers(0, 5), min_size=1, max_size=30),
)
def test_intervals_of_one_partition_give_its_edges(widths, chosen):
    edges = np.concatenate([[0.0], np.cumsum(widths)])
    used = sorted({k % len(widths) for k in chosen})
    faults = Faults()
    found = edges_of_intervals(edges[used], edges[1:][used], ["row"] * len(used), faults)
    assert not faults.found
    assert found == sorted({edges[k] for k in used} | {edges[k + 1] for k in used})


BINNED = "# units: distance=m, effort=km\nregion,transect,effort,distbegin,distend,object\n"


def test_detections_in_classes_stand_in_their_middle(tmp_path):
    survey = read_survey(write(tmp_path, BINNED + "a,1,5,0,10,1\na,1,5,10,30,2\na,2,5,,,\n"))
    assert survey.distance_m.tolist() == [5.0, 20.0]
    assert survey.cutpoints_m.tolist() == [0.0, 10.0, 30.0]
    assert survey.form == "detections in distance classes"
    assert len(survey.transect) == 2


def test_classes_that_overlap_are_refused(tmp_path):
    said = faults_of(tmp_path, BINNED + "a,1,5,0,20,1\na,1,5,10,30,2\n")
    assert "classes must not overlap" in said
    assert "10 m in 0 m to 20 m" in said


def test_reversed_and_half_classes_are_refused(tmp_path):
    said = faults_of(tmp_path, BINNED + "a,1,5,30,10,1\na,1,5,10,,2\n")
    assert "row 3, distbegin and distend: must be rising distances" in said
    assert "row 4, distbegin and distend: must both be given" in said


def test_a_distance_outside_its_class_is_refused(tmp_path):
    text = BINNED.replace("object", "object,distance") + "a,1,5,0,10,1,7\na,1,5,10,30,2,7\n"
    assert "row 4, distance: must lie in its class 10 m to 30 m; got '7 m'" in faults_of(
        tmp_path, text
    )


def test_cutpoints_of_the_header_add_classes_without_detections(tmp_path):
    text = "# cutpoints: 0, 10, 30, 60\n" + BINNED + "a,1,5,0,10,1\n"
    assert read_survey(write(tmp_path, text)).cutpoints_m.tolist() == [0.0, 10.0, 30.0, 60.0]
    said = faults_of(tmp_path, text.replace("0,10,1", "0,20,1"))
    assert "must be edges of the header's classes" in said


# --- wide counts ------------------------------------------------------------------------------

WIDE = "# units: distance=m\n# kind: point\nsite,n_0_50,n_50_100,forest\n"


def test_wide_counts_become_detections_in_classes(tmp_path):
    survey = read_survey(write(tmp_path, WIDE + "A,2,1,0.3\nB,0,0,0.9\n"))
    assert survey.distance_m.tolist() == [25.0, 25.0, 75.0]
    assert survey.detection_transect.tolist() == [0, 0, 0]
    assert survey.transect == ("all/A", "all/B")
    assert survey.cutpoints_m.tolist() == [0.0, 50.0, 100.0]
    assert survey.transect_covariates["forest"].tolist() == [0.3, 0.9]
    assert survey.effort.tolist() == [1.0, 1.0]
    assert not survey.has_size


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(*[st.integers(0, 7)] * 3), min_size=1, max_size=12))
def test_no_group_is_lost_or_invented(tmp_path_factory, counts):
    rows = "".join(f"{i},{a},{b},{c}\n" for i, (a, b, c) in enumerate(counts))
    path = write(
        tmp_path_factory.mktemp("wide"),
        "# units: distance=m\n# kind: point\nsite,[0;10),[10;25),[25;60)\n".replace(";", ",")
        .replace("[0,10)", '"[0,10)"')
        .replace("[10,25)", '"[10,25)"')
        .replace("[25,60)", '"[25,60)"')
        + rows,
    )
    survey = read_survey(path)
    table = np.zeros((len(counts), 3), int)
    which = np.searchsorted(survey.cutpoints_m, survey.distance_m) - 1
    np.add.at(table, (survey.detection_transect, which), 1)
    assert table.tolist() == [list(row) for row in counts]


def test_a_site_without_any_count_was_not_surveyed(tmp_path):
    survey = read_survey(write(tmp_path, WIDE + "A,2,1,0.3\nB,NA,,0.9\n"))
    assert survey.transect == ("all/A",)
    assert any("1 sites without any count were not surveyed: B" in note for note in survey.notes)


def test_bad_counts_are_refused_all_at_once(tmp_path):
    said = faults_of(tmp_path, WIDE + "A,2,,0.3\nB,-1,0,0.9\nC,1.5,x,0.9\n")
    assert "row 4, column n_50_100: must not be empty where other classes" in said
    assert "row 5, column n_0_50: must be a whole number >= 0; got -1.0" in said
    assert "row 6, column n_0_50: must be a whole number >= 0; got 1.5" in said
    assert "row 6, column n_50_100: must be a number; got 'x'" in said


def test_a_site_may_come_once(tmp_path):
    said = faults_of(tmp_path, WIDE + "A,2,1,0.3\nA,1,1,0.3\n")
    assert "must not repeat the site of survey.csv: row 4" in said


def test_classes_with_a_gap_are_refused(tmp_path):
    text = WIDE.replace("n_50_100", "n_60_100") + "A,2,1,0.3\n"
    assert "'n_0_50' and 'n_60_100' leave a gap" in faults_of(tmp_path, text)


def test_sites_must_be_points_or_lines(tmp_path):
    text = WIDE.replace("# kind: point\n", "") + "A,2,1,0.3\n"
    assert "must say whether sites are points or lines" in faults_of(tmp_path, text)


def test_lines_need_their_effort(tmp_path):
    text = WIDE.replace("point", "line").replace("=m", "=m, effort=km") + "A,2,1,0.3\n"
    assert "must have a column 'Effort'" in faults_of(tmp_path, text)


def test_numbered_columns_take_the_cutpoints_of_the_header(tmp_path):
    text = "# units: distance=m\n# kind: point\n# cutpoints: 10, 50, 100\nsite,n1,n2\nA,2,1\n"
    survey = read_survey(write(tmp_path, text))
    assert survey.cutpoints_m.tolist() == [10.0, 50.0, 100.0]
    assert survey.distance_m.tolist() == [30.0, 30.0, 75.0]


def test_the_jays_of_santa_cruz_are_counted_right():
    survey = read_survey(reference("issj", "sites.csv"), {"distance": "m"}, kind="point")
    assert len(survey.transect) == 307
    assert np.histogram(survey.distance_m, survey.cutpoints_m)[0].tolist() == [84, 48, 27]
    assert survey.position_kind == "projected"
    assert survey.position.shape == (307, 2)
    assert {"elevation", "forest", "chaparral"} <= set(survey.transect_covariates)
    beside = read_survey(reference("issj"), {"distance": "m"}, kind="point")
    assert beside.distance_m.size == 159
    assert any("grid.csv" in note for note in beside.notes)


# --- radial distance and angle ----------------------------------------------------------------

RADIAL = (
    "# units: distance=m, effort=km, angle=degrees\n"
    "region,transect,effort,radial_distance,angle,object\n"
)


def test_perpendicular_distance_is_radial_times_sine(tmp_path):
    survey = read_survey(write(tmp_path, RADIAL + "a,1,5,100,30,1\na,1,5,80,90,2\na,1,5,60,0,3\n"))
    assert survey.distance_m == pytest.approx([50.0, 80.0, 0.0])
    assert survey.distance_m[2] == 0.0
    assert survey.angle_deg.tolist() == [30.0, 90.0, 0.0]


@given(st.floats(0, 5000), st.floats(0, 90))
def test_the_side_and_the_direction_do_not_matter(radius, angle):
    faults = Faults()
    angles = np.array([angle, 180 - angle, 180 + angle, 360 - angle, -angle])
    radii = np.full(5, radius)
    found = perpendicular_m(radii, angles, (-180, 360), [""] * 5, faults)
    assert not faults.found
    assert found == pytest.approx(radius * math.sin(math.radians(angle)), abs=1e-6)


def test_units_of_angles_are_compulsory(tmp_path):
    text = RADIAL.replace(", angle=degrees", "") + "a,1,5,100,30,1\n"
    assert "units of angle: must be declared (say '# units: angle=degrees' on top)" in faults_of(
        tmp_path, text
    )
    text = RADIAL.replace("degrees", "radians") + "a,1,5,100,1.2,1\n"
    assert "must be a unit of angle; got 'radians'" in faults_of(tmp_path, text)


def test_angles_that_cannot_be_are_refused(tmp_path):
    said = faults_of(tmp_path, RADIAL + "a,1,5,100,400,1\n")
    assert "row 3, angle: must lie in -180..360 degrees; got 400.0 (no such angle)" in said
    said = faults_of(tmp_path, "# angles: 0..90\n" + RADIAL + "a,1,5,100,120,1\n")
    assert "must lie in 0..90 degrees; got 120.0" in said


def test_angles_in_two_conventions_are_refused(tmp_path):
    said = faults_of(tmp_path, RADIAL + "a,1,5,100,-30,1\na,1,5,100,300,2\n")
    assert "must be readable in one way only; found -30 and 300 degrees" in said


def test_a_distance_without_its_angle_is_refused(tmp_path):
    said = faults_of(tmp_path, RADIAL + "a,1,5,100,,1\n")
    assert "row 3: radial distance and angle must both be given" in said


def test_the_range_of_angles_is_said():
    faults = Faults()
    assert angle_range(np.array([10.0, 170.0]), "", "f", faults)[:2] == (0.0, 180.0)
    assert angle_range(np.array([-10.0, 60.0]), "", "f", faults)[:2] == (-90.0, 90.0)
    assert not faults.found


def test_points_need_no_angle(tmp_path):
    text = "# units: distance=m\nregion,transect,effort,radial_distance,object\na,1,2,40,1\n"
    survey = read_survey(write(tmp_path, text), kind="point")
    assert survey.distance_m.tolist() == [40.0]
    assert "must have a column 'angle'" in faults_of(
        tmp_path, text.replace("=m", "=m, effort=km"), kind="line"
    )


# --- which form -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("columns", "form"),
    [
        ("Region.Label,Sample.Label,Effort,distance", "flat file"),
        ("transect,effort,radial_distance,angle", "detections with radial distance and angle"),
        ("transect,effort,distbegin,distend", "detections in distance classes"),
        ("site,n_0_10,n_10_20", "wide counts by distance class"),
        ("strip,length,strip_width,count", "strip counts"),
        ("strip,length,width,eye,photo", "strip counts"),
        ("year,estimate,source", "counts by year"),
        ("transect,effort,distance,seen_1,seen_2", "double-observer records"),
    ],
)
def test_columns_tell_the_form(columns, form):
    cells = ",".join("1" for _ in columns.split(","))
    assert form_of(parse_table(f"{columns}\n{cells}\n".encode(), "f.csv")) == form


def test_two_rows_per_object_are_records_of_two_observers():
    text = b"object,observer,detected,distance\n1,1,1,3\n1,2,0,3\n"
    assert form_of(parse_table(text, "f.csv")) == "double-observer records"
    single = b"object,observer,detected,distance\n1,1,1,3\n2,2,1,3\n"
    assert form_of(parse_table(single, "f.csv")) == "flat file"


def test_other_columns_are_no_survey(tmp_path):
    said = faults_of(tmp_path, "name,height\na,3\n")
    assert "must have the columns of a survey" in said
    assert "name, height" in said
