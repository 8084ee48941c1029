"""The command `observe`: files of a simulated world that the survey half takes for real ones."""

import csv
import json

from command_line import DEMO, ustyurt

SCENARIO = "release.animals.females=4"
ADDRESS = f"{SCENARIO}:1:1"


def test_files_of_the_simulated_world_pass_the_check_of_real_ones(demo_results):
    done = ustyurt("observe", DEMO, "--output", demo_results, "--only", ADDRESS)
    assert done.returncode == 0, done.stderr
    below = next((demo_results / "observed").glob("*_1_1"))
    flat = below / "gazelle_lines" / "gazelle_lines_2032.csv"
    assert f"survey: {flat}" in done.stdout
    checked = ustyurt("check", flat, "--no-page")
    assert checked.returncode == 0, checked.stderr
    assert "SIMULATED" in flat.read_text(encoding="utf-8").splitlines()[0]
    package = json.loads((below / "traps" / "datapackage.json").read_text(encoding="utf-8"))
    names = {}
    for table in package["resources"]:
        with (below / "traps" / table["path"]).open(encoding="utf-8", newline="") as file:
            names[table["name"]] = list(csv.DictReader(file))
    places = {row["deploymentID"] for row in names["deployments"]}
    assert 30 <= len(places) <= 55
    assert {row["deploymentID"] for row in names["observations"]} <= places
    checked = ustyurt("check", below / "traps", "--no-page")
    assert checked.returncode == 0, checked.stderr
    assert f"{len(places)} deployments at {len(places)} sites" in checked.stdout
    assert "simulated (Camtrap DP 1.0)" in checked.stdout
    with (below / "gazelle_lines" / "truth.csv").open(encoding="utf-8") as file:
        truth = list(csv.DictReader(line for line in file if not line.startswith("#")))
    assert {row["zone"] for row in truth} == {"KAZ", "UZB"}
    assert all(int(row["animals"]) >= int(row["groups"]) > 0 for row in truth)


def test_nothing_to_observe_and_no_such_replicate_are_refused(demo_results, tmp_path):
    far = ustyurt("observe", DEMO, "--output", demo_results, "--only", f"{SCENARIO}:99:0")
    assert far.returncode == 2
    assert "draw must lie in 0..2" in far.stderr
    name = ustyurt("observe", DEMO, "--output", demo_results, "--only", "nobody:0:0")
    assert name.returncode == 2
    assert "nobody" in name.stderr
    study = tmp_path / "blind.toml"
    text = DEMO.read_text(encoding="utf-8").split("# What rangers would")[0]
    text = text.replace('extends = "baseline.toml"', f'extends = "{DEMO.parent / "baseline.toml"}"')
    study.write_text(text, encoding="utf-8")
    blind = ustyurt("observe", study, "--output", tmp_path / "results")
    assert blind.returncode == 2
    assert "[observation.NAME]" in blind.stderr


def test_a_year_without_census_is_refused_with_its_line(tmp_path):
    study = tmp_path / "late.toml"
    text = DEMO.read_text(encoding="utf-8").replace("[2027, 2032]", "[2027, 2099]")
    text = text.replace('extends = "baseline.toml"', f'extends = "{DEMO.parent / "baseline.toml"}"')
    study.write_text(text, encoding="utf-8")
    done = ustyurt("check", study)
    assert done.returncode == 2
    assert "must be a census: 2027..2033" in done.stderr
    assert "2099" in done.stderr


def test_a_wrong_method_is_named_by_its_key_and_so_is_a_wrong_key_beside_it(tmp_path):
    study = tmp_path / "odd.toml"
    study.write_text(
        f'extends = "{DEMO}"\n[observation.more]\nmethod = "line"\n'
        "[observation.collars]\ncolars = 4\n",
        encoding="utf-8",
    )
    done = ustyurt("check", study, "--no-page")
    assert done.returncode == 2
    assert "observation.more.method: must be one of lines, cameras, collars" in done.stderr
    assert "observation.collars.colars: unknown key" in done.stderr
    assert "did you mean 'collars'" in done.stderr
