"""Data quality: each test is exact where it can be, and finds what was put in."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ustyurt_models.survey.quality.assess import assess_file
from ustyurt_models.survey.quality.chance import binomial_tail, chi_square_tail, quantile
from ustyurt_models.survey.quality.columns import odd_values, spellings
from ustyurt_models.survey.quality.distances import assess_distances, nice_width
from ustyurt_models.survey.quality.effort import rate_cv
from ustyurt_models.survey.quality.findings import findings
from ustyurt_models.survey.quality.heaping import (
    heaps_of,
    pile_at_end,
    pile_at_zero,
    resolution_of,
)
from ustyurt_models.survey.quality.repeats import assess_repeats
from ustyurt_models.survey.quality.sizes import describe_sizes
from ustyurt_models.survey.read.survey_data import Transects
from ustyurt_models.survey.read.units import UnitFound

UNITS = (UnitFound("distance", "m", "study file", 1.0),)


def survey(distance_m, size=None, transect=None, transects=20, kind="line", **more) -> Transects:
    distance = np.asarray(distance_m, np.float64)
    where = np.arange(distance.size) % transects if transect is None else np.asarray(transect)
    return Transects(
        stratum=("all",),
        area_km2=np.array([100.0]),
        transect=tuple(f"all/{i}" for i in range(transects)),
        transect_stratum=np.zeros(transects, np.int64),
        effort=np.ones(transects),
        detection_transect=where.astype(np.int64),
        distance_m=distance,
        size=np.ones(distance.size, np.int64) if size is None else np.asarray(size, np.int64),
        has_size=size is not None,
        header={},
        kind=kind,
        units=more.pop("units", UNITS),
        **more,
    )


def half_normal(count: int, sigma: float, seed: int = 1) -> np.ndarray:
    return np.abs(np.random.default_rng(seed).normal(0, sigma, count))


# --- tail probabilities -----------------------------------------------------------------------


@given(st.floats(0, 200))
def test_chi_square_tail_is_exact(statistic):
    assert chi_square_tail(statistic) == pytest.approx(stats.chi2.sf(statistic, 1), rel=1e-9)


@settings(deadline=None)
@given(st.integers(1, 3000), st.floats(0.001, 0.999), st.floats(0, 1))
def test_binomial_tail_is_exact(trials, probability, share):
    successes = round(share * trials)
    exact = stats.binom.sf(successes - 1, trials, probability)
    assert binomial_tail(successes, trials, probability) == pytest.approx(
        exact, rel=1e-7, abs=1e-300
    )


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.floats(0, 1))
def test_quantiles_are_those_of_numpy(values, share):
    found = quantile(np.array(values), share)
    assert found == pytest.approx(np.quantile(values, share), rel=1e-9, abs=1e-6)


# --- heaping ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "resolution"),
    [
        ([1, 7, 30], 1.0),
        ([5, 10, 200], 1.0),
        ([0.5, 1, 12.5], 0.1),
        ([0.100000001, 0.219999999, 1.94], 0.01),
        ([3296.6362632, 929.19374995, 7847.467], 0.01),
        ([0.0, 0.0], 1.0),
    ],
)
def test_resolution_is_the_decimal_place(values, resolution):
    assert resolution_of(np.array(values)) == pytest.approx(resolution)


def test_smooth_distances_are_not_heaped():
    falling = np.round(half_normal(4000, 150.0))
    assert not any(heap.heaped for heap in heaps_of(falling, 1.0))
    assert all(85 < heap.index < 118 for heap in heaps_of(falling, 1.0) if heap.expected > 30)


@pytest.mark.parametrize("base", [5.0, 10.0, 50.0])
def test_rounding_by_some_observers_is_found_with_its_base(base):
    exact = np.round(half_normal(600, 150.0))
    rounded = np.where(np.arange(600) % 3 == 0, base * np.round(exact / base), exact)
    heaped = [heap.base for heap in heaps_of(rounded, 1.0) if heap.heaped]
    assert max(heaped) == base


def test_rounding_to_five_does_not_accuse_ten():
    rounded = 5 * np.round(half_normal(800, 150.0) / 5)
    by_base = {heap.base: heap for heap in heaps_of(rounded, 1.0)}
    assert by_base[5.0].heaped
    assert by_base[10.0].index > 150
    assert not by_base[10.0].heaped


def test_the_index_of_heaping_is_counted_by_hand():
    values = np.array([3.0, 5, 5, 5, 7, 10, 12, 10, 14, 20, 8, 9, 11, 13])
    five = next(heap for heap in heaps_of(values, 1.0) if heap.base == 5.0)
    # Whole periods around 5, 10 and 15 reach from 2.5 to 17.5 and hold all values but 20.
    assert (five.count, five.observed) == (13, 5)
    assert five.expected == pytest.approx(13 / 5)
    assert five.index == pytest.approx(100 * 5 / 2.6)
    assert five.p_value == pytest.approx(stats.binom.sf(4, 13, 0.2))


def test_the_p_value_is_a_chi_square_where_enough_are_expected():
    values = np.concatenate([np.arange(1.0, 101.0)] * 2 + [np.full(30, 50.0)])
    ten = next(heap for heap in heaps_of(values, 1.0) if heap.base == 10.0)
    expected = ten.count / 10
    observed = [ten.observed, ten.count - ten.observed]
    chi = stats.chisquare(observed, [expected, ten.count - expected])
    assert ten.p_value == pytest.approx(chi.pvalue)


@settings(deadline=None, max_examples=40)
@given(st.floats(50, 500), st.integers(0, 2**31))
def test_units_do_not_change_the_verdict(sigma, seed):
    metres = np.round(half_normal(200, sigma, seed)) + 1.0
    kilometres = heaps_of(metres / 1000, 0.001)
    for one, other in zip(heaps_of(metres, 1.0), kilometres, strict=False):
        assert one.base / 1000 == pytest.approx(other.base)
        assert (one.observed, one.count, one.heaped) == (other.observed, other.count, other.heaped)


def test_zeros_are_expected_at_half_the_rate_of_other_values():
    rng = np.random.default_rng(3)
    even = np.round(np.abs(rng.uniform(-100, 100, 20_000)))
    pile = pile_at_zero(even, 1.0)
    assert pile.observed == pytest.approx(pile.expected, rel=0.35)
    assert not pile.piled
    assert pile_at_zero(np.concatenate([even[:500], np.zeros(20)]), 1.0).piled


def test_a_limit_that_took_in_what_was_beyond_is_found():
    exact = np.round(half_normal(400, 200.0))
    assert not pile_at_end(exact, 1.0).piled
    clipped = np.minimum(exact, 250.0)
    pile = pile_at_end(clipped, 1.0)
    assert pile.at == 250.0
    assert pile.observed == np.count_nonzero(exact >= 250)
    assert pile.piled


# --- distances --------------------------------------------------------------------------------


@given(st.floats(0.01, 1e6), st.integers(2, 40))
def test_bars_have_round_widths(span, parts):
    width = nice_width(span, parts)
    assert span / parts <= width * 1.002
    assert width <= 2.6 * span / parts
    assert round(width / 10 ** math.floor(math.log10(width) + 1e-9)) in (1, 2, 5, 10)


def test_every_detection_stands_in_the_histogram():
    quality = assess_distances(survey(half_normal(300, 120.0)))
    assert quality.bar.sum() == 300
    assert quality.edge_m[-1] > quality.largest_m


def test_the_advised_truncation_keeps_the_share_it_says():
    distance = half_normal(500, 120.0)
    line = assess_distances(survey(distance))
    assert np.mean(distance <= line.advised_m) == pytest.approx(0.95, abs=0.003)
    point = assess_distances(survey(distance, kind="point"))
    assert np.mean(distance <= point.advised_m) == pytest.approx(0.90, abs=0.003)


def test_flight_and_attraction_show_next_to_the_line():
    even = np.random.default_rng(5).uniform(0, 400, 400)
    calm = assess_distances(survey(even)).near
    assert min(calm.p_dip, calm.p_spike) > 0.01
    assert calm.first + calm.second == np.count_nonzero(even < calm.edge_m[1])
    fled = assess_distances(survey(np.where(even < 40, even + 60, even))).near
    assert fled.p_dip < 0.001
    drawn = assess_distances(survey(np.where(even < 100, even * 0.4, even))).near
    assert drawn.p_spike < 0.001


def test_around_points_detections_are_expected_by_area():
    even = 400 * np.sqrt(np.random.default_rng(5).uniform(0, 1, 2000))
    near = assess_distances(survey(even, kind="point")).near
    assert near.expected == pytest.approx((near.first + near.second) / 4)
    assert near.p_dip > 0.01


def test_few_or_no_detections_give_no_verdict_and_no_crash():
    assert assess_distances(survey([])) is None
    one = assess_distances(survey([30.0]))
    assert one.heaps == ()
    assert one.near is None
    zero = assess_distances(survey([0.0] * 12))
    assert zero.zero.observed == 12


# --- effort, sizes, repeats, columns ----------------------------------------------------------


def test_the_cv_of_the_rate_is_that_of_fewster():
    effort, groups = np.array([10.0, 20.0, 30.0]), np.array([1, 5, 2])
    rate = 8 / 60
    variance = 3 / (60**2 * 2) * np.sum(effort**2 * (groups / effort - rate) ** 2)
    assert rate_cv(effort, groups) == pytest.approx(math.sqrt(variance) / rate)
    assert math.isnan(rate_cv(effort[:1], groups[:1]))
    assert math.isnan(rate_cv(effort, np.zeros(3, int)))


@settings(deadline=None)
@given(st.lists(st.integers(1, 5000), min_size=1, max_size=60))
def test_every_group_stands_in_a_bar(sizes):
    quality = describe_sizes(np.array(sizes))
    assert quality.bar.sum() == len(sizes)
    assert len(quality.label) == quality.bar.size
    assert quality.largest == max(sizes)


def test_sizes_that_rise_with_distance_are_called_size_bias():
    distance = np.arange(100.0)
    assert describe_sizes(np.arange(1, 101), distance).with_distance == pytest.approx(1.0)
    assert describe_sizes(np.arange(1, 101), distance).size_bias
    assert not describe_sizes(np.arange(100, 0, -1), distance).size_bias
    ties = np.array([1, 1, 2, 2, 2, 5, 9, 9])
    rank = stats.spearmanr(ties, distance[:8]).statistic
    assert describe_sizes(ties, distance[:8]).with_distance == pytest.approx(rank)


def test_pairs_are_counted_against_chance():
    distance = np.round(half_normal(300, 100.0))
    plain = assess_repeats(survey(distance, transects=10))
    brute = [
        (i, j)
        for i in range(300)
        for j in range(i)
        if i % 10 == j % 10 and distance[i] == distance[j]
    ]
    assert plain.alike == len(brute)
    assert plain.alike == pytest.approx(plain.alike_by_chance, rel=0.4)
    assert not plain.suspicious


def test_detections_entered_twice_are_suspicious_and_named():
    distance = half_normal(120, 100.0)
    places = tuple(f"f.csv: row {i}" for i in range(130))
    where = np.arange(120) % 20
    twice = survey(
        np.concatenate([distance, distance[:10]]),
        transect=np.concatenate([where, where[:10]]),
        detection_place=places,
    )
    found = assess_repeats(twice)
    assert found.alike == 10
    assert found.suspicious
    assert ("f.csv: row 0", "f.csv: row 120") in found.groups


def test_nearly_alike_pairs_differ_in_distance_alone():
    distance = np.array([100.0, 101.0, 300.0, 100.5])
    found = assess_repeats(survey(distance, [1, 1, 1, 2], [0, 0, 0, 0], 2))
    assert (found.alike, found.near) == (0, 1)


def test_values_far_out_are_named_with_their_place():
    values = np.array([1.0, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 90])
    (odd,) = odd_values("height", values, [f"row {i}" for i in range(13)], "m")
    assert (odd.place, odd.value) == ("row 12", "90 m")
    assert odd_values("height", values[:-1], ["row"] * 12) == ()


def test_words_that_differ_in_case_or_alphabet_are_one():
    words = np.array(["Aliya", "aliya ", "Bek", "\u0412\u0435\u043a", "Bekzat", ""])
    assert spellings(words) == ("'Aliya' and 'aliya '", "'Bek' and '\u0412\u0435\u043a'")


# --- a whole file -----------------------------------------------------------------------------

HEAD = (
    "# units: distance=m, effort=km\n# status: real\nregion,transect,effort,distance,object,wind\n"
)


def quality_of(tmp_path, text: str, **options):
    path = tmp_path / "lines.csv"
    path.write_text(text, encoding="utf-8")
    return assess_file(path, **options)


def light_of(quality, title: str) -> str:
    return next(one.light for one in findings(quality) if one.title == title)


def test_missing_values_count_only_where_a_value_belongs(tmp_path):
    quality = quality_of(tmp_path, HEAD + "a,1,5,10,1,3\na,1,5,20,2,\na,2,5,,,\n")
    by_name = {column.name: column for column in quality.columns}
    assert (by_name["wind"].missing, by_name["wind"].rows) == (1, 2)
    assert (by_name["distance"].missing, by_name["distance"].rows) == (0, 2)
    assert light_of(quality, "Missing values") == "amber"
    assert by_name["region"].role == "stratum"
    assert by_name["wind"].role == "covariate of detections"


def test_transects_left_out_are_suspected_when_none_is_empty(tmp_path):
    rows = "".join(f"a,{i},5,{10 + i},{i},1\n" for i in range(20))
    assert light_of(quality_of(tmp_path, HEAD + rows), "Lines without detections") == "amber"
    empty = "".join(f"a,{i},5,,,\n" for i in range(20, 30))
    assert (
        light_of(quality_of(tmp_path, HEAD + rows + empty), "Lines without detections") == "green"
    )


def test_no_detection_at_all_is_a_stop_and_no_crash(tmp_path):
    quality = quality_of(tmp_path, HEAD + "a,1,5,,,\na,2,5,,,\n")
    assert light_of(quality, "Sample") == "red"
    assert quality.distances is None


def test_assumed_units_are_said(tmp_path):
    text = HEAD.replace("wind", "x,y") + "a,1,5,10,1,412000,4785000\na,2,5,,,420000,4785000\n"
    quality = quality_of(tmp_path, text)
    finding = next(one for one in findings(quality) if one.title == "Units")
    assert finding.light == "amber"
    assert "position in m" in finding.text


def test_angles_on_the_line_are_reported(tmp_path):
    head = "# units: distance=m, effort=km, angle=degrees\n"
    head += "region,transect,effort,radial_distance,angle,object\n"
    angles = [0] * 12 + [3, 8, 14, 17, 22, 26, 33, 38, 41, 47, 53, 59, 62, 67, 71, 78, 83, 89]
    rows = "".join(f"a,{i % 5},5,{50 + i},{angle},{i}\n" for i, angle in enumerate(angles))
    quality = quality_of(tmp_path, head + rows)
    assert quality.angles.zero.observed == 12
    finding = next(one for one in findings(quality) if one.title == "Sighting angles")
    assert "12 of 30 angles are 0" in finding.text
    assert quality.distances.measured == "radial distances"
    assert quality.distances.resolution == 1.0


def test_strip_counts_have_effort_and_sizes(tmp_path):
    text = "# units: length=km, width=m, area=km2\nstratum,area,strip,length,width,size\n"
    text += "a,100,1,10,200,3\na,100,1,10,200,12\na,100,2,8,200,\n"
    quality = quality_of(tmp_path, text)
    assert quality.form == "strip counts"
    assert quality.effort.strata[0].transects == 2
    assert quality.effort.strata[0].animals == 15
    assert {unit.quantity for unit in quality.units} == {"length", "width", "area"}


def test_counts_by_year_are_described_by_their_columns(tmp_path):
    quality = quality_of(tmp_path, "year,estimate,source\n2001,50,a\n2002,60,b\n2003,70,c\n")
    assert quality.form == "counts by year"
    assert quality.effort is None
    assert [column.values for column in quality.columns][:2] == ["2001 to 2003", "50 to 70"]
