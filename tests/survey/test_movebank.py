"""Exports of Movebank: positions, movement, fates; what is dropped is counted."""

import numpy as np
import pytest

from ustyurt_models.checks import InputError
from ustyurt_models.formulas.movement import convex_polygon_km2, distance_m, spikes
from ustyurt_models.seeds import generator
from ustyurt_models.survey.read.composition import AGES, SEXES
from ustyurt_models.survey.read.movebank.fixes import fixes_of
from ustyurt_models.survey.read.movebank.lives import collars_of, lives_of
from ustyurt_models.survey.read.movebank.study import read_movebank_collars
from ustyurt_models.survey.read.movebank.tracks import day_range_limits, tracks_of
from ustyurt_models.survey.read.table import parse_table

HEAD = "event-id,visible,timestamp,location-long,location-lat,individual-local-identifier\n"
EVENTS = f"""{HEAD}1,true,2027-05-01 00:00:00.000,55.0,43.0,saiga1
2,true,2027-05-01 01:00:00.000,55.0,43.01,saiga1
3,false,2027-05-01 02:00:00.000,20.0,10.0,saiga1
4,true,2027-05-01 02:00:00.000,55.0,43.02,saiga1
5,true,2027-05-01 02:00:00.000,55.0,43.02,saiga1
6,true,2027-05-01 03:00:00.000,,,saiga1
7,true,2027-05-01 03:00:00.000,57.0,43.02,saiga1
8,true,2027-05-01 04:00:00.000,55.0,43.03,saiga1
9,true,2027-05-01 00:00:00.000,55.5,43.4,saiga2
"""
ANIMALS = """\
animal-id,animal-sex,animal-life-stage,deploy-on-date,deploy-off-date,deployment-end-type
saiga1,f,adult,2027-05-01 00:00:00.000,2028-02-10 00:00:00.000,dead
saiga2,m,calf,2027-06-10 00:00:00.000,2028-07-15 00:00:00.000,fall off
saiga3,f,adult,2027-05-01 00:00:00.000,2027-05-20 00:00:00.000,unknown
"""


def events(text=EVENTS):
    return fixes_of(parse_table(text.encode(), "events.csv"))


def animals(text=ANIMALS, fixes=None):
    return lives_of(parse_table(text.encode(), "animals.csv"), fixes)


def told(read, text):
    with pytest.raises(InputError) as caught:
        read(text)
    return str(caught.value)


def test_hidden_empty_and_repeated_rows_are_dropped_and_counted():
    fixes = events()
    assert (fixes.hidden, fixes.empty, fixes.repeated) == (1, 1, 1)
    assert fixes.animals == ("saiga1", "saiga2")
    assert fixes.utc_s.size == 6
    assert fixes.utc_s[0] == 1_809_129_600.0  # 2027-05-01 in world time


def test_an_impossible_spike_is_left_out_of_movement_and_counted():
    track = tracks_of(events())[0]
    assert track.outliers == 1
    assert track.fixes == 4
    assert track.interval_min == 60.0
    # 1.112 km an hour, the two hours around the spike being a gap.
    assert track.day_range_km == pytest.approx(24 * 1.112, rel=1e-3)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("2027-05-01 01:00:00.000", "01/05/2027 01:00", "column timestamp"),
        ("2027-05-01 01:00:00.000", "2027-05-01T01:00:00+05:00", "world time"),
        ("2027-05-01 01:00:00.000", "1970-01-01 00:00:00", "1980..2100"),
        ("3,false", "3,maybe", "must be true or false"),
        ("5,true,2027-05-01 02:00:00.000,55.0", "5,true,2027-05-01 02:00:00.000,55.1", "twice"),
        ("55.0,43.01,saiga1", "43.01,55.0,saiga1", "with exchanged columns"),
        ("55.5,43.4,saiga2", "55.5,43.4,", "must name the animal"),
        ("55.5,43.4,saiga2", "555,43.4,saiga2", "-180..180"),
    ],
)
def test_what_cannot_be_is_said_with_file_and_row(old, new, words):
    text = EVENTS.replace(old, new)
    said = told(events, text)
    assert "events.csv: row" in said
    assert words in said


def test_exchanged_columns_are_refused_with_both_readings():
    rows = [line.split(",") for line in EVENTS.splitlines()[1:]]
    swapped = HEAD + "".join(",".join([*r[:3], r[4], r[3], r[5]]) + "\n" for r in rows)
    said = told(events, swapped)
    assert "as written" in said
    assert "exchange the two column names" in said


