"""Limits of the diagnostics gate: from where on a number is worth a look, and where it stops."""

from typing import Annotated

from pydantic import Field, model_validator

from ustyurt_models.study.block import Block
from ustyurt_models.study.quantities import refuse

__all__ = ["Gate", "Limits"]

NotNegative = Annotated[float, Field(ge=0)]

#: Look and stop.
Limits = tuple[NotNegative, NotNegative]

_SMALL_IS_GOOD = ("rhat", "divergences", "khat", "missed_optimum")
_LARGE_IS_GOOD = ("ess", "bfmi", "predictive_p")


class Gate(Block):
    """Limits between pass, look and stop; a pair is look and stop, a single number is look."""

    rhat: Limits = (1.01, 1.05)
    """Rank-normalised split R-hat, above (Vehtari et al. 2021, Bayesian Analysis 16:667)."""
    ess: Limits = (400.0, 100.0)
    """Effective draws, below: bulk and tail of NUTS, or of importance weights."""
    divergences: Limits = (0.0, 0.01)
    """Share of divergent transitions, above."""
    bfmi: Limits = (0.3, 0.2)
    """Energy fraction of missing information, below (Betancourt 2016, arXiv:1604.00695)."""
    khat: Limits = (0.5, 0.7)
    """Pareto k of importance weights, above (Vehtari et al. 2024, JMLR 25:72)."""
    missed_optimum: Limits = (0.01, 0.5)
    """Probability around optima that no chain visited, above."""
    predictive_p: Limits = (0.05, 0.001)
    """Posterior predictive tail probability, below."""
    shift: NotNegative = 0.9
    """Ratio of posterior to prior standard deviation, above: the data said nothing."""
    pareto_k: NotNegative = 0.7
    """Largest Pareto k of leave-one-out, above."""
    sensitivity: NotNegative = 0.05
    """Change under power-scaling, above (Kallioinen et al. 2024, Stat. Comput. 34:57)."""
    candidates: Annotated[float, Field(ge=1)] = 1.25
    """Ratio of the largest to the smallest abundance among candidates that the data cannot tell
    apart, above."""

    @model_validator(mode="after")
    def _look_comes_before_stop(self) -> "Gate":
        for names, sign in ((_SMALL_IS_GOOD, 1.0), (_LARGE_IS_GOOD, -1.0)):
            for name in names:
                look, stop = getattr(self, name)
                if sign * look > sign * stop:
                    word = "below" if sign > 0 else "above"
                    raise refuse(f"'{name}' must be look and stop, with look {word} stop")
        return self
