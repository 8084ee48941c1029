"""Cases of the survey benchmark, each run in a process of its own by `survey.py`.

Importing this module imports what a fit imports, so CPU seconds up to here are the imports.
"""

import time
from importlib import import_module
from pathlib import Path

import numpy as np

from peak import peak_mib
from ustyurt_models.evidence import load_catalogue
from ustyurt_models.study.surveys import (
    DynamicOccupancy,
    HierarchicalDistance,
    IntegratedPopulation,
    LineTransect,
    NMixture,
    Occupancy,
    PointTransect,
    Removal,
    RoyleNichols,
    Sampler,
    SurveyBlock,
    Trend,
)
from ustyurt_models.survey.context import Context
from ustyurt_models.survey.fit import fit_survey
from ustyurt_models.survey.registry import load_survey, model_of
from ustyurt_models.survey.sampling import draw_posterior

__all__ = [
    "IMPORTED",
    "Figures",
    "herd",
    "hierarchical",
    "points",
    "repeated",
    "simulated_sites",
    "sites",
    "whole",
]

IMPORTED = time.process_time()

_UNITS = {"distance_unit": "m", "effort_unit": "km", "area_unit": "km2", "group_size": "single"}

Figures = dict[str, float]


def _again(spec: SurveyBlock, folder: Path) -> Figures:
    """From data to draws once all is imported: building the graph, climbing, drawing."""
    model = model_of(load_survey(spec, folder, None, Context()))
    begin = time.process_time()
    draws = draw_posterior(model.build(), spec.sampler, 2)
    spent = time.process_time() - begin
    found = {"refit_cpu_s": spent}
    if "ess" in draws.stats:
        found["effective_per_cpu_s"] = float(draws.stats["ess"]) / spent
    return found


def whole(engine: str, key: str, folder: Path) -> Figures:
    """From the file of a survey of minke size to its posterior tree."""
    spec = LineTransect(
        file="lines.csv", key=key, truncation="2800 m", sampler=Sampler(engine=engine), **_UNITS
    )
    tree = fit_survey(spec, folder, 1)
    total = time.process_time()
    found = {"import_cpu_s": IMPORTED, "fit_cpu_s": total - IMPORTED, "total_cpu_s": total}
    found["fast_path"] = float(tree.attrs["engine"] == "laplace")
    return found | _again(spec, folder) | {"peak_mib": peak_mib()}


def points(folder: Path) -> Figures:
    """Hazard-rate with a three-level factor and a number on 1,243 points, the fast path."""
    spec = PointTransect(
        file="points.csv",
        key="hazard-rate",
        truncation="82.5 m",
        scale="observer + minutes",
        sampler=Sampler(engine="laplace"),
        **(_UNITS | {"effort_unit": None}),
    )
    begin = time.process_time()
    tree = fit_survey(spec, folder, 1)
    found = {"fit_cpu_s": time.process_time() - begin}
    found["khat"] = float(tree["sample_stats"]["khat"])
    return found | _again(spec, folder) | {"peak_mib": peak_mib()}


def trend(growth: str, process: str = "normal") -> Figures:
    """Fit the published counts of the saiga, all imports done, from file to tree."""
    folder = Path(__file__).parents[1] / "scenarios" / "surveys"
    spec = Trend(file="saiga_counts.csv", growth=growth, process=process, full_growth_at=1000.0)
    begin = time.process_time()
    tree = fit_survey(spec, folder, 1, load_catalogue())
    found = {"fit_cpu_s": time.process_time() - begin}
    stats = tree["sample_stats"]
    found["effective_per_cpu_s"] = float(stats.get("ess", np.nan)) / found["fit_cpu_s"]
    return found | {"khat": float(stats.get("khat", np.nan))}


def herd() -> Figures:
    """Draw from the integrated model of the shipped herd: 39 parameters, 22 of them yearly."""
    folder = Path(__file__).parents[1] / "scenarios" / "surveys"
    files = {f"{name}s": f"saiga_herd_{name}s.csv" for name in ("ratio", "collar")}
    spec = IntegratedPopulation(file="saiga_herd_counts.csv", herding=5, **files)
    model = model_of(load_survey(spec, folder, load_catalogue(), Context()))
    return _effective(model.build(), spec.sampler)


def simulated_sites(cells: int, sites: int = 307):
    """Points on a grid of cells with three covariates; density depends on two of them."""
    home = "ustyurt_models.survey.models.hierarchical"
    simulate, form = (
        import_module(f"{home}.simulate"),
        import_module("ustyurt_models.formulas.detection_form"),
    )
    rng = np.random.default_rng(3)
    side = int(np.ceil(np.sqrt(cells)))
    place = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1).reshape(-1, 2) * 5000.0
    told = {name: rng.normal(size=len(place)) for name in ("chaparral", "elevation", "forest")}
    chosen = np.sort(rng.choice(len(place), sites, replace=False))
    density = 8.0 * np.exp(0.8 * told["chaparral"] - 0.4 * told["elevation"])[chosen]
    truth = simulate.SiteTruth(
        density,
        form.DetectionForm("half-normal", 300.0, 0.0, True),
        np.full(sites, 110.0),
        site_cv=0.8,
    )
    known = simulate.Sites(
        np.ones(sites),
        {name: values[chosen] for name, values in told.items()},
        place[chosen],
        "projected",
        1000.0,
        (0.0, 100.0, 200.0, 300.0),
    )
    return simulate.simulate_sites(truth, known, rng), place, told


