"""What the simulated futures mean: summaries, criteria, verdicts, sources of uncertainty."""

from ustyurt_models.decide.compare import best_share, compare_scenarios
from ustyurt_models.decide.criteria import Finding, judge
from ustyurt_models.decide.files import summary_tables, write_summaries
from ustyurt_models.decide.futures import quantity
from ustyurt_models.decide.influence import Influence, rank_influence
from ustyurt_models.decide.montecarlo import Estimate, mean_of, share_of
from ustyurt_models.decide.outcomes import SourceOfSpread, drivers, sources_of_spread
from ustyurt_models.decide.persistence import persistence_by_draw, persistence_shape
from ustyurt_models.decide.summaries import summarise
from ustyurt_models.decide.uncertainty import Shares, variance_shares
from ustyurt_models.decide.verdict import Decision, best_decision, combine_findings

__all__ = [
    "Decision",
    "Estimate",
    "Finding",
    "Influence",
    "Shares",
    "SourceOfSpread",
    "best_decision",
    "best_share",
    "combine_findings",
    "compare_scenarios",
    "drivers",
    "judge",
    "mean_of",
    "persistence_by_draw",
    "persistence_shape",
    "quantity",
    "rank_influence",
    "share_of",
    "sources_of_spread",
    "summarise",
    "summary_tables",
    "variance_shares",
    "write_summaries",
]
