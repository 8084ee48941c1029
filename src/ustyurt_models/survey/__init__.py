"""From field counts to a posterior of abundance; each name is imported when it is first used."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ustyurt_models.survey.cells import cell_density
    from ustyurt_models.survey.context import Context
    from ustyurt_models.survey.fit import fit_model, fit_survey
    from ustyurt_models.survey.judgement import require_pass
    from ustyurt_models.survey.posterior import load_posterior, save_posterior

__all__ = [
    "Context",
    "cell_density",
    "fit_model",
    "fit_survey",
    "load_posterior",
    "require_pass",
    "save_posterior",
]

# PyMC takes seconds to import; reading a posterior file must not wait for it.
_HOMES = {
    "cell_density": "cells",
    "Context": "context",
    "fit_model": "fit",
    "fit_survey": "fit",
    "load_posterior": "posterior",
    "require_pass": "judgement",
    "save_posterior": "posterior",
}


def __getattr__(name: str) -> Any:
    """Import the module that holds `name`."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