def hierarchical(block: SurveyBlock, transects, **grid):
    """Return the model of a survey of sites."""
    home = "ustyurt_models.survey.models.hierarchical"
    data = import_module(f"{home}.data").survey_of(transects, block, **grid)
    return import_module(f"{home}.survey_model").survey_model(data)


def sites(engine: str) -> Figures:
    """Hierarchical distance sampling at 307 points, three bands, three covariates, NB."""
    block = HierarchicalDistance(
        file="-",
        transect="point",
        truncation="300 m",
        density="chaparral + elevation + forest",
        group_size="single",
        sampler=Sampler(engine=engine),
    )
    transects, *_ = simulated_sites(10_000)
    model = hierarchical(block, transects).build()
    return _effective(model, block.sampler)


def _effective(model, sampler: Sampler) -> Figures:
    """Draw from a posterior; the smallest effective draws over free variables per CPU second."""
    moments: dict[float, float] = {}
    begin = time.process_time()
    draws = draw_posterior(
        model, sampler, 1, lambda share: moments.setdefault(share, time.process_time())
    )
    whole_s = time.process_time() - begin
    if "ess" in draws.stats:
        # The stricter of two: of all weights, and of the mean of the worst known coefficient.
        effective = min(float(draws.stats[name]) for name in ("ess", "ess_least"))
        return {"effective_per_cpu_s": effective / whole_s, "khat": float(draws.stats["khat"])}
    array_stats = import_module("arviz_stats.base").array_stats
    # Waves of a field are no coefficients; a field is told by its spread and length.
    names = [v.name for v in model.free_RVs if v.name != "field_z"]
    chains = [draws.posterior[name].values for name in names]
    scalars = [c.reshape(*c.shape[:2], -1)[..., i] for c in chains for i in range(c[0, 0].size)]
    effective = min(float(array_stats.ess(values, method="bulk")) for values in scalars)
    rhat = max(float(array_stats.rhat(values)) for values in scalars)
    sampling_s = moments[1.0] - moments[0.0]
    return {
        "whole_cpu_s": whole_s,
        "effective_per_cpu_s": effective / sampling_s,
        "effective_per_whole_cpu_s": effective / whole_s,
        "sampling_cpu_s": sampling_s,
        "rhat": rhat,
        "start_cpu_s": whole_s - sampling_s,
    }


def _visited(kind: str, engine: str):
    """Return a model of repeated visits to 373 sites (239 for counts), of the size of known data.

    ``occupancy`` and ``map`` have elevation with its square on psi and three columns on detection;
    ``counts`` three columns on each side, negative binomial.
    """
    home = "ustyurt_models.survey.models.sites"
    simulate, data = (import_module(f"{home}.{name}") for name in ("simulate", "data"))
    fields = import_module("ustyurt_models.survey.models.hierarchical.simulate")
    rng, sites = np.random.default_rng(11), 239 if kind == "counts" else 373
    place = np.stack(np.meshgrid(np.arange(20), np.arange(20)), axis=-1).reshape(-1, 2) * 250.0
    place = place[np.sort(rng.choice(len(place), sites, replace=False))]
    elev, forest, open_ = rng.normal(size=(3, sites))
    day, tod, wind = rng.normal(size=(3, sites, 3))
    plan = simulate.VisitPlan(
        np.ones((sites, 3), bool),
        site_covariates={"elev": elev, "forest": forest, "open": open_},
        occasion_covariates={"day": day, "tod": tod, "wind": wind},
        position=place,
    )
    sampler, p = Sampler(engine=engine), 1.0 / (1.0 + np.exp(-0.8 + 0.1 * day))
    if kind == "counts":
        rate = np.exp(-0.5 - 0.5 * elev) * rng.gamma(1.0, 1.0, sites)
        seen = simulate.simulate_counts(rng.poisson(rate), 0.6 * p, plan, rng, "n_mixture")
        told = {"animals": "elev + forest + open", "detection": "day + tod + wind"}
        block = NMixture(file="-", family="negative-binomial", sampler=sampler, **told)
        return import_module(f"{home}.survey_model").survey_model(data.survey_of(seen, block))
    logit = 1.2 - 1.3 * elev
    if kind == "map":
        logit = logit + fields.draw_field(place / 1000.0, 1.0, 1.5, rng)
    psi = 1.0 / (1.0 + np.exp(-logit))
    seen, _ = simulate.simulate_occupancy(psi, p, plan, rng)
    told = {"psi": "elev + elev^2", "detection": "day + day^2 + tod"}
    more = {"field": True, "length_scale": "2 km", "grid": "-"} if kind == "map" else {}
    block = Occupancy(file="-", sampler=sampler, **told, **more)
    grid = None
    if kind == "map":
        table = import_module("ustyurt_models.survey.read.grid").GridTable
        zone, area = np.full(sites, "all"), np.full(sites, 0.0625)
        grid = table(place, "projected", area, zone, {"elev": elev}, {})
    prepared = data.survey_of(seen, block, grid)
    return import_module(f"{home}.survey_model").survey_model(prepared)


