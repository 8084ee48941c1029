import pytest

from ustyurt_models.checks import InputError
from ustyurt_models.evidence import load_catalogue
from ustyurt_models.study.load import check_study, read_study
from ustyurt_models.study.power import Power
from ustyurt_models.study.power_words import parse_change, parse_goal
from ustyurt_models.study.surveys import LineTransect

STUDY = """\
title = "Planned surveys"
start = 2027

[survey.gazelle]
file = "lines.csv"
model = "line_transect"
truncation = "800 m"

[power]
survey = "gazelle"
goal = "CV <= 20 %"
changes = ["-30 % in 10 years"]

[power.cost.car]
per_day = 500
km_per_day = "120 km/day"

[power.design.plain]
transects = 30
length = { KAZ = "80 km", UZB = "60000 m" }
cost = "car"
"""


def read(tmp_path, text):
    path = tmp_path / "planned.toml"
    path.write_text(text, encoding="utf-8")
    return read_study(path)


def faults(tmp_path, text):
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    return str(caught.value)


def test_a_decline_is_steady_on_the_log_scale():
    change = parse_change("-30 % in 10 years")
    assert 2.718281828459045 ** (10 * change.rate) == pytest.approx(0.7)
    assert change.years == 10
    assert not change.rises


def test_a_yearly_growth_may_have_a_horizon_of_its_own():
    assert parse_change("+5 % a year").years is None
    assert parse_change("+5 % per year for 6 years").years == 6
    assert parse_change("+5 % a year").rises


def test_a_goal_in_percent_equals_the_same_goal_as_a_share():
    assert parse_goal("CV <= 20 %").limit == parse_goal("CV <= 0.2").limit


def test_a_goal_on_a_change_holds_that_change():
    goal = parse_goal("P(see -30 % in 10 years) >= 0.8")
    assert goal.change.rate == parse_change("-30 % in 10 years").rate
    assert goal.met(0.8)
    assert not goal.met(0.79)
    assert not goal.met(float("nan"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("goal = 'CV = 0.2'", "means nothing"),
        ("goal = 'CV <= tiny'", "expected a number"),
        ("goal = 'P(see -130 % in 10 years) >= 0.8'", "less than 100 %"),
        ("goal = 'P(see -0.3 in 10 years) >= 0.8'", "must be in percent"),
        ("goal = 'P(see 0 % in 10 years) >= 0.8'", "must not be zero"),
        ("goal = 'P(see -30 % in 10 years) >= 80'", "from 0 to 1"),
        ("goal = 'P(see -30 % in 20 years) >= 0.8'", "not look further than the 10 years"),
        ("certainty = 0.4", "must be > 0.5"),
        ("survey = 'gazele'", "did you mean 'gazelle'"),
    ],
)
def test_faults_of_the_block_say_what_to_write(tmp_path, text, said):
    key = text.split(" ")[0]
    lines = [line for line in STUDY.splitlines() if not line.startswith(f"{key} =")]
    place = lines.index("[power]") + 1
    message = faults(tmp_path, "\n".join([*lines[:place], text, *lines[place:]]))
    assert said in message
    assert f"planned.toml:{place + 1}" in message or "line" in message


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("transects = 30", "transects = 1", "must be >= 2"),
        ("transects = 30", "transects = 30\nbudget = 9", "exactly one of"),
        ("transects = 30", "", "exactly one of"),
        ("transects = 30", "transects = 30\nwidth = '400 m'", "no 'width'"),
        ("transects = 30", "transects = 30\nyears = [3, 2]", "must rise"),
        ("transects = 30", "transects = 30\nyears = [0, 30]", "must lie in 0..10"),
        ("transects = 30", "transects = 30\nyears = [0]\nevery = 2", "both 'years' and 'every'"),
        ("'car'", "'cart'", "did you mean 'car'"),
        ("'car'", "''\nmethod = 'strip_counts'", "needs its 'width'"),
        ("\nkm_per_day = '120 km/day'", "", "go together"),
        ("'120 km/day'", "'120 km'", "not a unit of distance per day"),
        ("'80 km'", "'80'", "must be a length with its unit"),
        ("'80 km'", "'0 km'", "must be > 0"),
        ("length =", "lenght =", "did you mean 'length'"),
    ],
)
def test_faults_of_a_design_say_what_to_write(tmp_path, old, new, said):
    plain = STUDY.replace('"', "'")
    assert old in plain
    assert said in faults(tmp_path, plain.replace(old, new))


def test_an_unknown_row_of_the_evidence_is_refused_at_its_line(tmp_path):
    text = STUDY.replace("[power]\n", '[power]\nprocess_sd = "sai_trend_proces"\n')
    path = tmp_path / "planned.toml"
    path.write_text(text, encoding="utf-8")
    (tmp_path / "lines.csv").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="did you mean 'sai_trend_process'"):
        check_study(path, None, load_catalogue().parameters.keys())


def test_what_is_written_is_read_again(tmp_path):
    power = read(tmp_path, STUDY).scenarios[0].power
    assert Power.model_validate_json(power.model_dump_json(by_alias=True)) == power
    assert power.goal[0].limit == 0.2
    assert power.design["plain"].length == {"KAZ": 80_000.0, "UZB": 60_000.0}


def test_planned_surveys_do_not_outdate_simulated_futures(tmp_path):
    before = read(tmp_path, STUDY).digest
    assert read(tmp_path, STUDY.replace("transects = 30", "transects = 50")).digest == before
    assert read(tmp_path, STUDY.replace("start = 2027", "start = 2028")).digest != before


def test_a_change_that_only_a_goal_names_is_simulated_too(tmp_path):
    text = STUDY.replace('goal = "CV <= 20 %"', 'goal = ["P(see +5 % a year) >= 0.5"]')
    power = read(tmp_path, text).scenarios[0].power
    assert [change.text for change in power.all_changes] == ["-30 % in 10 years", "+5 % a year"]


def test_a_change_named_twice_is_simulated_once(tmp_path):
    text = STUDY.replace('goal = "CV <= 20 %"', 'goal = "P(see -30 % in 10 years) >= 0.5"')
    assert len(read(tmp_path, text).scenarios[0].power.all_changes) == 1


def test_survey_years_run_to_the_horizon(tmp_path):
    power = read(tmp_path, STUDY.replace("transects = 30", "transects = 30\nevery = 4"))
    block = power.scenarios[0].power
    assert block.years_of(block.design["plain"]) == (0, 4, 8)
    assert isinstance(power.scenarios[0].survey["gazelle"], LineTransect)
