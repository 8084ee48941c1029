import json
from pathlib import Path

import pytest
import xarray as xr

from ustyurt_models.cli import main
from ustyurt_models.resources import scenarios_dir
from ustyurt_models.survey.power import simulate
from ustyurt_models.workflow import Options, power

STUDY = """\
title = "Planned surveys"
start = 2027

[survey.goitered_gazelle]
file = "{file}"
model = "line_transect"
truncation = "800 m"
sampler = {{ engine = "laplace", draws = 100 }}

[power]
survey = "goitered_gazelle"
futures = 20
years = 4
goal = "{goal}"

[power.cost.car]
per_km = 2

[power.design.small]
transects = 40
length = "76 km"
every = 4
cost = "car"

[power.design.large]
transects = {large}
length = "76 km"
every = 4
cost = "car"
"""


def write(folder: Path, goal="CV <= 0.9", large=120) -> Path:
    file = scenarios_dir() / "surveys" / "gazelle_transects.csv"
    path = folder / "planned.toml"
    path.write_text(STUDY.format(file=file.as_posix(), goal=goal, large=large), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("power")


@pytest.fixture(scope="module")
def answer(folder):
    return power.plan_surveys(write(folder), Options(folder / "out", 1, quiet=True))


def stored(folder, name):
    with xr.open_dataset(folder / "power" / "designs" / f"{name}.nc", engine="h5netcdf") as file:
        return file.load()


def test_the_cheapest_design_that_reaches_the_goal_is_named(answer):
    assert answer.met
    assert "small is the cheapest design that reaches the goals" in answer.advice
    summary = json.loads((answer.page.parent / "power.json").read_text(encoding="utf-8"))
    assert summary["recommended"] == {"goitered_gazelle": "small"}
    assert summary["status"] == "simulated"
    by_name = {one["design"]: one for one in summary["designs"]}
    assert by_name["large"]["cv"]["value"] < by_name["small"]["cv"]["value"]
    assert by_name["large"]["cost_total"] == 2 * 2 * 120 * 76


def test_a_finished_design_is_not_simulated_again(folder, answer, capsys):
    before = stored(folder / "out", "small")
    again = power.plan_surveys(folder / "planned.toml", Options(folder / "out", 1, quiet=True))
    said = capsys.readouterr().err
    assert "power small: up to date" in said
    assert "power large: up to date" in said
    assert again.table == answer.table
    assert before.identical(stored(folder / "out", "small"))


def test_only_what_changed_is_simulated_and_a_stop_keeps_the_rest(folder, answer, monkeypatch):
    # A run that is stopped while it works on the second design keeps the first.
    calls = []

    def stopped(chunk):
        calls.append(chunk.task.plan.name)
        raise KeyboardInterrupt

    monkeypatch.setattr(simulate, "run_chunk", stopped)
    changed = write(folder, large=100)
    with pytest.raises(KeyboardInterrupt):
        power.plan_surveys(changed, Options(folder / "out", 1, quiet=True))
    assert calls == ["large"]
    assert stored(folder / "out", "small").sizes["future"] == 20


def test_a_goal_out_of_reach_is_exit_code_one(folder, answer, capsys):
    path = write(folder, goal="CV <= 0.01")
    assert main(["power", str(path), "--output", str(folder / "out"), "--workers", "1"]) == 1
    assert "no design reaches the goals" in capsys.readouterr().out


def test_a_study_without_designs_is_exit_code_two(tmp_path, capsys):
    path = write(tmp_path)
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index("[power]")], encoding="utf-8")
    assert main(["power", str(path), "--output", str(tmp_path / "out")]) == 2
    assert "[power.design.NAME]" in capsys.readouterr().err


def test_a_design_that_cannot_be_carried_out_is_exit_code_two(folder, answer, capsys):
    path = write(folder, large=4)
    assert main(["power", str(path), "--output", str(folder / "out")]) == 2
    said = capsys.readouterr().err
    assert "power.design.large.transects" in said
    assert "raise it or shorten 'length'" in said


@pytest.mark.slow
def test_any_number_of_workers_gives_the_same_futures(folder, answer):
    path = write(folder)
    power.plan_surveys(path, Options(folder / "two", 2, quiet=True))
    for name in ("small", "large"):
        one = power.plan_surveys(path, Options(folder / "out", 1, quiet=True))
        assert stored(folder / "two", name).identical(stored(folder / "out", name))
    assert one.met
