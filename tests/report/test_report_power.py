import csv
import json
import re
from dataclasses import replace

import numpy as np
import pytest

from ustyurt_models.report.power import (
    PowerInputs,
    advice,
    as_text,
    build_power_report,
    compose_power,
)
from ustyurt_models.study.power import Power
from ustyurt_models.study.power_words import parse_change
from ustyurt_models.survey.power.plan import Plan
from ustyurt_models.survey.power.summarise import (
    DesignSummary,
    Estimate,
    Seen,
    Verdict,
    best,
    ranked,
)

BLOCK = Power.model_validate_json(
    json.dumps(
        {
            "survey": "goitered_gazelle",
            "changes": ["-30 % in 10 years"],
            "goal": ["CV <= 0.2", "P(see -30 % in 10 years) >= 0.8"],
        }
    )
)


def design(name, cv, power, cost):
    """Figures of a made-up design."""
    plan = Plan(
        name,
        "goitered_gazelle",
        "line_transect",
        ("KAZ", "UZB"),
        np.array([12, 8]),
        np.array([80.0, 60.0]),
        1,
        (0, 5, 10),
        800.0,
        cost,
    )
    figures = (Estimate(cv, 0.004), Estimate(power, 0.04))
    verdicts = tuple(
        Verdict(goal, value, goal.met(value.value), abs(value.value - goal.limit) < 2 * value.error)
        for goal, value in zip(BLOCK.goal, figures, strict=True)
    )
    by_year = ((5, Estimate(power / 2, 0.04)), (10, figures[1]))
    seen = Seen(BLOCK.changes[0], 10, figures[1], Estimate(0.11, 0.03), by_year)
    worth = 1000.0 / (cv**2 * cost)
    return DesignSummary(
        plan=plan,
        futures=100,
        cv=figures[0],
        realised_cv=Estimate(cv, 0.01),
        bias=Estimate(0.01, 0.02),
        coverage=Estimate(0.94, 0.02),
        interval=0.95,
        counted=Estimate(80.0, 1.0),
        seen=(seen,),
        verdicts=verdicts,
        information_per_money=worth,
        weak=0.0,
        notes=("Numbers are SIMULATED.",),
    )


DESIGNS = (
    design("cheap", 0.3, 0.5, 10_000.0),
    design("good", 0.18, 0.9, 30_000.0),
    design("better", 0.12, 0.95, 50_000.0),
)


def inputs(designs=DESIGNS, power=BLOCK):
    return PowerInputs(
        "Planned surveys", "power.toml", 2027, 7, power, tuple(ranked(designs)), best(designs)
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("power")
    build_power_report(inputs(), place)
    return place


def test_the_page_loads_nothing_from_elsewhere(folder):
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert not re.search(r'(?:src|href)="(?!data:|#)', page)
    assert "http" not in re.sub(r"data:[^\"]*|http://www\.w3\.org[^\"]*", "", page)


def test_the_page_says_first_that_surveys_are_simulated(folder):
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert page.index("SIMULATED") < page.index("<nav")


def test_the_cheapest_design_that_reaches_the_goals_is_named():
    assert "good is the cheapest design that reaches the goals" in advice(inputs())
    assert compose_power(inputs()).light == "green"


def test_no_design_that_reaches_the_goals_is_said_in_red():
    document = compose_power(inputs(DESIGNS[:1]))
    assert "no design reaches the goals" in document.answer
    assert document.light == "red"


def test_a_goal_that_is_met_by_luck_is_amber():
    close = design("close", 0.196, 0.9, 20_000.0)
    document = compose_power(inputs((close,)))
    assert document.light == "amber"
    lights = [block for block in document.blocks() if type(block).__name__ == "TrafficLight"]
    assert "Too close to tell" in lights[0].detail


def test_without_goals_the_most_precise_per_money_is_named():
    plain = tuple(replace(one, verdicts=()) for one in DESIGNS)
    found = inputs(plain, BLOCK.model_copy(update={"goal": ()}))
    assert "no goal is set; better is the most precise per money" in advice(found)
    assert compose_power(found).light == "grey"


def test_designs_are_ranked_by_precision_per_money():
    assert [one.plan.name for one in ranked(DESIGNS)] == ["better", "cheap", "good"]
    free = replace(DESIGNS[0], information_per_money=float("nan"))
    assert [one.plan.name for one in ranked((free, *DESIGNS[1:]))] == ["better", "good", "cheap"]


def test_every_table_is_a_file_with_unrounded_values(folder):
    for table in compose_power(inputs()).tables():
        with (folder / "tables" / f"{table.name}.csv").open(encoding="utf-8-sig") as file:
            rows = list(csv.reader(file))
        assert len(rows) == len(table.rows) + 1
    with (folder / "tables" / "power_precision.csv").open(encoding="utf-8-sig") as file:
        first = next(csv.DictReader(file))
    assert float(first["expected CV"]) == 0.12


def test_the_summary_for_programs_has_every_figure(folder):
    found = json.loads((folder / "power.json").read_text(encoding="utf-8"))
    assert found["recommended"] == {"goitered_gazelle": "good"}
    good = next(one for one in found["designs"] if one["design"] == "good")
    assert good["cv"] == {"value": 0.18, "monte_carlo_error": 0.004}
    assert good["changes"][0]["by_year"]["10"]["value"] == 0.9
    assert good["meets_goals"] is True


def test_designs_without_costs_are_compared_by_kilometres(tmp_path):
    unpriced = tuple(
        replace(
            one,
            plan=replace(one.plan, cost_per_survey=float("nan")),
            information_per_money=float("nan"),
        )
        for one in DESIGNS
    )
    found = inputs(unpriced)
    assert "the smallest design that reaches the goals" in advice(found)
    build_power_report(found, tmp_path)
    text = (tmp_path / "power.json").read_text(encoding="utf-8")
    assert "NaN" not in text
    assert json.loads(text)["designs"][0]["cost_per_survey"] is None


def test_every_figure_has_words_for_who_cannot_see_it():
    for figure in compose_power(inputs()).figures():
        assert "good" in figure.alt
        assert figure.caption.startswith("Goitered gazelle")


def test_the_same_figures_give_the_same_page(folder, tmp_path):
    build_power_report(inputs(), tmp_path)
    first = (folder / "report.html").read_bytes()
    assert (tmp_path / "report.html").read_bytes() == first


def test_the_terminal_table_has_one_line_per_design():
    lines = as_text(inputs()).splitlines()
    assert len(lines) == 4
    assert lines[0].startswith("design")
    assert lines[1].split()[0] == "better"
    assert len({len(line) for line in lines[1:]}) <= 2


def test_a_share_of_all_futures_is_not_certain():
    everything = Estimate.share(np.ones(100, bool))
    assert everything.value == 1.0
    assert 0.005 < everything.error < 0.02


def test_the_error_of_a_median_covers_at_its_rate():
    rng = np.random.default_rng(1)
    samples = rng.normal(3.0, 1.0, (400, 101))
    found = [Estimate.middle(sample) for sample in samples]
    spread = np.std([one.value for one in found])
    assert np.mean([one.error for one in found]) == pytest.approx(spread, rel=0.15)


def test_a_change_named_in_a_goal_only_is_matched_by_rate_and_years():
    assert BLOCK.goal[1].change.rate == parse_change("-30 % in 10 years").rate
