"""What the evidence says of a quantity, and the limits of the diagnostics gate."""

from dataclasses import dataclass

__all__ = ["DEFAULT_GATE", "Belief", "Gate"]


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