def _seasons(engine: str):
    """Return a dynamic occupancy of 267 sites over nine seasons of three visits, 11 parameters."""
    home = "ustyurt_models.survey.models.sites"
    simulate, data = (import_module(f"{home}.{name}") for name in ("simulate", "data"))
    rng, shape = np.random.default_rng(12), (267, 27)
    ele, forest = rng.normal(size=(2, shape[0]))
    date = rng.normal(size=shape)
    plan = simulate.VisitPlan(
        rng.random(shape) < 0.93,
        season=np.repeat(np.arange(9), 3),
        site_covariates={"ele": ele, "forest": forest},
        occasion_covariates={"date": date},
    )
    share = {
        "psi": -0.2 + 0.8 * ele + 0.4 * forest,
        "gamma": np.repeat((-1.8 + 0.7 * forest)[:, None], 8, axis=1),
        "epsilon": np.repeat((-1.2 - 0.9 * ele)[:, None], 8, axis=1),
        "p": 0.1 + 0.2 * date,
    }
    chances = [1.0 / (1.0 + np.exp(-value)) for value in share.values()]
    seen, _ = simulate.simulate_dynamic(*chances, plan, rng)
    block = DynamicOccupancy(
        file="-",
        visits="y{season}.{visit}",
        psi="ele + ele^2 + forest",
        colonisation="forest",
        extinction="ele",
        detection="date + date^2",
        sampler=Sampler(engine=engine),
    )
    return import_module(f"{home}.survey_model").survey_model(data.survey_of(seen, block))


def _noticed(kind: str, engine: str):
    """Return Royle-Nichols of 50 sites with 11 visits, or removal of 200 sites with four passes."""
    home = "ustyurt_models.survey.models.sites"
    simulate, data = (import_module(f"{home}.{name}") for name in ("simulate", "data"))
    detections = kind == "royle_nichols"
    rng, shape = np.random.default_rng(13), (50, 11) if detections else (200, 4)
    forest = rng.normal(size=shape[0])
    plan = simulate.VisitPlan(np.ones(shape, bool), site_covariates={"forest": forest})
    rate = np.full(shape[0], 2.2) if detections else 3.0 * np.exp(0.5 * forest)
    p = np.full(shape, 0.23 if detections else 0.4)
    seen = simulate.simulate_counts(rng.poisson(rate), p, plan, rng, kind)
    sampler = Sampler(engine=engine)
    told = {} if detections else {"animals": "forest", "family": "negative-binomial"}
    block = (RoyleNichols if detections else Removal)(file="-", sampler=sampler, **told)
    return import_module(f"{home}.survey_model").survey_model(data.survey_of(seen, block))


def repeated(kind: str, engine: str) -> Figures:
    """Draw from a model of repeated visits of the size of known data.

    ``occupancy``, ``map`` and ``counts`` as `_visited` makes them; ``dynamic``, ``royle_nichols``
    and ``removal``.
    """
    if kind == "dynamic":
        model = _seasons(engine)
    elif kind in ("royle_nichols", "removal"):
        model = _noticed(kind, engine)
    else:
        model = _visited(kind, engine)
    found = _effective(model.build(), model.settings.sampler)
    return found | {"peak_mib": peak_mib()}


def camera(kind: str, folder: Path) -> Figures:
    """Time a model of thirty cameras (or points with distances) beside that of encounters.

    Both are drawn three times in turn; their fastest are compared, so that the ratio depends on
    the machine as little as can be.
    """
    home = import_module("coverage_cameras")
    rng = np.random.default_rng(5)
    sampler = Sampler(engine="laplace")
    models = {"encounter": home.cameras("encounter")(rng)[0].build()}
    if kind == "distance":
        spec = PointTransect(
            file="points.csv", truncation="82.5 m", **(_UNITS | {"effort_unit": None})
        )
        models[kind] = model_of(load_survey(spec, folder, None, Context())).build()
    else:
        models[kind] = home.cameras(kind)(rng)[0].build()
    spent: dict[str, list[float]] = {name: [] for name in models}
    for _ in range(3):
        for name, model in models.items():
            begin = time.process_time()
            draws = draw_posterior(model, sampler, 2)
            spent[name].append(time.process_time() - begin)
    own = min(spent[kind])
    return {
        "refit_cpu_s": own,
        "times_encounter": own / min(spent["encounter"]),
        "effective_per_cpu_s": float(draws.stats["ess"]) / own,
        "khat": float(draws.stats["khat"]),
    }
