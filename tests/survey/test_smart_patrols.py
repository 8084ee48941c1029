"""SMART query tables: any language and encoding, effort of every patrol, cells and periods."""
# ruff: noqa: RUF001

import datetime as dt

import numpy as np
import pytest

from ustyurt_models.checks import InputError
from ustyurt_models.seeds import generator
from ustyurt_models.study.surveys import Occupancy
from ustyurt_models.survey.fit import fit_survey
from ustyurt_models.survey.read.patrols import CellRules, patrol_histories
from ustyurt_models.survey.read.smart import read_mapping, read_patrols

MAPPING = """
date_format = "%d %B %Y г."
months = ["января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября",
          "октября", "ноября", "декабря"]
largest_gap = "5 km"

[species]
"Джейран" = "goitered_gazelle"

[tracks]
file = "треки.csv"
patrol = "Код патруля"
date = "Дата"
time = "Время"
x = "Долгота"
y = "Широта"

[observations]
file = "встречи.csv"
patrol = "Код патруля"
date = "Дата"
x = "Долгота"
y = "Широта"
species = "Вид"
count = "Количество"
"""
TRACKS = """\
Код патруля;Дата;Время;Долгота;Широта
П-1;5 мая 2027 г.;08:00:00;55,500;43,500
П-1;5 мая 2027 г.;09:00:00;55,500;43,520
П-1;5 мая 2027 г.;08:30:00;55,500;43,510
П-1;6 мая 2027 г.;08:00:00;55,500;43,520
П-1;6 мая 2027 г.;09:00:00;55,500;43,530
П-2;20 июня 2027 г.;08:00:00;55,500;43,500
П-2;20 июня 2027 г.;09:00:00;55,500;43,520
"""
SEEN = """\
Код патруля;Дата;Долгота;Широта;Вид;Количество
П-1;5 мая 2027 г.;55,500;43,515;Джейран;4
П-1;6 мая 2027 г.;55,500;43,525;Корсак;1
"""


def write(folder, encoding="utf-8", mapping=MAPPING, tracks=TRACKS, seen=SEEN):
    (folder / "patrols").mkdir()
    (folder / "patrols" / "треки.csv").write_text(tracks, encoding=encoding)
    (folder / "patrols" / "встречи.csv").write_text(seen, encoding=encoding)
    (folder / "mapping.toml").write_text(mapping, encoding="utf-8")
    return folder


def read(folder):
    return read_patrols(folder / "patrols", read_mapping(folder / "mapping.toml"))


@pytest.mark.parametrize("encoding", ["utf-8", "cp1251"])
def test_russian_tables_are_read_in_both_encodings(tmp_path, encoding):
    patrols = read(write(tmp_path, encoding))
    assert set(patrols.tracks.patrol) == {"П-1", "П-2"}
    assert patrols.seen.species == ("goitered_gazelle", "Корсак")
    assert patrols.seen.count.tolist() == [4.0, 1.0]
    day = dt.date(2027, 5, 5).toordinal() - dt.date(1970, 1, 1).toordinal()
    assert patrols.tracks.day[0] == day
    np.testing.assert_allclose(patrols.tracks.position[0], [55.5, 43.5])


def test_kilometres_of_all_patrols_are_kept_also_of_those_that_saw_nothing(tmp_path):
    patrols = read(write(tmp_path))
    histories = patrol_histories(patrols, "goitered_gazelle", CellRules(100_000.0, 30.0))
    degree_km = 6371.007 * np.pi / 180
    # Times order the points; days are not joined.
    wanted = [[0.03 * degree_km, 0.02 * degree_km]]
    np.testing.assert_allclose(histories.effort, wanted, rtol=1e-3)
    np.testing.assert_array_equal(histories.y, [[1.0, 0.0]])
    assert histories.occasion == ("2027-05-05", "2027-06-04")
    assert histories.effort_unit == "km"
    assert "1 of them without any observation" in histories.notes[0]