def test_all_faults_are_told_at_once():
    said = told(animals, ANIMALS.replace("f,adult", "x,young").replace("dead", "dead/fall-off"))
    for words in ("animal-sex", "animal-life-stage", "dead, or fall off"):
        assert words in said, words


def test_animals_are_followed_from_month_to_month():
    collars = collars_of(animals(), 5, {})
    rows = {
        (int(year), SEXES[sex], AGES[age]): (risk, died)
        for year, sex, age, risk, died in zip(
            collars.year, collars.sex, collars.age, collars.at_risk, collars.deaths, strict=True
        )
    }
    assert rows == {
        (2027, "female", "adult"): (10.0, 1.0),  # May to February; nothing of 20 days in May
        (2027, "male", "calf"): (10.0, 0.0),  # July to April
        (2028, "male", "adult"): (2.0, 0.0),  # May and June; July not to its end
    }
    assert (collars.months == 1).all()


def test_survival_of_simulated_animals_is_recovered():
    rng = generator(4, "collars")
    rows, monthly = [], 0.97
    for i in range(300):
        months = int(rng.geometric(1 - monthly))
        died, lasts = months <= 20, min(months, 20)
        year, month = divmod(4 + lasts - 1, 12)
        end = f"{2027 + year}-{month + 1:02d}-{10 if died else 28} 00:00:00"
        rows.append(f"a{i},f,adult,2027-05-01 00:00:00,{end},{'dead' if died else 'removal'}")
    head = ANIMALS.splitlines()[0]
    collars = collars_of(animals("\n".join([head, *rows])), 5, {})
    found = 1 - collars.deaths.sum() / collars.at_risk.sum()
    error = np.sqrt(monthly * (1 - monthly) / collars.at_risk.sum())
    assert found == pytest.approx(monthly, abs=4 * error)


def test_a_collar_still_on_is_followed_to_its_last_position():
    text = ANIMALS.replace("2028-02-10 00:00:00.000,dead", ",")
    assert "must be known" in told(animals, text)
    life = animals(text, events())[0]
    assert str(life.off) == "2027-05-01"
    assert life.vanished


def test_a_folder_of_both_tables_gives_collars(tmp_path):
    (tmp_path / "events.csv").write_text(EVENTS)
    (tmp_path / "animals.csv").write_text(ANIMALS)
    found = read_movebank_collars(tmp_path, 5, None)
    assert found.at_risk.sum() == 22
    with pytest.raises(InputError, match="year_begins"):
        read_movebank_collars(tmp_path, None, None)
    with pytest.raises(InputError, match="tell fates"):
        read_movebank_collars(tmp_path / "events.csv", 5, None)
    (tmp_path / "plain.csv").write_text("year,sex\n2027,f\n")
    assert read_movebank_collars(tmp_path / "plain.csv", 5, None) is None


def test_movement_formulas():
    square = np.array([[55.0, 43.0], [55.1, 43.0], [55.1, 43.1], [55.0, 43.1], [55.05, 43.05]])
    sides = distance_m(square[:-2], square[1:-1]) / 1000.0
    assert convex_polygon_km2(square, 1.0) == pytest.approx(sides[0] * sides[1], rel=2e-3)
    line = np.stack([np.linspace(55, 56, 9), np.full(9, 43.0)], axis=1)
    assert convex_polygon_km2(line, 1.0) == pytest.approx(0.0, abs=1e-9)
    time = np.arange(5) * 3600.0
    moved = np.array([[55.0, 43], [55, 43.01], [60, 43.01], [55, 43.02], [55, 43.03]])
    assert spikes(moved, time, 30.0).tolist() == [False, False, True, False, False]


def test_day_range_of_a_species_has_the_spread_between_its_animals():
    rng = generator(5, "ranges")
    rows = []
    for i in range(8):
        step = 0.002 * np.exp(0.3 * rng.standard_normal())
        for k in range(48):
            when = f"2027-05-{1 + k // 24:02d} {k % 24:02d}:00:00"
            rows.append(f"{i}-{k},true,{when},55.0,{43 + step * k},a{i}")
    tracks = tracks_of(events(HEAD + "\n".join(rows)))
    low, middle, high = day_range_limits(tracks)
    assert low < middle < high
    assert middle == pytest.approx(24 * 0.2224, rel=0.3)
    assert day_range_limits(tracks[:2]) is None
