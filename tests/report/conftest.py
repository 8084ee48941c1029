from dataclasses import replace

import numpy as np
import pytest
import synthetic_results as synthetic

from ustyurt_models.decide import Influence, judge, sources_of_spread, summarise
from ustyurt_models.evidence import load_catalogue
from ustyurt_models.report import (
    ReportInputs,
    ResultInfluence,
    StudyFacts,
    SurveyResult,
    compose,
)
from ustyurt_models.report.build import write
from ustyurt_models.study.criteria import parse_criterion

CRITERIA = {
    "persist": "P(cheetah > 0 in year 30) >= 0.95",
    "diversity": "gene_diversity in year 30 >= 0.80 of founders",
    "prey_impact": "P(goitered_gazelle below start in year 30) <= 0.1",
}


def _findings(results):
    rules = {name: parse_criterion(name, text) for name, text in CRITERIA.items()}
    return judge(results, {scenario: rules for scenario in synthetic.SCENARIOS})


@pytest.fixture(scope="session")
def inputs(tmp_path_factory):
    ground = synthetic.land()
    cube = synthetic.results()
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
            scenarios={
                name: {"title": name, "start": 2027, "costs": {"currency": "USD"}}
                for name in synthetic.SCENARIOS
            },
        ),
        results=cube,
        summary=summarise(cube),
        maps=synthetic.maps(ground),
        land=ground,
        findings=_findings(cube),
        shares=sources_of_spread(cube, {"prey_first": np.arange(30.0)[:, None]}),
        influence=(
            ResultInfluence("prey_first", "cheetah",
                            (Influence("sai_die_freq", -0.56, 0.31, 0.1, True),
                             Influence("che_carbone", 0.2, 0.04, 0.1, False))),
        ),
        surveys=(
            SurveyResult.of("gazelle", synthetic.line_transect_posterior()),
            SurveyResult.of("saiga", synthetic.trend_posterior()),
        ),
        catalogue=load_catalogue(),
        parameters_used=("sai_fec_y1", "sai_die_freq", "che_carbone", "che_terr_dist", "gaz_mass"),
        provenance={"versions": {"ustyurt_models": "0.1.0", "python": "3.13"}, "land hash": "00ff"},
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
