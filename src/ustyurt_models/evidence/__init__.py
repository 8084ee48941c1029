"""Numbers about animals, people and climate, each with its range, source and confidence."""

from ustyurt_models.evidence.catalogue import Catalogue, load_catalogue
from ustyurt_models.evidence.parameter import Parameter
from ustyurt_models.evidence.values import Quantity, parameter_ids, value_of

__all__ = [
    "Catalogue",
    "Parameter",
    "Quantity",
    "load_catalogue",
    "parameter_ids",
    "value_of",
]
