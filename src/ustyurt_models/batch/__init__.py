"""Draws x replicates x scenarios over local workers, into a store that survives being killed."""

from ustyurt_models.batch.disk import full_disk_is_reported
from ustyurt_models.batch.layout import Layout
from ustyurt_models.batch.local import Interrupted, run_batch
from ustyurt_models.batch.plan import Estimate, Plan, Task, estimate, make_plan
from ustyurt_models.batch.results import (
    content_digest,
    finished_digest,
    open_maps,
    open_results,
)
from ustyurt_models.batch.store import ResultStore, prepare_store

__all__ = [
    "Estimate",
    "Interrupted",
    "Layout",
    "Plan",
    "ResultStore",
    "Task",
    "content_digest",
    "estimate",
    "finished_digest",
    "full_disk_is_reported",
    "make_plan",
    "open_maps",
    "open_results",
    "prepare_store",
    "run_batch",
]
