"""What a survey analysis can be told: priors on readable scales, sampler, gate; with defaults.

The defaults of the priors are weak statements about surveys in general, not about a species.
"""

from dataclasses import dataclass, field

__all__ = [
    "DEFAULT_GATE",
    "Belief",
    "Gate",
    "LineTransectSettings",
    "LogNormalPrior",
    "Sampler",
    "TrendSettings",
]


@dataclass(frozen=True)
class LogNormalPrior:
    """Prior of a positive quantity: its median and the standard deviation of its logarithm.

    Attributes
    ----------
    median : float
        Median, in the unit of the quantity.
    sd_log : float
        About 0.7 says "within a factor of 4", 1.15 "within a factor of 10" (95 %).
    """

    median: float
    sd_log: float


@dataclass(frozen=True)
class Belief:
    """What the evidence says about one quantity that the survey itself does not tell.

    Attributes
    ----------
    value, low, high : float
        Central value and 95 % limits.
    source : str
        Identifier in ``models/parameters.csv``.
    """

    value: float
    low: float
    high: float
    source: str = ""


@dataclass(frozen=True)
class LineTransectSettings:
    """Line-transect model and its priors.

    Attributes
    ----------
    key : str
        ``"half-normal"`` or ``"hazard-rate"``.
    truncation_m : float or None
        Detections beyond are left out; ``None`` takes the last cutpoint or the largest distance.
    cutpoints_m : tuple of float
        Limits of distance classes, possibly unequal; empty for exact distances.
    group_size : str
        ``"model"`` (distribution of sizes), ``"mean"`` (sample mean with its standard error) or
        ``"single"`` (every detection is one animal).
    size_bias : bool
        Let the mean size of detected groups change with distance; the population mean is that
        on the line, where nothing is missed.
    sides : int
        Sides of the line that were searched, 1 or 2.
    area_km2 : dict of str to float
        Area by stratum; overrides the file.
    detection_on_line : Belief or None
        Probability of detection on the line; ``None`` takes 1.
    encounter_rate_per_km : LogNormalPrior
        Groups seen per kilometre; the default is nearly flat (90 % within 0.0001 to 70).
    encounter_spread_mean : float
        Exponential prior of k, where the variance of the number of groups on a transect is
        1 + k^2 times its mean; 1.5 allows ratios up to about 20. 0 is Poisson.
    sigma_share : LogNormalPrior
        Scale of the detection function as a share of the truncation distance.
    shape_excess : LogNormalPrior
        Hazard-rate shape minus one: shapes at or below one have no shoulder and are excluded.
    mean_size : LogNormalPrior
        Mean group size before truncation at one.
    size_cv_mean : float
        Exponential prior of the coefficient of variation of group size beyond Poisson.
    size_slope_sd : float
        Normal prior of the change of log mean size from the line to the truncation distance.
    """

    key: str = "half-normal"
    truncation_m: float | None = None
    cutpoints_m: tuple[float, ...] = ()
    group_size: str = "model"
    size_bias: bool = False
    sides: int = 2
    area_km2: dict[str, float] = field(default_factory=dict)
    detection_on_line: Belief | None = None
    encounter_rate_per_km: LogNormalPrior = LogNormalPrior(0.1, 4.0)
    encounter_spread_mean: float = 1.5
    sigma_share: LogNormalPrior = LogNormalPrior(0.5, 1.0)
    shape_excess: LogNormalPrior = LogNormalPrior(1.5, 0.8)
    mean_size: LogNormalPrior = LogNormalPrior(4.0, 1.2)
    size_cv_mean: float = 0.7
    size_slope_sd: float = 0.5


@dataclass(frozen=True)
class TrendSettings:
    """Trend model; every prior is a row of evidence.

    Attributes
    ----------
    growth_ceiling : Belief
        Largest growth factor per year of a closed population; the limits are hard ends.
    loss : tuple of Belief
        Share of growth lost per year (poaching, bad management), by period.
    detection : Belief
        Share of the animals that a count finds; every level of detection has this prior.
    observation_cv : Belief
        Coefficient of variation of a count.
    process_sd : Belief
        Standard deviation of yearly log growth around the mean of its period.
    immigration : Belief or None
        Net immigration as a share of abundance per year; ``None`` closes the population.
    capacity : Belief or None
        Abundance at which growth ends, for years after the last count only.
    periods : tuple of int
        First year of each period after the first; growth from that year on has its own loss.
    detection_changes : tuple of (int, int)
        Years between which detection moves to its next level; equal years are a step.
    stratum : str
        Name of the area the counts are for.
    area_km2 : float
        Its area.
    start_sd_log : float
        Prior spread of log abundance in the first year around the first count.
    """

    growth_ceiling: Belief
    loss: tuple[Belief, ...]
    detection: Belief
    observation_cv: Belief
    process_sd: Belief
    immigration: Belief | None = None
    capacity: Belief | None = None
    periods: tuple[int, ...] = ()
    detection_changes: tuple[tuple[int, int], ...] = ()
    stratum: str = "all"
    area_km2: float = 1.0
    start_sd_log: float = 1.5


@dataclass(frozen=True)
class Sampler:
    """How a posterior is drawn.

    Attributes
    ----------
    name : str
        ``"nutpie"`` (NUTS, compiled), ``"pymc"`` (NUTS, PyMC's own) or ``"laplace"``
        (mode, curvature, importance re-weighting; fast, for regular posteriors).
    draws, tune, chains : int
        Kept draws and warm-up steps per chain.
    cores : int
        Threads.
    target_accept : float
        Acceptance rate that the step size of NUTS is tuned to.
    """

    name: str = "nutpie"
    draws: int = 1000
    tune: int = 1000
    chains: int = 4
    cores: int = 2
    target_accept: float = 0.9


@dataclass(frozen=True)
class Gate:
    """Limits between pass, look and stop; each pair is (look, stop).

    Attributes
    ----------
    rhat : tuple of float
        Rank-normalised split R-hat, above (Vehtari et al. 2021, Bayesian Analysis 16:667).
    ess : tuple of float
        Bulk and tail effective draws, below.
    divergences : tuple of float
        Share of divergent transitions, above.
    bfmi : tuple of float
        Energy fraction of missing information, below (Betancourt 2016, arXiv:1604.00695).
    khat : tuple of float
        Pareto k of importance weights, above (Vehtari et al. 2024, JMLR 25:72).
    predictive_p : tuple of float
        Posterior predictive tail probability, below.
    shift : tuple of float
        Ratio of posterior to prior standard deviation, above: the data said nothing.
    pareto_k : tuple of float
        Largest Pareto k of leave-one-out, above; never a stop.
    """

    rhat: tuple[float, float] = (1.01, 1.05)
    ess: tuple[float, float] = (400.0, 100.0)
    divergences: tuple[float, float] = (0.0, 0.01)
    bfmi: tuple[float, float] = (0.3, 0.2)
    khat: tuple[float, float] = (0.5, 0.7)
    predictive_p: tuple[float, float] = (0.05, 0.001)
    shift: tuple[float, float] = (0.9, float("inf"))
    pareto_k: tuple[float, float] = (0.7, float("inf"))


DEFAULT_GATE = Gate()
"""Limits used unless a caller says otherwise."""