def test_cells_where_nobody_walked_are_missing_not_zero(tmp_path):
    histories = patrol_histories(
        read(write(tmp_path)), "goitered_gazelle", CellRules(1000.0, 30.0, "2027-01-01")
    )
    assert len(histories.site) >= 3
    assert np.isnan(histories.y[:, 1]).any()
    assert (histories.effort[histories.visited] > 0).all()
    inside = np.abs(histories.position - [55.5, 43.515])
    assert (inside < [0.02, 0.03]).all()


def test_effort_by_cell_adds_up_to_what_was_walked(tmp_path):
    patrols = read(write(tmp_path))
    totals = [
        np.nansum(patrol_histories(patrols, "goitered_gazelle", CellRules(side, 10.0)).effort)
        for side in (500.0, 5000.0, 200_000.0)
    ]
    assert totals == pytest.approx([totals[0]] * 3)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"tracks": TRACKS.replace("20 июня", "31 июня", 1)}, "must be a day of 1980"),
        ({"tracks": TRACKS.replace("08:30:00", "8 h")}, "must be a time written as"),
        ({"tracks": TRACKS.replace("Широта", "Шыр")}, "must have the column; got 'Широта'"),
        ({"seen": SEEN.replace("П-1;5", "П-9;5")}, "must belong to a patrol with a track"),
        ({"mapping": MAPPING.replace("треки.csv", "трек.csv")}, "did you mean 'треки.csv'"),
        ({"mapping": MAPPING.replace("patrol =", "patroll =", 1)}, "did you mean 'patrol'"),
        ({"mapping": MAPPING.replace("%B", "%m")}, "must name twelve months"),
        ({"mapping": MAPPING + "["}, "must be valid TOML"),
    ],
)
def test_faults_are_told_with_their_place(tmp_path, change, words):
    with pytest.raises(InputError) as caught:
        read(write(tmp_path, **change))
    assert words in str(caught.value)


def test_exchanged_coordinates_are_refused_with_both_readings(tmp_path):
    swapped = TRACKS.replace("Долгота;Широта", "Широта;Долгота")
    with pytest.raises(InputError, match="with exchanged columns"):
        read(write(tmp_path, tracks=swapped))


def test_observations_far_from_any_track_and_unknown_species_are_refused(tmp_path):
    far = write(tmp_path, seen=SEEN.replace("55,500;43,515", "55,900;43,515"))
    with pytest.raises(InputError, match="must lie in a cell where a patrol walked"):
        patrol_histories(read(far), "goitered_gazelle", CellRules())
    with pytest.raises(InputError, match="must be among the observations"):
        patrol_histories(read(far), "saiga", CellRules())
    with pytest.raises(InputError, match="whole days"):
        patrol_histories(read(far), "Корсак", CellRules(occasion_days=1.5))


def test_occupancy_is_fitted_from_patrols(tmp_path):
    rng = generator(3, "patrols")
    tracks, seen = [TRACKS.splitlines()[0]], [SEEN.splitlines()[0]]
    for cell in range(40):
        lon, lat = 55.0 + 0.07 * (cell % 8), 43.0 + 0.05 * (cell // 8)
        occupied = rng.random() < 0.5
        for month, name in enumerate(("мая", "июня", "июля", "августа")):
            code, day = f"P{cell}-{month}", f"10 {name} 2027 г."
            for step in range(2):
                at = f"{lon:.3f};{lat + 0.01 * step:.3f}".replace(".", ",")
                tracks.append(f"{code};{day};0{8 + step}:00:00;{at}")
            if occupied and rng.random() < 0.6:
                at = f"{lon:.3f};{lat + 0.005:.3f}".replace(".", ",")
                seen.append(f"{code};{day};{at};Джейран;2")
    write(tmp_path, tracks="\n".join(tracks), seen="\n".join(seen))
    block = Occupancy(
        file="patrols",
        species="goitered_gazelle",
        patrols={"mapping": "mapping.toml", "cell": "1 km", "occasion_days": 30.0},
        sampler={"engine": "laplace"},
    )
    tree = fit_survey(block, tmp_path, seed=1)
    psi = tree["occupancy"]["psi_mean"].values
    low, high = np.quantile(psi, [0.0005, 0.9995])
    assert low < 0.5 < high
