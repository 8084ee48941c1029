from dataclasses import replace

import pytest
import synthetic_results as synthetic

from ustyurt_models.evidence import load_catalogue
from ustyurt_models.report import (
    Finding,
    ReportInputs,
    StudyFacts,
    SurveyResult,
    VarianceShare,
    compose,
)
from ustyurt_models.report.build import write


def _findings():
    above = "Needs at least 0.95; 2 Monte-Carlo errors decide."
    return (
        Finding("baseline", "persist", "P(cheetah > 0 in year 30) >= 0.95", "grey", float("nan"),
                float("nan"), True, "No cheetahs are released."),
        Finding("baseline", "prey_impact", "P(goitered_gazelle below start in year 30) <= 0.1",
                "amber", 0.12, 0.015, True, "Allows at most 0.10; 2 Monte-Carlo errors decide."),
        Finding("prey_first", "persist", "P(cheetah > 0 in year 30) >= 0.95", "red", 0.61, 0.04,
                True, above),
        Finding("prey_first", "diversity", "gene_diversity in year 30 >= 0.90 of founders",
                "green", 0.93, 0.004, False, "Needs at least 0.90 of the founders'."),
        Finding("prey_first", "prey_impact", "P(goitered_gazelle below start in year 30) <= 0.1",
                "green", 0.03, 0.01, True, "Allows at most 0.10; 2 Monte-Carlo errors decide."),
    )  # fmt: skip


@pytest.fixture(scope="session")
def inputs(tmp_path_factory):
    ground = synthetic.land()
    return ReportInputs(
        output=tmp_path_factory.mktemp("report"),
        study=StudyFacts(
            title="Prey first, cheetah from year 8",
            path="scenarios/prey_first.toml",
            start=2027,
            years=synthetic.YEARS - 1,
            draws=synthetic.DRAWS,
            replicates=synthetic.REPLICATES,
            seed=20261122,
            scenarios={name: {"title": name, "start": 2027} for name in synthetic.SCENARIOS},
        ),
        results=synthetic.results(),
        maps=synthetic.maps(ground),
        land=ground,
        findings=_findings(),
        shares=(
            VarianceShare("prey_first", "cheetahs in 2057", 0.12, 0.63, 0.25),
            VarianceShare("prey_first", "saiga in 2057", 0.31, 0.45, 0.24),
        ),
        surveys=(
            SurveyResult("gazelle", "goitered_gazelle", "line_transect", "gazelle_transects.csv",
                         "simulated", False, synthetic.line_transect_posterior()),
            SurveyResult("saiga", "saiga", "trend", "saiga_counts.csv", "real", False,
                         synthetic.trend_posterior()),
        ),
        catalogue=load_catalogue(),
        parameters_used=("sai_fec_y1", "sai_die_freq", "che_carbone", "che_terr_dist", "gaz_mass"),
        provenance={"versions": {"ustyurt_models": "0.1.0", "python": "3.13"}, "land hash": "00ff"},
        influence={"sai_die_freq": 0.31, "che_carbone": 0.12},
    )  # fmt: skip


@pytest.fixture(scope="session")
def document(inputs):
    """Compose once; drawing takes seconds."""
    return compose(inputs)


@pytest.fixture(scope="session")
def page_file(document, inputs):
    """Write the report once and return the page."""
    return write(document, inputs.output)


@pytest.fixture
def changed(inputs):
    """Return a function that gives the inputs with some fields replaced."""
    return lambda **changes: replace(inputs, **changes)
