"""Templates of the pages: everything from outside is escaped, and each is compiled once."""

import os
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache, FunctionLoader, select_autoescape

from ustyurt_models.provenance import digest_files

__all__ = ["environment_of", "template_text"]

_TEMPLATES = files("ustyurt_models.report") / "templates"


def template_text(name: str) -> str:
    """Return a file of the template folder."""
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def _compiled() -> FileSystemBytecodeCache | None:
    """Return where compiled templates are kept; nothing where nobody may write.

    Compiling the page of data quality takes longer than filling it. What is kept belongs to a
    source of the template, which Jinja compares, and to the options below, hence the digest.
    """
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = base / "ustyurt_models" / f"templates-{digest_files([Path(__file__)])}"
    nearest = next(place for place in (folder, *folder.parents) if place.exists())
    if not os.access(nearest, os.W_OK):
        return None
    folder.mkdir(parents=True, exist_ok=True)
    return FileSystemBytecodeCache(str(folder))


def environment_of(filters: Mapping[str, Callable[..., Any]]) -> Environment:
    """Return an environment for the templates of this package.

    Parameters
    ----------
    filters : mapping of str to callable
        What the templates call by name.
    """
    environment = Environment(
        loader=FunctionLoader(template_text),
        autoescape=select_autoescape(default=True, default_for_string=True),
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=_compiled(),
    )
    environment.filters.update(filters)
    return environment
