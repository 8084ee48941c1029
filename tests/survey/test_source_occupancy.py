"""Several sources of one occupancy: likelihood, recovery, conflict, files, misuse."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from scipy.special import expit
from scipy.stats import binom

import camtrap_case
from ustyurt_models.checks import InputError
from ustyurt_models.contracts import OCCUPANCY, check_dataset
from ustyurt_models.report.chapters.surveys import survey_part
from ustyurt_models.report.html import fragment
from ustyurt_models.report.inputs import SurveyResult
from ustyurt_models.seeds import generator
from ustyurt_models.study.surveys import Sampler, SourceOccupancy, VisitSource
from ustyurt_models.survey import fit_survey, load_posterior, save_posterior
from ustyurt_models.survey.check import check_survey
from ustyurt_models.survey.context import Context
from ustyurt_models.survey.fit import fit_model
from ustyurt_models.survey.models.sites.simulate import VisitPlan
from ustyurt_models.survey.models.sources.data import sources_of
from ustyurt_models.survey.models.sources.lone import lone_findings, tail_of_count
from ustyurt_models.survey.models.sources.simulate import SourceTruth, simulate_sources
from ustyurt_models.survey.models.sources.survey_model import survey_model
from ustyurt_models.survey.read.grid import GridTable
from ustyurt_models.survey.registry import load_survey, model_of
from ustyurt_models.survey.samplers.flat import FlatModel
from ustyurt_models.survey.sampling import draw_posterior

QUICK = Sampler(engine="laplace", draws=250)


def block(reports=True, **options):
    sources = {
        "cameras": VisitSource(file="-", detection="date"),
        "patrols": VisitSource(file="-"),
    }
    if reports:
        sources["reports"] = VisitSource(file="-", false_positives=True)
    told = {"sources": sources, "sampler": QUICK, "psi": "forage"} | options
    return SourceOccupancy(**told)


def plan(rng, forage, occasions, **covariates):
    made = rng.random((len(forage), occasions)) < 0.9
    made[:, 0] = True
    return VisitPlan(made, site_covariates={"forage": forage}, occasion_covariates=covariates)


def simulated(sites=150, replicate=0, p_patrols=0.3, reports=True):
    """Cameras at some sites, patrols at others, reports of which some are wrong at many."""
    rng = generator(41, "sources", replicate)
    forage = rng.normal(size=sites)
    occupied = rng.random(sites) < expit(0.2 + 1.0 * forage)
    at = [np.sort(rng.permutation(sites)[: int(sites * share)]) for share in (0.4, 0.6, 0.8)]
    date = rng.normal(size=(len(at[0]), 5))
    told = {
        "cameras": SourceTruth(
            at[0], plan(rng, forage[at[0]], 5, date=date), expit(-0.2 - 0.7 * date)
        ),
        "patrols": SourceTruth(
            at[1], plan(rng, forage[at[1]], 3), np.full((len(at[1]), 3), p_patrols)
        ),
    }
    if reports:
        some = plan(rng, forage[at[2]], 4)
        told["reports"] = SourceTruth(at[2], some, np.full((len(at[2]), 4), 0.35), 0.3, 0.06)
    visited = np.unique(np.concatenate([one.sites for one in told.values()]))
    return simulate_sources(occupied, told, rng), occupied[visited]


@pytest.fixture(scope="module")
def fitted():
    found, occupied = simulated()
    return fit_model(survey_model(sources_of(found, block())), 5), occupied


def test_answer_has_the_declared_form_and_passes_the_gate(fitted):
    tree, _ = fitted
    check_dataset(tree["occupancy"].to_dataset(), OCCUPANCY, "occupancy")
    assert tree.attrs["verdict"] != "stop"
    for variable in tree["posterior"].data_vars.values():
        assert np.isfinite(variable).all(), variable.name
        assert {"units", "long_name"} <= set(variable.attrs)
    assert "cameras" in tree["posterior"]["p_cameras_effect"].attrs["long_name"]


def test_graph_and_pointwise_likelihood_are_the_sum_over_states():
    found, _ = simulated(sites=25)
    model = survey_model(sources_of(found, block()))
    flat = FlatModel(model.build())
    points = generator(1, "points").normal(size=(3, flat.start.size)) * 0.7
    posterior = xr.Dataset(
        {
            name: (("chain", "draw", *(f"{name}_{i}" for i in range(v.ndim - 1))), v[None])
            for name, v in flat.constrain(points).items()
        }
    )
    each, unit = model.log_likelihood(posterior)
    assert unit == "site"
    prior = flat.log_priors(points)[0]
    assert flat.log_densities(points) - prior == pytest.approx(each.sum(axis=1), abs=1e-9)
    data, draws = model.data, {name: v.values[0] for name, v in posterior.items()}
    date = found["cameras"].occasion_covariates["date"]
    made = found["cameras"].visited
    z = (date - date[made].mean()) / date[made].std(ddof=1)
    for draw in range(3):
        logit = draws["psi_intercept"][draw]
        psi = expit(logit + draws["psi_effect"][draw, 0] * data.whole.psi.columns[:, 0])
        p = {
            "cameras": expit(
                draws["p_cameras_intercept"][draw] + draws["p_cameras_effect"][draw, 0] * z
            ),
            "patrols": expit(draws["p_patrols_intercept"][draw]),
            "reports": expit(draws["p_reports_intercept"][draw]),
        }
        sure, false = (
            expit(draws[f"{name}_reports_intercept"][draw]) for name in ("confirmed", "false")
        )
        for i, name in enumerate(data.survey.whole.histories.site):
            both = [1.0, 1.0]
            for source, one in found.items():
                if name not in one.site:
                    continue
                row = one.site.index(name)
                at = np.broadcast_to(p[source], one.y.shape)[row]
                for y, chance in zip(one.y[row], at, strict=True):
                    if np.isnan(y):
                        continue
                    given = {0: 1 - chance, 1: chance, 2: 0.0}
                    wrong = {0: 1.0, 1: 0.0, 2: 0.0}
                    if source == "reports":
                        given = {0: 1 - chance, 1: chance * (1 - sure), 2: chance * sure}
                        wrong = {0: 1 - false, 1: false, 2: 0.0}
                    both = [both[0] * given[int(y)], both[1] * wrong[int(y)]]
            whole = psi[i] * both[0] + (1 - psi[i]) * both[1]
            assert each[draw, i] == pytest.approx(np.log(whole), rel=1e-8)


def test_sites_and_detection_are_recovered_and_better_known_than_by_any_source(fitted):
    tree, occupied = fitted
    posterior = tree["posterior"]
    low, high = np.quantile(posterior["occupied_sites"], [0.005, 0.995])
    assert low <= occupied.sum() <= high
    for name, truth in {"p_patrols": 0.3, "p_reports": 0.35, "false_reports": 0.06}.items():
        draws = posterior[f"{name}_at_average"]
        assert abs(float(draws.mean()) - truth) < 3.5 * float(draws.std()), name
    node = tree["source_conflict"].to_dataset()
    widths = {name: node[f"{name}_high"] - node[f"{name}_low"] for name in ("psi", "psi_alone")}
    assert (widths["psi"] < widths["psi_alone"]).all()
    assert node.sizes["pair"] == 3
    found = tree["diagnostics"].to_dataset().sel(check="agreement of sources")
    assert str(found["verdict"].values) == "pass"


def test_intervals_hold_the_number_of_occupied_sites_about_as_often_as_they_say():
    hits, count = 0, 16
    for replicate in range(count):
        found, occupied = simulated(sites=70, replicate=100 + replicate, reports=False)
        model = survey_model(sources_of(found, block(reports=False)))
        drawn = draw_posterior(model.build(), QUICK, 5)
        posterior = model.derive(drawn.posterior, generator(5, "derived", replicate))
        low, high = np.quantile(posterior["occupied_sites"], [0.05, 0.95])
        hits += low <= occupied.sum() <= high
    assert hits >= 11  # 90 % intervals of 16 surveys: 11 or more with probability 0.998


def test_a_source_that_contradicts_the_others_is_told_before_they_are_put_together():
    found, _ = simulated(reports=False)
    rng = generator(1, "elsewhere")
    patrols = found["patrols"]
    wrong = (rng.random(patrols.y.shape) < 0.6) * 1.0  # a likeness seen everywhere
    told = found | {"patrols": replace(patrols, y=np.where(patrols.visited, wrong, np.nan))}
    tree = fit_model(survey_model(sources_of(told, block(reports=False))), 5)
    said = tree["diagnostics"].to_dataset().sel(check="agreement of sources")
    assert str(said["verdict"].values) == "stop"
    assert float(said["value"]) < 0.001
    assert "patrols" in str(said["meaning"].values)
    text = fragment(survey_part(SurveyResult.of("gazelle", tree)))
    assert "CONFLICT" in text
    assert text.index("CONFLICT") < text.index("All together")


def lone_of(replicate, rate):
    """Fit one survey whose patrols err on a share of all visits; return what is said of each."""
    found, _ = simulated(replicate=3000 + replicate, reports=False)
    rng, patrols = generator(9, "wrong", replicate), found["patrols"]
    seen = np.maximum(patrols.y, rng.random(patrols.y.shape) < rate)
    told = found | {"patrols": replace(patrols, y=np.where(patrols.visited, seen, np.nan))}
    model = survey_model(sources_of(told, block(reports=False)))
    joint = draw_posterior(model.build(), QUICK, 5).posterior
    alone = {
        name: draw_posterior(one.build(), QUICK, 5).posterior for name, one in model.alone().items()
    }
    return {one.check: one for one in lone_findings(model.data, joint, alone)}


def test_a_source_that_errs_is_named_and_clean_ones_are_left_in_peace():
    clean = [lone_of(replicate, 0.0) for replicate in range(16)]
    wrong = [lone_of(replicate, 0.2) for replicate in range(8)]
    assert set(clean[0]) == {"cameras: sites of its own", "patrols: sites of its own"}
    alarms = sum(any(one.verdict != "pass" for one in found.values()) for found in clean)
    assert alarms <= 3  # a family-wise rate of 0.05 gives more with probability 0.007
    assert all(one.verdict != "stop" for found in clean for one in found.values())
    named = [found["patrols: sites of its own"] for found in wrong]
    assert sum(one.verdict != "pass" for one in named) >= 6
    assert "patrols sees what is not there" in named[0].meaning
    assert "false_positives = true" in named[0].meaning
    assert all(found["cameras: sites of its own"].verdict == "pass" for found in wrong)


def test_the_tail_of_a_count_is_that_of_the_poisson_binomial():
    rng = generator(2, "tail")
    chance = np.full((1, 12), 0.3)
    expected = binom.sf(5, 12, 0.3) + 0.5 * binom.pmf(5, 12, 0.3)
    assert tail_of_count(chance, np.array([5]))[0] == pytest.approx(expected, abs=1e-12)
    mixed = rng.random((2, 9))
    simulated_counts = (rng.random((200_000, 9)) < mixed[1]).sum(axis=1)
    more = (simulated_counts > 4).mean() + 0.5 * (simulated_counts == 4).mean()
    assert tail_of_count(mixed, np.array([3, 4]))[1] == pytest.approx(more, abs=0.006)


def test_names_and_cells_join_the_same_sites():
    found, _ = simulated(sites=40, reports=False)
    degrees = generator(2, "places").uniform(-0.4, 0.4, (40, 2)) + np.array([55.0, 43.0])
    placed = {
        name: replace(
            one,
            position=degrees[[int(site[1:]) - 1 for site in one.site]],
            position_kind="lonlat",
            site=tuple(f"{name} {site}" for site in one.site),
        )
        for name, one in found.items()
    }
    with pytest.raises(InputError, match="cell"):
        sources_of(placed, block(reports=False))
    tiny = sources_of(placed, block(reports=False, cell="0.2 km"))
    by_name = sources_of(found, block(reports=False))
    assert len(tiny.whole.histories.site) == len(by_name.whole.histories.site)
    wide = sources_of(placed, block(reports=False, cell="30 km"))
    histories = wide.whole.histories
    assert len(histories.site) < 15
    assert histories.visits.sum() == by_name.whole.histories.visits.sum()
    assert np.nansum(histories.y) == np.nansum(by_name.whole.histories.y)
    assert survey_model(wide).data.kinds.size == len(histories.site)


CAMERAS = """\
# status: real
site,forage,longitude,latitude,y.1,y.2
A,1,55.1,43.1,0,1
B,2,55.2,43.1,0,0
C,3,55.3,43.1,1,1
"""
REPORTS = """\
# status: simulated
site,forage,longitude,latitude,y.1,y.2
B,2,55.2,43.1,1,
C,3,55.3,43.1,2,0
D,4,55.4,43.1,0,0
"""


def write(tmp_path, cameras=CAMERAS, reports=REPORTS, **options):
    (tmp_path / "cameras.csv").write_text(cameras, encoding="utf-8")
    (tmp_path / "reports.csv").write_text(reports, encoding="utf-8")
    sources = {
        "cameras": VisitSource(file="cameras.csv"),
        "reports": VisitSource(file="reports.csv", false_positives=True),
    }
    return SourceOccupancy(**({"sources": sources, "sampler": QUICK, "species": "fox"} | options))


def test_files_are_read_and_the_answer_says_where_it_is_from(tmp_path):
    spec = write(tmp_path)
    said = check_survey(spec, tmp_path)
    assert said.startswith("4 sites, 2 of them in several sources: cameras 6 visits to 3 sites")
    assert said.endswith("simulated")
    tree = fit_survey(spec, tmp_path, seed=3)
    assert tree.attrs["survey_file"] == "cameras.csv and reports.csv"
    assert tree.attrs["status"] == "simulated"
    path = save_posterior(tree, tmp_path / "fox.nc")
    text = fragment(survey_part(SurveyResult.of("fox", load_posterior(path))))
    assert "Each source alone" in text
    assert "reports.csv" in text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reports": REPORTS.replace("B,2,", "B,7,")}, "same in all sources"),
        ({"reports": REPORTS.replace("B,2,", "B,high,")}, "numbers in all sources"),
        ({"reports": REPORTS.replace("2,0", "3,0")}, "source reports"),
        ({"cameras": CAMERAS.replace("1,1\n", "2,1\n")}, "source cameras"),
        ({"psi": "water"}, "water"),
    ],
)
def test_contradictions_are_refused(changes, said, tmp_path):
    spec = write(tmp_path, **changes)
    with pytest.raises(InputError, match=said):
        model_of(load_survey(spec, tmp_path, None, Context()))


def test_cameras_and_a_table_meet_in_cells(tmp_path):
    camtrap_case.write(tmp_path / "package")
    table = "site,longitude,latitude,y.1,y.2\nnear,55.102,43.499,0,1\nfar,56.0,43.0,0,0\n"
    (tmp_path / "seen.csv").write_text(table, encoding="utf-8")
    camera = {"taxon": camtrap_case.GAZELLE, "occasion_days": 5.0}
    sources = {
        "cameras": VisitSource(file="package", cameras=camera),
        "people": VisitSource(file="seen.csv"),
    }
    spec = SourceOccupancy(sources=sources, cell="5 km", species="goitered_gazelle")
    assert check_survey(spec, tmp_path).startswith("3 sites, 1 of them in several sources")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"sources": {"one": {"file": "a.csv"}}}, "at least two"),
        ({"sources": {"a b": {"file": "a.csv"}, "c": {"file": "c.csv"}}}, "pattern"),
        (
            {
                "cell": "3 km",
                "sources": {
                    "a": {"file": "a.csv"},
                    "b": {"file": "b", "patrols": {"mapping": "m.toml", "cell": "5 km"}},
                },
            },
            "cell",
        ),
    ],
)
def test_settings_that_make_no_sense_are_refused(options, said):
    with pytest.raises(ValueError, match=said):
        SourceOccupancy(**options)


def test_records_without_visits_are_refused_with_what_to_do(tmp_path):
    records = (
        "occurrenceID,scientificName,eventDate,decimalLatitude,decimalLongitude\n"
        "1,Vulpes corsac,2027-05-01,43.1,55.1\n"
    )
    spec = write(tmp_path, reports=records)
    with pytest.raises(InputError, match="do not say where people"):
        load_survey(spec, tmp_path, None, Context())


def test_random_effects_of_observers_in_one_source_are_estimated():
    found, _ = simulated(sites=200, reports=False)
    rng, cameras = generator(3, "observers"), found["cameras"]
    observer = rng.choice(["a", "b", "c", "d"], cameras.y.shape)
    kept = np.where(observer == "a", rng.random(cameras.y.shape) < 0.3, 1.0)
    lazy = replace(
        cameras,
        y=cameras.y * kept,
        occasion_covariates={"observer": observer},
    )
    sources = {
        "cameras": VisitSource(file="-", detection_random=("observer",)),
        "patrols": VisitSource(file="-"),
    }
    spec = SourceOccupancy(sources=sources, psi="forage", sampler=QUICK)
    tree = fit_model(survey_model(sources_of(found | {"cameras": lazy}, spec)), 5)
    effect = tree["posterior"]["p_cameras_observer"].mean(("chain", "draw")).values
    assert effect[0] < min(effect[1:]) - 0.5
    assert "p_cameras: observer[a]" in tree["effects"]["term"].values


def test_occupancy_of_all_sources_is_predicted_to_cells(tmp_path):
    rng = generator(43, "map")
    axis = np.arange(2500.0, 60_000.0, 5000.0)
    cells = np.array([(x, y) for x in axis for y in axis])
    forage = rng.normal(size=len(cells))
    psi = expit(0.3 + 1.2 * forage)
    occupied, told = rng.random(len(cells)) < psi, {}
    for name, p in {"cameras": 0.5, "patrols": 0.3}.items():
        at = np.sort(rng.choice(len(cells), 90, replace=False))
        made = np.ones((90, 4), bool)
        visits = VisitPlan(made, site_covariates={"forage": forage[at]}, position=cells[at])
        told[name] = SourceTruth(at, visits, np.full((90, 4), p))
    found = simulate_sources(occupied, told, rng)
    area, zone = np.full(len(cells), 25.0), np.full(len(cells), "all")
    grid = GridTable(cells, "projected", area, zone, {"forage": forage}, {})
    plain = {name: VisitSource(file="-") for name in found}
    model = survey_model(sources_of(found, block(sources=plain, grid="cells.csv"), grid))
    tree = fit_model(model, 5)
    mean = tree["occupancy_cells"]["psi"].mean("draw").values
    assert mean.shape == psi.shape
    assert np.corrcoef(mean, psi)[0, 1] > 0.9
    path = model.predict(tree["posterior"].to_dataset(), tmp_path / "psi.nc", keep_draws=True)
    with xr.open_dataset(path) as written:
        np.testing.assert_allclose(written["psi"], tree["occupancy_cells"]["psi"], rtol=1e-6)
