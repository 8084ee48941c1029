"""Surveys start a simulation, by the real command: number, ages and sexes of one draw."""

import numpy as np
import pytest

from command_line import ustyurt
from ustyurt_models.batch import open_results
from ustyurt_models.resources import scenarios_dir
from ustyurt_models.survey import load_posterior

pytestmark = pytest.mark.slow

STUDY = """
extends = "{base}"
replicates = 1
years = 1
survey.saiga_herd.sampler = {{ draws = 350, tune = 300, chains = 2 }}
drop = ["survey.saiga_herd_counts.candidates", "criteria"]

[sweep]
"prey.saiga.start" = ["survey:saiga_herd", "survey:saiga_herd_counts"]
"""


@pytest.fixture(scope="module")
def herd(tmp_path_factory):
    """Run the shipped herd with few draws, from the ages and from the counts alone."""
    folder = tmp_path_factory.mktemp("herd")
    study = folder / "herd.toml"
    study.write_text(STUDY.format(base=scenarios_dir() / "herd.toml"), encoding="utf-8")
    done = ustyurt("run", study, "--output", folder / "results", "--workers", 1)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder / "results"


def begun(folder, scenario: int) -> np.ndarray:
    """Animals at the start, shape (draw, sex, stage)."""
    number = open_results(folder)["prey_number"].sel(species="saiga")
    first = number.isel(scenario=scenario, replicate=0, year=0)
    return first.transpose("draw", "sex", "prey_stage").to_numpy().astype(float)


def sample_of(total: float, abundance: np.ndarray) -> int:
    """Return which draw of the posterior a number of animals is, rounded at random."""
    near = np.abs(abundance - total)
    assert near.min() < 1
    return int(near.argmin())


@pytest.mark.parametrize(("scenario", "survey"), [(0, "saiga_herd"), (1, "saiga_herd_counts")])
def test_every_run_starts_with_a_number_of_the_posterior(herd, scenario, survey):
    tree = load_posterior(herd / "posteriors" / f"{survey}.nc")
    abundance = tree["abundance"]["abundance"].to_numpy()[:, 0]
    samples = [sample_of(one.sum(), abundance) for one in begun(herd, scenario)]
    assert len(set(samples)) > 1


def test_ages_and_sexes_are_of_the_same_draw_as_the_number(herd):
    tree = load_posterior(herd / "posteriors" / "saiga_herd.nc")
    abundance = tree["abundance"]["abundance"].to_numpy()[:, 0]
    told = tree["structure"]["share"].transpose("draw", "sex", "age").to_numpy()
    for animals in begun(herd, 0):
        total = animals.sum()
        share = told[sample_of(total, abundance)]
        error = np.sqrt(share * (1 - share) / total)
        assert np.all(np.abs(animals / total - share) < 5 * error)


def test_counts_alone_start_with_the_stable_structure_of_each_draw(herd):
    aged, counted = (begun(herd, scenario) for scenario in (0, 1))
    males = [one[:, 1, 1] / one.sum(axis=(1, 2)) for one in (aged, counted)]
    assert np.abs(males[0] - males[1]).max() > 0.01


def test_the_page_tells_ages_sexes_and_forms(herd):
    page = (herd / "surveys" / "saiga_herd" / "report.html").read_text(encoding="utf-8")
    assert "the simulation starts with them" in page
    assert "SIMULATED" in page
    whole = (herd / "report.html").read_text(encoding="utf-8")
    assert "saiga_herd_counts" in whole
