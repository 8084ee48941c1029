"""The model: what each sub-model does and simplifies, read from the ODD, and the glossary."""

import tomllib
from importlib.resources import files
from pathlib import Path

from ustyurt_models.report.content import Block, Definitions, Paragraph, Section
from ustyurt_models.resources import models_dir

__all__ = ["chapter", "odd_summary"]

_MARK = "simplif"


def odd_summary(path: Path) -> tuple[tuple[str, str], ...]:
    """Return heading and simplification of every sub-model of an ODD file.

    Parameters
    ----------
    path : Path
        Markdown; a paragraph that holds the word "simplifies" or "simplified" belongs to the
        heading above it.

    Returns
    -------
    tuple of (str, str)
        Empty when there is no file or no such paragraph.
    """
    if not path.is_file():
        return ()
    heading, found = "", []
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        text = " ".join(block.split())
        if text.startswith("#"):
            first, *rest = block.strip().split("\n", 1)
            heading, text = first.lstrip("# ").strip(), " ".join(" ".join(rest).split())
        if heading and _MARK in text.lower():
            found.append((heading, text.replace("**", "").replace("`", "")))
    return tuple(found)


def _glossary() -> tuple[tuple[str, str], ...]:
    """Return the terms of the shipped glossary in alphabetical order."""
    file = files("ustyurt_models.report") / "texts" / "glossary.toml"
    terms = tomllib.loads(file.read_text(encoding="utf-8"))["en"]
    return tuple(sorted(terms.items(), key=lambda item: item[0].lower()))


def chapter() -> Section:
    """Return the chapter on the model and its words."""
    simplified = odd_summary(models_dir() / "ODD.md")
    blocks: list[Block] = [
        Paragraph(
            "Every animal is simulated on a grid in seasonal steps: climate, management, movement, "
            "births, deaths, predation, condition, cheetah deaths, reproduction, dispersal, "
            "genetics, record, in this order. The full description follows the ODD protocol "
            "(Grimm et al. 2020) and ships as models/ODD.md."
        )
    ]
    parts = []
    if simplified:
        parts.append(
            Section("simplified", "What each sub-model simplifies", (Definitions(simplified),))
        )
    parts.append(Section("glossary", "Glossary", (Definitions(_glossary()),)))
    return Section("model", "The model in short", tuple(blocks), tuple(parts))
